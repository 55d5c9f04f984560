import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/no-static-keys.ts';
import { credentialForms } from '../../../src/judging/credential-forms.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';
import { runScenario } from '../../support/rig.ts';

const clean = { place: 'user data of i-1', characters: 10, found: [] };
const key = { user: 'openclaw', ending: 'ABCD', active: true };
const facts = {
  disk: { findings: [], roots: [], files: 9, bytes: 99, unreadable: 0, exempt: 0 },
  process: { variables: 4, named: [], matched: [], unit: 'none' },
  deploymentKeys: { users: 3, named: ['openclaw'], keys: [] as object[] },
  userData: [clean],
  functionVariables: [],
};

const onDisk = { rule: 'aws-access-key', lines: 1, path: '/root/.aws/credentials' };

describe('credentials/no-static-keys', () => {
  it.each([
    ['nothing found', {}, 'pass'],
    ['an active key', { deploymentKeys: { ...facts.deploymentKeys, keys: [key] } }, 'fail'],
    [
      'an inactive key, which rotation is about',
      { deploymentKeys: { ...facts.deploymentKeys, keys: [{ ...key, active: false }] } },
      'pass',
    ],
    ['a key in user data', { userData: [clean, { ...clean, found: ['AWS access key id'] }] }, 'fail'],
    ['a key in a variable', { functionVariables: [{ ...clean, found: ['Slack token'] }] }, 'fail'],
    ['a key in a file', { disk: { ...facts.disk, findings: [onDisk] } }, 'fail'],
    ['a token of another kind in a file', { disk: { ...facts.disk, findings: [{ ...onDisk, rule: 'npm' }] } }, 'pass'],
    ['files that could not be read', { disk: { ...facts.disk, unreadable: 1 } }, 'undetermined'],
    ['a search that failed', { disk: new ProbeError('timeout', 'too slow') }, 'undetermined'],
    ['a key in the environment', { process: { ...facts.process, named: ['AWS_ACCESS_KEY_ID'] } }, 'fail'],
    [
      'a key in the environment and no search',
      { process: { ...facts.process, named: ['AWS_SECRET_ACCESS_KEY'] }, disk: new ProbeError('timeout', 'too slow') },
      'fail',
    ],
    [
      'a key in the environment by its form',
      { process: { ...facts.process, matched: [{ name: 'AWS_ACCESS_KEY_ID', rule: 'x' }] } },
      'fail',
    ],
    [
      'variables that only sound like it',
      { process: { ...facts.process, named: ['MY_AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY_FILE'] } },
      'pass',
    ],
    ['an environment that was not seen', { process: new ProbeError('not_found', 'no gateway') }, 'undetermined'],
    ['no user data was looked at', { userData: [] }, 'undetermined'],
    [
      'no user data was looked at, and an active key',
      { userData: [], deploymentKeys: { ...facts.deploymentKeys, keys: [key] } },
      'fail',
    ],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(check, { ...facts, ...change }).outcome).toBe(outcome);
  });

  it('names the file and the variable', () => {
    const named = { ...facts.process, matched: [{ name: 'AWS_SECRET_ACCESS_KEY', rule: 'x' }] };
    const { evidence } = judgeFacts(check, { ...facts, process: named, disk: { ...facts.disk, findings: [onDisk] } });
    expect(evidence.map(({ observed }) => observed)).toEqual([`in ${onDisk.path}`, 'AWS_SECRET_ACCESS_KEY']);
  });
});

// Put together here, so that no file holds what a scanner would take for a credential.
const samples: readonly [string, string][] = [
  ['AWS access key id', `AKIA${'A1B2C3D4E5F6G7H8'}`],
  ['AWS access key id', `key=ASIA${'A1B2C3D4E5F6G7H8'};`],
  ['AWS secret access key', `aws_secret_access_key = ${'abcdefghij'.repeat(4)}`],
  ['AWS secret access key', `"SecretAccessKey": "${'ABCDEfghi/'.repeat(4)}"`],
  ['private key', ['-----BEGIN', 'OPENSSH', 'PRIVATE KEY-----'].join(' ')],
  ['private key', ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')],
  ['Anthropic key', `sk-ant-${'api03-abcdefghijklmnop'}`],
  ['OpenAI key', `sk-proj-${'abcdefgh'.repeat(5)}`],
  ['Slack token', `xoxb-${'1234567890-abc'}`],
  ['GitHub token', `ghp_${'a1B2c3D4e5'.repeat(4)}`.slice(0, 40)],
  ['Google API key', `AIza${'a1B2c3D'.repeat(5)}`],
  ['Tailscale key', `tskey-auth-${'k1234567CNTRL'}`],
];

describe('forms of credentials', () => {
  it.each(samples)('%s is known at sight', (form, text) => {
    expect(credentialForms(`x ${text} y`)).toContain(form);
  });

  it.each([
    ['an ARN', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway-AbCdEf'],
    ['a name of a variable', 'AWS_SECRET_ACCESS_KEY=$(fetch)'],
    ['an AKIA in a longer word', `xAKIA${'A1B2C3D4E5F6G7H8'}`],
    ['a public key', '-----BEGIN PUBLIC KEY-----'],
    ['a digest', 'a'.repeat(64)],
  ])('%s is none', (_, text) => {
    expect(credentialForms(text)).toEqual([]);
  });

  it('are looked for in linear time', () => {
    const hostile = ['secretaccesskey'.repeat(20_000), `-----BEGIN ${'A '.repeat(200_000)}`, 'xoxb'.repeat(100_000)];
    for (const text of hostile) expect(credentialForms(text)).toEqual([]);
  });
});

describe('user data', () => {
  const leak = `export AWS_ACCESS_KEY_ID=AKIA${'A1B2C3D4E5F6G7H8'}\n`;
  const status = async (data: Buffer | string) => {
    const report = await runScenario([], {
      checks: ['credentials/no-static-keys'],
      change: ({ aws }) =>
        aws.unshift({
          operation: 'ec2:DescribeInstanceAttribute',
          output: { InstanceId: 'i-0a1b2c3d4e5f60001', UserData: { Value: Buffer.from(data).toString('base64') } },
        }),
    });
    const result = report.areas[0]?.checks[0];
    expect(JSON.stringify(report)).not.toContain('A1B2C3D4E5F6G7H8');
    return result?.status;
  };
  const part = (bytes: Buffer) =>
    `Content-Transfer-Encoding: base64\n\n${(bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\n')}\n\n--b--\n`;

  it.each([
    ['plain and clean', '#!/bin/sh\necho ok\n', 'pass'],
    ['empty', '', 'pass'],
    ['plain', leak, 'fail'],
    ['compressed', gzipSync(leak), 'fail'],
    ['a part in base64', part(Buffer.from(`# ${'padding '.repeat(20)}\n${leak}`)), 'fail'],
    ['a compressed part in base64', part(gzipSync(`# ${'padding '.repeat(20)}\n${leak}`)), 'fail'],
    ['a compressed part before a word', `${part(gzipSync(`# ${'padding '.repeat(20)}\n${leak}`)).trim()}\nend`, 'fail'],
    ['a part that is compressed and broken', part(gzipSync(`${leak.repeat(9)}${Math.PI}`).subarray(0, 60)), 'unknown'],
    ['compressed and broken', gzipSync(leak).subarray(0, 20), 'unknown'],
    ['a bomb', gzipSync(Buffer.alloc(5_000_000)), 'unknown'],
  ])('%s', async (_, data, expected) => {
    expect(await status(data)).toBe(expected);
  });
});
