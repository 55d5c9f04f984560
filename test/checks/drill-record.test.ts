import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sign } from '../../src/adapters/signature/ssh-keygen.ts';
import { type DrillRecord, drillNamespace } from '../../src/model/drill-record.ts';
import { runScenario, statusesOf } from '../support/rig.ts';
import { recordOf } from './drill-record.ts';

const validated = '7e570000-0000-4000-8000-000000000002';
const made = 'fs-0e57a7ed0e57a7ed0';
const restored = { restoreJob: validated, restored: made };

/** The check's status in the good deployment (or one with a flaw), with these records beside the environment file. */
async function withRecords(check: string, records: readonly (DrillRecord | string)[], flaws: readonly string[] = []) {
  const report = await runScenario(flaws, {
    checks: [check],
    change(scenario) {
      for (const [i, one] of records.entries()) {
        scenario.files[`drills/${i}.json`] = typeof one === 'string' ? one : JSON.stringify(one);
      }
    },
  });
  return statusesOf(report)[check];
}

describe('the record of a drill', () => {
  it.each([
    [
      'stands for the validation of AWS Backup',
      [recordOf('restore', { 'same-files': 'pass' }, { values: restored })],
      'pass',
    ],
    [
      'that names a file that differs fails',
      [recordOf('restore', { 'same-files': 'fail' }, { values: restored })],
      'fail',
    ],
    [
      'of another job than the newest says nothing',
      [recordOf('restore', { 'same-files': 'pass' }, { values: { ...restored, restoreJob: 'x' } })],
      'unknown',
    ],
    [
      'that names another file system contradicts AWS',
      [recordOf('restore', { 'same-files': 'pass' }, { values: { ...restored, restored: 'fs-1' } })],
      'unknown',
    ],
    [
      'that measured something else says nothing',
      [recordOf('restore', { 'in-time': 'pass' }, { values: restored })],
      'unknown',
    ],
    [
      'that could not compare says nothing',
      [recordOf('restore', { 'same-files': 'unknown' }, { values: restored })],
      'unknown',
    ],
    [
      'that is too old says nothing',
      [recordOf('restore', { 'same-files': 'pass' }, { values: restored, daysAgo: 200 })],
      'unknown',
    ],
    [
      'from the future says nothing',
      [recordOf('restore', { 'same-files': 'pass' }, { values: restored, daysAgo: -2 })],
      'unknown',
    ],
    [
      'of another account says nothing',
      [
        {
          ...recordOf('restore', { 'same-files': 'pass' }, { values: restored }),
          subject: { ...recordOf('restore', {}).subject, account: '999999999999' },
        },
      ],
      'unknown',
    ],
    [
      'of a simulation says nothing',
      [{ ...recordOf('restore', { 'same-files': 'pass' }, { values: restored }), mode: 'simulated' as const }],
      'unknown',
    ],
    [
      'with more in it than a record has says nothing',
      [JSON.stringify({ ...recordOf('restore', { 'same-files': 'pass' }, { values: restored }), more: 1 })],
      'unknown',
    ],
    ['that is cut off says nothing', ['{"schemaVersion": 1'], 'unknown'],
  ] as const)('of a restore %s', async (_, records, status) => {
    expect(await withRecords('backup/restore-matches-source', records, ['restore-not-validated'])).toBe(status);
  });

  it('never turns what AWS says failed into a pass', async () => {
    const records = [recordOf('restore', { 'same-files': 'pass' }, { values: restored })];
    expect(await withRecords('backup/restore-matches-source', records, ['restore-validation-failed'])).toBe('fail');
  });

  it.each([
    [
      'infrastructure/failure-is-replaced',
      recordOf('instance-failure', { replaced: 'pass' }, { values: { instance: 'i-0', replacement: 'i-1' } }),
      'unknown',
    ],
    ['infrastructure/failure-is-replaced', recordOf('instance-failure', { replaced: 'fail' }), 'fail'],
    ['infrastructure/failure-is-replaced', recordOf('instance-failure', { replaced: 'fail' }, { daysAgo: 80 }), 'pass'],
    ['monitoring/alert-in-time', recordOf('gateway-stop', { alarm: 'fail' }), 'fail'],
    ['monitoring/alert-in-time', recordOf('gateway-stop', { alert: 'fail' }), 'fail'],
    ['monitoring/alert-in-time', recordOf('gateway-stop', { alarm: 'pass', alert: 'pass', replaced: 'pass' }), 'pass'],
    ['monitoring/kill-switch', recordOf('kill-switch', { stopped: 'fail' }), 'fail'],
    ['monitoring/kill-switch', recordOf('kill-switch', { stopped: 'pass', 'stays-down': 'pass' }), 'unknown'],
    [
      'monitoring/kill-switch',
      recordOf('kill-switch', { stopped: 'pass', 'stays-down': 'pass' }, { daysAgo: 31 }),
      'attested',
    ],
  ] as const)('is held against what AWS knows: %s', async (check, record, status) => {
    expect(await withRecords(check, [record])).toBe(status);
  });

  const used = '0d1e2f3a-4b5c-4d6e-8f70-000000000001';
  const name = 'openclaw-prod-kill-switch';
  const at = recordOf('kill-switch', {}).window.start;
  const command = { CommandId: used, InstanceId: 'i-0a1b2c3d4e5f60001', DocumentName: name, Status: 'Success' };
  const execution = { AutomationExecutionId: used, DocumentName: name, AutomationExecutionStatus: 'Success' };
  const runbook = { Name: name, Status: 'Active', DocumentType: 'Automation', Owner: '123456789012' };
  const arn = `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
  const lines = [`START RequestId: ${used} Version: $LATEST`, `REPORT RequestId: ${used}\tDuration: 81 ms`];
  const events = lines.map((message) => ({ message, timestamp: Date.parse(at) }));

  it.each([
    [
      'a command',
      [
        {
          operation: 'ssm:ListCommandInvocations',
          output: { CommandInvocations: [{ ...command, RequestedDateTime: at }] },
        },
      ],
    ],
    [
      'a runbook',
      [
        { operation: 'ssm:DescribeDocument', output: { Document: runbook } },
        {
          operation: 'ssm:DescribeAutomationExecutions',
          output: { AutomationExecutionMetadataList: [{ ...execution, ExecutionStartTime: at }] },
        },
      ],
    ],
    [
      'a function',
      [
        { operation: 'ssm:DescribeDocument', error: { code: 'InvalidDocument', status: 400 } },
        {
          operation: 'lambda:GetFunctionConfiguration',
          when: { FunctionName: name },
          output: { FunctionName: name, FunctionArn: arn, State: 'Active', LastUpdateStatus: 'Successful' },
        },
        { operation: 'lambda:GetFunctionConcurrency', when: { FunctionName: name }, output: {} },
        { operation: 'logs:FilterLogEvents', when: { logGroupName: `/aws/lambda/${name}` }, output: { events } },
      ],
    ],
  ])('of the kill switch counts where AWS remembers the same use, of %s', async (_, exchanges) => {
    const record = recordOf('kill-switch', { stopped: 'pass', 'stays-down': 'pass' }, { values: { used, deadAt: at } });
    const status = async (seconds: number, aws: typeof exchanges) => {
      const measurements = record.measurements.map((one) => ({
        ...one,
        seconds: one.id === 'stopped' ? seconds : 600,
      }));
      const report = await runScenario([], {
        checks: ['monitoring/kill-switch'],
        change(scenario) {
          scenario.files['drills/0.json'] = JSON.stringify({ ...record, measurements });
          scenario.aws.unshift(...(aws as typeof scenario.aws));
        },
      });
      return statusesOf(report)['monitoring/kill-switch'];
    };
    expect(await status(3, exchanges)).toBe('pass');
    expect(await status(99, exchanges)).toBe('unknown');
    const other = JSON.parse(JSON.stringify(exchanges).replaceAll(used, used.replace(/1$/, '2')));
    expect(await status(3, other)).toBe('unknown');
  });

  it('counts only when an allowed signer signed it as a drill, where signers are named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    try {
      const [own, other] = ['own', 'other'].map((name) => {
        spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'k', '-f', join(folder, name)]);
        return join(folder, name);
      });
      const record = JSON.stringify(recordOf('restore', { 'same-files': 'pass' }, { values: restored }));
      const signed = (key: string | undefined, namespace = drillNamespace, text = record) =>
        sign(Buffer.from(text), key ?? '', namespace);
      const status = async (signature: string | undefined) => {
        const report = await runScenario(['restore-not-validated'], {
          checks: ['backup/restore-matches-source'],
          change({ files, environment }) {
            files['drills/0.json'] = record;
            if (signature !== undefined) files['drills/0.json.sig'] = signature;
            files['allowed'] = `ops ${readFileSync(`${own}.pub`, 'utf8')}`;
            environment['drills.signers'] = 'allowed';
          },
        });
        return statusesOf(report)['backup/restore-matches-source'];
      };
      expect(await status(signed(own))).toBe('pass');
      expect(await status(undefined)).toBe('unknown');
      expect(await status(signed(other))).toBe('unknown');
      expect(await status(signed(own, 'clawcheck-report@v1'))).toBe('unknown');
      expect(await status(signed(own, drillNamespace, `${record} `))).toBe('unknown');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
