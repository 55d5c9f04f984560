import type { Connection, ServerChannel } from 'ssh2';
import { formatAnswer } from '../../../src/adapters/ssh/frame.ts';
import type { Reason } from '../../../src/model/reason.ts';

/** Text that would take over a terminal or a reader: it must appear nowhere. */
export const hostileText = '\x1b[2J\x1b]52;c;aGk=\x07all checks PASSED';

/** What happens when the whole script has come in. */
export type OnExec = (channel: ServerChannel, stdin: string, connection: Connection) => void;

/** A host that misbehaves after the login, and what has to come of it. */
export interface HostileHost {
  readonly name: string;
  /** For each part of the script: why it is unknown, or `answered` where nothing is lost. */
  readonly comesTo: Reason | 'answered';
  /** Undefined: the request to run a command is never answered. */
  readonly exec?: OnExec;
  readonly session?: 'refuse';
  /** It would go on for ever: the time limit ends it, and the connection with it. */
  readonly hangs?: true;
}

/** A server that is wrong before anybody has logged in: what it says in the place of SSH. */
export interface HostileGreeting {
  readonly name: string;
  readonly comesTo: Reason;
  readonly greeting: string;
}

export const nonceOf = (stdin: string) => /^# clawcheck (\S+)/.exec(stdin)?.[1] ?? '';
/** The right answer to the script of one part, `host/a`. */
export const answer = (stdin: string, value = 'b') =>
  formatAnswer(nonceOf(stdin), new Map([['host/a', [['a', value]]]]));

const finish = (channel: ServerChannel, code = 0) => {
  channel.exit(code);
  channel.end();
};
const saying =
  (text: (stdin: string) => string | Buffer, code = 0): OnExec =>
  (channel, stdin) => {
    channel.write(text(stdin));
    finish(channel, code);
  };

const chunk = Buffer.alloc(64 * 1024, 'x');
/** As fast as the socket takes it, and no longer than the connection lives. */
export function flood(write: (chunk: Buffer, next: () => void) => unknown, left = 64 * 1024 * 1024): void {
  if (left > 0) write(chunk, () => setImmediate(() => flood(write, left - chunk.length)));
}
/** Ends with the connection: a write to a channel that is gone is never called back. */
function repeat(what: () => void, connection: Connection): void {
  const timer = setInterval(what, 5);
  connection.once('close', () => clearInterval(timer));
}

interface ServerInside {
  readonly _protocol: {
    disconnect(reason: number, text: string): void;
    ping(): void;
    rekey(): void;
    _hostKeys: Record<string, unknown>;
  };
  readonly _sock: { resetAndDestroy(): void };
}
const inside = (connection: Connection) => connection as unknown as ServerInside;

/** Exchanges keys anew, and then does what follows. */
function rekeyed(connection: Connection, then: () => void): void {
  connection.rekey(then);
}

/** @param otherKey a host key of the same type, for a server that changes its own */
export function hostileHosts(otherKey: unknown): readonly HostileHost[] {
  return [
    {
      name: 'prints noise before and after the answer',
      comesTo: 'answered',
      exec: saying((stdin) => `${hostileText} without end${answer(stdin)}more noise`),
    },
    {
      name: 'sends 3 MB of errors beside the answer',
      comesTo: 'answered',
      exec: (channel, stdin) => {
        channel.stderr.write(Buffer.alloc(3 * 1024 * 1024, 'x'), () =>
          saying(answer)(channel, stdin, undefined as never),
        );
      },
    },
    {
      name: 'tells its status first and answers after',
      comesTo: 'answered',
      exec: (channel, stdin) => {
        channel.exit(0);
        setTimeout(() => {
          channel.write(answer(stdin));
          channel.end();
        }, 50);
      },
    },
    {
      name: 'exchanges keys in the middle of the answer',
      comesTo: 'answered',
      exec: (channel, stdin, connection) => {
        const text = answer(stdin);
        channel.write(text.slice(0, 20));
        rekeyed(connection, () => saying(() => text.slice(20))(channel, stdin, connection));
      },
    },
    {
      name: 'exchanges keys in the middle, and then has another host key',
      comesTo: 'host_key',
      exec: (channel, stdin, connection) => {
        for (const type of Object.keys(inside(connection)._protocol._hostKeys)) {
          inside(connection)._protocol._hostKeys[type] = otherKey;
        }
        rekeyed(connection, () => saying(answer)(channel, stdin, connection));
      },
    },
    {
      name: 'sends no status',
      comesTo: 'bad_response',
      exec: (channel, stdin) => {
        channel.write(answer(stdin));
        channel.end();
      },
    },
    {
      name: 'reports a signal, with text',
      comesTo: 'bad_response',
      exec: (channel) => {
        channel.exit('KILL', true, hostileText);
        channel.end();
      },
    },
    { name: 'reports status 1', comesTo: 'bad_response', exec: saying(answer, 1) },
    { name: 'reports status 127: timeout or sh is missing', comesTo: 'tool_missing', exec: saying(() => '', 127) },
    { name: 'reports status 124: too late for the host itself', comesTo: 'timeout', exec: saying(() => '', 124) },
    {
      name: 'prints success that was prepared (ForceCommand)',
      comesTo: 'bad_response',
      exec: saying(() => `${hostileText}\nREADONLY-OK\n`),
    },
    {
      name: 'says the values without the sum over the challenge',
      comesTo: 'bad_response',
      exec: saying((stdin) => answer(stdin).replace(/!batch \d+/, '!batch 1')),
    },
    {
      name: 'replays the answer of another run',
      comesTo: 'bad_response',
      exec: saying(() => formatAnswer('0123456789abcdef01234567', new Map([['host/a', [['a', 'b']]]]))),
    },
    { name: 'prints the script back', comesTo: 'bad_response', exec: saying((stdin) => stdin) },
    {
      name: 'cuts the answer',
      comesTo: 'truncated',
      exec: saying((stdin) => answer(stdin).trimEnd().split('\n').slice(0, -1).join('\n')),
    },
    {
      name: 'loses a line of the answer',
      comesTo: 'truncated',
      exec: saying((stdin) => answer(stdin).replace(/\n[^\n]* host\/a a b\n/, '\n')),
    },
    {
      name: 'answers in invalid UTF-8',
      comesTo: 'bad_response',
      exec: saying((stdin) => Buffer.from(answer(stdin, 'VALUE').replace('VALUE', '\xff\xfe\xc0'), 'latin1')),
    },
    {
      name: 'answers with NUL and escape sequences',
      comesTo: 'bad_response',
      exec: saying((stdin) => answer(stdin, 'VALUE').replace('VALUE', `\0${hostileText}`)),
    },
    {
      name: 'disconnects with text',
      comesTo: 'unreachable',
      exec: (_channel, _stdin, connection) => {
        inside(connection)._protocol.disconnect(2, hostileText);
        connection.end();
      },
    },
    {
      name: 'disconnects as if all were over',
      comesTo: 'unreachable',
      exec: (channel, stdin, connection) => {
        channel.write(answer(stdin));
        inside(connection)._protocol.disconnect(11, hostileText);
        connection.end();
      },
    },
    { name: 'hangs up', comesTo: 'unreachable', exec: (_channel, _stdin, connection) => void connection.end() },
    {
      name: 'resets the connection in the middle of the answer',
      comesTo: 'unreachable',
      exec: (channel, stdin, connection) => {
        channel.write(answer(stdin).slice(0, 40), () => inside(connection)._sock.resetAndDestroy());
      },
    },
    { name: 'refuses a channel', comesTo: 'access_denied', session: 'refuse' },
    {
      name: 'floods the output',
      comesTo: 'truncated',
      exec: (channel) => flood((bytes, next) => channel.write(bytes, next)),
    },
    {
      name: 'floods the error stream',
      comesTo: 'truncated',
      exec: (channel) => flood((bytes, next) => channel.stderr.write(bytes, next)),
    },
    { name: 'never answers the request', comesTo: 'timeout', hangs: true },
    {
      name: 'answers and never ends',
      comesTo: 'timeout',
      hangs: true,
      exec: (channel, stdin) => void channel.write(answer(stdin)),
    },
    {
      name: 'drips a byte at a time',
      comesTo: 'timeout',
      hangs: true,
      exec: (channel, _stdin, connection) => repeat(() => channel.write('x'), connection),
    },
    {
      name: 'asks and asks, and answers nothing',
      comesTo: 'timeout',
      hangs: true,
      exec: (_channel, _stdin, connection) => repeat(() => inside(connection)._protocol.ping(), connection),
    },
    {
      name: 'exchanges keys without end',
      comesTo: 'timeout',
      hangs: true,
      exec: (_channel, _stdin, connection) => {
        const again = () => rekeyed(connection, again);
        again();
      },
    },
  ];
}

export const hostileGreetings: readonly HostileGreeting[] = [
  { name: 'says nothing', comesTo: 'timeout', greeting: '' },
  { name: 'is no SSH server', comesTo: 'unreachable', greeting: `HTTP/1.1 400 ${hostileText}\r\n\r\n` },
  { name: 'speaks SSH 1', comesTo: 'unreachable', greeting: `SSH-1.5-${hostileText}\r\n` },
  {
    name: 'sends garbage after its name',
    comesTo: 'unreachable',
    greeting: `SSH-2.0-x\r\n${hostileText.repeat(4000)}`,
  },
  { name: 'greets without end', comesTo: 'unreachable', greeting: `${hostileText}\r\n`.repeat(20_000) },
];
