import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { readAccountDetails, roleOfProfile } from './account-details.ts';
import { distinct } from './demand.ts';
import { group } from './group.ts';
import { instances } from './instances.ts';
import { readActivities } from './scaling-activities.ts';

export interface HealthReporter {
  /** The declared timer; undefined where none is declared, and then nothing else is looked at. */
  readonly timer: string | undefined;
  readonly roles: readonly string[];
  /** Whether IAM's simulation allows each of the roles to set the health of an instance of the group. */
  readonly permitted: boolean;
  /** When Auto Scaling last took an instance out of service because it was reported unhealthy. */
  readonly reported: { readonly instance: string; readonly at: Date } | undefined;
}

/** Whether the declared reporter on the instances could report: their role's permission, as IAM simulates it. */
export const healthReporter = awsProbe({
  id: 'aws/health-reporter',
  needs: { group, instances },
  async gather(aws, { group, instances }, { environment }): Promise<HealthReporter> {
    const timer = environment.infrastructure.healthReporterTimer;
    if (!timer || group.HealthCheckType?.includes('ELB'))
      return { timer, roles: [], permitted: false, reported: undefined };
    const activities = await readActivities(aws, group.AutoScalingGroupName);
    const last = activities.find((a) => a.reported && a.status === 'Successful');
    const reported = last && { instance: last.instance, at: last.start };
    const profiles = instances.map(({ IamInstanceProfile }) => {
      const [, name] = /:instance-profile\/(?:.*\/)?([^/]+)$/.exec(IamInstanceProfile?.Arn ?? '') ?? [];
      return name;
    });
    if (profiles.length === 0 || profiles.includes(undefined)) return { timer, roles: [], permitted: false, reported };
    const accountDetails = await readAccountDetails(aws);
    const names = distinct(profiles).map((profile) => roleOfProfile(accountDetails, profile));
    const roles = distinct(
      accountDetails.roles.flatMap((r) => (names.includes(r.RoleName ?? '') ? (r.Arn ?? []) : [])),
    );
    const answers = await Promise.all(roles.map((role) => isPermitted(aws, role, group.AutoScalingGroupARN)));
    return { timer, roles, permitted: roles.length > 0 && answers.every(Boolean), reported };
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
