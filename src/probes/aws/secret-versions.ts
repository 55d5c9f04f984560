import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand } from './demand.ts';
import { allSecrets, isNamed, ownSecret, type Secret } from './secrets.ts';

/** How old the value of a secret is, and what would renew it. */
export interface SecretAge {
  readonly arn: string;
  /** When the current version was made, or a time after which it surely was. */
  readonly valueFrom: Date;
  /** Whether Secrets Manager rotates it by itself. */
  readonly rotates: boolean;
  /** By when Secrets Manager wants to have rotated it. */
  readonly due: Date | undefined;
  readonly rule: string;
}

/** The ages of the secrets of the deployment: the gateway's and, where one is configured, the alerting's. */
export const secretAges = awsProbe({
  id: 'aws/secret-ages',
  needs: { ownSecret, allSecrets },
  async gather(aws, { ownSecret, allSecrets }, { environment, now }): Promise<readonly SecretAge[]> {
    const { monitoringSecret: wanted, rotationDays } = environment.credentials;
    const apart = allSecrets.filter(
      (secret) => wanted && secret.ARN !== ownSecret.ARN && !secret.DeletedDate && isNamed(secret, wanted),
    );
    if (wanted && !isNamed(ownSecret, wanted) && apart.length === 0) {
      throw new ProbeError('not_found', 'the secret of the alerting is not in this account and region', {
        next: 'Compare credentials.monitoringSecret with the deployment.',
      });
    }
    const youngEnough = now.getTime() - rotationDays * dayMs;
    return Promise.all(
      [ownSecret, ...apart].map(async (secret) => {
        const { ARN, RotationEnabled, RotationRules, NextRotationDate } = secret;
        const known = valueMadeAfter(secret);
        return {
          arn: ARN,
          valueFrom: known && known.getTime() > youngEnough ? known : await currentSince(aws, ARN),
          rotates: RotationEnabled === true,
          due: NextRotationDate,
          rule:
            RotationRules?.ScheduleExpression ??
            (RotationRules?.AutomaticallyAfterDays ? `every ${RotationRules.AutomaticallyAfterDays} days` : 'no rule'),
        };
      }),
    );
  },
});

const dayMs = 86_400_000;
/** The end of a rotation and the last change of a secret are the same event, written down moments apart. */
const sameEventMs = 60_000;

/**
 * A time after which the current value was surely made: that of the last rotation, where nothing was changed since, or
 * that of the secret itself. Only where neither is young enough do its versions have to be asked for.
 */
function valueMadeAfter({ CreatedDate, LastRotatedDate, LastChangedDate }: Secret): Date | undefined {
  if (!LastRotatedDate || !LastChangedDate) return CreatedDate;
  return LastChangedDate.getTime() - LastRotatedDate.getTime() <= sameEventMs ? LastRotatedDate : CreatedDate;
}

async function currentSince(aws: AwsPort, arn: string): Promise<Date> {
  const { Versions } = await aws.read('secretsmanager:ListSecretVersionIds', { SecretId: arn });
  const current = demand(Versions, 'the versions of a secret').filter((v) => v.VersionStages?.includes('AWSCURRENT'));
  const [only] = current;
  if (!only || current.length > 1) throw new ProbeError('bad_response', 'a secret has no single current version');
  return demand(only.CreatedDate, 'the date of the current version of a secret');
}
