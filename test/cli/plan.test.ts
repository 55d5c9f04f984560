import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { type Outline, outlineOf } from '../../src/runner/outline.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures, goodEnvironment, runScenario, type Tap } from '../support/rig.ts';

describe('clawcheck plan', () => {
  let folder: string;
  let config: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    config = join(folder, 'clawcheck.yaml');
    const good = readFileSync(join(fixtures, 'good', 'clawcheck.yaml'), 'utf8');
    writeFileSync(config, good.replaceAll(/\{\{now[^}]*\}\}/g, '2099-01-01'));
  });

  it('contacts nothing: no socket, no name, no process; and the watch sees those of a run', async () => {
    const watched = async (command: string) => {
      const notes = join(folder, `${command}.notes`);
      const preload = fileURLToPath(new URL('../support/no-network.cjs', import.meta.url));
      const env = {
        NODE_OPTIONS: `--require ${preload}`,
        CLAWCHECK_TEST_NOTES: notes,
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      };
      const { code } = await clawcheck([command, '--env', 'prod', '-c', config, '--timeout', '3'], { env });
      return { code, noted: existsSync(notes) ? readFileSync(notes, 'utf8') : '' };
    };
    expect(await watched('plan')).toEqual({ code: 0, noted: '' });
    expect((await watched('run')).noted).toMatch(/socket connect/);
  });

  it('prints text, JSON, and a script without a nonce', async () => {
    const ask = async (...more: string[]) => {
      const { code, stdout, stderr } = await clawcheck(['plan', '--env', 'prod', '-c', config, ...more]);
      expect([code, stderr]).toEqual([0, '']);
      return stdout;
    };
    const text = await ask();
    expect(text).toContain(`judges ${allChecks(registry).length} checks within 120 s`);
    expect(text).toMatch(/ec2:DescribeInstances +for aws\/described-instances/);
    expect(text).toMatch(/host\/root-write-attempts +as root, at most 15 s/);
    expect(text).toMatch(/198\.51\.100\.7:443 over ipv4, to time out/);
    expect(text).toMatch(/GET \/repos\/acme\/openclaw-workspace\/branches\/main +for git\/head/);
    expect(text).toMatch(/a new empty file in \/mnt\/openclaw\/workspace/);
    const json = JSON.parse(await ask('--format', 'json', '--area', 'network'));
    expect([json.environment, json.git, json.bounds.awsCallSeconds]).toEqual(['prod', [], 20]);
    const script = await ask('--script');
    expect(script).toMatch(/^# clawcheck 0{24} host\/identity /);
    expect(script).toContain('/mnt/openclaw/workspace');
  });

  it('refuses an environment that is not there', async () => {
    const { code, stderr } = await clawcheck(['plan', '--env', 'prd', '-c', config]);
    expect([code, stderr]).toEqual([64, expect.stringMatching(/Did you mean --env prod/)]);
  });
});

/** What a run asked that its outline does not have. */
async function unplanned(outline: Outline, selection: { areas: string[] }, flaws: readonly string[] = []) {
  const git = outline.git.map(({ call }) => {
    const literal = call.slice('GET '.length).replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
    return new RegExp(`^${literal.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`);
  });
  const planned: Record<string, (call: string) => boolean> = {
    aws: (call) => outline.aws.some((a) => a.call === call),
    gateway: (call) => outline.gateway.some((a) => a.call === call),
    git: (call) => git.some((pattern) => pattern.test(call)),
    host: (call) => call === 'open' || call === 'close' || outline.host.some(({ id }) => id === call),
    files: () => outline.files.length > 0,
    vantage: (call) => outline.fromHere.some(({ host }) => host === call),
  };
  const seen = new Set<string>();
  const missed = new Set<string>();
  const tap: Tap = (port, call, answer) => {
    seen.add(port);
    if (!planned[port]?.(call)) missed.add(`${port} ${call}`);
    return answer();
  };
  await runScenario(flaws, { ...selection, tap });
  expect(seen.has('aws')).toBe(true);
  return [...missed];
}

describe('the outline of a run', () => {
  it('names only operations of the allow-list, each action, and every part of the script', () => {
    const outline = outlineOf(registry, goodEnvironment(), { areas: [], checks: [] });
    expect(outline.aws.filter(({ call }) => !Object.hasOwn(operations, call))).toEqual([]);
    expect(outline.aws.find(({ call }) => call === 'budgets:DescribeBudgets')?.action).toBe('budgets:ViewBudget');
    expect(outline.aws.find(({ call }) => call === 'sts:GetCallerIdentity')?.action).toBeNull();
    expect(outline.host.every(({ script, seconds }) => script.length > 0 && seconds > 0)).toBe(true);
    const writes = outline.writes.map(({ probe }) => probe);
    for (const id of ['host/agent-write-attempts', 'host/root-write-attempts', 'gateway/approval-rehearsal']) {
      expect(writes).toContain(id);
    }
  });

  it('asks the console for host keys only where nothing else tells them', () => {
    const asks = (changes: object) =>
      outlineOf(registry, goodEnvironment({ ...changes }), { areas: [], checks: [] }).aws.some(
        ({ call }) => call === 'ec2:GetConsoleOutput',
      );
    expect([asks({}), asks({ 'ssh.hosts': [] })]).toEqual([false, true]);
  });

  it.each(Object.keys(registry))('of the area %s has everything that its run asks', async (area) => {
    const selection = { areas: [area], checks: [] };
    expect(await unplanned(outlineOf(registry, goodEnvironment(), selection), selection)).toEqual([]);
  });

  it.each([
    'alert-role-reads-main-secret',
    'branch-not-protected',
    'gateway-version-untold',
    'inbound-from-classic-balancer',
    'kill-switch-missing',
  ])('of a whole run has everything that is asked in %s', async (flaw) => {
    const selection = { areas: [], checks: [] };
    expect(await unplanned(outlineOf(registry, goodEnvironment(), selection), selection, [flaw])).toEqual([]);
  });
});
