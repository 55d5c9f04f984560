import type { Environment } from '../environment/schema.ts';
import { type DrillOperation, type DrillRule, drillOperations } from '../ports/drill-operations.ts';
import type { Drill, Move, Undo, Values } from './drill.ts';

/** What a drill would do, from the same definition that it is run by: nothing is contacted for it. */
export interface DrillPlan {
  readonly drill: string;
  readonly title: string;
  readonly effects: readonly string[];
  readonly missing: readonly string[];
  readonly steady: readonly string[];
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly moves: readonly string[];
    readonly expect: readonly { readonly claim: string; readonly from: string; readonly limitSeconds: number | null }[];
    readonly undo: { readonly title: string; readonly moves: readonly string[]; readonly offered: boolean } | null;
  }[];
  readonly recoverySeconds: number;
  readonly statements: readonly object[];
}

/** Stands for what only the run of a drill knows: `<instance>`. */
const placeholders: Values = new Proxy({} as Record<string, string>, {
  get: (_, name) => (typeof name === 'string' ? `<${name}>` : undefined),
});

export function planOf(id: string, drill: Drill, environment: Environment): DrillPlan {
  const text = (move: Move) => textOf(move, placeholders, environment);
  return {
    drill: id,
    title: drill.title,
    effects: drill.effects,
    missing: drill.missing(environment),
    steady: Object.values(drill.steady).map(({ title }) => title),
    steps: drill.method(environment).map(({ id, title, moves, undo, expect = [] }) => ({
      id,
      title,
      moves: moves.map(text),
      expect: expect.map(({ claim, from, limit }) => ({ claim, from, limitSeconds: limit?.(environment) ?? null })),
      undo: undo
        ? {
            title: undosOf(undo)
              .map(({ title }) => title)
              .join('; '),
            moves: undosOf(undo).flatMap(({ moves }) => moves.map(text)),
            offered: undo.offered !== undefined,
          }
        : null,
    })),
    recoverySeconds: drill.recovery(environment),
    statements: statementsOf(operationsOf(drill, environment)),
  };
}

/** An undo with what is taken back before it, in that order. */
function undosOf(undo: Undo | undefined): readonly Undo[] {
  return undo ? [...undosOf(undo.first), undo] : [];
}

/** What a move does, in one line: the same in the plan, the journal and the progress. */
export function textOf(move: Move, values: Values, environment: Environment): string {
  const filled = (text: string) => text.replaceAll(/<(\w+)>/g, (whole, name) => values[name] ?? whole);
  switch (move.kind) {
    case 'aws':
      return `${move.operation} ${JSON.stringify(move.input(values, environment))}`;
    case 'host':
      return `on ${values['instance'] ?? '<instance>'} as ${move.as}: ${filled(move.command)}`;
    case 'gateway':
      return `to the gateway of ${values['instance'] ?? '<instance>'}: ${filled(move.command)}`;
  }
}

/** Every operation of the drills' list that a drill can call, sorted. */
export function operationsOf(drill: Drill, environment: Environment): readonly DrillOperation[] {
  const moves = drill
    .method(environment)
    .flatMap(({ moves, undo }) => [...moves, ...undosOf(undo).flatMap((one) => one.moves)]);
  const called = moves.flatMap((move) => (move.kind === 'aws' ? [move.operation] : []));
  return [...new Set([...called, ...(drill.reads?.(environment) ?? [])])].sort();
}

/** IAM statements for operations of the drills' list: reading, changing and the mark apart, roles only for whom they are. */
export function statementsOf(operations: readonly DrillOperation[]): readonly object[] {
  const rules = operations.map((operation): readonly [string, DrillRule] => [operation, drillOperations[operation]]);
  const actions = (wanted: (rule: DrillRule) => boolean) =>
    rules
      .filter(([, rule]) => wanted(rule))
      .flatMap(([operation, { action, also = [] }]) => [action ?? operation, ...also]);
  const statement = (Sid: string, Action: readonly string[], more: object = {}) =>
    Action.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action: [...new Set(Action)].sort(), Resource: '*', ...more }];
  const all = actions(({ changes, resource }) => changes && resource === undefined);
  const services = { 'iam:PassedToService': ['backup.amazonaws.com', 'ssm.amazonaws.com'] };
  const resources = [...new Set(rules.flatMap(([, { resource }]) => resource ?? []))].sort();
  return [
    ...statement(
      'ClawcheckDrillsRead',
      actions(({ changes, resource }) => !changes && resource === undefined),
    ),
    ...statement(
      'ClawcheckDrillsChange',
      all.filter((action) => action !== 'iam:PassRole'),
    ),
    ...statement(
      'ClawcheckDrillsPassRole',
      all.filter((action) => action === 'iam:PassRole'),
      { Condition: { StringEquals: services } },
    ),
    ...statement(
      'ClawcheckDrillsMark',
      actions(({ resource }) => resource !== undefined),
      { Resource: resources },
    ),
  ];
}

/** The policy of all drills, beside that of a run. */
export function drillPolicy(): object {
  const all = Object.keys(drillOperations).sort() as DrillOperation[];
  return { Version: '2012-10-17', Statement: statementsOf(all) };
}
