import type { EvalCase } from '../../judging/eval-case.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { FilesPort } from '../../ports/files.ts';
import { casesOf, type Dict, isDict } from './eval-document.ts';

export interface EvalRun {
  readonly case: EvalCase;
  readonly passed: boolean;
  /** promptfoo's own word: 0 none, 1 an assertion, 2 an error. */
  readonly failureReason: number | undefined;
  readonly provider: { readonly id: string; readonly label: string };
  /** The answer is one of an earlier evaluation: nobody was asked. */
  readonly cached?: boolean;
}

export interface EvalResults {
  readonly path: string;
  /** When the evaluation was made. */
  readonly at: Date;
  /** `metadata.commit` of the file, or of every case in it; undefined where it is not recorded. */
  readonly commit: string | undefined;
  readonly successes: number;
  readonly failures: number;
  readonly errors: number;
  readonly runs: readonly EvalRun[];
}

const malformed = (what: string) =>
  new ProbeError('bad_response', `a file of promptfoo results ${what}`, {
    next: 'Write it anew with promptfoo eval -o FILE.json.',
  });

/**
 * Every file of promptfoo results beside the environment file (version 3), newest first; with consent also those of an
 * evaluation of every configuration in this run.
 */
export const evalResults = filesProbe({
  id: 'files/eval-results',
  async gather(files, _facts, { environment, runEvals }): Promise<readonly EvalResults[]> {
    const paths = await files.glob(environment.skills.evalResults.replace(/^\.\//, ''));
    const read = paths.map(async (path): Promise<EvalResults> => {
      const text = await files.read(path);
      if (text === undefined) throw new ProbeError('conflict', 'a file of promptfoo results was gone when it was read');
      return parseResults(text, path);
    });
    const now = runEvals
      ? (await files.glob(environment.skills.evalConfigs.replace(/^\.\//, ''))).map((path) => evaluated(files, path))
      : [];
    return (await Promise.all([...read, ...now])).sort((a, b) => b.at.getTime() - a.at.getTime());
  },
});

async function evaluated({ evaluate }: FilesPort, path: string): Promise<EvalResults> {
  if (!evaluate) throw new ProbeError('not_configured', 'skills.promptfoo names no program');
  return parseResults(await evaluate(path, 'run'), `${path}, evaluated in this run`);
}

export function parseResults(text: string, path: string): EvalResults {
  let top: unknown;
  try {
    top = JSON.parse(text);
  } catch {
    throw malformed('is not JSON');
  }
  const results = isDict(top) ? top['results'] : undefined;
  if (!isDict(top) || !isDict(results) || results['version'] !== 3) throw malformed('is not of version 3');
  const { timestamp, stats, results: list } = results;
  if (typeof timestamp !== 'string' || !isDict(stats) || !Array.isArray(list))
    throw malformed('has no time, counts or list');
  const at = new Date(timestamp);
  if (!/^\d{4}-\d\d-\d\dT/.test(timestamp) || Number.isNaN(at.getTime())) throw malformed('has a time that is none');
  const runs = list.map((entry) => runOf(entry, path));
  const counts = {
    successes: count(stats, 'successes'),
    failures: count(stats, 'failures'),
    errors: count(stats, 'errors'),
  };
  if (counts.successes + counts.failures + counts.errors !== runs.length) {
    throw new ProbeError('conflict', 'a file of promptfoo results counts other than it lists');
  }
  return { path, at, commit: commitOf(top, runs), ...counts, runs };
}

function runOf(entry: unknown, path: string): EvalRun {
  if (!isDict(entry)) throw malformed('has a result that is not a mapping');
  const { testCase, success, provider, gradingResult, failureReason, error, response } = entry;
  if (!isDict(testCase) || typeof success !== 'boolean' || !isDict(provider))
    throw malformed('has a result without case');
  const graded = !isDict(gradingResult) || gradingResult['pass'] === true;
  // The vars of a result are one combination already: a list in them is a value.
  const [merged] = casesOf({ ...testCase, vars: {} }, {}, path);
  if (!merged) throw malformed('has a result without case');
  return {
    case: { ...merged, vars: isDict(testCase['vars']) ? testCase['vars'] : {} },
    passed: success && graded && (failureReason === undefined || failureReason === 0) && !error,
    failureReason: typeof failureReason === 'number' ? failureReason : undefined,
    provider: { id: String(provider['id'] ?? ''), label: String(provider['label'] ?? '') },
    ...(isDict(response) && response['cached'] === true && { cached: true }),
  };
}

function count(stats: Dict, name: string): number {
  const value = stats[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw malformed(`has no count of ${name}`);
  return value;
}

function commitOf(top: Dict, runs: readonly EvalRun[]): string | undefined {
  const { metadata } = top;
  const stated = isDict(metadata) && typeof metadata['commit'] === 'string' ? metadata['commit'] : undefined;
  const all = new Set(runs.map((run) => run.case.commit));
  const [first] = all;
  const ofCases = all.size === 1 ? first : undefined;
  if (stated && ofCases && stated !== ofCases)
    throw new ProbeError('conflict', 'a file of promptfoo results names two commits');
  return stated ?? ofCases;
}
