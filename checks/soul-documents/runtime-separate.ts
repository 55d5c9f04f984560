import { deviceNumber, isWithin, mountOf, overlaps } from '../../src/judging/mounts.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { runtimeFileSystem } from '../../src/probes/aws/file-system.ts';
import { agentMounts } from '../../src/probes/host/mounts.ts';
import { agentWriteAttempts } from '../../src/probes/host/write-attempts.ts';

export default check({
  title: 'Runtime files are writable, encrypted and apart from the workspace',
  failureTitle: 'Runtime files are not writable, encrypted and apart from the workspace',
  why: 'The agent must write somewhere, and that must not be a way to its rules.',
  trap: 'Two paths are taken for two places; both may show the same tree, or one holds the other, or the second file system is not encrypted.',
  remediation:
    'Give the runtime directory a mount of its own, with another access point whose root is neither inside nor above that of the workspace; a file system of its own has to be an encrypted one.',
  needs: { mounts: agentMounts, writes: agentWriteAttempts, storage: runtimeFileSystem },
  judge({ mounts, writes, storage }, { environment }) {
    const { workspace, runtime } = environment.soulDocuments;
    if (mounts instanceof ProbeError) return undetermined(mounts.reason, mounts.message);
    if (writes instanceof ProbeError) return undetermined(writes.reason, writes.message);
    const [inside, outside] = [mountOf(mounts.seen, workspace), mountOf(mounts.seen, runtime)];
    if (!inside || !outside) return undetermined('bad_response', 'the mount table of the gateway names no mount');
    if (mounts.linked) return undetermined('conflict', 'a part of a path is a symbolic link');
    if (mounts.runtimeDevice === undefined) return undetermined('not_found', 'the runtime directory does not exist');
    if (
      mounts.runtimeDevice !== deviceNumber(outside.device) ||
      mounts.workspaceDevice !== deviceNumber(inside.device)
    ) {
      return undetermined('conflict', 'a directory is not on the device that the mount table names');
    }
    const apart = !isWithin(runtime, workspace) && !isWithin(workspace, runtime);
    // NFS mounts of one server may have one device and begin anywhere below it: there the inodes tell.
    const onNfs = inside.type === 'nfs4' && outside.type === 'nfs4';
    const sharing = !onNfs && overlaps(inside, outside);
    const findings: Finding<'mounts' | 'writes' | 'storage'>[] = [
      {
        fact: 'mounts',
        subject: `${runtime} and ${workspace}`,
        expected: 'neither inside the other',
        observed: apart ? 'apart' : 'one inside the other',
        ok: apart,
      },
      {
        fact: 'mounts',
        subject: `mounts of ${runtime} and ${workspace}`,
        expected: 'two mounts that share no tree',
        observed: inside.id === outside.id ? 'the same mount' : sharing ? 'a shared tree' : 'apart',
        ok: inside.id !== outside.id && !sharing,
      },
      {
        fact: 'writes',
        subject: `a new file in ${runtime}`,
        expected: 'succeeded',
        observed: writes.control,
        ok: writes.control === 'succeeded',
      },
    ];
    if (onNfs && mounts.shared !== 'unclear') {
      findings.push({
        fact: 'mounts',
        subject: `directories of ${runtime} and ${workspace}`,
        expected: 'no directory in common',
        observed: mounts.shared === 'yes' ? 'one is or holds the other' : 'none in common',
        ok: mounts.shared === 'no',
      });
    }
    if (storage && !(storage instanceof ProbeError)) {
      findings.push({
        fact: 'storage',
        subject: storage.FileSystemArn,
        expected: 'encrypted at rest, as all storage is',
        observed: storage.Encrypted ? 'encrypted' : 'not encrypted',
        ok: storage.Encrypted === true,
      });
    }
    if (onNfs && mounts.shared === 'unclear' && findings.every(({ ok }) => ok)) {
      return undetermined('truncated', 'whether the two directories have one in common could not be seen', findings);
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass' || !(storage instanceof ProbeError)) return judgement;
    return undetermined(storage.reason, storage.message, findings);
  },
});
