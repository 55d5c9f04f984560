import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, sshSignatures } from '../../src/adapters/signature/ssh-keygen.ts';
import { type Attestation, attestationNamespace, attestedBytes } from '../../src/environment/acceptance-schema.ts';
import type { Environment } from '../../src/environment/schema.ts';
import { ProbeError } from '../../src/model/reason.ts';
import type { FilesPort } from '../../src/ports/files.ts';
import { verifySigners } from '../../src/runner/signers.ts';
import { goodEnvironment } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const key = (name: string) => join(folder, name);
const line = (who: string, name: string, options = `namespaces="${attestationNamespace}"`) =>
  `${who} ${options} ${readFileSync(key(`${name}.pub`), 'utf8')}`;
const stated: Attestation = {
  check: 'backup/recovery-runbook',
  by: 'Ada',
  date: '2026-03-01',
  expires: '2026-06-01',
  statement: 'I did \u00fc\u202e',
  evidence: 'docs/done.md',
  evidenceSha256: createHash('sha256').update('done').digest('hex'),
};
const prod = goodEnvironment({});
const signed = (entry = stated, by = 'ada', namespace: string = attestationNamespace, environment = prod) => ({
  ...entry,
  signature: sign(attestedBytes(environment, entry), key(by), namespace),
});

interface Given {
  readonly attestations: readonly Attestation[];
  readonly signers?: string | undefined;
  readonly at?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Partial<Environment>;
}
function verify({ attestations, signers, at = '2026-03-04', files = { 'docs/done.md': 'done' }, ...more }: Given) {
  const all: Readonly<Record<string, string>> = { ...files, ...(signers !== undefined && { who: signers }) };
  const port: FilesPort = {
    read: async (path) => all[path],
    sha256: async (path) => {
      if (path.startsWith('..')) throw new ProbeError('access_denied', 'leads out of its folder');
      return all[path] === undefined ? undefined : createHash('sha256').update(all[path]).digest('hex');
    },
    glob: async () => [],
  };
  const environment = { ...prod, attestationSigners: 'who', attestations: [...attestations], ...more.environment };
  return verifySigners(environment as Environment, { files: port, signatures: sshSignatures }, new Date(at));
}

describe('signed attestations', () => {
  let ada: string;
  beforeAll(() => {
    for (const name of ['ada', 'eve']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key(name)]);
    }
    ada = line('ada@example.com', 'ada');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('name who signed, as the allowed signers do; one that is not signed names nobody', async () => {
    const other = { ...stated, check: 'monitoring/kill-switch' };
    const found = await verify({ attestations: [signed(), other], signers: ada });
    expect([...found]).toEqual([['backup/recovery-runbook', 'ada@example.com']]);
    expect([...(await verify({ attestations: [other] }))]).toEqual([]);
  });

  it('are signed with stock OpenSSH too, over bytes that anybody can write down', async () => {
    const text = Buffer.from(attestedBytes(prod, stated)).toString();
    expect(text).toMatch(/^\{\n {2}"environment": "prod",\n {2}"account": "123456789012",\n {2}"check": /);
    expect(text).toMatch(/^[\x20-\x7e\n]*\}\n$/);
    expect(JSON.parse(text)).toEqual({ environment: 'prod', account: '123456789012', ...stated });
  });

  it.each<[string, () => Given, RegExp]>([
    ['a statement changed since', () => ({ attestations: [{ ...signed(), statement: 'all' }] }), /no valid signature/],
    ['a later expiry', () => ({ attestations: [{ ...signed(), expires: '2029-06-01' }] }), /no valid signature/],
    ['another name', () => ({ attestations: [{ ...signed(), by: 'Eve' }] }), /no valid signature/],
    ['another check', () => ({ attestations: [{ ...signed(), check: 'monitoring/kill-switch' }] }), /no valid/],
    [
      'no digest any more',
      () => {
        const { evidenceSha256, ...rest } = signed();
        return { attestations: [rest] };
      },
      /no valid signature/,
    ],
    [
      'the signature of staging',
      () => ({ attestations: [signed(stated, 'ada', attestationNamespace, { ...prod, name: 'staging' })] }),
      /no valid/,
    ],
    [
      'the signature of another account',
      () => ({ attestations: [signed()], environment: { aws: { ...prod.aws, account: '210987654321' } } }),
      /no valid/,
    ],
    [
      'a signature for another purpose',
      () => ({ attestations: [signed(stated, 'ada', 'clawcheck-report@v1')] }),
      /no valid/,
    ],
    [
      'a signature of somebody else',
      () => ({ attestations: [signed(stated, 'eve')] }),
      /not among the allowed signers/,
    ],
    ['text in the place of a signature', () => ({ attestations: [{ ...stated, signature: 'Ada' }] }), /does not hold/],
    ['an empty signature', () => ({ attestations: [{ ...stated, signature: '' }] }), /does not hold/],
    [
      'nobody named who may sign',
      () => ({ attestations: [signed()], environment: { attestationSigners: undefined as never } }),
      /nobody is named who may sign/,
    ],
    ['no file of signers', () => ({ attestations: [signed()], signers: undefined }), /there is no file "who"/],
    ['an empty file of signers', () => ({ attestations: [signed()], signers: '' }), /not among the allowed signers/],
    [
      'a signer of reports',
      () => ({ attestations: [signed()], signers: line('ada', 'ada', 'namespaces="clawcheck-report@v1"') }),
      /does not hold/,
    ],
    [
      'a signer of any name',
      () => ({ attestations: [signed()], signers: line('*', 'ada') }),
      /not among the allowed signers/,
    ],
    [
      'a signer whose time was over',
      () => ({ attestations: [signed()], signers: line('ada', 'ada', 'valid-before="20260303"') }),
      /does not hold/,
    ],
    [
      'a signer whose time is to come',
      () => ({ attestations: [signed()], signers: line('ada', 'ada', 'valid-after="20260305"') }),
      /does not hold/,
    ],
    [
      'evidence that was changed',
      () => ({ attestations: [stated], files: { 'docs/done.md': 'not done' } }),
      /was changed after it was stated/,
    ],
    ['evidence that is gone', () => ({ attestations: [stated], files: {} }), /is not beside the environment file/],
    [
      'evidence out of the folder',
      () => ({ attestations: [{ ...stated, evidence: '../x' }] }),
      /leads out of its folder/,
    ],
  ])('with %s are an error', async (_, given, message) => {
    const error = { name: 'UsageError', message: expect.stringMatching(message) };
    await expect(verify({ signers: ada, ...given() })).rejects.toMatchObject(error);
  });

  it('hold by the time of the run, not of the clock', async () => {
    const signers = line('ada', 'ada', 'valid-before="20260305"');
    expect([...(await verify({ attestations: [signed()], signers }))]).toHaveLength(1);
    await expect(verify({ attestations: [signed()], signers, at: '2026-03-06' })).rejects.toThrow(/does not hold/);
  });

  it('with evidence elsewhere show its digest, and cannot hold it against anything', async () => {
    const elsewhere = { ...stated, evidence: 'https://wiki.example.com/done' };
    expect([...(await verify({ attestations: [signed(elsewhere)], signers: ada, files: {} }))]).toHaveLength(1);
  });
});
