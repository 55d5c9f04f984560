import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';

export interface ExecOptions {
  /** Written to the standard input, which then stays open until the command ends. */
  readonly stdin: string;
  /** Seconds for the whole command, from the request to the end. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Bytes of output, both streams together; 4 MiB unless said otherwise. */
  readonly limit?: number;
  /** Called with what has come so far whenever more has, until it says that it has seen enough. */
  readonly watch?: (stdout: Buffer) => boolean;
}

export type ExecResult =
  /** `code` is set only by a status that the server sent. */
  | { readonly kind: 'exit'; readonly code: number; readonly stdout: Buffer }
  | { readonly kind: 'signal'; readonly signal: string; readonly stdout: Buffer }
  /** The channel was closed without saying what became of the command. */
  | { readonly kind: 'no-status' }
  /** The server refused to open a channel or to run the command. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'too-much' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled' }
  /** The connection ended. */
  | { readonly kind: 'closed' };

const defaultLimit = 4 * 1024 * 1024;
/** How long output may still come after the status. */
const lingerMilliseconds = 2_000;

/**
 * Runs one command. Settles once and always: after a timeout, too much output or a cancellation the connection is
 * destroyed, because a server that behaves like that would go on sending. What it sends as errors is read and dropped;
 * unread, it would block the command.
 */
export function exec(client: Client, socket: Duplex, command: string, options: ExecOptions): Promise<ExecResult> {
  const { signal, limit = defaultLimit } = options;
  let { watch } = options;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let settled = false;
    let status: ExecResult['kind'] | undefined;
    let code = -1;
    let signalName = '';
    let linger: NodeJS.Timeout | undefined;
    let channel: ClientChannel | undefined;

    const settle = (result: ExecResult) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(linger);
      signal.removeEventListener('abort', abort);
      client.removeListener('close', gone);
      chunks.length = 0;
      if (result.kind === 'timeout' || result.kind === 'too-much' || result.kind === 'cancelled') socket.destroy();
      resolve(result);
    };
    const abort = () => settle({ kind: 'cancelled' });
    const gone = () => (status === undefined ? settle({ kind: 'closed' }) : finish());
    const timer = setTimeout(() => settle({ kind: 'timeout' }), options.seconds * 1000);
    const finish = () => {
      const stdout = Buffer.concat(chunks);
      if (status === 'exit') settle({ kind: 'exit', code, stdout });
      else if (status === 'signal') settle({ kind: 'signal', signal: signalName, stdout });
      else settle({ kind: 'no-status' });
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) settle({ kind: 'too-much' });
      return !settled;
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    client.once('close', gone);

    const opened = (error: Error | undefined, stream: ClientChannel) => {
      if (error) return settle({ kind: 'refused' });
      channel = stream;
      if (settled) return void channel.destroy();
      channel.on('error', () => settle({ kind: 'closed' }));
      channel.on('data', (chunk: Buffer) => {
        if (!count(chunk)) return;
        chunks.push(chunk);
        if (watch?.(Buffer.concat(chunks))) watch = undefined;
      });
      channel.stderr.on('data', count);
      channel.on('exit', (exitCode: unknown, name: unknown) => {
        if (status !== undefined) return;
        if (typeof exitCode === 'number') {
          status = 'exit';
          code = exitCode;
        } else {
          status = 'signal';
          // The name is the server's text.
          signalName = typeof name === 'string' && /^(?:SIG)?[A-Z0-9]{2,8}$/.test(name) ? name : 'of no known name';
        }
        linger = setTimeout(finish, lingerMilliseconds);
      });
      channel.on('close', finish);
      channel.write(options.stdin);
    };
    try {
      client.exec(command, opened);
    } catch {
      settle({ kind: 'closed' });
    }
  });
}
