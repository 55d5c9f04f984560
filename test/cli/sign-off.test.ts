import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import type { Report } from '../../src/model/report.ts';
import { renderJson } from '../../src/report/json.ts';
import { clawcheck } from '../support/cli.ts';
import { recounted, withCheck } from '../support/report.ts';
import { fixtures } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const at = (name: string) => join(folder, name);
const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { cwd: folder, stdio: 'pipe' });
const publicKey = (name: string) => readFileSync(at(`${name}.pub`), 'utf8').trim();
/** Signs by hand, as anybody who holds a key can. */
const sign = (file: string, key: string, namespace = 'clawcheck-report@v1') =>
  keygen('-q', '-Y', 'sign', '-f', at(key), '-n', namespace, at(file));

/** A copy of the report with its text changed, and the first signature beside it. */
function copy(name: string, change: (text: string) => string): string {
  writeFileSync(at(name), change(readFileSync(at('report.json'), 'utf8')));
  copyFileSync(at('report.json.sig'), at(`${name}.sig`));
  return name;
}
const changed = (change: (report: Report) => Report) => (text: string) => renderJson(change(JSON.parse(text)));

const accept = ['--allow-simulated', '--allowed-signers', at('signers')];
async function verify(file: string, ...more: string[]) {
  const { code, stdout, stderr } = await clawcheck(['verify', at(file), ...(more.length > 0 ? more : accept)]);
  expect(stderr).toBe('');
  return { code, lines: stdout.trimEnd().split('\n') };
}

describe('the sign-off', () => {
  let deployment: Deployment;
  let config: string;
  let code: number | null;
  let verdict: string;
  beforeAll(async () => {
    for (const name of ['operator', 'other', 'late']) keygen('-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', name);
    writeFileSync(
      at('signers'),
      `ops@example.com namespaces="clawcheck-report@v1" ${publicKey('operator')}\nlate@example.com valid-before="20200101" ${publicKey('late')}\n`,
    );
    deployment = await startDeployment(fixtures, ['efs-without-tls']);
    config = at('clawcheck.yaml');
    copyFileSync(deployment.config, config);
    const args = ['run', '--env', 'prod', '-c', deployment.config, '-q', '--sign', at('operator'), '--allow-simulated'];
    const made = await clawcheck([...args, '--record', at('rec'), '-o', at('report.json'), '-o', at('report.html')], {
      env: deployment.variables,
    });
    expect(made.stderr).toBe('');
    code = made.code;
    verdict = (JSON.parse(readFileSync(at('report.json'), 'utf8')) as Report).verdict;
    await deployment.close();
  });
  afterAll(() => deployment.close());

  it('signs the JSON report alone, with the exit code of the verdict', () => {
    expect([code, verdict]).toEqual([20, 'NOT_READY']);
    expect(existsSync(at('report.html.sig'))).toBe(false);
    expect(readFileSync(at('report.json.sig'), 'latin1')).toMatch(/^-----BEGIN SSH SIGNATURE-----\n/);
  });

  it('is verified with stock OpenSSH by the command of the page, and by clawcheck', async () => {
    const html = readFileSync(at('report.html'), 'utf8');
    const [, command = ''] = /<pre>(ssh-keygen [^<]*&lt; report\.json)<\/pre>/.exec(html) ?? [];
    const shell = command.replace('&lt;', '<').replace('WHO', 'ops@example.com').replace('allowed_signers', 'signers');
    expect(execFileSync('sh', ['-c', shell], { cwd: folder, encoding: 'utf8' })).toMatch(
      /^Good "clawcheck-report@v1" signature/,
    );
    const [sha256 = ''] = execFileSync('sha256sum', ['report.json'], { cwd: folder, encoding: 'utf8' }).split(' ');
    expect(html).toContain(sha256);
    const { code, lines } = await verify('report.json');
    expect([code, lines[0]]).toEqual([
      20,
      expect.stringMatching(/^VALID {2}NOT READY {2}prod .*simulated, signed by ops@example\.com$/),
    ]);
    expect(lines[1]).toContain(sha256);
  });

  it('holds with the environment file, the recording, the subject and an age', async () => {
    const all = [...accept, '--identity', 'ops@example.com', '--max-age', '1h', '-c', config, '--recording', at('rec')];
    const expected = [
      '--expect-account',
      '123456789012',
      '--expect-region',
      'eu-west-1',
      '--expect-env',
      'prod',
      '--expect-group',
      'openclaw-prod',
    ];
    const { code, lines } = await verify('report.json', ...all, ...expected);
    expect([code, lines[0]]).toEqual([20, expect.stringMatching(/^VALID/)]);
  });

  const passed = (r: Report) =>
    r.areas.flatMap(({ checks }) => checks).find(({ status }) => status === 'pass')?.id ?? '';
  const cases: [name: string, change: (text: string) => string, lines: RegExp[]][] = [
    [
      'a byte',
      (t) => t.replace('NOT_READY', 'NOT_READy'),
      [/^NOT VALID {2}signature: it is no valid/, /^NOT VALID {2}schema: verdict/],
    ],
    [
      'a verdict',
      (t) => t.replace('"verdict": "NOT_READY"', '"verdict": "READY"'),
      [/signature/, /verdict: it says READY, its statuses give NOT_READY/],
    ],
    ['a status', (t) => t.replace('"status": "fail"', '"status": "pass"'), [/signature/, /^NOT VALID {2}/]],
    [
      'a check taken out',
      changed((r) =>
        recounted({ ...r, areas: r.areas.map((a, i) => (i === 0 ? { ...a, checks: a.checks.slice(1) } : a)) }),
      ),
      [/signature/, /complete: \S+ is missing/],
    ],
    [
      'a check put in',
      changed((r) =>
        recounted({
          ...r,
          areas: r.areas.map((a, i) =>
            i === 0 && a.checks[0] ? { ...a, checks: [...a.checks, { ...a.checks[0], id: 'infrastructure/new' }] } : a,
          ),
        }),
      ),
      [/signature/, /there is no check infrastructure\/new/],
    ],
    [
      'another order',
      changed((r) => ({ ...r, areas: [...r.areas].reverse() })),
      [/signature/, /complete: the checks are not in their order/],
    ],
    [
      'a key twice',
      (t) => t.replace('"verdict": ', '"verdict": "READY",\n  "verdict": '),
      [/signature/, /json: the key "verdict" stands twice/],
    ],
    ['another indentation', (t) => JSON.stringify(JSON.parse(t)), [/signature/, /bytes: it is not laid out/]],
    ['another subject', changed((r) => ({ ...r, subject: { ...r.subject, region: 'us-east-1' } })), [/signature/]],
    [
      'less evidence',
      changed((r) => withCheck(r, passed(r), { evidence: [] })),
      [/signature/, /is pass without evidence/],
    ],
  ];
  it.each(cases)('does not hold with %s changed', async (name, change, expected) => {
    const { code, lines } = await verify(copy(`${name.replaceAll(' ', '-')}.json`, change));
    expect(code).toBe(23);
    for (const line of expected) expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
    expect(lines.every((line) => line.startsWith('NOT VALID  '))).toBe(true);
  });

  it('does not hold when another signed it, for another purpose, or nobody did', async () => {
    const alone = async (name: string, line: RegExp, ...more: string[]) => {
      const { code, lines } = await verify(name, ...(more.length > 0 ? more : accept));
      expect([code, lines]).toEqual([23, [expect.stringMatching(line)]]);
    };
    copyFileSync(at('report.json'), at('by-other.json'));
    sign('by-other.json', 'other');
    await alone('by-other.json', /signature: the key that signed is not among the allowed signers/);
    await alone('by-other.json', /no valid signature by ops@example\.com/, ...accept, '--identity', 'ops@example.com');
    copyFileSync(at('report.json'), at('late.json'));
    sign('late.json', 'late');
    await alone('late.json', /signature: /);
    copyFileSync(at('report.json'), at('purpose.json'));
    sign('purpose.json', 'operator', 'file');
    await alone('purpose.json', /signature: it is no valid signature/);
    copyFileSync(at('report.json'), at('unsigned.json'));
    await alone('unsigned.json', /signature: there is no .*unsigned\.json\.sig/);
    await alone('unsigned.json', /signature: the report is not signed/, '--allow-simulated');
    await alone('report.json', /signature: not checked; name the --allowed-signers/, '--allow-simulated');
    expect((await verify('unsigned.json', '--allow-simulated', '--unsigned')).lines[0]).toMatch(/^VALID .*not signed$/);
  });

  it('does not hold for what was not live, is too old, or is about something else', async () => {
    const only = async (line: RegExp, ...more: string[]) => {
      const { code, lines } = await verify('report.json', '--allowed-signers', at('signers'), ...more);
      expect([code, lines]).toEqual([23, [expect.stringMatching(line)]]);
    };
    await only(/mode: it is of a simulated run/);
    await only(
      /subject: the account is 123456789012, not 210987654321/,
      '--allow-simulated',
      '--expect-account',
      '210987654321',
    );
    await only(/subject: the commit is .*, not abc/, '--allow-simulated', '--expect-commit', 'abc');
    writeFileSync(at('other.yaml'), `${readFileSync(config, 'utf8')}# another\n`);
    await only(
      /config: the report was made with another environment file/,
      '--allow-simulated',
      '-c',
      at('other.yaml'),
    );
    await only(/recording: there is no recording\.json/, '--allow-simulated', '-c', config, '--recording', folder);
    writeFileSync(at('old.json'), changed((r) => shift(r, -30 * 86_400_000))(readFileSync(at('report.json'), 'utf8')));
    sign('old.json', 'operator');
    expect(await verify('old.json', ...accept, '--max-age', '7d')).toEqual({
      code: 23,
      lines: [expect.stringMatching(/^NOT VALID {2}age: it is 7\d\d hours old, the most allowed is 168$/)],
    });
    writeFileSync(at('future.json'), changed((r) => shift(r, 86_400_000))(readFileSync(at('report.json'), 'utf8')));
    sign('future.json', 'operator');
    expect((await verify('future.json', ...accept)).lines).toEqual([
      expect.stringMatching(/age: it is from the future/),
    ]);
  });

  it('is held against the recording: what was signed must follow from what was seen', async () => {
    const id = passed(JSON.parse(readFileSync(at('report.json'), 'utf8')));
    const forged = changed((r) =>
      withCheck(r, id, {
        observed: 'something else',
        evidence: [
          {
            ...(r.areas.flatMap((a) => a.checks).find((c) => c.id === id)?.evidence[0] as never as object),
            observed: 'something else',
          } as never,
        ],
      }),
    );
    writeFileSync(at('forged.json'), forged(readFileSync(at('report.json'), 'utf8')));
    sign('forged.json', 'operator');
    expect((await verify('forged.json')).code).toBe(20);
    const { code, lines } = await verify('forged.json', ...accept, '-c', config, '--recording', at('rec'));
    expect([code, lines]).toEqual([
      23,
      [expect.stringMatching(/^NOT VALID {2}recording: judged again .*observed differs$/)],
    ]);
  });

  it('is refused before the run where it could not or must not be made', async () => {
    const run = (...more: string[]) =>
      clawcheck(['run', '--env', 'prod', '-c', config, '-q', '--replay', at('rec'), ...more]);
    const out = ['-o', at('again.json')];
    for (const [args, message] of [
      [['--sign', at('operator'), ...out], /a replay run is not signed[\s\S]*--allow-simulated/],
      [['--sign', at('operator'), '--allow-simulated'], /no file for it is named/],
      [['--sign', at('none'), ...out], /there is no key/],
      [['--sign', join(config, 'below-a-file'), ...out], /there is no key/],
      [['--sign', config, ...out], /is not an SSH key/],
    ] as const) {
      const { code, stderr } = await run(...args);
      expect([code, stderr]).toEqual([64, expect.stringMatching(message)]);
      expect(existsSync(at('again.json'))).toBe(false);
    }
  });
});

/** The whole report at another time. */
function shift(report: Report, ms: number): Report {
  const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
  const text = JSON.stringify(report).replaceAll(iso, (time) => new Date(Date.parse(time) + ms).toISOString());
  const moved = JSON.parse(text) as Report;
  const day = (date: string) => new Date(Date.parse(date) + ms).toISOString().slice(0, 10);
  const areas = moved.areas.map((area) => ({
    ...area,
    checks: area.checks.map((c) => ({
      ...c,
      attestation: c.attestation && {
        ...c.attestation,
        date: day(c.attestation.date),
        expires: day(c.attestation.expires),
      },
    })),
  }));
  return { ...moved, areas };
}
