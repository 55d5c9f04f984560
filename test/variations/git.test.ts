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

describe('a ruleset of the organization, whose exemptions the token may not see', () => {
  const checks = [reviewed, 'skills/regressions-block-merge'];
  const statuses = async (change: (git: Record<string, unknown>) => void) =>
    Object.values(
      statusesOf(
        await runScenario([], {
          checks,
          change({ git }) {
            const rule = { ruleset_source_type: 'Organization', ruleset_source: 'acme', ruleset_id: 70 };
            (git[`${repository}/rules/branches/main`] as unknown[]).push({ type: 'non_fast_forward', ...rule });
            git[`${repository}/rulesets/70`] = {
              id: 70,
              name: 'all',
              source_type: 'Organization',
              enforcement: 'active',
            };
            change(git);
          },
        }),
      ),
    );

  it('takes nothing from a branch protection that demands all of it', async () => {
    expect(await statuses(() => {})).toEqual(['pass', 'pass']);
  });

  it('decides nothing where it alone forbids something', async () => {
    expect(
      await statuses((git) => {
        Object.assign(git[`${repository}/branches/main/protection`] as object, {
          allow_force_pushes: { enabled: true },
        });
      }),
    ).toEqual(['unknown', 'pass']);
  });

  it('is of no known form where it has something else than a list', async () => {
    expect(
      await statuses((git) => Object.assign(git[`${repository}/rulesets/70`] as object, { bypass_actors: null })),
    ).toEqual(['unknown', 'unknown']);
  });
});

describe('runs of the evaluations whose branch or state the git host leaves out', () => {
  const ids = ['skills/evals-on-pull-request', 'skills/scheduled-evals'];
  const statuses = async (from: number) =>
    Object.values(
      statusesOf(
        await runScenario([], {
          checks: ids,
          change({ git }) {
            for (const [path, answer] of Object.entries(git)) {
              if (!path.includes('/runs?')) continue;
              const { workflow_runs: runs } = answer as { workflow_runs: Record<string, unknown>[] };
              for (const run of runs.slice(from)) Object.assign(run, { head_branch: null, status: null });
            }
          },
        }),
      ),
    );

  it('count for what they say', async () => expect(await statuses(1)).toEqual(['pass', 'pass']));
  it('are none of the deployed branch', async () => expect(await statuses(0)).toEqual(['pass', 'fail']));
});
