import { gitProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { repositoryOf } from './head.ts';

/**
 * Whether an approval that a workflow gives with its own token counts as a review: then whoever may push a branch gets
 * one from a workflow on it. https://docs.github.com/rest/actions/permissions#get-default-workflow-permissions-for-a-repository
 */
export const workflowApprovals = gitProbe<boolean | ProbeError>({
  id: 'git/workflow-approvals',
  lost: (error) => error,
  async gather(git, _facts, context) {
    const { base } = repositoryOf(context);
    const answer = await git.get(`${base}/actions/permissions/workflow`);
    const { can_approve_pull_request_reviews: may } = (answer ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof may === 'boolean') return may;
    throw new ProbeError(
      answer ? 'bad_response' : 'access_denied',
      'the git host does not show whether workflows may approve pull requests',
      { next: 'Give the token read access to the administration of the repository.' },
    );
  },
});
