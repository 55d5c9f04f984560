import type { Attestation } from '../environment/acceptance-schema.ts';
import type { Environment } from '../environment/schema.ts';
import { dayMs } from './age.ts';

/** The attestation of a check and how old its date is, in whole days. */
export function attestationOf(
  environment: Environment,
  check: string,
  now: Date,
): { readonly attestation: Attestation; readonly ageDays: number } | undefined {
  const attestation = environment.attestations.find((a) => a.check === check);
  if (!attestation) return undefined;
  const age = now.getTime() - Date.parse(`${attestation.date}T00:00:00Z`);
  return { attestation, ageDays: Math.floor(age / dayMs) };
}
