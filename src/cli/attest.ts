import { readFileSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { isMap, isSeq, parseDocument, stringify, YAMLSeq } from 'yaml';
import { registry } from '../../checks/index.ts';
import { localFiles } from '../adapters/files/files.ts';
import { isFile } from '../adapters/files/kind.ts';
import { checkSigningKey } from '../adapters/signature/signing-key.ts';
import { sign, sshSignatures } from '../adapters/signature/ssh-keygen.ts';
import { type Attestation, attestationNamespace, attestedBytes } from '../environment/acceptance-schema.ts';
import { loadEnvironment, parseEnvironmentFile } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { allChecks, known } from '../runner/plan.ts';
import { isElsewhere, verifySigners } from '../runner/signers.ts';
import { writeFile } from './output.ts';

interface AttestOptions {
  readonly env?: string;
  readonly config: string;
  readonly by?: string;
  readonly statement?: string;
  readonly evidence?: string;
  readonly evidenceSha256?: string;
  readonly expires?: string;
  readonly date?: string;
  readonly sign?: string;
  readonly write?: boolean;
}

/**
 * Prints an attestation, or puts it into the environment file; all else in the file stays as it is, comments too. With
 * a key, it is signed: the one that is given, or, where nothing is stated anew, the one that the file has.
 */
export async function attestCommand(check: string, options: AttestOptions): Promise<void> {
  const { environment, directory } = loadEnvironment(options.config, options.env);
  demandAttestable(check);
  if (options.sign !== undefined) checkSigningKey(options.sign);
  const files = localFiles(directory);
  const stated = restated(options) ? await newEntry(check, options, directory) : entryOf(environment, check);
  const entry = options.sign === undefined ? stated : signed(environment, stated, options.sign);
  // What is printed or written must hold in a run: nobody should find out only then.
  await verifySigners({ ...environment, attestations: [entry] }, { files, signatures: sshSignatures }, new Date());
  if (options.write) {
    writeFile(
      options.config,
      withAttestation(readFileSync(options.config, 'utf8'), options.config, environment.name, entry),
    );
    process.stderr.write(`clawcheck: ${options.config} has the attestation of ${check} now\n`);
  } else process.stdout.write(stringify([entry], { lineWidth: 0 }));
  process.exitCode = exitCodeOf('READY');
}

function demandAttestable(check: string): void {
  const checks = allChecks(registry);
  known(
    check,
    checks.map(({ id }) => id),
    'check',
  );
  if (checks.find(({ id }) => id === check)?.check.attestable) return;
  const can = checks.filter((c) => c.check.attestable).map(({ id }) => id);
  throw new UsageError(`${check} is not for a person to attest: it is measured`, `These are: ${can.join(', ')}.`);
}

/** Whether anything is stated, and not only a statement signed that is there. */
function restated({ by, statement, evidence, expires, date, evidenceSha256, sign }: AttestOptions): boolean {
  return sign === undefined || [by, statement, evidence, expires, date, evidenceSha256].some((v) => v !== undefined);
}

/** What the file has, without its signature. @throws UsageError */
function entryOf({ attestations }: Environment, check: string): Attestation {
  const found = attestations.find((one) => one.check === check);
  if (!found) {
    throw new UsageError(
      `the environment file has no attestation of ${check} that could be signed`,
      'State it: --by, --statement, --evidence and --expires.',
    );
  }
  const { signature, ...entry } = found;
  return entry;
}

/** @throws UsageError for what no run would accept */
async function newEntry(check: string, options: AttestOptions, directory: string): Promise<Attestation> {
  const today = new Date().toISOString().slice(0, 10);
  const { by, statement, evidence: given, expires, date = today, evidenceSha256: sha256 } = options;
  if (by === undefined || statement === undefined || given === undefined || expires === undefined) {
    throw new UsageError('an attestation needs --by, --statement, --evidence and --expires');
  }
  if (!isDate(date) || !isDate(expires)) throw new UsageError('--date and --expires take a day such as 2027-01-31');
  if (expires < today) throw new UsageError(`--expires ${expires} is over already`);
  if (date > today) throw new UsageError(`--date ${date} is in the future`);
  const { evidence, digest } = await evidenceFrom(given, directory);
  if (sha256 !== undefined && digest !== undefined && sha256 !== digest) {
    throw new UsageError(`the SHA-256 of ${given} is ${digest}, not ${sha256}`);
  }
  const evidenceSha256 = digest ?? sha256;
  return { check, by, date, expires, statement, evidence, ...(evidenceSha256 !== undefined && { evidenceSha256 }) };
}

/** A file beside the environment file is named from there, with its digest; anything else stays as it was given. */
async function evidenceFrom(given: string, directory: string): Promise<{ evidence: string; digest?: string }> {
  if (isElsewhere(given) || !isFile(given)) return { evidence: given };
  const path = relative(realpathSync(directory), realpathSync(given));
  const digest = path.startsWith('..') ? undefined : await localFiles(directory).sha256(path);
  if (digest === undefined) {
    throw new UsageError(
      `${given} is not below the folder of the environment file`,
      'Put it there, so that a run can hold it against its digest.',
    );
  }
  return { evidence: path.split(sep).join('/'), digest };
}

function signed(environment: Environment, entry: Attestation, key: string): Attestation {
  try {
    return { ...entry, signature: sign(attestedBytes(environment, entry), key, attestationNamespace) };
  } catch (error) {
    throw new UsageError(`the attestation could not be signed with ${key} (${(error as Error).message})`);
  }
}

/** The text of the file with the entry, in place of an earlier one of the same check. @throws UsageError */
export function withAttestation(
  text: string,
  path: string,
  environment: string,
  entry: { readonly check: string },
): string {
  const document = parseDocument(text);
  const place = ['environments', environment, 'attestations'];
  const node = document.getIn(place);
  const list = isSeq(node) ? node : new YAMLSeq();
  if (!isSeq(node)) document.setIn(place, list);
  // `attestations: []` is written on one line; with an entry in it that would be hard to read.
  list.flow = false;
  const item = document.createNode(entry);
  const at = list.items.findIndex((one) => isMap(one) && one.get('check') === entry.check);
  if (at < 0) list.add(item);
  else list.items[at] = item;
  const changed = document.toString({ lineWidth: 0 });
  // What is written must be an environment file, whatever the values were.
  parseEnvironmentFile(changed, path);
  return changed;
}

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
  );
}
