import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument, stringify, YAMLSeq } from 'yaml';
import { registry } from '../../checks/index.ts';
import { loadEnvironment, parseEnvironmentFile } from '../environment/load.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { allChecks, known } from '../runner/plan.ts';
import { writeFile } from './output.ts';

interface AttestOptions {
  readonly env?: string;
  readonly config: string;
  readonly by: string;
  readonly statement: string;
  readonly evidence: string;
  readonly expires: string;
  readonly date?: string;
  readonly write?: boolean;
}

/** Prints an attestation, or puts it into the environment file; all else in the file stays as it is, comments too. */
export function attestCommand(check: string, options: AttestOptions): void {
  const { environment } = loadEnvironment(options.config, options.env);
  const checks = allChecks(registry);
  known(
    check,
    checks.map(({ id }) => id),
    'check',
  );
  if (!checks.find(({ id }) => id === check)?.check.attestable) {
    const can = checks.filter((c) => c.check.attestable).map(({ id }) => id);
    throw new UsageError(`${check} is not for a person to attest: it is measured`, `These are: ${can.join(', ')}.`);
  }
  const today = new Date().toISOString().slice(0, 10);
  const { by, statement, evidence, expires, date = today } = options;
  if (!isDate(date) || !isDate(expires)) throw new UsageError('--date and --expires take a day such as 2027-01-31');
  if (expires < today) throw new UsageError(`--expires ${expires} is over already`);
  if (date > today) throw new UsageError(`--date ${date} is in the future`);
  const entry = { check, by, date, expires, statement, evidence };
  if (options.write) {
    writeFile(
      options.config,
      withAttestation(readFileSync(options.config, 'utf8'), options.config, environment.name, entry),
    );
    process.stderr.write(`clawcheck: ${options.config} has the attestation of ${check} now\n`);
  } else process.stdout.write(stringify([entry], { lineWidth: 0 }));
  process.exitCode = exitCodeOf('READY');
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
