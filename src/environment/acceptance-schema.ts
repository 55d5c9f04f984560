import * as z from 'zod';
import { checkId, date, text } from './fields.ts';

// What people accept in the place of a measurement.

export const attestation = z.strictObject({
  check: checkId,
  by: text,
  date,
  expires: date,
  statement: text,
  evidence: text,
});

export const waiver = z.strictObject({
  check: checkId,
  reason: text,
  by: text,
  expires: date,
  ticket: text,
});

export const notApplicable = z.strictObject({ check: checkId, reason: text });

export type Attestation = z.infer<typeof attestation>;
export type Waiver = z.infer<typeof waiver>;
