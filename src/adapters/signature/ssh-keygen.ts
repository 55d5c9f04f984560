import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../model/reason.ts';
import { inert } from '../../model/text.ts';
import { signatureNamespace } from '../../report/words.ts';
import { bareEnv } from '../child-env.ts';

const missing = 'Install OpenSSH 8.9 or later: signatures are made and checked with its ssh-keygen.';

/** Refuses before the run a key that could not sign after it. @throws UsageError */
export function checkSigningKey(key: string): void {
  if (!statSync(key, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`there is no key ${key}`, 'Name a private key, or the public half of a key in the SSH agent.');
  }
  const { status, error } = spawnSync('ssh-keygen', ['-l', '-f', key], {
    env: bareEnv(),
    stdio: 'ignore',
    timeout: 10_000,
  });
  if (error) throw new UsageError('ssh-keygen is not there or does not run', missing);
  if (status !== 0)
    throw new UsageError(
      `${key} is not an SSH key`,
      'Name a private key, or the public half of a key in the SSH agent.',
    );
}

/**
 * The detached SSH signature over exactly these bytes, armoured. A passphrase is asked for on the terminal.
 * @param key a private key, or a public key whose private half the SSH agent holds
 * @throws Error when it was not made, or does not fit the bytes
 */
export function sign(bytes: Uint8Array, key: string): string {
  const made = spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', signatureNamespace, '-f', key], {
    env: bareEnv(),
    input: bytes,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 120_000,
    maxBuffer: 1024 * 1024,
  });
  const signature = made.stdout?.toString('latin1') ?? '';
  if (made.status !== 0 || !signature.startsWith('-----BEGIN SSH SIGNATURE-----'))
    throw new Error('ssh-keygen did not sign');
  const checked = withFile(signature, (file) =>
    spawnSync('ssh-keygen', ['-q', '-Y', 'check-novalidate', '-n', signatureNamespace, '-s', file], {
      env: bareEnv(),
      input: bytes,
      stdio: ['pipe', 'ignore', 'ignore'],
    }),
  );
  if (checked.status !== 0) throw new Error('the signature does not fit the bytes that were to be signed');
  return signature;
}

export type Verification = { readonly identity: string } | { readonly problem: string };

/**
 * Whether an allowed signer signed exactly these bytes as a report. With no identity given, it is the one whom the
 * signature's key belongs to in the file of allowed signers.
 */
export function verifySignature(
  bytes: Uint8Array,
  signature: string,
  { allowedSigners, identity }: { readonly allowedSigners: string; readonly identity?: string | undefined },
): Verification {
  return withFile(signature, (file): Verification => {
    const principals = identity === undefined ? findPrincipals(file, allowedSigners) : [identity];
    if (principals.length === 0) return { problem: 'the key that signed is not among the allowed signers' };
    for (const principal of principals) {
      const args = ['-q', '-Y', 'verify', '-f', allowedSigners, '-I', principal, '-n', signatureNamespace, '-s', file];
      const { status, error } = spawnSync('ssh-keygen', args, {
        env: bareEnv(),
        input: bytes,
        stdio: ['pipe', 'ignore', 'ignore'],
        timeout: 30_000,
      });
      if (error && status === null) throw new UsageError('ssh-keygen is not there or does not run', missing);
      if (status === 0) return { identity: inert(principal) };
    }
    const who = identity === undefined ? '' : ` by ${inert(identity)}`;
    return { problem: `it is no valid signature${who} over these bytes` };
  });
}

function findPrincipals(signatureFile: string, allowedSigners: string): string[] {
  const args = ['-Y', 'find-principals', '-f', allowedSigners, '-s', signatureFile];
  const { stdout, error, status } = spawnSync('ssh-keygen', args, {
    env: bareEnv(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
  });
  if (error && status === null) throw new UsageError('ssh-keygen is not there or does not run', missing);
  if (status !== 0) return [];
  // One line a matching entry, each a list of patterns; only what names one identity can be verified as it.
  const names = stdout
    .toString('utf8')
    .split(/[\n,]/)
    .map((name) => name.trim());
  return names.filter((name) => name !== '' && !/[*?!]/.test(name));
}

/** ssh-keygen takes the signature from a file only. */
function withFile<T>(text: string, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-sig-'));
  try {
    const path = join(folder, 'report.sig');
    writeFileSync(path, text, { mode: 0o600 });
    return use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws UsageError when the file cannot be read */
export function readAllowedSigners(path: string): string {
  try {
    readFileSync(path);
    return path;
  } catch (error) {
    throw new UsageError(`cannot read the allowed signers ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}
