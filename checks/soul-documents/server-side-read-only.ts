import {
  type Client,
  clientMay,
  clientMayChange,
  nameOf,
  nameOfRoute,
  type Route,
  reaches,
} from '../../src/judging/efs-access.ts';
import { unseenPowers } from '../../src/judging/role-powers.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { accessPoints, fileSystemPolicy } from '../../src/probes/aws/file-system-access.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';
import { instanceSimulation } from '../../src/probes/aws/secret-readers.ts';

const words = { yes: 'may change files', maybe: 'may change files under a condition', no: 'may not change files' };

export default check({
  title: 'The file system itself refuses writes to the workspace',
  failureTitle: 'The file system would let the instance write to the workspace',
  why: 'A read-only mount can be mounted again by root; only the file system can refuse for good.',
  trap: 'The mount option ro is taken for the answer, or a policy exists that lets every client write, or the role writes by a policy of its own.',
  remediation:
    'Put a file system policy on the EFS file system that allows the role ClientMount through the workspace access point, and ClientWrite through the runtime access point only; allow nothing to "*", and remove elasticfilesystem:ClientWrite and ClientRootAccess from the policies of the role.',
  needs: { fileSystem, fileSystemPolicy, accessPoints, instanceRoles, instanceSimulation },
  judge(
    { fileSystem, fileSystemPolicy: { policy }, accessPoints, instanceRoles, instanceSimulation },
    { environment },
  ) {
    const subject = fileSystem.FileSystemArn;
    const expected = 'may not change files';
    if (!policy) {
      const observed = 'no file system policy: whoever reaches a mount target may write';
      return fail([{ fact: 'fileSystemPolicy', subject, expected: 'a policy that refuses writes', observed }]);
    }
    if (instanceRoles.length === 0) return undetermined('empty_subject', 'the instances have no role');
    const clients: Client[] = [
      ...instanceRoles.map((role) => ({ kind: 'role' as const, role })),
      { kind: 'anonymous' },
    ];
    const wanted = environment.soulDocuments.workspaceAccessPoint;
    const workspace = accessPoints.find(({ id }) => id === wanted);
    if (wanted && !workspace) {
      return undetermined('not_found', 'the access point of the workspace is not one of this file system');
    }
    const routes: Route[] = ['root', ...accessPoints.filter((p) => reaches(p, workspace?.path ?? '/'))];
    const asked = (route: Route) => ({ fileSystem: subject, policy, route });
    const findings = routes.flatMap((route) =>
      clients.map((client): Finding<'fileSystemPolicy'> & { route: Route } => {
        const may = clientMayChange(client, asked(route));
        const through = `${nameOf(client)} through ${nameOfRoute(route)}`;
        return { fact: 'fileSystemPolicy', subject: through, expected, observed: words[may], ok: may === 'no', route };
      }),
    );
    const wrong = findings.filter(({ ok }) => !ok);
    if (!workspace && wrong.length > 0 && wrong.every(({ route }) => route !== 'root')) {
      const message = 'a role may write through an access point, and the environment file names none for the workspace';
      return undetermined('not_configured', message);
    }
    const unseen = instanceRoles.flatMap((role) =>
      unseenPowers(role, instanceSimulation.find((s) => s.role === role.arn)?.allowed),
    );
    if (wrong.length === 0 && unseen.length > 0) {
      return undetermined('conflict', 'the policy simulation of IAM allows the role more than its policies do');
    }
    // Control: a policy that lets nobody in at all is not the one that this deployment mounts by, or not understood.
    const entries = workspace ? [workspace] : routes;
    const mountable = entries.some((route) =>
      clients.some((client) => clientMay(client, 'mount', asked(route)) !== 'no'),
    );
    if (wrong.length === 0 && !mountable) {
      return undetermined('no_control', 'the file system policy lets nobody mount the workspace');
    }
    const heard = instanceSimulation.map(
      ({ role }): Finding<'instanceSimulation'> => ({
        fact: 'instanceSimulation',
        subject: role,
        expected: 'the policy simulation of IAM agrees',
        observed: 'it allows nothing that the policies do not',
        ok: true,
      }),
    );
    return judgeAll<'fileSystemPolicy' | 'instanceSimulation'>([...findings, ...heard]);
  },
});
