import { describe, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { fixturesFolder } from '../../src/demo/fixtures-folder.ts';
import { flawsByCheck } from '../../src/demo/flaws-by-check.ts';
import { describeCheck, follows, lookOf } from '../../src/runner/describe.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { clawcheck } from '../support/cli.ts';

const checks = allChecks(registry);

describe('clawcheck explain', () => {
  it('says all that a check declares, and which scenarios show it', async () => {
    const { code, stdout, stderr } = await clawcheck(['explain', 'monitoring/alarm-on-health']);
    expect([code, stderr]).toEqual([0, '']);
    const alarm = checks.find(({ id }) => id === 'monitoring/alarm-on-health')?.check;
    for (const text of [alarm?.title, alarm?.why, alarm?.failureTitle, alarm?.remediation]) {
      expect(stdout).toContain(text ?? 'no such check');
    }
    expect(stdout).toMatch(/aws\/alarm +cloudwatch:DescribeAlarms/);
    expect(stdout).toMatch(/Seen failing in[\s\S]*alarm-slow: The alarm needs five minutes/);
    expect(stdout).toMatch(/no statement of a person counts/);
  });

  it('takes the name alone where it is unique, and gives JSON', async () => {
    const { code, stdout } = await clawcheck(['explain', 'recovery-runbook', '--format', 'json']);
    const { id, attestable, probes, shownBy } = JSON.parse(stdout);
    expect([code, id, attestable]).toEqual([0, 'backup/recovery-runbook', true]);
    expect(probes.length).toBeGreaterThan(0);
    expect(shownBy.length).toBeGreaterThan(0);
  });

  it.each([
    ['network/no-public-ingres', /Did you mean network\/no-public-ingress\?/],
    ['alarm-on-helth', /Did you mean monitoring\/alarm-on-health\?/],
    ['zzz', /clawcheck list names them all/],
  ])('suggests the nearest of %s', async (typo, hint) => {
    const { code, stdout, stderr } = await clawcheck(['explain', typo]);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(hint);
  });
});

describe('the description of a check', () => {
  const flaws = flawsByCheck(fixturesFolder);

  it.each(checks.map((item) => [item.id, item] as const))(
    '%s says how it is seen, and is shown wrong by a flaw',
    (id, item) => {
      const { probes } = describeCheck(item);
      expect(probes.length).toBeGreaterThan(0);
      for (const probe of probes) expect([probe.id, lookOf(probe) === '']).toEqual([probe.id, follows(probe)]);
      expect(probes.every(follows)).toBe(false);
      expect((flaws.get(id) ?? []).filter(({ status }) => status === 'fail')).not.toEqual([]);
    },
  );

  it('is asked for under every id that a flaw names', () => {
    const ids = checks.map(({ id }) => id);
    expect([...flaws.keys()].filter((id) => !ids.includes(id))).toEqual([]);
  });
});
