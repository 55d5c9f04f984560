import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { deploymentKeys } from '../../src/probes/aws/access-keys.ts';
import { secretAges } from '../../src/probes/aws/secret-versions.ts';

export default check({
  title: 'Secrets and keys are renewed in time, and unused keys are gone',
  failureTitle: 'A secret or key is too old, or an unused key is still there',
  why: 'A value that leaked is worth something only until it is renewed.',
  trap: 'The date of the last change counts, though only the description was edited.',
  remediation:
    'Rotate what is too old (a rotation schedule in Secrets Manager does it for you), and delete inactive and unused access keys.',
  needs: { secretAges, deploymentKeys },
  judge({ secretAges, deploymentKeys }, { environment, now }) {
    const { rotationDays } = environment.credentials;
    const limit = rotationDays * dayMs;
    if (secretAges.length === 0) return undetermined('empty_subject', 'no secret was seen');
    const { users, named, keys } = deploymentKeys;
    const findings: Finding<'secretAges' | 'deploymentKeys'>[] = [
      ...secretAges.map(({ arn, valueFrom, rotates, due, rule }) => {
        // A rotation that does not succeed is tried again, and leaves its date behind.
        const overdue = rotates && due && now.getTime() - due.getTime() > dayMs ? `, due ${ago(due, now)}` : '';
        return {
          fact: 'secretAges' as const,
          subject: arn,
          expected: `a value of at most ${rotationDays} days, and no rotation overdue`,
          observed: `made ${ago(valueFrom, now)}, ${rotates ? `rotated ${rule}` : 'not rotated automatically'}${overdue}`,
          ok: isYoungerThan(valueFrom, limit, now) && !overdue,
        };
      }),
      ...keys.map(({ user, ending, active, created, lastUsed }) => ({
        fact: 'deploymentKeys' as const,
        subject: `access key ...${ending} of ${user}`,
        expected: `active, used and made within ${rotationDays} days, or deleted`,
        observed: `${active ? 'active' : 'inactive'}, made ${ago(created, now)}, ${lastUsed ? `used ${ago(lastUsed, now)}` : 'no use known'}`,
        ok:
          active && isYoungerThan(created, limit, now) && lastUsed !== undefined && isYoungerThan(lastUsed, limit, now),
      })),
      {
        fact: 'deploymentKeys',
        subject: 'IAM users that carry the name of the deployment',
        expected: 'no access key that is old or unused',
        observed: `${keys.length} keys of ${named.length} users, of ${users} in the account`,
        ok: true,
      },
    ];
    return judgeAll(findings);
  },
});
