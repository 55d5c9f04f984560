import { posix } from 'node:path';
import { blobOf } from '../../judging/branch-files.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { tree } from '../git/tree.ts';
import { evalConfigs } from './eval-configs.ts';
import type { Dict } from './eval-document.ts';
import { evalWorkflow } from './eval-workflow.ts';

/** A file with variables that promptfoo takes up where it is started. */
export interface EvalDotenv {
  readonly path: string;
  readonly env: Dict;
}

/**
 * The `.env` files of the branch where steps of the workflow run, and at or above the configurations, where scripts may
 * go first. One that is only here is not read: it may hold credentials.
 */
export const evalDotenv = filesProbe({
  id: 'files/eval-dotenv',
  needs: { evalWorkflow, evalConfigs, tree },
  async gather(files, { evalWorkflow, evalConfigs, tree }): Promise<readonly EvalDotenv[]> {
    const folders = evalWorkflow?.jobs.flatMap(({ steps }) => steps.map(({ folder }) => posix.normalize(folder))) ?? [];
    const within = [...folders, ...evalConfigs.map(({ path }) => posix.dirname(path))].map((f) => `${f}/`);
    return Promise.all(
      tree
        .filter(({ path }) => /(^|\/)\.env$/.test(path))
        .filter(({ path }) => path === '.env' || within.some((folder) => folder.startsWith(posix.join(path, '../'))))
        .map(async ({ path, blob }) => {
          const text = await files.read(path);
          if (text !== undefined && blobOf(text) === blob) return { path, env: variablesOf(text) };
          throw new ProbeError('conflict', `${path} is not here as the branch has it`, {
            next: 'Run from a clean checkout of the deployed branch.',
          });
        }),
    );
  },
});

function variablesOf(dotenv: string): Dict {
  const lines = dotenv.matchAll(/^\s*(?:export\s+)?(\w+)\s*[=:]\s*["'`]?([^"'`#\n]*)/gm);
  return Object.fromEntries([...lines].map(([, name, value = '']) => [name, value.trim()]));
}
