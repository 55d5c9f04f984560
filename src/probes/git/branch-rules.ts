import { gitProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { GitPort } from '../../ports/git.ts';
import { head, repositoryOf } from './head.ts';

/** Who is exempt: `name` where the host gives one, `type:id` or the type alone. */
export interface Bypass {
  readonly name: string | undefined;
  readonly id: string;
}

export interface RequiredCheck {
  readonly name: string;
  /** The app that has to report it; undefined where any may. */
  readonly app: number | undefined;
}

/** What the branch protection or one ruleset demands of a change. */
export interface BranchRules {
  /** `branch protection`, `ruleset NAME`, or `default branch`. */
  readonly from: string;
  /** Undefined where no pull request is needed. */
  readonly reviews: number | undefined;
  readonly dismissesStale: boolean;
  /** Whether one of the reviews has to be of an owner that a file of the repository names for what is changed. */
  readonly byOwners: boolean;
  readonly adminsExempt: boolean;
  readonly forbidsForcePush: boolean;
  /** A branch that is deleted and pushed anew has whatever commits its pusher likes. */
  readonly forbidsDeletion: boolean;
  /** Undefined where the git host does not show them. */
  readonly bypass: readonly Bypass[] | undefined;
  readonly requiredChecks: readonly RequiredCheck[];
  /** The paths of workflows of this repository that have to pass as a whole. */
  readonly requiredWorkflows?: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Nobody knows who is exempt. */
export const bypassHidden = () =>
  new ProbeError('access_denied', 'the git host does not show who may bypass a ruleset', {
    next: 'Give the token write access to the administration of the repository, which showing bypass actors needs.',
  });

const malformed = (what: string) => new ProbeError('bad_response', `the git host answered ${what} of another form`);

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(what);
  return value as Json;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(what);
  return value;
}

/** Everything that is in force on the deployed branch: the branch protection, and each ruleset. */
export const branchRules = gitProbe({
  id: 'git/branch-rules',
  needs: { head },
  async gather(git, { head }, context): Promise<readonly BranchRules[]> {
    const { base, encodedBranch } = repositoryOf(context);
    const [protection, rules] = await Promise.all([
      git.get(`${base}/branches/${encodedBranch}/protection`),
      git.get(`${base}/rules/branches/${encodedBranch}`),
    ]);
    const found = protection === undefined ? [] : [protectionRules(object(protection, 'a branch protection'))];
    const byRuleset = new Map<number, Json[]>();
    for (const rule of rules === undefined ? [] : list(rules, 'rules')) {
      const { ruleset_id: id } = object(rule, 'a rule');
      if (typeof id !== 'number') throw malformed('a rule');
      byRuleset.set(id, [...(byRuleset.get(id) ?? []), object(rule, 'a rule')]);
    }
    found.push(
      ...(await Promise.all([...byRuleset].map(([id, rules]) => rulesetRules(git, base, id, rules, head.branch)))),
    );
    // Who may not see the bypass actors of a ruleset is told too that there is no branch protection.
    if (found.length > 0 && found.every(({ bypass }) => bypass === undefined)) throw bypassHidden();
    if (found.length === 0 && head.protected !== false) {
      throw new ProbeError('access_denied', 'the branch is protected, but the token may not see how', {
        next: 'Give the token read access to the administration of the repository.',
      });
    }
    if (found.length > 0 && !found.some(({ forbidsDeletion }) => forbidsDeletion)) {
      const { default_branch: name } = object(await git.get(`${base}`), 'a repository');
      if (typeof name !== 'string') throw malformed('a repository');
      if (name === head.branch) found.push(ofDefaultBranch);
    }
    return found;
  },
});

/** The git host deletes the default branch for nobody. */
const ofDefaultBranch: BranchRules = {
  from: 'default branch',
  reviews: undefined,
  dismissesStale: false,
  byOwners: false,
  adminsExempt: false,
  forbidsForcePush: false,
  forbidsDeletion: true,
  bypass: [],
  requiredChecks: [],
};

function protectionRules(protection: Json): BranchRules {
  const reviews = protection['required_pull_request_reviews'];
  const review = reviews === undefined || reviews === null ? undefined : object(reviews, 'required reviews');
  const enabled = (key: string): boolean => {
    const value = object(protection[key], key)['enabled'];
    if (typeof value !== 'boolean') throw malformed(key);
    return value;
  };
  const status = protection['required_status_checks'];
  return {
    from: 'branch protection',
    reviews: review && count(review['required_approving_review_count']),
    dismissesStale: review?.['dismiss_stale_reviews'] === true,
    byOwners: review?.['require_code_owner_reviews'] === true,
    adminsExempt: !enabled('enforce_admins'),
    forbidsForcePush: !enabled('allow_force_pushes'),
    forbidsDeletion: !enabled('allow_deletions'),
    bypass: review?.['bypass_pull_request_allowances'] ? allowances(review['bypass_pull_request_allowances']) : [],
    requiredChecks: status ? statusChecks(object(status, 'required status checks')) : [],
  };
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw malformed('a number of reviews');
  return value;
}

function allowances(value: unknown): Bypass[] {
  const actors = object(value, 'a list of exemptions');
  const of = (key: string, type: string, name: string) =>
    list(actors[key] ?? [], key).map((actor): Bypass => {
      const found = object(actor, 'an exemption');
      if (typeof found[name] !== 'string') throw malformed('an exemption');
      return { name: found[name], id: `${type}:${String(found['id'] ?? found[name])}` };
    });
  return [...of('users', 'User', 'login'), ...of('teams', 'Team', 'slug'), ...of('apps', 'Integration', 'slug')];
}

function statusChecks({ checks, contexts }: Json): RequiredCheck[] {
  if (Array.isArray(checks)) return checks.map((one) => requiredCheck(object(one, 'a status check'), 'app_id'));
  return list(contexts, 'status checks').map((name) => ({ name: String(name), app: undefined }));
}

function requiredCheck(value: Json, appKey: string): RequiredCheck {
  const { context } = value;
  const app = value[appKey];
  if (typeof context !== 'string') throw malformed('a status check');
  return { name: context, app: typeof app === 'number' && app > 0 ? app : undefined };
}

async function rulesetRules(
  git: GitPort,
  base: string,
  id: number,
  rules: readonly Json[],
  branch: string,
): Promise<BranchRules> {
  const answer = await git.get(`${base}/rulesets/${id}`);
  if (answer === undefined) throw new ProbeError('not_found', 'a ruleset of the branch cannot be read');
  const { name, enforcement, bypass_actors: actors } = object(answer, 'a ruleset');
  if (typeof name !== 'string' || enforcement !== 'active') throw malformed('a ruleset');
  const parameters = (type: string) =>
    rules.filter((rule) => rule['type'] === type).map((rule) => object(rule['parameters'], 'the parameters of a rule'));
  const reviews = parameters('pull_request').map((p) => count(p['required_approving_review_count']));
  const workflows = parameters('workflows')
    .flatMap((p) => list(p['workflows'], 'workflows'))
    .map((one) => object(one, 'a workflow'));
  // One of another repository, branch or commit has the same path, and other content.
  const own = workflows.length > 0 ? object(await git.get(base), 'a repository')['id'] : undefined;
  return {
    from: `ruleset ${name}`,
    requiredWorkflows: workflows.flatMap(({ path, repository_id: of, ref = null, sha = null }) => {
      const isOwn = typeof of === 'number' && of === own && sha === null;
      return typeof path === 'string' && isOwn && [null, `refs/heads/${branch}`].includes(ref as string) ? [path] : [];
    }),
    reviews: reviews.length > 0 ? Math.max(...reviews) : undefined,
    dismissesStale: parameters('pull_request').some((p) => p['dismiss_stale_reviews_on_push'] === true),
    byOwners: parameters('pull_request').some((p) => p['require_code_owner_review'] === true),
    adminsExempt: false,
    forbidsForcePush: rules.some((rule) => rule['type'] === 'non_fast_forward'),
    forbidsDeletion: rules.some((rule) => rule['type'] === 'deletion'),
    // Left out for those who may not change the ruleset, such as one of the organization.
    bypass: (actors === undefined ? undefined : list(actors, 'bypass actors'))?.map((actor) => {
      const { actor_type: type, actor_id: id } = object(actor, 'an exemption');
      if (typeof type !== 'string') throw malformed('an exemption');
      return { name: undefined, id: typeof id === 'number' ? `${type}:${id}` : type };
    }),
    requiredChecks: parameters('required_status_checks')
      .flatMap((p) => list(p['required_status_checks'], 'status checks'))
      .map((one) => requiredCheck(object(one, 'a status check'), 'integration_id')),
  };
}
