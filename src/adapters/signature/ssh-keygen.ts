import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../model/reason.ts';
import { inert } from '../../model/text.ts';
import type { SignaturesPort, Verification } from '../../ports/signatures.ts';
import { bareEnv } from '../child-env.ts';

export const missing = 'Install OpenSSH 8.9 or later: signatures are made and checked with its ssh-keygen.';

/**
 * The detached SSH signature over exactly these bytes, armoured. Whose key the SSH agent holds is not asked for a
 * passphrase; else ssh-keygen asks on the terminal, or through SSH_ASKPASS.
 * @param key a private key, or a public key whose private half the SSH agent holds
 * @throws Error when it was not made, or does not fit the bytes
 */
export function sign(bytes: Uint8Array, key: string, namespace: string): string {
  const made = spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key], {
    env: bareEnv(),
    input: bytes,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 120_000,
    maxBuffer: 1024 * 1024,
  });
  const signature = made.stdout?.toString('latin1') ?? '';
  if (made.status !== 0 || !signature.startsWith('-----BEGIN SSH SIGNATURE-----'))
    throw new Error(`ssh-keygen did not sign; by hand: ssh-keygen -Y sign -n ${namespace} -f KEY FILE`);
  const checked = withFiles({ signature }, (files) =>
    keygen(['-q', '-Y', 'check-novalidate', '-n', namespace, '-s', files.signature], bytes),
  );
  if (checked.status !== 0) throw new Error('the signature does not fit the bytes that were to be signed');
  return signature;
}

/** Whether an allowed signer signed exactly these bytes for this purpose. */
export const sshSignatures: SignaturesPort = {
  verify({ bytes, signature, namespace, allowedSigners, identity, at }) {
    return withFiles({ signature, signers: allowedSigners }, (files): Verification => {
      const when = at ? [`-Overify-time=${at.toISOString().slice(0, 19).replaceAll(/\D/g, '')}`] : [];
      const principals = identity === undefined ? findPrincipals(files, when) : [identity];
      if (principals.length === 0) return { problem: 'the key that signed is not among the allowed signers' };
      for (const principal of principals) {
        const who = ['-f', files.signers, '-I', principal, '-s', files.signature];
        const { status } = keygen(['-q', '-Y', 'verify', ...when, '-n', namespace, ...who], bytes);
        if (status === 0) return { identity: inert(principal) };
      }
      const who = identity === undefined ? '' : ` by ${inert(identity)}`;
      return { problem: `it is no valid signature${who} over these bytes` };
    });
  },
};

function findPrincipals(files: { readonly signature: string; readonly signers: string }, when: string[]): string[] {
  const { stdout, status } = keygen(['-Y', 'find-principals', ...when, '-f', files.signers, '-s', files.signature]);
  if (status !== 0) return [];
  // One line a matching entry, each a list of patterns; only what names one identity can be verified as it.
  const names = stdout.split(/[\n,]/).map((name) => name.trim());
  return names.filter((name) => name !== '' && !/[*?!]/.test(name));
}

/** Runs ssh-keygen where it asks nothing. @throws UsageError when it is not there */
function keygen(
  args: readonly string[],
  input: Uint8Array = Buffer.alloc(0),
): { status: number | null; stdout: string } {
  const { status, error, stdout } = spawnSync('ssh-keygen', args, {
    // Times in the file of allowed signers without a zone are those of whoever reads it: one and the same for all.
    env: { ...bareEnv(), TZ: 'UTC' },
    input,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 30_000,
  });
  // It may end without reading its input: that is an answer.
  if (error && status === null) throw new UsageError('ssh-keygen is not there or does not run', missing);
  return { status, stdout: stdout.toString('utf8') };
}

/** ssh-keygen takes signature and signers from files only. */
function withFiles<K extends string, T>(texts: Readonly<Record<K, string>>, use: (paths: Record<K, string>) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-sig-'));
  try {
    const paths = {} as Record<K, string>;
    for (const [name, text] of Object.entries(texts) as [K, string][]) {
      paths[name] = join(folder, name);
      writeFileSync(paths[name], text, { mode: 0o600 });
    }
    return use(paths);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws UsageError when the file cannot be read */
export function readAllowedSigners(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the allowed signers ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}
