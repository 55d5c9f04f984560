import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findKnownKeys,
  type HostKeyVerdict,
  judgeHostKey,
  matchesHost,
  orderAlgorithms,
} from '../../../src/adapters/ssh/known-hosts.ts';
import { makeKey, noSshd, type Sshd, startSshd } from './sshd.ts';

/** A key as it stands in a file: the type, and a number that makes it another one. */
function line(type: string, n: number): string {
  const field = (data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, data]);
  };
  return `${type} ${Buffer.concat([field(Buffer.from(type)), field(Buffer.alloc(32, n))]).toString('base64')}`;
}
const blobOf = (text: string) => Buffer.from(text.split(' ')[1] ?? '', 'base64');
const hashed = (name: string) => {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

const right = line('ssh-ed25519', 1);
const wrong = line('ssh-ed25519', 2);
const rsa = line('ssh-rsa', 3);

interface Case {
  readonly what: string;
  readonly file: string;
  readonly host?: string;
  readonly port?: number;
  readonly verdict: HostKeyVerdict;
}

/** `R` is the right key, `W` a wrong one of the same type, `S` one of another type. */
const table: readonly Case[] = [
  { what: 'plain name', file: 'web.test R', verdict: 'match' },
  { what: 'another key', file: 'web.test W', verdict: 'changed' },
  { what: 'a key of another type only', file: 'web.test S', verdict: 'changed' },
  { what: 'another type and the right one', file: 'web.test S\nweb.test R', verdict: 'match' },
  { what: 'a wrong and a right line', file: 'web.test W\nweb.test R', verdict: 'match' },
  { what: 'another host', file: 'other.test R', verdict: 'unknown' },
  { what: 'empty file', file: '', verdict: 'unknown' },
  { what: 'upper case in the file', file: 'WEB.TEST R', verdict: 'match' },
  { what: 'upper case asked', file: 'web.test R', host: 'Web.Test', verdict: 'match' },
  { what: 'list of names', file: 'a,web.test,b R', verdict: 'match' },
  { what: 'star', file: '*.test R', verdict: 'match' },
  { what: 'star that matches nothing', file: 'web.test* R', verdict: 'match' },
  { what: 'question mark', file: 'we?.test R', verdict: 'match' },
  { what: 'question mark for nothing', file: 'web?.test R', verdict: 'unknown' },
  { what: 'negation after', file: '*.test,!web.test R', verdict: 'unknown' },
  { what: 'negation before', file: '!web.test,*.test R', verdict: 'unknown' },
  { what: 'negation of another', file: '*.test,!db.test R', verdict: 'match' },
  { what: 'negation alone', file: '!db.test R', verdict: 'unknown' },
  { what: 'hashed name', file: `${hashed('web.test')} R`, verdict: 'match' },
  { what: 'hashed other name', file: `${hashed('db.test')} R`, verdict: 'unknown' },
  { what: 'hashed name with a wrong key', file: `${hashed('web.test')} W`, verdict: 'changed' },
  { what: 'name with port', file: '[web.test]:2222 R', port: 2222, verdict: 'match' },
  { what: 'hashed name with port', file: `${hashed('[web.test]:2222')} R`, port: 2222, verdict: 'match' },
  { what: 'another port', file: '[web.test]:2223 R', port: 2222, verdict: 'unknown' },
  { what: 'port in the file, none asked', file: '[web.test]:2222 R', verdict: 'unknown' },
  { what: 'no port in the file, right key', file: 'web.test R', port: 2222, verdict: 'match' },
  { what: 'no port in the file, wrong key', file: 'web.test W', port: 2222, verdict: 'unknown' },
  { what: 'wrong with port, right without', file: '[web.test]:2222 W\nweb.test R', port: 2222, verdict: 'changed' },
  { what: 'star with a port', file: '[*.test]:2222 R', port: 2222, verdict: 'match' },
  { what: 'revoked', file: '@revoked * R', verdict: 'revoked' },
  { what: 'revoked and right', file: 'web.test R\n@revoked web.test R', verdict: 'revoked' },
  { what: 'another key revoked', file: '@revoked * W\nweb.test R', verdict: 'match' },
  { what: 'revoked for another host', file: '@revoked db.test R\nweb.test R', verdict: 'match' },
  { what: 'certificate authority only', file: '@cert-authority * R', verdict: 'certificate-only' },
  { what: 'certificate authority and right', file: '@cert-authority * W\nweb.test R', verdict: 'match' },
  { what: 'unknown marker', file: '@trusted web.test R', verdict: 'unknown' },
  { what: 'comment', file: '# web.test R', verdict: 'unknown' },
  { what: 'leading blanks', file: ' \t web.test R', verdict: 'match' },
  { what: 'tabs between', file: 'web.test\tR', verdict: 'match' },
  { what: 'a comment after the key', file: 'web.test R me@there', verdict: 'match' },
  { what: 'a type that the key does not have', file: 'web.test ssh-rsa X', verdict: 'unknown' },
  { what: 'a key that is cut', file: 'web.test ssh-ed25519 AAAAC3Nz', verdict: 'unknown' },
  { what: 'no key', file: 'web.test', verdict: 'unknown' },
  { what: 'windows line ends', file: 'web.test R\r\n', verdict: 'match' },
];

function fill(file: string, keys: { right: string; wrong: string; other: string }): string {
  return file
    .replace(/([ \t])R(?=\s|$)/gm, `$1${keys.right}`)
    .replace(/([ \t])W(?=\s|$)/gm, `$1${keys.wrong}`)
    .replace(/([ \t])S(?=\s|$)/gm, `$1${keys.other}`)
    .replace(/([ \t])X(?=\s|$)/gm, `$1${keys.right.split(' ')[1]}`);
}

describe('known_hosts', () => {
  it.each(table)('$what: $verdict', ({ file, host = 'web.test', port = 22, verdict }) => {
    const text = fill(file, { right, wrong, other: rsa });
    expect(judgeHostKey(findKnownKeys([text], host, port), blobOf(right))).toBe(verdict);
  });

  it('looks through all files', () => {
    const keys = findKnownKeys([`web.test ${wrong}`, `web.test ${right}`], 'web.test', 22);
    expect(judgeHostKey(keys, blobOf(right))).toBe('match');
  });

  it('takes an alias without a port', () => {
    const keys = findKnownKeys([`the-alias ${right}`], 'the-alias', undefined);
    expect(judgeHostKey(keys, blobOf(right))).toBe('match');
  });

  it('matches patterns in linear time', () => {
    expect(matchesHost(`${'*a'.repeat(30_000)}b`, 'a'.repeat(250))).toBe(false);
  });

  it('offers the algorithms of the known keys first', () => {
    const order = (file: string, port = 22) => orderAlgorithms(findKnownKeys([file], 'web.test', port)).slice(0, 2);
    expect(order('')).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
    expect(order(`web.test ${rsa}`)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    expect(order(`web.test ${line('ecdsa-sha2-nistp384', 1)}`)).toEqual(['ecdsa-sha2-nistp384', 'ssh-ed25519']);
    expect(order(`@revoked web.test ${rsa}`)).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
    expect(order(`[web.test]:22 ${rsa}\nweb.test ${rsa}`, 2222)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
  });
});

const noKeygen = spawnSync('ssh-keygen', ['-?']).error ? 'ssh-keygen is not installed' : undefined;

describe.skipIf(noKeygen)(`as ssh-keygen -F finds them${noKeygen ? ` (skipped: ${noKeygen})` : ''}`, () => {
  // ssh-keygen looks a name up and does not compare keys: a line that speaks about the host, or none.
  const lookups = table.filter(({ what, port }) => port === undefined && !what.includes('marker'));
  it('for every name of the table', () => {
    const directory = mkdtempSync(join(tmpdir(), 'clawcheck-known-'));
    for (const { what, file, host = 'web.test' } of lookups) {
      const text = fill(file, { right, wrong, other: rsa });
      const path = join(directory, 'known_hosts');
      writeFileSync(path, `${text}\n`);
      const found = spawnSync('ssh-keygen', ['-F', host.toLowerCase(), '-f', path]).status === 0;
      // ssh-keygen prints lines whose key cannot be read as well; such a line says nothing to ssh.
      const readable = !/cut|no key|does not have/.test(what);
      if (readable) expect([what, findKnownKeys([text], host, 22).length > 0]).toEqual([what, found]);
    }
    rmSync(directory, { recursive: true });
  });
});

const why = noSshd() ?? (spawnSync('ssh', ['-V']).error ? 'ssh is not installed' : undefined);

describe.skipIf(why)(`as ssh decides against a real sshd${why ? ` (skipped: ${why})` : ''}`, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd([], ['ed25519']);
  }, 30_000);
  afterAll(async () => sshd?.stop());

  it('for every line of the table', () => {
    const foreign = join(sshd.directory, 'foreign');
    makeKey(foreign, 'ecdsa');
    const other = readFileSync(`${foreign}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const keys = { right: sshd.hostKey('ed25519'), wrong, other };
    const path = join(sshd.directory, 'known_hosts');
    // The names and the port of the table stand for those of the server.
    for (const { what, file, host = 'web.test', port, verdict } of table) {
      const text = fill(file.replaceAll('2222', port === undefined ? '2222' : String(sshd.port)), keys);
      const asked = port === undefined ? 22 : sshd.port;
      const rehashed = text.replace(hashed('[web.test]:2222').split(' ')[0] ?? '', hashed(`[web.test]:${sshd.port}`));
      writeFileSync(path, `${rehashed}\n`);
      const options = {
        BatchMode: 'yes',
        StrictHostKeyChecking: 'yes',
        UserKnownHostsFile: path,
        GlobalKnownHostsFile: '/dev/null',
        IdentitiesOnly: 'yes',
        IdentityFile: sshd.keyFile,
        UpdateHostKeys: 'no',
        // ssh believes that it speaks to the named host on the port of the table.
        ProxyCommand: `${process.execPath} -e 'const s=require("net").connect(${sshd.port},"127.0.0.1");process.stdin.pipe(s).pipe(process.stdout)'`,
      };
      const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
      const ssh = spawnSync('ssh', ['-F', 'none', ...args, '-p', String(asked), `${sshd.user}@${host}`, 'true']);
      const judged = judgeHostKey(findKnownKeys([rehashed], host, asked), blobOf(keys.right));
      expect([what, judged]).toEqual([what, verdict]);
      expect([what, ssh.status === 0]).toEqual([what, judged === 'match']);
      const changed = /HOST IDENTIFICATION HAS CHANGED/.test(String(ssh.stderr));
      expect([what, changed]).toEqual([what, judged === 'changed']);
    }
  }, 120_000);
});
