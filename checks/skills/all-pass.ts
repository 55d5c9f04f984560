import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { asserts, type EvalCase, isRunOf, labelOf } from '../../src/judging/eval-case.ts';
import { newestRun, whyUnclear } from '../../src/judging/eval-coverage.ts';
import { ofBranch } from '../../src/judging/eval-job.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { type EvalConfig, evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { type EvalResults, type EvalRun, evalResults } from '../../src/probes/files/eval-results.ts';
import { head } from '../../src/probes/git/head.ts';
import { tree } from '../../src/probes/git/tree.ts';

type Fact = 'results' | 'configs' | 'head';

export default check({
  title: 'Every evaluation case passed lately, on the commit that is deployed',
  failureTitle: 'Evaluation cases failed, are missing, or are out of date',
  why: 'Cases that are not run say nothing, and results of another state of the skills say nothing about this one.',
  trap: 'The results have no failure; they are of another commit or provider, leave cases out, or assert what is always true.',
  remediation:
    'Run promptfoo eval on the deployed branch for every configuration, mend what fails, and put the JSON results where skills.evalResults finds them.',
  needs: { configs: evalConfigs, results: evalResults, head, tree },
  judge({ configs, results, head, tree }, { environment, now }) {
    const days = environment.skills.resultsMaxAgeDays;
    const findings: Finding<Fact>[] = [];
    const used = new Set<EvalResults>();
    const unclear = whyUnclear([], configs);
    if (unclear) return undetermined(unclear.reason, unclear.message);
    for (const config of configs) {
      for (const configured of config.cases) findings.push(caseFinding(config, configured, results, used));
    }
    for (const file of used) {
      findings.push(
        {
          fact: 'results',
          subject: file.path,
          expected: `made within ${days} days`,
          observed: ago(file.at, now),
          ok: isYoungerThan(file.at, days * dayMs, now),
        },
        {
          fact: 'results',
          subject: file.path,
          expected: '0 failures, 0 errors',
          observed: `${file.failures} failures, ${file.errors} errors among ${file.runs.length} results`,
          ok: file.failures === 0 && file.errors === 0 && file.runs.every(({ passed }) => passed),
        },
      );
      if (file.commit === undefined) continue;
      findings.push({
        fact: 'head',
        subject: file.path,
        expected: `of commit ${head.commit.slice(0, 12)}, the head of ${head.branch}`,
        observed: `of commit ${file.commit.slice(0, 12)}`,
        ok: file.commit === head.commit,
      });
    }
    const judgement = judgeAll(findings, { empty: 'no evaluation case is configured' });
    const silent = [...used].find(({ commit }) => commit === undefined);
    const old = [...used].find(({ runs }) => runs.some(({ cached }) => cached));
    if (judgement.outcome === 'pass' && old) {
      const message = `all pass, but answers in ${old.path} are from the cache of promptfoo, so the agent was not asked; evaluate with --no-cache`;
      return undetermined('conflict', message, judgement.evidence);
    }
    if (judgement.outcome !== 'pass' || !silent) {
      return ofBranch(
        configs.flatMap(({ files }) => files),
        { tree, head },
        judgement,
      );
    }
    return undetermined(
      'not_found',
      `all pass, but ${silent.path} does not say of which commit it is; record metadata.commit as in docs/skills.md`,
      judgement.evidence,
    );
  },
});

function caseFinding(
  config: EvalConfig,
  configured: EvalCase,
  results: readonly EvalResults[],
  used: Set<EvalResults>,
): Finding<Fact> {
  const base = { fact: 'results' as const, subject: labelOf(configured), expected: 'run, passed, with an assertion' };
  const file = newestRun(configured, results);
  if (!file) return { ...base, observed: 'not in any results', ok: false };
  used.add(file);
  const runs = file.runs.filter((run) => isRunOf(configured, run.case));
  const failed = runs.filter(({ passed }) => !passed).length;
  if (failed > 0) return { ...base, observed: `${failed} of ${runs.length} runs failed in ${file.path}`, ok: false };
  if (![configured, ...runs.map((run) => run.case)].every(asserts)) {
    return { ...base, observed: `passed without an assertion that can fail in ${file.path}`, ok: false };
  }
  if (runs.some(({ provider }) => /^(exec:\s*)?(echo|printf)\b/.test(provider.id))) {
    return { ...base, observed: `run on echo, which repeats the prompt and asks no agent, in ${file.path}`, ok: false };
  }
  const absent = config.providers.find((provider) => !runs.some((run) => ranOn(run, provider)));
  if (absent !== undefined) return { ...base, observed: `not run on ${absent} in ${file.path}`, ok: false };
  return { ...base, observed: `passed in ${file.path}`, ok: true };
}

function ranOn({ provider }: EvalRun, wanted: string): boolean {
  return provider.id === wanted || provider.label === wanted;
}
