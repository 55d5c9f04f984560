import { describe, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { liveAws } from '../../src/adapters/aws/aws.ts';
import { startAwsServer } from '../../src/demo/aws-server.ts';
import { loadScenario, type Scenario } from '../../src/demo/scenario.ts';
import { examine } from '../../src/doctor/doctor.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { runners, toolsOf } from '../../src/doctor/host-parts.ts';
import { nodeFinding } from '../../src/doctor/node-version.ts';
import { identityArn, notingAws, type Permission, permissionFindings } from '../../src/doctor/permissions.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { actionOf, outlineOf } from '../../src/runner/outline.ts';
import { fixtures, goodEnvironment, goodOthers, now, scenarioPorts } from '../support/rig.ts';

const environment = goodEnvironment();
const outline = outlineOf(registry, environment, { areas: [], checks: [] });
const context = () => ({ environment, others: goodOthers(), now, nonce: 'n', signal: new AbortController().signal });

async function problemsOf(flaws: readonly string[], change: (scenario: Scenario) => void = () => {}) {
  const scenario = loadScenario(fixtures, flaws, now);
  change(scenario);
  const { ports } = scenarioPorts(scenario, environment);
  const findings = await examine({ registry, outline, ports, context: context() });
  return findings.filter(({ state }) => state === 'problem');
}

describe('an examination', () => {
  it('tells the user that the login cannot become, and the tools that are missing', async () => {
    const problems = await problemsOf([], ({ host }) => {
      host['doctor/root'] = { error: 'access_denied' };
      host['doctor/login'] = [
        ['lacks', 'aws'],
        ['state', 'asked'],
      ];
    });
    expect(problems.map(({ what }) => what)).toEqual(['tools 10.20.1.10', 'sudo 10.20.1.10']);
    expect(problems[0]?.message).toBe('missing for login: aws');
    expect(problems[1]?.message).toMatch(/cannot become root/);
  });

  it.each([
    ['does not come to its end', [['lacks', 'curl']]],
    [
      'names a tool that it was not asked for',
      [
        ['lacks', 'rm'],
        ['state', 'asked'],
      ],
    ],
  ] as const)('does not believe a host that %s', async (_, answer) => {
    const problems = await problemsOf([], ({ host }) => {
      host['doctor/agent'] = answer;
    });
    expect(problems.map(({ what }) => what)).toEqual(['tools 10.20.1.10']);
  });

  it('names a clock that is wrong, and takes nothing else for seen', async () => {
    const { ports } = scenarioPorts(loadScenario(fixtures, [], now), environment);
    const skewed = { next: 'Set the clock of this machine (NTP), then run again.' };
    const read = async () => {
      throw new ProbeError('clock_skew', 'the clock of this machine is 120 s behind that of AWS', skewed);
    };
    const wrong = { ...ports, aws: { ...ports.aws, read } as typeof ports.aws };
    const findings = await examine({ registry, outline, ports: wrong, context: context() });
    expect(findings.find(({ what }) => what === 'clock')).toMatchObject({ state: 'problem', ...skewed });
    expect(findings.filter(({ what }) => what === 'credentials' || what === 'permissions')).toEqual([]);
    expect(findings.find(({ what }) => what === 'git')).toMatchObject({ state: 'note' });
  });

  it.each([
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['100.0.0', 'ok'],
    ['20.18.9', 'problem'],
    ['9.99.0', 'problem'],
  ])('holds Node %s against the package: %s', (node, state) => {
    expect(nodeFinding(node, '>=20.19.0')).toMatchObject({ what: 'node', state });
  });

  it('names a host that is no instance of the group', async () => {
    const problems = await problemsOf([], ({ host }) => {
      host['host/identity'] = [
        ['state', 'ok'],
        ['instance-id', 'i-0fffffffffffffff'],
        ['account', '123456789012'],
        ['region', 'eu-west-1'],
      ];
    });
    expect(problems.map(({ what }) => what)).toEqual(['instance 10.20.1.10']);
  });

  it('names a thing of the environment file that is not there, and the facts that it hides', async () => {
    const [problem] = await problemsOf([], ({ aws }) => {
      aws.unshift({ operation: 'autoscaling:DescribeAutoScalingGroups', output: { AutoScalingGroups: [] } });
    });
    expect(problem).toMatchObject({
      what: 'aws',
      message: expect.stringMatching(/does not exist.*\(hides .*aws\/group/),
    });
  });

  it.each(['gateway-channel-down', 'alarm-slow', 'document-differs'])(
    'judges nothing: %s is not its matter',
    async (flaw) => {
      expect(await problemsOf([flaw])).toEqual([]);
    },
  );

  it('asks for every tool that a part of the script needs', () => {
    const needed = outline.host.flatMap(({ script }) =>
      [...script.matchAll(/^need (.+)$/gm)].flatMap(([, list]) => list?.split(' ') ?? []),
    );
    const asked = runners.flatMap((as) => toolsOf(outline.host, as));
    expect(needed.length).toBeGreaterThan(20);
    expect(needed.filter((tool) => !asked.includes(tool))).toEqual([]);
  });
});

describe('permissions', () => {
  const operations = outline.aws.map(({ call }) => call);
  const principal = 'arn:aws:sts::123456789012:assumed-role/clawcheck/session';

  /** What is found out with nothing noted before, over the real clients, from a server that answers in one way. */
  async function found(
    answer: (operation: string) => { code?: string; status?: number; output?: unknown },
  ): Promise<Finding[]> {
    const server = await startAwsServer((operation) => {
      const { code, status = 400, output } = answer(operation);
      return code === undefined ? { output } : { error: { code, status } };
    });
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00', AWS_SECRET_ACCESS_KEY: 'x' };
    Object.assign(process.env, keys);
    const place = goodEnvironment({ 'aws.endpoint': server.url });
    const aws = liveAws(place, new AbortController().signal);
    const noted = new Map<string, Permission>();
    try {
      return await permissionFindings(notingAws(aws, noted), noted, operations, principal);
    } finally {
      aws.close();
      for (const name of Object.keys(keys)) delete process.env[name];
      await server.close();
    }
  }

  it('names every action of the plan where everything is refused: each input is one that the clients send', async () => {
    const findings = await found(() => ({ code: 'AccessDenied', status: 403 }));
    const refused = findings.filter(({ state }) => state === 'problem').map(({ message }) => message);
    const actions = operations.flatMap((operation) => actionOf(operation) ?? []);
    expect(actions.length).toBeGreaterThan(60);
    for (const action of actions) expect(refused).toContain(`${action} is refused`);
  });

  it('takes "does not exist" for a permission, and nothing else that fails', async () => {
    const absent = await found(() => ({ code: 'ResourceNotFoundException', status: 400 }));
    expect(absent.filter(({ state }) => state === 'problem')).toEqual([]);
    expect(absent[0]?.message).toMatch(
      new RegExp(`^${operations.length} of ${operations.length} operations may be called \\(0 called`),
    );
    const odd = await found(() => ({ code: 'ValidationError', status: 400 }));
    expect(odd[0]?.message).toMatch(/^0 of /);
    expect(odd[1]).toMatchObject({ state: 'note', message: expect.stringContaining('ec2:DescribeInstances') });
  });

  it('simulates for the role behind the session what cannot be told otherwise, and says so', async () => {
    const findings = await found((operation) =>
      operation === 'iam:SimulatePrincipalPolicy'
        ? {
            output: {
              IsTruncated: false,
              EvaluationResults: [
                { EvalActionName: 'ec2:DescribeVolumes', EvalDecision: 'implicitDeny' },
                { EvalActionName: 'budgets:ViewBudget', EvalDecision: 'allowed' },
              ],
            },
          }
        : { code: 'ValidationError' },
    );
    expect(findings[0]).toMatchObject({ state: 'problem', message: 'ec2:DescribeVolumes is refused' });
    // Both operations behind budgets:ViewBudget, and the volumes.
    expect(findings[1]?.message).toMatch(/3 simulated by iam:SimulatePrincipalPolicy/);
  });

  it('knows the role behind a session', () => {
    expect(identityArn(principal)).toBe('arn:aws:iam::123456789012:role/clawcheck');
    expect(identityArn('arn:aws-cn:sts::123456789012:assumed-role/a/b')).toBe('arn:aws-cn:iam::123456789012:role/a');
    expect(identityArn('arn:aws:iam::123456789012:user/a')).toBe('arn:aws:iam::123456789012:user/a');
  });
});
