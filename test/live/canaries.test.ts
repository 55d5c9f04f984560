import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import notInLogs from '../../checks/credentials/not-in-logs.ts';
import type { Deployment } from '../../src/demo/deployment.ts';
import type { Report } from '../../src/model/report.ts';
import { logEvents } from '../../src/probes/aws/log-events.ts';
import { gatewayConfig } from '../../src/probes/gateway/config.ts';
import { kinds, leaksIn } from '../promises/canaries.ts';
import { Cleanup, checksOf, configure, deploy, filesBelow, runOn } from '../promises/support.ts';
import { judgeHost, labEnvironment } from './judge-host.ts';
import { type Lab, labAvailable, startLab } from './lab/lab.ts';
import type { HostFile } from './lab/options.ts';
import { liveDescribe } from './live.ts';

const home = '/home/openclaw';
const workspace = '/mnt/openclaw/workspace';

/** Ten places of a host. In each there is a secret of its own of every kind. */
const places: Readonly<Record<string, Omit<HostFile, 'content'>>> = {
  'the state directory': { path: `${home}/.openclaw/credentials/oauth.json`, owner: 'openclaw', mode: 0o600 },
  'the workspace': { path: `${workspace}/skills/notes.md`, owner: 'openclaw' },
  'the runtime directory': { path: '/srv/runtime/cache.db-wal', owner: 'openclaw' },
  'the home of root': { path: '/root/.aws/credentials', mode: 0o600 },
  'a configuration in /etc': { path: '/etc/openclaw/service.conf', mode: 0o640 },
  'the history of a shell': { path: '/home/ops/.bash_history', owner: 'ops', mode: 0o600 },
  'a log': { path: '/var/log/openclaw/install.log' },
  'the log of the gateway': { path: '/tmp/openclaw/openclaw-2026-03-04.log', owner: 'openclaw' },
  'the transcript of a session': { path: `${home}/sessions/agents/main/sessions/one.jsonl`, owner: 'openclaw' },
};
const processPlace = 'the environment of the gateway';
const lines = new Map<string, readonly string[]>();
/** Every secret that was planted, by kind and place. */
const planted: Record<string, string> = {};
for (const place of [...Object.keys(places), processPlace]) {
  const made = kinds.map((kind) => ({ kind, ...kind.make() }));
  lines.set(
    place,
    made.map(({ line }) => line),
  );
  for (const { kind, secret } of made) planted[`${kind.name} in ${place}`] = secret;
}

/** Which directories a run looks at: the host names at most a hundred findings, and each place holds thirty. */
const looks: readonly (readonly [state: string, runtime: string])[] = [
  [`${home}/.openclaw`, '/srv/runtime'],
  ['/root', '/etc/openclaw'],
  ['/home/ops', '/var/log/openclaw'],
  [`${home}/sessions`, '/tmp/openclaw'],
];

liveDescribe('secrets of thirty kinds in ten places of a real host', labAvailable(), () => {
  const cleanup = new Cleanup();
  let lab: Lab;
  let deployment: Deployment;
  let folder: string;
  let reports: Report[];
  const written: { path: string; text: string }[] = [];
  const commandLines = new Set<string>();

  beforeAll(async () => {
    lab = await startLab({
      identity: { instanceId: 'i-0a1b2c3d4e5f60001', accountId: '123456789012', region: 'eu-west-1' },
      files: Object.entries(places).map(([place, file]) => ({ ...file, content: `${lines.get(place)?.join('\n')}\n` })),
      gatewayEnvironment: Object.fromEntries((lines.get(processPlace) ?? []).map((line, i) => [`SETTING_${i}`, line])),
    });
    cleanup.add(() => lab.stop());
    deployment = await deploy(cleanup);
    folder = cleanup.folder();
    for (const name of ['tmp', 'out']) mkdirSync(join(folder, name));
    configure(deployment, {
      'ssh.user': lab.login,
      'ssh.hosts': [lab.host],
      'ssh.port': lab.port,
      'ssh.privateKeyFile': lab.privateKeyFile,
      'ssh.fingerprints': [lab.hostKeyFingerprint],
      'host.agentUser': lab.agentUser,
      'soulDocuments.workspace': workspace,
      'credentials.scanPaths': [],
      'network.unapprovedHosts': [{ host: lab.unapproved[0]?.address, port: lab.unapproved[0]?.port, tls: false }],
      'network.timeoutSeconds': 2,
      'gateway.startSeconds': 1,
      'gateway.port': lab.gatewayPort,
    });
    reports = [];
    const watch = setInterval(() => noteCommandLines(commandLines), 100);
    try {
      for (const [i, [state, runtime]] of looks.entries()) {
        configure(deployment, { 'host.stateDirectory': state, 'soulDocuments.runtime': runtime });
        const outputs = ['json', 'txt', 'html', 'md', 'xml', 'sarif'].map((e) => join(folder, 'out', `${i}.${e}`));
        // The first run looks at everything; the others only at what finds secrets.
        const area = i === 0 ? [] : ['--area', 'credentials'];
        const args = ['--verbose', ...area, '--record', join(folder, 'out', `recording-${i}`), '-o', '-'];
        const { stdout, stderr } = await runOn(deployment, {
          args: [...args, ...outputs.flatMap((path) => ['-o', path])],
          env: { TMPDIR: join(folder, 'tmp'), CLAWCHECK_DEBUG: '1' },
          cwd: folder,
        });
        written.push({ path: `stdout ${i}`, text: stdout }, { path: `stderr ${i}`, text: stderr });
        reports.push(JSON.parse(readFileSync(join(folder, 'out', `${i}.json`), 'utf8')));
      }
    } finally {
      clearInterval(watch);
    }
    written.push(...filesBelow(folder));
  }, 180_000);
  afterAll(() => cleanup.run());

  const evidenceOf = (report: Report | undefined, id: string) =>
    checksOf(report as Report).find((check) => check.id === id)?.evidence ?? [];

  it('are thirty, in ten places, each its own', () => {
    expect(kinds.length).toBe(30);
    expect(lines.size).toBe(10);
    expect(new Set(Object.values(planted)).size).toBe(300);
  });

  it.each(Object.entries(places))('all are found in %s', (_, { path }) => {
    const run = looks.findIndex((directories) => directories.some((directory) => path.startsWith(`${directory}/`)));
    const found = evidenceOf(reports[Math.max(run, 0)], 'credentials/no-plaintext-on-disk')
      .filter(({ subject }) => subject === path)
      .map(({ observed }) => observed);
    expect(kinds.filter(({ title }) => !found.some((text) => title.test(text))).map(({ name }) => name)).toEqual([]);
  });

  it('all are found in the environment of the gateway', () => {
    const found = evidenceOf(reports[0], 'credentials/not-in-environment');
    const missing = kinds.filter(
      ({ title }, i) =>
        !found.some(
          ({ subject, observed }) =>
            subject === `SETTING_${i}` && title.test(observed.replace('its value has the form of: ', '')),
        ),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('are found in the logs of the gateway as well', async () => {
    const environment = labEnvironment(lab, { 'host.stateDirectory': `${home}/sessions` });
    const known = new Map<unknown, unknown>([
      [gatewayConfig, { inForce: { logging: { redactSensitive: 'tools' } }, differsFromFile: false }],
      [logEvents, []],
    ]);
    const { notInLogs: outcome } = await judgeHost(lab, { notInLogs }, environment, known);
    expect(outcome?.status).toBe('fail');
    written.push({ path: 'judgement of the logs', text: JSON.stringify(outcome) });
    for (const place of ['the log of the gateway', 'the transcript of a session']) {
      const found = (outcome?.evidence ?? []).filter(({ subject }) => subject === places[place]?.path);
      const missing = kinds.filter(({ title }) => !found.some(({ observed }) => title.test(observed)));
      expect([place, missing.map(({ name }) => name)]).toEqual([place, []]);
    }
  });

  it('are in no output, no recording, no file that stays, no message and no command line', () => {
    expect(written.filter(({ path }) => path.includes('recording')).length).toBeGreaterThan(16);
    expect(commandLines.size).toBeGreaterThan(20);
    expect([...commandLines].some((line) => line.includes('clawcheck.js'))).toBe(true);
    const all = [...written, ...[...commandLines].map((text) => ({ path: `process ${text.slice(0, 60)}`, text }))];
    const leaks = all.flatMap(({ path, text }) => leaksIn(text, planted).map((secret) => `${path}: ${secret}`));
    expect(leaks).toEqual([]);
  });

  describe('and the search for them here', () => {
    it('would have found one', () => {
      const [[name = '', secret = ''] = []] = Object.entries(planted);
      for (const text of [`x ${secret} y`, Buffer.from(secret).toString('hex')])
        expect(leaksIn(text, planted)).toEqual([name]);
    });
  });
});

/** The command lines of all processes of this machine, those in the host's namespaces too. */
function noteCommandLines(into: Set<string>): void {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      into.add(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '));
    } catch {
      // It ended in between.
    }
  }
}
