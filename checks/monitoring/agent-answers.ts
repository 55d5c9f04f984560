import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { type AgentTurn, agentTurn } from '../../src/probes/gateway/agent-turn.ts';

const faults = {
  'read-only': 'the turn died on a read-only file system',
  model: 'the turn died because the model provider refused',
  other: 'the turn ended with an error',
} as const;

export default check({
  title: 'The agent answers',
  failureTitle: 'The agent does not answer',
  why: 'A gateway can say that it is ready while every turn of its agents dies.',
  trap: 'The health endpoint is taken for the agent, whose every turn may die on its read-only workspace.',
  remediation:
    'See the log of the gateway for the turn. Where it could not write to the read-only workspace, deploy every bootstrap file there or set agents.defaults.skipBootstrap.',
  attestable: true,
  needs: { turn: agentTurn },
  judge({ turn }, { environment }) {
    if (!turn) {
      const next = 'set monitoring.agentTurn, which costs one model call a run, or have it stated';
      return undetermined('not_drilled', `no message was sent to an agent: ${next}`);
    }
    const seconds = environment.monitoring.agentTurnSeconds;
    const findings: Finding<'turn'>[] = [
      {
        fact: 'turn',
        subject: turn.sessionKey,
        expected: `a message is answered within ${seconds} seconds`,
        observed: described(turn, seconds),
        ok: turn.status === 'ok' && turn.replied !== false,
      },
    ];
    return judgeAll(findings);
  },
});

function described({ status, fault, replied }: AgentTurn, seconds: number): string {
  if (status === 'unfinished') return `no end of the turn after ${seconds} seconds; it was stopped`;
  if (status === 'error') return faults[fault ?? 'other'];
  if (replied === false) return 'the turn ended without an answer';
  return replied ? 'answered' : 'the turn ended without an error';
}
