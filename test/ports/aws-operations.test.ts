import { expect, it } from 'vitest';
import { unusedOperations } from '../../scripts/testing-aws-page.ts';

it('allows no operation that no probe calls: the IAM policy is printed from the list', () => {
  expect(unusedOperations()).toEqual([]);
});
