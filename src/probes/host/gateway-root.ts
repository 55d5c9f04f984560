import { ProbeError } from '../../model/reason.ts';
import type { HostRecords } from '../../ports/host.ts';
import { oneOf } from './records.ts';

/**
 * Shell text: sets `root` to the root directory of the gateway process, so that every path is seen through its mounts,
 * or answers why not and ends.
 */
export const enterGatewayRoot = `
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
root=/proc/$pid/root
ls -d "$root/" >/dev/null 2>&1 || { say state no-access; exit 0; }
say state read
`;

/**
 * @param done what the part of the script says where it came to do its work
 * @param closed what is wrong where it could not
 * @throws ProbeError unless it says so
 */
export function demandGateway(
  records: HostRecords,
  done: string,
  closed = 'the root directory of the gateway process cannot be entered as its user',
): void {
  const state = oneOf(records, 'state', [done, 'no-gateway', 'no-access']);
  if (state === 'no-access') throw new ProbeError('access_denied', closed);
  if (state === 'no-gateway') {
    throw new ProbeError('not_found', 'no gateway process runs as the agent user on the host', {
      next: 'Start the gateway, and compare host.agentUser and gateway.port with it.',
    });
  }
}
