import type { EvalConfig } from '../probes/files/eval-configs.ts';
import type { EvalResults } from '../probes/files/eval-results.ts';
import type { RepositorySkill } from '../probes/files/skills.ts';
import { type EvalCase, isRunOf } from './eval-case.ts';

/** The newest results that a case was run in, whatever it came to. `results` are newest first. */
export function newestRun(configured: EvalCase, results: readonly EvalResults[]): EvalResults | undefined {
  return results.find(({ runs }) => runs.some((run) => isRunOf(configured, run.case)));
}

/** The cases that name a skill. */
export function casesOfSkill({ name }: RepositorySkill, configs: readonly EvalConfig[]): EvalCase[] {
  return configs.flatMap(({ cases }) => cases.filter(({ skill }) => skill === name));
}

/** Why the cases cannot be told: two skills have one name, or only a program knows them. */
export function whyUnclear(
  skills: readonly RepositorySkill[],
  configs: readonly EvalConfig[],
): { readonly reason: 'conflict' | 'not_found'; readonly message: string } | undefined {
  const names = skills.map(({ name }) => name);
  const shared = names.find((name, i) => names.indexOf(name) !== i);
  if (shared !== undefined) return { reason: 'conflict', message: `two skills are named ${shared}` };
  const { program } = configs.find((config) => config.program) ?? {};
  if (program === undefined) return undefined;
  return {
    reason: 'not_found',
    message: `${program}: a program, which is not run here; name the promptfoo that reads it in skills.promptfoo, or its JSON results after its folder`,
  };
}
