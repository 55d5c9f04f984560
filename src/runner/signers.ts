import { type Attestation, attestationNamespace, attestedBytes } from '../environment/acceptance-schema.ts';
import type { Environment } from '../environment/schema.ts';
import { ProbeError, UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import type { Ports } from '../ports/ports.ts';

/** Who signed the attestation of each check; a check whose attestation is not signed is not in it. */
export type Signers = ReadonlyMap<string, string>;

/**
 * Verifies every attestation that is signed, and the evidence of those that give its digest.
 * @throws UsageError for a signature that is not one of an allowed signer over what the attestation says, and for
 * evidence beside the environment file that is gone or was changed since
 */
export async function verifySigners(
  environment: Environment,
  { files, signatures }: Pick<Ports, 'files' | 'signatures'>,
  at: Date,
): Promise<Signers> {
  const { attestations, attestationSigners } = environment;
  const read = async <T>(what: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof ProbeError) throw new UsageError(`${what}: ${error.message}`, error.next);
      throw error;
    }
  };
  for (const a of attestations) await read(`the evidence of ${a.check}`, demandEvidence(a, files));
  const signed = attestations.filter(({ signature }) => signature !== undefined);
  if (signed.length === 0) return new Map();
  if (attestationSigners === undefined) {
    throw new UsageError(
      `the attestation of ${signed[0]?.check} is signed, and nobody is named who may sign`,
      'Name the file of allowed signers in attestationSigners.',
    );
  }
  const allowedSigners = await read('attestationSigners', files.read(attestationSigners));
  if (allowedSigners === undefined) {
    throw new UsageError(`there is no file ${JSON.stringify(attestationSigners)} beside the environment file`);
  }
  return new Map(
    signed.map((a) => {
      const asked = { bytes: attestedBytes(environment, a), signature: a.signature ?? '', at };
      const found = signatures.verify({ ...asked, namespace: attestationNamespace, allowedSigners });
      if ('identity' in found) return [a.check, inert(found.identity)];
      throw new UsageError(
        `the signature of the attestation of ${a.check} does not hold: ${found.problem}`,
        'Have it signed anew with clawcheck attest --sign, or remove the attestation.',
      );
    }),
  );
}

/** A document on another system cannot be looked at: its digest is shown, and is for who reads the report to compare. */
export function isElsewhere(evidence: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(evidence);
}

async function demandEvidence({ check, evidence, evidenceSha256 }: Attestation, files: Ports['files']): Promise<void> {
  if (evidenceSha256 === undefined || isElsewhere(evidence)) return;
  const found = await files.sha256(evidence);
  if (found === evidenceSha256) return;
  throw new UsageError(
    found === undefined
      ? `the evidence of the attestation of ${check} is not beside the environment file: ${inert(evidence)}`
      : `the evidence of the attestation of ${check} was changed after it was stated: ${inert(evidence)}`,
    'Have it stated anew, over the evidence as it is.',
  );
}
