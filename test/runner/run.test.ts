import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/demo/scenario.ts';
import { area, check, judgeAll, pass, undetermined } from '../../src/model/check.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { awsProbe, gatewayProbe, hostProbe } from '../../src/model/probe.ts';
import { ProbeError, UntrustedError } from '../../src/model/reason.ts';
import type { Report } from '../../src/model/report.ts';
import type { HostPort } from '../../src/ports/host.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { group } from '../../src/probes/aws/group.ts';
import { hostIdentity } from '../../src/probes/host/identity.ts';
import { inconsistencies } from '../../src/report/consistency.ts';
import { renderText } from '../../src/report/text.ts';
import { run } from '../../src/runner/run.ts';
import { fixtures, goodEnvironment, now, scenarioPorts } from '../support/rig.ts';

const text = { failureTitle: 'not so', why: 'w', remediation: 'r' };
const finding = (fact: string, observed: string, ok: boolean) => ({ fact, subject: 's', expected: 'e', observed, ok });

const judged = (fact: string, observed: string, ok: boolean) => judgeAll([finding(fact, observed, ok)]) as never;

const word = hostProbe({ id: 'host/word', script: '', parse: ([first]) => first?.[1] ?? '' });
const hang = awsProbe<string>({ id: 'aws/hang', gather: () => new Promise(() => {}) });
const broken = awsProbe<string>({
  id: 'aws/broken',
  gather: async () => {
    throw new TypeError('secret \u001b[2J of the target');
  },
});

const registry = {
  network: area({
    title: 'Network',
    why: '',
    checks: {
      seen: check({
        ...text,
        title: 'seen',
        needs: { group },
        judge: ({ group }) => judged('group', group.AutoScalingGroupName, true),
      }),
      word: check({
        ...text,
        title: 'word',
        attestable: true,
        needs: { word },
        judge: ({ word }) => judged('word', word, word === 'good'),
      }),
    },
  }),
  backup: area({
    title: 'Backup',
    why: '',
    checks: {
      person: check({
        ...text,
        title: 'person',
        attestable: true,
        needs: { group },
        judge: () => undetermined('not_attested', 'nobody said so') as never,
      }),
    },
  }),
};

const withChecks = (checks: Record<string, unknown>) => ({
  network: area({ title: 'N', why: '', checks: checks as never }),
});

interface Variation {
  environment?: Record<string, unknown>;
  aws?: Record<string, unknown>;
  hosts?: Record<string, Partial<HostPort> & { answers?: Record<string, unknown> }>;
  registry?: Record<string, ReturnType<typeof area>>;
  selection?: { areas: string[]; checks: string[] };
  interrupt?: AbortSignal;
  timeoutMs?: number;
  active?: boolean;
  events?: RunEvent[];
}

const identity = [
  ['state', 'ok'],
  ['instance-id', 'i-0a1b2c3d4e5f60001'],
  ['account', '123456789012'],
  ['region', 'eu-west-1'],
];

async function runWith(v: Variation = {}): Promise<Report> {
  const scenario = loadScenario(fixtures, [], now);
  scenario.host['host/word'] = [['word', 'good']];
  scenario.aws.unshift(
    ...(Object.entries(v.aws ?? {}).map(([operation, answer]) => ({ operation, ...(answer as object) })) as never[]),
  );
  const environment = goodEnvironment({
    attestations: [
      {
        check: 'backup/person',
        by: 'Ada',
        date: '2026-03-01',
        expires: '2026-06-01',
        statement: 'done',
        evidence: 'doc',
      },
    ],
    ...v.environment,
  });
  const { ports, calls } = scenarioPorts(scenario, environment);
  const openHost: Ports['openHost'] = async ({ address }, signal) => {
    const special = v.hosts?.[address];
    const { answers, ...more } = special ?? {};
    const base = await ports.openHost({ address, fingerprints: [] }, signal);
    const withAnswers = answers && {
      run: async () =>
        new Map(Object.entries({ 'host/identity': identity, 'host/word': [['word', 'good']], ...answers })) as never,
    };
    return { ...base, ...withAnswers, ...more };
  };
  return run({
    registry: v.registry ?? registry,
    environment,
    fileSha256: '0'.repeat(64),
    selection: v.selection ?? { areas: [], checks: [] },
    ...(v.active && { active: true }),
    ports: { ...ports, openHost },
    calls,
    mode: 'simulated',
    version: '0',
    clock: () => now,
    emit: (event) => v.events?.push(event),
    interrupt: v.interrupt ?? new AbortController().signal,
    timeoutMs: v.timeoutMs ?? 10_000,
  });
}

const find = (report: Report, id: string) => {
  const [result, ...more] = report.areas.flatMap(({ checks }) => checks).filter((c) => c.id === id);
  expect(more).toEqual([]);
  if (!result) throw new Error(`${id} is not in the report`);
  return result;
};

describe('a run', () => {
  it('is READY when everything passes or is attested, and says what it looked at', async () => {
    const report = await runWith();
    expect(report.verdict).toBe('READY');
    expect(report.counts).toMatchObject({ pass: 2, attested: 1 });
    expect(report.subject).toMatchObject({ account: '123456789012', mismatches: [], unproven: [] });
    expect(find(report, 'network/word').evidence[0]).toMatchObject({
      source: 'target-self-report',
      instance: 'i-0a1b2c3d4e5f60001',
    });
    for (const { checks } of report.areas)
      for (const c of checks) if (c.status === 'pass') expect(c.controls.length).toBeGreaterThan(0);
  });

  it('narrowed is never READY, and names what it was narrowed to', async () => {
    const report = await runWith({ selection: { areas: ['network'], checks: [] } });
    expect(report.verdict).toBe('INCOMPLETE');
    expect(report.narrowedTo).toEqual(['network']);
    expect(report.counts).toMatchObject({ pass: 2, unknown: 0 });
  });

  it('tells each event, and each check once', async () => {
    const events: RunEvent[] = [];
    await runWith({ events });
    expect(events[0]?.type).toBe('run-started');
    expect(events.at(-1)?.type).toBe('run-finished');
    expect(events.filter(({ type }) => type === 'check-judged')).toHaveLength(3);
  });
});

describe('the subject', () => {
  const sts = (account: string) => ({
    'sts:GetCallerIdentity': { output: { Account: account, Arn: `arn:aws:iam::${account}:user/x` } },
  });

  it.each([
    ['another account', { aws: sts('999999999999') }, /account 999999999999/],
    [
      'a host of another account',
      { hosts: { '10.20.1.10': { answers: { 'host/identity': identity.with(2, ['account', '999999999999']) } } } },
      /999999999999/,
    ],
    [
      'a host in another region',
      { hosts: { '10.20.1.10': { answers: { 'host/identity': identity.with(3, ['region', 'us-east-1']) } } } },
      /us-east-1/,
    ],
    [
      'an instance outside the group',
      {
        hosts: {
          '10.20.1.10': { answers: { 'host/identity': identity.with(1, ['instance-id', 'i-0ffffffffffffffff']) } },
        },
      },
      /not an instance of the group/,
    ],
  ] as [string, Variation, RegExp][])(
    'that is %s makes the run UNTRUSTED, and nothing is judged',
    async (_, variation, message) => {
      const report = await runWith(variation);
      expect(report.verdict).toBe('UNTRUSTED');
      expect(report.subject.mismatches.join()).toMatch(message);
      expect(report.areas.flatMap(({ checks }) => checks.map(({ status, reason }) => [status, reason?.code]))).toEqual(
        Array(3).fill(['unknown', 'wrong_subject']),
      );
    },
  );

  it('with another host key makes the run UNTRUSTED, whatever is waived', async () => {
    const open: Ports['openHost'] = () => Promise.reject(new UntrustedError('the host key is another'));
    const waivers = ['network/seen', 'network/word'].map((id) => ({
      check: id,
      reason: 'r',
      by: 'b',
      expires: '2026-12-31',
      ticket: 't',
    }));
    const report = await runWithOpen(open, { waivers });
    expect(report.verdict).toBe('UNTRUSTED');
    expect(report.counts.waived).toBe(0);
  });

  it('whose account cannot be read lets nothing be judged', async () => {
    const report = await runWith({
      aws: { 'sts:GetCallerIdentity': { error: { code: 'AccessDenied', status: 403 } } },
    });
    expect(report.verdict).toBe('INCOMPLETE');
    expect(find(report, 'network/seen')).toMatchObject({ status: 'unknown', reason: { code: 'unbound' } });
  });

  it('whose group cannot be read makes what needs it unknown, and hosts unproven', async () => {
    const report = await runWith({
      aws: { 'autoscaling:DescribeAutoScalingGroups': { error: { code: 'AccessDenied', status: 403 } } },
    });
    expect(find(report, 'network/seen')).toMatchObject({
      status: 'unknown',
      reason: { code: 'access_denied', action: 'autoscaling:DescribeAutoScalingGroups' },
    });
    expect(find(report, 'network/word')).toMatchObject({ status: 'unknown', reason: { code: 'unbound' } });
  });
});

async function runWithOpen(openHost: Ports['openHost'], environment: Record<string, unknown>): Promise<Report> {
  const scenario = loadScenario(fixtures, [], now);
  const env = goodEnvironment({ attestations: [], ...environment });
  const { ports, calls } = scenarioPorts(scenario, env);
  return run({
    registry,
    environment: env,
    fileSha256: '0'.repeat(64),
    selection: { areas: [], checks: [] },
    ports: { ...ports, openHost },
    calls,
    mode: 'simulated',
    version: '0',
    clock: () => now,
    emit: () => {},
    interrupt: new AbortController().signal,
    timeoutMs: 5000,
  });
}

describe('hosts', () => {
  const two = { 'ssh.hosts': ['10.20.1.10', '10.20.1.11'] };

  it('are judged one by one: the worst decides', async () => {
    const bad = await runWith({
      environment: two,
      hosts: { '10.20.1.11': { answers: { 'host/word': [['word', 'bad']] } } },
    });
    expect(find(bad, 'network/word')).toMatchObject({ status: 'fail', observed: 'bad' });
    const lost = await runWith({
      environment: two,
      hosts: { '10.20.1.11': { answers: { 'host/word': new ProbeError('timeout', 'slow') } } },
    });
    expect(find(lost, 'network/word')).toMatchObject({ status: 'unknown', reason: { code: 'timeout' } });
    expect(lost.verdict).toBe('INCOMPLETE');
  });

  it('a failure on one shows even when another cannot be reached', async () => {
    const report = await runWith({
      environment: two,
      hosts: {
        '10.20.1.10': { answers: { 'host/word': [['word', 'bad']] } },
        '10.20.1.11': { answers: { 'host/identity': new ProbeError('unreachable', 'no') } },
      },
    });
    expect(find(report, 'network/word').status).toBe('fail');
  });

  it('that no address leads to are unknown: one of two is not all', async () => {
    const group = loadScenario(fixtures, [], now).aws.find(
      ({ operation }) => operation === 'autoscaling:DescribeAutoScalingGroups',
    ) as { output: { AutoScalingGroups: { Instances: object[] }[] } };
    const output = structuredClone(group.output);
    output.AutoScalingGroups[0]?.Instances.push({
      ...output.AutoScalingGroups[0].Instances[0],
      InstanceId: 'i-0a1b2c3d4e5f60009',
    });
    const report = await runWith({ aws: { 'autoscaling:DescribeAutoScalingGroups': { output } } });
    expect(find(report, 'network/word')).toMatchObject({ status: 'unknown', reason: { code: 'unreachable' } });
    expect(report.subject.unproven.join()).toContain('i-0a1b2c3d4e5f60009');
  });

  it('name what is their own, and what is of none is told once', async () => {
    const both = check({
      ...text,
      title: 'both',
      needs: { group, word },
      judge: ({ group, word }) =>
        pass(
          [
            { fact: 'group', subject: group.AutoScalingGroupName, expected: 'there', observed: 'there' },
            { fact: 'word', subject: 'word', expected: 'good', observed: word },
          ],
          [{ fact: 'group', subject: 'control', expected: 'seen', observed: 'seen' }],
        ),
    });
    const report = await runWith({ environment: { ...two, attestations: [] }, registry: withChecks({ both }) });
    const { evidence, controls } = find(report, 'network/both');
    expect(evidence.map(({ subject, instance }) => [subject, instance])).toEqual([
      ['openclaw-prod', undefined],
      ['word', 'i-0a1b2c3d4e5f60001'],
      ['word', 'i-0a1b2c3d4e5f60001'],
    ]);
    expect(controls.filter(({ subject }) => subject === 'control')).toHaveLength(1);
    expect(controls.filter(({ instance }) => instance !== undefined)).toHaveLength(2);
  });

  describe('that say which instance they are before the rest', () => {
    const early = (rest: Record<string, unknown>): HostPort['run'] => {
      return async (_programs, _signal, first) => {
        first?.(identity as never);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return new Map(
          Object.entries({ 'host/identity': identity, 'host/word': [['word', 'good']], ...rest }),
        ) as never;
      };
    };
    const asked: number[] = [];
    const ready = gatewayProbe<number>({
      id: 'gateway/ready',
      needs: { identity: hostIdentity },
      gather: async () => asked.push(performance.now()),
    });
    const checks = withChecks({
      word: registry.network.checks['word'],
      ready: check({ ...text, title: 'r', needs: { ready }, judge: () => judged('ready', 'yes', true) }),
    });
    const runEarly = async (rest: Record<string, unknown>, active = false) => {
      asked.length = 0;
      const hosts = { '10.20.1.10': { run: early(rest) } };
      const report = await runWith({ environment: { attestations: [] }, registry: checks, hosts, active });
      return [report, performance.now()] as const;
    };

    it('have their gateway asked meanwhile', async () => {
      const [report, ended] = await runEarly({});
      expect(report.verdict).toBe('READY');
      expect(asked).toHaveLength(1);
      expect(ended - (asked[0] ?? ended)).toBeGreaterThan(150);
    });

    it('have it tried only after the script, which takes turns with what is tried', async () => {
      const [, ended] = await runEarly({}, true);
      expect(asked).toHaveLength(1);
      expect(ended - (asked[0] ?? 0)).toBeLessThan(150);
    });

    it.each([
      ['the rest is lost', { 'host/identity': new ProbeError('truncated', 'cut off') }, 'truncated'],
      ['they take it back', { 'host/identity': [...identity.slice(0, 3), ['region', 'eu-west-2']] }, 'conflict'],
      ['they leave it out', { 'host/identity': undefined }, 'internal'],
    ])('count for nothing where %s', async (_, rest, code) => {
      const [report] = await runEarly(rest);
      for (const id of ['network/word', 'network/ready'])
        expect(find(report, id)).toMatchObject({ status: 'unknown', reason: { code } });
      expect(report.subject.unproven.join()).toContain('i-0a1b2c3d4e5f60001');
      expect(report.verdict).toBe('INCOMPLETE');
    });
  });

  it('of which nothing is known are asked nothing more, and count as one for each reason', async () => {
    const asked: string[] = [];
    const seen = hostProbe({
      id: 'host/seen',
      script: '',
      parse: (records) => {
        asked.push('parsed');
        return records;
      },
    });
    const lost = (address: string, reason: 'timeout' | 'unreachable') => [
      address,
      { answers: { 'host/identity': new ProbeError(reason, `${address} ${reason}`), 'host/seen': [['seen', 'yes']] } },
    ];
    const some = check({
      ...text,
      title: 'some',
      needs: { seen },
      judge: () => judged('seen', 'yes', true),
    });
    const report = await runWith({
      environment: {
        'ssh.hosts': ['10.20.1.10', '10.20.1.11', '10.20.1.12', '10.20.1.13'],
        attestations: [],
      },
      registry: withChecks({ some }),
      hosts: Object.fromEntries([
        ['10.20.1.10', { answers: { 'host/seen': [['seen', 'yes']] } }],
        lost('10.20.1.11', 'timeout'),
        lost('10.20.1.12', 'timeout'),
        lost('10.20.1.13', 'unreachable'),
      ]),
    });
    expect(find(report, 'network/some')).toMatchObject({
      status: 'unknown',
      reason: { code: 'timeout', message: '10.20.1.11 timeout' },
    });
    expect(asked).toEqual(['parsed']);
    expect(report.subject.unproven.join()).toMatch(/10\.20\.1\.11.*10\.20\.1\.12.*10\.20\.1\.13/);
  });

  describe('that are replaced in mid-run', () => {
    const operation = 'autoscaling:DescribeAutoScalingGroups';
    type Answer = { AutoScalingGroups: { AutoScalingGroupARN: string; Instances: Record<string, string>[] }[] };
    const good = loadScenario(fixtures, [], now).aws.find((e) => e.operation === operation)
      ?.output as unknown as Answer;
    /** What AWS says when it is asked for the second time. */
    const atTheEnd = (change: (answer: Answer) => void) => {
      const output = structuredClone(good);
      change(output);
      return { aws: { [operation]: { when: { IncludeInstances: true }, output } } };
    };
    const others = (answer: Answer) => answer.AutoScalingGroups[0]?.Instances ?? [];
    it.each<[string, Variation, string[]]>([
      [
        'one for another',
        atTheEnd((answer) => Object.assign(others(answer)[0] ?? {}, { InstanceId: 'i-0a1b2c3d4e5f60009' })),
        [
          'i-0a1b2c3d4e5f60001: went out of service during the run',
          'i-0a1b2c3d4e5f60009: came into service during the run',
        ],
      ],
      [
        'one that ends and is still listed',
        atTheEnd((answer) => Object.assign(others(answer)[0] ?? {}, { LifecycleState: 'Terminating:Wait' })),
        ['i-0a1b2c3d4e5f60001: went out of service during the run'],
      ],
      [
        'one more',
        atTheEnd((answer) => others(answer).push({ ...others(answer)[0], InstanceId: 'i-0a1b2c3d4e5f60009' })),
        ['i-0a1b2c3d4e5f60009: came into service during the run'],
      ],
      [
        'a group of that name that is another',
        atTheEnd((answer) => Object.assign(answer.AutoScalingGroups[0] ?? {}, { AutoScalingGroupARN: 'arn:other' })),
        [
          'Auto Scaling Group: whether it changed during the run could not be seen: AWS does not describe the group any more',
        ],
      ],
    ])('make the run INCOMPLETE and are named: %s', async (_, variation, lines) => {
      const report = await runWith(variation);
      expect(report.verdict).toBe('INCOMPLETE');
      expect(report.subject.unproven).toEqual(lines);
    });

    it('make the run INCOMPLETE where AWS does not say at the end', async () => {
      const denied = { when: { IncludeInstances: true }, error: { code: 'RequestExpired', status: 400 } };
      const report = await runWith({ aws: { [operation]: denied } });
      expect(report.verdict).toBe('INCOMPLETE');
      expect(report.subject.unproven.join()).toMatch(/^Auto Scaling Group: whether it changed during the run/);
    });
  });

  it('that cannot be reached leave the rest as it is', async () => {
    const report = await runWithOpen(() => Promise.reject(new ProbeError('unreachable', 'refused')), {});
    expect(find(report, 'network/word')).toMatchObject({ status: 'unknown', reason: { code: 'unreachable' } });
    expect(find(report, 'network/seen').status).toBe('pass');
    expect(report.verdict).toBe('INCOMPLETE');
  });
});

describe('what goes wrong in a run', () => {
  const one = (c: unknown) => withChecks({ seen: registry.network.checks['seen'], other: c });

  it('ends at the time limit: a hang is unknown and the rest stands', async () => {
    const hanging = check({
      ...text,
      title: 'h',
      needs: { hang },
      judge: () => judged('hang', 'x', true),
    });
    const report = await runWith({ registry: one(hanging), environment: { attestations: [] }, timeoutMs: 100 });
    expect(find(report, 'network/other')).toMatchObject({ status: 'unknown', reason: { code: 'timeout' } });
    expect(find(report, 'network/seen').status).toBe('pass');
  });

  it('a defect of a probe or a check is unknown, and shows nothing of its text', async () => {
    const failing = check({
      ...text,
      title: 'b',
      needs: { broken },
      judge: () => judged('broken', 'x', true),
    });
    const throwing = check({
      ...text,
      title: 't',
      needs: { group },
      judge: () => {
        throw new Error('secret');
      },
    });
    for (const c of [failing, throwing]) {
      const report = await runWith({ registry: one(c), environment: { attestations: [] } });
      expect(find(report, 'network/other')).toMatchObject({ status: 'unknown', reason: { code: 'internal' } });
      expect(JSON.stringify(report)).not.toContain('secret');
    }
  });

  it('an empty set, and evidence from a fact that is not needed, are no pass', async () => {
    const empty = check({ ...text, title: 'e', needs: { group }, judge: () => judgeAll([]) as never });
    const report = await runWith({ registry: one(empty), environment: { attestations: [] } });
    expect(find(report, 'network/other')).toMatchObject({ status: 'unknown', reason: { code: 'empty_subject' } });
  });

  it('interrupted, it still has every check once and is not READY', async () => {
    const hanging = check({
      ...text,
      title: 'h',
      needs: { hang },
      judge: () => judged('hang', 'x', true),
    });
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 30);
    const report = await runWith({
      registry: one(hanging),
      environment: { attestations: [] },
      interrupt: interrupt.signal,
    });
    expect(report.window.interrupted).toBe(true);
    expect(report.verdict).toBe('INCOMPLETE');
    expect(find(report, 'network/other')).toMatchObject({ status: 'unknown', reason: { code: 'cancelled' } });
  });
});

describe('what people accept', () => {
  const waiver = { check: 'network/word', reason: 'known', by: 'Ada', expires: '2026-03-04', ticket: 'OPS-1' };
  const bad = { '10.20.1.10': { answers: { 'host/word': [['word', 'bad']] } } };

  it('a waiver lets a failure through, and the failure stays visible', async () => {
    const report = await runWith({ environment: { waivers: [waiver] }, hosts: bad });
    expect(find(report, 'network/word')).toMatchObject({
      status: 'waived',
      waiver: { status: 'fail', ticket: 'OPS-1' },
    });
    expect(report.verdict).toBe('READY');
  });

  it.each([
    ['an expired waiver', { waivers: [{ ...waiver, expires: '2026-03-03' }] }, /expired/],
    [
      'a waiver of a check that does not exist',
      { waivers: [{ ...waiver, check: 'network/wrod' }] },
      /no check \(in waivers\) "network\/wrod"/,
    ],
    ['two entries for one check', { waivers: [waiver, waiver] }, /named twice/],
    [
      'a waiver of a check that is attested',
      { waivers: [{ ...waiver, check: 'backup/person' }] },
      /backup\/person is named twice in waivers, attestations and notApplicable/,
    ],
    [
      'a waiver of a check that is declared not applicable',
      { waivers: [waiver], notApplicable: [{ check: 'network/word', reason: 'no host' }] },
      /named twice/,
    ],
    ['a pattern in the place of an id', { waivers: [{ ...waiver, check: 'network/*' }] }, /the id of a check/],
    ['a name that is blank', { waivers: [{ ...waiver, by: '\u200b ' }] }, /must have a word in it/],
    ['an id with a blank', { waivers: [{ ...waiver, check: 'network/word ' }] }, /the id of a check/],
    [
      'an attestation of what is measured',
      {
        attestations: [
          { check: 'network/seen', by: 'A', date: '2026-01-01', expires: '2027-01-01', statement: 's', evidence: 'e' },
        ],
      },
      /it is measured/,
    ],
  ])('%s is an error', async (_, environment, message) => {
    await expect(runWith({ environment })).rejects.toThrow(message);
  });

  it('an attestation does not hide a failure, and an expired one is no answer', async () => {
    const attestation = {
      check: 'network/word',
      by: 'A',
      date: '2026-01-01',
      expires: '2027-01-01',
      statement: 's',
      evidence: 'e',
    };
    const failing = await runWith({ environment: { attestations: [attestation] }, hosts: bad });
    // Both are shown: what was seen, and that a person stated otherwise.
    expect(find(failing, 'network/word')).toMatchObject({ status: 'fail', attestation: { by: 'A', statement: 's' } });
    const text = renderText(failing, { width: 100, color: false, verbose: false });
    expect(text).toContain('Without effect: A stated on 2026-01-01: s (e)');
    expect(text).not.toContain('Accepted by people');
    expect(inconsistencies(failing, []).filter((line) => !line.startsWith('complete: '))).toEqual([]);
    const passing = await runWith({ environment: { attestations: [attestation] } });
    expect(find(passing, 'network/word')).toMatchObject({ status: 'pass', attestation: null });
    const expired = await runWith({
      environment: { attestations: [{ ...attestation, check: 'backup/person', expires: '2026-03-03' }] },
    });
    expect(find(expired, 'backup/person')).toMatchObject({ status: 'unknown', reason: { code: 'stale' } });
  });

  it.each([
    ['on its last day', { expires: '2026-03-04' }, 'attested'],
    ['a day after it', { expires: '2026-03-03' }, 'unknown'],
    ['on its first day', { date: '2026-03-04' }, 'attested'],
    ['a day before it', { date: '2026-03-05' }, 'unknown'],
  ])('an attestation holds by the day in UTC: %s', async (_, days, status) => {
    const attestation = { by: 'A', date: '2026-01-01', expires: '2027-01-01', statement: 's', evidence: 'e', ...days };
    const report = await runWith({ environment: { attestations: [{ ...attestation, check: 'backup/person' }] } });
    expect(find(report, 'backup/person').status).toBe(status);
  });

  it('a waiver of every check does not hide that it is another deployment, or that none is proven', async () => {
    const waivers = ['network/word', 'network/seen', 'backup/person'].map((check) => ({ ...waiver, check }));
    const environment = { waivers, attestations: [] };
    const other = { output: { Account: '999999999999', Arn: 'arn:aws:iam::999999999999:user/x' } };
    const untrusted = await runWith({ environment, aws: { 'sts:GetCallerIdentity': other } });
    expect([untrusted.verdict, untrusted.counts.waived]).toEqual(['UNTRUSTED', 0]);
    const unproven = await runWith({
      environment,
      aws: { 'sts:GetCallerIdentity': { error: { code: 'AccessDenied', message: 'no' } } },
    });
    expect([unproven.verdict, unproven.subject.account]).toEqual(['INCOMPLETE', null]);
    const down = await runWith({
      environment,
      hosts: { '10.20.1.10': { answers: { 'host/identity': new ProbeError('timeout', 'no answer') } } },
    });
    expect([down.verdict, down.counts.waived]).toEqual(['INCOMPLETE', 2]);
  });

  it('an attestation does not stand in for a look that a machine could have taken', async () => {
    const attestation = {
      check: 'network/word',
      by: 'A',
      date: '2026-01-01',
      expires: '2027-01-01',
      statement: 's',
      evidence: 'e',
    };
    const refused = { '10.20.1.10': { answers: { 'host/word': new ProbeError('access_denied', 'refused') } } };
    const report = await runWith({ environment: { attestations: [attestation] }, hosts: refused });
    expect(find(report, 'network/word')).toMatchObject({ status: 'unknown', reason: { code: 'access_denied' } });
  });

  it('not applicable is only what the file declares, with its reason', async () => {
    const report = await runWith({
      environment: { notApplicable: [{ check: 'network/word', reason: 'no host' }] },
      hosts: bad,
    });
    expect(find(report, 'network/word')).toMatchObject({ status: 'not-applicable', notApplicable: 'no host' });
  });
});
