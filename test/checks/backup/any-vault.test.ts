import { describe, expect, it } from 'vitest';
import { runScenario, statusesOf } from '../../support/rig.ts';

describe('backup, with no vault configured', () => {
  it('judges the vaults that hold points of the file system', async () => {
    const report = await runScenario([], {
      areas: ['backup'],
      change: (scenario) => {
        scenario.environment['backup.vault'] = null;
      },
    });
    const statuses = statusesOf(report);
    expect(new Set(Object.values(statuses))).toEqual(new Set(['pass', 'attested']));
    expect(report.calls).toContainEqual({ operation: 'backup:ListRecoveryPointsByResource', count: 1 });
  });
});
