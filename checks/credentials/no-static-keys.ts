import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { deploymentKeys } from '../../src/probes/aws/access-keys.ts';
import { functionVariables, userData } from '../../src/probes/aws/handed-over.ts';
import { gatewayEnvironment } from '../../src/probes/host/gateway-environment.ts';
import { secretsOnDisk } from '../../src/probes/host/secrets-on-disk.ts';

export default check({
  title: 'No long-lived AWS key is on the host or handed to it',
  failureTitle: 'A long-lived key is in use or lies in the open',
  why: 'A key that never ends keeps working for whoever copied it, and user data is readable on the instance.',
  trap: 'Users are looked at; user data (which may be compressed), tags, variables of functions and the disk of the host are not.',
  remediation:
    'Delete the access keys of the users and let the instance role act, move what user data and variables hold into the secret, and revoke each key that was found.',
  needs: { deploymentKeys, userData, functionVariables, disk: secretsOnDisk, process: gatewayEnvironment },
  judge({ deploymentKeys, userData, functionVariables, disk, process }) {
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
    const findings: Finding<'deploymentKeys' | 'userData' | 'functionVariables' | 'disk' | 'process'>[] = [
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
    if (!(disk instanceof ProbeError)) {
      const files = [...new Set(disk.findings.filter(({ rule }) => rule === 'aws-access-key').map(({ path }) => path))];
      findings.push({
        fact: 'disk',
        subject: 'files on the host',
        expected: 'no AWS access key id',
        observed: files.length > 0 ? `in ${files.slice(0, 5).join(', ')}` : `none in ${disk.files} files`,
        ok: files.length === 0,
      });
    }
    if (!(process instanceof ProbeError)) {
      const names = [...process.named, ...process.matched.map(({ name }) => name)];
      const keys = [...new Set(names.filter((name) => /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name)))];
      findings.push({
        fact: 'process',
        subject: 'environment of the gateway',
        expected: 'no AWS access key',
        observed: keys.join(', ') || `none in ${process.variables} variables`,
        ok: keys.length === 0,
      });
    }
    const wrong = findings.filter(({ ok }) => !ok);
    if (isNonEmpty(wrong)) return fail(wrong);
    for (const fact of [disk, process]) {
      if (fact instanceof ProbeError) return undetermined(fact.reason, fact.message, findings);
    }
    if (!(disk instanceof ProbeError) && disk.unreadable > 0) {
      return undetermined('access_denied', 'files on the host could not be read', findings);
    }
    return judgeAll(userData.length > 0 ? findings : findings.filter(({ ok }) => !ok), {
      empty: 'there is no instance and no launch template to look at',
    });
  },
});
