import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import type { Report } from '../../src/model/report.ts';
import { renderJson } from '../../src/report/json.ts';
import { clawcheck } from '../support/cli.ts';
import { withCheck } from '../support/report.ts';
import { fixtures } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const at = (name: string) => join(folder, name);
const runbook = 'backup/recovery-runbook';
const read = (name: string): Report => JSON.parse(readFileSync(at(name), 'utf8'));
const resultOf = (report: Report, id: string) =>
  report.areas.flatMap(({ checks }) => checks).find((check) => check.id === id);

describe('attestations that are signed', () => {
  let deployment: Deployment;
  const beside = (name: string) => join(dirname(deployment.config), name);
  const config = () => readFileSync(deployment.config, 'utf8');
  const attest = (check: string, ...more: string[]) =>
    clawcheck(['attest', check, '-e', 'prod', '-c', deployment.config, ...more]);
  const run = (...more: string[]) =>
    clawcheck(['run', '-e', 'prod', '-c', deployment.config, '-q', ...more], { env: deployment.variables });
  beforeAll(async () => {
    deployment = await startDeployment(fixtures, []);
    for (const name of ['ada', 'eve']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
    }
  });
  afterAll(() => deployment.close());

  it('are signed where they stand, or as they are stated, and no run finds out only later that they do not hold', async () => {
    const refused = async (message: RegExp, ...more: string[]) => {
      const before = config();
      expect(await attest(runbook, '--write', ...more)).toMatchObject({
        code: 64,
        stderr: expect.stringMatching(message),
      });
      expect(config()).toBe(before);
    };
    await refused(/nobody is named who may sign/, '--sign', at('ada'));
    writeFileSync(deployment.config, config().replace('    attestations:', '    attestationSigners: who\n$&'));
    await refused(/there is no file "who"/, '--sign', at('ada'));
    writeFileSync(beside('who'), `ada@example.com ${readFileSync(at('ada.pub'), 'utf8')}`);
    await refused(/not among the allowed signers/, '--sign', at('eve'));
    await refused(/needs --by, --statement, --evidence and --expires/, '--sign', at('ada'), '--by', 'Ada');
    await refused(/needs --by, --statement, --evidence and --expires/);
    const outside = ['--by', 'A', '--statement', 's', '--expires', '2099-01-31', '--evidence', at('ada.pub')];
    await refused(/not below the folder of the environment file/, ...outside);

    // A reference, though what is before its slash is a file here.
    const ticket = ['--by', 'A', '--statement', 's', '--expires', '2099-01-31', '--evidence', 'README.md/41'];
    expect((await attest(runbook, ...ticket)).code).toBe(0);

    expect((await attest(runbook, '--sign', at('ada'), '--write')).code).toBe(0);
    writeFileSync(beside('docs/used.md'), 'It stopped.\n');
    const said = [
      '--by',
      'Dan',
      '--statement',
      'Used it',
      '--evidence',
      beside('docs/used.md'),
      '--expires',
      '2099-01-31',
    ];
    expect((await attest('monitoring/kill-switch', ...said, '--sign', at('ada'), '--write')).code).toBe(0);
  });

  it('are in the report with who signed, apart from those that are not, and again in a replay', async () => {
    const files = ['-o', at('r.json'), '-o', at('r.txt'), '-o', at('r.html'), '-o', at('r.md'), '-o', at('r.sarif')];
    const { code, stderr } = await run('--record', at('rec'), ...files);
    expect(stderr).toBe('');
    expect(resultOf(read('r.json'), runbook)?.attestation).toMatchObject({ signedBy: 'ada@example.com' });
    expect(resultOf(read('r.json'), 'monitoring/kill-switch')?.attestation).toMatchObject({
      evidence: 'docs/used.md',
      evidenceSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      signedBy: 'ada@example.com',
    });
    expect(resultOf(read('r.json'), 'credentials/bot-accounts')?.attestation).toMatchObject({ signedBy: null });
    expect(readFileSync(at('r.txt'), 'utf8')).toMatch(/5 attested \(2 signed\)/);
    for (const name of ['r.txt', 'r.html', 'r.md', 'r.sarif']) {
      const text = readFileSync(at(name), 'utf8').replaceAll(/\s+/g, ' ').replaceAll('&#64;', '@');
      expect(text).toContain('Signed by ada@example.com.');
      expect(text).toContain('Not signed.');
    }
    const again = await run('--replay', at('rec'), '-o', at('again.json'));
    expect(again.code).toBe(code);
    expect({ ...read('again.json'), mode: 'simulated' }).toEqual(read('r.json'));
  });

  it('are held against the environment file by verify', async () => {
    const verify = (name: string) =>
      clawcheck(['verify', at(name), '--unsigned', '--allow-simulated', '-c', deployment.config]);
    expect((await verify('r.json')).stdout).toMatch(/^VALID/);
    const forged = (change: object) => {
      const report = read('r.json');
      const attestation = { ...resultOf(report, runbook)?.attestation, ...change } as never;
      writeFileSync(at('forged.json'), renderJson(withCheck(report, runbook, { attestation })));
    };
    for (const change of [
      { by: 'Eve' },
      { signedBy: 'eve@example.com' },
      { signedBy: null },
      { expires: '2098-01-01' },
    ]) {
      forged(change);
      expect(await verify('forged.json')).toMatchObject({
        code: 23,
        stdout: expect.stringContaining(
          `NOT VALID  config: the attestation of ${runbook} is not that of the environment file\n`,
        ),
      });
    }
  });

  it('stop a run where the statement or its evidence was changed', async () => {
    const good = config();
    writeFileSync(deployment.config, good.replace('Used it', 'Used it twice'));
    const changed = await run('-o', at('none.json'));
    expect(changed).toMatchObject({ code: 64, stderr: expect.stringMatching(/monitoring\/kill-switch does not hold/) });
    writeFileSync(deployment.config, good);
    appendFileSync(beside('docs/used.md'), 'Or not.\n');
    expect(await run('-o', at('none.json'))).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/was changed after it was stated: docs\/used\.md/),
    });
  });
});
