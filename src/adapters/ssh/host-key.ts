import { readFile } from 'node:fs/promises';
import { ProbeError, UntrustedError } from '../../model/reason.ts';
import {
  findKnownKeys,
  fingerprintOf,
  type HostKeyAlgorithm,
  hostKeyAlgorithms,
  judgeHostKey,
  keyTypeOf,
  orderAlgorithms,
} from './known-hosts.ts';
import type { ResolvedTarget } from './ssh-config.ts';

/** Decides about one offered host key: undefined to go on, or why not. Never waits and never throws. */
export type HostKeyJudge = (blob: Buffer) => ProbeError | undefined;

export interface HostKeyPolicy {
  readonly judge: HostKeyJudge;
  /**
   * The algorithms to offer, one list an attempt. With pinned fingerprints the type of the key is not known, so that
   * each type is tried before a host with several keys is called changed.
   */
  readonly attempts: readonly (readonly HostKeyAlgorithm[])[];
}

async function readKnownHosts(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    // A file that cannot be read may hold a revocation.
    throw new ProbeError('host_key', `the file ${path} cannot be read`, { next: 'Make it readable, or pin the host.' });
  }
}

/** Pinned fingerprints decide alone, but a key that a file revokes is refused whoever vouches for it. */
export async function hostKeyPolicy(resolved: ResolvedTarget, pins: readonly string[]): Promise<HostKeyPolicy> {
  const texts = await Promise.all(resolved.knownHostsFiles.map(readKnownHosts));
  const alias = resolved.hostKeyAlias;
  const keys = findKnownKeys(texts, alias ?? resolved.host, alias === undefined ? resolved.port : undefined);
  const pinned = new Set(pins.map((pin) => pin.replace(/=$/, '')));
  const { name } = resolved;

  const judge: HostKeyJudge = (blob) => {
    if (keyTypeOf(blob) === undefined) return new UntrustedError(`${name} offers a host key of no known form`);
    const offered = fingerprintOf(blob);
    const verdict = judgeHostKey(keys, blob);
    if (verdict === 'revoked') {
      return new UntrustedError(`${name} offers the host key ${offered}, which is revoked in known_hosts`);
    }
    if (pinned.size > 0) {
      if (pinned.has(offered)) return undefined;
      const next =
        'Find out why. If the host was replaced, compare with its console output and pin the new fingerprint.';
      return new UntrustedError(`${name} offers the host key ${offered}, which is none of the pinned ones`, next);
    }
    if (verdict === 'match') return undefined;
    if (verdict === 'changed') {
      const next =
        'Find out why. If the host was replaced, remove the old line with ssh-keygen -R and verify the new key.';
      return new UntrustedError(`${name} offers the host key ${offered}, but known_hosts has another one`, next);
    }
    const why =
      verdict === 'certificate-only' ? 'known only by a certificate authority, which is not supported' : 'unknown';
    return new ProbeError('host_key', `the host key ${offered} of ${name} is ${why}`, {
      next: `Compare it with the console output of the instance; if it is the same, pin ${offered} in the environment file.`,
    });
  };
  if (pinned.size === 0) return { judge, attempts: [orderAlgorithms(keys)] };
  const family = (prefix: string) => hostKeyAlgorithms.filter((a) => a.startsWith(prefix));
  return { judge, attempts: [[...hostKeyAlgorithms], family('ecdsa'), family('rsa')] };
}
