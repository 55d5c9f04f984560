import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/model/report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const cli = new URL('../../dist/clawcheck.js', import.meta.url).pathname;

describe('the embedded deployment', () => {
  it('good is READY, over real sockets, and is said to be simulated', async () => {
    const { code, stdout, stderr } = await clawcheck(['demo', '--format', 'json']);
    const report = reportSchema.parse(JSON.parse(stdout));
    const open = report.areas
      .flatMap(({ checks }) => checks)
      .filter(({ status }) => status === 'fail' || status === 'unknown');
    expect(open).toEqual([]);
    expect([code, report.verdict, report.mode]).toEqual([0, 'READY', 'simulated']);
    expect(report.areas).toHaveLength(8);
    expect(stderr).toMatch(/READY after/);
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  it('leaky is NOT_READY with some fifteen flaws', async () => {
    const { code, stdout } = await clawcheck(['demo', '--scenario', 'leaky', '--format', 'json', '-q']);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect([code, report.verdict]).toEqual([20, 'NOT_READY']);
    const { flaws } = JSON.parse(readFileSync(join(fixtures, 'leaky', 'scenario.json'), 'utf8'));
    expect(flaws.length).toBeGreaterThanOrEqual(15);
    expect(report.counts.fail).toBeGreaterThanOrEqual(15);
    const statuses = report.areas.flatMap(({ checks }) => checks);
    expect(verdictOf(statuses, report)).toBe('NOT_READY');
  });

  // Its own folder for temporary files: others use the common one at the same time.
  it.each([100, 350, 800])('leaves nothing behind, also when it is interrupted after %i ms', async (ms) => {
    const temporary = folder();
    const { code } = await clawcheck(['demo', '-q'], {
      env: { TMPDIR: temporary },
      onSpawn: (_, kill) => setTimeout(() => kill('SIGINT'), ms),
    });
    // Before the program is loaded, the signal itself ends the process.
    expect([0, 130, null]).toContain(code);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('the report', () => {
  it('goes to each file named, whole, and then not to the standard output', async () => {
    const out = folder();
    const { code, stdout } = await clawcheck(['demo', '-q', '-o', join(out, 'r.json'), '-o', join(out, 'r.txt')]);
    expect([code, stdout]).toEqual([0, '']);
    expect(readdirSync(out).sort()).toEqual(['r.json', 'r.txt']);
    reportSchema.parse(JSON.parse(readFileSync(join(out, 'r.json'), 'utf8')));
    expect(readFileSync(join(out, 'r.txt'), 'utf8')).toMatch(/^READY /);
  });

  it('replaces an earlier report, and refuses a link in its place', async () => {
    const out = folder();
    writeFileSync(join(out, 'r.txt'), 'old');
    expect((await clawcheck(['demo', '-q', '-o', join(out, 'r.txt')])).code).toBe(0);
    expect(readFileSync(join(out, 'r.txt'), 'utf8')).toMatch(/^READY /);
    symlinkSync('/etc/hostname', join(out, 'link.txt'));
    const { code, stderr } = await clawcheck(['demo', '-q', '-o', join(out, 'link.txt')]);
    expect(code).toBe(64);
    expect(stderr).toMatch(/not a plain file/);
  });

  it.skipIf(!existsSync('/dev/full'))('that cannot be written is exit 73, never the verdict', () => {
    const script = `${process.execPath} ${cli} demo -q --format json > /dev/full`;
    expect(() => execFileSync('sh', ['-c', script], { stdio: 'pipe' })).toThrow(
      expect.objectContaining({ status: 73 }),
    );
  });

  it('survives a reader that has seen enough', () => {
    const script = `{ ${process.execPath} ${cli} demo -q --format json; echo " code $?" >&3; } 3>&2 | head -c 10`;
    const result = execFileSync('sh', ['-c', `(${script}) 2>&1`], { encoding: 'utf8' });
    expect(result).toMatch(/ code 0\n$/);
    expect(result).not.toMatch(/EPIPE|at /);
  });

  it('has colours only where they are wanted', async () => {
    const plain = await clawcheck(['demo', '-q']);
    expect(plain.stdout).not.toContain('\u001b');
    const forced = await clawcheck(['demo', '-q'], { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001b[');
    const refused = await clawcheck(['demo', '-q'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(refused.stdout).not.toContain('\u001b');
  });

  it('has no line that a CI system would take as a command, and with consent says how each gate was tried', async () => {
    const { code, stdout } = await clawcheck(['demo', '-q', '--active', '--verbose']);
    expect(code).toBe(0);
    const text = stdout.replaceAll(/\s+/g, ' ');
    const tried = ['commands of agent main', 'tool crm_delete_record of agent support'].map((what) =>
      text.includes(`${what}, tried on i-0a1b2c3d4e5f60001: expected not done; observed denied: not done`),
    );
    expect(tried).toEqual([true, true]);
    expect(stdout.split('\n').filter((line) => /^(::|##)/.test(line))).toEqual([]);
  });
});
