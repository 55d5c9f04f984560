import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, labAvailable, startLab } from './lab/lab.ts';
import { liveDescribe } from './live.ts';

const run = promisify(execFile);

/** Exit codes of curl. */
const curl = { answered: 0, refused: 7, timedOut: 28, badHttp: 1 } as const;

const fetchFrom = (address: string, seconds: number) =>
  `curl -q --noproxy '*' -sS -g -m ${seconds} -o /dev/null -w '%{http_code}' ${address}`;

/** Opens a file for writing (never creating) or creates one, and says the errno that the kernel gave, or OPENED. */
const tryWrite = (path: string, flags: 'wx' | 'r+') =>
  `/opt/node/bin/node -e 'try { fs.openSync("${path}", "${flags}"); console.log("OPENED") } catch (e) { console.log(e.code) }'`;

const as = (user: 'openclaw' | 'root', command: string) => `sudo -n -u ${user} ${command}`;

liveDescribe('the live host lab', labAvailable(), () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ plant: ['agent-home-file', 'bash-history', 'process-env', 'openclaw-config'] });
  });
  afterAll(async () => {
    await lab?.stop();
  });

  const answer = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await lab.ssh(command);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };
  const errnoOf = (user: 'openclaw' | 'root', path: string, flags: 'wx' | 'r+' = 'wx') =>
    answer(as(user, tryWrite(path, flags)));
  const soul = () => `${lab.workspacePath}/SOUL.md`;
  const fresh = (directory: string) => `${directory}/.probe-${Math.random().toString(36).slice(2)}`;

  describe('login', () => {
    it('is a real sshd with the key that the lab names', async () => {
      const { stdout } = await run('ssh-keyscan', ['-t', 'ed25519', lab.host]);
      const key = (text: string) => /ssh-ed25519 \S+/.exec(text)?.[0];
      expect(key(stdout)).toBeDefined();
      expect(key(readFileSync(lab.knownHostsFile, 'utf8'))).toBe(key(stdout));
      expect(await answer('id -un; hostname')).toBe(`ops\nip-${lab.host.replaceAll('.', '-')}`);
      const { stdout: printed } = await run('ssh-keygen', ['-lf', lab.knownHostsFile]);
      expect(printed.split(' ')[1]).toBe(lab.hostKeyFingerprint);
    });

    it('sees nothing of the machine it runs on', async () => {
      expect(
        await answer(`ls -d '${process.cwd()}' /home/* /root/.ssh /etc/ssh/ssh_host_rsa_key 2>/dev/null; true`),
      ).toBe('/home/openclaw\n/home/ops');
      expect(Number(await answer('ls -d /proc/[0-9]* | wc -l'))).toBeLessThan(15);
    });

    it('can be taken away and given back', async () => {
      await lab.change({ ssh: 'down' });
      expect((await lab.ssh('true')).code).toBe(255);
      await lab.change({ ssh: 'up' });
      expect((await lab.ssh('true')).code).toBe(0);
    });
  });

  describe('workspace', () => {
    it('read-only: EROFS for the agent and for root, new files and old', async () => {
      await lab.change({ workspace: 'read-only' });
      for (const user of ['openclaw', 'root'] as const) {
        expect(await errnoOf(user, fresh(lab.workspacePath))).toBe('EROFS');
        expect(await errnoOf(user, soul(), 'r+')).toBe('EROFS');
      }
      expect(await answer(`findmnt -no OPTIONS -T ${lab.workspacePath}`)).toMatch(/^ro,/);
    });

    it('has a runtime directory on another file system where the agent can write', async () => {
      const probe = fresh(lab.runtimePath);
      expect(await errnoOf('openclaw', probe)).toBe('OPENED');
      await answer(as('openclaw', `rm ${probe}`));
      const devices = await answer(as('root', `stat -c %d ${lab.workspacePath} ${lab.runtimePath} /`));
      expect(new Set(devices.split('\n')).size).toBe(3);
    });

    it('read-write: the agent changes its soul', async () => {
      await lab.change({ workspace: 'read-write' });
      expect(await errnoOf('openclaw', soul(), 'r+')).toBe('OPENED');
    });

    it('file-bind: the soul is read-only, the directory is not', async () => {
      await lab.change({ workspace: 'file-bind' });
      expect(await errnoOf('openclaw', soul(), 'r+')).toBe('EROFS');
      const probe = fresh(lab.workspacePath);
      expect(await errnoOf('openclaw', probe)).toBe('OPENED');
      await answer(as('openclaw', `rm ${probe}`));
    });

    it('twin: what is written to the second mount appears in the first', async () => {
      await lab.change({ workspace: 'twin' });
      expect(await errnoOf('openclaw', soul(), 'r+')).toBe('EROFS');
      await answer(as('openclaw', 'touch /mnt/maintenance/through-the-twin'));
      expect(await answer(`ls ${lab.workspacePath}`)).toContain('through-the-twin');
      await answer(as('openclaw', 'rm /mnt/maintenance/through-the-twin'));
    });

    it('gateway-private-rw: read-only for who logs in, writable through the root of the gateway', async () => {
      await lab.change({ workspace: 'gateway-private-rw' });
      expect(await errnoOf('openclaw', soul(), 'r+')).toBe('EROFS');
      const pid = await answer('pgrep -u openclaw -x openclaw-gatewa');
      expect(await errnoOf('root', `/proc/${pid}/root${soul()}`, 'r+')).toBe('OPENED');
      expect(await answer(as('root', `grep -c '${lab.workspacePath} rw' /proc/${pid}/mountinfo`))).toBe('1');
    });

    it('mode-0555: EACCES for the agent, and root writes', async () => {
      await lab.change({ workspace: 'mode-0555' });
      expect(await errnoOf('openclaw', fresh(lab.workspacePath))).toBe('EACCES');
      expect(await errnoOf('root', soul(), 'r+')).toBe('OPENED');
    });

    it('full disks: a full one takes an empty file, one without inodes takes none', async () => {
      await lab.change({ workspace: 'full-blocks' });
      const probe = fresh(lab.workspacePath);
      expect(await errnoOf('openclaw', probe)).toBe('OPENED');
      expect((await lab.ssh(as('openclaw', `dd if=/etc/hosts of=${probe}`))).stderr).toContain(
        'No space left on device',
      );
      await answer(as('openclaw', `rm ${probe}`));
      await lab.change({ workspace: 'full-inodes' });
      expect(await errnoOf('openclaw', fresh(lab.workspacePath))).toBe('ENOSPC');
    });

    it('comes back to read-only from every mode with the documents as they were', async () => {
      await lab.change({ workspace: 'read-only' });
      expect(await errnoOf('openclaw', soul(), 'r+')).toBe('EROFS');
      const names = (await answer(`ls -A ${lab.workspacePath}`)).split('\n');
      expect(names.sort()).toEqual(Object.keys(lab.documents).sort());
      for (const name of names) {
        const { stdout } = await lab.ssh(`cat ${lab.workspacePath}/${name}`);
        expect(stdout).toBe(lab.documents[name]);
      }
    });
  });

  describe('gateway', () => {
    const get = async (path: string) => {
      const text = await answer(`curl -q -sS -m 5 -w '\\n%{http_code} %{content_type}' http://127.0.0.1:18789${path}`);
      const [body = '', status = ''] = text.split('\n');
      return { status, body: body.startsWith('{') ? JSON.parse(body) : body };
    };
    const json = (status: number) => `${status} application/json; charset=utf-8`;

    it('ready: a process of the agent with the right name, on loopback alone, with JSON answers', async () => {
      await lab.change({ gateway: 'ready' });
      const pid = await answer('pgrep -u openclaw -x openclaw-gatewa');
      expect(await answer(`tr -d '\\0' </proc/${pid}/cmdline`)).toBe('openclaw-gateway');
      const listeners = await answer("ss -ltnH 'sport = :18789'");
      expect(listeners.split('\n').map((line) => line.split(/\s+/)[3])).toEqual(['127.0.0.1:18789', '[::1]:18789']);
      expect(await get('/healthz')).toEqual({ status: json(200), body: { ok: true, status: 'live' } });
      expect(await get('/readyz')).toMatchObject({ status: json(200), body: { ready: true, failing: [] } });
      expect(await get('/startupz')).toMatchObject({ status: json(200), body: { ok: true, status: 'started' } });
      expect(await get('/nope')).toMatchObject({ status: '200 text/html; charset=utf-8' });
    });

    it('draining, starting, html-only and old differ where the real one differs', async () => {
      await lab.change({ gateway: 'draining' });
      expect(await get('/healthz')).toMatchObject({ status: json(200) });
      expect(await get('/readyz')).toMatchObject({ status: json(503), body: { failing: ['gateway-draining'] } });
      await lab.change({ gateway: 'starting' });
      expect(await get('/startupz')).toMatchObject({ status: json(503), body: { ok: false, status: 'starting' } });
      await lab.change({ gateway: 'html-only' });
      expect(await get('/healthz')).toMatchObject({ status: '200 text/html; charset=utf-8' });
      await lab.change({ gateway: 'old' });
      expect(await get('/startupz')).toMatchObject({ status: '200 text/html; charset=utf-8' });
    });

    it('wrong-user runs as root; lan listens for everybody; down is no process', async () => {
      await lab.change({ gateway: 'wrong-user', gatewayBind: 'lan' });
      expect(await answer('ps -o user= -C openclaw-gateway')).toBe('root');
      expect(await answer("ss -ltnH 'sport = :18789' | awk '{ print $4 }'")).toBe('0.0.0.0:18789');
      await lab.change({ gateway: 'down' });
      expect((await lab.ssh('pgrep -x openclaw-gatewa')).code).toBe(1);
      expect((await lab.ssh(fetchFrom('http://127.0.0.1:18789/healthz', 1))).code).toBe(curl.refused);
      await lab.change({ gateway: 'ready', gatewayBind: 'loopback' });
    });
  });

  it('plants the made-up key in the four places and nowhere else', async () => {
    const { stdout } = await lab.exec([
      'grep',
      '-rlF',
      lab.planted.secretAccessKey,
      '/home',
      '/root',
      '/etc',
      '/tmp',
      '/mnt',
    ]);
    expect(stdout.trim().split('\n').sort()).toEqual([
      '/home/openclaw/.bash_history',
      '/home/openclaw/.openclaw/openclaw.json',
      '/home/openclaw/notes/aws.txt',
    ]);
    const pid = await answer('pgrep -u openclaw -x openclaw-gatewa');
    expect(await answer(as('root', `cat /proc/${pid}/environ | tr '\\0' '\\n' | grep -c ^AWS_`))).toBe('2');
  });

  it('tells from its manifest whether something was left behind', async () => {
    const before = await lab.manifest();
    expect(before).toContain(`file ${soul()} 644 7001:7001`);
    await answer('true');
    expect(await lab.leftovers(before)).toEqual([]);
    await answer(`touch /tmp/left; sudo -n chmod 600 /etc/hosts`);
    const found = await lab.leftovers(before, 1);
    expect(found.filter((line) => line.startsWith('+')).map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
      expect.stringMatching(/^e3b0c442/),
      'file /etc/hosts 600',
      'file /tmp/left 644',
    ]);
  });
});
