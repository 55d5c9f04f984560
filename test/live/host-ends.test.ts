import { spawn } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksByHost } from '../../scripts/testing-host-page.ts';
import { openHost } from '../../src/adapters/ssh/host.ts';
import { ProbeError } from '../../src/model/reason.ts';
import type { HostPort, HostProgram, HostRunAs } from '../../src/ports/host.ts';
import { judgeHost, labEnvironment } from './judge-host.ts';
import { goodHost, goodHostEnvironment, knownOfGoodHost } from './lab/good-host.ts';
import { type Lab, labAvailable, startLab } from './lab/lab.ts';
import { liveDescribe } from './live.ts';

const checks = Object.fromEntries(checksByHost().map(({ id, check }) => [id, check]));
const never = () => new AbortController().signal;
const root = async (lab: Lab, script: string) => {
  const { code, stdout, stderr } = await lab.exec(['sh', '-c', `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
};
const hide = (...paths: string[]) => paths.map((path) => `mount --bind /dev/null ${path}`).join('\n');
const show = (...paths: string[]) => paths.map((path) => `umount ${path}`).join('\n');

function open(
  lab: Lab,
  more: { user?: string; host?: string; port?: number } = {},
  signal = never(),
): Promise<HostPort> {
  const { host, port, login, privateKeyFile, hostKeyFingerprint, agentUser, gatewayPort } = lab;
  const target = {
    host,
    port,
    user: login,
    privateKeyFile,
    fingerprints: [hostKeyFingerprint],
    agentUser,
    gatewayPort,
  };
  return openHost({ ...target, ...more }, { signal, env: {} });
}

liveDescribe('the host, however the run ends', labAvailable(), () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(goodHost);
    // Slow to remove: between a file of the write attempts and its end there is time to cut the run.
    await root(lab, 'printf "#!/bin/sh\\nsleep 0.4\\nexec busybox rm \\"\\$@\\"\\n" >/run/rm; chmod 755 /run/rm');
    await root(lab, 'mount --bind /run/rm /usr/bin/rm');
  }, 60_000);
  afterAll(() => lab?.stop());

  /** Until a file of the write attempts lies in the runtime directory: the script is then at work as both users. */
  const atWork = async () => {
    // Looked for on the host itself: the file is there for less than half a second.
    const look = `for f in "${lab.runtimePath}"/.clawcheck-*; do [ ! -e "$f" ] || exit 0; done`;
    await root(lab, `timeout 20 sh -c 'while :; do ${look}; done'`);
  };

  it('has nothing of ours on it after the client was killed in mid-run', async () => {
    const before = await lab.manifest();
    const words = ['scripts/run-ts.mjs', 'test/live/lab/look.ts', JSON.stringify(lab)];
    const client = spawn(process.execPath, words, { stdio: 'ignore' });
    const ended = new Promise((resolve) => client.once('exit', (_, signal) => resolve(signal)));
    await atWork();
    client.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(await lab.leftovers(before, 15)).toEqual([]);
  }, 60_000);

  it('has nothing of ours on it after the connection was reset in mid-run, and nothing is said to pass', async () => {
    const before = await lab.manifest();
    const sockets: Socket[] = [];
    const relay = createServer((near) => {
      const far = connect(lab.port, lab.host);
      sockets.push(near, far);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const)
        one.on('error', () => {}).pipe(other);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const { port } = relay.address() as { port: number };
    const environment = labEnvironment(lab, goodHostEnvironment);
    const judged = judgeHost({ ...lab, host: '127.0.0.1', port }, checks, environment, knownOfGoodHost);
    await atWork();
    for (const socket of sockets) socket.resetAndDestroy();
    const outcomes = await judged;
    relay.close();
    expect(Object.values(outcomes).map(({ status }) => status)).toEqual(Object.keys(checks).map(() => 'unknown'));
    expect(await lab.leftovers(before, 15)).toEqual([]);
  }, 60_000);

  it('ends by itself what runs there when the connection falls silent', async () => {
    const before = await lab.manifest();
    const host = await open(lab);
    const parts = (['login', 'agent', 'root'] as const).map((as): HostProgram => {
      return { id: `host/${as}`, as, seconds: 3, script: "trap '' HUP; sleep 7881 & sleep 7881" };
    });
    const answer = host.run(parts, never());
    const count = () => root(lab, 'pgrep -fc "^sleep 7881" || :');
    await expect.poll(count, { timeout: 10_000 }).toBe('6');
    await root(lab, 'nft add table inet cut; nft add chain inet cut in "{ type filter hook input priority -5; }"');
    await root(lab, 'nft add rule inet cut in tcp dport 22 drop');
    try {
      await expect.poll(count, { timeout: 15_000 }).toBe('0');
      await expect.poll(() => root(lab, 'pgrep -xc timeout || :'), { timeout: 15_000 }).toBe('0');
    } finally {
      await root(lab, 'nft delete table inet cut');
    }
    await host.close();
    for (const each of (await answer).values()) expect(each).toBeInstanceOf(ProbeError);
    expect(await lab.leftovers(before, 15)).toEqual([]);
  }, 60_000);

  it('has nothing of ours on it at the end of the time, although a service holds the answer open', async () => {
    const before = await lab.manifest();
    const host = await open(lab);
    const script = 'setsid -f sleep 7882 </dev/null >/dev/null 2>&1; say state done';
    const answer = host.run([{ id: 'host/service', as: 'root', seconds: 30, script }], never());
    await expect.poll(() => root(lab, 'pgrep -fc "^sleep 7882" || :'), { timeout: 20_000 }).toBe('1');
    // What timeout does when its time has come it also does when it is told to end.
    await root(lab, 'pkill -TERM -f "^timeout -k 2 "');
    expect((await answer).get('host/service')).toBeInstanceOf(ProbeError);
    await host.close();
    // Before the service ends, as that lets go whatever waits for it.
    await expect.poll(() => root(lab, 'pgrep -xc "sh -s|head -c 524288" -f || :'), { timeout: 20_000 }).toBe('0');
    await root(lab, 'pkill -KILL -f "^sleep 7882"');
    expect(await lab.leftovers(before, 15)).toEqual([]);
  }, 60_000);
});

liveDescribe('how a login gets to be another user', labAvailable(), () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ gateway: 'down' });
    await root(
      lab,
      'mkdir /root/.ssh; cp /home/ops/.ssh/authorized_keys /root/.ssh/; cp /etc/sudoers /etc/sudoers.good',
    );
  }, 60_000);
  afterAll(() => lab?.stop());

  const users: readonly HostRunAs[] = ['login', 'agent', 'root'];
  const parts = users.map((as): HostProgram => {
    return { id: `host/${as}`, as, seconds: 10, script: 'say is "$(id -un) $HOME"; sleep 7991 >&9 &' };
  });
  /** Who each part was, or the reason why it was not; nothing is left of it. */
  async function whoami(user = lab.login): Promise<Record<string, string>> {
    const host = await open(lab, { user });
    const answers = await host.run(parts, never());
    await host.close();
    expect(await root(lab, 'pgrep -fc "^sleep 7991" || :')).toBe('0');
    const word = (each: unknown) => (each instanceof ProbeError ? each.reason : String((each as string[][])[0]?.[1]));
    return Object.fromEntries(users.map((as) => [as, word(answers.get(`host/${as}`))]));
  }
  const login = 'ops /home/ops';
  const all = { login, agent: 'openclaw /home/openclaw', root: 'root /root' };
  const none = { login, agent: 'access_denied', root: 'access_denied' };

  it.each([
    ['a rule for everything', 'ops ALL=(ALL) NOPASSWD: ALL', all],
    ['a rule for the agent alone', 'ops ALL=(openclaw) NOPASSWD: ALL', { ...all, root: 'access_denied' }],
    ['a rule for our shell alone', 'ops ALL=(openclaw,root) NOPASSWD: /usr/bin/sh -s', all],
    ['a pseudo-terminal of its own', 'Defaults use_pty\nops ALL=(ALL) NOPASSWD: ALL', all],
    ['a lecture at every use', 'Defaults lecture=always\nops ALL=(ALL) NOPASSWD: ALL', all],
    ['a rule that demands a terminal', 'Defaults requiretty\nops ALL=(ALL) NOPASSWD: ALL', none],
    ['a rule for other commands', 'ops ALL=(ALL) NOPASSWD: /usr/bin/systemctl, /usr/bin/journalctl', none],
    ['a rule that demands a password', 'ops ALL=(ALL) ALL', none],
    ['no rule', '', none],
    ['a file of rules with a fault', 'ops ALL=(ALL NOPASSWD: ALL', none],
  ])('sudo with %s', async (_, rules, who) => {
    await root(lab, `{ grep -v ^ops /etc/sudoers.good; printf '%s\\n' '${rules}'; } >/etc/sudoers`);
    try {
      expect(await whoami()).toEqual(who);
    } finally {
      await root(lab, 'cp /etc/sudoers.good /etc/sudoers');
    }
  });

  it('without sudo: only who logs in as that user, or as root by setpriv, runuser or su', async () => {
    const hidden = ['/usr/bin/sudo'];
    await root(lab, hide('/usr/bin/sudo'));
    try {
      expect(await whoami()).toEqual(none);
      for (const next of ['/usr/bin/setpriv', '/usr/sbin/runuser', '']) {
        expect(await whoami('root')).toEqual({ ...all, login: 'root /root' });
        if (next !== '') {
          await root(lab, hide(next));
          hidden.push(next);
        }
      }
    } finally {
      await root(lab, show(...hidden));
    }
  }, 30_000);

  describe('with timeout', () => {
    it.each([
      ["busybox's", 'mount --bind /usr/bin/busybox /usr/bin/timeout', all],
      ['missing', hide('/usr/bin/timeout'), { login: 'tool_missing', agent: 'tool_missing', root: 'tool_missing' }],
      [
        'one that knows no -k',
        'printf "#!/bin/sh\\necho usage >&2; exit 1\\n" >/run/timeout; chmod 755 /run/timeout; mount --bind /run/timeout /usr/bin/timeout',
        { login: 'bad_response', agent: 'bad_response', root: 'bad_response' },
      ],
    ])('%s', async (_, plant, who) => {
      await root(lab, plant);
      try {
        expect(await whoami()).toEqual(who);
      } finally {
        // That of busybox looks once a second whether its program has ended.
        await root(lab, 'umount -l /usr/bin/timeout');
      }
    });
  });
});
