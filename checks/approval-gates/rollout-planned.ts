import { attestationOf } from '../../src/judging/attestation.ts';
import { check, fail, type Observation, undetermined } from '../../src/model/check.ts';
import { declaration } from '../../src/probes/files/declaration.ts';

const fewestPhases = 2;

/** A review that is spoken of, and was not made. */
const notReviewed = new RegExp(
  [
    '\\b(?:no|without(?: an?)?|missing|pending|outstanding|awaiting)\\s+(?:security\\s+)?review',
    '\\breview(?:\\s+(?:is|was|has|will|to|yet|still|been))*\\s*(?:[:-]\\s*)?(?:not|never|pending|outstanding|planned|scheduled|missing|open|tbd|todo|in progress|ongoing|follows?|be|booked|due)\\b',
  ].join('|'),
  'i',
);

export default check({
  title: 'The rollout is planned in phases and the security review is done',
  failureTitle: 'The statement about the rollout names no phases or no security review',
  why: 'An agent that meets every user on its first day makes its first mistakes in front of all of them.',
  trap: 'There is a statement; it names no phase and no date.',
  remediation:
    'Have a named person attest it: each phase with its date (2026-03-09) and entry rule, what users were told, and that the security review was done, with a link as evidence.',
  attestable: true,
  needs: { declaration },
  judge(_facts, { environment, now }) {
    const stated = attestationOf(environment, 'approval-gates/rollout-planned', now);
    if (stated) {
      const { statement } = stated.attestation;
      const dates = new Set(statement.match(/\b20\d\d-[01]\d-[0-3]\d\b/g)).size;
      const review = /\breview/i.test(statement) && !notReviewed.test(statement);
      const evidence: Observation<'declaration'> = {
        fact: 'declaration',
        subject: `the statement of ${stated.attestation.by}`,
        expected: `at least ${fewestPhases} phases with a date each, and the security review`,
        observed: `${dates} dates, ${review ? 'the' : 'no'} review`,
      };
      if (dates < fewestPhases || !review) return fail([evidence]);
    }
    return undetermined('not_attested', 'no machine can see a rollout plan: a named person has to state it');
  },
});
