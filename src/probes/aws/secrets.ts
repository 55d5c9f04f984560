import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { type Policy, parsePolicy } from '../../judging/iam-document.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';

export type Secret = SecretListEntry & { readonly ARN: string; readonly Name: string };

/** A secret and the resource policy on it; undefined where it has none. */
export interface GuardedSecret {
  readonly arn: string;
  readonly name: string;
  /** Tags, because conditions of policies may ask for them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: Policy | undefined;
}

/** Every secret of the account in the region, those that wait for their deletion among them. */
export const allSecrets = awsProbe({
  id: 'aws/all-secrets',
  gather: (aws) => readSecrets(aws),
});

/** The same, for a probe that can do without. */
export async function readSecrets(aws: AwsPort): Promise<readonly Secret[]> {
  const { SecretList = [] } = await aws.read('secretsmanager:ListSecrets', { IncludePlannedDeletion: true });
  return SecretList.map((s) => {
    if (!s.ARN || !s.Name) throw new ProbeError('bad_response', 'Secrets Manager listed a secret without ARN or name');
    const [, , , region, account] = s.ARN.split(':');
    if (account !== aws.account || region !== aws.region) {
      throw new ProbeError('wrong_subject', 'a secret of another account or region was listed');
    }
    return { ...s, ARN: s.ARN, Name: s.Name };
  });
}

/**
 * The configured secret as Secrets Manager lists it; undefined where it says that there is none. Its value is never
 * read. Only where the list lacks it is it asked for by name: a list without a secret that exists is not whole.
 */
export const configuredSecret = awsProbe({
  id: 'aws/configured-secret',
  needs: { allSecrets },
  async gather(aws, { allSecrets }, { environment }): Promise<Secret | undefined> {
    const SecretId = environment.credentials.secret;
    const [found, ...others] = allSecrets.filter((secret) => isNamed(secret, SecretId));
    if (others.length > 0) throw new ProbeError('bad_response', 'two secrets have the configured name');
    if (found) return found;
    const described = await aws.find('secretsmanager:DescribeSecret', { SecretId });
    if (described) throw new ProbeError('truncated', 'the list of secrets lacks the configured one');
    return undefined;
  },
});

/** The same. That there is none is a ProbeError `not_found`. */
export const ownSecret = awsProbe({
  id: 'aws/own-secret',
  needs: { configuredSecret },
  async gather(_aws, { configuredSecret }): Promise<Secret> {
    if (configuredSecret) return configuredSecret;
    throw new ProbeError('not_found', 'the secret of the environment file does not exist in this account and region', {
      next: 'Compare credentials.secret, aws.account and aws.region with the deployment.',
    });
  },
});

/** More than this and the run would be nothing but questions about secrets. */
const mostSecrets = 1000;

/**
 * Every secret with its resource policy: what a role can read follows from both. One that waits for its deletion can be
 * read by nobody; the configured one is kept all the same.
 */
export const guardedSecrets = awsProbe({
  id: 'aws/guarded-secrets',
  needs: { configuredSecret, allSecrets },
  async gather(aws, { configuredSecret, allSecrets }): Promise<readonly GuardedSecret[]> {
    const secrets = allSecrets.filter(({ ARN, DeletedDate }) => !DeletedDate || ARN === configuredSecret?.ARN);
    if (secrets.length > mostSecrets) {
      throw new ProbeError('truncated', `the account has more than ${mostSecrets} secrets in this region`, {
        next: 'Keep the deployment in an account of its own.',
      });
    }
    return Promise.all(
      secrets.map(async ({ ARN, Name, Tags, DeletedDate }) => ({
        arn: ARN,
        name: Name,
        tags: Object.fromEntries((Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
        policy: DeletedDate ? undefined : await resourcePolicy(aws, ARN),
      })),
    );
  },
});

async function resourcePolicy(aws: AwsPort, arn: string): Promise<Policy | undefined> {
  const { ARN, ResourcePolicy } = await aws.read('secretsmanager:GetResourcePolicy', { SecretId: arn });
  if (ARN !== arn) throw new ProbeError('bad_response', 'Secrets Manager gave the policy of another secret');
  return ResourcePolicy ? parsePolicy(ResourcePolicy, `resource policy of ${arn}`, 'resource') : undefined;
}

/** A secret may be named by its name, by its whole ARN, or by that without the six characters that end it. */
export function isNamed({ ARN, Name }: Pick<Secret, 'ARN' | 'Name'>, id: string): boolean {
  return [Name, ARN, ARN.slice(0, -7)].includes(id);
}
