import { describe, expect, it } from 'vitest';
import { waitOf } from '../../src/progress/live.ts';

describe('the wait for a probe', () => {
  it.each([
    [0, 9, 'host/egress'],
    [1_999, 9, 'host/egress'],
    [2_000, 9, 'host/egress (at most 7 s more)'],
    [8_500, 9, 'host/egress (at most 1 s more)'],
    // Later than it may be: no promise any more, only how long it has been.
    [9_000, 9, 'host/egress (9 s)'],
    [12_345, undefined, 'host/egress (12 s)'],
  ])('after %i ms of at most %s s', (passed, seconds, text) => {
    expect(waitOf('host/egress', { since: 1_000, seconds }, 1_000 + passed)).toBe(text);
  });
});
