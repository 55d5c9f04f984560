import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registry } from '../../../checks/index.ts';
import { checkRecordingFolder, readRecording, writeRecording } from '../../../src/adapters/recording/folder.ts';
import type { Recording } from '../../../src/adapters/recording/format.ts';
import { Recorder } from '../../../src/adapters/recording/recorder.ts';
import { Redactor } from '../../../src/adapters/recording/redact.ts';
import { replay } from '../../../src/adapters/recording/replayer.ts';
import { loadScenario } from '../../../src/demo/scenario.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { Report } from '../../../src/model/report.ts';
import type { AwsPort } from '../../../src/ports/aws.ts';
import type { WaitingPort } from '../../../src/ports/waiting.ts';
import { firstDifference } from '../../../src/report/compare.ts';
import { renderJson } from '../../../src/report/json.ts';
import { run } from '../../../src/runner/run.ts';
import { fixtures, goodEnvironment, goodOthers, now, scenarioPorts } from '../../support/rig.ts';

const nonce = '00000000-0000-4000-8000-000000000000';
const place = { region: 'eu-west-1', account: '123456789012' };
const leaky: string[] = JSON.parse(readFileSync(join(fixtures, 'leaky', 'scenario.json'), 'utf8')).flaws;

/** Runs a scenario with a recorder between. Every reading of the clock is another second. */
async function record(
  flaws: readonly string[],
  own: readonly string[] = [],
  waiting?: WaitingPort,
): Promise<{ report: Report; recording: Recording }> {
  const scenario = loadScenario(fixtures, flaws, now);
  const environment = goodEnvironment(scenario.environment);
  const { ports, calls } = scenarioPorts(scenario, environment);
  const recorder = new Recorder(new Redactor(own));
  let seconds = 0;
  const clock = recorder.clock(() => new Date(now.getTime() + 1000 * seconds++));
  const shared = { registry, environment, others: goodOthers(), fileSha256: '0'.repeat(64), version: '0.0.0', nonce };
  const selection = { areas: [], checks: [] };
  const open = { emit: () => {}, interrupt: new AbortController().signal, timeoutMs: 30_000, selection };
  const report = await run({
    ...shared,
    ...open,
    ports: recorder.record({ ...ports, ...(waiting && { waiting }) }),
    calls,
    mode: 'simulated',
    clock,
  });
  const head = { name: 'prod', fileSha256: '0'.repeat(64) };
  const recording = recorder.finish(
    {
      tool: { name: 'clawcheck', version: '0.0.0' },
      environment: head,
      mode: 'simulated',
      complete: true,
      selection,
      nonce,
    },
    calls,
  );
  return { report, recording };
}

async function judge(recording: Recording, flaws: readonly string[]): Promise<Report> {
  const environment = goodEnvironment(loadScenario(fixtures, flaws, now).environment);
  return run({
    ...replay(recording, place),
    registry,
    environment,
    others: goodOthers(),
    fileSha256: '0'.repeat(64),
    version: '0.0.0',
    mode: 'replay',
    emit: () => {},
    interrupt: new AbortController().signal,
    timeoutMs: 30_000,
    selection: { areas: [], checks: [] },
  });
}

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'clawcheck-test-')), 'recording');

describe('a recording', () => {
  it.each([
    ['the good deployment', []],
    ['a deployment with many flaws', leaky],
    ['a deployment with a key in user data', ['key-in-user-data']],
    ['a deployment whose accounts Composio connects', ['composio-scopes-exceed']],
    ['a deployment with user data that cannot be read', ['user-data-garbled']],
    [
      'a deployment that cannot be seen',
      ['interfaces-denied', 'efs-policy-denied', 'agent-writes-denied', 'git-branch-denied'],
    ],
  ])('of %s gives the same report, byte for byte but for the mode', async (_, flaws) => {
    const { report, recording } = await record(flaws);
    const folder = newFolder();
    writeRecording(recording, folder, new Redactor([]));
    const again = await judge(readRecording(folder), flaws);
    expect(again.mode).toBe('replay');
    expect(renderJson({ ...again, mode: 'simulated' })).toBe(renderJson(report));
    expect(firstDifference(report, again)).toBeUndefined();
    expect(report.window.end > report.window.start).toBe(true);
  });

  it('keeps apart what two regions answer to the same question', async () => {
    const { ports, calls } = scenarioPorts(loadScenario(fixtures, [], now), goodEnvironment());
    const groups = (name: string) => ({ AutoScalingGroups: [{ AutoScalingGroupName: name }] });
    const there = { ...ports.aws, read: async () => groups('there') };
    const aws = { ...ports.aws, read: async () => groups('here'), inRegion: () => there } as unknown as AwsPort;
    const recorder = new Recorder(new Redactor([]));
    const ask = (port: AwsPort) => port.read('autoscaling:DescribeAutoScalingGroups', {});
    const recorded = recorder.record({ ...ports, aws }).aws;
    await Promise.all([ask(recorded), ask(recorded.inRegion('us-east-1'))]);
    const head = { name: 'prod', fileSha256: '0'.repeat(64) };
    const tool = { name: 'clawcheck', version: '0.0.0' } as const;
    const selection = { areas: [], checks: [] };
    const recording = recorder.finish(
      { tool, environment: head, mode: 'simulated', complete: true, selection, nonce },
      calls,
    );
    const folder = newFolder();
    writeRecording(recording, folder, new Redactor([]));
    const again = replay(readRecording(folder), place).ports.aws;
    expect([await ask(again), await ask(again.inRegion('us-east-1'))]).toEqual([groups('here'), groups('there')]);
    await expect(ask(again.inRegion('eu-west-2'))).rejects.toMatchObject({ reason: 'bad_response' });
  });

  it('is the same text whatever the order of the answers, in ASCII, for its owner only', async () => {
    const [one, two] = [newFolder(), newFolder()];
    const { recording } = await record(leaky);
    writeRecording(recording, one, new Redactor([]));
    writeRecording(readRecording(one), two, new Redactor([]));
    const names = readdirSync(one).sort();
    expect(names).toEqual([
      'aws.json',
      'composio.json',
      'files.json',
      'gateway.json',
      'git.json',
      'hosts.json',
      'recording.json',
      'vantage.json',
    ]);
    for (const name of names) {
      const text = readFileSync(join(one, name), 'utf8');
      expect(text).toMatch(/^[\x20-\x7e\n]*\n$/);
      expect(readFileSync(join(two, name), 'utf8')).toBe(text);
      expect(statSync(join(one, name)).mode & 0o077).toBe(0);
    }
    expect(statSync(one).mode & 0o077).toBe(0);
  });

  it('has each file sealed by its digest, and nothing that its schema does not know', async () => {
    const folder = newFolder();
    const { recording } = await record([]);
    writeRecording(recording, folder, new Redactor([]));
    const path = join(folder, 'aws.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('openclaw', 'openclam'));
    expect(() => readRecording(folder)).toThrow(/aws\.json of the recording was changed/);
    const other = newFolder();
    writeRecording(
      { ...recording, parts: { ...recording.parts, 'git.json': [{ path: '/', more: 1 } as never] } },
      other,
      new Redactor([]),
    );
    expect(() => readRecording(other)).toThrow(/git\.json of the recording is not of the form/);
    expect(() => readRecording(join(other, 'none'))).toThrow(/no recording\.json/);
    expect(() => checkRecordingFolder(folder)).toThrow(/there already/);
    expect(() => checkRecordingFolder(join(folder, 'a', 'b'))).toThrow(/does not exist/);
  });

  it('does not hold what user data says, nor an own secret that AWS repeats, and is not written with one', async () => {
    const own = 'assumed-role/clawcheck/audit';
    const { recording } = await record(['key-in-user-data'], [own]);
    const folder = newFolder();
    writeRecording(recording, folder, new Redactor([own]));
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    expect(text).toContain('"UserData"');
    for (const secret of ['EXAMPLEEXAMPLE03', 'IyEvYmluL3No', own]) expect(text).not.toContain(secret);
    const unmasked = newFolder();
    const { recording: careless } = await record([]);
    expect(() => writeRecording(careless, unmasked, new Redactor([own]))).toThrow(/a secret of this run would be in/);
    expect(existsSync(unmasked)).toBe(false);
  });

  it('masks an own secret in what was asked, and is judged alike', async () => {
    // Nothing that is judged has these words; what is asked has them.
    const own = ['branches/main/protection', 'agents.list', 'docs/recovery.md'];
    const { report, recording } = await record([], own);
    const folder = newFolder();
    writeRecording(recording, folder, new Redactor(own));
    const masked = Object.values(recording.parts).flatMap((part) => part.filter((e) => 'asked' in e && e.asked));
    expect(masked.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(masked)).toMatch(/\/repos\/[^"]*\/xxxxxxxx\/xxxx\/xxxxxxxxxx"/);
    const again = await judge(readRecording(folder), []);
    expect(renderJson({ ...again, mode: 'simulated' })).toBe(renderJson(report));
  });

  it.each([
    ['until it was final', async () => {}],
    [
      'until the run ended',
      () => Promise.reject(new ProbeError('timeout', 'the run reached its time limit', { next: 'Raise --timeout.' })),
    ],
  ])('of a run that waited %s is judged alike, and waits for nothing', async (_, wait) => {
    const flaws = ['gateway-starting'];
    const { report, recording } = await record(flaws, [], () => {
      let ms = -400;
      return { elapsed: () => (ms += 400), wait };
    });
    expect(Object.values(recording.manifest.elapsed).flat().length).toBeGreaterThan(1);
    const again = await judge(recording, flaws);
    expect(renderJson({ ...again, mode: 'simulated' })).toBe(renderJson(report));
    const { signal } = new AbortController();
    await replay(recording, place).ports.waiting?.('a probe', signal).wait(3_600_000);
  });

  it('answers what was not asked back then with an error, never with nothing', async () => {
    const { recording } = await record([]);
    const { ports } = replay(recording, place);
    const unknown = expect.objectContaining({
      reason: 'bad_response',
      message: expect.stringMatching(/not in the recording/),
    });
    await expect(ports.aws.find('ec2:DescribeAddresses', { PublicIps: ['192.0.2.1'] })).rejects.toEqual(unknown);
    await expect(ports.git.get('/repos/other/other')).rejects.toEqual(unknown);
    await expect(ports.files.read('other')).rejects.toEqual(unknown);
    const signal = new AbortController().signal;
    await expect(ports.openHost({ address: '192.0.2.1', fingerprints: [] }, signal)).rejects.toEqual(unknown);
    const host = await ports.openHost({ address: '10.20.1.10', fingerprints: [] }, signal);
    await expect(ports.openGateway(host, signal).rpc('config.get', { other: 1 })).rejects.toEqual(unknown);
    const program = { id: 'host/identity', as: 'login', seconds: 1, script: 'say other yes' } as const;
    expect((await host.run([program], signal)).get('host/identity')).toEqual(unknown);
  });

  it('without an exchange leaves what depends on it unknown, and the rest as it was', async () => {
    const { report, recording } = await record([]);
    const lost = recording.parts['aws.json'].filter(({ operation }) => operation !== 'ec2:DescribeAddresses');
    const again = await judge({ ...recording, parts: { ...recording.parts, 'aws.json': lost } }, []);
    const changed = again.areas.flatMap(({ checks }, i) =>
      checks.filter(({ status }, j) => status !== report.areas[i]?.checks[j]?.status),
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.map(({ status, reason }) => [status, reason?.code])).toEqual(
      changed.map(() => ['unknown', 'bad_response']),
    );
    expect(again.verdict).toBe('INCOMPLETE');
  });
});
