import {
  deviceNumber,
  efsSource,
  isReadOnly,
  isWithin,
  type Mount,
  mountOf,
  mountsBelow,
  overlaps,
} from '../../src/judging/mounts.ts';
import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { agentMounts, type EfsHelper, rootMounts, type Sharing, type Twin } from '../../src/probes/host/mounts.ts';

export default check({
  title: 'The workspace is a read-only mount of the EFS file system',
  failureTitle: 'The workspace is not a read-only mount of the EFS file system',
  why: 'Permissions can be changed by who owns the files; a read-only mount cannot be written by anyone.',
  trap: 'The mount table of the login is read, not that of the gateway; an overlay, a bind over one file or a second writable mount of the same tree goes unseen.',
  remediation:
    'Mount the workspace with the EFS mount helper and the options ro,tls, for the gateway and the whole host, with no bind or overlay over it and no second writable mount.',
  needs: { agent: agentMounts, root: rootMounts },
  judge({ agent, root }, { environment }) {
    const { workspace, fileSystemId } = environment.soulDocuments;
    const fact = agent instanceof ProbeError ? 'root' : 'agent';
    const own = agent instanceof ProbeError ? root : agent;
    if (own instanceof ProbeError) return undetermined(own.reason, own.message);
    const all = root instanceof ProbeError ? own : root;

    const mount = mountOf(own.seen, workspace);
    if (!mount) return undetermined('bad_response', 'the mount table of the gateway names no mount for the workspace');
    const findings: Finding<'agent' | 'root'>[] = [];
    const see = (subject: string, expected: string, observed: string, ok: boolean) =>
      findings.push({ fact, subject, expected, observed, ok });

    const source = efsSource(mount);
    // A folder of what is mounted will do: nothing but that decides where it leads and whether it is read-only.
    see(
      workspace,
      'a mount of EFS, or a folder of one',
      `mounted at ${shown(mount.target)}`,
      mount.target === workspace || source !== undefined,
    );
    see(workspace, 'type nfs4, as EFS is', `type ${mount.type}`, source !== undefined);
    see(workspace, 'ro for the mount and the file system', writable(mount), isReadOnly(mount));
    if (source?.kind === 'name') see(workspace, fileSystemId, source.fileSystem, source.fileSystem === fileSystemId);
    const helper = source?.kind === 'helper' ? all.helpers.find(({ port }) => port === source.port) : undefined;
    if (helper) {
      see(
        `the mount helper on port ${helper.port}`,
        fileSystemId,
        helper.fileSystem,
        helper.fileSystem === fileSystemId,
      );
    }
    for (const inner of mountsBelow(own.seen, workspace)) {
      see(shown(inner.target), 'no mount inside the workspace', `${inner.type}, ${writable(inner)}`, false);
    }
    const looked = all.twins.map((twin) => ({
      twin,
      shares: sharing(twin, below(mount, workspace), all.helpers, fileSystemId),
    }));
    const writables = looked.filter(({ twin }) => !twin.readOnly && !twin.superOptions.includes('ro'));
    for (const { twin } of writables.filter(({ shares }) => shares === 'yes')) {
      findings.push({
        fact: root instanceof ProbeError ? fact : 'root',
        subject: `${shown(twin.target)}, in some mount namespace`,
        expected: 'no writable mount of the same tree',
        observed: writable(twin),
        ok: false,
      });
    }
    if (own.linked) return undecided(findings, 'conflict', 'a part of the path is a symbolic link');
    if (own.workspaceDevice !== deviceNumber(mount.device)) {
      return undecided(findings, 'conflict', 'the workspace is not on the device that the mount table names');
    }
    if (!all.twins.some(({ id }) => id === mount.id)) {
      return undecided(findings, 'no_control', 'the search for a second mount did not find the first one');
    }
    if (source?.kind === 'address') {
      return undecided(findings, 'unbound', 'an address does not say which file system it is; mount by name');
    }
    if (source?.kind === 'helper' && !helper?.connects) {
      return undecided(findings, 'unbound', 'the files of the mount helper do not show which file system it reaches');
    }
    const open = writables.find(({ shares }) => shares === 'unclear')?.twin;
    if (open) {
      const message = `whether the writable mount ${shown(open.target)} leads to the workspace too could not be seen`;
      return undecided(findings, 'truncated', message);
    }
    return judgeAll(findings);
  },
});

/** A mount as if it began at a directory in it. */
function below(mount: Mount, directory: string): Mount {
  const folder = directory.slice(mount.target.replace(/\/$/, '').length);
  const at = (path: string) => path.replace(/\/$/, '') + folder || '/';
  return mount.target === directory ? mount : { ...mount, root: at(mount.root), source: at(mount.source) };
}

/**
 * Whether another mount leads to the same directories. A mount of its own of the same file system has another device,
 * so the numbers decide only for bind mounts; where both name what they begin at, that decides; else what was found.
 */
function sharing(twin: Twin, mount: Mount, helpers: readonly EfsHelper[], fileSystemId: string): Sharing {
  if (overlaps(twin, mount)) return 'yes';
  if (twin.device === mount.device || !twin.type.startsWith('nfs')) return 'no';
  const [one, other] = [efsSource(twin), efsSource(mount)];
  const sameWay =
    one?.kind === 'name' && other?.kind === 'name'
      ? one.fileSystem === other.fileSystem
      : one?.kind === 'helper' && other?.kind === 'helper' && one.port === other.port;
  if (one && other && sameWay) return isWithin(one.path, other.path) || isWithin(other.path, one.path) ? 'yes' : 'no';
  const helper =
    one?.kind === 'helper' ? helpers.find(({ port, connects }) => connects && port === one.port) : undefined;
  const leadsTo = one?.kind === 'name' ? one.fileSystem : helper?.fileSystem;
  if (leadsTo !== undefined && leadsTo !== fileSystemId) return 'no';
  return twin.shares ?? 'unclear';
}

/** What is seen to be wrong stays wrong, whatever else is not known. */
function undecided(
  findings: readonly Finding<'agent' | 'root'>[],
  reason: 'conflict' | 'no_control' | 'unbound' | 'truncated',
  message: string,
) {
  const wrong = findings.filter(({ ok }) => !ok);
  return isNonEmpty(wrong) ? fail(wrong) : undetermined(reason, message, findings);
}

function writable(mount: Mount): string {
  const state = isReadOnly(mount) ? 'ro' : mount.readOnly ? 'ro mount of a writable file system' : 'rw';
  return `${state} from ${shown(mount.source)}`;
}

/** Names of the target as plain words: nothing in them is formatting or a sentence. */
function shown(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.:/_-]/g, '?').slice(0, 100);
}
