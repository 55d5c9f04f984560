import * as z from 'zod';
import { sources } from '../model/probe.ts';
import { type Reason, reasons } from '../model/reason.ts';
import { modes, type Report, statuses, verdicts } from '../model/report.ts';

const time = z.iso.datetime({ precision: 3 });
const date = z.iso.date();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const reason = Object.keys(reasons) as [Reason, ...Reason[]];

const evidence = z.strictObject({
  subject: z.string(),
  expected: z.string(),
  observed: z.string(),
  source: z.enum([...new Set(Object.values(sources)), 'human-attested'] as const),
  observedAt: time,
  instance: z.string().optional(),
});

const check = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*\/[a-z0-9-]+$/),
  title: z.string(),
  status: z.enum(statuses),
  headline: z.string(),
  reason: z
    .strictObject({
      code: z.enum(reason),
      message: z.string(),
      next: z.string().optional(),
      action: z.string().optional(),
    })
    .nullable(),
  expected: z.string(),
  observed: z.string(),
  evidence: z.array(evidence),
  controls: z.array(evidence),
  remediation: z.string(),
  waiver: z
    .strictObject({ status: z.enum(statuses), by: z.string(), reason: z.string(), expires: date, ticket: z.string() })
    .nullable(),
  attestation: z
    .strictObject({
      by: z.string(),
      date,
      expires: date,
      statement: z.string(),
      evidence: z.string(),
      evidenceSha256: sha256.nullable(),
      signedBy: z.string().nullable(),
    })
    .nullable(),
  notApplicable: z.string().nullable(),
});

const subject = z.strictObject({
  account: z.string().nullable(),
  region: z.string(),
  principal: z.string().nullable(),
  autoScalingGroup: z.string().nullable(),
  instances: z.array(
    z.strictObject({ id: z.string(), address: z.string(), hostKeyFingerprint: z.string().nullable() }),
  ),
  fileSystemId: z.string(),
  gatewayVersion: z.string().nullable(),
  repository: z.string().nullable(),
  commit: z.string().nullable(),
  mismatches: z.array(z.string()),
  unproven: z.array(z.string()),
});

/** The JSON report, as published in schemas/report.schema.json. Strict: an unknown key is an error. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('clawcheck'), version: z.string() }),
  mode: z.enum(modes),
  environment: z.strictObject({ name: z.string(), fileSha256: sha256 }),
  subject,
  window: z.strictObject({ start: time, end: time, interrupted: z.boolean() }),
  narrowedTo: z.array(z.string()).nullable(),
  calls: z.array(z.strictObject({ operation: z.string(), count: z.number().int().min(1) })),
  extensions: z
    .array(
      z.strictObject({
        area: z.string().regex(/^custom-[a-z][a-z0-9-]*$/),
        source: z.string(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        checks: z.number().int().min(1),
      }),
    )
    .min(1)
    .optional(),
  areas: z.array(z.strictObject({ id: z.string(), title: z.string(), checks: z.array(check) })),
  counts: z.strictObject({
    pass: z.number().int(),
    fail: z.number().int(),
    unknown: z.number().int(),
    waived: z.number().int(),
    attested: z.number().int(),
    'not-applicable': z.number().int(),
  }),
  verdict: z.enum(verdicts),
});

// The schema and the type are held against each other: a field of one that the other lacks does not compile.
type Exact<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
export type Keys<T> = T extends readonly (infer E)[]
  ? Keys<E>[]
  : T extends object
    ? { [K in keyof T]-?: Keys<NonNullable<T[K]>> }
    : 0;
export const schemaFitsType: Exact<Keys<Mutable<z.infer<typeof reportSchema>>>, Keys<Mutable<Report>>> = true;
