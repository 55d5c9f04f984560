import type { Environment } from '../environment/schema.ts';
import { ProbeError } from '../model/reason.ts';
import { type HostRecords, quote } from '../ports/host.ts';
import { single } from '../probes/host/records.ts';
import { hostMove, type Move } from './drill.ts';
import { timed } from './members.ts';

/** How long a gateway may take to be started, beside `gateway.startSeconds` until it is ready. */
export const startSeconds = 120;

/** Stops the unit; without one, halts the process: it answers nobody any more, and can be let go on. */
export function stopMove({ host }: Environment): Move {
  const { unit } = host;
  return unit === undefined
    ? hostMove({
        program: 'drill/halt-gateway',
        as: 'agent',
        seconds: 20,
        command: 'kill -STOP the gateway process (no host.unit is named)',
        script: () => `
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
kill -s STOP "$pid" || { say state refused; exit 0; }
say state done
`,
        learn: (records) => {
          demandDone(records, 'halted');
          return timed('stoppedAt');
        },
      })
    : hostMove({
        program: 'drill/stop-unit',
        as: 'root',
        seconds: 60,
        command: `systemctl stop ${unit}`,
        script: () => `
need systemctl
timeout 50 systemctl stop -- ${quote(unit)} 9>&- || { say state refused; exit 0; }
say state done
`,
        learn: (records) => {
          demandDone(records, 'stopped');
          return timed('stoppedAt');
        },
      });
}

/** Starts the unit; without one, lets what was halted go on. */
export function startMove({ host }: Environment): Move {
  const { unit } = host;
  return unit === undefined
    ? hostMove({
        program: 'drill/continue-gateway',
        as: 'agent',
        seconds: 20,
        command: 'kill -CONT every halted gateway process of the agent user',
        script: () => `
for dir in /proc/[0-9]*; do
  pid=\${dir#/proc/}
  [ "$(stat -c %U "$dir" 2>/dev/null)" = "$CLAWCHECK_USER" ] || continue
  line=$(tr '\\0' ' ' 2>/dev/null <"$dir/cmdline") || continue
  read -r name 2>/dev/null <"$dir/comm" || continue
  case "$name $line" in *openclaw*) ;; *) continue;; esac
  set -- $(sed 's/.*) //' "$dir/stat")
  [ "$1" = T ] || continue
  kill -s CONT "$pid" || { say state refused; exit 0; }
done
say state done
`,
        learn: (records) => {
          demandDone(records, 'continued');
          return {};
        },
      })
    : hostMove({
        program: 'drill/start-unit',
        as: 'root',
        seconds: 60,
        command: `systemctl start ${unit}`,
        script: () => `
need systemctl
# What a start leaves running must not hold our answer open (9), where the service manager is no process of its own.
timeout 50 systemctl start -- ${quote(unit)} 9>&- || { say state refused; exit 0; }
say state done
`,
        learn: (records) => {
          demandDone(records, 'started');
          return {};
        },
      });
}

function demandDone(records: HostRecords, what: string): void {
  switch (single(records, 'state')) {
    case 'done':
      return;
    case 'no-gateway':
      throw new ProbeError('not_found', 'no gateway process runs as the agent user on the host');
    default:
      throw new ProbeError('access_denied', `the gateway could not be ${what}`, {
        next: 'Let the login become that user (sudo -n), and compare host.unit with the host.',
      });
  }
}
