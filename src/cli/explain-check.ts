import { fixturesFolder } from '../demo/fixtures-folder.ts';
import { flawsByCheck } from '../demo/flaws-by-check.ts';
import { nearest } from '../environment/suggest.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { sourceMeanings } from '../model/probe.ts';
import { UsageError } from '../model/reason.ts';
import { remedies } from '../remedies/index.ts';
import { elsewhere, type Remedy, remedyPlaces, triedWords } from '../remedies/remedy.ts';
import { type CheckDescription, describeCheck, follows, lookOf, type ShownBy } from '../runner/describe.ts';
import { allChecks, known } from '../runner/plan.ts';
import { extendedRegistry } from './extended.ts';
import { say } from './say.ts';

interface ExplainOptions {
  readonly checks: readonly string[];
  readonly format: 'text' | 'json';
}

/** What a check claims, why, how it is seen, and what to do when it does not hold. @throws UsageError */
export async function explainCommand(id: string, { format, checks: further }: ExplainOptions): Promise<void> {
  const { registry } = await extendedRegistry(further);
  const checks = allChecks(registry);
  // The name alone is enough where only one area has it.
  const named = checks.filter(({ name }) => name === id);
  const wanted = named.length === 1 && named[0] ? named[0].id : id;
  const ids = checks.map((check) => check.id);
  const near =
    id.includes('/') || ids.includes(wanted)
      ? undefined
      : nearest(
          id,
          checks.map(({ name }) => name),
        );
  if (near)
    throw new UsageError(
      `there is no check ${JSON.stringify(id)}`,
      `Did you mean ${ids.find((one) => one.endsWith(`/${near}`))}?`,
    );
  known(wanted, ids, 'check');
  for (const item of checks.filter((check) => check.id === wanted)) {
    const description = describeCheck(item);
    const shownBy = flawsByCheck(fixturesFolder).get(wanted) ?? [];
    const remedy = remedies[wanted];
    if (format === 'json') {
      process.stdout.write(`${JSON.stringify({ ...description, remedy: asData(remedy), shownBy }, null, 2)}\n`);
    } else print(description, shownBy, remedy);
  }
  process.exitCode = exitCodeOf('READY');
}

const asData = (remedy: Remedy | undefined) => remedy && { ...remedy, ...elsewhere(remedy) };

function print(check: CheckDescription, shownBy: readonly ShownBy[], remedy: Remedy | undefined): void {
  const lines = (...some: readonly string[]) => say(process.stdout, some.map((line) => `${line}\n`).join(''));
  const sources = [...new Set(check.probes.map(({ source }) => source))];
  lines(
    check.id,
    '',
    `Claim      ${check.title}`,
    `Why        ${check.why}`,
    `Fails as   ${check.failureTitle}`,
    ...(check.trap ? [`Elsewhere  ${check.trap}`] : []),
    `To do      ${check.remediation}`,
    `Evidence   ${sources.map((source) => `${source} (${sourceMeanings[source]})`).join('; ')}`,
    `Attested   ${
      check.attestable
        ? 'a named person may state, with an expiry, what no machine could see; never what was seen to be wrong'
        : 'no statement of a person counts in the place of looking'
    }`,
  );
  if (remedy) {
    const { console, terraform } = elsewhere(remedy);
    lines('', `Mended where ${remedy.when}`);
    // To be copied: a terminal breaks these lines without making two of one.
    process.stdout.write(remedy.commands.map((line) => `  ${line}\n`).join(''));
    lines(
      `Typed      ${remedyPlaces[remedy.place]}; ${triedWords(remedy)}`,
      `Console    ${console ? `${console} (not tried)` : 'none has it'}`,
      `Terraform  ${terraform ? `${terraform} of docs/terraform` : 'not in docs/terraform'}`,
    );
  }
  const asked = check.probes.filter((probe) => !follows(probe));
  const derived = check.probes.filter(follows).map(({ id }) => id);
  const width = Math.max(0, ...asked.map(({ id }) => id.length));
  const shown = (status: string) => shownBy.filter((flaw) => flaw.status === status);
  lines(
    '',
    'Verified by',
    ...asked.map((probe) => `  ${probe.id.padEnd(width)}  ${lookOf(probe)}`),
    ...(derived.length > 0 ? [`  What follows from these: ${derived.join(', ')}`] : []),
    ...scenarios('Seen failing in', shown('fail')),
    ...scenarios('Seen unknown in', shown('unknown')),
  );
}

function scenarios(title: string, flaws: readonly ShownBy[]): string[] {
  if (flaws.length === 0) return [];
  return ['', `${title} (clawcheck demo --scenario NAME)`, ...flaws.map((flaw) => `  ${flaw.scenario}: ${flaw.title}`)];
}
