import { gitProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { head, repositoryOf } from './head.ts';

/** Path in the repository of each file of the deployed commit, with its git blob. Links and submodules have other modes. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
}

export const tree = gitProbe({
  id: 'git/tree',
  needs: { head },
  async gather(git, { head }, context): Promise<readonly TreeEntry[]> {
    const { base } = repositoryOf(context);
    const answer = await git.get(`${base}/git/trees/${head.tree}?recursive=1`);
    const { sha, tree, truncated } = (answer ?? {}) as { sha?: unknown; tree?: unknown; truncated?: unknown };
    if (truncated === true) throw new ProbeError('truncated', 'the git host shows only a part of the tree');
    if (sha !== head.tree || truncated !== false || !Array.isArray(tree)) throw malformed();
    return tree.flatMap((entry: Readonly<Record<string, unknown>> | null) => {
      const { path, mode, type, sha: blob } = entry ?? {};
      if (typeof path !== 'string' || typeof mode !== 'string' || typeof blob !== 'string') throw malformed();
      return type === 'tree' ? [] : [{ path, mode, blob }];
    });
  },
});

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'the tree of the git host is not of the documented form');
}
