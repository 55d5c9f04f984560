import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeError } from '../../model/reason.ts';
import type { GatewayPort, RpcOptions } from '../../ports/gateway.ts';
import type { HostPort } from '../../ports/host.ts';
import { connectRpc, type RpcConnection } from './connection.ts';
import { lowestProtocol, StartingError } from './frames.ts';
import { cancelled, httpGet } from './http.ts';

export interface GatewayOptions {
  /** Port of the gateway on the host's loopback. */
  readonly port: number;
  /** The token, read when it is first needed and never kept in an error. */
  readonly token?: (() => string | undefined) | undefined;
  /** Ends every connection. */
  readonly signal: AbortSignal;
  /** Deadline of one GET; 10 s unless said otherwise. */
  readonly getMs?: number;
  /** Deadline of connecting and of a call that names none; 10 s unless said otherwise. */
  readonly rpcMs?: number;
}

const pauseMs = 500;
/** Deadline of one GET or call that names none. */
export const gatewayMs = 10_000;

/** A connection that is being opened or is open; `usable` until it ends. */
interface Entry {
  readonly opened: Promise<RpcConnection>;
  usable: boolean;
}

function ended(entry: Entry): void {
  entry.usable = false;
}

/**
 * The gateway of one host. Each GET has a connection of its own; calls share one connection for each set of scopes and
 * abilities, which is opened with the first call. A token that was refused once is not tried again: the gateway locks out.
 */
export function openGateway(host: HostPort, options: GatewayOptions): GatewayPort {
  const { port, signal, getMs = gatewayMs, rpcMs = gatewayMs } = options;
  const connections = new Map<string, Entry>();
  let refused: ProbeError | undefined;
  let oldProtocol = false;

  const connect = async (scopes: readonly string[], caps: readonly string[]): Promise<RpcConnection> => {
    if (refused) throw refused;
    const token = options.token?.();
    if (!token) {
      throw new ProbeError('credentials', 'there is no token for the gateway', {
        next: 'Name an environment variable with gateway.tokenEnv and put the token of the gateway in it.',
      });
    }
    try {
      const open = { port, token, scopes, caps, signal, deadlineMs: rpcMs };
      const withDevice = oldProtocol;
      const first = await connectRpc(host, { ...open, withDevice });
      if (withDevice || first.protocol > lowestProtocol) return first;
      oldProtocol = true;
      first.close();
      return await connectRpc(host, { ...open, withDevice: true });
    } catch (thrown) {
      if (thrown instanceof ProbeError && ['auth_failed', 'throttled'].includes(thrown.reason)) refused = thrown;
      throw thrown;
    }
  };
  const connection = (scopes: readonly string[], caps: readonly string[]): Promise<RpcConnection> => {
    const key = `${[...scopes].sort().join(' ')}, ${[...caps].sort().join(' ')}`;
    const known = connections.get(key);
    if (known?.usable) return known.opened;
    const entry: Entry = { opened: connect(scopes, caps), usable: true };
    connections.set(key, entry);
    entry.opened.then(
      (open) => open.whenEnded(() => ended(entry)),
      () => ended(entry),
    );
    return entry.opened;
  };
  return {
    get: (path) => httpGet(host, path, { port, signal, deadlineMs: getMs }),
    async rpc(method, params, { scopes = ['operator.read'], caps = [], timeoutMs = rpcMs }: RpcOptions = {}) {
      const giveUp = performance.now() + timeoutMs;
      for (;;) {
        const open = await connection(scopes, caps);
        try {
          return await open.call(method, params, Math.max(1, giveUp - performance.now()));
        } catch (thrown) {
          if (!(thrown instanceof StartingError) || performance.now() + pauseMs > giveUp) throw thrown;
        }
        await sleep(pauseMs, undefined, { signal }).catch(() => Promise.reject(cancelled(signal)));
      }
    },
  };
}
