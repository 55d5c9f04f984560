import * as z from 'zod';
import { checkId, date, text } from './fields.ts';

// What people accept in the place of a measurement.

/** What a person says: there must be something to read. */
const said = text.regex(/[\p{L}\p{N}]/u, 'must have a word in it');

export const attestation = z.strictObject({
  check: checkId,
  by: said,
  date,
  expires: date,
  statement: said,
  evidence: said,
});

export const waiver = z.strictObject({
  check: checkId,
  reason: said,
  by: said,
  expires: date,
  ticket: said,
});

export const notApplicable = z.strictObject({ check: checkId, reason: said });

export type Attestation = z.infer<typeof attestation>;
export type Waiver = z.infer<typeof waiver>;
