import { attestationOf } from '../../src/judging/attestation.ts';
import { readRunbook } from '../../src/judging/runbook-text.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { runbook } from '../../src/probes/files/runbook.ts';

const fewestSteps = 3;

export default check({
  title: 'A second person can execute the recovery runbook',
  failureTitle: 'The recovery runbook is missing, incomplete or untested',
  why: 'The person who set it up is not there on the day that it is needed.',
  trap: 'A file of that name exists; it has no steps, or only its author has followed it.',
  remediation:
    'Write the runbook with its author, its roles and numbered steps, have somebody else execute it, and have that person attest it.',
  attestable: true,
  needs: { runbook },
  judge({ runbook }, { environment, now }) {
    const { path, text } = runbook;
    if (path === undefined || text === undefined) {
      const subject = path ?? 'backup.runbook';
      const observed = path === undefined ? 'no runbook is named' : 'the file does not exist';
      return fail([{ fact: 'runbook', subject, expected: 'a recovery runbook', observed }]);
    }
    const { roles, steps, author } = readRunbook(text);
    const seen = (expected: string, observed: string, ok: boolean): Finding<'runbook'> => {
      return { fact: 'runbook', subject: path, expected, observed, ok };
    };
    const findings = [
      seen('names who does what', `${roles} lines name a role`, roles >= 1),
      seen(`at least ${fewestSteps} numbered steps`, `${steps} numbered steps`, steps >= fewestSteps),
    ];
    const { restoreTestMaxAgeDays: days } = environment.backup;
    const stated = attestationOf(environment, 'backup/recovery-runbook', now);
    if (stated) {
      const other = !author || alike(author) !== alike(stated.attestation.by);
      findings.push(
        seen(`executed within ${days} days`, `attested ${stated.ageDays} days ago`, stated.ageDays <= days),
        seen('executed by somebody else than its author', other ? 'by another person' : 'by its author', other),
      );
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass') return judgement;
    const message = 'that somebody else than its author has executed the runbook is for that person to state';
    return undetermined('not_attested', message, judgement.evidence);
  },
});

function alike(person: string): string {
  return person
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
