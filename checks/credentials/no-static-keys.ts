import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { deploymentKeys } from '../../src/probes/aws/access-keys.ts';
import { functionVariables, userData } from '../../src/probes/aws/handed-over.ts';

export default check({
  title: 'Nothing that AWS shows of the deployment holds a long-lived key',
  failureTitle: 'A long-lived key is in use or lies in the open',
  why: 'A key that never ends keeps working for whoever copied it, and user data is readable on the instance.',
  remediation:
    'Delete the access keys of the users and let the instance role act, move what user data and variables hold into the secret, and revoke each key that was found.',
  needs: { deploymentKeys, userData, functionVariables },
  judge({ deploymentKeys, userData, functionVariables }) {
    const { users, named, keys } = deploymentKeys;
    const active = keys.filter((key) => key.active);
    const looked = (fact: 'userData' | 'functionVariables') =>
      (fact === 'userData' ? userData : functionVariables).map(({ place, characters, found }) => ({
        fact,
        subject: place,
        expected: 'no credential',
        observed: found.length > 0 ? `holds: ${found.join(', ')}` : `none known at sight in ${characters} characters`,
        ok: found.length === 0,
      }));
    const findings: Finding<'deploymentKeys' | 'userData' | 'functionVariables'>[] = [
      {
        fact: 'deploymentKeys',
        subject: 'IAM users that carry the name of the deployment',
        expected: 'no active access key',
        observed:
          active.length > 0
            ? `active: ${active.map(({ user, ending }) => `...${ending} of ${user}`).join(', ')}`
            : `none: ${named.length} of ${users} users carry the name`,
        ok: active.length === 0,
      },
      ...looked('userData'),
      ...looked('functionVariables'),
    ];
    return judgeAll(userData.length > 0 ? findings : findings.filter(({ ok }) => !ok), {
      empty: 'there is no instance and no launch template to look at',
    });
  },
});
