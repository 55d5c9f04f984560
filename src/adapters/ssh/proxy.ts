import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { UsageError } from '../../model/reason.ts';
import { childEnv } from '../child-env.ts';
import type { ResolvedTarget } from './ssh-config.ts';

/** Puts host, port and user into a ProxyCommand. They are of a form that has no meaning to a shell. */
export function expandProxyCommand(command: string, target: ResolvedTarget): string {
  const tokens: Record<string, string> = {
    '%': '%',
    h: target.host,
    n: target.name,
    p: String(target.port),
    r: target.user,
  };
  return command.replace(/%(.)/g, (_, token: string) => {
    const value = tokens[token];
    if (value === undefined) {
      throw new UsageError(`ProxyCommand uses %${token}, which is not supported`, 'Write the value out.');
    }
    if (!/^[A-Za-z0-9_.:@%-]+$/.test(value)) throw new UsageError('the SSH user has characters special to a shell');
    return value;
  });
}

/** Ends what still runs when the process does. */
const running = new Set<() => void>();
const endAll = () => {
  for (const kill of running) kill();
};

/**
 * Runs a ProxyCommand and gives its standard input and output as one stream. The command is in a process group of its
 * own and is ended with the stream. What it prints as errors is dropped.
 * @param hiddenEnv names of variables that it must not see
 */
export function proxyCommandStream(command: string, hiddenEnv?: readonly string[]): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    env: childEnv(hiddenEnv),
  });
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended meanwhile.
    }
  };
  const stream = new Duplex({
    read() {
      child.stdout.resume();
    },
    write(chunk: Buffer, _encoding, callback) {
      child.stdin.write(chunk, (error) => callback(error ?? null));
    },
    final(callback) {
      child.stdin.end(callback);
    },
    destroy(error, callback) {
      kill();
      callback(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  child.stdout.on('end', () => stream.push(null));
  child.stdin.on('error', (error) => stream.destroy(error));
  child.on('error', (error) => stream.destroy(error));
  running.add(kill);
  child.on('exit', () => running.delete(kill));
  if (!process.listeners('exit').includes(endAll)) process.on('exit', endAll);
  return stream;
}
