import { posix } from 'node:path';
import { blobOf } from '../../judging/branch-files.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { tree } from '../git/tree.ts';
import type { Dict } from './eval-document.ts';
import { evalWorkflow } from './eval-workflow.ts';

/** A file with variables that promptfoo takes up where it is started. */
export interface EvalDotenv {
  readonly path: string;
  readonly env: Dict;
}

/** The `.env` files of the branch where steps of the workflow run. One that is only here is not read: it may hold credentials. */
export const evalDotenv = filesProbe({
  id: 'files/eval-dotenv',
  needs: { evalWorkflow, tree },
  async gather(files, { evalWorkflow, tree }): Promise<readonly EvalDotenv[]> {
    const folders = evalWorkflow?.jobs.flatMap(({ steps }) => steps.map(({ folder }) => folder)) ?? [];
    const places = new Set(['.', ...folders].map((folder) => posix.join(folder, '.env')));
    return Promise.all(
      tree
        .filter(({ path }) => places.has(path))
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
