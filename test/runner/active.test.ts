import { describe, expect, it } from 'vitest';
import type { ApprovalFault } from '../../src/demo/gateway-approvals.ts';
import type { Scenario } from '../../src/demo/scenario.ts';
import type { Report } from '../../src/model/report.ts';
import { runScenario } from '../support/rig.ts';

const ids = ['gates-enforced', 'request-surfaces', 'blocked-without-approval', 'decisions-recorded'];
const area = 'approval-gates';

/** Statuses of the checks that a trial of the gates bears on. */
const statuses = (report: Report) =>
  Object.fromEntries(
    report.areas[0]?.checks
      .filter(({ id }) => ids.includes(id.slice(area.length + 1)))
      .map((c) => [c.id.slice(area.length + 1), c.status]) ?? [],
  );
const good = Object.fromEntries(ids.map((id) => [id, 'pass']));
const run = (change: (scenario: Scenario) => void = () => {}) =>
  runScenario([], { areas: [area], active: true, change });
/** Only the commands of one agent, to keep it short. */
const fault = (approvals: ApprovalFault) => (scenario: Scenario) => {
  scenario.gateway.approvals = approvals;
  scenario.environment['approvalGates.agents'] = ['main'];
  scenario.environment['approvalGates.gates.1.canary'] = null;
};

describe('a run with consent', () => {
  it('tries each gate, and takes what was allowed and done as the control', async () => {
    const report = await run();
    expect(statuses(report)).toEqual(good);
    const blocked = report.areas[0]?.checks.find(({ id }) => id.endsWith('blocked-without-approval'));
    const tried = blocked?.evidence.filter(({ subject }) => subject.endsWith('tried'));
    expect(tried?.map(({ subject, observed }) => `${subject}: ${observed}`)).toEqual([
      'commands of agent main, tried: denied: not done',
      'commands of agent main, tried: allowed once: done',
      'tool crm_delete_record of agent main, tried: denied: not done',
      'tool crm_delete_record of agent main, tried: left to expire: not done',
      'tool crm_delete_record of agent main, tried: allowed once: done',
      'commands of agent support, tried: not done, not asked for',
      'tool crm_delete_record of agent support, tried: denied: not done',
      'tool crm_delete_record of agent support, tried: left to expire: not done',
      'tool crm_delete_record of agent support, tried: allowed once: done',
    ]);
    expect(blocked?.controls[0]?.observed).toMatch(/^done after request \S+ was allowed once$/);
  });

  it.each<[ApprovalFault, Record<string, string>]>([
    ['not-live', { 'gates-enforced': 'fail', 'request-surfaces': 'fail', 'blocked-without-approval': 'fail' }],
    ['runs-ahead', { 'gates-enforced': 'fail', 'blocked-without-approval': 'fail' }],
    ['ignores-denial', { 'gates-enforced': 'fail', 'blocked-without-approval': 'fail' }],
    ['unrecorded', { 'blocked-without-approval': 'fail', 'decisions-recorded': 'fail' }],
    ['anonymous', { 'decisions-recorded': 'fail' }],
  ])('finds %s', async (approvals, changed) => {
    expect(statuses(await run(fault(approvals)))).toEqual({ ...good, ...changed });
  });

  it('does not count a model that will not try, nor what an earlier run allowed', async () => {
    const report = await run((scenario) => {
      fault('unwilling')(scenario);
      const history = scenario.gateway.rpc['approval.history'] as {
        items: { presentation: { commandText: string } }[];
      };
      for (const item of history.items) item.presentation.commandText = '/usr/bin/touch /tmp/clawcheck-1';
    });
    expect(statuses(report)).toEqual({ ...good, 'blocked-without-approval': 'unknown' });
  });

  it('is unknown where the effect cannot be seen', async () => {
    const report = await run((scenario) => {
      scenario.host['canary'] = [['state', 'no-access']];
    });
    expect(statuses(report)).toEqual(Object.fromEntries(ids.map((id) => [id, 'unknown'])));
  });

  it('tries nothing on a host that is not of the group', async () => {
    let sent = 0;
    const report = await runScenario([], {
      areas: [area],
      active: true,
      change: (scenario) => {
        scenario.host['host/identity'] = [
          ['state', 'ok'],
          ['instance-id', 'i-0fffffffffffffff0'],
          ['account', '123456789012'],
          ['region', 'eu-west-1'],
        ];
      },
      tap: (_port, call, answer) => {
        if (/chat\.send|tools\.invoke/.test(call)) sent += 1;
        return answer();
      },
    });
    expect(report.verdict).toBe('UNTRUSTED');
    expect(sent).toBe(0);
  });
});

describe('a run without consent', () => {
  it('sends no message for a gate and calls no tool', async () => {
    const calls: string[] = [];
    await runScenario([], {
      areas: [area],
      tap: (_port, call, answer) => {
        calls.push(call);
        return answer();
      },
    });
    expect(calls.filter((call) => /chat\.send|tools\.invoke|sessions\.delete|canary/.test(call))).toEqual([]);
    expect(calls).toContain('rpc exec.approval.request');
  });
});
