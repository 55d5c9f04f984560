import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { readAccountDetails, roleOfProfile } from './account-details.ts';
import { distinct } from './demand.ts';
import { group } from './group.ts';
import { instances } from './instances.ts';

export interface HealthReporter {
  /** The declared timer; undefined where none is declared, and then nothing else is looked at. */
  readonly timer: string | undefined;
  readonly roles: readonly string[];
  /** Whether IAM's simulation allows each of the roles to set the health of an instance of the group. */
  readonly permitted: boolean;
}

/** Whether the declared reporter on the instances could report: their role's permission, as IAM simulates it. */
export const healthReporter = awsProbe({
  id: 'aws/health-reporter',
  needs: { group, instances },
  async gather(aws, { group, instances }, { environment }): Promise<HealthReporter> {
    const timer = environment.infrastructure.healthReporterTimer;
    if (!timer || group.HealthCheckType?.includes('ELB')) return { timer, roles: [], permitted: false };
    const profiles = instances.map(({ IamInstanceProfile }) => {
      const [, name] = /:instance-profile\/(?:.*\/)?([^/]+)$/.exec(IamInstanceProfile?.Arn ?? '') ?? [];
      return name;
    });
    if (profiles.length === 0 || profiles.includes(undefined)) return { timer, roles: [], permitted: false };
    const accountDetails = await readAccountDetails(aws);
    const names = distinct(profiles).map((profile) => roleOfProfile(accountDetails, profile));
    const roles = distinct(
      accountDetails.roles.flatMap((r) => (names.includes(r.RoleName ?? '') ? (r.Arn ?? []) : [])),
    );
    const answers = await Promise.all(roles.map((role) => isPermitted(aws, role, group.AutoScalingGroupARN)));
    return { timer, roles, permitted: roles.length > 0 && answers.every(Boolean) };
  },
});

async function isPermitted(aws: AwsPort, role: string, resource: string): Promise<boolean> {
  const { EvaluationResults } = await aws.read('iam:SimulatePrincipalPolicy', {
    PolicySourceArn: role,
    ActionNames: ['autoscaling:SetInstanceHealth'],
    ResourceArns: [resource],
  });
  const [result] = EvaluationResults ?? [];
  if (!result?.EvalDecision) throw new ProbeError('bad_response', 'IAM simulated nothing');
  return result.EvalDecision === 'allowed';
}
