import { ProbeError } from '../../model/reason.ts';
import type { SshConnection } from './connect.ts';

/**
 * How many may log in at once: a default sshd refuses some of more than ten that are not done yet (`MaxStartups`), and
 * each ProxyCommand may lead through one. Other hosts have an sshd each; what counts is what they take on this machine.
 */
const atOnce = { proxyCommand: 8, direct: 32 };

/** Lets so many in at once; the others wait, in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

/** Of the whole process: runs that go on side by side may lead through the same bastion. */
const turns = { proxyCommand: new Turns(atOnce.proxyCommand), direct: new Turns(atOnce.direct) };

/** Waits until one more may connect this way. @throws ProbeError cancelled, where the run has ended by then */
export function inTurn<T>(way: keyof typeof turns, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return turns[way].during(() => {
    if (signal.aborted) throw new ProbeError('cancelled', 'the run was stopped while connecting');
    return work();
  });
}

/** The jump hosts of a run: however many hosts lie behind one, there is one connection to it. */
export class JumpHosts {
  readonly #open = new Map<string, { readonly connection: Promise<SshConnection>; users: number }>();

  /** @param key all that says whether two connections are the same */
  async open(key: string, connect: () => Promise<SshConnection>): Promise<SshConnection> {
    const shared = this.#open.get(key) ?? { connection: connect(), users: 0 };
    this.#open.set(key, shared);
    shared.users += 1;
    const forget = () => this.#open.get(key) === shared && this.#open.delete(key);
    let using = true;
    const leave = () => {
      if (using) shared.users -= 1;
      using = false;
      if (shared.users === 0) forget();
    };
    try {
      const connection = await shared.connection;
      void connection.ended.then(forget);
      const close = async () => {
        leave();
        if (shared.users === 0) await connection.close();
      };
      return { ...connection, close };
    } catch (error) {
      leave();
      throw error;
    }
  }
}
