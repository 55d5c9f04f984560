import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startAwsServer } from '../../src/demo/aws-server.ts';
import { awsCaller } from './aws-clients.ts';
import { exchanges } from './aws-exchanges.ts';
import { form, send, serve, signedFor } from './aws-serve.ts';

describe('a call of the SDK', () => {
  it.each(exchanges)('$operation arrives as it was made and gets what was answered', async (exchange) => {
    const { operation, input, output } = exchange;
    const { server, aws } = await serve(() => ({ output }));
    expect(await aws.call(operation, input)).toStrictEqual(output);
    expect(server.calls).toStrictEqual([{ operation, input }]);
  });

  it('is answered by its input, so that pages can follow each other', async () => {
    const { aws } = await serve((_operation, { NextToken }) => ({
      output:
        NextToken === undefined ? { Volumes: [{ VolumeId: 'a' }], NextToken: '2' } : { Volumes: [{ VolumeId: 'b' }] },
    }));
    const first = await aws.call('ec2:DescribeVolumes');
    expect(first).toStrictEqual({ Volumes: [{ VolumeId: 'a' }], NextToken: '2' });
    expect(await aws.call('ec2:DescribeVolumes', { NextToken: first.NextToken })).toStrictEqual({
      Volumes: [{ VolumeId: 'b' }],
    });
  });

  it('gets an output whose absent members are written as null in JSON, and whose metadata was recorded too', async () => {
    const { aws } = await serve(() => ({ output: { $metadata: { attempts: 1 }, Addresses: null } }));
    expect(await aws.call('ec2:DescribeAddresses')).toStrictEqual({});
  });

  it('is kept apart from the calls that go on at the same time', async () => {
    const { aws } = await serve(async (operation) => {
      await new Promise((resolve) => setImmediate(resolve));
      return operation.startsWith('iam:')
        ? { output: { Policy: { PolicyName: 'r' } } }
        : { output: { AccountLevel: { HttpTokens: 'required' } } };
    });
    const all = await Promise.all([
      aws.call('iam:GetPolicy', { PolicyArn: 'p' }),
      aws.call('ec2:GetInstanceMetadataDefaults'),
      aws.call('iam:GetPolicy', { PolicyArn: 'p' }),
    ]);
    expect(all).toStrictEqual([
      { Policy: { PolicyName: 'r' } },
      { AccountLevel: { HttpTokens: 'required' } },
      { Policy: { PolicyName: 'r' } },
    ]);
  });
});

describe('an answer', () => {
  it.each(['1.0', '1.1'])('is of JSON %s where the request is', async (version) => {
    const { server } = await serve(() => ({ output: {} }));
    const contentType = `application/x-amz-json-${version}`;
    const headers = { 'x-amz-target': 'Any.DescribeAlarms', authorization: signedFor('monitoring') };
    expect(await send(server.url, { ...headers, 'content-type': contentType }, '{}')).toMatchObject({
      status: 200,
      contentType,
      body: '{}',
    });
  });
});

describe('a body', () => {
  const headers = { 'content-type': form, authorization: signedFor('ec2') };
  const start = 'Action=DescribeVolumes&NextToken=';
  const limit = 1024 * 1024;

  it('may be 1 MiB', async () => {
    const { server } = await serve(() => ({ output: { Volumes: [] } }));
    const reply = await send(server.url, headers, start.padEnd(limit, 'x'));
    expect(reply.status).toBe(200);
    expect(server.calls).toHaveLength(1);
  });

  it('is refused with 413 when it is a byte longer, and when it is much longer', async () => {
    const { server } = await serve(() => ({ output: { Volumes: [] } }));
    for (const length of [limit + 1, 8 * limit]) {
      const reply = await send(server.url, headers, start.padEnd(length, 'x'));
      expect(reply.status).toBe(413);
      expect(reply.body).toContain('RequestEntityTooLarge');
    }
    expect(server.calls).toEqual([]);
  });
});

describe('the server', () => {
  it('listens on the loopback only and is gone after close, though a client keeps its connection', async () => {
    const own = await startAwsServer(() => ({ output: { Account: '1', Arn: 'a' } }));
    const caller = awsCaller(own.url);
    expect(new URL(own.url).hostname).toBe('127.0.0.1');
    await caller.call('sts:GetCallerIdentity');
    await own.close();
    await expect(send(own.url, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    caller.close();
  });

  it('closes though a call is not answered yet', async () => {
    let close = (): Promise<void> => Promise.resolve();
    let closed: Promise<void> | undefined;
    const own = await startAwsServer(() => {
      closed = close();
      return new Promise(() => {});
    });
    close = own.close;
    const caller = awsCaller(own.url);
    await expect(caller.call('sts:GetCallerIdentity')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(closed).toBeDefined();
    await closed;
    caller.close();
  });

  it('outlives a client that goes away in the middle of a request', async () => {
    const { server, aws } = await serve(() => ({ output: { Volumes: [] } }));
    await new Promise<void>((resolve) => {
      const broken = request(server.url, { method: 'POST', headers: { 'content-length': '100' } });
      broken.on('error', () => resolve());
      broken.write('Action=', () => broken.destroy(new Error('gone')));
    });
    expect(await aws.call('ec2:DescribeVolumes')).toStrictEqual({ Volumes: [] });
  });
});
