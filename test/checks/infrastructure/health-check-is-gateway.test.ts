import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/health-check-is-gateway.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const day = 86_400_000;

const group = {
  AutoScalingGroupARN: 'arn:asg',
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: 300,
  Instances: [{ InstanceId: 'i-1', LifecycleState: 'InService' }],
};
const targetGroup = {
  TargetGroupArn: 'arn:tg',
  Port: 18_789,
  HealthCheckEnabled: true,
  HealthCheckProtocol: 'HTTP',
  HealthCheckPort: 'traffic-port',
  HealthCheckPath: '/readyz',
  Matcher: { HttpCode: '200' },
  HealthCheckIntervalSeconds: 30,
  UnhealthyThresholdCount: 2,
};
const target = { Target: { Id: 'i-1' }, HealthCheckPort: '18789', TargetHealth: { State: 'healthy' } };
const front = { targetGroup, ofGroup: true, targets: [target], balancers: [{ arn: 'arn:lb' }] };
const interfaces = [
  { instance: 'i-1', privateAddresses: ['10.20.1.10'] },
  { instance: 'i-9', privateAddresses: ['10.20.1.99'] },
];
const none = { timer: undefined, roles: [], permitted: false, reported: undefined };
const timer = {
  timer: 'health.timer',
  roles: ['arn:role'],
  permitted: true,
  reported: { instance: 'i-0', at: new Date(now.getTime() - day) },
};
const fronts = (change: object, tg: object = {}) => [{ ...front, ...change, targetGroup: { ...targetGroup, ...tg } }];

describe('infrastructure/health-check-is-gateway', () => {
  it.each<[string, object, object[], object, string]>([
    ['ELB on /readyz', {}, [front], none, 'pass'],
    ['several types, ELB among them', { HealthCheckType: 'EC2,ELB' }, [front], none, 'pass'],
    ['several types with a space between', { HealthCheckType: 'EC2, ELB' }, [front], none, 'pass'],
    ['EC2 alone', { HealthCheckType: 'EC2' }, [front], none, 'fail'],
    ['no type', { HealthCheckType: undefined }, [front], none, 'fail'],
    ['EC2 with a reporter that may report', { HealthCheckType: 'EC2' }, [], timer, 'undetermined'],
    ['EC2 with a reporter that may not', { HealthCheckType: 'EC2' }, [], { ...timer, permitted: false }, 'fail'],
    ['ELB without a target group', {}, [], none, 'fail'],
    ['a target group that the group does not register in', {}, fronts({ ofGroup: false }), none, 'fail'],
    ['a target group without a load balancer', {}, fronts({ balancers: [] }), none, 'fail'],
    ['another target group without a load balancer', {}, [front, ...fronts({ balancers: [] })], none, 'pass'],
    [
      'another target group that asks something else',
      {},
      [...fronts({}, { HealthCheckPath: '/' }), front],
      none,
      'pass',
    ],
    [
      'two target groups of which none asks the gateway',
      {},
      [...fronts({}, { HealthCheckPath: '/' }), ...fronts({}, { HealthCheckPort: '80' })],
      none,
      'fail',
    ],
    [
      'an instance that is a target only where the gateway is not asked',
      {},
      [...fronts({}, { HealthCheckPath: '/' }), ...fronts({ targets: [{ ...target, Target: { Id: 'i-9' } }] })],
      none,
      'fail',
    ],
    ['another path', {}, fronts({}, { HealthCheckPath: '/' }), none, 'fail'],
    ['another endpoint than is configured', {}, fronts({}, { HealthCheckPath: '/healthz' }), none, 'fail'],
    ['the gateway port by number', {}, fronts({}, { HealthCheckPort: '18789' }), none, 'pass'],
    ['another port', {}, fronts({}, { HealthCheckPort: '80' }), none, 'fail'],
    ['another traffic port', {}, fronts({}, { Port: 80 }), none, 'fail'],
    ['TCP', {}, fronts({}, { HealthCheckProtocol: 'TCP' }), none, 'fail'],
    ['HTTPS', {}, fronts({}, { HealthCheckProtocol: 'HTTPS' }), none, 'pass'],
    ['checks turned off', {}, fronts({}, { HealthCheckEnabled: false }), none, 'fail'],
    ['nine minutes until it notices', {}, fronts({}, { HealthCheckIntervalSeconds: 270 }), none, 'pass'],
    ['as long to notice as a replacement may take', {}, fronts({}, { UnhealthyThresholdCount: 30 }), none, 'pass'],
    ['longer to notice than a replacement may take', {}, fronts({}, { UnhealthyThresholdCount: 31 }), none, 'fail'],
    ['a loose matcher', {}, fronts({}, { Matcher: { HttpCode: '200-499' } }), none, 'fail'],
    ['every success', {}, fronts({}, { Matcher: { HttpCode: '200-299' } }), none, 'pass'],
    ['some of the successes', {}, fronts({}, { Matcher: { HttpCode: '200,204' } }), none, 'pass'],
    ['redirections', {}, fronts({}, { Matcher: { HttpCode: '200-302' } }), none, 'fail'],
    ['redirections in a list', {}, fronts({}, { Matcher: { HttpCode: '200,301' } }), none, 'fail'],
    [
      'a target beside the group',
      {},
      fronts({ targets: [target, { ...target, Target: { Id: 'i-8' } }] }),
      none,
      'fail',
    ],
    ['no matcher', {}, fronts({}, { Matcher: undefined }), none, 'fail'],
    ['no target', {}, fronts({ targets: [] }), none, 'fail'],
    [
      'an unhealthy target',
      {},
      fronts({ targets: [{ ...target, TargetHealth: { State: 'unhealthy' } }] }),
      none,
      'fail',
    ],
    [
      'a target in its first checks',
      {},
      fronts({ targets: [{ ...target, TargetHealth: { State: 'initial' } }] }),
      none,
      'fail',
    ],
    [
      'only draining targets',
      {},
      fronts({ targets: [{ ...target, TargetHealth: { State: 'draining' } }] }),
      none,
      'fail',
    ],
    ['a target by its address', {}, fronts({ targets: [{ ...target, Target: { Id: '10.20.1.10' } }] }), none, 'pass'],
    [
      'the address of another instance',
      {},
      fronts({ targets: [{ ...target, Target: { Id: '10.20.1.99' } }] }),
      none,
      'fail',
    ],
    [
      'a target that drains beside one that is healthy',
      {},
      fronts({ targets: [target, { ...target, Target: { Id: 'i-9' }, TargetHealth: { State: 'draining' } }] }),
      none,
      'pass',
    ],
    [
      'a target with no port of its own',
      {},
      fronts({ targets: [{ ...target, HealthCheckPort: undefined }] }),
      none,
      'pass',
    ],
    [
      'an instance that is not yet in service and no target',
      { Instances: [...group.Instances, { InstanceId: 'i-2', LifecycleState: 'Pending' }] },
      [front],
      none,
      'pass',
    ],
    [
      'an instance in service that is no target',
      { Instances: [...group.Instances, { InstanceId: 'i-2', LifecycleState: 'InService' }] },
      [front],
      none,
      'fail',
    ],
    ['only other targets', {}, fronts({ targets: [{ ...target, Target: { Id: 'i-9' } }] }), none, 'fail'],
    ['a target asked on another port', {}, fronts({ targets: [{ ...target, HealthCheckPort: '80' }] }), none, 'fail'],
    ['a grace period of exactly what is allowed', { HealthCheckGracePeriod: 900 }, [front], none, 'pass'],
    ['a second more', { HealthCheckGracePeriod: 901 }, [front], none, 'fail'],
    ['no grace period known', { HealthCheckGracePeriod: undefined }, [front], none, 'fail'],
  ])('%s', (_, change, fronts, healthReporter, outcome) => {
    const loadBalancers = { all: [], fronts, unread: [] };
    const facts = { group: { ...group, ...change }, interfaces, loadBalancers, healthReporter, timer: undefined };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  describe('with a reporter on the instance', () => {
    const good = { loaded: true, active: true, enabled: true, triggeredSecondsAgo: 40, succeeded: true };
    const judged = (seen: unknown, change: object = {}) =>
      judgeFacts(check, {
        group: { ...group, HealthCheckType: 'EC2' },
        interfaces,
        loadBalancers: { all: [], fronts: [], unread: [] },
        healthReporter: { ...timer, ...change },
        timer: seen,
      }).outcome;
    const at = (days: number) => ({ reported: { instance: 'i-0', at: new Date(now.getTime() - days * day) } });

    it('passes when its timer works and AWS took an instance out of service for a report', () => {
      expect(judged(good)).toBe('pass');
      expect(judged(good, at(90))).toBe('pass');
      expect(judged(good, at(0))).toBe('pass');
      expect(judged({ ...good, triggeredSecondsAgo: 900 })).toBe('pass');
    });
    it.each<[string, object]>([
      ['loaded', { loaded: false }],
      ['active', { active: false }],
      ['enabled', { enabled: false }],
      ['triggered', { triggeredSecondsAgo: undefined }],
      ['triggered in time', { triggeredSecondsAgo: 901 }],
      ['followed by success', { succeeded: false }],
    ])('fails when its timer is not %s', (_, change) => {
      expect(judged({ ...good, ...change })).toBe('fail');
    });
    it('fails when its role may not report, whatever the host says', () => {
      expect(judged(new ProbeError('unreachable', 'no host'), { permitted: false })).toBe('fail');
    });
    it('is unknown without the host, without a proof, and with one that is too old or yet to come', () => {
      expect(judged(new ProbeError('unreachable', 'no host'))).toBe('undetermined');
      expect(judged(undefined)).toBe('undetermined');
      expect(judged(good, { reported: undefined })).toBe('undetermined');
      expect(judged(good, at(91))).toBe('undetermined');
      expect(judged(good, at(-1))).toBe('undetermined');
    });
  });
});
