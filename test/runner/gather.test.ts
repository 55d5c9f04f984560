import { describe, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import type { Probe } from '../../src/model/probe.ts';
import { longestChainFirst, probesOf } from '../../src/runner/gather.ts';
import { allChecks } from '../../src/runner/plan.ts';

describe('the order in which probes are asked', () => {
  const probe = (id: string, needs: Record<string, Probe<unknown>> = {}) =>
    ({ id, needs }) as unknown as Probe<unknown>;

  it('begins with the longest chain, and keeps the order of those that wait as long', () => {
    const [a, b] = [probe('a'), probe('b')];
    const c = probe('c', { a, b });
    const d = probe('d', { c, a });
    const other = probe('other', { b });
    expect(longestChainFirst([a, other, b, c, d]).map(({ id }) => id)).toEqual(['d', 'other', 'c', 'a', 'b']);
  });

  it('has every probe once, and each before what it waits for', () => {
    const all = probesOf(allChecks(registry).map(({ check }) => check.needs));
    const order = longestChainFirst(all);
    expect(new Set(order)).toEqual(all);
    expect(order).toHaveLength(all.size);
    for (const [i, one] of order.entries())
      for (const need of Object.values(one.needs)) expect(order.indexOf(need as Probe<unknown>)).toBeGreaterThan(i);
  });
});
