import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Flaw } from '../../src/demo/scenario.ts';
import { Cleanup, checksOf, configure, deploy, runOn, setting } from './support.ts';

const group = 'arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:0a1b2c3d:autoScalingGroupName/openclaw-prod';
const groupIn = (region: string, account: string): Flaw => ({
  title: 'a group of elsewhere',
  expects: {},
  aws: [
    {
      operation: 'autoscaling:DescribeAutoScalingGroups',
      set: {
        'AutoScalingGroups.0.AutoScalingGroupARN': group.replace('REGION', region).replace('ACCOUNT', account),
      },
    },
  ],
});
const strangers: Flaw = {
  title: 'credentials of elsewhere',
  expects: {},
  aws: [{ operation: 'sts:GetCallerIdentity', set: { Account: '210987654321' } }],
};
const host = (changes: Record<string, string>): Flaw => {
  const good = { 'instance-id': 'i-0a1b2c3d4e5f60001', account: '123456789012', region: 'eu-west-1', ...changes };
  return { title: 'another host', expects: {}, host: { 'host/identity': [['state', 'ok'], ...Object.entries(good)] } };
};

describe('P9: the report is about this deployment', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it('names account, region, group, instance, host key and the environment file', async () => {
    const deployment = await deploy(cleanup);
    const { code, report } = await runOn(deployment);
    expect(code).toBe(0);
    expect(report.environment).toEqual({
      name: 'prod',
      fileSha256: createHash('sha256').update(readFileSync(deployment.config)).digest('hex'),
    });
    expect(report.subject).toMatchObject({
      account: '123456789012',
      region: 'eu-west-1',
      principal: expect.stringMatching(/^arn:aws:(iam|sts)::123456789012:/),
      autoScalingGroup: expect.stringMatching(/^arn:aws:autoscaling:eu-west-1:123456789012:.*openclaw-prod$/),
      fileSystemId: setting(deployment, 'soulDocuments', 'fileSystemId'),
      mismatches: [],
      unproven: [],
    });
    const [pin] = setting(deployment, 'ssh', 'fingerprints') as string[];
    expect(report.subject.instances).toEqual([
      { id: 'i-0a1b2c3d4e5f60001', address: '127.0.0.1', hostKeyFingerprint: pin },
    ]);
  });

  it.each([
    ['an environment file of another account', [], { 'aws.account': '210987654321' }],
    ['credentials of another account, and nothing else', [strangers], {}],
    ['a group of another account', [groupIn('eu-west-1', '210987654321')], {}],
    ['a group of another region', [groupIn('us-east-1', '123456789012')], {}],
    ['a host that is no instance of the group', [host({ 'instance-id': 'i-0fffffffffffffff0' })], {}],
    ['a host of another account', [host({ account: '210987654321' })], {}],
    ['a host of another region', [host({ region: 'us-east-1' })], {}],
  ] as const)('%s is UNTRUSTED, exit 22, and nothing is judged', async (_, flaws, changes) => {
    const deployment = await deploy(cleanup, flaws);
    configure(deployment, changes);
    const { code, report } = await runOn(deployment);
    expect([code, report.verdict]).toEqual([22, 'UNTRUSTED']);
    expect(report.subject.mismatches.length).toBeGreaterThan(0);
    expect(checksOf(report).filter(({ status }) => status === 'pass' || status === 'fail')).toEqual([]);
  });
});
