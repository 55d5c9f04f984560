import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { outsiders } from '../../src/judging/outside-access.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { configuredSecret, guardedSecrets } from '../../src/probes/aws/secrets.ts';

export default check({
  title: 'The configuration secrets live in Secrets Manager',
  failureTitle: 'The secret in Secrets Manager is not fit for use',
  why: 'A secret that is about to be deleted, open to others or years old protects nothing.',
  trap: 'The secret exists, while it is scheduled for deletion, stuck between two versions or open to another account.',
  remediation:
    'Restore the secret if it is scheduled for deletion, finish or cancel a pending rotation, rotate a value that is too old, and let its resource policy name principals of this account only.',
  needs: { configuredSecret, guardedSecrets },
  judge({ configuredSecret, guardedSecrets }, { environment, now }) {
    if (!configuredSecret) {
      const subject = environment.credentials.secret;
      return fail([{ fact: 'configuredSecret', subject, expected: 'a secret', observed: 'no such secret' }]);
    }
    const { ARN: subject, DeletedDate, LastChangedDate, SecretVersionsToStages } = configuredSecret;
    const guarded = guardedSecrets.find(({ arn }) => arn === subject);
    if (!guarded) return undetermined('truncated', 'the resource policy of the secret was not seen');
    if (!(LastChangedDate instanceof Date)) {
      return undetermined('bad_response', 'Secrets Manager does not say when the secret was last changed');
    }
    const { rotationDays } = environment.credentials;
    const stages = Object.values(SecretVersionsToStages ?? {});
    const stuck = stages.filter((s) => s.includes('AWSPENDING') && !s.includes('AWSCURRENT')).length;
    const open = guarded.policy ? outsiders(guarded.policy, environment.aws.account) : [];
    const findings: Finding<'configuredSecret' | 'guardedSecrets'>[] = [
      {
        fact: 'configuredSecret',
        subject,
        expected: 'not scheduled for deletion',
        observed: DeletedDate ? 'scheduled for deletion' : 'not scheduled for deletion',
        ok: !DeletedDate,
      },
      {
        fact: 'configuredSecret',
        subject,
        expected: 'a current version (its value is not looked at)',
        observed: stages.some((s) => s.includes('AWSCURRENT')) ? 'a current version' : 'no current version',
        ok: stages.some((s) => s.includes('AWSCURRENT')),
      },
      {
        fact: 'configuredSecret',
        subject,
        expected: `changed within ${rotationDays} days`,
        observed: `last changed ${ago(LastChangedDate, now)}`,
        ok: isYoungerThan(LastChangedDate, rotationDays * dayMs, now),
      },
      {
        fact: 'configuredSecret',
        subject,
        expected: 'no version stuck as pending',
        observed: `${stuck} pending`,
        ok: stuck === 0,
      },
      {
        fact: 'guardedSecrets',
        subject,
        expected: 'a resource policy that lets nobody outside the account in, or none',
        observed: guarded.policy ? (open.length > 0 ? `lets in ${open.join(', ')}` : 'lets nobody in') : 'none',
        ok: open.length === 0,
      },
    ];
    return judgeAll(findings);
  },
});
