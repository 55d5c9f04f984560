import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { renderJson } from '../../src/report/json.ts';
import { clawcheck } from '../support/cli.ts';
import { readyReport, withCheck } from '../support/report.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-merge-'));
let ready: Report;

/** The report of an environment, observed a moment ago. */
function reportOf(name: string, ageMs = 60_000, from: Report = ready): string {
  const shift = Date.now() - ageMs - Date.parse(from.window.end);
  return renderJson({ ...from, environment: { ...from.environment, name } })
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) => new Date(Date.parse(time) + shift).toISOString())
    .replaceAll(/"date": "[^"]+"/g, '"date": "2000-01-01"')
    .replaceAll(/"expires": "[^"]+"/g, '"expires": "2999-01-01"');
}

beforeAll(async () => {
  ready = await readyReport();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let n = 0;
async function merge(files: Record<string, string>, env: string, ...more: string[]) {
  n += 1;
  const here = join(folder, String(n));
  mkdirSync(here);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(here, name), text);
  const result = await clawcheck(['merge', here, '--env', env, '--format', 'json', ...more], { cwd: folder });
  return { ...result, fleet: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
}

describe('merge', () => {
  it('says READY where every environment that was asked for has a report that does', async () => {
    const { code, fleet, stderr } = await merge({ 'a.json': reportOf('a'), 'b.json': reportOf('b') }, 'a,b');
    expect([code, fleet.verdict, stderr]).toEqual([0, 'READY', '']);
    expect(fleet.checks).toEqual([]);
  });

  const changed = () => {
    const failed = withCheck(ready, 'network/no-public-ingress', { status: 'fail', controls: [] });
    return renderJson({ ...failed, counts: ready.counts, verdict: 'READY' });
  };
  const broken: [string, () => Record<string, string>, RegExp][] = [
    ['two reports of one environment', () => ({ 'b.json': reportOf('b'), 'c.json': reportOf('b') }), /2 reports of b/],
    ['a byte that is not as it was written', () => ({ 'b.json': reportOf('b').replace('"b"', '"b" ') }), /laid out/],
    ['a status that was changed', () => ({ 'b.json': changed().replace('"prod"', '"b"') }), /counts|verdict|support/],
    [
      'another schema version',
      () => ({ 'b.json': reportOf('b').replace('"schemaVersion": 1', '"schemaVersion": 2') }),
      /schemaVersion/,
    ],
    ['half a report', () => ({ 'b.json': reportOf('b').slice(0, 4000) }), /it is not JSON/],
    ['a report that was not asked for', () => ({ 'b.json': reportOf('b'), 'x.json': reportOf('x') }), /not asked for/],
  ];
  it.each(broken)('refuses %s', async (_, files, problem) => {
    const { code, fleet, stderr } = await merge({ 'a.json': reportOf('a'), ...files() }, 'a,b');
    expect(code).toBe(23);
    expect(fleet.verdict).toBe('INCOMPLETE');
    expect(fleet.refused.length).toBeGreaterThan(0);
    expect(stderr).toMatch(problem);
  });

  it.each([
    ['is missing', {}, [], /no report/],
    ['is too old', { 'b.json': () => reportOf('b', 25 * 3_600_000) }, [], /25 hours old/],
    [
      'is older than allowed',
      { 'b.json': () => reportOf('b', 3_600_000) },
      ['--max-age', '30m'],
      /60 minutes old, the most allowed is 30/,
    ],
    ['is from the future', { 'b.json': () => reportOf('b', -3_600_000) }, [], /from the future/],
    [
      'is not of a live run',
      { 'b.json': () => reportOf('b', 0, { ...ready, mode: 'simulated' }) },
      [],
      /simulated run/,
    ],
  ] as const)('is never READY where a report %s', async (_, files, args, problem) => {
    const more = Object.fromEntries(Object.entries(files).map(([name, make]) => [name, make()]));
    const { code, fleet } = await merge({ 'a.json': reportOf('a'), ...more }, 'a,b', ...args);
    expect([code, fleet.verdict, fleet.counts.MISSING]).toEqual([21, 'INCOMPLETE', 1]);
    expect(fleet.deployments[0]).toMatchObject({
      environment: 'b',
      state: 'MISSING',
      problem: expect.stringMatching(problem),
    });
  });

  it('leaves out a fleet report that stands beside the others', async () => {
    const { stdout } = await merge({ 'a.json': reportOf('a') }, 'a');
    const again = await merge({ 'a.json': reportOf('a'), 'fleet.json': stdout }, 'a');
    expect([again.code, again.fleet.refused, again.stderr]).toEqual([0, [], expect.stringMatching(/left out/)]);
  });

  it('takes the plain files of a folder, and waits for nothing else', async () => {
    const here = join(folder, 'odd');
    mkdirSync(join(here, 'folder.json'), { recursive: true });
    symlinkSync('/nonexistent', join(here, 'nowhere.json'));
    symlinkSync('/dev/zero', join(here, 'endless.json'));
    execFileSync('mkfifo', [join(here, 'pipe.json')]);
    writeFileSync(join(folder, 'elsewhere'), reportOf('a'));
    symlinkSync('../elsewhere', join(here, 'link.json'));
    const { code, stderr } = await clawcheck(['merge', here, '--env', 'a'], { cwd: folder });
    expect([code, stderr]).toEqual([0, '']);
  });

  it('says what came out where the report goes to a file', async () => {
    const output = join(folder, 'out.html');
    const { code, stdout, stderr } = await merge({ 'a.json': reportOf('a') }, 'a,b', '--output', output);
    expect([code, stdout, stderr]).toEqual([21, '', 'clawcheck: INCOMPLETE: 2 deployments: 1 READY, 1 NO REPORT\n']);
  });

  it('wants to be told what the fleet consists of', async () => {
    writeFileSync(join(folder, 'a.json'), reportOf('a'));
    const { code, stderr } = await clawcheck(['merge', 'a.json'], { cwd: folder });
    expect([code, stderr]).toEqual([64, expect.stringMatching(/--env a\./)]);
  });
});
