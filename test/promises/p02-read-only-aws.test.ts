import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { listFlaws } from '../../src/demo/scenario.ts';
import type { Report } from '../../src/model/report.ts';
import type { OperationRule } from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures, runScenario } from '../support/rig.ts';
import { Cleanup, deploy, runOn } from './support.ts';

const rules: Readonly<Record<string, OperationRule>> = operations;
const actionOf = (operation: string) =>
  rules[operation]?.action ?? (rules[operation]?.action === null ? [] : operation);

async function policyActions(): Promise<string[]> {
  const { stdout, code } = await clawcheck(['permissions']);
  expect(code).toBe(0);
  const [statement, ...others] = JSON.parse(stdout).Statement;
  expect([statement.Effect, others]).toEqual(['Allow', []]);
  return statement.Action;
}

describe('P2: a run only reads from AWS', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it('calls nothing but what clawcheck permissions prints, as the server hears it', async () => {
    const actions = await policyActions();
    expect(
      actions.filter((action) => !/^[a-z0-9-]+:(Describe|Get|List|Simulate|Filter|View)[A-Z]/.test(action)),
    ).toEqual([]);
    const deployment = await deploy(cleanup);
    const { code, report } = await runOn(deployment);
    expect(code).toBe(0);
    const heard = [...new Set(deployment.awsCalls.map(({ operation }) => operation))].sort();
    expect(heard.length).toBeGreaterThan(30);
    expect(heard.filter((operation) => ![actionOf(operation)].flat().every((a) => actions.includes(a)))).toEqual([]);
    // The report says itself what was called, and says it truly.
    expect(report.calls.map(({ operation }) => operation)).toEqual(heard);
    for (const { operation, count } of report.calls) {
      expect([operation, count]).toEqual([
        operation,
        deployment.awsCalls.filter((call) => call.operation === operation).length,
      ]);
    }
  });

  it('asks for no permission that no run uses', { timeout: 300_000 }, async () => {
    const actions = await policyActions();
    const called = new Set<string>();
    const missing = () => actions.filter((action) => !called.has(action));
    const note = ({ calls }: Report) => {
      for (const { operation } of calls) for (const action of [actionOf(operation)].flat()) called.add(action);
    };
    // What the good environment file has no use for: a group without named hosts, backups without a named vault.
    const changes = { 'ssh.hosts': [], 'ssh.trustConsoleKeys': true, 'backup.vault': null };
    note(await runScenario());
    note(await runScenario([], { change: ({ environment }) => Object.assign(environment, changes) }));
    // First those whose answers are of an operation that is still missing: that one was asked for them once.
    const flaws = new Map(
      listFlaws(fixtures).map((id) => [id, readFileSync(join(fixtures, 'flaws', `${id}.json`), 'utf8')]),
    );
    const answered = () =>
      [...flaws].find(([, text]) =>
        Object.keys(rules).some(
          (operation) => text.includes(operation) && [actionOf(operation)].flat().some((a) => !called.has(a)),
        ),
      );
    while (missing().length > 0 && flaws.size > 0) {
      const [flaw = ''] = answered() ?? [...flaws][0] ?? [];
      flaws.delete(flaw);
      note(await runScenario([flaw]));
    }
    expect(missing()).toEqual([]);
  });
});
