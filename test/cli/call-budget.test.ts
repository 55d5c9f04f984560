import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { clawcheck } from '../support/cli.ts';

/** What a whole run of one instance may ask of AWS, the second environment of the file and the agent's turn included. */
const mostCalls = 60;

describe('a run of the command on the embedded deployment', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await startDeployment('fixtures', []);
  });
  afterAll(() => deployment.close());

  it(`is READY after at most ${mostCalls} AWS calls, none of them twice, and none that is not allowed`, async () => {
    const args = ['run', '--env', 'prod', '--config', deployment.config, '--format', 'json'];
    const { code, stdout, stderr } = await clawcheck(args, { env: { ...deployment.variables } });
    expect(code, stderr).toBe(0);
    const calls = deployment.awsCalls.map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`);
    expect(calls.filter((call, i) => calls.indexOf(call) !== i)).toEqual([]);
    expect(deployment.awsCalls.filter(({ operation }) => !Object.hasOwn(operations, operation))).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(mostCalls);
    const { calls: reported } = JSON.parse(stdout) as { calls: { operation: string; count: number }[] };
    const count = (operation: string) => deployment.awsCalls.filter((call) => call.operation === operation).length;
    for (const { operation, count: said } of reported.filter((c) => Object.hasOwn(operations, c.operation))) {
      expect(said, operation).toBe(count(operation));
    }
  });
});
