import { type Client, clientMay, nameOf, nameOfRoute, type Route } from '../../src/judging/efs-access.ts';
import { any } from '../../src/judging/iam-match.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { accessPoints, fileSystemPolicy } from '../../src/probes/aws/file-system-access.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';

const words = { yes: 'let in', maybe: 'let in under a condition', no: 'refused' };

export default check({
  title: 'The file system is reached over TLS only',
  failureTitle: 'The file system can be reached without TLS',
  why: 'Rules that travel in clear text can be read and changed on the way.',
  trap: 'A mount with TLS is taken for the rule; unless a policy denies the rest to everyone, the next mount may be in clear text.',
  remediation:
    'Add a statement to the file system policy that denies every action to "*" where aws:SecureTransport is false, and mount with -o tls.',
  needs: { fileSystem, fileSystemPolicy, accessPoints, instanceRoles },
  judge({ fileSystem, fileSystemPolicy: { policy }, accessPoints, instanceRoles }) {
    const subject = fileSystem.FileSystemArn;
    if (!policy) {
      const observed = 'no file system policy: TLS is not demanded';
      return fail([
        { fact: 'fileSystemPolicy', subject, expected: 'a policy that refuses clients without TLS', observed },
      ]);
    }
    if (instanceRoles.length === 0) return undetermined('empty_subject', 'the instances have no role');
    const clients: Client[] = [
      ...instanceRoles.map((role) => ({ kind: 'role' as const, role })),
      { kind: 'anonymous' },
    ];
    const routes: readonly Route[] = ['root', ...accessPoints];
    const may = (client: Client, route: Route, tls: boolean) => {
      const asked = { fileSystem: subject, policy, route, tls };
      return any(
        clientMay(client, 'mount', asked),
        clientMay(client, 'write', asked),
        clientMay(client, 'root', asked),
      );
    };
    const findings = routes.flatMap((route) =>
      clients.map((client): Finding<'fileSystemPolicy'> => {
        const without = may(client, route, false);
        return {
          fact: 'fileSystemPolicy',
          subject: `${nameOf(client)} through ${nameOfRoute(route)}, without TLS`,
          expected: 'refused',
          observed: words[without],
          ok: without === 'no',
        };
      }),
    );
    // Control: with TLS somebody is let in, so the refusals above are for the want of it.
    const failed = findings.some(({ ok }) => !ok);
    if (!failed && !routes.some((route) => clients.some((client) => may(client, route, true) !== 'no'))) {
      return undetermined('no_control', 'the file system policy lets nobody in, with TLS or without');
    }
    return judgeAll(findings);
  },
});
