import { controlFailed, trialControls, trialFindings } from '../../src/judging/gate-trials.ts';
import { shown } from '../../src/judging/gateway-config.ts';
import { check, type Finding, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { approvalRehearsal } from '../../src/probes/gateway/approval-rehearsal.ts';
import { gateCanary } from '../../src/probes/gateway/gate-canary.ts';
import type { GateTrial } from '../../src/probes/gateway/gate-trial.ts';

const maxAgeDays = 30;
const dayMs = 86_400_000;

export default check({
  title: 'Nothing goes on without an approval',
  failureTitle: 'Something goes on without an approval',
  why: 'A gate that opens when nobody answers is no gate.',
  trap: 'The setting says deny; nobody tried what happens on a time-out, or afterwards to what was denied. A plugin that is enabled and runs counts as a gate, though it holds nothing back.',
  remediation: 'Set askFallback to deny, and update the gateway if a denied request can be allowed afterwards.',
  needs: { rehearsal: approvalRehearsal, canary: gateCanary },
  judge({ rehearsal, canary = [] }, { environment, now }) {
    const { ids, accepted, reopened, unanswered, denied, expired, allowedByPeople, ofPlugins } = rehearsal;
    const see = (id: string, expected: string, observed: string, ok: boolean): Finding<'rehearsal'> => {
      return { fact: 'rehearsal', subject: `request ${id}`, expected, observed, ok };
    };
    const findings: Finding<'rehearsal' | 'canary'>[] = [
      see(
        ids.denied,
        'denied, and on record as denied',
        !accepted ? 'not taken' : denied ? `${denied.status}, decision ${denied.decision}` : 'not on record',
        denied?.status === 'denied' && denied.decision === 'deny',
      ),
      see(ids.denied, 'cannot be allowed afterwards', reopened ? 'was allowed afterwards' : 'refused', !reopened),
      see(
        ids.expired,
        'nobody answers: not allowed',
        unanswered === 'allowed' ? 'allowed' : unanswered === 'none' ? 'no decision' : 'denied',
        unanswered !== 'allowed',
      ),
      see(
        ids.expired,
        'on record as expired',
        expired ? `${expired.status}, decision ${expired.decision}` : 'not on record',
        expired?.status === 'expired' && expired.decision === 'none',
      ),
      ...trialFindings(canary),
    ];
    const wrong = findings.filter(({ ok }) => !ok).map(bare);
    if (isNonEmpty(wrong)) return fail(wrong);
    const oldest = now.getTime() - maxAgeDays * dayMs;
    const real = allowedByPeople.filter(({ resolvedAtMs }) => resolvedAtMs !== undefined && resolvedAtMs >= oldest);
    const [latest] = real;
    const right = findings.map(bare);
    if (controlFailed(canary)) {
      return undetermined(
        'no_control',
        'what was allowed in the trial was not done either, so it shows nothing',
        right,
      );
    }
    // That a plugin is enabled and runs does not show that it holds anything back: only a request for its tool does.
    const idle = environment.approvalGates.gates.find(({ plugin, tool }) => {
      const asked = ofPlugins.some((one) => one.tool === tool && one.createdAtMs >= oldest);
      return plugin !== undefined && !asked && !canary.some((trial) => trial.tool === tool && heldBack(trial));
    });
    if (idle) {
      const message = `no request for ${shown(idle.tool)} was raised in ${maxAgeDays} days, so nothing shows that its plugin acts`;
      return undetermined(
        'not_drilled',
        `${message}; give its gate a canary and run with --active, or leave out the plugin where the tool is denied`,
        right,
      );
    }
    const done = trialControls(canary);
    if (isNonEmpty(done) && isNonEmpty(right)) return pass(right, done);
    if (!latest || !isNonEmpty(right)) {
      const message = `the control is missing: no request was approved by a person in ${maxAgeDays} days`;
      return undetermined(
        'not_drilled',
        `${message}; run with --active, or let the agent ask for a harmless command and approve it once`,
        right,
      );
    }
    const at = new Date(latest.resolvedAtMs ?? 0).toISOString();
    const control: Observation<'rehearsal'> = {
      fact: 'rehearsal',
      subject: 'approval history',
      expected: 'a request that a person approved went through the same gate',
      observed: `approved at ${at} through a ${latest.resolver}; whether the command then ran is not seen here`,
    };
    return pass(right, [control]);
  },
});

const heldBack = ({ attempts }: GateTrial) =>
  attempts.length > 0 && attempts.every(({ request, refused }) => request || refused);

function bare<F extends string>({ ok: _, ...observation }: Finding<F>): Observation<F> {
  return observation;
}
