import { titleOfRule } from '../../src/judging/canary.ts';
import { secretRules } from '../../src/judging/secret-patterns.ts';
import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { type SecretsAudit, secretsAudit } from '../../src/probes/host/secrets-audit.ts';
import { exclusions, secretsOnDisk } from '../../src/probes/host/secrets-on-disk.ts';

export default check({
  title: 'No credential lies on disk as plain text',
  failureTitle: 'A credential lies on disk as plain text',
  why: 'What lies on disk can be read by the agent, ends up in backups, and outlives its rotation.',
  trap: 'Known files are searched; backups of the configuration, the write-ahead log of the database and what could not be read are not.',
  remediation:
    'Move the value to Secrets Manager and refer to it (SecretRef with an exec provider), delete the file with its backups, -wal and history, and revoke the credential.',
  needs: { disk: secretsOnDisk, audit: secretsAudit },
  judge({ disk, audit }, { environment }) {
    const told = audit === undefined || audit instanceof ProbeError ? [] : plaintextOf(audit);
    if (disk instanceof ProbeError) return isNonEmpty(told) ? fail(told) : undetermined(disk.reason, disk.message);
    const { findings, roots, files, bytes, unreadable, exempt } = disk;
    const found = [
      ...findings.map(({ rule, lines, path }): Observation<'disk' | 'audit'> => {
        const title = titleOfRule(rule) ?? 'a credential in the name of the file';
        return { fact: 'disk', subject: path, expected: 'no credential', observed: `${title}: ${lines} lines` };
      }),
      ...told,
    ];
    if (isNonEmpty(found)) return fail(found);
    const looked: Observation<'disk' | 'audit'> = {
      fact: 'disk',
      subject: roots
        .filter(({ exists }) => exists)
        .map(({ path }) => path)
        .join(' '),
      expected: 'no credential in any file',
      observed: `none in ${files} files, ${bytes} bytes; ${exempt} exempt; ${exclusions}`,
    };
    const needed = [environment.host.stateDirectory, environment.soulDocuments.workspace];
    const missing = roots.filter(({ path, exists }) => !exists && needed.includes(path));
    if (missing.length > 0) {
      return undetermined('not_found', `${missing.map(({ path }) => path).join(' and ')} does not exist`, [looked]);
    }
    if (unreadable > 0) {
      return undetermined('access_denied', `${unreadable} files or directories could not be read`, [looked]);
    }
    if (files === 0 || bytes === 0) return undetermined('empty_subject', 'not a single byte was read', [looked]);
    // Where it is switched off, the search of the files decides alone, and the evidence says so.
    if (audit instanceof ProbeError) return undetermined(audit.reason, audit.message, [looked]);
    if (audit && audit.residue > 0) {
      const message = `openclaw secrets audit names ${audit.residue} retired stores that may hold credentials`;
      return undetermined('conflict', message, [looked]);
    }
    const asked: Observation<'disk' | 'audit'> = {
      fact: 'audit',
      subject: 'openclaw secrets audit',
      expected: 'no plain text',
      observed: audit ? 'none' : 'not run: gateway.selfAudit is off',
    };
    const control = 'each of them, and not the harmless text';
    return pass(
      [looked, asked],
      [{ fact: 'disk', subject: `${secretRules.length} made-up credentials`, expected: control, observed: control }],
    );
  },
});

function plaintextOf({ plaintext }: SecretsAudit): Observation<'audit'>[] {
  const observed = 'openclaw secrets audit: plain text';
  return plaintext.map((subject) => ({ fact: 'audit', subject, expected: 'no credential', observed }));
}
