import { titleOfRule } from '../../src/judging/canary.ts';
import { shown } from '../../src/judging/gateway-config.ts';
import { secretRules } from '../../src/judging/secret-patterns.ts';
import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { type ConfigEnvironment, configEnvironment } from '../../src/probes/gateway/config-environment.ts';
import { gatewayEnvironment } from '../../src/probes/host/gateway-environment.ts';
import { helperEnvironments } from '../../src/probes/host/helper-environments.ts';
import type { SuspectVariables } from '../../src/probes/host/variables.ts';

export default check({
  title: 'No credential is in the environment of the gateway',
  failureTitle: 'A credential is in the environment of the gateway',
  why: 'Every command that the agent starts inherits the environment and can print it.',
  trap: 'Names of variables are looked at; a harmless one may hold a credential.',
  remediation:
    'Take the variable out of the unit and its EnvironmentFile, read the value from Secrets Manager (SecretRef with an exec provider), and rotate it.',
  needs: { process: gatewayEnvironment, helpers: helperEnvironments, config: configEnvironment },
  judge({ process, helpers, config }) {
    const expected = 'no credential';
    const found = [
      ...(process instanceof ProbeError ? [] : suspects('process', process)),
      ...(helpers instanceof ProbeError ? [] : suspects('helpers', helpers)),
      ...(config instanceof ProbeError ? [] : configured(config)),
    ];
    if (isNonEmpty(found)) return fail(found);
    if (process instanceof ProbeError) return undetermined(process.reason, process.message);
    const { variables, unit } = process;
    const forms = `by name and by ${secretRules.length} forms`;
    const looked: Observation<Fact> = {
      fact: 'process',
      subject: 'variables of the gateway process, its dotenv files and its unit',
      expected,
      observed: `none in ${variables}, ${forms}; unit: ${unit}`,
    };
    // A process without a single variable is more likely one whose environment was hidden.
    if (variables === 0) return undetermined('empty_subject', 'the environment of the gateway is empty', [looked]);
    if (unit === 'unreadable') return undetermined('access_denied', 'the unit of the gateway cannot be read', [looked]);
    if (helpers instanceof ProbeError) return undetermined(helpers.reason, helpers.message, [looked]);
    const others: Observation<Fact> = {
      fact: 'helpers',
      subject: "other processes of the agent's user",
      expected,
      observed: `none in ${helpers.processes} processes, ${forms}`,
    };
    if (helpers.unreadable > 0) {
      const message = `the environment of ${helpers.unreadable} processes of the agent's user could not be read`;
      return undetermined('access_denied', message, [looked, others]);
    }
    if (config instanceof ProbeError) return undetermined(config.reason, config.message, [looked, others]);
    if (config.loginShell) {
      const message = 'the gateway takes up variables of its login shell (env.shellEnv), which nothing shows';
      return undetermined('conflict', message, [looked, others]);
    }
    const observed = `none in ${config.variables} variables`;
    return pass([
      looked,
      others,
      { fact: 'config', subject: 'variables that its configuration sets', expected, observed },
    ]);
  },
});

type Fact = 'process' | 'helpers' | 'config';

function configured({ credentials }: ConfigEnvironment): Observation<Fact>[] {
  return credentials.map((path) => {
    const observed = 'set, and named or formed like a credential';
    return { fact: 'config', subject: shown(path), expected: 'no credential', observed };
  });
}

function suspects<F extends 'process' | 'helpers'>(fact: F, { named, matched }: SuspectVariables): Observation<F>[] {
  const expected = 'no credential';
  const of = (name: string) => (fact === 'process' ? name : `${name}, in another process of the agent's user`);
  return [
    ...named.map((name): Observation<F> => {
      return { fact, subject: of(name), expected, observed: 'set, and named like a credential' };
    }),
    ...matched.map(({ name, rule }): Observation<F> => {
      const title = titleOfRule(rule) ?? rule;
      return { fact, subject: of(name), expected, observed: `its value has the form of: ${title}` };
    }),
  ];
}
