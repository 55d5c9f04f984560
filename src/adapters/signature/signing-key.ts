import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { UsageError } from '../../model/reason.ts';
import { bareEnv } from '../child-env.ts';
import { isFile } from '../files/kind.ts';
import { missing } from './ssh-keygen.ts';

const which = 'Name a private key, or the public half of a key in the SSH agent.';

/** Refuses before the run a key that could not sign after it. Asks nobody for a passphrase. @throws UsageError */
export function checkSigningKey(key: string): void {
  if (!isFile(key)) throw new UsageError(`there is no key ${key}`, which);
  const fingerprint = ask('ssh-keygen', ['-l', '-f', key])?.split(' ')[1];
  if (fingerprint === undefined) throw new UsageError(`${key} is not an SSH key`, which);
  const held = ask('ssh-add', ['-l'])?.includes(` ${fingerprint} `) ?? false;
  if (held) return;
  const privateKey = isPrivate(key) ? key : key.replace(/\.pub$/, '');
  if (!isPrivate(privateKey)) {
    throw new UsageError(`${key} is a public key, and no SSH agent holds its private half`, 'Add it with ssh-add.');
  }
  if (ask('ssh-keygen', ['-y', '-P', '', '-f', privateKey]) === undefined && !canAsk()) {
    throw new UsageError(
      `${key} has a passphrase, and there is neither a terminal nor an SSH_ASKPASS to ask for it`,
      'Add the key to an SSH agent with ssh-add.',
    );
  }
}

function isPrivate(path: string): boolean {
  return isFile(path) && /^-----BEGIN /.test(readFileSync(path, 'latin1'));
}

/** What the program printed, or undefined where it refused. @throws UsageError when it is not there */
function ask(program: string, args: readonly string[]): string | undefined {
  const { status, error, stdout } = spawnSync(program, args, {
    env: { ...bareEnv(), SSH_ASKPASS: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 10_000,
  });
  if (error && status === null) throw new UsageError(`${program} is not there or does not run`, missing);
  return status === 0 ? stdout.toString('latin1') : undefined;
}

/** Whether ssh-keygen can get a passphrase: from a program, or from the terminal of this process. */
function canAsk(): boolean {
  const { SSH_ASKPASS, SSH_ASKPASS_REQUIRE, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (SSH_ASKPASS && (DISPLAY || WAYLAND_DISPLAY || /^(force|prefer)$/i.test(SSH_ASKPASS_REQUIRE ?? ''))) return true;
  try {
    closeSync(openSync('/dev/tty', 'r+'));
    return true;
  } catch {
    return false;
  }
}
