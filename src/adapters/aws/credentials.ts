import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Environment } from '../../environment/schema.ts';
import { ProbeError } from '../../model/reason.ts';

/** Credentials are asked for anew when they end within this time. */
const renewMs = 60_000;
/** How long a look-up that failed is not tried again. */
const failedMs = 10_000;

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
    const given = fromNodeProviderChain({ ...(profile && { profile }) });
    const named = profile ?? process.env['AWS_PROFILE'];
    chain = remembering(() => given().catch((thrown) => explain(thrown, named)), secrets);
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

/** Says of which profile there are no credentials, and where it was looked for. */
async function explain(thrown: unknown, profile: string | undefined): Promise<never> {
  if (!profile || (thrown as Error).name !== 'CredentialsProviderError') throw thrown;
  const { AWS_CONFIG_FILE = '~/.aws/config', AWS_SHARED_CREDENTIALS_FILE = '~/.aws/credentials' } = process.env;
  const files = [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE];
  const read = (file: string) => readFile(file.replace(/^~(?=\/)/, homedir()), 'utf8').catch(() => '');
  const sections = (await Promise.all(files.map(read))).flatMap((text) =>
    [...text.matchAll(/^\s*\[\s*(?:profile\s+)?["']?(.*?)["']?\s*\]/gm)].map(([, name]) => name),
  );
  if (sections.includes(profile)) {
    throw new ProbeError('credentials', `the AWS profile ${profile} gives no credentials, or they have ended`, {
      next: `Sign in again (aws sso login --profile ${profile}), or name another profile.`,
    });
  }
  throw new ProbeError('credentials', `the AWS profile ${profile} is neither in ${files.join(' nor in ')}`, {
    next: 'Correct aws.profile of the environment file, or AWS_PROFILE, or add the profile (aws configure sso).',
  });
}
