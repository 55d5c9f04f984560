import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { logGroups } from '../../src/probes/aws/log-groups.ts';

export default check({
  title: 'Logs are kept as long as the client needs',
  failureTitle: 'Logs are not kept as the client needs',
  why: 'What happened can be reconstructed only from logs that are still there.',
  trap: 'A log group that does not exist has no wrong retention, and a missing setting is read as a number.',
  remediation:
    'Set the retention of each log group to at least the required days, and give it a KMS key where one is required.',
  needs: { logGroups },
  judge({ logGroups }, { environment }) {
    const { retentionDays, retentionForever, logKeyRequired } = environment.monitoring;
    return judgeAll(
      logGroups.flatMap(({ name, group }): Finding<'logGroups'>[] => {
        const seen = (expected: string, observed: string, ok: boolean): Finding<'logGroups'> => {
          return { fact: 'logGroups', subject: name, expected, observed, ok };
        };
        if (!group) return [seen('a log group', 'does not exist', false)];
        const days = group.retentionInDays;
        const kept = days === undefined ? retentionForever : days >= retentionDays;
        const orForever = retentionForever ? ', or for ever' : '';
        const findings = [
          seen(
            `kept for at least ${retentionDays} days${orForever}`,
            days === undefined ? 'never expires' : `${days} days`,
            kept,
          ),
        ];
        if (group.logGroupClass === 'DELIVERY')
          findings.push(seen('a class that can be read', 'class DELIVERY', false));
        if (logKeyRequired) {
          const key = group.kmsKeyId;
          findings.push(seen('encrypted with a KMS key of your own', key ?? 'no key', key !== undefined && key !== ''));
        }
        return findings;
      }),
    );
  },
});
