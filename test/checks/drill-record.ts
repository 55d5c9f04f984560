import type { DrillRecord } from '../../src/model/drill-record.ts';
import { now } from '../support/rig.ts';

/** What a check sees where no drill left a record. */
export const noRecords = { records: [], refused: [] };

type Measures = Readonly<Record<string, 'pass' | 'fail' | 'unknown'>>;

/** A record of a drill that ended `daysAgo`, with these measures and values. */
export function recordOf(
  drill: string,
  measures: Measures,
  { values = {}, daysAgo = 1 }: { readonly values?: Readonly<Record<string, string>>; readonly daysAgo?: number } = {},
): DrillRecord {
  const end = new Date(now.getTime() - daysAgo * 86_400_000).toISOString();
  return {
    schemaVersion: 1,
    kind: 'clawcheck-drill',
    tool: { name: 'clawcheck', version: '0.1.0' },
    mode: 'live',
    id: '0a1b2c3d-4e5f-4000-8000-000000000001',
    drill,
    title: drill,
    environment: { name: 'prod', fileSha256: '0'.repeat(64) },
    subject: {
      account: '123456789012',
      region: 'eu-west-1',
      principal: 'arn:aws:sts::123456789012:assumed-role/ops/ops',
      autoScalingGroup:
        'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/openclaw-prod',
      instances: ['i-0a1b2c3d4e5f60001'],
      fileSystemId: 'fs-0a1b2c3d4e5f60001',
    },
    window: { start: end, end, interrupted: false },
    steadyBefore: [],
    steps: [],
    measurements: Object.entries(measures).map(([id, outcome]) => ({
      step: 'step',
      id,
      claim: id,
      from: 'record',
      outcome,
      observed: outcome,
      limitSeconds: null,
      seconds: null,
      localSeconds: 1,
    })),
    steadyAfter: [],
    values: { ...values },
    outcome: Object.values(measures).includes('fail') ? 'fail' : 'pass',
    reasons: [],
  };
}
