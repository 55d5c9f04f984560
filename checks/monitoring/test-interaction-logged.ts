import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { markedEvents } from '../../src/probes/aws/marked-events.ts';
import { agentTurn } from '../../src/probes/gateway/agent-turn.ts';

export default check({
  title: 'A test interaction shows up in the logs',
  failureTitle: 'A test interaction does not show up in the logs',
  why: 'Only a message that was sent and found shows that a conversation can be looked up later.',
  trap: 'Any message in the log counts, though it is not the one that was sent.',
  remediation:
    'Ship what is said in sessions to the session log group: recent gateways keep it in a database, so export it (diagnostics.otel with captureContent, or a scheduled export) instead of a file.',
  attestable: true,
  needs: { turn: agentTurn, logs: markedEvents },
  judge({ turn, logs }, { environment }) {
    if (!turn || !logs) {
      const next = 'set monitoring.agentTurn, which costs one model call a run, or have it stated';
      return undetermined('not_drilled', `no message was sent to an agent: ${next}`);
    }
    const sessions = logs.filter(({ kind }) => kind === 'session');
    const needed = sessions.length > 0 ? sessions : logs;
    const found = needed.filter((log) => log.found);
    // One session log of several may be that of another agent.
    const findings = (found.length > 0 ? found : needed).map((log): Finding<'logs' | 'turn'> => {
      const observed = `${log.found ? 'found after' : 'not found within'} ${log.seconds} seconds`;
      return {
        fact: 'logs',
        subject: log.name,
        expected: `the message that was sent, within ${environment.monitoring.logArrivalSeconds} seconds`,
        observed: log.exists ? observed : 'the log group does not exist',
        ok: log.found,
      };
    });
    const judgement = judgeAll(findings, {
      empty: 'the environment file names no log of the gateway or of sessions',
    });
    if (judgement.outcome === 'fail' && turn.status !== 'ok') {
      return undetermined('no_control', 'the message is in no log, but its turn failed too', judgement.evidence);
    }
    return judgement;
  },
});
