import { beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/demo/scenario.ts';
import { UsageError } from '../../src/model/reason.ts';
import type { OperationRule } from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { runScenario, sdkError, statusesOf } from '../support/rig.ts';

/**
 * Something is wrong, and one call of the run goes wrong too: whatever it answers instead, the check that finds the
 * flaw must not pass.
 */
const cases: readonly [flaw: string, check: string][] = [
  ['eip-on-second-interface', 'infrastructure/no-public-ip'],
  ['eip-on-secondary-address', 'infrastructure/no-public-ip'],
  ['template-assigns-public-address', 'infrastructure/no-public-ip'],
  ['warm-instance-public', 'infrastructure/no-public-ip'],
  ['ipv6-reachable', 'infrastructure/no-public-ip'],
  ['subnet-uses-public-main-table', 'infrastructure/private-subnets'],
  ['inbound-not-approved', 'infrastructure/no-inbound-rules'],
  ['health-check-of-any-page', 'infrastructure/health-check-is-gateway'],
  ['launch-hook-continues', 'infrastructure/lifecycle-hooks'],
  ['health-check-suspended', 'infrastructure/self-healing-on'],
  ['maintenance-policy-missing', 'infrastructure/zero-downtime-deploys'],
  ['volume-not-encrypted', 'infrastructure/storage-encrypted'],
  ['failure-not-replaced', 'infrastructure/failure-is-replaced'],
  ['staging-uses-the-same-role', 'infrastructure/environments-separate'],
  ['inbound-in-two-halves', 'network/no-public-ingress'],
  ['inbound-prefix-list', 'network/no-public-ingress'],
  ['public-balancer', 'network/no-public-ingress'],
  ['egress-in-two-halves', 'network/egress-allowlisted'],
  ['egress-prefix-list-everywhere', 'network/egress-allowlisted'],
  ['inbound-ssh-from-internet', 'network/ssh-not-public'],
  ['secret-public', 'credentials/secret-in-secrets-manager'],
  ['secret-too-old', 'credentials/secret-in-secrets-manager'],
  ['role-reads-every-secret', 'credentials/role-reads-one-secret'],
  ['role-reads-by-wildcard', 'credentials/role-reads-one-secret'],
  ['role-reads-by-resource-policy', 'credentials/role-reads-one-secret'],
  ['role-is-administrator', 'credentials/role-least-privilege'],
  ['role-passes-roles', 'credentials/role-least-privilege'],
  ['imdsv1-on-instance', 'credentials/imdsv2-required'],
  ['imdsv1-in-template', 'credentials/imdsv2-required'],
  ['alert-role-reads-main-secret', 'credentials/monitoring-secret-isolated'],
  ['main-role-reads-monitoring', 'credentials/monitoring-secret-isolated'],
  ['secret-value-too-old', 'credentials/rotation'],
  ['efs-policy-lets-everyone-write', 'soul-documents/server-side-read-only'],
  ['efs-role-policy-writes', 'soul-documents/server-side-read-only'],
  ['efs-runtime-covers-workspace', 'soul-documents/server-side-read-only'],
  ['efs-without-tls', 'soul-documents/encrypted-in-transit'],
];

type Fault = (rule: OperationRule, output: unknown) => { output?: unknown; error?: { code: string; status: number } };

const emptied = (rule: OperationRule, output: unknown): object => {
  const lists = (rule.joined ?? rule.members).filter((m) => Array.isArray((output as Record<string, unknown>)?.[m]));
  return { ...(output as object), ...Object.fromEntries(lists.map((member) => [member, []])) };
};

const faults: Readonly<Record<string, Fault>> = {
  denied: () => ({ error: { code: 'AccessDenied', status: 403 } }),
  'an object without members': () => ({ output: {} }),
  'empty lists': (rule, output) => ({ output: emptied(rule, output) }),
  'the same page for ever': (rule, output) => ({
    output: rule.token ? { ...(output as object), [rule.token[1]]: 'again' } : {},
  }),
};

function plantFault(scenario: Scenario, operation: string, fault: Fault): void {
  const rule: OperationRule = operations[operation as keyof typeof operations];
  scenario.aws = scenario.aws.map((exchange) =>
    exchange.operation === operation
      ? { operation, ...(exchange.when && { when: exchange.when }), ...fault(rule, exchange.output) }
      : exchange,
  );
}

/** Credentials that do not work at all end the run before it begins. */
async function statusOf(
  flaw: string,
  check: string,
  change: (scenario: Scenario) => void,
): Promise<string | undefined> {
  try {
    return statusesOf(await runScenario([flaw], { checks: [check], change }))[check];
  } catch (thrown) {
    if (thrown instanceof UsageError) return 'refused';
    throw thrown;
  }
}

describe.each(cases)('%s with a fault', (flaw, check) => {
  let called: string[];
  beforeAll(async () => {
    const report = await runScenario([flaw], { checks: [check] });
    expect(statusesOf(report)[check]).toBe('fail');
    called = report.calls.map(({ operation }) => operation);
    expect(called.length).toBeGreaterThanOrEqual(2);
  });

  it.each(Object.entries(faults))('%s: never passes', async (_, fault) => {
    for (const operation of called) {
      const change = (scenario: Scenario) => plantFault(scenario, operation, fault);
      expect(await statusOf(flaw, check, change)).toMatch(/^(fail|unknown|refused)$/);
    }
  });
});

describe('credentials of AWS that expire in mid-run', () => {
  /** Lets so many calls of the run through, and refuses the rest. */
  const expireAfter = (most: number) => {
    let asked = 0;
    return runScenario([], {
      tap: async (port, _, answer) => {
        asked += port === 'aws' ? 1 : 0;
        if (port === 'aws' && asked > most) throw sdkError('ExpiredToken', 400);
        return answer();
      },
    });
  };

  it.each([3, 12, 25, 40, 59])(
    'expire after %s calls: what is not seen is unknown, and the run not READY',
    async (most) => {
      const good = await runScenario();
      const calls = good.calls.reduce((sum, { count }) => sum + count, 0);
      expect(calls).toBeGreaterThan(59);
      const report = await expireAfter(most);
      const before = statusesOf(good);
      const changed = Object.entries(statusesOf(report)).filter(([id, status]) => before[id] !== status);
      expect(changed.filter(([, status]) => status !== 'unknown')).toEqual([]);
      expect(changed.length + report.subject.unproven.length).toBeGreaterThan(0);
      expect(report.verdict).toBe('INCOMPLETE');
    },
  );
});
