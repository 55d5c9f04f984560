import { describe, expect, it } from 'vitest';
import { allPages } from '../../../src/adapters/aws/aws.ts';
import { ProbeError } from '../../../src/model/reason.ts';

const operation = 'ec2:DescribeInstances';

function pages(...answers: (object | undefined)[]) {
  const inputs: object[] = [];
  return {
    inputs,
    send: async (_: string, input: object) => {
      inputs.push(input);
      return answers[Math.min(inputs.length, answers.length) - 1];
    },
  };
}

async function reasonOf(...answers: (object | undefined)[]) {
  const { send } = pages(...answers);
  const error = await allPages(operation, {}, send).then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ProbeError);
  return error.reason;
}

describe('the pages of an answer', () => {
  it('are joined to the last', async () => {
    const { send, inputs } = pages(
      { Reservations: [1], NextToken: 'a' },
      { Reservations: [2], NextToken: 'b' },
      { Reservations: [3] },
    );
    expect(await allPages(operation, { Filters: [] }, send)).toEqual({ Reservations: [1, 2, 3] });
    expect(inputs).toEqual([{ Filters: [] }, { Filters: [], NextToken: 'a' }, { Filters: [], NextToken: 'b' }]);
  });

  it('keep an empty set that was said to be empty', async () => {
    expect(await allPages(operation, {}, pages({ Reservations: [] }).send)).toEqual({ Reservations: [] });
  });

  it('are an error where a member is absent: the SDK makes that of HTML, of an empty body and of {}', async () => {
    expect(await reasonOf({})).toBe('bad_response');
    expect(await reasonOf({ Reservations: null })).toBe('bad_response');
    expect(await reasonOf({ Reservations: [1], NextToken: 'a' }, {})).toBe('bad_response');
  });

  it('are an error where the same token comes again, or a page is gone', async () => {
    expect(await reasonOf({ Reservations: [1], NextToken: 'a' })).toBe('truncated');
    expect(await reasonOf({ Reservations: [1], NextToken: 'a' }, { Reservations: [2], NextToken: 'a' })).toBe(
      'truncated',
    );
    expect(await reasonOf({ Reservations: [1], NextToken: 'a' }, undefined)).toBe('truncated');
  });

  it('end after a bounded number', async () => {
    let n = 0;
    const send = async () => ({ Reservations: [], NextToken: `t${n++}` });
    await expect(allPages(operation, {}, send)).rejects.toMatchObject({ reason: 'truncated' });
    expect(n).toBeLessThanOrEqual(500);
  });
});
