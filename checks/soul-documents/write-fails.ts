import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { agentWriteAttempts, rootWriteAttempts, type WriteAttempts } from '../../src/probes/host/write-attempts.ts';

type Fact = 'agent' | 'root';

export default check({
  title: 'A write to the soul documents fails',
  failureTitle: 'The agent can write where its soul documents are',
  why: 'An agent that can change its own rules will, sooner or later, be talked into it.',
  remediation:
    'Mount the workspace read-only (option ro in /etc/fstab or the mount unit) for the gateway and for the whole host, and restart the gateway.',
  needs: { agent: agentWriteAttempts, root: rootWriteAttempts },
  judge({ agent, root }, { environment }) {
    const { workspace, runtime } = environment.soulDocuments;
    const tried: [Fact, string, WriteAttempts][] = [['agent', `as ${environment.host.agentUser}`, agent]];
    if (root !== 'not-permitted') tried.push(['root', 'as root', root]);
    const evidence = tried.flatMap(([fact, who, attempts]) => observations(fact, who, workspace, attempts));
    const left = tried
      .filter(([, , { leftBehind }]) => leftBehind)
      .map(([fact, who]): Observation<Fact> => {
        return {
          fact,
          subject: `${workspace} ${who}`,
          expected: 'nothing left behind',
          observed: 'a probe file could not be removed',
        };
      });
    const succeeded = evidence.filter(({ observed }) => observed === 'succeeded');
    const wrong = [...succeeded, ...left];
    if (isNonEmpty(wrong)) return fail(wrong);
    const other = evidence.filter(({ observed }) => observed !== 'erofs');
    // Refused for another reason is no read-only mount: mode bits, a full disk or a wrong path refuse too.
    if (isNonEmpty(other)) return fail(other);
    const controls = tried.map(([fact, who, { control }]): Observation<Fact> => {
      return { fact, subject: `a new file in ${runtime} ${who}`, expected: 'succeeded', observed: control };
    });
    if (controls.some(({ observed }) => observed !== 'succeeded')) {
      return undetermined(
        'no_control',
        `the same user could not write to ${runtime} either, so the refusal proves nothing`,
        controls,
      );
    }
    return isNonEmpty(evidence) ? pass(evidence, controls) : undetermined('empty_subject', 'nothing was tried');
  },
});

function observations(fact: Fact, who: string, workspace: string, attempts: WriteAttempts): Observation<Fact>[] {
  const expected = 'erofs';
  return [
    { fact, subject: `a new file in ${workspace} ${who}`, expected, observed: attempts.create },
    ...attempts.append.map(({ document, result }): Observation<Fact> => {
      return { fact, subject: `append to ${workspace}/${document} ${who}`, expected, observed: result };
    }),
    { fact, subject: `rename a document in ${workspace} ${who}`, expected, observed: attempts.rename },
  ];
}
