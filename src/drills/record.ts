import type { LoadedEnvironment } from '../environment/load.ts';
import { type DrillRecord, drillRecordSchema } from '../model/drill-record.ts';
import type { Mode } from '../model/report.ts';
import type { Drill } from './drill.ts';
import { assertionsOf, type DrillResult } from './engine.ts';
import { begunOf, type Line, valuesOf } from './journal.ts';

/** The evidence that a drill leaves. Every text in it is ours, or was made inert. */
export function recordOf(
  drill: Drill,
  result: DrillResult,
  lines: readonly Line[],
  { loaded, mode, interrupted }: { loaded: LoadedEnvironment; mode: Mode; interrupted: boolean },
): DrillRecord {
  const begun = begunOf(lines);
  const { environment, sha256 } = loaded;
  const { subject } = result.before;
  const timeOf = (step: string, type: 'intent' | 'done', last: boolean) => {
    const found = lines.filter((line) => line.type === type && line.step === step);
    return found.at(last ? -1 : 0)?.at ?? null;
  };
  return drillRecordSchema.parse({
    schemaVersion: 1,
    kind: 'clawcheck-drill',
    tool: { name: 'clawcheck', version: begun?.version ?? '' },
    mode,
    id: begun?.id,
    drill: begun?.drill ?? '',
    title: drill.title,
    environment: { name: environment.name, fileSha256: sha256 },
    subject: {
      account: subject.account ?? '',
      region: subject.region,
      principal: subject.principal ?? '',
      autoScalingGroup: subject.autoScalingGroup ?? '',
      instances: subject.instances.map(({ id }) => id),
      fileSystemId: subject.fileSystemId,
    },
    window: { start: lines[0]?.at, end: lines.at(-1)?.at, interrupted },
    steadyBefore: assertionsOf(result.before),
    steps: drill.method(environment).map(({ id, title }) => ({
      id,
      title,
      start: timeOf(id, 'intent', false),
      end: timeOf(id, 'done', true),
      undo: result.undo.get(id) ?? 'none',
    })),
    measurements: result.measurements,
    steadyAfter: assertionsOf(result.after?.report),
    values: valuesOf(lines),
    outcome: result.outcome,
    reasons: result.reasons,
  });
}
