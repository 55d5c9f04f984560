import { titleOfRule } from '../../src/judging/canary.ts';
import { secretRules } from '../../src/judging/secret-patterns.ts';
import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { gatewayEnvironment } from '../../src/probes/host/gateway-environment.ts';

export default check({
  title: 'No credential is in the environment of the gateway',
  failureTitle: 'A credential is in the environment of the gateway',
  why: 'Every command that the agent starts inherits the environment and can print it.',
  trap: 'Names of variables are looked at; a harmless one may hold a credential.',
  remediation:
    'Take the variable out of the unit and its EnvironmentFile, read the value from Secrets Manager (SecretRef with an exec provider), and rotate it.',
  needs: { process: gatewayEnvironment },
  judge({ process }) {
    if (process instanceof ProbeError) return undetermined(process.reason, process.message);
    const { variables, named, matched, unit } = process;
    const expected = 'no credential';
    const found = [
      ...named.map((name): Observation<'process'> => {
        return { fact: 'process', subject: name, expected, observed: 'set, and named like a credential' };
      }),
      ...matched.map(({ name, rule }): Observation<'process'> => {
        const title = titleOfRule(rule) ?? rule;
        return { fact: 'process', subject: name, expected, observed: `its value has the form of: ${title}` };
      }),
    ];
    if (isNonEmpty(found)) return fail(found);
    const looked: Observation<'process'> = {
      fact: 'process',
      subject: 'variables of the gateway process and its unit',
      expected,
      observed: `none in ${variables}, by name and by ${secretRules.length} forms; unit: ${unit}`,
    };
    // A process without a single variable is more likely one whose environment was hidden.
    if (variables === 0) return undetermined('empty_subject', 'the environment of the gateway is empty', [looked]);
    if (unit === 'unreadable') return undetermined('access_denied', 'the unit of the gateway cannot be read', [looked]);
    return pass([looked]);
  },
});
