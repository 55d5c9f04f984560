import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/demo/scenario.ts';
import { fixtures, now } from '../support/rig.ts';
import { changesOf, type SweptPort, saidIn, sweepOne, sweptRun } from './sweep.ts';

/** What says which deployment this is: another value there is another deployment, or one of which nobody knows. */
const identity: readonly (readonly [SweptPort, RegExp])[] = [
  ['aws', /^sts:GetCallerIdentity Account$/],
  ['aws', /^autoscaling:DescribeAutoScalingGroups AutoScalingGroups 0 Instances 0 InstanceId$/],
  ['host', /^host\/identity [123] 1$/],
];

describe('the sweep', () => {
  const scenario = loadScenario(fixtures, [], now);

  it('gives the same report each time, so that a change is the only difference', async () => {
    expect(saidIn(await sweptRun())).toBe(saidIn(await sweptRun()));
  });

  it.each(identity)('of %s finds no change of %s that leaves it READY', async (port, place) => {
    const good = saidIn(await sweptRun());
    const changes = changesOf(scenario, port).filter((change) => place.test(change.place));
    expect(changes.length).toBeGreaterThan(2);
    for (const change of changes)
      expect(await sweepOne(change, good), change.how).not.toMatchObject({ verdict: 'READY' });
  });

  it('changes one value at a time and nothing else', () => {
    const [change] = changesOf(scenario, 'git').filter(
      ({ place, how }) => /branches\/main protected$/.test(place) && how === 'turned',
    );
    const copy = structuredClone(scenario);
    change?.apply(copy);
    const [branch] = Object.entries(copy.git).filter(([path]) => path.endsWith('/branches/main'));
    expect(branch?.[1]).toMatchObject({ protected: false });
    expect({ ...copy, git: {} }).toEqual({ ...scenario, git: {} });
  });
});
