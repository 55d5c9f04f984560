import { attestationOf } from '../../src/judging/attestation.ts';
import { failuresIn, newestRecord } from '../../src/judging/drill-record.ts';
import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { killSwitch } from '../../src/probes/aws/kill-switch.ts';
import { drillRecords } from '../../src/probes/files/drill-records.ts';

const runnable = ['Command', 'Automation'];

export default check({
  title: 'Anyone authorised can stop the agent at once without SSH',
  failureTitle: 'There is no kill switch that works',
  why: 'An agent that does harm has to be stopped by whoever notices, not by whoever has a key.',
  trap: 'A document of that name exists; it cannot be run, only lets running work end, or was last used a year ago.',
  remediation:
    'Create an SSM document or Lambda function that kills the gateway and keeps it from starting again, let the people on call run it, use it once, and have that stated.',
  attestable: true,
  needs: { killSwitch, drills: drillRecords },
  judge({ killSwitch, drills }, { environment, now }) {
    const { killSwitch: name = '', drillMaxAgeDays: days } = environment.monitoring;
    const seen = (expected: string, observed: string, ok: boolean): Finding<'killSwitch'> => {
      return { fact: 'killSwitch', subject: name, expected, observed, ok };
    };
    if (!killSwitch) return fail([seen('an SSM document or a Lambda function', 'neither exists', false)]);
    const failed = failuresIn(newestRecord(drills, 'kill-switch', days, now), ['stopped', 'stays-down'], now);
    if (isNonEmpty(failed)) return fail(failed);
    const { kind, type = '', active } = killSwitch;
    const findings = [seen('active', `${kind}, ${active ? 'active' : 'not active'}`, active)];
    if (kind === 'document') findings.push(seen('a document that can be run', type, runnable.includes(type)));
    const stated = attestationOf(environment, 'monitoring/kill-switch', now);
    if (stated) {
      findings.push(seen(`used within ${days} days`, `attested ${stated.ageDays} days ago`, stated.ageDays <= days));
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass') return judgement;
    const message = 'that it stops running work at once, and that nothing restarts it, shows only in its use';
    return undetermined('not_drilled', message, judgement.evidence);
  },
});
