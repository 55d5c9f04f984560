import { modes } from './report.ts';
import * as z from './zod.ts';

/** A signature over a record is made for this and nothing else. */
export const drillNamespace = 'clawcheck-drill@v1';

/** What a drill leaves as evidence: bound to its subject, with each measure and where it was read. */
export const drillRecordSchema = z.lazy(() => {
  const values = z.record(z.string(), z.string());
  const time = z.iso.datetime();

  const assertion = z.strictObject({
    check: z.string(),
    status: z.string(),
    observed: z.string(),
  });

  const measurement = z.strictObject({
    step: z.string(),
    id: z.string(),
    claim: z.string(),
    /** The record that it was read from. */
    from: z.string(),
    outcome: z.enum(['pass', 'fail', 'unknown']),
    observed: z.string(),
    /** The tolerance. */
    limitSeconds: z.nullable(z.number()),
    /** By the record that `from` names. */
    seconds: z.nullable(z.number()),
    /** From the end of the step until it was seen, by the clock of the machine that ran the drill. */
    localSeconds: z.number(),
  });

  const step = z.strictObject({
    id: z.string(),
    title: z.string(),
    start: z.nullable(time),
    end: z.nullable(time),
    undo: z.enum(['none', 'not-needed', 'done', 'kept', 'failed']),
  });

  return z.strictObject({
    schemaVersion: z.literal(1),
    kind: z.literal('clawcheck-drill'),
    tool: z.strictObject({ name: z.literal('clawcheck'), version: z.string() }),
    mode: z.enum(modes),
    id: z.uuid(),
    drill: z.string(),
    title: z.string(),
    environment: z.strictObject({ name: z.string(), fileSha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
    subject: z.strictObject({
      account: z.string(),
      region: z.string(),
      principal: z.string(),
      autoScalingGroup: z.string(),
      instances: z.array(z.string()),
      fileSystemId: z.string(),
    }),
    window: z.strictObject({ start: time, end: time, interrupted: z.boolean() }),
    steadyBefore: z.array(assertion),
    steps: z.array(step),
    measurements: z.array(measurement),
    steadyAfter: z.array(assertion),
    values,
    outcome: z.enum(['pass', 'fail', 'unknown']),
    /** Why, where it is not a pass. */
    reasons: z.array(z.string()),
  });
});

export type DrillRecord = z.infer<typeof drillRecordSchema>;
export type Measurement = DrillRecord['measurements'][number];
