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

  it('are an error where one is answered in the place of another, and none where it is empty', async () => {
    const page = { Reservations: [1], NextToken: 'a' };
    expect(await reasonOf(page, { Reservations: [1] })).toBe('truncated');
    expect(await reasonOf(page, { Reservations: [2], NextToken: 'b' }, { Reservations: [1] })).toBe('truncated');
    const empty = ['a', 'b'].map((NextToken) => ({ Reservations: [], NextToken }));
    const { send } = pages(...empty, { ...page, NextToken: 'c' }, { Reservations: [2] });
    expect(await allPages(operation, {}, send)).toEqual({ Reservations: [1, 2] });
  });

  describe('that end at a full page', () => {
    const listed = ['a', 'b', 'c', 'd', 'e', 'f'];
    /** A service that gives as many as are asked for; `keeps`: how often a token comes through. */
    const service = (all: readonly string[], keeps = Number.POSITIVE_INFINITY) => {
      let tokens = 0;
      return async (_: string, given: object) => {
        const { MaxResults, NextToken } = given as { MaxResults: number; NextToken?: string };
        const from = Number(NextToken ?? 0);
        const end = from + MaxResults;
        const more = end < all.length && ++tokens <= keeps;
        return { SecretList: all.slice(from, end), ...(more && { NextToken: String(end) }) };
      };
    };
    const read = (send: Parameters<typeof allPages>[2], rows: number) =>
      allPages('secretsmanager:ListSecrets', {}, send, rows);

    it('are read again in shorter ones, and believed where those end there too', async () => {
      for (const rows of [1, 2, 3, 4, 5, 6, 7]) {
        expect(await read(service(listed), rows)).toEqual({ SecretList: listed });
      }
    });

    it.each([
      [2, 0],
      [2, 1],
      [3, 0],
      [5, 0],
    ])('of %i are not believed where a token was lost after %i', async (rows, keeps) => {
      await expect(read(service(listed, keeps), rows)).rejects.toMatchObject({ reason: 'truncated' });
    });

    it('are believed of a service that gives everything, whatever is asked for', async () => {
      expect(await read(async () => ({ SecretList: listed }), 6)).toEqual({ SecretList: listed });
    });
  });

  it('end after a bounded number', async () => {
    let n = 0;
    const send = async () => ({ Reservations: [], NextToken: `t${n++}` });
    await expect(allPages(operation, {}, send)).rejects.toMatchObject({ reason: 'truncated' });
    expect(n).toBeLessThanOrEqual(500);
  });
});
