import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { fullestSession, sessionKinds } from '../../src/judging/session-event.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { logEvents } from '../../src/probes/aws/log-events.ts';
import { type Trail, trails } from '../../src/probes/aws/trails.ts';

export default check({
  title: 'What the agent saw, decided and touched can be answered',
  failureTitle: 'What the agent saw, decided and touched cannot be answered',
  why: 'After an incident the questions are who asked, what the agent did, and who let it.',
  trap: 'A trail exists; it records data events only, another region, or nothing since its bucket refused it.',
  remediation:
    'Turn on a CloudTrail trail with management events for this region, and ship prompts, tool calls, outputs, errors and approvals of every session to the session log.',
  attestable: true,
  needs: { trails, logEvents },
  judge({ trails, logEvents }, { now }) {
    const [first] = trails;
    if (!first) {
      const expected = 'a trail that records this region';
      return fail([{ fact: 'trails', subject: 'CloudTrail', expected, observed: 'no trail records this region' }]);
    }
    const trail = trails.find((t) => isSound(t, now)) ?? first;
    const seen = (expected: string, observed: string, ok: boolean): Finding<'trails'> => {
      return { fact: 'trails', subject: trail.arn, expected, observed, ok };
    };
    const { logging, managementEvents, delivered, deliveryFails } = trail;
    const findings: Finding<'trails' | 'logEvents'>[] = [
      seen('is logging', logging ? 'is logging' : 'is switched off', logging),
      seen('records management events', managementEvents ? 'recorded' : 'left out', managementEvents),
      seen(
        'delivered within a day, without an error',
        `${delivered ? `delivered ${ago(delivered, now)}` : 'never delivered'}${deliveryFails ? ', the last one failed' : ''}`,
        isDelivered(trail, now),
      ),
    ];
    const sessions = logEvents.filter(({ kind }) => kind === 'session');
    const found = fullestSession(sessions.flatMap(({ session }) => session));
    const missing = sessionKinds.filter((kind) => !found.has(kind));
    const read = sessions.reduce((sum, log) => sum + log.read, 0);
    if (missing.length === 0) {
      findings.push({
        fact: 'logEvents',
        subject: sessions.map(({ name }) => name).join(', '),
        expected: `one session with ${sessionKinds.join(', ')}`,
        observed: `all five in a sample of ${read} events`,
        ok: true,
      });
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass' || missing.length === 0) return judgement;
    const message = `no session in a sample of ${read} events of the session log shows ${missing.join(', ')}: run one that does, or have it stated`;
    return undetermined('not_attested', message, judgement.evidence);
  },
});

function isDelivered({ delivered, deliveryFails }: Trail, now: Date): boolean {
  return delivered !== undefined && isYoungerThan(delivered, dayMs, now) && !deliveryFails;
}

function isSound(trail: Trail, now: Date): boolean {
  return trail.logging && trail.managementEvents && isDelivered(trail, now);
}
