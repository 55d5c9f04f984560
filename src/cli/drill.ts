import { journalFolder, journalsIn, readJournal } from '../adapters/drills/journal-file.ts';
import { isAlive, readLock } from '../adapters/drills/lock.ts';
import { drillOf, drills } from '../drills/index.ts';
import { begunOf, openSteps } from '../drills/journal.ts';
import { type DrillPlan, planOf } from '../drills/plan.ts';
import { loadEnvironment } from '../environment/load.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { inert } from '../model/text.ts';
import { say } from './say.ts';

export function drillListCommand({ json }: { readonly json?: boolean }): void {
  const all = Object.entries(drills).map(([id, { title, why, effects }]) => ({ id, title, why, effects }));
  const text = all.flatMap(({ id, title, effects }) => [id, `  ${title}`, ...effects.map((e) => `  - ${e}`), '']);
  if (json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else say(process.stdout, text.join('\n'));
  process.exitCode = exitCodeOf('READY');
}

interface PlanOptions {
  readonly env?: string;
  readonly config: string;
  readonly format: 'text' | 'json';
}

export function drillPlanCommand(id: string, { env, config, format }: PlanOptions): void {
  const { environment } = loadEnvironment(config, env);
  const plan = planOf(id, drillOf(id), environment);
  if (format === 'json') process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else say(process.stdout, render(plan, environment.name));
  process.exitCode = exitCodeOf('READY');
}

function render(plan: DrillPlan, environment: string): string {
  const lines = [`${plan.drill}: ${plan.title}`, ...plan.effects.map((effect) => `  ! ${effect}`), ''];
  for (const one of plan.missing) lines.push(`Refused: the environment file lacks ${one}.`, '');
  lines.push('Steady state, before and after:', ...plan.steady.map((title) => `  - ${title}`), '');
  for (const [i, { title, moves, expect, undo }] of plan.steps.entries()) {
    lines.push(`${i + 1}. ${title}`, ...moves.map((move) => `     does    ${move}`));
    for (const { claim, from, limitSeconds } of expect) {
      lines.push(`     expects ${claim}${limitSeconds === null ? '' : ` within ${limitSeconds} s`} (by the ${from})`);
    }
    if (!undo) lines.push('     undo    none: it leaves nothing to take back');
    else {
      lines.push(`     undo    ${undo.title}${undo.offered ? ' (you are asked)' : ''}`);
      lines.push(...undo.moves.map((move) => `             ${move}`));
    }
    lines.push('');
  }
  lines.push(`The steady state may take ${plan.recoverySeconds} s to come back.`, '');
  lines.push('IAM statements beside the policy of a run (clawcheck permissions):');
  lines.push(...JSON.stringify(plan.statements, null, 2).split('\n'), '');
  lines.push(
    `Nothing was contacted. clawcheck drill run ${plan.drill} --env ${environment} --confirm ${environment}`,
    '',
  );
  return lines.join('\n');
}

export function drillStatusCommand({ journal, json }: { readonly journal?: string; readonly json?: boolean }): void {
  const folder = journalFolder(journal);
  const lock = readLock(folder);
  const all = journalsIn(folder).map((path) => {
    const lines = readJournal(path);
    const begun = begunOf(lines);
    const ended = lines.findLast((line) => line.type === 'ended');
    const running = lock?.journal === path && isAlive(lock);
    const state = running ? 'running' : ended?.type === 'ended' ? ended.outcome : 'interrupted';
    const { drill = '', environment = '' } = begun ?? {};
    return { journal: path, drill, environment, begun: lines[0]?.at ?? '', state, open: openSteps(lines) };
  });
  if (json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else if (all.length === 0) process.stdout.write(`No drill has left a journal in ${folder}.\n`);
  else {
    const text = all.map(({ journal: path, drill, environment, begun, state, open }) => {
      const left = open.length === 0 ? 'nothing left' : `not undone: ${open.join(', ')}`;
      return inert(`${begun}  ${drill} of ${environment}: ${state}, ${left}  ${path}`, 2000);
    });
    say(process.stdout, `${text.join('\n')}\n`);
  }
  process.exitCode = exitCodeOf(all.some(({ open }) => open.length > 0) ? 'INCOMPLETE' : 'READY');
}
