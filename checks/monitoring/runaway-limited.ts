import { agentValue, shown, valueAt } from '../../src/judging/gateway-config.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';

const longestTurnSeconds = 3600;
const longestToolSeconds = 3600;
const mostTurns = 64;
/** A window or a lockout that is shorter limits nobody. */
const leastRateLimitMs = 1000;

export default check({
  title: 'Loops, long turns and floods are bounded',
  failureTitle: 'A loop, a long turn or a flood is not bounded',
  why: 'A model that loops spends money as fast as it can until somebody notices: nothing stops it by default.',
  trap: 'Defaults are taken for limits; there is none until it is set.',
  remediation:
    'Set tools.loopDetection.enabled, agents.defaults.timeoutSeconds, agents.defaults.maxConcurrent, tools.exec.timeoutSeconds and gateway.auth.rateLimit in the gateway configuration.',
  needs: { config: gatewayConfig, agents: gatewayAgents },
  judge({ config: { inForce }, agents }) {
    if (agents.length === 0) return undetermined('empty_subject', 'the gateway names no agent');
    const findings: Finding<'config'>[] = [];
    const limit = (subject: string, value: unknown, most: number, unit: string) => {
      const ok = typeof value === 'number' && value > 0 && value <= most;
      findings.push({ fact: 'config', subject, expected: `1 to ${most}${unit}`, observed: shown(value), ok });
    };
    for (const agent of agents) {
      const loops = agentValue(inForce, agent, 'tools.loopDetection.enabled', 'tools.loopDetection.enabled');
      findings.push({
        fact: 'config',
        subject: `tools.loopDetection.enabled of ${shown(agent)}`,
        expected: 'true',
        observed: shown(loops),
        ok: loops === true,
      });
      const tool = agentValue(inForce, agent, 'tools.exec.timeoutSeconds', 'tools.exec.timeoutSeconds');
      limit(`tools.exec.timeoutSeconds of ${shown(agent)}`, tool, longestToolSeconds, ' s');
    }
    const turn = valueAt(inForce, 'agents.defaults.timeoutSeconds');
    limit('agents.defaults.timeoutSeconds', turn, longestTurnSeconds, ' s');
    const turns = valueAt(inForce, 'agents.defaults.maxConcurrent');
    limit('agents.defaults.maxConcurrent', turns, mostTurns, ' at once');
    // These have small defaults, so that only what is set beyond them matters.
    for (const path of ['agents.defaults.subagents.maxConcurrent', 'cron.maxConcurrentRuns']) {
      const most = valueAt(inForce, path);
      if (most !== undefined) limit(path, most, mostTurns, ' at once');
    }
    limit('gateway.auth.rateLimit.maxAttempts', valueAt(inForce, 'gateway.auth.rateLimit.maxAttempts'), 100, '');
    // Left out, both have defaults; with 0 every attempt is forgotten at once, or locks nobody out.
    for (const name of ['windowMs', 'lockoutMs']) {
      const value = valueAt(inForce, `gateway.auth.rateLimit.${name}`) ?? undefined;
      const ok = value === undefined || (typeof value === 'number' && value >= leastRateLimitMs);
      const [subject, expected] = [`gateway.auth.rateLimit.${name}`, `not set, or at least ${leastRateLimitMs} ms`];
      findings.push({
        fact: 'config',
        subject,
        expected,
        observed: value === undefined ? 'not set' : shown(value),
        ok,
      });
    }
    return judgeAll(findings);
  },
});
