import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand } from './demand.ts';
import { allSecrets, ownSecret } from './secrets.ts';

/** How old the value of a secret is, and what would renew it. */
export interface SecretAge {
  readonly arn: string;
  /** When the current version was made. Editing a tag does not make one, unlike the date of the last change. */
  readonly valueFrom: Date;
  /** Whether Secrets Manager rotates it by itself. */
  readonly rotates: boolean;
  readonly rule: string;
}

/** The ages of the secrets of the deployment: the gateway's and, where one is configured, the alerting's. */
export const secretAges = awsProbe({
  id: 'aws/secret-ages',
  needs: { ownSecret, allSecrets },
  async gather(aws, { ownSecret, allSecrets }, { environment }): Promise<readonly SecretAge[]> {
    const wanted = environment.credentials.monitoringSecret;
    const apart = allSecrets.filter(
      ({ ARN, Name }) => wanted && ARN !== ownSecret.ARN && [Name, ARN, ARN.slice(0, -7)].includes(wanted),
    );
    const isOwn = wanted && [ownSecret.Name, ownSecret.ARN, ownSecret.ARN.slice(0, -7)].includes(wanted);
    if (wanted && !isOwn && apart.length === 0) {
      throw new ProbeError('not_found', 'the secret of the alerting is not in this account and region', {
        next: 'Compare credentials.monitoringSecret with the deployment.',
      });
    }
    return Promise.all(
      [ownSecret, ...apart].map(async ({ ARN, RotationEnabled, RotationRules }) => ({
        arn: ARN,
        valueFrom: await currentSince(aws, ARN),
        rotates: RotationEnabled === true,
        rule:
          RotationRules?.ScheduleExpression ??
          (RotationRules?.AutomaticallyAfterDays ? `every ${RotationRules.AutomaticallyAfterDays} days` : 'no rule'),
      })),
    );
  },
});

async function currentSince(aws: AwsPort, arn: string): Promise<Date> {
  const { Versions } = await aws.read('secretsmanager:ListSecretVersionIds', { SecretId: arn });
  const current = demand(Versions, 'the versions of a secret').filter((v) => v.VersionStages?.includes('AWSCURRENT'));
  const [only] = current;
  if (!only || current.length > 1) throw new ProbeError('bad_response', 'a secret has no single current version');
  return demand(only.CreatedDate, 'the date of the current version of a secret');
}
