import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { ProbeError, type Reason } from '../../src/model/reason.ts';
import {
  type AttemptResult,
  agentWriteAttempts,
  rootWriteAttempts,
  type WriteAttempts,
} from '../../src/probes/host/write-attempts.ts';

type Fact = 'agent' | 'root';
interface Attempt extends Observation<Fact> {
  readonly observed: AttemptResult;
}

/** Results that say nothing about the mount: the attempt did not get as far. */
const unseen: Partial<Record<AttemptResult, Reason>> = {
  enoent: 'not_found',
  enotdir: 'not_found',
  estale: 'unreachable',
  eio: 'unreachable',
  symlink: 'conflict',
  skipped: 'empty_subject',
  other: 'bad_response',
};

export default check({
  title: 'A write to the soul documents is refused as read-only',
  failureTitle: 'A write to the soul documents is not refused as read-only',
  why: 'An agent that can change its own rules will, sooner or later, be talked into it.',
  trap: 'Any failed write counts; a full disk, mode bits or a missing directory refuse too, until they change.',
  remediation:
    'Mount the workspace read-only (option ro in /etc/fstab or the mount unit) for the gateway and for the whole host, and restart the gateway.',
  needs: { agent: agentWriteAttempts, root: rootWriteAttempts },
  judge({ agent, root }, { environment }) {
    const { workspace, runtime, documents } = environment.soulDocuments;
    const tried: [Fact, string, WriteAttempts][] = [];
    if (!(agent instanceof ProbeError)) tried.push(['agent', `as ${environment.host.agentUser}`, agent]);
    if (!(root instanceof ProbeError)) tried.push(['root', 'as root', root]);
    const attempts = tried.flatMap(([fact, who, of]) => observations(fact, who, workspace, of));

    // A write that succeeded, or was refused for a reason that chmod or space can remove, whatever else is not known.
    const wrong = attempts.filter(({ observed }) => observed !== 'erofs' && unseen[observed] === undefined);
    const left = tried.flatMap(([fact, who, { leftBehind }]): Observation<Fact>[] => {
      const subject = `${workspace} ${who}`;
      return leftBehind ? [{ fact, subject, expected: 'nothing left behind', observed: 'a probe file is left' }] : [];
    });
    const failures = [...wrong, ...left];
    if (isNonEmpty(failures)) return fail(failures);

    if (agent instanceof ProbeError) return undetermined(agent.reason, agent.message);
    if (root instanceof ProbeError && root.reason !== 'access_denied') return undetermined(root.reason, root.message);
    for (const attempt of attempts) {
      const reason = unseen[attempt.observed];
      if (reason) return undetermined(reason, 'an attempt did not get as far as the mount', [attempt]);
    }
    if (tried.some(([, , { append }]) => documents.some((name) => !append.some(({ document }) => document === name)))) {
      return undetermined('truncated', 'not every document was tried', attempts);
    }
    const controls = tried.map(([fact, who, { control }]): Observation<Fact> => {
      return { fact, subject: `a new file in ${runtime} ${who}`, expected: 'succeeded', observed: control };
    });
    if (controls.some(({ observed }) => observed !== 'succeeded')) {
      const message = `the same user could not write to ${runtime} either, so the refusal proves nothing`;
      return undetermined('no_control', message, controls);
    }
    return isNonEmpty(attempts) ? pass(attempts, controls) : undetermined('empty_subject', 'nothing was tried');
  },
});

function observations(fact: Fact, who: string, workspace: string, attempts: WriteAttempts): Attempt[] {
  const expected = 'erofs';
  return [
    { fact, subject: `a new file in ${workspace} ${who}`, expected, observed: attempts.create },
    ...attempts.append.map(({ document, result }): Attempt => {
      return { fact, subject: `append to ${workspace}/${document} ${who}`, expected, observed: result };
    }),
    { fact, subject: `rename a document in ${workspace} ${who}`, expected, observed: attempts.rename },
  ];
}
