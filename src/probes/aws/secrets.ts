import type { DescribeSecretResponse, SecretListEntry } from '@aws-sdk/client-secrets-manager';
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

/** The configured secret as Secrets Manager describes it. Its value is never read. */
export const ownSecret = awsProbe({
  id: 'aws/own-secret',
  async gather(aws, _facts, { environment }) {
    const answer = await aws.find('secretsmanager:DescribeSecret', { SecretId: environment.credentials.secret });
    return demandSecret(aws, answer, environment.credentials.secret);
  },
});

/** Every secret of the account in the region. */
export const allSecrets = awsProbe({
  id: 'aws/all-secrets',
  async gather(aws): Promise<readonly Secret[]> {
    const { SecretList = [] } = await aws.read('secretsmanager:ListSecrets', {});
    return SecretList.map((s) => {
      if (!s.ARN || !s.Name)
        throw new ProbeError('bad_response', 'Secrets Manager listed a secret without ARN or name');
      return { ...s, ARN: s.ARN, Name: s.Name };
    });
  },
});

/** More than this and the run would be nothing but questions about secrets. */
const mostSecrets = 250;

/**
 * Every secret with its resource policy, the configured one among them: what a role can read follows from both. A list
 * that lacks the configured secret is of another account or region, or not whole.
 */
export const guardedSecrets = awsProbe({
  id: 'aws/guarded-secrets',
  needs: { ownSecret, allSecrets },
  async gather(aws, { ownSecret, allSecrets }): Promise<readonly GuardedSecret[]> {
    if (!ownSecret.DeletedDate && !allSecrets.some(({ ARN }) => ARN === ownSecret.ARN)) {
      throw new ProbeError('truncated', 'the list of secrets lacks the configured one');
    }
    const secrets = allSecrets.some(({ ARN }) => ARN === ownSecret.ARN) ? allSecrets : [ownSecret, ...allSecrets];
    if (secrets.length > mostSecrets) {
      throw new ProbeError('truncated', `the account has more than ${mostSecrets} secrets in this region`, {
        next: 'Keep the deployment in an account of its own.',
      });
    }
    return Promise.all(
      secrets.map(async ({ ARN, Name, Tags }) => ({
        arn: ARN,
        name: Name,
        tags: Object.fromEntries((Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
        policy: await resourcePolicy(aws, ARN),
      })),
    );
  },
});

async function resourcePolicy(aws: AwsPort, arn: string): Promise<Policy | undefined> {
  const { ARN, ResourcePolicy } = await aws.read('secretsmanager:GetResourcePolicy', { SecretId: arn });
  if (ARN !== arn) throw new ProbeError('bad_response', 'Secrets Manager gave the policy of another secret');
  return ResourcePolicy ? parsePolicy(ResourcePolicy, `resource policy of ${arn}`, 'resource') : undefined;
}

function demandSecret(aws: AwsPort, answer: DescribeSecretResponse | undefined, id: string) {
  if (!answer) {
    throw new ProbeError('not_found', 'the secret of the environment file does not exist in this account and region', {
      next: 'Compare credentials.secret, aws.account and aws.region with the deployment.',
    });
  }
  const { ARN, Name } = answer;
  if (!ARN || !Name || (Name !== id && !isArnOf(id, ARN))) {
    throw new ProbeError('bad_response', 'Secrets Manager described another secret, or one without ARN and name');
  }
  const [, , , region, account] = ARN.split(':');
  if (account !== aws.account || region !== aws.region) {
    throw new ProbeError('wrong_subject', 'the secret belongs to another account or region');
  }
  return { ...answer, ARN, Name };
}

/** A secret may be named by its whole ARN, or without the six characters that end it. */
function isArnOf(id: string, arn: string): boolean {
  return id === arn || id === arn.slice(0, -7);
}
