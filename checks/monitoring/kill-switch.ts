import { dayMs } from '../../src/judging/age.ts';
import { attestationOf } from '../../src/judging/attestation.ts';
import { failuresIn, newestRecord, observationOf } from '../../src/judging/drill-record.ts';
import { disagreement } from '../../src/judging/kill-switch-record.ts';
import { mayUse } from '../../src/judging/kill-switch-users.ts';
import { check, type Finding, fail, isNonEmpty, judgeAll, pass, undetermined } from '../../src/model/check.ts';
import { some } from '../../src/model/text.ts';
import { killSwitch } from '../../src/probes/aws/kill-switch.ts';
import { killSwitchUse } from '../../src/probes/aws/kill-switch-use.ts';
import { peopleRoles } from '../../src/probes/aws/people-roles.ts';
import { drillRecords } from '../../src/probes/files/drill-records.ts';

const runnable = ['Command', 'Automation'];
const measures = ['stopped', 'stays-down'] as const;
/** How long SSM remembers a command or a runbook that ran. */
const rememberedDays = 30;

type Fact = 'killSwitch' | 'peopleRoles';

export default check({
  title: 'Anyone authorised can stop the agent at once without SSH',
  failureTitle: 'There is no kill switch that works',
  why: 'An agent that does harm has to be stopped by whoever notices, not by whoever has a key.',
  trap: 'A document of that name exists; it cannot be run, nobody may run it, it only lets running work end, or was last used a year ago.',
  remediation:
    'Create an SSM document or Lambda function that kills the gateway and keeps it from starting again, let the people on call run it, and use it once: clawcheck drill run kill-switch, or by hand, and have that stated.',
  attestable: true,
  needs: { killSwitch, peopleRoles, use: killSwitchUse, drills: drillRecords },
  judge({ killSwitch, peopleRoles, use, drills }, { environment, now }) {
    const { killSwitch: name = '', drillMaxAgeDays: days } = environment.monitoring;
    const seen = (expected: string, observed: string, ok: boolean, fact: Fact = 'killSwitch'): Finding<Fact> => {
      return { fact, subject: name, expected, observed, ok };
    };
    if (!killSwitch) return fail([seen('an SSM document or a Lambda function', 'neither exists', false)]);
    const record = newestRecord(drills, 'kill-switch', days, now);
    const failed = failuresIn(record, measures, now);
    if (isNonEmpty(failed)) return fail(failed);
    const { kind, type = '', active, platforms } = killSwitch;
    const findings = [seen('active', `${kind}, ${active ? 'active' : 'not active'}`, active)];
    if (kind === 'document') findings.push(seen('a document that can be run', type, runnable.includes(type)));
    if (type === 'Command') {
      findings.push(seen('a document for Linux', platforms.join(', ') || 'no system', platforms.includes('Linux')));
    }
    const { roles, unread, users } = peopleRoles;
    const may = roles.filter((role) => mayUse(role, killSwitch) !== 'no').map((role) => role.name);
    const unseen = may.length === 0 && unread + users > 0;
    const who = `${may.length} of ${roles.length} roles that people take on${may.length > 0 ? `: ${some(may, 4)}` : ''}`;
    if (!unseen) findings.push(seen('somebody may run it', who, may.length > 0, 'peopleRoles'));
    const stated = attestationOf(environment, 'monitoring/kill-switch', now);
    const found = measures.flatMap((id) => record?.measurements.find((m) => m.id === id && m.outcome === 'pass') ?? []);
    // What a drill saw counts where AWS knows of the use itself; what AWS has forgotten is left to a person.
    const remembered = use || now.getTime() - Date.parse(record?.window.end ?? '') < rememberedDays * dayMs;
    const shown = found.length === measures.length && remembered ? record : undefined;
    if (stated && !shown) {
      findings.push(seen(`used within ${days} days`, `attested ${stated.ageDays} days ago`, stated.ageDays <= days));
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass') return judgement;
    if (unseen) {
      const message = `no role that people take on may run it, and what ${users} users and ${unread} other roles may is not read`;
      return undetermined('no_control', message, judgement.evidence);
    }
    if (shown) {
      const why = disagreement(shown, use, environment.drills);
      if (why) return undetermined('conflict', `the record of the drill kill-switch and AWS do not agree: ${why}`);
      const [first, ...more] = found.map((measurement) => observationOf(shown, measurement, now));
      const observed = `used at ${use?.at.toISOString()}`;
      const control = { fact: 'use', subject: name, expected: 'the use that the record names', observed } as const;
      if (first) return pass<'drills' | 'use' | Fact>([first, ...more], [control]);
    }
    const message = 'that it stops running work at once, and that nothing restarts it, shows only in its use';
    return undetermined('not_drilled', message, judgement.evidence);
  },
});
