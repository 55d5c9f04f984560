import { createHash, createHmac } from 'node:crypto';

/** One line of a known_hosts file that speaks about the host that was asked for. */
export interface KnownKey {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly type: string;
  /** The key as on the wire. */
  readonly blob: Buffer;
  /** Matched by the name without the port, which OpenSSH accepts only when the key is the right one. */
  readonly withoutPort: boolean;
}

export type HostKeyVerdict =
  | 'match'
  | 'changed'
  | 'unknown'
  | 'revoked'
  /** Only `@cert-authority` lines speak about the host, and host certificates are not supported. */
  | 'certificate-only';

/** `SHA256:…` of a key, as ssh-keygen prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a key names itself; undefined when it is not a key. */
export function keyTypeOf(blob: Buffer): string | undefined {
  if (blob.length < 5) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || 4 + length > blob.length) return undefined;
  const type = blob.toString('latin1', 4, 4 + length);
  return /^[a-z0-9@.-]+$/.test(type) ? type : undefined;
}

/** The name under which a host stands in a known_hosts file. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function wildcard(pattern: string, name: string): boolean {
  // Linear: on a mismatch go back to the last star only.
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      mark = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether the first field of a line names the host: hashed, or a list of patterns in which a negated match wins. */
export function matchesHost(field: string, name: string): boolean {
  if (field.startsWith('|')) {
    const [, version, salt, hash, ...rest] = field.split('|');
    if (version !== '1' || !salt || !hash || rest.length > 0) return false;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  let found = false;
  for (const entry of field.toLowerCase().split(',')) {
    const negated = entry.startsWith('!');
    const pattern = negated ? entry.slice(1) : entry;
    if (pattern === '' || !wildcard(pattern, name)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

function decodeKey(type: string, base64: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return keyTypeOf(blob) === type ? blob : undefined;
}

function keysNamed(text: string, name: string, withoutPort: boolean): KnownKey[] {
  const keys: KnownKey[] = [];
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/[ \t]+/);
    let marker: KnownKey['marker'] = 'none';
    if (words[0]?.startsWith('@')) {
      const word = words.shift();
      if (word === '@revoked') marker = 'revoked';
      else if (word === '@cert-authority') marker = 'cert-authority';
      else continue;
    }
    const [hosts = '', type = '', base64 = ''] = words;
    if (hosts === '' || hosts.startsWith('#') || !matchesHost(hosts, name)) continue;
    // A line whose key cannot be read says nothing, as with OpenSSH.
    const blob = decodeKey(type, base64);
    if (blob) keys.push({ marker, type, blob, withoutPort });
  }
  return keys;
}

/**
 * All lines about a host, from the texts of the files in their order.
 *
 * @param host the name that was asked for, or HostKeyAlias
 * @param port undefined for a HostKeyAlias, which stands without a port
 */
export function findKnownKeys(texts: readonly string[], host: string, port: number | undefined): KnownKey[] {
  const name = knownHostsName(host, port ?? 22);
  const own = texts.flatMap((text) => keysNamed(text, name, false));
  if (port === undefined || port === 22) return own;
  return [...own, ...texts.flatMap((text) => keysNamed(text, host.toLowerCase(), true))];
}

/**
 * Decides as OpenSSH does with StrictHostKeyChecking=yes: a revoked key is refused wherever it stands; one right line is
 * enough; lines with other keys only, of whatever type, mean that the key has changed; a line without the port counts
 * for a host on another port only when it has the right key and no line names the port.
 */
export function judgeHostKey(keys: readonly KnownKey[], offered: Buffer): HostKeyVerdict {
  const same = (key: KnownKey) => key.blob.equals(offered);
  const named = keys.filter((key) => !key.withoutPort);
  if (named.some((key) => key.marker === 'revoked' && same(key))) return 'revoked';
  const plain = named.filter((key) => key.marker === 'none');
  if (plain.some(same)) return 'match';
  if (plain.length > 0) return 'changed';
  const other = keys.filter((key) => key.withoutPort);
  if (other.some((key) => key.marker === 'revoked' && same(key))) return 'revoked';
  if (other.some((key) => key.marker === 'none' && same(key))) return 'match';
  return keys.some((key) => key.marker === 'cert-authority') ? 'certificate-only' : 'unknown';
}

/** Host key algorithms that are offered, best first. No SHA-1. */
export const hostKeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

export type HostKeyAlgorithm = (typeof hostKeyAlgorithms)[number];

/** The algorithms of the known keys first, so that a host with several keys shows one that can be compared. */
export function orderAlgorithms(keys: readonly KnownKey[]): HostKeyAlgorithm[] {
  const named = keys.some((key) => !key.withoutPort) ? keys.filter((key) => !key.withoutPort) : keys;
  const known = (algorithm: HostKeyAlgorithm) => {
    const type = algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm;
    return named.some((key) => key.marker === 'none' && key.type === type);
  };
  return [...hostKeyAlgorithms.filter(known), ...hostKeyAlgorithms.filter((a) => !known(a))];
}
