import { readFileSync } from 'node:fs';
import { readDsseKey, seal } from '../adapters/signature/dsse.ts';
import { checkSigningKey } from '../adapters/signature/signing-key.ts';
import { sign } from '../adapters/signature/ssh-keygen.ts';
import { UsageError } from '../model/reason.ts';
import type { Mode, Report } from '../model/report.ts';
import { type DeclaredCheck, inconsistencies } from '../report/consistency.ts';
import { statementOf } from '../report/in-toto.ts';
import { renderJson } from '../report/json.ts';
import { parseReport } from '../report/parse.ts';
import { signatureNamespace } from '../report/words.ts';
import { checkOutputs, jsonFiles, type OutputOptions, writeFile } from './output.ts';

export interface SignOptions {
  /** For an SSH signature beside each JSON report. */
  readonly key?: string | undefined;
  /** For an in-toto statement about it in a DSSE envelope. */
  readonly dsse?: { readonly file: string; readonly key: string } | undefined;
  readonly allowSimulated: boolean;
}

/** What is to be signed, by the options of the command line; undefined for nothing. @throws UsageError */
export function signOptions(given: {
  readonly sign?: string;
  readonly dsse?: string;
  readonly dsseKey?: string;
  readonly allowSimulated?: boolean;
}): SignOptions | undefined {
  const { sign: key, dsse: file, dsseKey, allowSimulated = false } = given;
  if ((file === undefined) !== (dsseKey === undefined)) throw new UsageError('--dsse and --dsse-key go together');
  if (key === undefined && file === undefined) return undefined;
  return {
    key,
    dsse: file === undefined || dsseKey === undefined ? undefined : { file, key: dsseKey },
    allowSimulated,
  };
}

/** Refuses before the run what could not or must not be signed after it. @throws UsageError */
export function checkSigning({ key, dsse, allowSimulated }: SignOptions, output: OutputOptions, mode: Mode): void {
  if (jsonFiles(output).length === 0) {
    throw new UsageError('what is signed is the JSON report, and no file for it is named', 'Add --output report.json.');
  }
  if (key !== undefined) {
    checkSigningKey(key);
    checkOutputs({ output: jsonFiles(output).map((file) => `${file}.sig`) });
  }
  if (dsse) {
    readDsseKey(dsse.key);
    checkOutputs({ output: [dsse.file] });
  }
  if (mode !== 'live' && !allowSimulated) {
    throw new UsageError(
      `a ${mode} run is not signed: it is not the live deployment`,
      'Sign a live run; --allow-simulated signs this one, and verify refuses it without the same option.',
    );
  }
}

/**
 * Signs the JSON reports as they are on the disk, each into `<file>.sig`. What is signed was read back, is what was
 * written, and holds together. @returns whether all were signed
 */
export function signReports(
  { key, dsse }: SignOptions,
  output: OutputOptions,
  report: Report,
  declared: readonly DeclaredCheck[],
): boolean {
  const expected = Buffer.from(renderJson(report));
  let complete = true;
  const attempt = (file: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      complete = false;
      const { code, message } = error as NodeJS.ErrnoException;
      process.stderr.write(`clawcheck: ${file} could not be signed (${code ?? message})\n`);
    }
  };
  const files = jsonFiles(output);
  for (const file of files) {
    attempt(file, () => {
      const bytes = readFileSync(file);
      if (!bytes.equals(expected)) throw new Error('it is not as it was written');
      const parsed = parseReport(bytes);
      const problems = 'report' in parsed ? inconsistencies(parsed.report, declared) : parsed.problems;
      if (problems[0] !== undefined) throw new Error(`the report does not hold together: ${problems[0]}`);
      if (key !== undefined) writeFile(`${file}.sig`, sign(bytes, key, signatureNamespace));
      if (dsse && file === files[0]) writeFile(dsse.file, seal(statementOf(bytes, report), readDsseKey(dsse.key)));
    });
  }
  return complete;
}
