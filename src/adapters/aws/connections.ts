import { Agent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';

/** One for the process: Node would make one for each connection, which takes longer than to sign a call. */
let secureContext: SecureContext | undefined;

/**
 * The connections to one service. A call that waits for a free connection waits about one round trip, on a new one it
 * waits three; so there are few, and they are opened before anything is asked on them.
 */
export class ServiceConnections extends Agent {
  readonly #most: number;
  /** Opened, and not yet asked for. */
  #ready: Socket[] = [];
  #place = '';

  /** @param most how many connections at a time */
  constructor(most: number) {
    secureContext ??= createSecureContext();
    super({ keepAlive: true, maxSockets: most, secureContext });
    this.#most = most;
  }

  /** Opens all of them. What cannot be opened is opened anew when it is asked for, and only then its error counts. */
  open({ hostname, port }: URL): void {
    const to = { host: hostname, port: Number(port) || 443, servername: isIP(hostname) === 0 ? hostname : '' };
    this.#place = placeOf(to);
    for (let i = 0; i < this.#most; i += 1) {
      const socket = super.createConnection({ ...to, ...this.options }) as Socket;
      this.#ready.push(socket.on('error', () => {}).unref());
    }
  }

  override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    this.#ready = this.#ready.filter(({ destroyed }) => !destroyed);
    const ready = placeOf(args[0]) === this.#place ? this.#ready.shift() : undefined;
    return ready ? ready.ref() : super.createConnection(...args);
  }

  override destroy(): void {
    for (const socket of this.#ready) socket.destroy();
    super.destroy();
  }
}

function placeOf({ host, port }: { readonly host?: unknown; readonly port?: unknown }): string {
  return `${host}:${port}`;
}
