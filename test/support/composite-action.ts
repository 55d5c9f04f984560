import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { spawnText } from './spawn-text.ts';

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

/** What a composite action did on the runner. */
export interface Acted {
  /** Exit code of the step that failed, else 0. */
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The steps with `uses` that were reached, with what they were given; none is carried out. */
  readonly used: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The folder that the job works in. */
  readonly workspace: string;
}

/**
 * Carries out a composite action as the runner of GitHub does: inputs with their defaults, expressions, conditions, each
 * `run` in a bash of its own with the files GITHUB_OUTPUT and GITHUB_STEP_SUMMARY, until one fails. Expressions are those
 * that action.yml uses; any other is an error.
 * @param path folder of action.yml
 * @param env of the job, such as its credentials
 * @param skip names of steps to leave out
 */
export async function actOn(
  path: string,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  skip: readonly string[] = [],
): Promise<Acted> {
  const action: Action = parse(readFileSync(join(path, 'action.yml'), 'utf8'));
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'clawcheck-action-')));
  const outputs: Record<string, Record<string, string>> = {};
  const inputs: Record<string, string> = {};
  for (const [name, { required, default: or }] of Object.entries(action.inputs)) {
    if (required && given[name] === undefined) throw new Error(`the input ${name} is required`);
    inputs[name] = given[name] ?? or ?? '';
  }
  for (const name of Object.keys(given)) if (!(name in inputs)) throw new Error(`there is no input ${name}`);

  const meaningOf = (expression: string): string => {
    const [, input] = /^inputs\.([\w-]+)$/.exec(expression) ?? [];
    if (input !== undefined && input in inputs) return inputs[input] ?? '';
    const [, step, output] = /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(expression) ?? [];
    if (step !== undefined && output !== undefined) return outputs[step]?.[output] ?? '';
    if (expression === 'github.action_path') return path;
    throw new Error(`not an expression of this runner: ${expression}`);
  };
  const filled = (text: string) => String(text).replaceAll(/\$\{\{ (.*?) \}\}/g, (_, inner) => meaningOf(inner));
  const allFilled = (values: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(value)]));

  let code: number | null = 0;
  const reached = (condition = 'success()') =>
    condition.split(' && ').every((term) => {
      if (term === 'always()') return true;
      if (term === 'success()') return code === 0;
      const [, name = '', comparison, literal] = /^(\S+) (==|!=) '(.*)'$/.exec(term) ?? [];
      return (meaningOf(name) === literal) === (comparison === '==');
    }) &&
    (/\b(always|success)\(\)/.test(condition) || code === 0);

  let log = '';
  const used: Record<string, Record<string, string>> = {};
  const summary = join(workspace, '.summary');
  writeFileSync(summary, '');
  for (const step of action.runs.steps) {
    if (skip.includes(step.name ?? '') || !reached(step.if)) continue;
    if (step.uses !== undefined) {
      used[step.uses.replace(/@.*/, '')] = allFilled(step.with);
      continue;
    }
    if (step.shell !== 'bash') throw new Error('a run of a composite action names its shell');
    const output = join(workspace, '.output');
    writeFileSync(output, '');
    const script = join(workspace, '.script.sh');
    writeFileSync(script, filled(step.run ?? ''));
    const done = await spawnText('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: step['working-directory'] === undefined ? workspace : filled(step['working-directory']),
      env: {
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: workspace,
        ...env,
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...allFilled(step.env),
      },
    });
    log += done.stdout + done.stderr;
    const lines = readFileSync(output, 'utf8').split('\n').filter(Boolean);
    if (step.id !== undefined)
      outputs[step.id] = Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]));
    if (done.code !== 0 && code === 0) code = done.code;
  }
  return {
    code,
    log,
    outputs: allFilled(Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, value]))),
    summary: readFileSync(summary, 'utf8'),
    used,
    workspace,
  };
}
