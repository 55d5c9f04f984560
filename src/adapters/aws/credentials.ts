import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Environment } from '../../environment/schema.ts';
import { ProbeError } from '../../model/reason.ts';

/** Credentials are asked for anew when they end within this time. */
const renewMs = 60_000;
/** How long a look-up that failed is not tried again. */
const failedMs = 10_000;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The chain of credentials of each profile. */
export type Chains = Map<string, AwsCredentialIdentityProvider>;

/** The chain of a profile is asked once, however many roles are assumed with what it gives. */
export async function credentialsOf(
  { profile, roleArn, region, endpoint }: Environment['aws'],
  secrets: Set<string>,
  chains: Chains,
): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('./credential-providers.ts');
  let chain = chains.get(profile ?? '');
  if (!chain) {
    // The SDK would warn of keys in variables, which give way to a profile.
    const given = fromNodeProviderChain({ ...(profile && { profile }), logger: silent });
    const named = profile || process.env['AWS_PROFILE'];
    chain = remembering(named ? () => ofProfile(named, given) : given, secrets);
    chains.set(profile ?? '', chain);
  }
  if (!roleArn) return chain;
  const assumed = fromTemporaryCredentials({
    masterCredentials: chain,
    params: { RoleArn: roleArn, RoleSessionName: 'clawcheck' },
    clientConfig: { region, ...(endpoint && { endpoint }) },
  });
  return remembering(assumed, secrets);
}

/** One look-up for all clients until the credentials come to their end; the SDK would ask once a service. */
function remembering(provider: AwsCredentialIdentityProvider, secrets: Set<string>): AwsCredentialIdentityProvider {
  let held: ReturnType<AwsCredentialIdentityProvider> | undefined;
  let until = Number.POSITIVE_INFINITY;
  return () => {
    if (held && Date.now() < until) return held;
    until = Number.POSITIVE_INFINITY;
    held = provider().then(
      (found) => {
        for (const secret of [found.secretAccessKey, found.sessionToken]) if (secret) secrets.add(secret);
        if (found.expiration) until = found.expiration.getTime() - renewMs;
        return found;
      },
      (thrown) => {
        until = Date.now() + failedMs;
        throw thrown;
      },
    );
    return held;
  };
}

/** No credentials but those of the profile: where no file has it, the SDK would go on to those of the machine. */
async function ofProfile(profile: string, given: AwsCredentialIdentityProvider): ReturnType<typeof given> {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  const files = [AWS_CONFIG_FILE || '~/.aws/config', AWS_SHARED_CREDENTIALS_FILE || '~/.aws/credentials'];
  const read = (file: string) => readFile(file.replace(/^~(?=\/)/, homedir()), 'utf8').catch(() => '');
  const sections = (await Promise.all(files.map(read))).flatMap((text) =>
    [...text.matchAll(/^\s*\[\s*(?:profile\s+)?["']?(.*?)["']?\s*\]/gm)].map(([, name]) => name),
  );
  if (!sections.includes(profile)) {
    throw new ProbeError('credentials', `the AWS profile ${profile} is neither in ${files.join(' nor in ')}`, {
      next: 'Correct aws.profile of the environment file, or AWS_PROFILE, or add the profile (aws configure sso).',
    });
  }
  try {
    return await given();
  } catch (thrown) {
    if ((thrown as Error).name !== 'CredentialsProviderError') throw thrown;
    throw new ProbeError('credentials', `the AWS profile ${profile} gives no credentials, or they have ended`, {
      next: `Sign in again (aws sso login --profile ${profile}), or name another profile.`,
    });
  }
}
