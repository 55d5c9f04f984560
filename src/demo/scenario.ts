import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { blobOf } from '../judging/branch-files.ts';
import type { Reason } from '../model/reason.ts';
import type { Status } from '../model/report.ts';
import type { ApprovalFault } from './gateway-approvals.ts';

/**
 * One recorded exchange with AWS. The first whose operation fits and whose `when` is part of the input answers.
 * `{{any}}` in `when` is any text, and `{{input:NAME}}` in the output is what the input's member NAME says, without
 * quotes around it; `{{runs}}` there names the turns that the gateway was asked for.
 */
export interface AwsExchange {
  readonly operation: string;
  readonly when?: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly status?: number };
}

/** What a host answers to one part of the script: records, or the reason of an error. */
export type HostAnswers = Record<string, readonly (readonly [string, string])[] | { readonly error: string }>;

export interface HttpAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: unknown;
  /** A page and not a process: its `uptimeMs` does not advance. */
  readonly frozen?: boolean;
  /** No answer at all, and why. */
  readonly error?: Reason;
}

/** A deployment as data: everything that the servers of `clawcheck demo` answer from. */
export interface Scenario {
  aws: AwsExchange[];
  /** By probe id. */
  host: HostAnswers;
  gateway: { http: Record<string, HttpAnswer>; rpc: Record<string, unknown>; approvals?: ApprovalFault };
  /** The ids of the turns that the gateway was asked for so far. */
  runs: string[];
  /** By path of the REST interface, that of Composio too. */
  git: Record<string, unknown>;
  /** Files that differ from those in the scenario's `files` folder: text, or null for absent. */
  files: Record<string, string | null>;
  /** Keys that differ in the environment file, by dotted path. */
  environment: Record<string, unknown>;
  /** Destinations that do not answer the machine that clawcheck runs on. */
  silentHere: string[];
}

/**
 * One thing that is wrong with a good deployment. `set` changes the output of each exchange that fits: dotted paths,
 * `-` appends to a list, null removes.
 */
export interface Flaw {
  readonly title: string;
  /** Every check whose status changes, and to what. */
  readonly expects: Readonly<Record<string, Status>>;
  readonly aws?: readonly (AwsExchange & { readonly set?: Readonly<Record<string, unknown>> })[];
  readonly host?: HostAnswers;
  /** `set` changes the answers of methods: dotted paths by method. */
  readonly gateway?: {
    readonly http?: Record<string, HttpAnswer>;
    readonly rpc?: Record<string, unknown>;
    readonly set?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly approvals?: ApprovalFault;
  };
  readonly git?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string | null>>;
  /** The files differ here only, not on the branch of the git host. */
  readonly uncommitted?: boolean;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly silentHere?: readonly string[];
}

/**
 * Reads the good deployment below `fixtures` and plants flaws in it.
 * @param now times in the fixtures are relative to it: `{{now-2h}}` is an ISO time, `{{ms:now-5m}}` epoch milliseconds
 */
export function loadScenario(fixtures: string, flaws: readonly string[], now: Date): Scenario {
  const good = join(fixtures, 'good');
  const read = <T>(path: string): T => resolveTimes(JSON.parse(readFileSync(path, 'utf8')), now) as T;
  const scenario: Scenario = {
    aws: readdirSync(join(good, 'aws'))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .flatMap((file) => read<AwsExchange[]>(join(good, 'aws', file))),
    host: read(join(good, 'host.json')),
    gateway: read(join(good, 'gateway.json')),
    runs: [],
    git: read(join(good, 'git.json')),
    files: {},
    environment: {},
    silentHere: [],
  };
  for (const id of flaws) plant(scenario, read<Flaw>(join(fixtures, 'flaws', `${id}.json`)));
  return scenario;
}

/** The ids of all flaws below `fixtures`. */
export function listFlaws(fixtures: string): string[] {
  return readdirSync(join(fixtures, 'flaws'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

export function readFlaw(fixtures: string, id: string): Flaw {
  return JSON.parse(readFileSync(join(fixtures, 'flaws', `${id}.json`), 'utf8')) as Flaw;
}

/** What AWS answers in a scenario; an exchange that is not there is an error, never an empty answer. */
export function answerAws(scenario: Scenario, operation: string, input: object): AwsExchange {
  const found = scenario.aws.find((e) => e.operation === operation && includes(input, e.when ?? {}));
  return found ? filledFrom(scenario, input, found) : { operation, error: { code: 'NotRecorded', status: 400 } };
}

function filledFrom({ runs }: Scenario, input: object, exchange: AwsExchange): AwsExchange {
  if (!exchange.when || !Object.values(exchange.when).includes('{{any}}')) return exchange;
  const fill = (_: string, name: string) => {
    const given = JSON.stringify((input as Record<string, unknown>)[name] ?? '').slice(1, -1);
    return given.replaceAll(/^\\"|\\"$/g, '');
  };
  const filled = JSON.stringify(exchange).replaceAll(/\{\{input:(\w+)\}\}/g, fill);
  return JSON.parse(filled.replaceAll('{{runs}}', runs.join(' '))) as AwsExchange;
}

function plant(scenario: Scenario, flaw: Flaw): void {
  for (const { set, ...change } of flaw.aws ?? []) {
    if (!set) {
      scenario.aws.unshift(change);
      continue;
    }
    const hit = scenario.aws.filter((e) => e.operation === change.operation && sameWhen(e, change));
    if (hit.length === 0) throw new Error(`${flaw.title}: no exchange of ${change.operation} fits`);
    for (const exchange of hit) {
      for (const [path, value] of Object.entries(set)) assign(exchange.output, path.split('.'), value);
    }
  }
  Object.assign(scenario.host, flaw.host);
  Object.assign(scenario.gateway.http, flaw.gateway?.http);
  Object.assign(scenario.gateway.rpc, flaw.gateway?.rpc);
  for (const [method, set] of Object.entries(flaw.gateway?.set ?? {})) {
    for (const [path, value] of Object.entries(set)) assign(scenario.gateway.rpc[method], path.split('.'), value);
  }
  if (flaw.gateway?.approvals) scenario.gateway.approvals = flaw.gateway.approvals;
  Object.assign(scenario.git, flaw.git);
  Object.assign(scenario.files, flaw.files);
  if (!flaw.uncommitted) commitFiles(scenario.git, flaw.files ?? {});
  Object.assign(scenario.environment, flaw.environment);
  scenario.silentHere.push(...(flaw.silentHere ?? []));
}

/**
 * The same change of files on the branch. Skills are left out, because they are compared with the instance: a flaw that is
 * about them says what the branch has; results are on no branch.
 */
export function commitFiles(git: Scenario['git'], files: Readonly<Record<string, string | null>>): void {
  const [, answer] = Object.entries(git).find(([path]) => path.includes('/git/trees/')) ?? [];
  const holder = answer as { tree?: { path: string }[] } | undefined;
  if (!Array.isArray(holder?.tree)) return;
  for (const [path, text] of Object.entries(files)) {
    if (/^(skills|evals\/results)\//.test(path)) continue;
    holder.tree = holder.tree.filter((entry) => entry.path !== path);
    const entry = { path, mode: '100644', type: 'blob', sha: blobOf(text ?? '') };
    if (text !== null) holder.tree.push(entry);
  }
}

/** A change without `when` is for every exchange of the operation. */
function sameWhen(exchange: AwsExchange, change: AwsExchange): boolean {
  return change.when === undefined || isDeepStrictEqual(exchange.when ?? {}, change.when);
}

/** Whether every member of `part` is in `whole`, deeply; lists must be equal. */
function includes(whole: unknown, part: unknown): boolean {
  if (part === '{{any}}') return typeof whole === 'string' && whole !== '';
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return isDeepStrictEqual(whole, part);
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.entries(part).every(([key, value]) => includes((whole as Record<string, unknown>)[key], value));
}

/** Sets a value at a path; `-` as the last part appends to a list; null removes. */
export function assign(target: unknown, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined || typeof target !== 'object' || target === null)
    throw new Error(`there is nothing at ${path.join('.')}`);
  const object = target as Record<string, unknown>;
  if (rest.length > 0) {
    if (object[key] === undefined || object[key] === null) object[key] = rest[0] === '-' ? [] : {};
    assign(object[key], rest, value);
  } else if (key === '-') (target as unknown[]).push(value);
  else if (value !== null) object[key] = value;
  else if (Array.isArray(target)) target.splice(Number(key), 1);
  else delete object[key];
}

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `{{now-2h}}` is an ISO time, `{{now-2d:date}}` a date, `{{ms:now-5m}}` alone epoch milliseconds; in any depth. */
export function resolveTimes(value: unknown, now: Date): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveTimes(item, now));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [resolveTimes(key, now), resolveTimes(item, now)]),
    );
  }
  if (typeof value !== 'string') return value;
  const alone = /^\{\{ms:now([+-]\d+)([smhd])\}\}$/.exec(value);
  if (alone) return now.getTime() + Number(alone[1]) * (units[alone[2] ?? 's'] ?? 1) * 1000;
  return value.replaceAll(/\{\{now([+-]\d+)([smhd])(:date)?\}\}/g, (_, amount: string, unit: string, date?: string) => {
    const iso = new Date(now.getTime() + Number(amount) * (units[unit] ?? 1) * 1000).toISOString();
    return date ? iso.slice(0, 10) : iso;
  });
}
