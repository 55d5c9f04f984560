import { readFileSync } from 'node:fs';
import { checkSigningKey, sign } from '../adapters/signature/ssh-keygen.ts';
import { UsageError } from '../model/reason.ts';
import type { Mode } from '../model/report.ts';
import { inconsistencies } from '../report/consistency.ts';
import { parseReport } from '../report/parse.ts';
import { declaredChecks } from './declared.ts';
import { jsonFiles, type OutputOptions, writeFile } from './output.ts';

export interface SignOptions {
  readonly key: string;
  readonly allowSimulated: boolean;
}

/** Refuses before the run what could not or must not be signed after it. @throws UsageError */
export function checkSigning({ key, allowSimulated }: SignOptions, output: OutputOptions, mode: Mode): void {
  if (jsonFiles(output).length === 0) {
    throw new UsageError('--sign signs the JSON report, and no file for it is named', 'Add --output report.json.');
  }
  checkSigningKey(key);
  if (mode !== 'live' && !allowSimulated) {
    throw new UsageError(
      `a ${mode} run is not signed: it is not the live deployment`,
      'Sign a live run; --allow-simulated signs this one, and verify refuses it without the same option.',
    );
  }
}

/**
 * Signs the JSON reports as they are on the disk, each into `<file>.sig`. What is signed was read back and verified
 * first. @returns whether all were signed
 */
export function signReports({ key }: SignOptions, output: OutputOptions): boolean {
  let complete = true;
  for (const file of jsonFiles(output)) {
    try {
      const bytes = readFileSync(file);
      const parsed = parseReport(bytes);
      const problems = 'report' in parsed ? inconsistencies(parsed.report, declaredChecks()) : parsed.problems;
      if (problems[0] !== undefined) throw new Error(`the report does not hold together: ${problems[0]}`);
      writeFile(`${file}.sig`, sign(bytes, key));
    } catch (error) {
      complete = false;
      const { code, message } = error as NodeJS.ErrnoException;
      process.stderr.write(`clawcheck: ${file} could not be signed (${code ?? message})\n`);
    }
  }
  return complete;
}
