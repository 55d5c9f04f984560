import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const sshdPath = '/usr/sbin/sshd';

/** Why a real sshd cannot be used here, or undefined. */
export function noSshd(): string | undefined {
  if (process.platform !== 'linux') return 'the script needs Linux';
  if (!existsSync(sshdPath)) return 'sshd is not installed';
  if (process.getuid?.() !== 0) return 'the agent user can only be reached as root or through sudo';
  return undefined;
}

export interface Sshd {
  readonly port: number;
  readonly pid: number;
  readonly directory: string;
  readonly user: string;
  readonly keyFile: string;
  /** Line of the host key of that type: `TYPE BASE64`. */
  hostKey(type: 'ed25519' | 'ecdsa' | 'rsa'): string;
  stop(): Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export function makeKey(file: string, type: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file]);
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** A real sshd on a loopback port, with keys of its own in a directory of its own. */
export async function startSshd(
  extra: readonly string[] = [],
  types: readonly ('ed25519' | 'ecdsa' | 'rsa')[] = ['ed25519', 'ecdsa', 'rsa'],
  log = '/dev/null',
): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), 'clawcheck-sshd-'));
  const port = await freePort();
  for (const type of types) makeKey(join(directory, `host_${type}`), type);
  makeKey(join(directory, 'user'), 'ed25519');
  writeFileSync(join(directory, 'authorized_keys'), readFileSync(join(directory, 'user.pub')));
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...types.map((type) => `HostKey ${join(directory, `host_${type}`)}`),
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    // Of two values, the first one counts.
    ...extra,
    'MaxStartups 100',
  ];
  writeFileSync(join(directory, 'sshd_config'), `${config.join('\n')}\n`);
  // The directory that the service would make; sshd does not start without it.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child: ChildProcess = spawn(sshdPath, ['-D', '-E', log, '-f', join(directory, 'sshd_config')], {
    stdio: 'ignore',
  });
  for (let i = 0; !(await answers(port)); i++) {
    if (i > 100 || child.exitCode !== null) throw new Error('sshd did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    pid: child.pid ?? 0,
    directory,
    user: userInfo().username,
    keyFile: join(directory, 'user'),
    hostKey: (type) =>
      readFileSync(join(directory, `host_${type}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' '),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill()) await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
