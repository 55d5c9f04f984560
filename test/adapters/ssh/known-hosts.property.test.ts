import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKnownKeys, judgeHostKey, type KnownKey } from '../../../src/adapters/ssh/known-hosts.ts';
import { noSshd, startSshd } from './sshd.ts';

const missing = spawnSync('ssh-keygen', ['-?']).error ? ' (skipped: ssh-keygen is not installed)' : '';
const seed = 20260304;

/** Keys of one type that differ in one byte, as they stand in a file. */
const keys = [1, 2, 3].map((n) => {
  const field = (data: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.alloc(32, n))]);
  return { blob, text: `ssh-ed25519 ${blob.toString('base64')}` };
});
const hashed = (name: string, n: number) => {
  const salt = Buffer.alloc(20, n);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

const names = ['web.test', 'db.test', 'web', '10.0.0.1', '[web.test]:2222', '[10.0.0.1]:2222', 'web.test.example'];
const patterns = [
  ...names,
  '*',
  '?',
  '*.test',
  'web*',
  'w?b.test',
  'we??test',
  '*.0.0.1',
  '10.*',
  '[*]:2222',
  '[web*]:*',
  '[w?b.test]:2222',
  '*w*e*b*',
  'WEB.Test',
  '',
];
const entry = fc.tuple(fc.constantFrom('', '', '', '!'), fc.constantFrom(...patterns)).map((parts) => parts.join(''));
const hosts = fc.oneof(
  { weight: 3, arbitrary: fc.array(entry, { minLength: 1, maxLength: 4 }).map((list) => list.join(',')) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...names), fc.nat(5)).map(([name, n]) => hashed(name, n)) },
);
interface Line {
  readonly marker: string;
  readonly hosts: string;
  /** Which of the keys. */
  readonly key: number;
  readonly text: string;
}
const line: fc.Arbitrary<Line> = fc
  .record({
    before: fc.constantFrom('', '', ' ', '\t'),
    marker: fc.constantFrom('', '', '', '', '@revoked ', '@cert-authority ', '@unknown ', '#'),
    hosts: hosts.filter((text) => text !== ''),
    blank: fc.constantFrom(' ', '\t', '  '),
    key: fc.nat(keys.length - 1),
    after: fc.constantFrom('', ' a comment', ' # another'),
  })
  .map((l) => ({ ...l, text: `${l.before}${l.marker}${l.hosts}${l.blank}${keys[l.key]?.text}${l.after}` }));
const table = fc.array(line, { maxLength: 6 });

describe.skipIf(missing)(`known_hosts of any form, beside OpenSSH${missing}`, () => {
  let path: string;
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'clawcheck-known-'));
    path = join(directory, 'known_hosts');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** The lines that OpenSSH finds for a name, as numbers from 0, with what it calls them. */
  function foundByOpenssh(lines: readonly Line[], name: string): { at: number; marker: KnownKey['marker'] }[] {
    writeFileSync(path, lines.map(({ text }) => `${text}\n`).join(''));
    const { stdout, error } = spawnSync('ssh-keygen', ['-F', name, '-f', path], { encoding: 'utf8' });
    if (error) throw error;
    return [...stdout.matchAll(/^# Host \S+ found: line (\d+) (CA|REVOKED)?/gm)].map(([, at, what]) => ({
      at: Number(at) - 1,
      marker: what === 'CA' ? 'cert-authority' : what === 'REVOKED' ? 'revoked' : 'none',
    }));
  }

  it('the same lines speak about a host', () => {
    let some = 0;
    fc.assert(
      fc.property(table, fc.constantFrom(...names), (lines, name) => {
        const found = foundByOpenssh(lines, name);
        const [, host = name, port] = /^\[(.*)\]:(\d+)$/.exec(name) ?? [];
        const texts = [lines.map(({ text }) => text).join('\n')];
        const ours = findKnownKeys(texts, host, port === undefined ? undefined : Number(port));
        const named = ours.filter(({ withoutPort }) => !withoutPort);
        expect(named.map(({ marker, blob }) => [marker, blob])).toEqual(
          found.map(({ at, marker }) => [marker, keys[lines[at]?.key ?? -1]?.blob]),
        );
        if (found.length > 0) some += 1;
      }),
      { numRuns: 120, seed },
    );
    expect(some).toBeGreaterThan(30);
  });

  it('and they come to the verdict that the manual gives', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(table, fc.constantFrom('web.test', 'db.test', '10.0.0.1'), fc.nat(2), (lines, name, offered) => {
        const found = foundByOpenssh(lines, name).map(({ at, marker }) => ({
          marker,
          same: lines[at]?.key === offered,
        }));
        const plain = found.filter(({ marker }) => marker === 'none');
        // sshd(8): a revoked key is never accepted; else one matching line is enough; other keys only are a change.
        const expected = found.some(({ marker, same }) => marker === 'revoked' && same)
          ? 'revoked'
          : plain.some(({ same }) => same)
            ? 'match'
            : plain.length > 0
              ? 'changed'
              : found.some(({ marker }) => marker === 'cert-authority')
                ? 'certificate-only'
                : 'unknown';
        seen.add(expected);
        const ours = findKnownKeys([lines.map(({ text }) => text).join('\n')], name, 22);
        expect(judgeHostKey(ours, keys[offered]?.blob ?? Buffer.alloc(0))).toBe(expected);
      }),
      { numRuns: 120, seed },
    );
    expect([...seen].sort()).toEqual(['certificate-only', 'changed', 'match', 'revoked', 'unknown']);
  });
});

const why = noSshd() ?? (spawnSync('ssh', ['-V']).error ? 'ssh is not installed' : undefined);

describe.skipIf(why)(
  `known_hosts of any form, as ssh decides against a real sshd${why ? ` (skipped: ${why})` : ''}`,
  () => {
    it('accepts and refuses the same', { timeout: 120_000 }, async () => {
      const sshd = await startSshd([], ['ed25519']);
      try {
        const path = join(sshd.directory, 'known_hosts');
        const own = sshd.hostKey('ed25519');
        const blob = Buffer.from(own.split(' ')[1] ?? '', 'base64');
        const proxy = `${process.execPath} -e 'const s=require("net").connect(${sshd.port},"127.0.0.1");process.stdin.pipe(s).pipe(process.stdout)'`;
        // Drawn here, because each costs a connection: lines about the host asked for only, half of them with its key.
        const about = line.filter((l) => l.marker !== '#' && l.marker !== '@unknown ');
        const files = fc.sample(
          fc.tuple(fc.array(about, { minLength: 1, maxLength: 4 }), fc.constantFrom([undefined, 22], [2222, 2222])),
          { numRuns: 8, seed },
        );
        const verdicts = new Set<string>();
        for (const [lines, [asked]] of files) {
          // The first key is the server's own.
          const text = lines.map((l) => l.text.replace(keys[0]?.text ?? '', own)).join('\n');
          writeFileSync(path, `${text}\n`);
          const args = Object.entries({
            BatchMode: 'yes',
            StrictHostKeyChecking: 'yes',
            UserKnownHostsFile: path,
            GlobalKnownHostsFile: '/dev/null',
            IdentitiesOnly: 'yes',
            IdentityFile: sshd.keyFile,
            UpdateHostKeys: 'no',
            ProxyCommand: proxy,
          }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
          const target = ['-p', String(asked ?? 22), `${sshd.user}@web.test`, 'true'];
          const ssh = spawnSync('ssh', ['-F', 'none', ...args, ...target], { encoding: 'utf8' });
          const verdict = judgeHostKey(findKnownKeys([text], 'web.test', asked ?? 22), blob);
          verdicts.add(verdict);
          expect([text, verdict === 'match']).toEqual([text, ssh.status === 0]);
          expect([text, verdict === 'revoked']).toEqual([text, /revoked/i.test(ssh.stderr)]);
        }
        expect(verdicts.size).toBeGreaterThan(1);
      } finally {
        await sshd.stop();
      }
    });
  },
);
