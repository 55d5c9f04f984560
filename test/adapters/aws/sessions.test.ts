import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { liveAws } from '../../../src/adapters/aws/aws.ts';
import { CallBudget } from '../../../src/adapters/aws/budget.ts';
import { AwsSession, AwsSessions } from '../../../src/adapters/aws/sessions.ts';
import { type AwsServer, startAwsServer } from '../../../src/demo/aws-server.ts';
import { goodEnvironment } from '../../support/rig.ts';

const config = async () => ({});
const session = () => new AwsSession(new CallBudget(), config, () => {});
const asked = (n: number) => ({ answer: { n }, calls: 1 });
const answer = (n: number) => async () => asked(n);

describe('what runs share of AWS', () => {
  it('is the answer that another run waits for, or got since this one began', async () => {
    const shared = session();
    const [a, b] = [{}, {}];
    shared.join(a);
    shared.join(b);
    const [first, second] = await Promise.all([shared.share(a, 'k', answer(1)), shared.share(b, 'k', answer(2))]);
    expect([first, second, await shared.share(b, 'k', answer(3))]).toEqual([asked(1), asked(1), asked(1)]);
  });

  it('is never an answer from before this run began', async () => {
    const shared = session();
    const [a, b] = [{}, {}];
    shared.join(a);
    await shared.share(a, 'k', answer(1));
    await new Promise((resolve) => setTimeout(resolve, 2));
    shared.join(b);
    expect(await shared.share(b, 'k', answer(2))).toEqual(asked(2));
  });

  it('is never a failure: the other run looks itself', async () => {
    const shared = session();
    const [a, b] = [{}, {}];
    shared.join(a);
    shared.join(b);
    const failing = shared.share(a, 'k', () => Promise.reject(new Error('over')));
    const own = shared.share(b, 'k', answer(2));
    await expect(failing).rejects.toThrow('over');
    expect(await own).toEqual(asked(2));
  });

  it('goes when no run can use it any more', async () => {
    const ends: number[] = [];
    const shared = new AwsSession(new CallBudget(), config, () => ends.push(1));
    const [a, b] = [{}, {}];
    shared.join(a);
    await shared.share(a, 'k', answer(1));
    shared.join(b);
    shared.leave(a);
    expect(ends).toEqual([]);
    shared.leave(b);
    expect(ends).toEqual([1]);
  });
});

describe('calls to AWS of several runs', () => {
  const servers: AwsServer[] = [];
  beforeEach(() => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEXAMPLEEXAMPLE00';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'example';
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  });

  const identity = { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/a', UserId: 'A' };

  async function open(url: string, sessions: AwsSessions) {
    return liveAws(goodEnvironment({ 'aws.endpoint': url }), new AbortController().signal, { sessions });
  }

  it('are made once for runs side by side, and counted in each that rests on their answer', async () => {
    const page = (input: Record<string, unknown>) => ({
      AutoScalingGroups: [],
      ...(input['NextToken'] ? {} : { NextToken: 'second' }),
    });
    const server = await startAwsServer((operation, input) => ({
      output: operation === 'sts:GetCallerIdentity' ? identity : page(input),
    }));
    servers.push(server);
    const sessions = new AwsSessions();
    const runs = [await open(server.url, sessions), await open(server.url, sessions)];
    const answers = await Promise.all(runs.map((aws) => aws.read('sts:GetCallerIdentity', {})));
    expect(answers.map(({ Account }) => Account)).toEqual(['123456789012', '123456789012']);
    await Promise.all(runs.map((aws) => aws.read('autoscaling:DescribeAutoScalingGroups', {})));
    expect([server.calls.length, sessions.calls]).toEqual([3, 3]);
    const counts = [
      { operation: 'autoscaling:DescribeAutoScalingGroups', count: 2 },
      { operation: 'sts:GetCallerIdentity', count: 1 },
    ];
    expect(runs.map((aws) => aws.counts())).toEqual([counts, counts]);
    for (const aws of runs) aws.close();
  });

  it('go to the region that is asked for, and count in the same run', async () => {
    const regions: (string | undefined)[] = [];
    const server = await startAwsServer(
      () => ({ output: { AutoScalingGroups: [] } }),
      ({ headers }) => {
        regions.push(headers.authorization?.split('/')[2]);
        return undefined;
      },
    );
    servers.push(server);
    const aws = await open(server.url, new AwsSessions());
    const there = aws.inRegion('us-east-1');
    expect([aws.region, there.region, there.account]).toEqual(['eu-west-1', 'us-east-1', aws.account]);
    for (const port of [aws, there, aws.inRegion('us-east-1')])
      await port.read('autoscaling:DescribeAutoScalingGroups', {});
    expect(regions).toEqual(['eu-west-1', 'us-east-1']);
    expect(aws.counts()).toEqual([{ operation: 'autoscaling:DescribeAutoScalingGroups', count: 2 }]);
    aws.close();
  });

  it('are made again after they were throttled, each time later', async () => {
    let refused = 0;
    const server = await startAwsServer(() => {
      refused += 1;
      return refused <= 4 ? { error: { code: 'ThrottlingException', status: 400 } } : { output: identity };
    });
    servers.push(server);
    const sessions = new AwsSessions();
    const aws = await open(server.url, sessions);
    expect((await aws.read('sts:GetCallerIdentity', {})).Account).toBe('123456789012');
    expect([sessions.throttledCalls, server.calls.length]).toEqual([4, 5]);
    aws.close();
  });

  it('are unknown, not empty, where the throttling has no end', async () => {
    const server = await startAwsServer(() => ({ error: { code: 'ThrottlingException', status: 400 } }));
    servers.push(server);
    const aws = await open(server.url, new AwsSessions());
    await expect(aws.read('sts:GetCallerIdentity', {})).rejects.toMatchObject({ reason: 'throttled' });
    aws.close();
  });

  it('look up credentials once, and know which secrets came with them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-credentials-'));
    const fetched = { Version: 1, AccessKeyId: 'AKIAEXAMPLEEXAMPLE00', SecretAccessKey: 'fetched-secret' };
    writeFileSync(join(folder, 'fetched'), JSON.stringify(fetched));
    const program = `sh -c "echo >> ${folder}/asked; cat ${folder}/fetched"`;
    writeFileSync(join(folder, 'config'), `[default]\ncredential_process = ${program}\n`);
    const server = await startAwsServer(() => ({ output: identity }));
    servers.push(server);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
    try {
      const sessions = new AwsSessions();
      for (const region of ['eu-west-1', 'eu-west-2']) {
        const environment = goodEnvironment({ 'aws.endpoint': server.url, 'aws.region': region });
        const aws = liveAws(environment, new AbortController().signal, { sessions });
        await aws.read('sts:GetCallerIdentity', {});
        expect(aws.secrets()).toContain('fetched-secret');
        aws.close();
      }
      expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('\n');
    } finally {
      delete process.env['AWS_CONFIG_FILE'];
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['nope', /profile nope is neither in .*config nor in .*credentials/],
    ['empty', /profile empty gives no credentials/],
    ['ended', /profile ended gives no credentials/],
  ])('say what is wrong with the profile %s', async (profile, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-profiles-'));
    writeFileSync(join(folder, 'config'), '[profile empty]\nregion = eu-west-1\n');
    writeFileSync(join(folder, 'credentials'), '[ ended ]\ncredential_process = false\n');
    const variables = {
      AWS_CONFIG_FILE: join(folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    Object.assign(process.env, variables);
    try {
      const aws = liveAws(goodEnvironment({ 'aws.profile': profile }), new AbortController().signal);
      const refused = { reason: 'credentials', message: expect.stringMatching(message) };
      await expect(aws.read('sts:GetCallerIdentity', {})).rejects.toMatchObject(refused);
      aws.close();
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('never take the credentials of the machine for those of a profile that no file has', async () => {
    let asked = 0;
    const machine = createServer((_, response) => {
      asked += 1;
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      const given = {
        AccessKeyId: 'AKIAEXAMPLEEXAMPLE00',
        SecretAccessKey: 'of-the-machine',
        Token: 'token',
        Expiration,
      };
      response.end(JSON.stringify(given));
    });
    await new Promise<void>((resolve) => machine.listen(0, '127.0.0.1', resolve));
    const { port } = machine.address() as AddressInfo;
    const aws = await startAwsServer(() => ({ output: identity }));
    servers.push(aws);
    const variables = {
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/`,
    };
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
    Object.assign(process.env, variables);
    try {
      const read = (values: Record<string, string>) => {
        const environment = goodEnvironment({ 'aws.endpoint': aws.url, ...values });
        const live = liveAws(environment, new AbortController().signal);
        return live.read('sts:GetCallerIdentity', {}).finally(() => live.close());
      };
      // Without a profile they are what there is.
      await read({});
      expect(asked).toBe(1);
      await expect(read({ 'aws.profile': 'nope' })).rejects.toMatchObject({ reason: 'credentials' });
      expect(asked).toBe(1);
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
      machine.close();
    }
  });
});
