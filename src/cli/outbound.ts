import { ownSecrets } from '../adapters/recording/own-secrets.ts';
import { Redactor } from '../adapters/recording/redact.ts';
import type { Environment } from '../environment/schema.ts';
import { SecretInOutput } from './failure.ts';

/** Looks at a text before it leaves. @throws SecretInOutput */
export type OutboundFilter = (text: string) => void;

/**
 * The last look at whatever is written: for the credentials, tokens, passphrase and key of this process, as they are
 * and encoded, also where a line break stands within them.
 * @param fetched secrets that the run came to hold, such as those of an assumed role
 */
export function outboundFilter(environment: Environment, fetched: readonly string[] = []): OutboundFilter {
  const secrets = new Redactor([...ownSecrets(environment), ...fetched]);
  return (text) => {
    if (secrets.holds(text) || secrets.holds(text.replaceAll(/\s+/g, ''))) throw new SecretInOutput();
  };
}
