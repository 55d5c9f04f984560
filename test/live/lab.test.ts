import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, type Endpoint, type Lab, labAvailable, startLab } from './lab/lab.ts';
import type { EgressMode } from './lab/options.ts';
import { liveDescribe } from './live.ts';

const run = promisify(execFile);

/** Exit codes of curl. */
const curl = { answered: 0, refused: 7, timedOut: 28, badHttp: 1 } as const;

const fetchFrom = (address: string, seconds: number) =>
  `curl -q --noproxy '*' -sS -g -m ${seconds} -o /dev/null -w '%{http_code}' ${address}`;

function url({ name, address, port, protocol }: Endpoint): string {
  const literal = address.includes(':') ? `[${address}]` : address;
  return protocol === 'tls'
    ? `--resolve ${name}:${port}:${literal} https://${name}:${port}/`
    : `http://${literal}:${port}/`;
}

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
      expect(await answer('ls -d /work /home/* /root/.ssh /etc/ssh/ssh_host_rsa_key 2>/dev/null; true')).toBe(
        '/home/openclaw\n/home/ops',
      );
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

  describe('metadata service', () => {
    const base = 'http://169.254.169.254/latest';
    const status = (more: string, path = '/meta-data/instance-id') =>
      lab.ssh(`${fetchFrom(`${base}${path}`, 5)} ${more}`).then(({ stdout }) => stdout);
    const withToken = (header: string, path: string) =>
      `t=$(curl -q -sS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${header} ${base}/api/token) && ` +
      `curl -q -sS -m 5 -H "X-aws-ec2-metadata-token: $t" ${path}`;

    it('required: 401 without a token, the identity document with one', async () => {
      await lab.change({ imds: 'required' });
      expect(await status('')).toBe('401');
      expect(await status("-H 'X-aws-ec2-metadata-token: made-up'")).toBe('401');
      expect(await status('-X PUT', '/api/token')).toBe('400');
      const document = await answer(withToken('', `${base}/dynamic/instance-identity/document`));
      expect(JSON.parse(document)).toEqual(lab.identity);
      expect(await answer(withToken('', `-g 'http://[fd00:ec2::254]/latest/meta-data/instance-id'`))).toBe(
        lab.identity.instanceId,
      );
    });

    it('optional: 200 without a token', async () => {
      await lab.change({ imds: 'optional' });
      expect(await status('')).toBe('200');
      expect(await status("-H 'X-aws-ec2-metadata-token: made-up'")).toBe('401');
    });

    it('disabled: 403; unreachable: silence', async () => {
      await lab.change({ imds: 'disabled' });
      expect(await status('')).toBe('403');
      await lab.change({ imds: 'unreachable' });
      expect((await lab.ssh(fetchFrom(`${base}/meta-data/`, 1))).code).toBe(curl.timedOut);
      await lab.change({ imds: 'required' });
      expect(await status('')).toBe('401');
    });
  });

  describe('egress', () => {
    const reach = (endpoint: Endpoint, user: 'openclaw' | 'root' = 'openclaw'): Promise<CommandResult> => {
      // The TCP listener answers with a banner, which is no HTTP: curl then says so, which is an open connection.
      return lab.ssh(as(user, fetchFrom(url(endpoint), 1)));
    };
    const opened = (endpoint: Endpoint) => (endpoint.protocol === 'tcp' ? curl.badHttp : curl.answered);
    const codes = async (user: 'openclaw' | 'root' = 'openclaw') => {
      const all = [lab.approved, lab.approvedIpv6, ...lab.unapproved];
      return Promise.all(all.map(async (endpoint) => (await reach(endpoint, user)).code));
    };
    const { answered, timedOut, refused, badHttp } = curl;
    // approved, approved over IPv6, then unapproved: 443, 80, 22, 443 over IPv6.
    const expected: Partial<Record<EgressMode, readonly number[]>> = {
      drop: [answered, answered, timedOut, timedOut, timedOut, timedOut],
      reject: [answered, answered, refused, refused, refused, refused],
      open: [answered, answered, answered, answered, badHttp, answered],
      'per-port': [answered, answered, timedOut, answered, badHttp, timedOut],
      'ipv6-open': [answered, answered, timedOut, timedOut, timedOut, answered],
      'all-dropped': [timedOut, timedOut, timedOut, timedOut, timedOut, timedOut],
      'no-route': [refused, refused, refused, refused, refused, refused],
    };

    it.each(Object.entries(expected))('%s', async (mode, wanted) => {
      await lab.change({ egress: mode as EgressMode });
      expect(await codes()).toEqual(wanted);
    });

    it('agent-open and agent-blocked: the filter looks at the user', async () => {
      await lab.change({ egress: 'agent-open' });
      expect(await codes('openclaw')).toEqual(expected.open);
      expect(await codes('root')).toEqual(expected.drop);
      await lab.change({ egress: 'agent-blocked' });
      expect(await codes('openclaw')).toEqual(expected.drop);
      expect(await codes('root')).toEqual(expected.open);
      await lab.change({ egress: 'drop' });
    });

    it('lets the machine that runs the tests reach what the host must not', async () => {
      for (const endpoint of lab.unapproved) {
        const command = `${fetchFrom(url(endpoint), 5)} --cacert ${lab.certificateFile}`;
        const code = await run('sh', ['-c', command]).then(
          () => 0,
          (error: { code: number }) => error.code,
        );
        expect([endpoint.address, endpoint.port, code]).toEqual([endpoint.address, endpoint.port, opened(endpoint)]);
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

liveDescribe('the end of the live host lab', labAvailable(), () => {
  const linksOf = async () => (await run('ip', ['-br', 'link'])).stdout.match(/^cclab\d+/gm) ?? [];
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
    const link = `cclab${lab.host.split('.')[2]}`;
    const { stdout: hostNamespace } = await lab.exec(['readlink', '/proc/self/ns/net']);
    const inode = hostNamespace.replace(/\D/g, '');
    expect(await linksOf()).toContain(link);
    expect(await namespaces()).toContain(inode);
    expect(await processesOf(lab.directory)).not.toEqual([]);
    await lab.stop();
    await lab.stop();
    expect(await linksOf()).not.toContain(link);
    expect(await namespaces()).not.toContain(inode);
    expect(await processesOf(lab.directory)).toEqual([]);
    expect(existsSync(lab.directory)).toBe(false);
    expect({ accounts: readFileSync('/etc/passwd', 'utf8'), mounts: readFileSync('/proc/mounts', 'utf8') }).toEqual(
      before,
    );
  });

  it('takes everything along when the script behind it is killed', async () => {
    const lab = await startLab({ gateway: 'down' });
    const link = `cclab${lab.host.split('.')[2]}`;
    const { stdout: script } = await run('pgrep', ['-f', `lab.sh run ${lab.directory}`]);
    process.kill(Number(script), 'SIGKILL');
    await expect.poll(() => processesOf(lab.directory), { timeout: 30_000 }).toEqual([]);
    await expect.poll(linksOf, { timeout: 30_000 }).not.toContain(link);
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
    expect(await linksOf()).not.toContain('cclab99');
    // Two labs at once have nothing in common.
    expect(first.host).not.toBe(second.host);
    await first.stop();
    expect((await second.ssh('id -un')).stdout).toBe('ops\n');
    await second.stop();
  });
});
