import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';

/** One for the process: Node would make one for each connection, which takes longer than to sign a call. */
let secureContext: SecureContext | undefined;

/**
 * The connections to one service. A call that waits for a free connection waits about one round trip, on a new one it
 * waits three; so there are few, and the second is opened with the first, before anything is asked on it.
 */
export class ServiceConnections extends Agent {
  readonly #most: 1 | 2;
  #opened = 0;
  /** Opened, and not yet asked for. */
  #spare: Socket | undefined;

  /** @param most how many connections at a time */
  constructor(most: 1 | 2) {
    secureContext ??= createSecureContext();
    super({ keepAlive: true, maxSockets: most, secureContext });
    this.#most = most;
  }

  override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare && !spare.destroyed) return spare.ref();
    this.#opened += 1;
    const connection = super.createConnection(...args);
    if (this.#opened === 1 && this.#most === 2) {
      this.#spare = super.createConnection(...args) as Socket;
      // Nobody has asked for it yet. When somebody does, what is broken is opened anew.
      this.#spare.on('error', () => {}).unref();
    }
    return connection;
  }

  override destroy(): void {
    this.#spare?.destroy();
    super.destroy();
  }
}
