import { describe, expect, it } from 'vitest';
import { CallBudget } from '../../../src/adapters/aws/budget.ts';

const operation = 'ec2:DescribeInstances';

function budgetAt() {
  const clock = { ms: 0 };
  return { clock, budget: new CallBudget(() => clock.ms) };
}
const take = (budget: CallBudget, n: number) => Array.from({ length: n }, () => budget.reserve(operation));

describe('the budget of calls', () => {
  it('lets a single run through without waiting', () => {
    expect(Math.max(...take(budgetAt().budget, 50))).toBe(0);
  });

  it('makes more calls wait for their turn, and fills up with time', () => {
    const { budget, clock } = budgetAt();
    take(budget, 50);
    expect(take(budget, 3)).toEqual([100, 200, 300]);
    clock.ms = 60_000;
    expect(Math.max(...take(budget, 50))).toBe(0);
  });

  it('is of each operation alone', () => {
    const { budget } = budgetAt();
    take(budget, 80);
    expect(budget.reserve('ec2:DescribeVolumes')).toBe(0);
  });

  it('halves the rate of what was throttled, never to nothing, and gives it back as calls are answered', () => {
    const { budget, clock } = budgetAt();
    budget.throttled(operation);
    expect(budget.reserve(operation)).toBe(200);
    for (let i = 0; i < 20; i += 1) budget.throttled(operation);
    expect(budget.throttledCalls).toBe(21);
    clock.ms = 1_000_000;
    take(budget, 50);
    expect(budget.reserve(operation)).toBe(2000);
    for (let i = 0; i < 40; i += 1) budget.answered(operation);
    clock.ms += 1_000_000;
    take(budget, 50);
    expect(budget.reserve(operation)).toBe(100);
  });

  it('ends the wait when the run ends', async () => {
    const { budget } = budgetAt();
    for (let i = 0; i < 30; i += 1) budget.throttled(operation);
    const stop = new AbortController();
    const waiting = budget.take(operation, stop.signal);
    stop.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
  });
});
