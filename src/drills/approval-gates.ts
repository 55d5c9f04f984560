import { controlFailed, trialControls, trialFindings } from '../judging/gate-trials.ts';
import { approvalRehearsal } from '../probes/gateway/approval-rehearsal.ts';
import { gateCanary } from '../probes/gateway/gate-canary.ts';
import { drill, type Expectation, gatewayMove } from './drill.ts';
import { pickInstance } from './members.ts';
import { gatewayReady } from './steady.ts';

/** What the move found out, as it stands in the journal. */
function found(id: string, claim: string): Expectation {
  return {
    id,
    claim,
    from: 'what was done on the host, and the history of the gateway',
    patience: () => 0,
    async look({ values }) {
      const [outcome, ...observed] = (values[id] ?? '').split(': ');
      return outcome === 'ok' || outcome === 'wrong'
        ? { ok: outcome === 'ok', observed: observed.join(': ') }
        : undefined;
    },
  };
}

/** Harmless actions through the real gates: nothing is done until a person says so. */
export const approvalGates = drill({
  title: 'A high-stakes action waits for a human',
  why: 'A gate that is configured and does not hold is worse than none: people rely on it.',
  effects: [
    'Has an agent try harmless commands (touch on a file in /tmp), and the canary of each gate that names one: a few model calls.',
    'Whoever approves is notified as for any request. Files and sessions are removed; the decisions stay in the history.',
  ],
  missing: ({ approvalGates: { gates } }) => (gates.length > 0 ? [] : ['a gate in approvalGates.gates']),
  steady: { 'gateway-ready': gatewayReady },
  prepare: pickInstance,
  method: () => [
    {
      id: 'try-gates',
      title: 'Try each gate: denied, left to expire, allowed once',
      moves: [
        gatewayMove({
          command: 'chat.send for each agent that must be gated; exec.approval.resolve deny, then allow-once',
          async send(world) {
            const needs = { canary: gateCanary, rehearsal: approvalRehearsal };
            const { canary = [], rehearsal } = await world.facts(needs, world.values['address'], true);
            const findings = trialFindings(canary);
            const wrong = findings.filter(({ ok }) => !ok);
            const { accepted, listed, reopened, unanswered } = rehearsal;
            const holds = accepted && !reopened && unanswered !== 'allowed';
            const said = (ok: boolean, text: string) => `${ok ? 'ok' : 'wrong'}: ${text}`;
            const controls = controlFailed(canary) ? [] : trialControls(canary);
            return {
              ...(findings.length > 0 && {
                blocked: said(
                  wrong.length === 0,
                  (wrong.length > 0 ? wrong : findings).map((f) => `${f.subject}: ${f.observed}`).join('; '),
                ),
              }),
              // Without the control that what was nobody's to do shows nothing: then nothing is said.
              ...(controls.length > 0 && { control: said(true, controls.map(({ observed }) => observed).join('; ')) }),
              surfaced: said(listed?.mayDeny === true, listed ? 'listed as pending' : 'not listed as pending'),
              record: said(holds, `denied stays denied: ${!reopened}; unanswered: ${unanswered}`),
            };
          },
        }),
      ],
      expect: [
        found('surfaced', 'a request is listed as pending'),
        found('record', 'a denied request stays denied, and one that nobody answers is not allowed'),
        found('blocked', 'nothing is done unless a person allows it'),
        found('control', 'what was allowed once is done'),
      ],
    },
  ],
  recovery: () => 60,
});
