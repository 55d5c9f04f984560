import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { liveDescribe } from '../live.ts';
import { labAvailable, startLab } from './lab.ts';

const run = promisify(execFile);

liveDescribe('the start and the end of the live host lab', labAvailable(), () => {
  /** The directories of the labs that have a link: its name goes to the next lab, the directory does not. */
  const linksOf = async () => {
    const links = JSON.parse((await run('ip', ['-json', 'link'])).stdout) as { ifalias?: string }[];
    return links.map(({ ifalias }) => ifalias);
  };
  const processesOf = async (directory: string) => {
    const all = await Promise.all(
      (await readdir('/proc'))
        .filter((name) => /^\d+$/.test(name))
        .map(async (pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory) ? [pid] : [];
          } catch {
            return [];
          }
        }),
    );
    return all.flat();
  };
  /** Network namespaces that have a process. */
  const namespaces = async () => (await run('lsns', ['-t', 'net', '-no', 'NS'])).stdout.trim().split(/\s+/).sort();

  it('leaves nothing on the machine, whoever logs in', async () => {
    const before = { accounts: readFileSync('/etc/passwd', 'utf8'), mounts: readFileSync('/proc/mounts', 'utf8') };
    const lab = await startLab({ login: 'openclaw', sudo: false, gateway: 'down' });
    expect((await lab.ssh('id -un')).stdout).toBe('openclaw\n');
    expect((await lab.ssh('sudo -n true')).code).toBe(1);
    const { stdout: hostNamespace } = await lab.exec(['readlink', '/proc/self/ns/net']);
    const inode = hostNamespace.replace(/\D/g, '');
    expect(await linksOf()).toContain(lab.directory);
    expect(await namespaces()).toContain(inode);
    expect(await processesOf(lab.directory)).not.toEqual([]);
    await lab.stop();
    await lab.stop();
    expect(await linksOf()).not.toContain(lab.directory);
    expect(await namespaces()).not.toContain(inode);
    expect(await processesOf(lab.directory)).toEqual([]);
    expect(existsSync(lab.directory)).toBe(false);
    expect({ accounts: readFileSync('/etc/passwd', 'utf8'), mounts: readFileSync('/proc/mounts', 'utf8') }).toEqual(
      before,
    );
  });

  it('takes everything along when the script behind it is killed', async () => {
    const lab = await startLab({ gateway: 'down' });
    const { stdout: script } = await run('pgrep', ['-f', `lab.sh run ${lab.directory}`]);
    process.kill(Number(script), 'SIGKILL');
    await expect.poll(() => processesOf(lab.directory), { timeout: 30_000 }).toEqual([]);
    await expect.poll(linksOf, { timeout: 30_000 }).not.toContain(lab.directory);
    await lab.stop();
    expect(existsSync(lab.directory)).toBe(false);
  });

  it('removes on the next start what a lab left whose owner is dead', async () => {
    const { stdout: deadPid } = await run('sh', ['-c', 'echo $$']);
    const stale = join(tmpdir(), `clawcheck-lab.${deadPid.trim()}.1.stale`);
    await mkdir(join(stale, 'state'), { recursive: true });
    await run('ip', ['link', 'add', 'cclab99', 'type', 'veth', 'peer', 'name', 'cclabp99']);
    await run('ip', ['link', 'set', 'cclab99', 'alias', stale]);
    const [first, second] = await Promise.all([startLab({ gateway: 'down' }), startLab({ gateway: 'down' })]);
    expect(existsSync(stale)).toBe(false);
    expect(await linksOf()).not.toContain(stale);
    // Two labs at once have nothing in common.
    expect(first.host).not.toBe(second.host);
    await first.stop();
    expect((await second.ssh('id -un')).stdout).toBe('ops\n');
    await second.stop();
  });

  it('gives the agent the means to undo the protection, where that is the flaw', async () => {
    const lab = await startLab({ login: 'openclaw', agentSudo: true, gateway: 'down' });
    const { code, stderr } = await lab.ssh(
      `sudo -n mount -o remount,rw,bind ${lab.workspacePath} && touch ${lab.workspacePath}/SOUL.md`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await lab.stop();
  });

  it('forwards connections to the loopback of the host only where the server allows it', async () => {
    for (const tcpForwarding of [true, false]) {
      const lab = await startLab({ tcpForwarding });
      const tunnel = run('ssh', [...lab.sshOptions, '-W', `127.0.0.1:${lab.gatewayPort}`, `${lab.login}@${lab.host}`]);
      tunnel.child.stdin?.end('GET /healthz HTTP/1.0\r\n\r\n');
      const text = await tunnel.then(
        ({ stdout }) => stdout,
        (error: { stderr: string }) => error.stderr,
      );
      expect(text).toContain(tcpForwarding ? '{"ok":true,"status":"live"}' : 'administratively prohibited');
      await lab.stop();
    }
  });

  it('takes files, documents and environment of the gateway from the test', async () => {
    const lab = await startLab({
      documents: { 'SOUL.md': 'mine\n' },
      files: [{ path: '/srv/deep/er/note.txt', content: 'hello\n', owner: 'ops', mode: 0o640 }],
      gatewayEnvironment: { LAB_MARK: 'two words' },
      shell: '/usr/sbin/nologin',
      identity: { instanceId: 'i-0fedcba9876543210' },
    });
    expect(lab.identity).toMatchObject({ instanceId: 'i-0fedcba9876543210', privateIp: lab.host });
    expect((await lab.exec(['ls', '-A', lab.workspacePath])).stdout).toBe('SOUL.md\n');
    expect((await lab.exec(['stat', '-c', '%U %a', '/srv/deep/er/note.txt'])).stdout).toBe('ops 640\n');
    const gateway = (await lab.exec(['pgrep', '-x', 'openclaw-gatewa'])).stdout.trim();
    expect((await lab.exec(['cat', `/proc/${gateway}/environ`])).stdout.split('\0')).toContain('LAB_MARK=two words');
    expect((await lab.ssh('true')).code).toBe(1);
    await lab.stop();
  });
});
