import { mayTakeOn } from '../../src/judging/role-trust.ts';
import { judgeReading, judgeReadings, simulationHeard } from '../../src/judging/secret-isolation.ts';
import { check, fail, isNonEmpty, type Observation, undetermined } from '../../src/model/check.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';
import type { RolePolicies } from '../../src/probes/aws/role-policies.ts';
import { alertRole, alertSimulation, instanceSimulation } from '../../src/probes/aws/secret-readers.ts';
import { guardedSecrets, ownSecret } from '../../src/probes/aws/secrets.ts';

export default check({
  title: 'Alerting has a secret of its own',
  failureTitle: 'Alerting and the gateway can read the secrets of each other',
  why: 'Whoever takes over one of the two must not get the credentials of the other.',
  trap: 'Two names are taken for two keepers; one role may read both, or take on the other one.',
  remediation:
    'Give the alerting function a role of its own that reads the monitoring secret only, and keep that secret out of reach of the instance role; let neither role take on the other.',
  needs: { alertRole, instanceRoles, ownSecret, guardedSecrets, alertSimulation, instanceSimulation },
  judge({ alertRole, instanceRoles, ownSecret, guardedSecrets, alertSimulation, instanceSimulation }, { environment }) {
    const wanted = environment.credentials.monitoringSecret;
    if (!wanted) return undetermined('not_configured', 'the environment file names no secret of the alerting');
    const main = guardedSecrets.find(({ arn }) => arn === ownSecret.ARN);
    if (!main) return undetermined('truncated', 'the list of secrets lacks the configured one');
    const apart = guardedSecrets.find(({ arn, name }) => [name, arn, arn.slice(0, -7)].includes(wanted));
    if (!apart || apart.arn === main.arn) {
      const observed = apart ? 'it is the secret of the gateway' : 'it does not exist in this account and region';
      const expected = 'a secret apart from that of the gateway';
      return fail([{ fact: 'guardedSecrets', subject: wanted, expected, observed }]);
    }
    if (instanceRoles.length === 0) return undetermined('empty_subject', 'the instances have no role');
    const wrong = instanceRoles.flatMap((role) => [
      ...takesOn('instanceRoles', role, alertRole),
      ...takesOn('alertRole', alertRole, role),
    ]);
    if (isNonEmpty(wrong)) return fail(wrong);
    if ([alertRole, ...instanceRoles].some(({ trust }) => !trust)) {
      return undetermined('bad_response', 'who may take on a role is not said in the grammar of IAM policies');
    }
    const readings = [
      judgeReading('alertRole', alertRole, apart, alertSimulation, 'readable'),
      judgeReading('alertRole', alertRole, main, alertSimulation, 'refused'),
      ...instanceRoles.map((role) => {
        const simulated = instanceSimulation.find((s) => s.role === role.arn);
        return judgeReading('instanceRoles', role, apart, simulated, 'refused');
      }),
    ];
    return judgeReadings(readings, [
      simulationHeard('alertSimulation', alertSimulation),
      ...instanceSimulation.map((s) => simulationHeard('instanceSimulation', s)),
    ]);
  },
});

/** Whoever may take on a role reads what that role reads. The same role for both shows in what it reads. */
function takesOn<F extends string>(fact: F, role: RolePolicies, other: RolePolicies): Observation<F>[] {
  if (role.arn === other.arn || !other.trust || mayTakeOn(role, other) === 'no') return [];
  return [{ fact, subject: role.arn, expected: `may not take on ${other.arn}`, observed: 'may take it on' }];
}
