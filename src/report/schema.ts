import { sources } from '../model/probe.ts';
import { type Reason, reasons } from '../model/reason.ts';
import { modes, type Report, statuses, verdicts } from '../model/report.ts';
import * as z from '../model/zod.ts';

/** The JSON report, as published in schemas/report.schema.json. Strict: an unknown key is an error. */
export const reportSchema = z.lazy(() => {
  const time = z.iso.datetime({ precision: 3 });
  const date = z.iso.date();
  const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
  const reason = Object.keys(reasons) as [Reason, ...Reason[]];

  const evidence = z.strictObject({
    subject: z.string(),
    expected: z.string(),
    observed: z.string(),
    source: z.enum([...new Set(Object.values(sources)), 'human-attested'] as const),
    observedAt: time,
    instance: z.optional(z.string()),
  });

  const check = z.strictObject({
    id: z.string().check(z.regex(/^[a-z][a-z0-9-]*\/[a-z0-9-]+$/)),
    title: z.string(),
    status: z.enum(statuses),
    headline: z.string(),
    reason: z.nullable(
      z.strictObject({
        code: z.enum(reason),
        message: z.string(),
        next: z.optional(z.string()),
        action: z.optional(z.string()),
      }),
    ),
    expected: z.string(),
    observed: z.string(),
    evidence: z.array(evidence),
    controls: z.array(evidence),
    remediation: z.string(),
    waiver: z.nullable(
      z.strictObject({
        status: z.enum(statuses),
        by: z.string(),
        reason: z.string(),
        expires: date,
        ticket: z.string(),
      }),
    ),
    attestation: z.nullable(
      z.strictObject({
        by: z.string(),
        date,
        expires: date,
        statement: z.string(),
        evidence: z.string(),
        evidenceSha256: z.nullable(sha256),
        signedBy: z.nullable(z.string()),
      }),
    ),
    notApplicable: z.nullable(z.string()),
  });

  const subject = z.strictObject({
    account: z.nullable(z.string()),
    region: z.string(),
    principal: z.nullable(z.string()),
    autoScalingGroup: z.nullable(z.string()),
    instances: z.array(
      z.strictObject({ id: z.string(), address: z.string(), hostKeyFingerprint: z.nullable(z.string()) }),
    ),
    fileSystemId: z.string(),
    gatewayVersion: z.nullable(z.string()),
    repository: z.nullable(z.string()),
    commit: z.nullable(z.string()),
    mismatches: z.array(z.string()),
    unproven: z.array(z.string()),
  });

  return z.strictObject({
    schemaVersion: z.literal(1),
    tool: z.strictObject({ name: z.literal('clawcheck'), version: z.string() }),
    mode: z.enum(modes),
    environment: z.strictObject({ name: z.string(), fileSha256: sha256 }),
    subject,
    window: z.strictObject({ start: time, end: time, interrupted: z.boolean() }),
    narrowedTo: z.nullable(z.array(z.string())),
    calls: z.array(z.strictObject({ operation: z.string(), count: z.int().check(z.minimum(1)) })),
    extensions: z.optional(
      z
        .array(
          z.strictObject({
            area: z.string().check(z.regex(/^custom-[a-z][a-z0-9-]*$/)),
            source: z.string(),
            sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
            checks: z.int().check(z.minimum(1)),
          }),
        )
        .check(z.minLength(1)),
    ),
    areas: z.array(z.strictObject({ id: z.string(), title: z.string(), checks: z.array(check) })),
    counts: z.strictObject({
      pass: z.int(),
      fail: z.int(),
      unknown: z.int(),
      waived: z.int(),
      attested: z.int(),
      'not-applicable': z.int(),
    }),
    verdict: z.enum(verdicts),
  });
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
