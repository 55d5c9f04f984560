import { type FleetReport, fleetStates } from '../model/fleet.ts';
import { modes, statuses, verdicts } from '../model/report.ts';
import * as z from '../model/zod.ts';
import type { Keys, Mutable } from './schema.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const ids = z.array(z.string().check(z.regex(/^[a-z-]+\/[a-z0-9-]+$/)));
const names = z.array(z.string());
const amount = z.int().check(z.minimum(0));

const summary = z.strictObject({
  sha256: sha256.check(z.meta({ description: 'SHA-256 of the bytes of the JSON report' })),
  toolVersion: z.string(),
  fileSha256: sha256.check(z.meta({ description: 'SHA-256 of the environment file that the run had' })),
  mode: z.enum(modes),
  account: z.nullable(z.string()),
  region: z.string(),
  autoScalingGroup: z.nullable(z.string()),
  instances: amount,
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  counts: z.strictObject(
    Object.fromEntries(statuses.map((status) => [status, amount])) as Record<(typeof statuses)[number], typeof amount>,
  ),
  failed: ids,
  unknown: ids,
  cause: z
    .nullable(z.string())
    .check(z.meta({ description: 'What does not fit, or the one reason of all that is unknown' })),
});

/** The JSON report of a fleet, as published in schemas/fleet.schema.json. Strict: an unknown key is an error. */
export const fleetSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('fleet'),
  tool: z.strictObject({ name: z.literal('clawcheck'), version: z.string() }),
  verdict: z.enum(verdicts),
  counts: z.strictObject(
    Object.fromEntries(fleetStates.map((state) => [state, amount])) as Record<
      (typeof fleetStates)[number],
      typeof amount
    >,
  ),
  deployments: z
    .array(
      z.strictObject({
        environment: z.string(),
        state: z.enum(fleetStates),
        problem: z.nullable(z.string()),
        report: z.nullable(summary),
      }),
    )
    .check(z.meta({ description: 'Every environment that was asked for, worst first' })),
  checks: z
    .array(z.strictObject({ id: z.string(), title: z.string(), failed: names, unknown: names }))
    .check(z.meta({ description: 'Every check that failed or is unknown somewhere, worst first' })),
  refused: z
    .array(z.strictObject({ file: z.string(), problems: names }))
    .check(z.meta({ description: 'Given files that are no part of the fleet, and why' })),
});

// The schema and the type are held against each other: a field of one that the other lacks does not compile.
type Exact<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export const fleetSchemaFitsType: Exact<Keys<Mutable<z.infer<typeof fleetSchema>>>, Keys<Mutable<FleetReport>>> = true;
