import { expect, it } from 'vitest';
import type { AwsPort } from '../../../src/ports/aws.ts';
import { markedEvents } from '../../../src/probes/aws/marked-events.ts';
import { contextOf } from '../gateway/support.ts';

const needs = { turn: { marker: 'clawcheck-n-i-1' } } as never;
type Input = { logGroupName: string; startTime: number; filterPattern: string };

/** Answers the session log with `messages`, one list a look; the last for ever. */
function awsWith(messages: readonly (readonly (string | undefined)[])[]) {
  const inputs: Input[] = [];
  const find = async (_operation: string, input: Input) => {
    inputs.push(input);
    if (!input.logGroupName.endsWith('/session')) return { events: [] };
    const look = inputs.filter(({ logGroupName }) => logGroupName === input.logGroupName).length;
    return { events: (messages[Math.min(look, messages.length) - 1] ?? []).map((message) => ({ message })) };
  };
  return { aws: { find } as unknown as AwsPort, inputs };
}

it('looks again, never with an equal call, until the session log has the marker', async () => {
  const { aws, inputs } = awsWith([[], ['x clawcheck-n-i-1 y']]);
  const logs = await markedEvents.gather(aws, needs, contextOf());
  expect(logs).toMatchObject([{ kind: 'session', found: true }]);
  expect(inputs.every(({ filterPattern }) => filterPattern === '"clawcheck-n-i-1"')).toBe(true);
  expect(new Set(inputs.map((input) => JSON.stringify(input))).size).toBe(2);
});

it('does not take the word of the service for what an event says', async () => {
  const { aws } = awsWith([['clawcheck-n-i-2']]);
  const logs = await markedEvents.gather(aws, needs, contextOf({ 'monitoring.logArrivalSeconds': 1 }));
  expect(logs?.map(({ found }) => found)).toEqual([false]);
  const blank = awsWith([[undefined]]).aws;
  await expect(markedEvents.gather(blank, needs, contextOf())).rejects.toMatchObject({ reason: 'bad_response' });
});

it('does not wait for a log that does not exist, nor look without a turn', async () => {
  const aws = { find: async () => undefined } as unknown as AwsPort;
  const logs = await markedEvents.gather(aws, needs, contextOf());
  expect(logs?.map(({ exists, seconds }) => [exists, seconds])).toEqual([[false, 0]]);
  const refuse = { find: () => Promise.reject(new Error('asked')) } as unknown as AwsPort;
  expect(await markedEvents.gather(refuse, { turn: undefined } as never, contextOf())).toBeUndefined();
});
