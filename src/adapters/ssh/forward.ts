import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { ProbeError } from '../../model/reason.ts';

/** Why a channel could not be opened (RFC 4254, 5.1). */
const openFailure = { ADMINISTRATIVELY_PROHIBITED: 1, CONNECT_FAILED: 2 };

const forwardSeconds = 10;

/** That nothing listens is what the host saw; that it may not forward keeps us from looking. */
function forwardError(error: Error, name: string, port: number): ProbeError {
  const { CONNECT_FAILED, ADMINISTRATIVELY_PROHIBITED } = openFailure;
  switch ((error as { reason?: unknown }).reason) {
    case CONNECT_FAILED:
      return new ProbeError('not_found', `nothing listens on port ${port} of ${name}`);
    case ADMINISTRATIVELY_PROHIBITED: {
      const next = 'Allow it in sshd_config: AllowTcpForwarding local, PermitOpen with that port.';
      return new ProbeError('access_denied', `${name} does not let the login connect to port ${port}`, { next });
    }
    default:
      return new ProbeError('unreachable', `${name} does not connect to port ${port}`);
  }
}

/**
 * A connection from the host to a port as the host sees it. Settles once and in time.
 *
 * @param name of the host, for messages
 * @throws ProbeError not_found, access_denied, unreachable, timeout, cancelled
 */
export function forward(
  client: Client,
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (act: () => void) => {
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      client.removeListener('close', closed);
      act();
    };
    const fail = (error: ProbeError) => {
      if (!settled) settle(() => reject(error));
    };
    const abort = () => fail(new ProbeError('cancelled', 'the run was stopped'));
    const closed = () => fail(new ProbeError('unreachable', `the SSH connection to ${name} has ended`));
    const timer = setTimeout(
      () => fail(new ProbeError('timeout', `port ${port} on ${name} did not answer in time`)),
      forwardSeconds * 1000,
    );
    signal.addEventListener('abort', abort);
    client.once('close', closed);
    if (signal.aborted) return abort();
    try {
      client.forwardOut('127.0.0.1', 0, host, port, (error: Error | undefined, channel: ClientChannel) => {
        if (error) {
          fail(forwardError(error, name, port));
        } else if (settled) {
          channel.destroy();
        } else {
          settle(() => resolve(channel));
        }
      });
    } catch {
      closed();
    }
  });
}
