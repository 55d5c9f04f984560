import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { some } from '../../src/model/text.ts';
import { group, membersInService } from '../../src/probes/aws/group.ts';
import { healthReporter } from '../../src/probes/aws/health-reporter.ts';
import { interfaces } from '../../src/probes/aws/interfaces.ts';
import { type Front, loadBalancers } from '../../src/probes/aws/load-balancers.ts';
import { unhealthyAfterSeconds } from '../../src/probes/aws/target-groups.ts';
import { type HealthTimer, healthTimer } from '../../src/probes/host/health-timer.ts';

/** Codes and ranges of codes that say success; a redirection comes from any web server. */
const success = /^2\d\d([-,]2\d\d)*$/;

export default check({
  title: 'The health of the group follows the gateway',
  failureTitle: 'The group looks at the machine, not at the gateway',
  why: 'A machine can run for weeks with a dead gateway on it, and nobody replaces it.',
  trap: 'The type ELB is taken for enough; with no target group, a path that any web server answers or a matcher that takes errors, it heals nothing.',
  remediation:
    'Attach a target group that asks the gateway for /readyz on its port with matcher 200 and set the health check type to ELB; or let a timer on the instance call SetInstanceHealth when /readyz fails, and name it in infrastructure.healthReporterTimer.',
  needs: { group, interfaces, loadBalancers, healthReporter, timer: healthTimer },
  judge({ group, interfaces, loadBalancers, healthReporter, timer }, { environment, now }) {
    const subject = group.AutoScalingGroupARN;
    const { healthCheckPath, replaceWithinSeconds, replacementMaxAgeDays } = environment.infrastructure;
    const types = (group.HealthCheckType ?? '').split(',').map((type) => type.trim());
    const type: Finding<'group'> = {
      fact: 'group',
      subject,
      expected: 'health check type ELB, or EC2 with a declared reporter',
      observed: `health check type ${group.HealthCheckType ?? 'not set'}`,
      ok: types.includes('ELB') || healthReporter.timer !== undefined,
    };
    if (!types.includes('ELB')) {
      if (!healthReporter.timer) return judgeAll([type]);
      const permitted: Finding<'healthReporter'> = {
        fact: 'healthReporter',
        subject: healthReporter.roles.join(', '),
        expected: 'may call autoscaling:SetInstanceHealth on the group',
        observed: healthReporter.permitted ? 'allowed' : 'not allowed',
        ok: healthReporter.permitted,
      };
      const findings: Finding<'group' | 'healthReporter' | 'timer'>[] = [type, permitted];
      if (timer && !(timer instanceof ProbeError))
        findings.push(working(healthReporter.timer, timer, replaceWithinSeconds));
      if (findings.some(({ ok }) => !ok)) return judgeAll(findings);
      if (timer instanceof ProbeError) return undetermined(timer.reason, timer.message, findings);
      const oldest = now.getTime() - replacementMaxAgeDays * 86_400_000;
      const { reported } = healthReporter;
      if (!timer || !reported || reported.at.getTime() < oldest || reported.at > now) {
        const message = `no instance was taken out of service within ${replacementMaxAgeDays} days because it was reported unhealthy, so nothing shows that the reports work`;
        return undetermined('not_drilled', message, findings);
      }
      findings.push({
        fact: 'healthReporter',
        subject: reported.instance,
        expected: 'taken out of service because it was reported unhealthy',
        observed: `taken out of service on ${reported.at.toISOString()}`,
        ok: true,
      });
      return judgeAll(findings);
    }
    const { port } = environment.gateway;
    const grace = group.HealthCheckGracePeriod;
    const own = loadBalancers.fronts.filter(({ ofGroup }) => ofGroup);
    const findings: Finding<'group' | 'loadBalancers'>[] = [
      type,
      {
        fact: 'group',
        subject,
        expected: `grace period of at most ${replaceWithinSeconds} seconds`,
        observed: `grace period ${grace ?? 'not set'}`,
        ok: typeof grace === 'number' && grace >= 0 && grace <= replaceWithinSeconds,
      },
      {
        fact: 'loadBalancers',
        subject,
        expected: 'a target group with a load balancer',
        observed: `${own.filter(({ balancers }) => balancers.length > 0).length} with a load balancer`,
        ok: own.some(({ balancers }) => balancers.length > 0),
      },
    ];
    // Auto Scaling replaces an instance that any of its target groups calls unhealthy: one that asks the gateway is enough.
    const asking = own.filter((front) => probing(front, port, healthCheckPath).ok);
    const judged = asking.length > 0 ? asking : own;
    for (const front of judged) {
      findings.push(probing(front, port, healthCheckPath), noticing(front, replaceWithinSeconds), healthy(front, port));
    }
    const members = new Set(group.Instances.flatMap(({ InstanceId }) => InstanceId ?? []));
    for (const { instance, privateAddresses } of interfaces)
      if (members.has(instance)) for (const address of privateAddresses) members.add(address);
    for (const { targetGroup, targets } of own) {
      // Nobody replaces a machine beside the group, and what is said here of the instances does not hold for it.
      const strangers = targets.filter(
        ({ Target, TargetHealth }) => TargetHealth?.State !== 'draining' && !members.has(Target?.Id ?? ''),
      );
      findings.push({
        fact: 'loadBalancers',
        subject: targetGroup.TargetGroupArn,
        expected: 'every target is an instance of the group',
        observed: strangers.map(({ Target }) => `${Target?.Id} is not`).join(', ') || 'every target is',
        ok: strangers.length === 0,
      });
    }
    const watched = new Set(
      judged.filter((f) => f.balancers.length > 0).flatMap((f) => f.targets.map(({ Target }) => Target?.Id)),
    );
    for (const { instance, privateAddresses } of interfaces)
      if (privateAddresses.some((address) => watched.has(address))) watched.add(instance);
    for (const [observed, ok] of [
      ['a target', true],
      ['not a target', false],
    ] as const) {
      const ones = membersInService(group).filter((id) => watched.has(id) === ok);
      if (ones.length > 0)
        findings.push({ fact: 'loadBalancers', subject: some(ones), expected: 'a target', observed, ok });
    }
    return judgeAll(findings);
  },
});

/** A timer that has not started its unit for longer than a replacement may take reports nothing in time. */
function working(name: string, timer: HealthTimer, seconds: number): Finding<'timer'> {
  const { loaded, active, enabled, triggeredSecondsAgo: ago, succeeded } = timer;
  const wrong = [
    ...(loaded ? [] : ['not loaded']),
    ...(active ? [] : ['not active']),
    ...(enabled ? [] : ['not enabled']),
    ...(succeeded ? [] : ['its unit failed']),
    ...(ago === undefined ? ['never triggered'] : ago > seconds ? [`last triggered ${ago} s ago`] : []),
  ];
  return {
    fact: 'timer',
    subject: name,
    expected: `active, enabled, triggered within ${seconds} s, its unit succeeded`,
    observed: wrong.join(', ') || `active, enabled, triggered ${ago} s ago, its unit succeeded`,
    ok: wrong.length === 0,
  };
}

function probing({ targetGroup: t, balancers }: Front, port: number, path: string): Finding<'loadBalancers'> {
  const asked = t.HealthCheckPort === 'traffic-port' ? t.Port : Number(t.HealthCheckPort);
  const { HealthCheckProtocol: protocol, HealthCheckPath, Matcher } = t;
  const on = t.HealthCheckEnabled === true && balancers.length > 0;
  const web = protocol === 'HTTP' || protocol === 'HTTPS';
  return {
    fact: 'loadBalancers',
    subject: t.TargetGroupArn,
    expected: `asks HTTP ${port} ${path} and takes success only`,
    observed: on
      ? `asks ${protocol} ${asked} ${HealthCheckPath ?? 'without a path'} and takes ${Matcher?.HttpCode ?? 'anything'}`
      : 'asks nothing',
    ok: on && web && asked === port && HealthCheckPath === path && success.test(Matcher?.HttpCode ?? ''),
  };
}

/** Not before it is called unhealthy is an instance replaced. */
function noticing({ targetGroup }: Front, most: number): Finding<'loadBalancers'> {
  const seconds = unhealthyAfterSeconds(targetGroup);
  return {
    fact: 'loadBalancers',
    subject: targetGroup.TargetGroupArn,
    expected: `calls a target unhealthy after at most ${most} seconds`,
    observed: `after ${seconds} seconds`,
    ok: seconds <= most,
  };
}

function healthy({ targetGroup, targets }: Front, port: number): Finding<'loadBalancers'> {
  // A target that is leaving is no longer asked, and says nothing about the gateway.
  const present = targets.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining');
  const good = present.filter(
    (t) => t.TargetHealth?.State === 'healthy' && (t.HealthCheckPort ?? `${port}`) === `${port}`,
  );
  return {
    fact: 'loadBalancers',
    subject: targetGroup.TargetGroupArn,
    expected: 'every target healthy, and at least one',
    observed: `${good.length} of ${present.length} healthy`,
    ok: present.length > 0 && good.length === present.length,
  };
}
