import { createHash } from 'node:crypto';
import { ProbeError, type Reason, reasons, UntrustedError } from '../../model/reason.ts';
import { modes } from '../../model/report.ts';
import * as z from '../../model/zod.ts';

const reason = Object.keys(reasons) as [Reason, ...Reason[]];

/** Why something could not be looked at, as a port said it. */
const failure = z.lazy(() =>
  z.strictObject({
    reason: z.enum(reason),
    message: z.string(),
    next: z.optional(z.string()),
    action: z.optional(z.string()),
    /** Not only unseen, but another deployment than the one that was asked about. */
    untrusted: z.optional(z.literal(true)),
  }),
);
export type Failure = z.infer<typeof failure>;

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** Neither `output` nor `error`: the port answered that the thing does not exist. */
const answer = {
  /** Digest of what was asked, where a part of it is masked: by this the exchange is found. */
  asked: z.optional(sha256),
  output: z.optional(z.unknown()),
  error: z.optional(failure),
};

const awsExchange = z.lazy(() =>
  z.strictObject({
    operation: z.string(),
    /** Whether the caller took "does not exist" for an answer. */
    via: z.enum(['read', 'find']),
    input: z.unknown(),
    /** Where it was not that of the deployment. */
    region: z.optional(z.string()),
    ...answer,
  }),
);

/** What tells one question to AWS from another. */
export function askedOf({ via, operation, input, region }: Omit<z.infer<typeof awsExchange>, keyof typeof answer>) {
  return [via, operation, input, ...(region ? [region] : [])];
}

const gitExchange = z.lazy(() => z.strictObject({ path: z.string(), ...answer }));
const filesExchange = z.lazy(() =>
  z.strictObject({
    operation: z.enum(['read', 'sha256', 'glob', 'cases', 'run']),
    path: z.string(),
    ...answer,
  }),
);
const records = z.array(z.tuple([z.string(), z.string()]));
const host = z.lazy(() =>
  z.strictObject({
    address: z.string(),
    label: z.optional(z.string()),
    hostKeyFingerprint: z.optional(z.string()),
    error: z.optional(failure),
    /** Fingerprints that AWS vouched for when the connection was made. */
    fingerprints: z.array(z.string()),
    programs: z.array(
      z.strictObject({
        id: z.string(),
        /** Digest of what was sent: user, time limit and script. */
        sha256: z.string(),
        records: z.optional(records),
        error: z.optional(failure),
      }),
    ),
  }),
);
const composioExchange = z.lazy(() => z.strictObject(answer));
const vantageExchange = z.lazy(() => z.strictObject({ destination: z.string(), ...answer }));
const gatewayExchange = z.lazy(() =>
  z.strictObject({
    host: z.string(),
    /** `GET /path` or the method of an RPC. */
    call: z.string(),
    /** Parameters and options of an RPC. */
    input: z.optional(z.unknown()),
    ...answer,
  }),
);

/** The files of a recording beside `recording.json`, and what is in each. */
export const parts = {
  'aws.json': z.array(awsExchange),
  'git.json': z.array(gitExchange),
  'files.json': z.array(filesExchange),
  'hosts.json': z.array(host),
  'gateway.json': z.array(gatewayExchange),
  'vantage.json': z.array(vantageExchange),
  'composio.json': z.array(composioExchange),
} as const;
export type PartName = keyof typeof parts;
export type Parts = { [K in PartName]: z.infer<(typeof parts)[K]> };

/** `recording.json`: what the run was, its times, and the digests of the other files. */
export const manifest = z.lazy(() =>
  z.strictObject({
    recordingVersion: z.literal(1),
    tool: z.strictObject({ name: z.literal('clawcheck'), version: z.string() }),
    environment: z.strictObject({ name: z.string(), fileSha256: sha256 }),
    mode: z.enum(modes),
    /** False for a run that was interrupted: it cannot be replayed. */
    complete: z.boolean(),
    /** The areas or checks that the run was narrowed to. */
    selection: z.strictObject({ areas: z.array(z.string()), checks: z.array(z.string()) }),
    /** Whether the run had consent to experiments that act. */
    active: z.optional(z.literal(true)),
    /** Whether the run evaluated the skills itself. */
    runEvals: z.optional(z.literal(true)),
    nonce: z.uuid(),
    /** `start`, `end`, and when each probe had its fact. */
    times: z.record(z.string(), z.iso.datetime()),
    /** What each probe that waited read from its clock, in order; milliseconds, -1 where the run ended meanwhile. */
    elapsed: z.record(z.string(), z.array(z.int())),
    calls: z.array(z.strictObject({ operation: z.string(), count: z.int().check(z.minimum(1)) })),
    files: z.strictObject(
      Object.fromEntries(Object.keys(parts).map((name) => [name, sha256])) as Record<PartName, typeof sha256>,
    ),
  }),
);
export type Manifest = z.infer<typeof manifest>;

export interface Recording {
  readonly manifest: Manifest;
  readonly parts: Parts;
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function toFailure(error: ProbeError): Failure {
  const { reason, message, next, action } = error;
  return {
    reason,
    message,
    ...(next !== undefined && { next }),
    ...(action !== undefined && { action }),
    ...(error instanceof UntrustedError && { untrusted: true as const }),
  };
}

export function fromFailure({ reason, message, next, action, untrusted }: Failure): ProbeError {
  if (untrusted) return new UntrustedError(message, next);
  return new ProbeError(reason, message, {
    ...(next !== undefined && { next }),
    ...(action !== undefined && { action }),
  });
}

/** JSON has no dates and no bytes: they are `{"$date": …}` and `{"$bytes": …}`, so that no text is taken for one. */
export function encode(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map((item) => encode(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function');
  return Object.fromEntries(entries.map(([key, item]) => [key, encode(item)]));
}

export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && typeof first[1] === 'string') {
    if (first[0] === '$date') return new Date(first[1]);
    if (first[0] === '$bytes') return new Uint8Array(Buffer.from(first[1], 'base64'));
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, decode(item)]));
}

/** One value as one text, whatever the order of its keys: what an exchange is found by. */
export function canonical(value: unknown): string {
  return JSON.stringify(encode(value), (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Printable ASCII, two spaces, one final line feed. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return `${json.replaceAll(/[^\x20-\x7e\n]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
