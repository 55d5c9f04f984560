import { ago, isYoungerThan, minuteMs } from '../../src/judging/age.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { logEvents } from '../../src/probes/aws/log-events.ts';

export default check({
  title: 'Gateway and session logs reach CloudWatch from every instance',
  failureTitle: 'Logs do not reach CloudWatch',
  why: 'A log that stays on the instance is gone with the instance.',
  trap: 'The log group has events: those of another instance, or of yesterday.',
  remediation:
    'Have the CloudWatch agent on each instance ship the log to the group, with {instance_id} in the name of the stream, and check its role and the path of the file.',
  needs: { logEvents },
  judge({ logEvents }, { environment, now }) {
    const kinds = ['gateway', 'session'].filter((kind) => !logEvents.some((log) => log.kind === kind));
    const findings = logEvents.flatMap(({ name, maxAgeMinutes, exists, read, newest }): Finding<'logEvents'>[] => {
      const expected = `newest event of each instance within ${maxAgeMinutes} minutes`;
      if (!exists) {
        return [{ fact: 'logEvents', subject: name, expected, observed: 'the log group does not exist', ok: false }];
      }
      return Object.entries(newest).map(([instance, at]) => ({
        fact: 'logEvents',
        subject: `${name} ${instance}`,
        expected,
        observed: at ? `newest event ${ago(at, now)}` : `none of this instance among ${read} events`,
        ok: at !== undefined && isYoungerThan(at, maxAgeMinutes * minuteMs, now),
      }));
    });
    const judgement = judgeAll(findings, { empty: 'no instance is in service that could log' });
    if (judgement.outcome !== 'pass' || kinds.length === 0) return judgement;
    const configured = environment.monitoring.logGroups.length;
    const message = `none of the ${configured} log groups of the environment file is of the kind ${kinds.join(' or ')}`;
    return undetermined('not_configured', message, judgement.evidence);
  },
});
