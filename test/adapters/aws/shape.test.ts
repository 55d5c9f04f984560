import { describe, expect, it } from 'vitest';
import { loadService } from '../../../src/adapters/aws/clients.ts';
import { demandShape } from '../../../src/adapters/aws/shape.ts';

const command = async () => (await loadService('backup')).newCommand('DescribeBackupVault', {});
const plan = async () => (await loadService('backup')).newCommand('GetBackupPlan', {});
const metadata = { $metadata: { requestId: 'r' } };
const whole = { ...metadata, BackupVaultName: 'v', CreationDate: new Date(0), Locked: true, NumberOfRecoveryPoints: 0 };
const planned = (Rules: unknown) => ({ ...metadata, BackupPlan: { BackupPlanName: 'p', Rules } });

describe('the form of an answer', () => {
  it('is what AWS documents, whatever is absent', async () => {
    expect(() => demandShape('o', { schema: [] } as never, metadata)).toThrow();
    for (const answer of [metadata, whole])
      demandShape('backup:DescribeBackupVault', await command(), answer as Record<string, unknown>);
    demandShape('backup:GetBackupPlan', await plan(), planned([{ RuleName: 'r', Lifecycle: { DeleteAfterDays: 1 } }]));
  });

  it.each<[string, object]>([
    ['a number as text', { NumberOfRecoveryPoints: '3' }],
    ['a number that is none', { NumberOfRecoveryPoints: Number.NaN }],
    ['a number without end', { NumberOfRecoveryPoints: Number.POSITIVE_INFINITY }],
    ['a boolean as text', { Locked: 'false' }],
    ['a boolean as a number', { Locked: 0 }],
    ['a number for text', { BackupVaultName: 7 }],
    ['a time as text', { CreationDate: '2026-01-01T00:00:00Z' }],
    ['a time that is none', { CreationDate: new Date(Number.NaN) }],
    ['null', { BackupVaultName: null }],
  ])('is not %s', async (_, changed) => {
    const made = await command();
    expect(() => demandShape('backup:DescribeBackupVault', made, { ...whole, ...changed })).toThrow(
      expect.objectContaining({ reason: 'bad_response' }),
    );
  });

  it.each<[string, unknown]>([
    ['an object for a list', { 0: { RuleName: 'r' } }],
    ['text for a list', ''],
    ['false for a list', false],
    ['a list of lists', [[{ RuleName: 'r' }]]],
    ['a list of null', [null]],
    ['text for an item', ['r']],
    ['deep in an item', [{ RuleName: 'r', Lifecycle: { DeleteAfterDays: '1' } }]],
  ])('is not %s', async (_, rules) => {
    const made = await plan();
    expect(() => demandShape('backup:GetBackupPlan', made, planned(rules))).toThrow(
      expect.objectContaining({ reason: 'bad_response' }),
    );
  });

  it('is not a list in the place of the whole', async () => {
    const made = await plan();
    expect(() => demandShape('backup:GetBackupPlan', made, [planned([])] as never)).toThrow(
      expect.objectContaining({ reason: 'bad_response' }),
    );
  });
});
