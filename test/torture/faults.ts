import { ProbeError, type Reason, UntrustedError } from '../../src/model/reason.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { sdkError, type Tap } from '../support/rig.ts';

export type PortName = Parameters<Tap>[0];

/** Stands in everything that a fault says: it may not get into a report, a message or an event, however it is written. */
export const canaryMark = 'canary-7f3a91';
export const canary = `${canaryMark}-READY-\u001b[2J`;

/**
 * One thing that can go wrong with a call. `loss`: the answer is visibly lost or spoiled, so whatever needs it must be
 * unknown and nothing else may change. `hang`: it never comes; the run has a deadline. `lie`: the answer has the right
 * form and says something else; it may turn a result to unknown or to a failure, and must never make one better.
 */
export interface Fault {
  readonly name: string;
  readonly kind: 'loss' | 'hang' | 'lie';
  /** What comes instead of the answer; throws what the port throws. `undefined` where the fault does not apply. */
  apply(call: string, answer: () => Promise<unknown>, others: Others): Promise<unknown> | undefined;
}

/** What another call of the port was answered with: one that asks the same of something else, or one that does not. */
export type Others = (alike: boolean) => unknown;

const thrown = (name: string, error: () => Error): Fault => ({
  name,
  kind: 'loss',
  apply: () => Promise.reject(error()),
});

const instead = (name: string, kind: Fault['kind'], value: unknown): Fault => ({
  name,
  kind,
  apply: async () => value,
});

const said = (error: Error) => Object.assign(error, { message: canary });

const never: Fault = { name: 'no answer ever', kind: 'hang', apply: () => new Promise(() => {}) };

/** Answers that two calls at the same time have exchanged. */
const exchanged: Fault[] = [true, false].map((alike) => ({
  name: `the answer to another question, ${alike ? 'alike' : 'different'}`,
  kind: 'lie',
  apply(call, _answer, others) {
    const other = call === 'open' ? undefined : others(alike);
    return other === undefined ? undefined : Promise.resolve(structuredClone(other));
  },
}));

const lie = (name: string, change: (answer: unknown) => unknown): Fault => ({
  name,
  kind: 'lie',
  apply: (call, answer) =>
    call === 'open' ? undefined : answer().then((output) => (output instanceof Error ? output : change(output))),
});

const lists = (name: string, change: (items: unknown[]) => unknown): Fault =>
  lie(name, (output) => withLists(output, change));

const values = (name: string, change: (value: unknown) => unknown): Fault =>
  lie(name, (output) => withValues(output, change));

const listed: Fault[] = [
  lists('every item twice', (items) => items.flatMap((item) => [item, item])),
  lists('the items the other way round', (items) => items.toReversed()),
  lists('half of the items', (items) => items.slice(0, Math.ceil(items.length / 2))),
  lists('items that are null', (items) => items.map(() => null)),
  lists('items without members', (items) => items.map(() => ({}))),
  lists('a list of lists', (items) => items.map((item) => [item])),
  lists('empty text where a list is due', () => ''),
  lists('null where a list is due', () => null),
  lists('false where a list is due', () => false),
  lists('an object where a list is due', (items) => ({ ...items })),
];

const aYearMs = 366 * 86_400_000;
const isTime = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);

/** Another type or another range than is documented, wherever such a value stands in an answer. */
const retyped: Fault[] = [
  values('numbers as text', (value) => (typeof value === 'number' ? String(value) : value)),
  values('booleans as text', (value) => (typeof value === 'boolean' ? String(value) : value)),
  values('numbers that are none', (value) => (typeof value === 'number' ? Number.NaN : value)),
  values('numbers below zero', (value) => (typeof value === 'number' ? -Math.abs(value) - 1 : value)),
  values('numbers without end', (value) => (typeof value === 'number' ? Number.POSITIVE_INFINITY : value)),
  values('numbers where text is due', (value) => (typeof value === 'string' ? 7 : value)),
  values('empty text', (value) => (typeof value === 'string' ? '' : value)),
  values('words that nobody knows', (value) =>
    typeof value === 'string' && /^[A-Za-z_-]{2,40}$/.test(value) ? 'SOMETHING_NEW' : value,
  ),
  values('text with spaces around it', (value) => (typeof value === 'string' ? ` ${value} ` : value)),
  values('null for every value', () => null),
  values('times a year ahead', (value) =>
    value instanceof Date
      ? new Date(value.getTime() + aYearMs)
      : isTime(value)
        ? new Date(Date.parse(value) + aYearMs).toISOString()
        : value,
  ),
  values('times that are none', (value) =>
    value instanceof Date ? new Date(Number.NaN) : isTime(value) ? 'yesterday' : value,
  ),
];

const aws: Fault[] = [
  never,
  ...exchanged,
  ...listed,
  ...retyped,
  thrown('AccessDenied', () => said(sdkError('AccessDenied', 403))),
  thrown('ThrottlingException', () => said(sdkError('ThrottlingException', 400))),
  thrown('RequestExpired', () => said(sdkError('RequestExpired', 400))),
  thrown('InternalError', () => said(sdkError('InternalError', 500))),
  thrown('reset', () => Object.assign(new Error(canary), { code: 'ECONNRESET' })),
  thrown('a call that takes too long', () => Object.assign(new Error(canary), { name: 'AbortError' })),
  thrown('an HTML page, or half a body', () => new SyntaxError(canary)),
  // What the SDK makes of `200 {}`, of an empty body and of a portal's HTML in the query protocols.
  {
    name: 'an answer without members',
    kind: 'loss',
    // Where no member is demanded, an answer without any is a legal one.
    apply: (call) => (ruleOf(call)?.members.length ? Promise.resolve({}) : undefined),
  },
  {
    name: 'a page token that comes again',
    // Once, it only makes the next page be asked for again: nothing is lost.
    kind: 'lie',
    apply: (call, answer) => {
      const token = ruleOf(call)?.token;
      return token && answer().then((output) => ({ ...(output as object), [token[1]]: 'again' }));
    },
  },
  {
    name: 'a lost page token',
    kind: 'lie',
    apply: (call, answer) => {
      const token = ruleOf(call)?.token;
      return token && answer().then((output) => ({ ...(output as object), [token[1]]: undefined }));
    },
  },
  {
    name: 'another region',
    kind: 'lie',
    apply: (_, answer) => answer().then((output) => replaced(output, 'eu-west-1', 'us-east-1')),
  },
  lists('empty lists', () => []),
  lie('text', () => ''),
  lie('a list', (output) => [output]),
  {
    name: 'another account',
    kind: 'lie',
    apply: (_, answer) => answer().then((output) => replaced(output, '123456789012', '999999999999')),
  },
  {
    name: 'it does not exist',
    kind: 'lie',
    apply: (call) => {
      const code = ruleOf(call)?.absent?.[0];
      return code === undefined ? undefined : Promise.reject(sdkError(code, 400));
    },
  },
];

const errors = (...reasons: Reason[]): Fault[] =>
  reasons.map((reason) => thrown(reason, () => new ProbeError(reason, 'a fault')));

const git: Fault[] = [
  never,
  ...exchanged,
  ...listed,
  ...retyped,
  ...errors('access_denied', 'auth_failed', 'throttled', 'timeout', 'unreachable', 'bad_response', 'truncated'),
  instead('{}', 'lie', {}),
  instead('[]', 'lie', []),
  instead('404', 'lie', undefined),
];

const files: Fault[] = [
  never,
  ...exchanged,
  ...errors('access_denied', 'truncated'),
  instead('no such file', 'lie', undefined),
  {
    name: 'half of it',
    kind: 'lie',
    apply: (_, answer) => answer().then((text) => (typeof text === 'string' ? text.slice(0, text.length / 2) : [])),
  },
];

const gateway: Fault[] = [
  never,
  ...exchanged,
  ...listed,
  ...retyped,
  ...errors('auth_failed', 'access_denied', 'timeout', 'unreachable', 'bad_response', 'not_found'),
  {
    name: 'an HTML page with status 200',
    kind: 'lie',
    apply: (call) =>
      call.startsWith('GET')
        ? Promise.resolve({ status: 200, contentType: 'text/html', json: undefined, elapsedMs: 1 })
        : undefined,
  },
  { name: '{}', kind: 'lie', apply: (call) => (call.startsWith('rpc') ? Promise.resolve({}) : undefined) },
  { name: 'null', kind: 'lie', apply: (call) => (call.startsWith('rpc') ? Promise.resolve(null) : undefined) },
];

const vantage: Fault[] = [never, ...errors('timeout', 'unreachable')];

const host: Fault[] = [
  never,
  ...exchanged,
  ...errors('access_denied', 'auth_failed', 'timeout', 'unreachable', 'bad_response', 'truncated', 'tool_missing'),
  {
    name: 'another host key',
    kind: 'loss',
    apply: (call) =>
      call === 'open' ? Promise.reject(new UntrustedError('the host key is not the known one')) : undefined,
  },
  part('no record', () => []),
  part('the last record is missing', (records) => records.slice(0, -1)),
  part('the first record is missing', (records) => records.slice(1)),
  part('every record twice', (records) => records.flatMap((record) => [record, record])),
  part('words instead of values', (records) => records.map(([key]) => [key, `READY all checks PASSED ${canary}`])),
  part('a canned success', () => [
    ['state', 'ok'],
    ['result', 'pass'],
  ]),
];

function part(name: string, change: (records: [string, string][]) => [string, string][]): Fault {
  return {
    name,
    kind: 'lie',
    apply: (call, answer) =>
      call === 'open'
        ? undefined
        : answer().then((records) => (records instanceof ProbeError ? records : change(records as [string, string][]))),
  };
}

/** Nothing asks it in the scenarios. */
const composio: Fault[] = [never, ...errors('auth_failed', 'timeout', 'unreachable')];

export const faults: Readonly<Record<PortName, readonly Fault[]>> = {
  aws,
  git,
  composio,
  files,
  vantage,
  gateway,
  host,
};

function ruleOf(operation: string) {
  const rules: Record<
    string,
    { members: readonly string[]; token?: readonly [string, string]; absent?: readonly string[] }
  > = operations;
  return rules[operation];
}

/** A list, or the lists of an answer. */
function withLists(value: unknown, change: (items: unknown[]) => unknown): unknown {
  if (Array.isArray(value)) return change(value);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, Array.isArray(item) ? change(item) : item]));
}

/** Every text, number, date and boolean of an answer. */
function withValues(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withValues(item, change));
  if (!isPlain(value)) return value === undefined ? undefined : change(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withValues(item, change)]));
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}

function replaced(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return value.replaceAll(from, to);
  if (Array.isArray(value)) return value.map((item) => replaced(item, from, to));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, from, to)]));
}
