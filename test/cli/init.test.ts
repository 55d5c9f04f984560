import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { terminalAsker } from '../../src/cli/ask.ts';
import { askedHostDiscovery } from '../../src/cli/init-host.ts';
import { askTyped } from '../../src/cli/init-input.ts';
import { type AwsServer, startAwsServer } from '../../src/demo/aws-server.ts';
import { startDeployment } from '../../src/demo/deployment.ts';
import { loadScenario } from '../../src/demo/scenario.ts';
import { loadEnvironment, parseEnvironmentFile } from '../../src/environment/load.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { rank } from '../../src/setup/choose.ts';
import type { EnvironmentValues } from '../../src/setup/write-config.ts';
import { clawcheck } from '../support/cli.ts';
import { startListingAws } from '../support/listing-aws.ts';
import { fixtures } from '../support/rig.ts';

describe('clawcheck init', () => {
  let server: AwsServer;
  let folder: string;
  const scenario = loadScenario(fixtures, [], new Date());
  const env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00', AWS_SECRET_ACCESS_KEY: 'a-secret-of-this-process' };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    server = await startListingAws(scenario);
  });
  afterAll(() => server.close());

  const init = (config: string, ...more: string[]) =>
    clawcheck(
      ['init', '-c', config, '--yes', '--region', 'eu-west-1', '--endpoint', server.url, '--no-host', ...more],
      { env },
    );

  it('finds the deployment among others, and writes a commented file with a schema line', async () => {
    const config = join(folder, 'found.yaml');
    const { code, stdout, stderr } = await init(config, '--repository', 'acme/openclaw-workspace', '--ssh-user', 'ops');
    expect([code, stderr]).toEqual([0, '']);
    const text = readFileSync(config, 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=.*clawcheck\.schema\.json\n/);
    expect(text.match(/^ +# /gm)?.length).toBeGreaterThan(80);
    expect(text + stdout).not.toContain('a-secret-of-this-process');
    const { environment: found } = loadEnvironment(config, 'prod');
    expect(found.aws).toMatchObject({ account: '123456789012', region: 'eu-west-1', endpoint: server.url });
    expect(found.infrastructure.autoScalingGroup).toBe('openclaw-prod');
    expect(found.soulDocuments).toMatchObject({
      fileSystemId: 'fs-0a1b2c3d4e5f60001',
      workspaceAccessPoint: 'fsap-0a1b2c3d4e5f60001',
    });
    expect(found.credentials).toMatchObject({
      secret: 'openclaw/prod/gateway',
      monitoringSecret: 'openclaw/prod/monitoring',
    });
    expect(found.monitoring).toMatchObject({
      alarm: 'openclaw-prod-gateway-unhealthy',
      alertFunction: 'openclaw-prod-alert',
      budget: 'openclaw-prod',
      killSwitch: 'openclaw-prod-kill-switch',
    });
    expect(found.monitoring.logGroups).toEqual([
      { name: '/openclaw/prod/gateway', kind: 'gateway', maxAgeMinutes: 60 },
      { name: '/openclaw/prod/session', kind: 'session', maxAgeMinutes: 60 },
    ]);
    expect([found.backup.vault, found.git?.repository, found.ssh.user]).toEqual([
      'openclaw-prod',
      'acme/openclaw-workspace',
      'ops',
    ]);
    expect(stdout).toMatch(/clawcheck doctor --env prod --config /);
  });

  it('writes a file with which a run sees the deployment', async () => {
    const config = join(folder, 'run.yaml');
    expect((await init(config)).code).toBe(0);
    const seen = ['monitoring/alarm-on-health', 'backup/daily-plan-covers-efs', 'backup/recent-recovery-point'];
    const checks = [...seen, 'infrastructure/private-subnets'].flatMap((id) => ['--check', id]);
    const args = ['run', '-q', '--env', 'prod', '-c', config, '--format', 'json', ...checks];
    const { code, stdout } = await clawcheck(args, { env });
    const report = reportSchema.parse(JSON.parse(stdout));
    const passed = report.areas.flatMap(({ checks }) => checks).filter(({ status }) => status === 'pass');
    const ids = passed.map(({ id }) => id);
    for (const id of [...seen, 'infrastructure/private-subnets']) {
      expect(ids).toContain(id);
    }
    expect([code, report.subject.account, report.mode]).toEqual([21, '123456789012', 'simulated']);
  });

  it.each([
    ['--region', 'Ireland', /--region Ireland does not fit\n {2}It has to be such as eu-west-1\./],
    ['--repository', 'openclaw', /--repository openclaw does not fit\n {2}It has to be owner\/name\./],
    ['--account', '12', /--account 12 does not fit/],
  ])('refuses %s %s before it asks anybody', async (option, value, said) => {
    const config = join(folder, 'typed.yaml');
    const { code, stderr } = await init(config, option, value);
    expect([code, stderr]).toEqual([64, expect.stringMatching(said)]);
    expect(existsSync(config)).toBe(false);
  });

  it('never overwrites without --force, and follows no link', async () => {
    const config = join(folder, 'there.yaml');
    writeFileSync(config, 'mine\n');
    const refused = await init(config);
    expect([refused.code, refused.stdout]).toEqual([64, '']);
    expect(refused.stderr).toMatch(/there already[\s\S]*--force/);
    expect(readFileSync(config, 'utf8')).toBe('mine\n');
    expect((await init(config, '--force')).code).toBe(0);
    expect(readFileSync(config, 'utf8')).toMatch(/openclaw-prod/);
    symlinkSync(config, join(folder, 'link.yaml'));
    expect((await init(join(folder, 'link.yaml'), '--force')).code).toBe(64);
  });

  it('looks for what belongs to the group that is named', async () => {
    const config = join(folder, 'staging.yaml');
    const { code } = await init(
      config,
      '--group',
      'openclaw-staging',
      '--alarm',
      'of-staging',
      '--file-system',
      'fs-0f',
    );
    expect(code).toBe(0);
    const { environment } = loadEnvironment(config, 'prod');
    expect(environment.credentials.secret).toBe('openclaw/prod/gateway-staging');
    // The alarm is none that AWS shows, so whom it tells is not known.
    expect(environment.monitoring).not.toHaveProperty('alertFunction');
    expect(environment.monitoring.alarm).toBe('of-staging');
    expect(environment.soulDocuments).not.toHaveProperty('workspaceAccessPoint');
  });

  it('writes nothing for another account, another group, or a password in a URL', async () => {
    const config = join(folder, 'none.yaml');
    const other = await init(config, '--account', '210987654321');
    expect([other.code, other.stderr]).toEqual([
      64,
      expect.stringMatching(/belong to account 123456789012, not to 210987654321/),
    ]);
    const url = new URL(server.url);
    const password = await init(config, '--endpoint', `http://a:b@${url.host}`);
    expect([password.code, password.stderr]).toEqual([64, expect.stringMatching(/no secret is written/)]);
    expect(existsSync(config)).toBe(false);
  });

  it('names every option that is missing when AWS shows nothing', async () => {
    const empty = await startAwsServer((operation) =>
      operation === 'sts:GetCallerIdentity'
        ? { output: { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/a', UserId: 'A' } }
        : { error: { code: 'AccessDenied', status: 403 } },
    );
    try {
      const config = join(folder, 'empty.yaml');
      const { code, stderr } = await init(config, '--endpoint', empty.url);
      expect(code).toBe(64);
      for (const flag of ['--group', '--file-system', '--secret', '--alarm', '--log-group'])
        expect(stderr).toContain(flag);
      expect(stderr).toMatch(/Allow autoscaling:DescribeAutoScalingGroups/);
      expect(existsSync(config)).toBe(false);
      const named = [
        '--group',
        'g',
        '--file-system',
        'fs-0a',
        '--secret',
        's',
        '--alarm',
        'a',
        '--log-group',
        '/g,/g/session',
      ];
      expect((await init(config, '--endpoint', empty.url, ...named)).code).toBe(0);
      const { environment } = loadEnvironment(config, 'prod');
      expect(environment.monitoring.logGroups.map(({ kind }) => kind)).toEqual(['gateway', 'session']);
    } finally {
      await empty.close();
    }
  });
});

describe('clawcheck init, on a host', () => {
  it('reads which process is the gateway, under a host key that is trusted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    const deployment = await startDeployment(fixtures, [], { folder });
    try {
      const { environment } = loadEnvironment(deployment.config, 'prod');
      const config = join(folder, 'found.yaml');
      const key = join(folder, 'id_ed25519');
      const place = ['--region', 'eu-west-1', '--endpoint', deployment.endpoint];
      const way = ['--ssh-host', '127.0.0.1', '--ssh-port', String(environment.ssh.port), '--ssh-key', key];
      const trusted = ['--ssh-fingerprint', environment.ssh.fingerprints[0] ?? ''];
      const init = (...more: string[]) =>
        clawcheck(['init', '-c', config, '--yes', '--force', ...place, ...way, ...more], { env: deployment.variables });

      const strange = await init('--ssh-fingerprint', `SHA256:${'A'.repeat(43)}`);
      expect([strange.code, strange.stderr]).toEqual([0, '']);
      expect(strange.stdout).toMatch(/Could not be looked at:\n {2}host 127\.0\.0\.1: /);
      expect(strange.stdout).not.toMatch(/host\.unit/);

      const { code, stdout, stderr } = await init(...trusted);
      expect([code, stderr]).toEqual([0, '']);
      const found = loadEnvironment(config, 'prod').environment;
      expect(found.host).toMatchObject({
        agentUser: 'openclaw',
        unit: 'openclaw-gateway.service',
        stateDirectory: '/home/openclaw/.openclaw',
      });
      expect(found.gateway.port).toBe(18789);
      expect(found.soulDocuments).toMatchObject({
        workspace: '/mnt/openclaw/workspace',
        runtime: '/mnt/openclaw/runtime',
      });
      expect(found.ssh.hosts).toEqual(['127.0.0.1']);
      expect(stdout).toMatch(/skills on the host: \/mnt\/openclaw\/workspace\/skills/);
      expect(stdout).not.toMatch(/Could not be looked at/);
    } finally {
      await deployment.close();
    }
  });

  it('asks whoever is at the terminal for a key where no host takes the login', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    const deployment = await startDeployment(fixtures, [], { folder });
    try {
      const good = readFileSync(deployment.config, 'utf8');
      const fileWith = (more: EnvironmentValues) => {
        const file = parse(good);
        delete file.environments.prod.ssh.privateKeyFile;
        Object.assign(file.environments.prod.ssh, more['ssh']);
        return parseEnvironmentFile(stringify(file), deployment.config);
      };
      const place = { config: deployment.config, env: 'prod' };
      const { signal } = new AbortController();
      const asked: string[] = [];
      const answering = (...answers: string[]) => ({
        choose: () => Promise.reject(new Error('nothing is to be chosen')),
        text(what: string) {
          asked.push(what);
          return Promise.resolve(answers.shift() ?? '');
        },
        close() {},
      });
      const silent = await askedHostDiscovery(fileWith, place, undefined, signal);
      expect([silent.values, silent.lost]).toEqual([{}, [expect.stringContaining('no key to log in')]]);
      const declined = await askedHostDiscovery(fileWith, place, answering(''), signal);
      expect(declined.lost).toEqual(silent.lost);
      const { values, lost } = await askedHostDiscovery(fileWith, place, answering('id_ed25519', 'ops'), signal);
      expect(lost).toEqual([]);
      expect(values['ssh']).toMatchObject({ privateKeyFile: 'id_ed25519', user: 'ops' });
      expect(values['host']).toMatchObject({ unit: 'openclaw-gateway.service' });
      expect(asked.map((what) => what.split(',')[0])).toEqual([
        'the file of the private key to log in to the hosts with',
        'the file of the private key to log in to the hosts with',
        'the user to log in as',
      ]);
    } finally {
      await deployment.close();
    }
  });

  it('writes the file without AWS and without a host, where everything is named', async () => {
    const config = join(mkdtempSync(join(tmpdir(), 'clawcheck-test-')), 'named.yaml');
    const args = [
      'init',
      '-c',
      config,
      '--yes',
      '--no-host',
      '--region',
      'eu-west-1',
      '--endpoint',
      'http://127.0.0.1:9',
    ];
    const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_MAX_ATTEMPTS: '1' };
    const without = await clawcheck(args, { env });
    expect([without.code, without.stdout]).toEqual([64, '']);
    expect(without.stderr).toMatch(/--account/);
    const named = '--account 123456789012 --group g --file-system fs-0a --secret s --alarm a --log-group /g'.split(' ');
    const { code, stdout } = await clawcheck([...args, ...named], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Could not be looked at:\n {2}AWS: /);
    expect(loadEnvironment(config, 'prod').environment.infrastructure.autoScalingGroup).toBe('g');
  });
});

describe('what stands out', () => {
  it.each([
    ['the one of this deployment', ['openclaw-staging', 'openclaw-prod', 'web'], 'openclaw-prod', 'openclaw-prod'],
    ['none of two that are alike', ['openclaw-a', 'openclaw-b'], 'openclaw-prod', undefined],
    ['none that shares no word', ['web', 'shop'], 'openclaw-prod', undefined],
    ['none of nothing', [], 'openclaw-prod', undefined],
    ['not the only one, where that is not enough', ['web'], 'openclaw-prod', undefined],
  ])('is %s', (_, names, deployment, chosen) => {
    expect(rank(names, (name) => name, deployment).chosen).toBe(chosen);
  });

  it('is the only one, where that is enough', () => {
    expect(rank(['web'], (name) => name, 'openclaw-prod', { lone: true }).chosen).toBe('web');
  });
});

describe('the questions', () => {
  it('end at Ctrl-C by the signal that it stands for, and give the terminal back', async () => {
    const modes: boolean[] = [];
    const setRawMode = (raw: boolean) => modes.push(raw);
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    try {
      const asked = terminalAsker(input, output).text('the region');
      input.write('\u0003');
      // The signal is caught here, so that the program goes on to the end of its input.
      await expect(asked).rejects.toThrow(/the input ended/);
      expect(kill.mock.calls).toEqual([[process.pid, 'SIGINT']]);
      expect(modes.at(-1)).toBe(false);
    } finally {
      kill.mockRestore();
    }
  });

  it('take a number or a name, ask again for nothing, and show hostile names as plain text', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asker = terminalAsker(input, output);
    input.write('\n2\n');
    expect(await asker.choose('the group', ['a', '\u001b[31mb'])).toBe('\u001b[31mb');
    const named = asker.choose('the group', ['a']);
    input.write('other\n');
    expect(await named).toBe('other');
    input.write('7\n1\n');
    expect(await asker.choose('the group', ['a'])).toBe('a');
    const region = askTyped(asker, 'region', 'the region');
    input.write('Ireland\n\neu-west-1\n');
    expect(await region).toBe('eu-west-1');
    const none = askTyped(asker, 'repository', 'the repository', { optional: true });
    input.write('openclaw\n\n');
    expect(await none).toBe('');
    input.end();
    await expect(asker.text('another')).rejects.toThrow(/the input ended/);
    asker.close();
    const said = String(output.read());
    expect(said).not.toContain('\u001b[31m');
    expect(said.match(/Not that: .*/g)).toEqual([
      'Not that: such as eu-west-1.',
      'Not that: such as eu-west-1.',
      'Not that: owner/name.',
    ]);
  });
});
