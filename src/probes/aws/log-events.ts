import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { secretsIn } from '../../judging/secret-search.ts';
import { readSessionEvent, type SessionEvent } from '../../judging/session-event.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { group } from './group.ts';

export interface LogEventsFact {
  readonly name: string;
  readonly kind: 'gateway' | 'session' | 'other';
  readonly maxAgeMinutes: number;
  readonly exists: boolean;
  /** Events that were read, of whatever origin. */
  readonly read: number;
  /** For each instance in service the time of its newest event among those. */
  readonly newest: Readonly<Record<string, Date | undefined>>;
  /** What the events of a session log are, without their text. Empty for other logs. */
  readonly session: readonly SessionEvent[];
  /** What was looked through for credentials: the newest of those events. */
  readonly searched: SearchedEvents;
}

export interface SearchedEvents {
  readonly events: number;
  readonly characters: number;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  /** By form of credential, in how many events it is. What they say is not kept. */
  readonly found: Readonly<Record<string, number>>;
}

const minute = 60_000;
const recentMinutes = 5;
const mostSearched = 4 * 1024 * 1024;

/**
 * The newest events of each configured log group, by the instance that they are from: its id is part of the stream's
 * name or of the message. Events are asked for by time, because the last event time of a stream may lag by an hour.
 * First the last minutes; the whole allowed age only where an instance was not heard, or for a log of sessions.
 */
export const logEvents = awsProbe({
  id: 'aws/log-events',
  needs: { group },
  async gather(aws, { group }, { environment, now }): Promise<readonly LogEventsFact[]> {
    const ids = group.Instances.filter((i) => i.LifecycleState === 'InService').flatMap((i) => i.InstanceId ?? []);
    const facts: LogEventsFact[] = [];
    // One group after the other: the service takes five of these calls a second from an account.
    for (const configured of environment.monitoring.logGroups) {
      const { name, kind, maxAgeMinutes } = configured;
      const first = kind === 'session' ? maxAgeMinutes : Math.min(recentMinutes, maxAgeMinutes);
      let events = await eventsOf(aws, name, now.getTime() - first * minute, undefined);
      if (events && first < maxAgeMinutes && newestOf(ids, events).includes(undefined)) {
        const [from, to] = [now.getTime() - maxAgeMinutes * minute, now.getTime() - first * minute];
        events = [...events, ...((await eventsOf(aws, name, from, to)) ?? [])];
      }
      facts.push({
        ...configured,
        exists: events !== undefined,
        read: events?.length ?? 0,
        newest: Object.fromEntries(newestOf(ids, events ?? []).map((newest, i) => [ids[i], newest])),
        session: kind === 'session' ? (events ?? []).flatMap(({ message }) => readSessionEvent(message) ?? []) : [],
        searched: search(events ?? []),
      });
    }
    return facts;
  },
});

function search(all: readonly LogEvent[]): SearchedEvents {
  const found: Record<string, number> = {};
  const searched: LogEvent[] = [];
  let characters = 0;
  for (const event of [...all].sort((a, b) => b.timestamp - a.timestamp)) {
    if (characters > mostSearched) break;
    searched.push(event);
    characters += event.message.length;
    for (const rule of secretsIn(event.message)) found[rule] = (found[rule] ?? 0) + 1;
  }
  const time = (event: LogEvent | undefined) => event && new Date(event.timestamp);
  return { events: searched.length, characters, from: time(searched.at(-1)), to: time(searched[0]), found };
}

type LogEvent = FilteredLogEvent & { readonly timestamp: number; readonly message: string };

async function eventsOf(
  aws: AwsPort,
  logGroupName: string,
  startTime: number,
  endTime: number | undefined,
): Promise<LogEvent[] | undefined> {
  const window = { startTime, ...(endTime !== undefined && { endTime }) };
  const answer = await aws.find('logs:FilterLogEvents', { logGroupName, ...window });
  return answer?.events?.map((event) => {
    const { timestamp, message, logStreamName } = event;
    if (timestamp === undefined || message === undefined || !logStreamName) {
      throw new ProbeError('bad_response', 'a log event was answered without its time, stream or message');
    }
    return { ...event, timestamp, message };
  });
}

/** For each instance the time of its newest event: its id stands in the stream's name or the message, as a word. */
function newestOf(instances: readonly string[], events: readonly LogEvent[]): (Date | undefined)[] {
  const newest = new Map<string, number>();
  for (const { logStreamName, message, timestamp } of events) {
    for (const [, id = ''] of `${logStreamName} ${message}`.matchAll(/(?<![0-9A-Za-z])(?=(i-[0-9A-Za-z]+))/g))
      newest.set(id, Math.max(newest.get(id) ?? timestamp, timestamp));
  }
  return instances.map((id) => {
    const time = newest.get(id);
    return time === undefined ? undefined : new Date(time);
  });
}
