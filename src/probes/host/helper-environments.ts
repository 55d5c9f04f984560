import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { integer, oneOf } from './records.ts';
import { type SuspectVariables, searchVariables, suspectVariables } from './variables.ts';

/** The environments of every other process of the agent's user: servers of tools, browsers, what the agent has started. */
export interface HelperEnvironments extends SuspectVariables {
  readonly processes: number;
  /** Processes that were still there and whose environment could not be read. */
  readonly unreadable: number;
}

/** By root: a process that guards its memory, such as the sandbox of a browser, shows its environment to nobody else. */
export const helperEnvironments = hostProbe<HelperEnvironments | ProbeError>({
  id: 'host/helper-environments',
  as: 'root',
  lost: (error) => error,
  seconds: 20,
  script: (environment) => `
need id tr grep sort cat
user=$(id -u "$CLAWCHECK_USER") || { say state no-user; exit 0; }
say state seen
${searchVariables(environment)}
gateway=$(gateway_pid)
processes=0 unreadable=0 helpers= failed=
for at in /proc/[0-9]*; do
  [ "$at" != "/proc/$gateway" ] || continue
  while read -r key real _; do
    [ "$key" = Uid: ] || continue
    [ "$real" != "$user" ] || helpers="$helpers $at"
    break
  done 2>/dev/null <"$at/status"
done
for at in $helpers; do
  if cat "$at/environ" >/dev/null 2>&1; then processes=$((processes + 1)); else failed="$failed $at"; fi
done
say processes "$processes"
# A line break in a value would look like the next variable; most variables are those of the gateway again.
for at in $helpers; do tr '\\n\\0' ' \\n' <"$at/environ"; echo; done 2>/dev/null | sort -u | variables
# What was about to end is gone by now.
for at in $failed; do [ ! -d "$at" ] || unreadable=$((unreadable + 1)); done
say unreadable "$unreadable"
say end complete
`,
  parse(records, { environment }) {
    if (oneOf(records, 'state', ['seen', 'no-user']) === 'no-user') {
      throw new ProbeError('not_found', 'the host does not know the agent user');
    }
    oneOf(records, 'end', ['complete']);
    return {
      ...suspectVariables(records, environment),
      processes: integer(records, 'processes'),
      unreadable: integer(records, 'unreadable'),
    };
  },
});
