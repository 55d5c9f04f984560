import { strangersElsewhere, strangerTo } from '../../src/judging/secret-access.ts';
import { judgeReading, judgeReadings, simulationHeard } from '../../src/judging/secret-isolation.ts';
import { check, type Finding, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';
import { instanceSimulation } from '../../src/probes/aws/secret-readers.ts';
import { guardedSecrets, ownSecret } from '../../src/probes/aws/secrets.ts';
import { secretReads } from '../../src/probes/host/secret-reads.ts';

export default check({
  title: 'The instance role reads its own secret and no other',
  failureTitle: 'The instance role reads more than its own secret, or not even that',
  why: 'Whoever talks the agent into something gets no further than what its role can read.',
  trap: 'The ARN looks like one secret, and its wildcard matches a second; NotResource, managed policies and the policies of other secrets are not read.',
  remediation:
    'Allow secretsmanager:GetSecretValue on the full ARN of the one secret, without wildcards, and remove every other statement, managed policy and resource policy that reaches a secret.',
  needs: { instanceRoles, ownSecret, guardedSecrets, instanceSimulation, reads: secretReads },
  judge({ instanceRoles, ownSecret, guardedSecrets, instanceSimulation, reads }) {
    if (instanceRoles.length === 0) return undetermined('empty_subject', 'the instances have no role');
    const own = guardedSecrets.filter(({ arn }) => arn === ownSecret.ARN);
    const others = guardedSecrets.filter(({ arn }) => arn !== ownSecret.ARN);
    if (own.length !== 1) return undetermined('truncated', 'the list of secrets lacks the configured one');
    const at = { arn: ownSecret.ARN };
    // What hangs on a condition, an instance shows that reads its own secret.
    const reader = reads instanceof ProbeError || reads.own !== 'readable' ? '' : reads.caller;
    const isShown = ({ account, name }: { account: string; name: string }) =>
      reader.includes(`::${account}:assumed-role/${name}/`);
    const shown: Finding<'reads'>[] = [];
    const readings = instanceRoles.flatMap((role) => {
      const simulated = instanceSimulation.find((s) => s.role === role.arn);
      return [
        ...own.map((s) => {
          const reading = judgeReading('instanceRoles', role, s, simulated, 'readable');
          if (!reading.open || !isShown(role)) return reading;
          shown.push({ fact: 'reads', subject: reader, expected: 'reads it', observed: 'reads it', ok: true });
          return { ...reading, open: false };
        }),
        ...[strangerTo(at), ...others, ...strangersElsewhere(role, at)].map((s) =>
          judgeReading('instanceRoles', role, s, simulated, 'refused'),
        ),
      ];
    });
    const heard = instanceSimulation.map((s) => simulationHeard('instanceSimulation', s));
    return judgeReadings<'instanceRoles' | 'instanceSimulation' | 'reads'>(readings, [...heard, ...shown]);
  },
});
