import { afterEach, describe, expect, it } from 'vitest';
import { clawcheck } from '../support/cli.ts';
import { Cleanup, checksOf, deploy, interpose, runOn } from './support.ts';

describe('P8: nothing is lost', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  const listed = async (): Promise<string[]> => {
    const { stdout } = await clawcheck(['list', '--json']);
    return JSON.parse(stdout).map(({ id }: { id: string }) => id);
  };

  it('every check of clawcheck list is in the report once, and in its order', async () => {
    const ids = await listed();
    expect(ids.length).toBeGreaterThan(60);
    const { report } = await runOn(await deploy(cleanup, ['interfaces-denied']));
    expect(checksOf(report).map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['SIGINT', 130, 'GetCallerIdentity'],
    ['SIGINT', 130, 'DescribeNetworkInterfaces'],
    ['SIGTERM', 143, 'DescribeSecurityGroups'],
    ['SIGHUP', 129, 'DescribeSubnets'],
  ] as const)('also after %s, exit %i, while %s waits for its answer', async (signal, expected, action) => {
    const deployment = await deploy(cleanup);
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    // The signal comes while the call is certainly under way: the server has it, and does not answer.
    await interpose(cleanup, deployment, (body) => {
      if (!body.includes(`Action=${action}&`)) return false;
      kill?.(signal);
      kill = undefined;
      return true;
    });
    const { code, report, stderr } = await runOn(deployment, {
      onSpawn: (_, send) => {
        kill = send;
      },
    });
    expect([code, stderr]).toEqual([expected, '']);
    expect(checksOf(report).map(({ id }) => id)).toEqual(await listed());
    expect(report.window.interrupted).toBe(true);
    expect(['INCOMPLETE', 'NOT_READY']).toContain(report.verdict);
    const lost = checksOf(report).filter(({ status }) => status === 'unknown');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every(({ reason }) => reason !== null)).toBe(true);
    const codes = lost.map(({ reason }) => reason?.code);
    // Without an answer to who we are, nothing is bound to the deployment; else the look itself was cut short.
    expect(codes).toContain(action === 'GetCallerIdentity' ? 'unbound' : 'cancelled');
  });
});
