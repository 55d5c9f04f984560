import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult, Report } from '../../src/model/report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { clawcheck } from '../support/cli.ts';
import { type LiveDeployment, startLiveDeployment } from './deployment.ts';
import { type Lab, labAvailable } from './lab/lab.ts';
import { liveDescribe } from './live.ts';
import { type Moto, motoAvailable } from './moto/moto.ts';

const available = [labAvailable(), motoAvailable()].find(({ ok }) => !ok) ?? { ok: true as const };

/** The whole command line against moto's AWS and, at the same time, a real sshd in a namespace of its own. */
liveDescribe('clawcheck run against moto and a real host', available, () => {
  let deployment: LiveDeployment;
  let moto: Moto;
  let lab: Lab;
  let directory: string;

  beforeAll(async () => {
    deployment = await startLiveDeployment();
    moto = deployment.moto;
    lab = deployment.lab as Lab;
    directory = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
  });
  afterAll(async () => {
    await deployment?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  async function run(change?: Parameters<LiveDeployment['write']>[1], more: Parameters<typeof clawcheck>[1] = {}) {
    const config = await deployment.write(directory, change);
    const result = await clawcheck(
      ['run', '--env', 'prod', '--config', config, '--format', 'json', '--timeout', '60'],
      { env: deployment.variables, ...more },
    );
    const report = result.stdout ? reportSchema.parse(JSON.parse(result.stdout)) : undefined;
    return { ...result, report: report as Report };
  }

  const checksOf = (report: Report): CheckResult[] => report.areas.flatMap(({ checks }) => checks);
  const statusOf = (report: Report, id: string) => checksOf(report).find((c) => c.id === id)?.status;
  const headline = ['soul-documents/write-fails', 'credentials/imdsv1-rejected', 'network/approved-host-reachable'];

  describe('the good deployment', () => {
    it('is bound to its subject, judged on it, and left as it was', async () => {
      const before = await lab.manifest();
      const { report, stderr } = await run();
      const { ids } = await moto.state();
      expect(report.subject).toMatchObject({ account: '123456789012', mismatches: [], autoScalingGroup: ids.groupArn });
      expect(report.subject.instances).toEqual([
        { id: ids.instances[0], address: lab.host, hostKeyFingerprint: lab.hostKeyFingerprint },
      ]);
      expect(report.mode).toBe('simulated');
      expect(Object.fromEntries(headline.map((id) => [id, statusOf(report, id)]))).toEqual(
        Object.fromEntries(headline.map((id) => [id, 'pass'])),
      );
      // A way round the filter could stand in the configuration of the gateway, which only a real one tells.
      const filtered = checksOf(report).find(({ id }) => id === 'network/unapproved-host-times-out');
      expect([filtered?.status, filtered?.reason?.code]).toEqual(['unknown', 'credentials']);
      const open = report.areas
        .filter(({ id }) => id === 'backup' || id === 'skills')
        .flatMap(({ checks }) => checks.filter(({ status }) => status !== 'pass' && status !== 'attested'));
      // Which skills a gateway loads, only a real one tells.
      expect(open.map(({ id, reason }) => [id, reason?.code])).toEqual([['skills/inventory-matches', 'credentials']]);
      // No EFS and no tailnet can be had here; no gateway but a stand-in without a token, and no AWS CLI on the host.
      const failed = checksOf(report).filter(({ status }) => status === 'fail');
      expect(failed.map(({ id }) => id)).toEqual(['soul-documents/mounted-read-only', 'network/tailscale-admin']);
      const unknown = checksOf(report).filter(({ status }) => status === 'unknown');
      const lacking = new Set(unknown.map(({ reason }) => reason?.code));
      expect([...lacking].sort()).toEqual(['credentials', 'tool_missing']);
      expect(report.verdict).not.toBe('READY');
      expect(checksOf(report).filter(({ reason }) => reason?.code === 'internal')).toEqual([]);
      expect(stderr).not.toMatch(/Warning|at file:/);
      expect(await lab.leftovers(before)).toEqual([]);
    });
  });

  // More of them, without the command line: host-flaws.test.ts.
  describe('a flaw on the host', () => {
    it.each([
      ['a writable workspace', { workspace: 'read-write' }, 'soul-documents/write-fails', 'fail'],
      ['no metadata service', { imds: 'unreachable' }, 'credentials/imdsv1-rejected', 'unknown'],
      ['no network at all', { egress: 'all-dropped' }, 'network/approved-host-reachable', 'fail'],
    ] as const)('%s is found', async (_, flaw, id, status) => {
      try {
        await lab.change(flaw);
        const { report, code } = await run();
        expect([id, statusOf(report, id)]).toEqual([id, status]);
        expect([20, 21]).toContain(code);
      } finally {
        await lab.change({ workspace: 'read-only', imds: 'required', egress: 'drop', gateway: 'ready' });
      }
    });
  });

  describe('the wrong deployment', () => {
    it.each([
      [
        'another account',
        (e: Record<string, Record<string, unknown>>) => Object.assign(e['aws'] ?? {}, { account: '210987654321' }),
      ],
      [
        'another host key',
        (e: Record<string, Record<string, unknown>>) =>
          Object.assign(e['ssh'] ?? {}, { fingerprints: [`SHA256:${'A'.repeat(43)}`] }),
      ],
    ])('%s is UNTRUSTED, exit 22, and nothing is judged', async (_, change) => {
      const { code, report } = await run(change);
      expect([code, report.verdict]).toEqual([22, 'UNTRUSTED']);
      expect(report.counts.pass + report.counts.fail).toBe(0);
    });

    it('an unknown host key is unknown, with the key that was offered, and is not trusted', async () => {
      const { code, report } = await run((e) => Object.assign(e['ssh'] ?? {}, { fingerprints: [] }));
      expect([20, 21]).toContain(code);
      const result = checksOf(report).find((c) => c.id === 'soul-documents/write-fails');
      expect(result).toMatchObject({ status: 'unknown', reason: { code: 'host_key' } });
      expect(result?.reason?.next).toContain(lab.hostKeyFingerprint);
    });

    it('a host that is down is unknown, and what AWS shows is judged all the same', async () => {
      const { report } = await run((e) => Object.assign(e['ssh'] ?? {}, { port: 1 }));
      for (const id of headline) expect([id, statusOf(report, id)]).toEqual([id, 'unknown']);
      expect(statusOf(report, 'infrastructure/no-public-ip')).toBe('pass');
    });

    it('a key file that is not there is one line, exit 64', async () => {
      const { code, stderr, stdout } = await run((e) =>
        Object.assign(e['ssh'] ?? {}, { privateKeyFile: '/nonexistent/key' }),
      );
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toMatch(/the key file \/nonexistent\/key does not exist/);
    });
  });

  it('Ctrl-C at any moment is exit 130 and leaves nothing on the host', async () => {
    const before = await lab.manifest();
    for (const delay of [150, 500, 900, 1500]) {
      const { code } = await run(undefined, { onSpawn: (_, kill) => setTimeout(() => kill('SIGINT'), delay) });
      // Before the handler is there, the signal itself ends the process.
      expect([130, null, 20, 21]).toContain(code);
    }
    expect(await lab.leftovers(before)).toEqual([]);
  });
});
