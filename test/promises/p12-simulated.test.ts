import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { modeOf } from '../../src/adapters/live.ts';
import { clawcheck } from '../support/cli.ts';
import { goodEnvironment } from '../support/rig.ts';
import { Cleanup, configure, deploy, runOn } from './support.ts';

const loopback = { 'git.api': 'http://127.0.0.1:1' };

describe('P12: a simulated run says so', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it.each([
    ['nothing of the kind', {}, {}, 'live'],
    ['aws.endpoint', { 'aws.endpoint': 'http://127.0.0.1:1' }, {}, 'simulated'],
    ['a git host without TLS', loopback, {}, 'simulated'],
    ['a git remote over ssh', { git: { remote: 'git@git.example.com:a/b.git' } }, {}, 'live'],
    ['a git remote over https', { git: { remote: 'https://git.example.com/a/b.git' } }, {}, 'live'],
    ['a git remote on this machine', { git: { remote: './workspace.git' } }, {}, 'simulated'],
    ['a git remote on the loopback', { git: { remote: 'http://127.0.0.1:1/a.git' } }, {}, 'simulated'],
    ['AWS_ENDPOINT_URL', {}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'simulated'],
    ['AWS_ENDPOINT_URL_EC2', {}, { AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:1' }, 'simulated'],
    ['NODE_TLS_REJECT_UNAUTHORIZED=0', {}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'simulated'],
    ['NODE_EXTRA_CA_CERTS', {}, { NODE_EXTRA_CA_CERTS: '/etc/ssl/other.pem' }, 'simulated'],
    // A proxy passes TLS on and cannot answer for AWS; to the SDK and the git client these mean nothing at all.
    ['HTTPS_PROXY', {}, { HTTPS_PROXY: 'http://127.0.0.1:1', AWS_CA_BUNDLE: '/etc/ssl/other.pem' }, 'live'],
    ['an empty AWS_ENDPOINT_URL', {}, { AWS_ENDPOINT_URL: '' }, 'live'],
  ] as const)('%s', (_, changes, env, mode) => {
    expect(modeOf(goodEnvironment(changes), env)).toBe(mode);
  });

  it('in the report, in every format, and it is not signed', async () => {
    const deployment = await deploy(cleanup);
    const folder = cleanup.folder();
    const files = ['r.txt', 'r.json', 'r.html', 'r.md', 'r.xml', 'r.sarif'].map((name) => join(folder, name));
    const { code } = await runOn(deployment, { args: files.flatMap((file) => ['-o', file]) });
    expect(code).toBe(0);
    for (const file of files)
      expect([file, readFileSync(file, 'utf8')]).toEqual([file, expect.stringMatching(/simulated/i)]);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const signed = await runOn(deployment, { args: ['-o', join(folder, 's.json'), '--sign', join(folder, 'key')] });
    expect(signed.code).toBe(64);
    expect(signed.stderr).toMatch(/a simulated run is not signed/);
    expect(existsSync(join(folder, 's.json.sig'))).toBe(false);
    const verified = await clawcheck(['verify', join(folder, 'r.json'), '--unsigned']);
    expect(verified.code).toBe(23);
    expect(verified.stdout).toMatch(/mode: it is of a simulated run/);
  });

  it('a profile with an endpoint of its own does not pass for live: nothing is asked there', async () => {
    const deployment = await deploy(cleanup);
    const folder = cleanup.folder();
    const endpoint = /endpoint: (\S+)/.exec(readFileSync(deployment.config, 'utf8'))?.[1] ?? '';
    configure(deployment, { 'aws.endpoint': null, 'git.api': 'https://127.0.0.1:1' });
    writeFileSync(join(folder, 'config'), `[default]\nendpoint_url = ${endpoint}\n`);
    const { code, report } = await runOn(deployment, { env: { AWS_CONFIG_FILE: join(folder, 'config') } });
    expect([code, report.mode]).toEqual([21, 'live']);
    expect(report.counts.pass).toBe(0);
    expect(JSON.stringify(report.subject.unproven)).toMatch(/leads to another endpoint than that of AWS/);
    expect(deployment.awsCalls).toEqual([]);
  });
});
