import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { count, some } from '../../src/model/text.ts';
import { type GatewayState, type Readiness, readiness } from '../../src/probes/gateway/readiness.ts';

const slowestMs = 5000;

const meanings: Readonly<Record<GatewayState, (seen: Readiness) => string>> = {
  ready: () => 'ready',
  'not-ready': ({ status, failing }) =>
    `not ready (${status})${failing.length > 0 ? `; it names: ${some(failing)}` : ''}`,
  draining: ({ status }) => `draining (${status}): it is stopping and takes no more work`,
  starting: ({ waitedSeconds }) => `still starting after ${count(waitedSeconds, 'second')}`,
  'another-server': ({ status, contentType }) =>
    contentType === 'html' ? `${status} with a page, not with the state of a gateway` : `${status} with another body`,
  frozen: () => 'says ready, but its uptime stands still: a page, not a process',
  'not-listening': ({ waitedSeconds }) => `nothing listens on the port after ${count(waitedSeconds, 'second')}`,
};

export default check({
  title: 'The gateway says that it is ready',
  failureTitle: 'The gateway is not ready',
  why: 'A web server that answers proves nothing: only the gateway itself knows whether it can work.',
  trap: 'Status 200 counts; a gateway answers any path with a page and 200, and another program on the port can do so as well.',
  remediation:
    'See the log of the gateway for what it names as failing; if a page answered, see what else listens on the port.',
  needs: { readiness },
  judge({ readiness }, { environment }) {
    const subject = `GET /readyz on port ${environment.gateway.port}`;
    const state: Finding<'readiness'> = {
      fact: 'readiness',
      subject,
      expected: 'a JSON body that says ready, from a process whose uptime advances',
      observed: meanings[readiness.state](readiness),
      ok: readiness.state === 'ready',
    };
    if (!state.ok) return judgeAll([state]);
    const { elapsedMs } = readiness;
    const inTime = {
      fact: 'readiness',
      subject,
      expected: `an answer within ${slowestMs} ms`,
      observed: `${elapsedMs} ms`,
      ok: true,
    } as const;
    if (elapsedMs <= slowestMs) return judgeAll([state, inTime]);
    // The time is taken here: it does not tell a slow gateway from a slow way to it.
    const late = `ready, but two answers took more than ${slowestMs} ms: the gateway, the connection or this machine is slow`;
    return undetermined('timeout', late, [inTime]);
  },
});
