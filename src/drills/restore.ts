import { madeAnother } from '../judging/restore-test.ts';
import { ProbeError } from '../model/reason.ts';
import { some } from '../model/text.ts';
import { fileSystem } from '../probes/aws/file-system.ts';
import { accessPoints } from '../probes/aws/file-system-access.ts';
import { group } from '../probes/aws/group.ts';
import { recoveryPoints } from '../probes/aws/recovery-points.ts';
import { type RestoreJob, restoreJobs } from '../probes/aws/restore-jobs.ts';
import { awsMove, drill, type Expectation, type Undo, type Values, type World } from './drill.ts';
import { pickInstance } from './members.ts';
import { compareEntries, differingParts, digestOf, manifests, namedFiles } from './restored-files.ts';
import { mount, mountPoint, unmount } from './restored-mount.ts';
import { allInService, gatewayReady } from './steady.ts';

const targetSeconds = 600;
const over = ['COMPLETED', 'FAILED', 'ABORTED'];

/** The job that this drill started, by its id, or by the token of what it made where the id was lost. */
async function ownJob(world: World): Promise<RestoreJob | undefined> {
  const { restoreJob, recoveryPoint, startedAt = '' } = world.values;
  const { jobs } = await world.facts({ jobs: restoreJobs });
  if (restoreJob !== undefined) return jobs.find(({ RestoreJobId }) => RestoreJobId === restoreJob);
  const since = Date.parse(startedAt) - 60_000;
  const own = jobs.filter((job) => job.RecoveryPointArn === recoveryPoint && job.CreationDate.getTime() >= since);
  const made = await ownFileSystem(world);
  return (
    own.find((job) => made !== undefined && idOf(job) === made) ?? own.find(({ Status }) => !over.includes(Status))
  );
}

/** The file system with this drill's own token; undefined where there is none (any more). */
async function ownFileSystem(world: World): Promise<string | undefined> {
  const answer = await world.read.find('efs:DescribeFileSystems', { CreationToken: world.values['token'] });
  const [found] = answer?.FileSystems ?? [];
  if (!found || found.LifeCycleState === 'deleting' || found.LifeCycleState === 'deleted') return undefined;
  if (found.CreationToken !== world.values['token']) return undefined;
  return found.FileSystemId;
}

function idOf({ CreatedResourceArn }: RestoreJob): string | undefined {
  return /:file-system\/(fs-[0-9a-f]+)$/.exec(CreatedResourceArn ?? '')?.[1];
}

const deleteRestored: Undo = {
  title: 'Delete the file system that this drill restored, and no other',
  offered: 'The restored file system <restored> costs money as long as it is there. Deleting it cannot be undone.',
  seconds: ({ backup }) => (backup.rtoMinutes ?? 240) * 60 + targetSeconds,
  async needed(world) {
    const job = await ownJob(world);
    if (job && !over.includes(job.Status)) return 'later';
    const restored = (job && idOf(job)) ?? (await ownFileSystem(world));
    if (restored === undefined || !(await isThere(world, restored))) return undefined;
    const source = world.environment.soulDocuments.fileSystemId;
    if (restored === source) throw new ProbeError('wrong_subject', 'what was restored is the file system itself');
    return { restored };
  },
  moves: [awsMove({ operation: 'efs:DeleteFileSystem', input: ({ restored }) => ({ FileSystemId: restored }) })],
  settled: async (world) => !(await isThere(world, world.values['restored'] ?? '')),
};

async function isThere(world: World, id: string): Promise<boolean> {
  const answer = await world.read.find('efs:DescribeFileSystems', { FileSystemId: id });
  const state = answer?.FileSystems?.[0]?.LifeCycleState;
  return state !== undefined && state !== 'deleting' && state !== 'deleted';
}

const restored: Expectation = {
  id: 'restored',
  claim: 'the restore completes to a new file system',
  from: 'restore job',
  limit: ({ backup }) => (backup.rtoMinutes ?? 240) * 60,
  patience: ({ backup }) => (backup.rtoMinutes ?? 240) * 60 * 1.5,
  async look(world) {
    const job = await ownJob(world);
    if (!job || !over.includes(job.Status)) return undefined;
    const { fileSystem: source } = await world.facts({ fileSystem });
    const made = idOf(job);
    if (job.Status !== 'COMPLETED' || !job.CompletionDate || made === undefined) {
      return { ok: false, observed: `job ${job.RestoreJobId} ended as ${job.Status}` };
    }
    const seconds = Math.round((job.CompletionDate.getTime() - job.CreationDate.getTime()) / 1000);
    return {
      ok: madeAnother(job, source.FileSystemArn),
      seconds,
      observed: `job ${job.RestoreJobId} made ${made}`,
      learned: { restored: made, restoreJob: job.RestoreJobId },
    };
  },
};

async function targetOf(world: World): Promise<{ id: string; state: string; address: string } | undefined> {
  const { restored: FileSystemId } = world.values;
  if (FileSystemId === undefined) return undefined;
  const answer = await world.aws.call('efs:DescribeMountTargets', { FileSystemId });
  const [found] = answer?.MountTargets ?? [];
  if (!found) return undefined;
  const { MountTargetId: id = '', LifeCycleState: state = '', IpAddress: address = '' } = found;
  return { id, state, address };
}

const removeTarget: Undo = {
  title: 'Remove the mount target of the restored file system',
  seconds: () => targetSeconds,
  async needed(world) {
    const target = await targetOf(world);
    if (!target || target.state === 'deleting' || target.state === 'deleted') return undefined;
    return target.state === 'creating' ? 'later' : { mountTarget: target.id };
  },
  moves: [
    awsMove({ operation: 'efs:DeleteMountTarget', input: ({ mountTarget }) => ({ MountTargetId: mountTarget }) }),
  ],
  settled: async (world) => (await targetOf(world)) === undefined,
};

const mountable: Expectation = {
  id: 'mountable',
  claim: 'the restored file system can be mounted',
  from: 'mount target',
  patience: () => targetSeconds,
  async look(world) {
    const target = await targetOf(world);
    if (target?.state !== 'available') return undefined;
    return { ok: true, observed: `mount target ${target.id}`, learned: { targetAddress: target.address } };
  },
};

const same: Expectation = {
  id: 'same-files',
  claim: 'every file is the same as in the source',
  from: 'SHA-256 of every file of both, taken on the instance',
  patience: () => 600,
  async look(world) {
    const { path = '/', pointAt = '', address } = world.values;
    const { source, back } = await world.facts(manifests(mountPoint, path), address);
    if (source.count === 0) throw new ProbeError('empty_subject', 'the workspace has no file to compare');
    const learned: Values = {
      files: String(source.count),
      sourceDigest: digestOf(source),
      restoredDigest: digestOf(back),
    };
    const parts = differingParts(source, back);
    if (parts.all.length === 0) return { ok: true, observed: `${source.count} files equal`, learned };
    if (parts.named.length === 0) {
      throw new ProbeError('bad_response', 'files differ, and there are too many like them to say which');
    }
    const named = await world.facts(namedFiles(mountPoint, path, parts.named), address);
    const { differing, changedSince, shared } = compareEntries(named.source, named.back, new Date(pointAt));
    const whole = parts.named.length === parts.all.length && source.parts.size === parts.all.length;
    if (whole && !shared && named.back.size > 0) {
      throw new ProbeError('conflict', 'no file of the workspace is where it should be in the restored file system', {
        next: 'Name the access point of the workspace in soulDocuments.workspaceAccessPoint.',
      });
    }
    if (differing.length > 0) return { ok: false, observed: `different or missing: ${some(differing)}`, learned };
    const since = changedSince.length > 0 ? some(changedSince) : 'while they were compared';
    throw new ProbeError('stale', `changed since the recovery point: ${since}`, {
      next: 'Back up once more, then repeat the drill.',
    });
  },
};

/** A restore of the newest recovery point to a new file system, compared with the source file by file. */
export const restore = drill({
  title: 'A restore gives back the same files',
  why: 'A backup that was never restored is a hope; a restore that was never compared is another.',
  effects: [
    'Restores the newest recovery point to a new file system: costs its storage until it is deleted, which you are asked about.',
    'Makes a mount target in the subnet of the instance, and mounts the new file system there, read-only.',
  ],
  missing: ({ drills }) =>
    drills.restoreRole === undefined ? ['drills.restoreRole, which AWS Backup restores with'] : [],
  reads: () => ['efs:DescribeMountTargets', 'efs:DescribeMountTargetSecurityGroups'],
  steady: { 'in-service': allInService, 'gateway-ready': gatewayReady },
  async prepare(world) {
    const picked = await pickInstance(world);
    const needs = { fs: fileSystem, points: recoveryPoints, accessPoints, restoreJobs, asg: group };
    const { fs, points, accessPoints: ways, asg } = await world.facts(needs);
    const [point] = points.points.filter(({ Status }) => Status === 'COMPLETED');
    if (!point) throw new ProbeError('empty_subject', 'there is no completed recovery point to restore');
    const way = ways.find(({ id }) => id === world.environment.soulDocuments.workspaceAccessPoint);
    const zone = asg.Instances.find(({ InstanceId }) => InstanceId === picked['instance'])?.AvailabilityZone;
    const targets = (await world.aws.call('efs:DescribeMountTargets', { FileSystemId: fs.FileSystemId }))?.MountTargets;
    const near = targets?.find(({ AvailabilityZoneName }) => AvailabilityZoneName === zone);
    if (!near?.SubnetId || !near.MountTargetId) {
      throw new ProbeError('empty_subject', 'the source has no mount target in the zone of the instance to learn from');
    }
    const asked = { MountTargetId: near.MountTargetId };
    const groups = (await world.aws.call('efs:DescribeMountTargetSecurityGroups', asked))?.SecurityGroups ?? [];
    return {
      ...picked,
      recoveryPoint: point.RecoveryPointArn,
      pointAt: point.CreationDate.toISOString(),
      source: fs.FileSystemId,
      performanceMode: fs.PerformanceMode ?? 'generalPurpose',
      ...(fs.KmsKeyId && { key: fs.KmsKeyId }),
      token: `clawcheck-${world.id}`,
      path: way?.path ?? '/',
      subnet: near.SubnetId,
      groups: groups.join(','),
    };
  },
  method: () => [
    {
      id: 'restore',
      title: 'Restore the newest recovery point to a new file system',
      moves: [
        awsMove({
          operation: 'backup:StartRestoreJob',
          input: ({ recoveryPoint, source = '', performanceMode = '', key, token = '' }, { drills }) => ({
            RecoveryPointArn: recoveryPoint,
            IamRoleArn: drills.restoreRole,
            IdempotencyToken: token,
            ResourceType: 'EFS',
            Metadata: {
              'file-system-id': source,
              newFileSystem: 'true',
              CreationToken: token,
              PerformanceMode: performanceMode,
              Encrypted: 'true',
              ...(key !== undefined && { KmsKeyId: key }),
            },
          }),
          learn: ({ RestoreJobId = '' }) => ({ restoreJob: RestoreJobId }),
        }),
      ],
      undo: deleteRestored,
      expect: [restored],
    },
    {
      id: 'mount-target',
      title: 'Make the new file system reachable from the instance',
      moves: [
        awsMove({
          operation: 'efs:CreateMountTarget',
          input: ({ restored, subnet, groups = '' }) => ({
            FileSystemId: restored,
            SubnetId: subnet,
            SecurityGroups: groups.split(',').filter((id) => id !== ''),
          }),
          learn: ({ MountTargetId = '' }) => ({ mountTarget: MountTargetId }),
        }),
      ],
      undo: removeTarget,
      expect: [mountable],
    },
    { id: 'mount', title: 'Mount it read-only', moves: [mount], undo: unmount, expect: [same] },
  ],
  recovery: () => 120,
});
