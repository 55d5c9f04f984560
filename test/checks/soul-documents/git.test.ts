import { describe, expect, it } from 'vitest';
import matchesGit from '../../../checks/soul-documents/matches-git.ts';
import reviewedChanges from '../../../checks/soul-documents/reviewed-changes.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { BranchRules } from '../../../src/probes/git/branch-rules.ts';
import { judgeFacts } from '../../support/judge.ts';

const head = { branch: 'main', commit: 'c'.repeat(40), tree: 't', protected: true };

describe('reviewed-changes', () => {
  const good: BranchRules = {
    from: 'branch protection',
    reviews: 1,
    dismissesStale: false,
    byOwners: false,
    adminsExempt: false,
    forbidsForcePush: true,
    forbidsDeletion: true,
    bypass: [],
    requiredChecks: [],
  };
  const judge = (rules: readonly BranchRules[], changes = {}, workflows: boolean | ProbeError = false) =>
    judgeFacts(reviewedChanges, { rules, head, workflows }, changes).outcome;
  const mallory = { name: 'mallory', id: 'User:5' };

  it.each<[string, readonly BranchRules[], string]>([
    ['a review', [good], 'pass'],
    ['no rule', [], 'fail'],
    ['no pull request', [{ ...good, reviews: undefined }], 'fail'],
    ['a pull request without review', [{ ...good, reviews: 0 }], 'fail'],
    ['administrators exempt', [{ ...good, adminsExempt: true }], 'fail'],
    ['force push', [{ ...good, forbidsForcePush: false }], 'fail'],
    ['deletion', [{ ...good, forbidsDeletion: false }], 'fail'],
    [
      'deletion, forbidden by another rule',
      [
        { ...good, forbidsDeletion: false },
        { ...good, reviews: undefined },
      ],
      'pass',
    ],
    [
      'deletion, forbidden by a rule with an exemption',
      [
        { ...good, forbidsDeletion: false },
        { ...good, reviews: undefined, bypass: [{ name: 'bot', id: 'Integration:1' }] },
      ],
      'fail',
    ],
    ['somebody exempt', [{ ...good, bypass: [mallory] }], 'fail'],
    ['a lax rule beside a strict one: they add up', [{ ...good, reviews: 0, adminsExempt: true }, good], 'pass'],
    [
      'force push forbidden by another rule',
      [
        { ...good, forbidsForcePush: false },
        { ...good, reviews: undefined },
      ],
      'pass',
    ],
    [
      'force push forbidden by another rule that exempts somebody',
      [
        { ...good, forbidsForcePush: false },
        { ...good, reviews: undefined, bypass: [mallory] },
      ],
      'fail',
    ],
    [
      'half in one rule, half in another',
      [
        { ...good, bypass: [mallory] },
        { ...good, reviews: 0 },
      ],
      'fail',
    ],
  ])('%s', (_, rules, outcome) => expect(judge(rules)).toBe(outcome));

  const hidden = { ...good, from: 'ruleset of the organization', bypass: undefined };
  const owned = { ...good, byOwners: true };
  const lost = new ProbeError('access_denied', 'not shown');

  it.each<[string, readonly BranchRules[], string]>([
    ['beside one that demands all of it', [hidden, good], 'pass'],
    ['that alone demands a review', [hidden, { ...good, reviews: undefined }], 'undetermined'],
    ['that alone forbids a deletion', [hidden, { ...good, forbidsDeletion: false }], 'undetermined'],
    [
      'that demands no review either',
      [
        { ...hidden, reviews: 0 },
        { ...good, reviews: undefined },
      ],
      'fail',
    ],
  ])('a rule whose exemptions are hidden, %s', (_, rules, outcome) => expect(judge(rules)).toBe(outcome));

  it.each<[string, readonly BranchRules[], boolean | ProbeError, string]>([
    ['one that is all', [good], true, 'fail'],
    ['one of two', [{ ...good, reviews: 2 }], true, 'pass'],
    ['one that is all, beside a rule that demands two', [good, { ...good, reviews: 2 }], true, 'pass'],
    ['one, where an owner may have to give it', [owned], true, 'undetermined'],
    ['one of an owner, with somebody exempt', [{ ...owned, bypass: [mallory] }], true, 'fail'],
    ['perhaps one that is all', [good], lost, 'undetermined'],
    ['perhaps one of two', [{ ...good, reviews: 2 }], lost, 'pass'],
    ['perhaps one, with somebody exempt', [{ ...good, bypass: [mallory] }], lost, 'fail'],
    ['perhaps one, where exemptions are hidden', [hidden], lost, 'undetermined'],
    ['one that is all, where exemptions are hidden', [hidden], true, 'fail'],
  ])('a workflow may give a review: %s', (_, rules, workflows, outcome) =>
    expect(judge(rules, {}, workflows)).toBe(outcome),
  );

  it('counts reviews of workflows beside those that are demanded', () => {
    const two = { ...good, reviews: 2 };
    expect(judge([two], { 'git.minimumReviews': 2 }, true)).toBe('fail');
    expect(judge([{ ...two, reviews: 3 }], { 'git.minimumReviews': 2 }, true)).toBe('pass');
  });

  it('counts reviews as configured, and exempts whom the file names', () => {
    expect(judge([good], { 'git.minimumReviews': 2 })).toBe('fail');
    expect(judge([{ ...good, bypass: [mallory] }], { 'git.approvedBypass': ['mallory'] })).toBe('pass');
    expect(judge([{ ...good, bypass: [mallory] }], { 'git.approvedBypass': ['User:5'] })).toBe('pass');
    expect(judge([{ ...good, bypass: [mallory] }], { 'git.approvedBypass': ['User:6'] })).toBe('fail');
    expect(judge([{ ...good, adminsExempt: true }], { 'git.approvedBypass': ['mallory'] })).toBe('fail');
  });
});

describe('matches-git', () => {
  const documents = ['SOUL.md', 'IDENTITY.md', 'AGENTS.md'];
  const deployed = documents.map((path, i) => ({ path, blob: `${i}`.repeat(40) }));
  const tree = deployed.map(({ path, blob }) => ({ path: `workspace/${path}`, mode: '100644', blob }));
  const judge = (there: readonly unknown[], reviewed: readonly unknown[] = tree, changes = {}, skills: object[] = []) =>
    judgeFacts(matchesGit, { deployed: there, elsewhere: { skills }, tree: reviewed, head }, changes).outcome;

  it.each<[string, readonly unknown[], readonly unknown[], string]>([
    ['the same', deployed, tree, 'pass'],
    ['other content', [{ path: 'SOUL.md', blob: 'f'.repeat(40) }, ...deployed.slice(1)], tree, 'fail'],
    ['a link', [{ path: 'SOUL.md', blob: undefined }, ...deployed.slice(1)], tree, 'fail'],
    ['a link in the repository', deployed, [{ ...tree[0], mode: '120000' }, ...tree.slice(1)], 'fail'],
    ['missing on the instance', deployed.slice(1), tree, 'fail'],
    ['missing in the repository', deployed, tree.slice(1), 'fail'],
    ['extra on the instance', [...deployed, { path: 'TOOLS.md', blob: 'f'.repeat(40) }], tree, 'fail'],
    ['extra with the content of another document', [...deployed, { ...deployed[0], path: 'X.md' }], tree, 'fail'],
    [
      'not deployed, and no document',
      deployed,
      [...tree, { path: 'workspace/README.md', mode: '100644', blob: 'e' }],
      'pass',
    ],
    ['nothing on the instance', [], tree, 'fail'],
    ['nothing in the repository', deployed, [], 'undetermined'],
  ])('%s', (_, there, reviewed, outcome) => expect(judge(there, reviewed)).toBe(outcome));

  it('finds the skills of the workspace in their own folder of the repository', () => {
    const blob = 'd'.repeat(40);
    const withSkill = [...deployed, { path: 'skills/a/SKILL.md', blob }];
    expect(judge(withSkill, [...tree, { path: 'skills/a/SKILL.md', mode: '100644', blob }])).toBe('pass');
    expect(judge(withSkill, [...tree, { path: 'skills/a/SKILL.md', mode: '100644', blob: 'e' }])).toBe('fail');
    expect(judge(withSkill)).toBe('fail');
  });

  it('compares skills outside the workspace as well', () => {
    const blob = 'd'.repeat(40);
    const reviewed = [...tree, { path: 'skills/a/SKILL.md', mode: '100644', blob }];
    const managed = (more: object) => [{ root: 'managed', folder: 'a', files: [{ path: 'SKILL.md', blob, ...more }] }];
    expect(judge(deployed, reviewed, {}, managed({}))).toBe('pass');
    expect(judge(deployed, reviewed, {}, managed({ blob: 'e'.repeat(40) }))).toBe('fail');
    expect(judge(deployed, reviewed, {}, managed({ blob: undefined }))).toBe('fail');
    expect(judge(deployed, reviewed, {}, managed({ path: 'more.sh' }))).toBe('fail');
    expect(judge(deployed, tree, {}, managed({}))).toBe('fail');
    const link = [...tree, { path: 'skills/a/SKILL.md', mode: '120000', blob }];
    expect(judge(deployed, link, {}, managed({}))).toBe('fail');
    const atTheTop = [...tree, { path: 'skills/SKILL.md', mode: '100644', blob }];
    expect(judge(deployed, atTheTop, {}, [{ ...managed({})[0], folder: '' }])).toBe('pass');
    // Those of the workspace are among its documents.
    expect(judge(deployed, tree, {}, [{ ...managed({})[0], root: 'workspace' }])).toBe('pass');
  });

  it('compares with the top of the repository where the documents are there', () => {
    const top = tree.map((entry) => ({ ...entry, path: entry.path.slice('workspace/'.length) }));
    for (const path of ['', '.', './', '/']) {
      expect(judge(deployed, top, { 'soulDocuments.repositoryPath': path })).toBe('pass');
    }
    expect(judge(deployed, top)).toBe('undetermined');
  });

  it.each(['./workspace', 'workspace/', '/workspace', './/workspace//', './workspace/.'])(
    'takes %s for the folder',
    (path) => {
      expect(judge(deployed, tree, { 'soulDocuments.repositoryPath': path })).toBe('pass');
    },
  );

  it.each(['deep//workspace', 'deep/./workspace/', '/deep/workspace'])('takes %s for a folder in a folder', (path) => {
    const deep = tree.map((entry) => ({ ...entry, path: `deep/${entry.path}` }));
    expect(judge(deployed, deep, { 'soulDocuments.repositoryPath': path })).toBe('pass');
  });

  it.each(['./agent/skills', 'agent/skills//', './agent/skills/'])('finds the skills in %s', (directory) => {
    const blob = 'd'.repeat(40);
    const there = [...deployed, { path: 'skills/a/SKILL.md', blob }];
    const reviewed = [...tree, { path: 'agent/skills/a/SKILL.md', mode: '100644', blob }];
    expect(judge(there, reviewed, { 'skills.directory': directory })).toBe('pass');
    expect(judge([...deployed, { path: 'a/SKILL.md', blob }], reviewed, { 'skills.directory': directory })).toBe(
      'fail',
    );
  });
});
