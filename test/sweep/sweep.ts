import type { Scenario } from '../../src/demo/scenario.ts';
import type { Report } from '../../src/model/report.ts';
import { now, runScenario } from '../support/rig.ts';

/** The ports whose recorded answers are gone through. */
export const sweptPorts = ['aws', 'host', 'gateway', 'git'] as const;
export type SweptPort = (typeof sweptPorts)[number];

/** One thing that the good deployment says, and one way in which it says something else. */
export interface Change {
  readonly port: SweptPort;
  /** Which answer, and where in it. */
  readonly place: string;
  /** The place without the numbers of list items: where lists of the same kind have their like. */
  readonly kind: string;
  /** What is done to it, such as `removed`. */
  readonly how: string;
  readonly apply: (scenario: Scenario) => void;
}

/** What a run makes of a change. */
export interface Swept {
  readonly change: Change;
  readonly verdict: string;
  /** Whether a status, or what a check says that it saw, differs from the good deployment. */
  readonly noticed: boolean;
}

type Key = string | number;

/** Every change to every value of the good deployment's answers of a port. */
export function changesOf(scenario: Scenario, port: SweptPort): readonly Change[] {
  return answersOf(scenario, port).flatMap(([name, path]) =>
    valuesIn(at(scenario, path)).flatMap(([inside, value]) => {
      const whole = [...path, ...inside];
      return variants(value).map(([how, other]) => ({
        port,
        place: [name, ...inside].join(' '),
        kind: [name.replace(/ .*/, ''), ...inside.map((key) => (typeof key === 'number' ? '[]' : key))].join(' '),
        how,
        apply: (target: Scenario) => put(target, whole, other),
      }));
    }),
  );
}

/** The recorded answers of a port: a name for each, and where in the scenario it is. */
function answersOf(scenario: Scenario, port: SweptPort): [string, Key[]][] {
  switch (port) {
    case 'aws':
      return scenario.aws.map(({ operation, when }, i) => [
        `${operation}${when ? ` ${JSON.stringify(when)}` : ''}`,
        ['aws', i, 'output'],
      ]);
    case 'gateway':
      return (['http', 'rpc'] as const).flatMap((part) =>
        Object.keys(scenario.gateway[part]).map((name): [string, Key[]] => [
          `${part}:${name}`,
          ['gateway', part, name],
        ]),
      );
    default:
      return Object.keys(scenario[port]).map((name) => [name, [port, name]]);
  }
}

/** How many items of a long list are gone through, beside the last: the others are their like. */
const firstItems = 2;

/** The value itself and the values in it, with the keys that lead there. */
function valuesIn(value: unknown): [Key[], unknown][] {
  if (typeof value !== 'object' || value === null) return [[[], value]];
  const entries: [Key, unknown][] = Array.isArray(value)
    ? [...value.entries()].filter(([i]) => i < firstItems || i === value.length - 1)
    : Object.entries(value);
  return [
    [[], value],
    ...entries.flatMap(([key, item]) =>
      valuesIn(item).map(([inside, inner]): [Key[], unknown] => [[key, ...inside], inner]),
    ),
  ];
}

const removed = Symbol('removed');

/** Other values that could stand there: none, an empty one, one of the same form, one of another. */
function variants(value: unknown): [string, unknown][] {
  return [['removed', removed], ...others(value)];
}

function others(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.length > 0 ? [['emptied', []]] : [];
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0 ? [['emptied', {}]] : [];
  if (typeof value === 'boolean') return [['turned', !value]];
  if (typeof value === 'number') return [0, value + 1, value * 1000 + 7].map((n) => [`made ${n}`, n]);
  if (typeof value !== 'string') return [];
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return [-3000, 3000].map((days) => [`${days} days`, daysFrom(days)]);
  const words = value.split(' ');
  const each = words.length > 8 ? [] : words.map((word, i) => words.with(i, bumped(word)).join(' '));
  return [['emptied', ''], ['another', 'another'], ...each.map((text): [string, string] => [`made ${text}`, text])];
}

/** Another word of the same form: its last digit, or else its last letter, is the next one. */
function bumped(word: string): string {
  if (/\d/.test(word)) return word.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
  return `${word}x`;
}

function daysFrom(days: number): string {
  return new Date(now.getTime() + days * 86_400_000).toISOString();
}

function at(value: unknown, path: readonly Key[]): unknown {
  return path.reduce((inner, key) => (inner as Record<Key, unknown> | undefined)?.[key], value);
}

function put(target: unknown, path: readonly Key[], value: unknown): void {
  const holder = at(target, path.slice(0, -1)) as Record<Key, unknown>;
  const key = path.at(-1) as Key;
  if (value !== removed) holder[key] = structuredClone(value);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

/** What a report says of each check, without what differs from run to run. */
export function saidIn(report: Report): string {
  const checks = report.areas.flatMap((area) => area.checks);
  return JSON.stringify(
    checks.map(({ id, status, reason, evidence, controls }) => [
      id,
      status,
      reason,
      ...[evidence, controls].map((all) => all.map(({ subject, expected, observed }) => [subject, expected, observed])),
    ]),
  );
}

/** The good deployment, with a change in it or without: whatever is made at random is the same each time. */
export function sweptRun(change?: Change['apply']): Promise<Report> {
  return runScenario([], { nonce: '0'.repeat(32), ...(change && { change }) });
}

/** Runs the good deployment with one change in it. */
export async function sweepOne(change: Change, good: string): Promise<Swept> {
  const report = await sweptRun(change.apply);
  return { change, verdict: report.verdict, noticed: report.verdict !== 'READY' || saidIn(report) !== good };
}
