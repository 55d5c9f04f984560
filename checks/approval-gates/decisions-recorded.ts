import { trialRecords } from '../../src/judging/gate-trials.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { approvalRehearsal } from '../../src/probes/gateway/approval-rehearsal.ts';
import type { RecordedDecision } from '../../src/probes/gateway/decisions.ts';
import { gateCanary } from '../../src/probes/gateway/gate-canary.ts';

export default check({
  title: 'Who decided what, and when, is on record',
  failureTitle: 'A decision is not on record',
  why: 'After an incident the first question is who let it happen.',
  trap: 'Requests are on record, without who decided them.',
  remediation: 'Update the gateway: its approval history keeps each decision with time and decider for 30 days.',
  needs: { rehearsal: approvalRehearsal, canary: gateCanary },
  judge({ rehearsal: { ids, denied, expired }, canary = [] }) {
    const entry = (id: string, record: RecordedDecision | undefined, status: string, by: string, ok: boolean) => {
      const at = record?.resolvedAtMs === undefined ? 'no time' : new Date(record.resolvedAtMs).toISOString();
      const finding: Finding<'rehearsal'> = {
        fact: 'rehearsal',
        subject: `request ${id}, added to the history by this run`,
        expected: `${status}, with time and decider (${by})`,
        observed: record ? `${record.status}, ${at}, decided by ${record.resolver}` : 'not in the history',
        ok: ok && record?.status === status && isTimed(record),
      };
      return finding;
    };
    const decider = denied !== undefined && ['device', 'channel', 'runtime'].includes(denied.resolver);
    return judgeAll<'rehearsal' | 'canary'>([
      ...trialRecords(canary),
      entry(ids.denied, denied, 'denied', 'the client that denied it', decider && denied.reason === 'user'),
      entry(
        ids.expired,
        expired,
        'expired',
        'the gateway',
        expired?.resolver === 'system' && expired.reason === 'timeout',
      ),
    ]);
  },
});

function isTimed({ createdAtMs, resolvedAtMs }: RecordedDecision): boolean {
  return resolvedAtMs !== undefined && createdAtMs > 0 && resolvedAtMs >= createdAtMs;
}
