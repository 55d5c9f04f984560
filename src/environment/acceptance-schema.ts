import * as z from '../model/zod.ts';
import { checkId, date, text } from './fields.ts';

// What people accept in the place of a measurement.

/** What a person says: there must be something to read. */
const said = text.check(z.regex(/[\p{L}\p{N}]/u, 'must have a word in it'));

export const attestation = z.strictObject({
  check: checkId,
  by: said,
  date,
  expires: date,
  statement: said,
  /** Where it can be looked up: a reference, a URL, or a file beside the environment file. */
  evidence: said,
  /** Of the evidence; of a file, it is held against the file. */
  evidenceSha256: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'))),
  /** An armoured SSH signature over `attestedBytes`. */
  signature: z.optional(z.string().check(z.maxLength(16_384))),
});

export const waiver = z.strictObject({
  check: checkId,
  reason: said,
  by: said,
  expires: date,
  ticket: said,
});

export const notApplicable = z.strictObject({ check: checkId, reason: said });

/** The namespace of signatures over attestations: one over a report or a file does not count. */
export const attestationNamespace = 'clawcheck-attestation@v1';

/**
 * What is signed of an attestation: all that it says, and of which environment and account, so that it cannot be moved
 * to another. Printable ASCII.
 */
export function attestedBytes(
  { name, aws }: { readonly name: string; readonly aws: { readonly account: string } },
  { check, by, date, expires, statement, evidence, evidenceSha256 }: Omit<Attestation, 'signature'>,
): Uint8Array {
  const said = { check, by, date, expires, statement, evidence, evidenceSha256: evidenceSha256 ?? null };
  const json = JSON.stringify({ environment: name, account: aws.account, ...said }, null, 2);
  const ascii = json.replaceAll(/[^\x20-\x7e\n]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Buffer.from(`${ascii}\n`);
}

export type Attestation = z.infer<typeof attestation>;
export type Waiver = z.infer<typeof waiver>;
