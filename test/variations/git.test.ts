import { describe, expect, it } from 'vitest';
import { runScenario, statusesOf } from '../support/rig.ts';

const repository = '/repos/acme/openclaw-workspace';
const reviewed = 'soul-documents/reviewed-changes';

describe('a branch whose rules allow to delete it', () => {
  it.each<[string, unknown, string]>([
    ['passes as the default branch, which the git host deletes for nobody', { default_branch: 'main' }, 'pass'],
    ['fails as another branch', { default_branch: 'develop' }, 'fail'],
    ['is unknown where the repository cannot be read', undefined, 'unknown'],
    ['is unknown where the repository does not say', {}, 'unknown'],
  ])('%s', async (_, answer, status) => {
    const report = await runScenario([], {
      checks: [reviewed],
      change({ git }) {
        const protection = git[`${repository}/branches/main/protection`] as { allow_deletions: object };
        protection.allow_deletions = { enabled: true };
        git[`${repository}/rules/branches/main`] = [];
        if (answer) git[repository] = answer;
      },
    });
    expect(statusesOf(report)[reviewed]).toBe(status);
  });
});
