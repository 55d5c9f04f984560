import { type HostProgram, type HostRunAs, quote } from '../../ports/host.ts';
import { groupLibrary, partLibrary, sane } from './shell-library.ts';

export interface BatchOptions {
  /** 24 lower-case hex digits, new for each batch. */
  readonly nonce: string;
  /** The operating-system user that the agent runs as. */
  readonly agentUser: string;
  /** `CLAWCHECK_PORT` of the parts. */
  readonly gatewayPort?: number;
  /** The command that changes the user; `sudo` unless said otherwise. */
  readonly sudo?: string;
}

/** The order in which the groups answer. */
export const groups: readonly HostRunAs[] = ['login', 'agent', 'root'];

const userName = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;
const programId = /^[A-Za-z0-9][A-Za-z0-9/-]{0,99}$/;

/** Seconds that the whole batch may take on the host: the slowest part, and what it takes to start and end. */
export function batchSeconds(programs: readonly HostProgram[]): number {
  return Math.max(1, ...programs.map((p) => Math.ceil(p.seconds))) + 8;
}

/**
 * What the login shell of the host parses: the same words in sh, bash, zsh, fish and csh. The script itself goes in on
 * the standard input, which has to stay open: closing it ends everything that the batch started.
 */
export function batchCommand(programs: readonly HostProgram[]): string {
  return `exec timeout -k 2 ${batchSeconds(programs)} sh -s`;
}

function groupScript(parts: readonly HostProgram[], as: HostRunAs, options: BatchOptions): string {
  const header = [
    `N=${options.nonce}`,
    `CLAWCHECK_USER=${quote(options.agentUser)}`,
    `CLAWCHECK_PORT=${options.gatewayPort ?? 18789}`,
  ].join('\n');
  const home = as === 'login' ? '' : `HOME=~${as === 'root' ? 'root' : options.agentUser}; export HOME\n`;
  const stages = parts.map((p) => `turn ${quote(p.id)} ${Math.ceil(p.seconds)} ${quote(p.script)}`);
  // A function, called on the last line: a script that was cut on its way does nothing.
  return `${sane}exec 2>/dev/null
${header}
H=${quote(header)}
L=${quote(partLibrary)}
${home}cd / || exit 1
${groupLibrary}
run() {
exec 3<&0 </dev/null
printf '%s !as ${as}\\n' "$N"
if command -v timeout >/dev/null; then :; else printf '%s !lacks timeout ${as}\\n' "$N"; exit 0; fi
trap : HUP TERM
( trap '' HUP TERM; while read -r _; do :; done <&3; stop ) >/dev/null &
w=$!
exec 3<&-
{ ${stages.join(' |\n')}
} 5>&1
kill -s KILL "$w"
exit 0
}
run
`;
}

/** How each group gets to its user. `E` stays empty when the login already is that user. */
function elevation(as: HostRunAs, options: BatchOptions): string {
  const sudo = quote(options.sudo ?? 'sudo');
  const user = quote(options.agentUser);
  if (as === 'login') return 'E=';
  if (as === 'root') {
    return `E=
[ "$(id -u)" = 0 ] || E="$S -n -H --"`.replaceAll('$S', sudo);
  }
  return `E=
if id -u ${user} >/dev/null; then :; else printf '%s !nouser\\n' "$N" >&5; return; fi
if [ "$(id -u)" = "$(id -u ${user})" ]; then :
elif command -v ${sudo} >/dev/null; then E="$S -n -H -u ${user} --"
elif [ "$(id -u)" != 0 ]; then E=false
elif command -v setpriv >/dev/null; then E="setpriv --reuid ${user} --regid $(id -g ${user}) --init-groups --"
elif command -v runuser >/dev/null; then E="runuser -u ${user} --"
else E="su -s /bin/sh ${user} -c 'exec \\"\\$0\\" \\"\\$@\\"' --"
fi`.replaceAll('$S', sudo);
}

/**
 * The one script for a host. Its first line is `# clawcheck NONCE ID ID …`.
 *
 * Each user has a group of parts below one elevation. A group reads its script from a pipe, never from its arguments,
 * because `ps` and the log of sudo show those; the pipe stays open as long as our own standard input does.
 *
 * The first group prints its parts as they end, so the first part is answered before the slow ones: what computed the
 * nonce's sum by then has run the script. The other groups print in their turn.
 */
export function buildBatch(programs: readonly HostProgram[], options: BatchOptions): string {
  if (!/^[0-9a-f]{24}$/.test(options.nonce)) throw new TypeError('nonce: 24 hex digits');
  if (!userName.test(options.agentUser)) throw new TypeError('agentUser: not a user name');
  if (!Number.isInteger(options.gatewayPort ?? 18789)) throw new TypeError('gatewayPort: not a port');
  const ids = programs.map((p) => p.id);
  if (ids.some((id) => !programId.test(id))) throw new TypeError('a program id is not of letters, digits, / and -');
  if (new Set(ids).size !== ids.length) throw new TypeError('two programs have the same id');
  if (programs.some((p) => !(p.seconds > 0 && p.seconds <= 3600))) throw new TypeError('seconds: above 0, up to 3600');

  const used = groups.filter((as) => programs.some((p) => p.as === as));
  const functions = used.map((as, i) => {
    const script = groupScript(
      programs.filter((p) => p.as === as),
      as,
      options,
    );
    const answer = 'feed 4<&- 5>&- | eval "$E sh -s" 3<&- 4<&- 5>&- &';
    return `group_${as}() {
exec 4<&0 </dev/null
${elevation(as, options)}
G=${quote(script)}
${
  i === 0
    ? `{ ${answer}
} | cat >&5
printf '\\n' >&5`
    : `o=$(${answer})
read -r _ <&4
printf '%s\\n' "$o" >&5`
}
}`;
  });
  return `# clawcheck ${[options.nonce, ...ids].join(' ')}
${sane}exec 2>/dev/null
N=${options.nonce}
feed() { printf %s "$G"; exec cat <&3; }
${functions.join('\n')}
main() {
exec 3<&0 </dev/null
printf '\\n%s !proof %s\\n' "$N" "$(printf %s "$N" | cksum)"
{ ${used.length > 0 ? used.map((as) => `group_${as}`).join(' | ') : ':'}
} 5>&1
printf '%s !batch %s\\n' "$N" "$(printf %s "$N" | cksum)"
exit 0
}
main
`;
}
