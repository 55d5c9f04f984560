import { describe, expect, it } from 'vitest';
import { isNamed, type Member, oneAccount, renamer } from '../bench/one-account.ts';
import { plainly } from '../src/demo/deployment.ts';
import { listFlaws, loadScenario, readFlaw, type Scenario } from '../src/demo/scenario.ts';
import { fixtures, now, reviveDates, runScenario, sdkError, statusesOf, type Tap } from './support/rig.ts';

/** What holds for all of an account: another deployment of it can bring or spoil it. */
const ofAccount: Readonly<Record<string, string>> = {
  'trail-data-only': 'the other trail records what this one leaves out',
  'trail-leaves-out-services': 'the other trail records what this one leaves out',
  'trail-none': 'there is another trail',
  'public-balancer-targets-address': 'it leads to the same address',
  'role-let-in-by-administrator': 'it lets in all roles of the organization',
  'secret-open-to-organization': 'all roles of the organization can read it',
  'secret-public': 'everybody can read it',
  'static-key-in-use': 'each key of a user whose name has openclaw in it counts',
  'static-key-inactive': 'each key of a user whose name has openclaw in it counts',
  'static-key-unused': 'each key of a user whose name has openclaw in it counts',
};

const flaws = listFlaws(fixtures).filter((id) => readFlaw(fixtures, id).aws && !ofAccount[id]);
const rename = renamer('env-002', 2);

function here(...flaws: readonly string[]): Member {
  const isNamedIn = (text: string) => /openclaw[-/]prod|-0[0-9a-f]{4}c3d[0-9a-f]{2}|-8000-000/.test(text);
  return { aws: plainly(loadScenario(fixtures, flaws, now)).aws, isNamedIn };
}

function neighbour(...flaws: readonly string[]): Member {
  const scenario = JSON.parse(rename(JSON.stringify(loadScenario(fixtures, flaws, now)))) as Scenario;
  return { aws: plainly(scenario).aws, isNamedIn: isNamed('env-002', 2) };
}

/** The answers of one account with both deployments in it. */
function both(...members: readonly Member[]): Tap {
  const account = oneAccount(members);
  return async (port, call, answer, input) => {
    if (port !== 'aws') return answer();
    const { output, error } = await account(call, input as Record<string, unknown>);
    if (error) throw sdkError(error.code, error.status ?? 400);
    return reviveDates(output);
  };
}

const ids = (statuses: Readonly<Record<string, string>>, status: string) =>
  Object.keys(statuses).filter((id) => statuses[id] === status);

describe('two deployments of one account', () => {
  it('are ready where both are good', async () => {
    expect((await runScenario([], { tap: both(here(), neighbour()) })).verdict).toBe('READY');
  });

  it('are judged each for itself: a good one takes no flaw away', { timeout: 180_000 }, async () => {
    const good = neighbour();
    const passed: string[] = [];
    for (const flaw of flaws) {
      const { expects } = readFlaw(fixtures, flaw);
      const statuses = statusesOf(await runScenario([flaw], { tap: both(here(flaw), good) }));
      passed.push(...ids(expects, 'fail').flatMap((id) => (statuses[id] === 'pass' ? [`${flaw}: ${id}`] : [])));
    }
    expect(passed).toEqual([]);
  });

  it('are judged each for itself: what is wrong with one fails for no other', { timeout: 180_000 }, async () => {
    const good = here();
    const failed: string[] = [];
    for (const flaw of flaws) {
      const statuses = statusesOf(await runScenario([], { tap: both(good, neighbour(flaw)) }));
      failed.push(...ids(statuses, 'fail').map((id) => `${flaw}: ${id}`));
    }
    expect(failed).toEqual([]);
  });
});
