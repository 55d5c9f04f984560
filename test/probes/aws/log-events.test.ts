import { describe, expect, it } from 'vitest';
import type { ProbeContext } from '../../../src/model/probe.ts';
import type { AwsPort } from '../../../src/ports/aws.ts';
import { logEvents } from '../../../src/probes/aws/log-events.ts';
import { sharedPrefix } from '../../../src/probes/aws/log-groups.ts';
import { goodEnvironment, now } from '../../support/rig.ts';

const id = 'i-0a1b2c3d4e5f60001';
const group = { Instances: [{ InstanceId: id, LifecycleState: 'InService' }] };
const minutesAgo = (minutes: number) => now.getTime() - minutes * 60_000;

/** Answers like the service, from the events that lie between the two times, and notes what it was asked for. */
function serviceOf(events: readonly { logStreamName: string; timestamp: number; message: string }[]) {
  const asked: { startTime: number; endTime?: number }[] = [];
  const find = async (_: string, input: { startTime: number; endTime?: number }) => {
    asked.push(input);
    const { startTime, endTime = Number.POSITIVE_INFINITY } = input;
    return { events: events.filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime) };
  };
  return { asked, aws: { find } as unknown as AwsPort };
}

async function newestOf(aws: AwsPort, kind: 'gateway' | 'session') {
  const changes = { 'monitoring.logGroups': [{ name: 'log', kind, maxAgeMinutes: 60 }] };
  const context = { environment: goodEnvironment(changes), now } as unknown as ProbeContext;
  const [fact] = await logEvents.gather(aws, { group } as never, context);
  return fact?.newest[id];
}

const event = (logStreamName: string, minutes: number, message = 'ready') => {
  return { logStreamName, timestamp: minutesAgo(minutes), message };
};

describe('logEvents', () => {
  it.each([
    ['the stream is the instance', [event(id, 2)], 2],
    ['the stream names it', [event(`gateway/${id}/1`, 2)], 2],
    ['the message names it', [event('all', 2, `{"instanceId":"${id}"}`)], 2],
    ['the newest counts', [event(id, 4), event(id, 2), event(id, 3)], 2],
    ['an older one, behind the first minutes', [event(id, 40), event('i-0dec00000000000a1', 1)], 40],
    ['a longer id is another instance', [event(`${id}2`, 2)], undefined],
    ['an id that ends like it is another instance', [event(`x${id}`, 2)], undefined],
    ['older than allowed', [event(id, 61)], undefined],
    ['nothing', [], undefined],
  ])('%s', async (_, events, minutes) => {
    const newest = await newestOf(serviceOf(events).aws, 'gateway');
    expect(newest?.getTime()).toBe(minutes === undefined ? undefined : minutesAgo(minutes));
  });

  it('reads no more than the last minutes where they show every instance', async () => {
    const { asked, aws } = serviceOf([event(id, 2)]);
    await newestOf(aws, 'gateway');
    expect(asked.map(({ startTime }) => startTime)).toEqual([minutesAgo(5)]);
  });

  it('reads the whole allowed age of a log of sessions', async () => {
    const { asked, aws } = serviceOf([event(id, 2)]);
    await newestOf(aws, 'session');
    expect(asked.map(({ startTime }) => startTime)).toEqual([minutesAgo(60)]);
  });

  it('takes an event without time or stream for a bad answer', async () => {
    const aws = { find: async () => ({ events: [{ message: id }] }) } as unknown as AwsPort;
    await expect(newestOf(aws, 'gateway')).rejects.toMatchObject({ reason: 'bad_response' });
  });
});

describe('sharedPrefix', () => {
  it.each([
    [['/openclaw/prod/gateway', '/openclaw/prod/session'], ['/openclaw/prod/']],
    [['/openclaw/prod/gateway'], ['/openclaw/prod/gateway']],
    [
      ['/openclaw/a', '/openclaw/b'],
      ['/openclaw/a', '/openclaw/b'],
    ],
    [
      ['/aws/lambda/a', '/openclaw/prod/b'],
      ['/aws/lambda/a', '/openclaw/prod/b'],
    ],
    [['same', 'same'], ['same']],
  ])('%j is asked as %j', (names, prefixes) => {
    expect(sharedPrefix(names)).toEqual(prefixes);
  });
});
