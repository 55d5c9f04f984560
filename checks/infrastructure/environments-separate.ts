import type { Environment } from '../../src/environment/schema.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { siblingGroups } from '../../src/probes/aws/sibling-groups.ts';

export default check({
  title: 'Environments share nothing',
  failureTitle: 'Environments share resources',
  why: 'What staging shares with production, a mistake in staging breaks in production.',
  trap: 'Names are compared; two instance profiles of one role look like two roles.',
  remediation:
    'Give each environment its own group, role, secrets, file system, alarm and log groups, best in an account of its own.',
  needs: { siblingGroups },
  judge({ siblingGroups }, { environment, others }) {
    if (others.length === 0) {
      return undetermined('not_configured', 'the environment file has no other environment to compare with');
    }
    const mine = resourcesOf(environment);
    const findings: Finding<'siblingGroups'>[] = others.map((other) => {
      const shared = [...resourcesOf(other)].filter((resource) => mine.has(resource));
      return {
        fact: 'siblingGroups',
        subject: `${environment.name} and ${other.name}`,
        expected: 'no resource in common',
        observed: shared.join(', ') || 'none in common',
        ok: shared.length === 0,
      };
    });
    for (const { environment: name, group, roles, shared: parts } of siblingGroups.groups) {
      const shared = [...siblingGroups.own.filter((role) => roles?.includes(role)), ...parts];
      const theirs = roles ? `${roles.join(', ') || 'no role'}, not shared` : 'no such group runs';
      findings.push({
        fact: 'siblingGroups',
        subject: `${name} ${group}`,
        expected: 'another role, launch template and target group',
        observed: shared.join(', ') || theirs,
        ok: shared.length === 0,
      });
    }
    return judgeAll(findings);
  },
});

/** What an environment owns, each named so that the same resource has the same name however it is written. */
function resourcesOf({
  aws,
  infrastructure,
  credentials,
  soulDocuments,
  monitoring,
  backup,
}: Environment): Set<string> {
  const here = `in ${aws.account} ${aws.region}`;
  const secrets = [credentials.secret, credentials.monitoringSecret].flatMap((s) => s ?? []);
  return new Set([
    `group ${infrastructure.autoScalingGroup} ${here}`,
    ...secrets.map((secret) => secretOf(secret, here)),
    `file system ${soulDocuments.fileSystemId}`,
    `alarm ${monitoring.alarm} ${here}`,
    ...(backup.vault ? [`vault ${backup.vault} ${here}`] : []),
    ...monitoring.logGroups.map(({ name }) => `log group ${name} ${here}`),
  ]);
}

/** `openclaw/prod/gateway` and the ARN of that secret are the same; an ARN ends in six characters of its own. */
function secretOf(secret: string, here: string): string {
  const [, region, account, name] =
    /^arn:[^:]+:secretsmanager:([^:]+):(\d{12}):secret:(.+?)(?:-[A-Za-z0-9]{6})?$/.exec(secret) ?? [];
  return name ? `secret ${name} in ${account} ${region}` : `secret ${secret} ${here}`;
}
