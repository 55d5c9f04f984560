import { gitProbe, type ProbeContext } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';

export interface Head {
  readonly branch: string;
  /** The commit that the branch points to, 40 hex digits. */
  readonly commit: string;
  /** The tree of that commit. */
  readonly tree: string;
  /** Whether the host protects the branch in any way; undefined where only git was asked. */
  readonly protected: boolean | undefined;
}

/** `/repos/{owner}/{repo}` of the environment, nothing for the one repository of a remote, and its settings. */
export function repositoryOf({ environment }: Pick<ProbeContext, 'environment'>) {
  const { git } = environment;
  if (git?.repository === undefined && git?.remote === undefined) {
    throw new ProbeError('not_configured', 'the environment file names no git host', {
      next: 'Add git.repository, and a read token in the environment variable of git.tokenEnv; or git.remote.',
    });
  }
  return {
    ...git,
    base: git.repository === undefined ? '' : `/repos/${git.repository}`,
    encodedBranch: encodeURIComponent(git.branch),
  };
}

const isSha = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value);

/** The newest commit of the branch that is deployed. */
export const head = gitProbe({
  id: 'git/head',
  async gather(git, _facts, context): Promise<Head> {
    const { base, branch, encodedBranch } = repositoryOf(context);
    const answer = await git.get(`${base}/branches/${encodedBranch}`);
    if (answer === undefined) {
      throw new ProbeError('not_found', 'the repository has no branch of that name, or the token may not see it', {
        next: 'Compare git.repository or git.remote, and git.branch, with the git host.',
      });
    }
    const {
      name,
      commit,
      protected: isProtected,
    } = answer as {
      name?: unknown;
      protected?: unknown;
      commit?: { sha?: unknown; commit?: { tree?: { sha?: unknown } } };
    };
    const tree = commit?.commit?.tree?.sha;
    if (
      name !== branch ||
      (typeof isProtected !== 'boolean' && isProtected !== null) ||
      !isSha(commit?.sha) ||
      !isSha(tree)
    ) {
      throw new ProbeError('bad_response', 'the branch of the git host is not of the documented form');
    }
    return { branch, commit: commit.sha, tree, protected: isProtected ?? undefined };
  },
});
