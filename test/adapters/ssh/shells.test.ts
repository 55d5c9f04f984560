import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchCommand, buildBatch, parseBatch } from '../../../src/adapters/ssh/frame.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { HostProgram } from '../../../src/ports/host.ts';

const nonce = '0123456789abcdef01234567';
const me = userInfo().username;
const linux = process.platform === 'linux';
const present = (...words: string[]) => spawnSync(words[0] ?? '', [...words.slice(1), '-c', ':']).status === 0;
const part = (id: string, script: string, more: Partial<HostProgram> = {}): HostProgram => ({
  id,
  as: 'login',
  seconds: 20,
  script,
  ...more,
});

interface Run {
  readonly words: readonly string[];
  readonly script: string;
  /** Close the standard input once the output has this text. */
  readonly hangUpAt?: string;
}

function run({ words, script, hangUpAt }: Run): Promise<{ stdout: Buffer; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    const chunks: Buffer[] = [];
    child.stdin.on('error', () => undefined);
    child.stdin.write(script);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    if (hangUpAt !== undefined) void appears(hangUpAt).then(() => child.stdin.end());
    child.on('error', reject);
    child.on('close', (code) => {
      child.stdin.end();
      resolve({ stdout: Buffer.concat(chunks), code });
    });
  });
}

const commandLines = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
const count = (text: string) => commandLines().filter((line) => line.includes(text)).length;
async function appears(text: string, wanted = true): Promise<void> {
  for (let i = 0; i < 300 && count(text) > 0 !== wanted; i++) await new Promise((done) => setTimeout(done, 50));
  expect(count(text) > 0).toBe(wanted);
}

const shells: readonly [name: string, words: string][] = [
  ['dash', 'dash'],
  ['bash', 'bash'],
  ['busybox', 'busybox sh'],
];

describe.each(shells)('the script under %s', (name, words) => {
  const why = !linux ? 'the script needs Linux' : present(...words.split(' ')) ? undefined : `${name} is not installed`;
  /** Every shell of the script is the one under test, not only the first. */
  const script = (programs: readonly HostProgram[], agentUser = me) =>
    buildBatch(programs, { nonce, agentUser, gatewayPort: 18789 }).replaceAll('sh -s', `${words} -s`);
  const answer = async (programs: readonly HostProgram[]) => {
    const { stdout, code } = await run({ words: [...words.split(' '), '-s'], script: script(programs) });
    expect(code).toBe(0);
    return parseBatch(stdout, programs, nonce);
  };
  const test = it.skipIf(why !== undefined);

  test(`answers${why ? ` (skipped: ${why})` : ''}`, async () => {
    const got = await answer([
      part('plain', `say a b; say quote "it's \\"so\\" \\$HOME "; say empty ''; say -n x; false`),
      part('plain-2', `say quote "it's \\"so\\" \\$HOME "; say empty ''; false`),
      part('world', 'say locale "$LC_ALL"; say mask "$(umask)"; say path "$PATH"; read -r x || say stdin empty'),
      part('pipe', 'i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo $i; done | while read -r n; do say n "$n"; done'),
      part('prints', 'echo say; echo x >&2; ls /; say a b'),
      part('agent', 'say user "$CLAWCHECK_USER"; say port "$CLAWCHECK_PORT"; say id "$(id -un)"', { as: 'agent' }),
      part('tool', 'need sh no-such-tool; say a b'),
      part('tool-below', 'x=$(need no-such-tool); say a b'),
      part('control', 'say a "$(printf "x\\033y")"'),
      part('newline', 'say a "x\ny"'),
      part('above', 'say a "$(printf "\\303\\251")"'),
      part('long', 'v=$(head -c 4000 /dev/zero | tr "\\0" x); say ok "$v"; say ok "$v"'),
      part('longer', 'v=$(head -c 4001 /dev/zero | tr "\\0" x); say a "$v"'),
      part('flood', 'v=$(head -c 4000 /dev/zero | tr "\\0" x); while :; do say a "$v"; done', { seconds: 20 }),
      part('key', 'say A b'),
      part('syntax', 'say a b; if'),
      part('status', 'say a b; exit 3'),
      part('early', 'say a b; exit 0; say c d'),
      part('killed', 'say a b; kill -9 $$'),
      part('nounset', 'say a "x$no_such_variable"'),
      part('slow', 'say a b; sleep 60', { seconds: 1 }),
      part('deaf', "trap '' TERM; say a b; sleep 60; sleep 60", { seconds: 1 }),
      part('left', 'sleep 8111 >&9 & say a b'),
    ]);
    const seen = Object.fromEntries(
      [...got].map(([id, each]) => [id, each instanceof ProbeError ? each.reason : each]),
    );
    expect(seen).toMatchObject({
      plain: 'bad_response',
      'plain-2': [
        ['quote', `it's "so" $HOME `],
        ['empty', ''],
      ],
      world: [
        ['locale', 'C'],
        ['mask', '0077'],
        ['path', '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/snap/bin'],
        ['stdin', 'empty'],
      ],
      pipe: Array.from({ length: 500 }, (_, i) => ['n', String(i + 1)]),
      prints: [['a', 'b']],
      agent: [
        ['user', me],
        ['port', '18789'],
        ['id', me],
      ],
      tool: 'tool_missing',
      'tool-below': 'tool_missing',
      control: 'bad_response',
      newline: 'bad_response',
      above: 'bad_response',
      longer: 'bad_response',
      flood: 'truncated',
      key: 'bad_response',
      syntax: 'bad_response',
      status: 'bad_response',
      early: [['a', 'b']],
      killed: 'timeout',
      nounset: [['a', 'x']],
      slow: 'timeout',
      deaf: 'timeout',
      left: [['a', 'b']],
    });
    expect(seen.long).toEqual([
      ['ok', 'x'.repeat(4000)],
      ['ok', 'x'.repeat(4000)],
    ]);
    expect(count('sleep 8111')).toBe(0);
  }, 60_000);

  test('ends everything when its standard input is closed', async () => {
    const programs = [
      part('a', 'sleep 8222 & sleep 8222', { seconds: 60 }),
      part('b', "trap '' TERM; sleep 8222; sleep 8222", { as: 'agent', seconds: 60 }),
    ];
    const { stdout } = await run({
      words: [...words.split(' '), '-s'],
      script: script(programs),
      hangUpAt: 'sleep 8222',
    });
    expect([...parseBatch(stdout, programs, nonce).values()].every((each) => each instanceof ProbeError)).toBe(true);
    await appears('sleep 8222', false);
  }, 60_000);

  test('does nothing when it was cut on its way', async () => {
    const programs = [part('a', 'touch /tmp/clawcheck-cut-script; say a b')];
    const text = script(programs);
    for (const share of [0.3, 0.6, 0.9, 0.995]) {
      const cut = text.slice(0, Math.floor(text.length * share));
      const child = spawnSync(words.split(' ')[0] ?? '', [...words.split(' ').slice(1), '-s'], { input: cut });
      const got = parseBatch(child.stdout, programs, nonce).get('a');
      expect(got).toBeInstanceOf(ProbeError);
    }
    expect(readdirSync('/tmp')).not.toContain('clawcheck-cut-script');
  });
});

describe('the command', () => {
  const programs = [part('a', 'say a b')];
  for (const shell of ['sh', 'dash', 'bash', 'zsh', 'fish', 'tcsh']) {
    const why = !linux ? 'the script needs Linux' : present(shell) ? undefined : `${shell} is not installed`;
    const suffix = why ? ` (skipped: ${why})` : '';
    it.skipIf(why !== undefined)(`is read alike by the login shell ${shell}${suffix}`, async () => {
      const words = [shell, '-c', batchCommand(programs)];
      const { stdout, code } = await run({ words, script: buildBatch(programs, { nonce, agentUser: me }) });
      expect(code).toBe(0);
      expect(parseBatch(stdout, programs, nonce).get('a')).toEqual([['a', 'b']]);
    });
  }
});

describe.skipIf(!linux)('changing the user', () => {
  const programs = [part('agent', 'say id "$(id -un)"', { as: 'agent' }), part('login', 'say a b')];
  it('says that a user does not exist, and answers the rest', async () => {
    const script = buildBatch(programs, { nonce, agentUser: 'no-such-user' });
    const got = parseBatch((await run({ words: ['sh', '-s'], script })).stdout, programs, nonce);
    expect(got.get('agent')).toMatchObject({ reason: 'not_found' });
    expect(got.get('login')).toEqual([['a', 'b']]);
  });

  it('says that sudo refuses', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'clawcheck-sudo-'));
    const sudo = join(directory, 'sudo');
    writeFileSync(sudo, '#!/bin/sh\necho "a password is required"\nexit 1\n');
    chmodSync(sudo, 0o755);
    const script = buildBatch(programs, { nonce, agentUser: 'nobody', sudo });
    const got = parseBatch((await run({ words: ['sh', '-s'], script })).stdout, programs, nonce, 'nobody');
    expect(got.get('agent')).toMatchObject({ reason: 'access_denied' });
    expect(got.get('login')).toEqual([['a', 'b']]);
    rmSync(directory, { recursive: true });
  });

  it.skipIf(process.getuid?.() !== 0)('does without sudo as root', async () => {
    const script = buildBatch(programs, { nonce, agentUser: 'nobody', sudo: 'no-such-sudo' });
    const got = parseBatch((await run({ words: ['sh', '-s'], script })).stdout, programs, nonce);
    expect(got.get('agent')).toEqual([['id', 'nobody']]);
  });
});

describe.skipIf(!linux)('gateway_pid', () => {
  // Another user than ours where that is possible: on a developer's machine a gateway of ours may be running.
  const root = process.getuid?.() === 0;
  const agentUser = root ? 'nobody' : me;
  const identity = root ? { uid: 65534, gid: 65534 } : {};
  const ask = async (gatewayPort: number) => {
    const programs = [part('a', 'say pid "$(gateway_pid)"', { as: 'agent' })];
    const script = buildBatch(programs, { nonce, agentUser, gatewayPort });
    return parseBatch((await run({ words: ['sh', '-s'], script })).stdout, programs, nonce).get('a');
  };

  it('prefers the owner of the port, then the name of the process, and prints nothing for nobody', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'clawcheck-gateway-'));
    chmodSync(directory, 0o755);
    symlinkSync('/bin/sleep', join(directory, 'openclaw-gateway'));
    const named = spawn(join(directory, 'openclaw-gateway'), ['60'], { stdio: 'ignore', ...identity });
    const serve = 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>console.log(s.address().port))';
    const owner = spawn(process.execPath, ['-e', serve], { stdio: ['ignore', 'pipe', 'inherit'], ...identity });
    const port = Number(await new Promise<Buffer>((done) => owner.stdout.once('data', done)));
    const end = (child: typeof owner | typeof named) =>
      new Promise((done) => {
        child.once('exit', done);
        child.kill();
      });

    expect(await ask(port)).toEqual([['pid', String(owner.pid)]]);
    expect(await ask(1)).toEqual([['pid', String(named.pid)]]);
    await end(owner);
    await end(named);
    if (root) expect(await ask(1)).toEqual([['pid', '']]);
    rmSync(directory, { recursive: true });
  });
});

describe.skipIf(!linux)('listening', () => {
  it('has a socket that only one of two looks at the table shows', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'clawcheck-table-'));
    const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
    const row = (inode: number, state: string) =>
      `   0: 00000000:4E1F 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100\n`;
    // Each look reads what is written next: the first misses the row that the second has, as a busy table does.
    const looks = [head + row(1, '0A'), head, head + row(1, '0A') + row(2, '0A') + row(3, '01'), head + row(4, '0A')];
    for (const [i, text] of looks.entries()) writeFileSync(join(directory, String(i)), text);
    const [v4, v6] = [join(directory, 'net/tcp'), join(directory, 'net/tcp6')];
    execFileSync('sh', ['-c', 'mkdir "$0/net" && mkfifo "$0/net/tcp" "$0/net/tcp6"', directory]);
    const turns = looks.map((_, i) => `cat ${join(directory, String(i))} >${i % 2 === 0 ? v4 : v6}`);
    const writer = spawn('sh', ['-c', turns.join('; ')], { stdio: 'ignore' });
    const script = `listening ${directory} | while read -r _ _ _ state _ _ _ _ _ inode _; do say row "$inode $state"; done`;
    const programs = [part('a', script)];
    const batch = buildBatch(programs, { nonce, agentUser: me });
    const got = parseBatch((await run({ words: ['sh', '-s'], script: batch })).stdout, programs, nonce).get('a');
    writer.kill();
    rmSync(directory, { recursive: true });
    expect(got).toEqual(['1 0A', '1 0A', '2 0A', '4 0A'].map((text) => ['row', text]));
  }, 20_000);
});
