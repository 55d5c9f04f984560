import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseEnvironmentFile } from '../../src/environment/load.ts';
import type { Report } from '../../src/model/report.ts';
import { renderJson } from '../../src/report/json.ts';
import { clawcheck } from '../support/cli.ts';
import { hostileReport, recounted, withCheck } from '../support/report.ts';
import { runScenario } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const at = (name: string) => join(folder, name);
let older: Report;
let newer: Report;
const save = (name: string, report: Report) => {
  writeFileSync(at(name), renderJson(report));
  return at(name);
};
beforeAll(async () => {
  older = await runScenario(['efs-without-tls', 'launch-hook-missing']);
  newer = await runScenario(['efs-without-tls', 'interfaces-denied']);
  save('older.json', older);
  save('newer.json', newer);
});
const checks = (report: Report) => report.areas.flatMap((area) => area.checks);

describe('report', () => {
  it('writes a saved report in every format at once, and again as the same JSON', async () => {
    const files = ['r.txt', 'r.json', 'r.html', 'r.md', 'r.xml', 'r.sarif'].map(at);
    const { code, stdout, stderr } = await clawcheck([
      'report',
      at('older.json'),
      ...files.flatMap((file) => ['-o', file]),
    ]);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    const [text, json, html, markdown, junit, sarif] = files.map((file) => readFileSync(file, 'utf8'));
    expect(json).toBe(renderJson(older));
    expect(text).toMatch(/^NOT_READY {2}prod/);
    expect(html).toMatch(/^<!DOCTYPE html>/);
    expect(markdown).toMatch(/^# NOT READY: prod\n/);
    expect(junit).toMatch(/^<\?xml /);
    expect(JSON.parse(sarif ?? '').version).toBe('2.1.0');
  });

  it('goes to the standard output in the format that is asked for, beside files in theirs', async () => {
    const { stdout } = await clawcheck([
      'report',
      at('older.json'),
      '--format',
      'markdown',
      '-o',
      '-',
      '-o',
      at('both.json'),
    ]);
    expect(stdout).toMatch(/^# NOT READY: prod\n/);
    expect(readFileSync(at('both.json'), 'utf8')).toBe(renderJson(older));
  });

  it('refuses what no run can have said, one line each', async () => {
    const [first] = checks(older).filter(({ status }) => status === 'fail');
    const forged = save('forged.json', {
      ...withCheck(older, first?.id ?? '', { status: 'pass' }),
      counts: older.counts,
    });
    const hostile = save('hostile.json', hostileReport(older));
    writeFileSync(at('text.json'), 'READY\n');
    for (const [file, message] of [
      [forged, /counts: it says/],
      [hostile, /bytes: a text has characters that no run writes/],
      [at('text.json'), /json: it is not JSON/],
    ] as const) {
      const { code, stdout, stderr } = await clawcheck(['report', file, '--format', 'html']);
      expect([code, stdout]).toEqual([23, '']);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^[\x20-\x7e\n]+$/);
      for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^clawcheck: .*\.json: [a-z]+: /);
    }
    expect((await clawcheck(['report', at('none.json')])).code).toBe(64);
  });
});

describe('diff', () => {
  const diff = (a: string, b: string, ...more: string[]) => clawcheck(['diff', at(a), at(b), ...more]);

  it('tells what got worse and what got better, and exits with 24 when something did', async () => {
    const { code, stdout } = await diff('older.json', 'newer.json', '--json');
    const data = JSON.parse(stdout);
    const changed = checks(newer).filter(({ id, status }) => checks(older).find((c) => c.id === id)?.status !== status);
    expect(code).toBe(24);
    expect([...data.worse, ...data.better].map(({ id }: { id: string }) => id).sort()).toEqual(
      changed.map(({ id }) => id).sort(),
    );
    expect(data.better).toContainEqual({ id: 'infrastructure/lifecycle-hooks', from: 'fail', to: 'pass' });
    expect(data.worse.every(({ from, to }: { from: string; to: string }) => from === 'pass' && to === 'unknown')).toBe(
      true,
    );
    const text = await diff('older.json', 'newer.json');
    expect(text.stdout).toMatch(
      /^NOT_READY .* -> NOT_READY [\s\S]*\nWorse \(\d+\)\n {2}\S+: Pass -> Not verified \(access_denied: /,
    );
    expect(text.stdout).toMatch(/\nBetter \(1\)\n {2}infrastructure\/lifecycle-hooks: Fail -> Pass/);
  });

  it('exits with 0 when nothing got worse', async () => {
    save('good.json', await runScenario());
    const { code, stdout } = await diff('older.json', 'good.json');
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('Worse')]);
    const same = await diff('older.json', 'older.json');
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('No check has another status.')]);
  });

  it('counts a check that is gone as worse', async () => {
    save('narrow.json', await runScenario(['efs-without-tls', 'launch-hook-missing'], { areas: ['backup'] }));
    const { code, stdout } = await diff('older.json', 'narrow.json');
    expect([code, stdout]).toEqual([24, expect.stringMatching(/Gone \(\d+\)/)]);
    expect((await diff('narrow.json', 'older.json')).stdout).toMatch(/New \(\d+\)/);
  });

  it('refuses reports of two deployments, in the wrong order, or that do not hold together', async () => {
    save('other.json', { ...newer, environment: { ...newer.environment, name: 'staging' } });
    expect(await diff('older.json', 'other.json')).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/not of one deployment: environment: prod, then staging/),
    });
    const later = JSON.parse(renderJson(older).replaceAll('2026-03-04T05', '2026-03-04T06'));
    save('later.json', later);
    expect(await diff('later.json', 'newer.json')).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/first report is the newer one/),
    });
    save('broken.json', recounted({ ...newer, areas: newer.areas.slice(1) }));
    expect(await diff('older.json', 'broken.json')).toMatchObject({ code: 23, stdout: '' });
  });
});

describe('attest', () => {
  const text = (attestations: string) => `# Our deployment.
version: 1
environments:
  prod: # live since May
    aws:
      account: "123456789012" # the workload account
      region: eu-west-1
    infrastructure:
      autoScalingGroup: openclaw-prod
    soulDocuments:
      fileSystemId: fs-0a1b2c3d4e5f60001
    credentials:
      secret: openclaw/prod/gateway
    monitoring:
      logGroups:
        - { name: /openclaw/prod/gateway, kind: gateway }
      alarm: openclaw-prod-gateway-unhealthy
${attestations}`;
  const earlier = `    attestations:
      # From the audit in May.
      - check: backup/recovery-runbook
        by: Cleo Example
        date: 2026-02-20
        expires: 2026-05-20
        statement: Executed every step
        evidence: OPS-41
`;
  const said = [
    '--by',
    'Ada "A" Example',
    '--statement',
    'I restored it: alone # really',
    '--evidence',
    'OPS-42',
    '--expires',
    '2099-01-31',
  ];
  const attest = (file: string, ...more: string[]) =>
    clawcheck(['attest', 'backup/recovery-runbook', '-e', 'prod', '-c', at(file), ...more]);
  const of = (file: string) =>
    parseEnvironmentFile(readFileSync(at(file), 'utf8'), file).environments['prod']?.attestations;
  const entry = {
    check: 'backup/recovery-runbook',
    by: 'Ada "A" Example',
    expires: '2099-01-31',
    statement: 'I restored it: alone # really',
    evidence: 'OPS-42',
  };

  it('prints an entry, and leaves the file alone', async () => {
    writeFileSync(at('print.yaml'), text(''));
    const { code, stdout } = await attest('print.yaml', ...said);
    expect([code, readFileSync(at('print.yaml'), 'utf8')]).toEqual([0, text('')]);
    expect(stdout).toMatch(/^- check: backup\/recovery-runbook\n {2}by: /);
    const indented = stdout.replaceAll(/^/gm, '      ').trimEnd();
    writeFileSync(at('pasted.yaml'), text(`    attestations:\n${indented}\n`));
    expect(of('pasted.yaml')).toEqual([expect.objectContaining(entry)]);
  });

  it.each([
    ['no attestations', ''],
    ['an empty list', '    attestations: []\n'],
    ['an earlier one', earlier],
  ])('writes it into a file with %s, and keeps all comments', async (_, before) => {
    writeFileSync(at('write.yaml'), text(before));
    const { code, stdout } = await attest('write.yaml', ...said, '--write', '--date', '2026-03-01');
    expect([code, stdout]).toEqual([0, '']);
    expect(of('write.yaml')).toEqual([{ ...entry, date: '2026-03-01' }]);
    const after = readFileSync(at('write.yaml'), 'utf8');
    for (const comment of ['# Our deployment.', '# live since May', '# the workload account'])
      expect(after).toContain(comment);
    expect(after).toContain('account: "123456789012"');
  });

  it.each([
    [
      'a check that is measured',
      ['attest', 'network/no-public-ingress'],
      /not for a person to attest[\s\S]*backup\/recovery-runbook/,
    ],
    ['a check that does not exist', ['attest', 'backup/recovery-runbok'], /Did you mean backup\/recovery-runbook/],
    ['a day that is over', ['attest', 'backup/recovery-runbook', '--expires', '2020-01-31'], /is over already/],
    ['no day', ['attest', 'backup/recovery-runbook', '--expires', '2027-02-31'], /take a day/],
    ['a statement from the future', ['attest', 'backup/recovery-runbook', '--date', '2098-01-31'], /in the future/],
  ])('refuses %s', async (_, args, message) => {
    writeFileSync(at('refuse.yaml'), text(earlier));
    const { code, stderr } = await clawcheck([
      ...args.slice(0, 2),
      ...said,
      '-e',
      'prod',
      '-c',
      at('refuse.yaml'),
      '--write',
      ...args.slice(2),
    ]);
    expect([code, stderr]).toEqual([64, expect.stringMatching(message)]);
    expect(readFileSync(at('refuse.yaml'), 'utf8')).toBe(text(earlier));
    expect(existsSync(at('refuse.yaml.sig'))).toBe(false);
  });
});
