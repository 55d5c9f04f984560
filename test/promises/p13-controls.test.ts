import { describe, expect, it } from 'vitest';
import { declaredChecks } from '../../src/cli/declared.ts';
import type { CheckResult, Report } from '../../src/model/report.ts';
import { inconsistencies } from '../../src/report/consistency.ts';
import { runScenario } from '../support/rig.ts';
import { checksOf } from './support.ts';

describe('P13: every pass has a positive control', () => {
  it.each([
    ['the good deployment', []],
    ['a flawed deployment', ['instance-public-address', 'efs-without-tls']],
  ])('%s', async (_, flaws) => {
    const passed = checksOf(await runScenario(flaws)).filter(({ status }) => status === 'pass');
    expect(passed.length).toBeGreaterThan(60);
    for (const { id, evidence, controls } of passed) {
      expect([id, evidence.length > 0, controls.length > 0]).toEqual([id, true, true]);
      expect(evidence.every(({ subject, observed }) => subject !== '' && observed !== '')).toBe(true);
    }
  });

  it('a report with a pass without one does not verify', async () => {
    const report = await runScenario();
    const without = (change: Partial<CheckResult>): Report => ({
      ...report,
      areas: report.areas.map((area, i) => ({
        ...area,
        checks: area.checks.map((check, j) => (i + j === 0 ? { ...check, ...change } : check)),
      })),
    });
    expect(inconsistencies(report, declaredChecks())).toEqual([]);
    expect(inconsistencies(without({ controls: [] }), declaredChecks()).join()).toMatch(/is pass without a control/);
    expect(inconsistencies(without({ evidence: [] }), declaredChecks()).join()).toMatch(/is pass without evidence/);
  });
});
