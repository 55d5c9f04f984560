import { describe, expect, it } from 'vitest';
import type { AnswerAws } from '../../src/demo/aws-server.ts';
import type { AwsOperation } from '../../src/ports/aws.ts';
import { form, send, serve, signedFor } from './aws-serve.ts';

/** One operation a protocol: EC2 query, query, JSON 1.0, JSON 1.1, REST. */
const protocols = [
  ['ec2:DescribeInstances', {}],
  ['iam:GetPolicy', { PolicyArn: 'p' }],
  ['cloudwatch:DescribeAlarms', {}],
  ['logs:DescribeLogGroups', {}],
  ['efs:DescribeFileSystems', {}],
] as const satisfies readonly (readonly [AwsOperation, object])[];

describe.each(protocols)('an error of %s', (operation, input) => {
  it.each([
    ['UnauthorizedOperation', 403],
    ['ThrottlingException', 400],
    ['InternalFailure', 500],
  ])('surfaces as %s with status %i', async (code, status) => {
    const { aws } = await serve(() => ({ error: { code, message: 'über <all>', status } }));
    await expect(aws.call(operation, input)).rejects.toMatchObject({
      name: code,
      message: 'über <all>',
      $metadata: { httpStatusCode: status },
    });
  });

  const unanswered: readonly (readonly [string, AnswerAws])[] = [
    ['nothing is answered', () => ({})],
    ['the output is a list', () => ({ output: [] })],
    ['the output is null', () => ({ output: null })],
    ['the output is not an object', () => ({ output: 'x' })],
    [
      'the function throws',
      () => {
        throw new Error('no');
      },
    ],
    ['the function rejects', () => Promise.reject(new Error('no'))],
    ['the function throws something else', () => Promise.reject('no')],
    ['the output has an unknown member', () => ({ output: { Nonsense: [] } })],
    ['the status is none of an error', () => ({ error: { code: 'Fine', status: 200 } })],
    ['the code cannot stand in a header', () => ({ error: { code: 'a\r\nb: c' } })],
  ];
  it.each(unanswered)('is NotRecorded with status 400 where %s', async (_case, answer) => {
    const { aws } = await serve(answer);
    await expect(aws.call(operation, input)).rejects.toMatchObject({
      name: 'NotRecorded',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('an error', () => {
  it.each([
    ['iam:GetPolicy', { PolicyArn: 'p' }, 403, 'Sender'],
    ['iam:GetPolicy', { PolicyArn: 'p' }, 500, 'Receiver'],
    ['cloudwatch:DescribeAlarms', {}, 403, 'Sender'],
    ['cloudwatch:DescribeAlarms', {}, 503, 'Receiver'],
  ] as const)('of %s %j with status %i is said to be the fault of the %s', async (operation, input, status, Type) => {
    const { aws } = await serve(() => ({ error: { code: 'Refused', status } }));
    await expect(aws.call(operation, input)).rejects.toMatchObject({ Error: { Code: 'Refused', Type } });
  });

  it('has a request id of its own', async () => {
    const { aws } = await serve(() => ({ error: { code: 'Refused' } }));
    const requestIds = [];
    for (const [operation, input] of protocols) {
      const error = await aws.call(operation, input).catch((thrown) => thrown);
      requestIds.push(error.$metadata.requestId);
    }
    expect(new Set(requestIds).size).toBe(protocols.length);
    expect(requestIds).not.toContain(undefined);
  });
});

describe('an output that does not fit its schema', () => {
  it.each([
    ['a member of a member is unknown', { Reservations: [{ Instance: [] }] }],
    ['a list is an object', { Reservations: {} }],
    ['an element of a list is null', { Reservations: [null] }],
    ['a number is text', { Reservations: [{ Instances: [{ AmiLaunchIndex: '0' }] }] }],
    ['a number is not finite', { Reservations: [{ Instances: [{ AmiLaunchIndex: Number.NaN }] }] }],
    ['a flag is text', { Reservations: [{ Instances: [{ EbsOptimized: 'false' }] }] }],
    ['a text is a number', { NextToken: 1 }],
    ['a date is not one', { Reservations: [{ Instances: [{ LaunchTime: 'yesterday' }] }] }],
    ['a date does not exist', { Reservations: [{ Instances: [{ LaunchTime: '2026-13-01T00:00:00Z' }] }] }],
    ['a date is a number', { Reservations: [{ Instances: [{ LaunchTime: 1 }] }] }],
    ['the XML reader of the client would drop it', { NextToken: ' \n ' }],
  ])('is NotRecorded where %s', async (_case, output) => {
    const { aws } = await serve(() => ({ output }));
    await expect(aws.call('ec2:DescribeInstances')).rejects.toMatchObject({ name: 'NotRecorded' });
  });

  it('is NotRecorded where a date of JSON does not exist', async () => {
    const { aws } = await serve(() => ({ output: { Document: { CreatedDate: '2026-02-30T25:00:00Z' } } }));
    await expect(aws.call('ssm:DescribeDocument', { Name: 'd' })).rejects.toMatchObject({ name: 'NotRecorded' });
  });

  it('is NotRecorded where a map is a list', async () => {
    const { aws } = await serve(() => ({ output: { Attributes: [] } }));
    await expect(aws.call('sns:GetTopicAttributes', { TopicArn: 'a' })).rejects.toMatchObject({ name: 'NotRecorded' });
  });

  it.each([[{}], [{ WallClockWindow: {}, SlidingWindow: {} }]])('is NotRecorded where a union is %j', async (union) => {
    const { aws } = await serve(() => ({ output: { MetricAlarms: [{ EvaluationWindow: union }] } }));
    await expect(aws.call('cloudwatch:DescribeAlarms')).rejects.toMatchObject({ name: 'NotRecorded' });
  });
});

describe('a request that is not for an allowed operation', () => {
  const never: AnswerAws = () => ({ output: {} });

  it.each(['ec2:DescribeVpcs', 'ec2:DescribeRegions'] as const)('%s is NotRecorded', async (operation) => {
    const { server, aws } = await serve(never);
    await expect(aws.call(operation, { KeyId: 'k' })).rejects.toMatchObject({
      name: 'NotRecorded',
      $metadata: { httpStatusCode: 400 },
    });
    expect(server.calls).toEqual([]);
  });

  it.each([
    ['no signature', { 'content-type': form }, 'Action=DescribeInstances&Version=2016-11-15'],
    ['an unknown service', { 'content-type': form, authorization: signedFor('s3') }, 'Action=DescribeInstances'],
    ['no action', { 'content-type': form, authorization: signedFor('ec2') }, ''],
    ['a name on the prototype', { 'content-type': form, authorization: signedFor('ec2') }, 'Action=constructor'],
    ['an unknown parameter', { 'content-type': form, authorization: signedFor('ec2') }, 'Action=DescribeInstances&X=1'],
    [
      'a parameter twice',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&NextToken=1&NextToken=2',
    ],
    [
      'a gap in a list',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&InstanceId.2=i',
    ],
    [
      'a list without numbers',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&InstanceId=i',
    ],
    [
      'a text that has members',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&NextToken=1&NextToken.1=i',
    ],
    [
      'members of a text',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&NextToken.1=i',
    ],
    [
      'text for a number',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&MaxResults=ten',
    ],
    [
      'an empty number',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&MaxResults=',
    ],
    [
      'text for a flag',
      { 'content-type': form, authorization: signedFor('ec2') },
      'Action=DescribeInstances&DryRun=yes',
    ],
    ['an unknown target', { 'x-amz-target': 'Logs_20140328.PutLogEvents', authorization: signedFor('logs') }, '{}'],
    [
      'an unknown member',
      { 'x-amz-target': 'Logs_20140328.DescribeLogGroups', authorization: signedFor('logs') },
      '{"x":1}',
    ],
    [
      'a list as the input',
      { 'x-amz-target': 'Logs_20140328.DescribeLogGroups', authorization: signedFor('logs') },
      '[]',
    ],
  ])('is NotRecorded with %s', async (_case, headers, body) => {
    const { server } = await serve(never);
    const reply = await send(server.url, headers as Record<string, string>, body);
    expect(reply.status).toBe(400);
    expect(reply.body).toContain('NotRecorded');
    expect(server.calls).toEqual([]);
  });

  it.each([
    ['another method', 'POST', '/restore-jobs'],
    ['another path', 'GET', '/'],
    ['an unknown parameter', 'GET', '/restore-jobs?x=1'],
    ['a parameter twice', 'GET', '/restore-jobs?maxResults=1&maxResults=2'],
    ['text for a date', 'GET', '/restore-jobs?createdAfter=yesterday'],
    ['a longer path', 'GET', '/restore-jobs/1'],
  ])('is NotRecorded with %s in REST', async (_case, method, path) => {
    const { server } = await serve(never);
    const headers = { authorization: signedFor('backup') };
    const reply = await send(server.url + path, headers, '', method);
    expect(reply).toMatchObject({ status: 400, code: 'NotRecorded' });
    expect(server.calls).toEqual([]);
    expect((await send(`${server.url}/restore-jobs?maxResults=1`, headers, '', 'GET')).status).toBe(200);
  });

  it('is refused where the path is not well encoded', async () => {
    const { server } = await serve(never);
    const reply = await send(`${server.url}/backup-vaults/%zz`, { authorization: signedFor('backup') }, '', 'GET');
    expect(reply).toMatchObject({ status: 400, body: expect.stringContaining('encoded') });
  });

  it('is refused where the body is not JSON', async () => {
    const { server } = await serve(never);
    const headers = { 'x-amz-target': 'Logs_20140328.DescribeLogGroups', authorization: signedFor('logs') };
    expect(await send(server.url, headers, '{')).toMatchObject({
      status: 400,
      body: expect.stringContaining('SerializationException'),
    });
  });
});
