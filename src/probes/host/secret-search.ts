import type { Environment } from '../../environment/schema.ts';
import { canaryRule } from '../../judging/canary.ts';
import { harmless, type SecretRule, secretRules } from '../../judging/secret-patterns.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { all, oneOf } from './records.ts';

/** What is searched for: the known forms of credentials, and the canary where one is configured. */
export function searchedRules({ credentials }: Environment): readonly SecretRule[] {
  return credentials.canary === undefined ? secretRules : [...secretRules, canaryRule(credentials.canary)];
}

/** Shell text: RULES has an id and its pattern on each line, ALL has the patterns alone. */
export const searchRules = (environment: Environment) => {
  const rules = searchedRules(environment);
  return `RULES=${quote(rules.map(({ id, pattern }) => `${id} ${pattern}`).join('\n'))}
ALL=${quote(rules.map(({ pattern }) => pattern).join('\n'))}`;
};

/** Shell text: says of each rule whether the grep of the host finds a made-up value, and that it finds not just anything. */
export const searchSelfTest = (environment: Environment) => `while IFS= read -r line; do
  id=\${line%% *}
  if printf '%s\\n' "\${line#* }" | grep -q -a -E -e "$(printf '%s\\n' "$RULES" | sed -n "s/^$id //p")"; then say selftest "$id"; fi
done <<'SAMPLES'
${searchedRules(environment)
  .map(({ id, sample }) => `${id} ${sample()}`)
  .join('\n')}
SAMPLES
harmless=missed
if printf '%s\\n' ${quote(harmless)} | grep -q -a -E -e "$ALL"; then harmless=hit; fi
say harmless "$harmless"`;

/** @throws ProbeError `no_control` unless each made-up value was found, and the harmless one was not */
export function demandSelfTest(records: HostRecords, environment: Environment): void {
  const missed = searchedRules(environment).filter(({ id }) => !all(records, 'selftest').includes(id));
  if (missed.length > 0 || oneOf(records, 'harmless', ['missed', 'hit']) === 'hit') {
    throw new ProbeError('no_control', 'grep on the host did not find the made-up values that it must find', {
      next: 'Install GNU grep on the host.',
    });
  }
}
