// The rules that the types carry: each line below an expected error must not compile. Checked by `npm run types`.
import { check, fail, pass } from '../../src/model/check.ts';
import type { AwsPort } from '../../src/ports/aws.ts';
import { allow, type operations } from '../../src/ports/aws-operations.ts';
import type { DrillAwsPort } from '../../src/ports/drill-operations.ts';
import { group } from '../../src/probes/aws/group.ts';
import { instances } from '../../src/probes/aws/instances.ts';

const text = { title: '', failureTitle: '', why: '', remediation: '' };
const seen = { subject: 's', expected: 'e', observed: 'o' };

export const readsUndeclaredFact = check({
  ...text,
  needs: { group },
  judge(facts) {
    // @ts-expect-error a fact that was not declared cannot be read
    facts.instances;
    return fail([{ fact: 'group', ...seen }]);
  },
});

export const citesUndeclaredFact = check({
  ...text,
  needs: { group },
  // @ts-expect-error evidence can only come from a declared fact
  judge() {
    return pass([{ fact: 'instances', ...seen }]);
  },
});

// @ts-expect-error a pass needs evidence
pass([]);
// @ts-expect-error a failure needs evidence
fail([]);

export const returnsUnknown = check({
  ...text,
  needs: { instances },
  // @ts-expect-error only the runner makes unknown
  judge() {
    return { outcome: 'unknown' };
  },
});

export async function callsWhatIsNotAllowed(aws: AwsPort) {
  // @ts-expect-error not in the allow-list, and not a read
  await aws.read('ec2:TerminateInstances', {});
  // @ts-expect-error a secret's value can never be asked for
  await aws.read('secretsmanager:GetSecretValue', { SecretId: 'x' });
  // @ts-expect-error the input has the type of the operation
  await aws.read('ec2:DescribeInstances', { InstanceIds: 1 });
}

export async function callsWhatADrillMayNot(drills: DrillAwsPort, aws: AwsPort) {
  // @ts-expect-error the port of a run has no operation of the drills
  await aws.read('ec2:StopInstances', { InstanceIds: [] });
  // @ts-expect-error nor has that of the drills any that is not in their list
  await drills.call('ec2:TerminateInstances', { InstanceIds: [] });
  // @ts-expect-error the input has the type of the operation
  await drills.call('ec2:StopInstances', { InstanceIds: 1 });
}

allow({ 'ec2:DescribeInstances': { members: [] } });
// @ts-expect-error a mutating operation cannot be allowed
allow({ 'ec2:TerminateInstances': { members: [] } });
// @ts-expect-error nor can reading a secret's value, although it only reads
allow({ 'secretsmanager:GetSecretValue': { members: [] } });
export type Operations = typeof operations;
