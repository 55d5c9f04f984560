import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'problem' | 'note';
  readonly message: string;
  readonly next?: string;
}

describe('clawcheck doctor', () => {
  let deployment: Deployment | undefined;
  afterEach(async () => {
    await deployment?.close();
    deployment = undefined;
  });

  async function examine(flaws: readonly string[], change: Record<string, string> = {}, edit = (text: string) => text) {
    deployment = await startDeployment(fixtures, flaws);
    writeFileSync(deployment.config, edit(readFileSync(deployment.config, 'utf8')));
    const env = { ...deployment.variables, ...change };
    const args = ['doctor', '--env', 'prod', '-c', deployment.config, '--format', 'json'];
    const { code, stdout, stderr } = await clawcheck(args, { env });
    expect(stderr).toBe('');
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'CLAWCHECK_GATEWAY_TOKEN']) {
      expect(stdout).not.toContain(deployment.variables[name]);
    }
    const { complete, findings } = JSON.parse(stdout) as { complete: boolean; findings: Finding[] };
    return { code, complete, findings, problems: findings.filter(({ state }) => state === 'problem') };
  }

  it('finds nothing to mend on the good deployment', async () => {
    const { code, complete, findings, problems } = await examine([]);
    expect(problems).toEqual([]);
    expect([code, complete]).toEqual([0, true]);
    const tried = findings.filter(({ state }) => state === 'ok').map(({ what }) => what.split(' ')[0]);
    const all = [
      'node',
      'variables',
      'credentials',
      'clock',
      'permissions',
      'ssh',
      'instance',
      'sudo',
      'tools',
      'gateway',
      'git',
    ];
    expect(all.filter((what) => !tried.includes(what))).toEqual([]);
    const ofGateway = findings.filter(({ what }) => what.startsWith('gateway')).map(({ message }) => message);
    expect(ofGateway).toHaveLength(5);
    expect(ofGateway.at(-1)).toMatch(/^OpenClaw 20\d\d\.\d+\.\d+\S* runs$/);
  });

  it.each([
    ['interfaces-denied', ['ec2:DescribeNetworkInterfaces']],
    ['budgets-denied', ['budgets:ViewBudget']],
    ['efs-policy-denied', ['elasticfilesystem:DescribeFileSystemPolicy']],
  ])('names each refused action of %s, and no other', async (flaw, actions) => {
    const { code, problems } = await examine([flaw]);
    expect(problems.map(({ what, message }) => [what, message])).toEqual(
      actions.map((action) => ['permissions', `${action} is refused`]),
    );
    expect(problems[0]?.next).toContain(`Allow ${actions[0]}`);
    expect(code).toBe(21);
  });

  it('tells a token that is missing from one that is refused', async () => {
    const missing = await examine([], { CLAWCHECK_GATEWAY_TOKEN: '' });
    expect(missing.problems.map(({ what }) => what)).toEqual(['variables', 'gateway 127.0.0.1']);
    await deployment?.close();
    const refused = await examine([], { GITHUB_TOKEN: 'another' });
    expect([refused.code, refused.problems[0]?.what]).toEqual([21, 'git']);
    expect(refused.problems[0]?.message).toMatch(/did not accept the token/);
  });

  it('names a host key that is another, and what to compare', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    const { code, problems } = await examine([], {}, (text) => text.replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, other));
    expect([code, problems.length]).toEqual([21, 1]);
    expect(problems[0]?.what).toBe('ssh 127.0.0.1');
    expect(problems[0]?.message).toMatch(/none of the pinned ones/);
  });

  it('names credentials of another account, and tries the hosts all the same', async () => {
    const { code, findings, problems } = await examine([], {}, (text) =>
      text.replaceAll('123456789012', '210987654321'),
    );
    expect(problems[0]).toMatchObject({ what: 'credentials', message: expect.stringContaining('123456789012') });
    expect(findings.some(({ what, state }) => what === 'ssh 127.0.0.1' && state === 'ok')).toBe(true);
    expect(code).toBe(21);
  });

  it('prints a line for each finding', async () => {
    deployment = await startDeployment(fixtures, ['interfaces-denied']);
    const args = ['doctor', '--env', 'prod', '-c', deployment.config];
    const { code, stdout } = await clawcheck(args, { env: { ...deployment.variables } });
    expect(code).toBe(21);
    expect(stdout).toMatch(/^ok {4}credentials +arn:aws/m);
    expect(stdout).toMatch(/^FAIL {2}permissions +ec2:DescribeNetworkInterfaces is refused\. Allow /m);
    expect(stdout).toMatch(/1 to mend\.\n$/);
  });
});
