import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { realWaiting } from '../../ports/waiting.ts';
import { agentTurn } from '../gateway/agent-turn.ts';

/** Whether a log group has the marker of the agent's turn. */
export interface MarkedLog {
  readonly name: string;
  readonly kind: 'gateway' | 'session';
  readonly exists: boolean;
  readonly found: boolean;
  /** Seconds for which was looked, from the end of the turn; rounded. */
  readonly seconds: number;
}

/** Looked again after these seconds, and the last of them from then on. */
const pauses = [2, 4, 8, 15] as const;
const minute = 60_000;

/**
 * The marker of the agent's turn in each session log, or failing those in each of the gateway: undefined without a turn. Asked again until every
 * session log has it, for up to `monitoring.logArrivalSeconds`.
 */
export const markedEvents = awsProbe({
  id: 'aws/marked-events',
  needs: { turn: agentTurn },
  async gather(
    aws,
    { turn },
    { environment, now, signal, waiting = realWaiting('', signal) },
  ): Promise<readonly MarkedLog[] | undefined> {
    if (!turn) return undefined;
    const { logGroups, logArrivalSeconds } = environment.monitoring;
    const all = logGroups.flatMap(({ name, kind }) => (kind === 'other' ? [] : [{ name, kind }]));
    // What is said in sessions belongs in their log; the gateway's has it only where there is no other.
    const sessions = all.filter(({ kind }) => kind === 'session');
    const logs = sessions.length > 0 ? sessions : all;
    const results = new Map<string, MarkedLog>();
    let seconds = 0;
    for (let look = 0; ; look += 1) {
      // Equal calls are made once a run: each look starts a millisecond earlier.
      const startTime = now.getTime() - minute - look;
      // One group after the other: the service takes five of these calls a second from an account.
      for (const log of logs) {
        if (results.get(log.name)?.found) continue;
        const found = await has(aws, log.name, turn.marker, startTime);
        results.set(log.name, { ...log, exists: found !== undefined, found: found === true, seconds });
      }
      const left = logArrivalSeconds - seconds;
      const looked = [...results.values()];
      if (!looked.some(({ exists, found }) => exists && !found) || left <= 0) return looked;
      const pause = Math.min(pauses[Math.min(look, pauses.length - 1)] ?? left, left);
      await waiting.wait(pause * 1000);
      seconds += pause;
    }
  },
});

/** Undefined where the group does not exist. A filter in quotes is a phrase; the service's word for it is not taken. */
async function has(
  aws: AwsPort,
  logGroupName: string,
  marker: string,
  startTime: number,
): Promise<boolean | undefined> {
  const input = { logGroupName, startTime, filterPattern: `"${marker}"` };
  const answer = await aws.find('logs:FilterLogEvents', input);
  if (!answer) return undefined;
  return (answer.events ?? []).some(({ message }) => {
    if (message === undefined) throw new ProbeError('bad_response', 'a log event was answered without its message');
    return message.includes(marker);
  });
}
