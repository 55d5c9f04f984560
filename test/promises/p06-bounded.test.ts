import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/adapters/ssh/known-hosts.ts';
import { makeKeyPair } from '../../src/demo/key-pair.ts';
import { Cleanup, checksOf, configure, deploy, interpose, listen, type Ran, runOn } from './support.ts';

const gigabyte = 1024 ** 3;
/** A run that nothing floods has 125; with a gigabyte from each of 18 services at once, 200 were measured. */
const mostMegabytes = 300;

/** The most memory that a process had, in MB, followed while it lives. */
function watchMemory(cleanup: Cleanup): { onSpawn: (pid: number) => void; most: () => number } {
  let most = 0;
  return {
    onSpawn: (pid) => {
      const look = () => {
        try {
          const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
          most = Math.max(most, Number(kilobytes ?? 0) / 1024);
        } catch {
          clearInterval(timer);
        }
      };
      const timer = setInterval(look, 20);
      cleanup.add(() => clearInterval(timer));
    },
    most: () => most,
  };
}

describe.skipIf(!existsSync('/proc/self/status'))('P6: a run takes bounded time, memory and output', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  function expectBounded({ code, report }: Ran, megabytes: number): void {
    expect(code).not.toBe(0);
    expect(report.verdict).not.toBe('READY');
    expect(megabytes).toBeGreaterThan(20);
    expect(megabytes).toBeLessThan(mostMegabytes);
  }

  it('against a host that answers with a gigabyte', async () => {
    const deployment = await deploy(cleanup);
    const hostKey = makeKeyPair();
    let sent = 0;
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
      connection.on('error', () => {});
      connection.on('authentication', (context) => context.accept());
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec) => {
          const channel = acceptExec();
          channel.on('error', () => {});
          const chunk = Buffer.alloc(64 * 1024, 'all checks PASSED\n');
          const endless = new Readable({
            read() {
              sent += chunk.length;
              this.push(sent > gigabyte ? null : chunk);
            },
          });
          channel.on('close', () => endless.destroy());
          connection.on('close', () => endless.destroy());
          endless.pipe(channel.stdout);
        });
      });
    });
    const port = await listen(cleanup, server as never);
    const blob = Buffer.from(hostKey.public.split(' ')[1] ?? '', 'base64');
    configure(deployment, { 'ssh.port': port, 'ssh.fingerprints': [fingerprintOf(blob)] });
    const memory = watchMemory(cleanup);
    const ran = await runOn(deployment, { onSpawn: memory.onSpawn });
    expectBounded(ran, memory.most());
    // It was flooded, and it hung up on it.
    expect(sent).toBeGreaterThan(4 * 1024 * 1024);
    expect(sent).toBeLessThan(gigabyte / 4);
    const check = checksOf(ran.report).find(({ id }) => id === 'soul-documents/write-fails');
    expect(check).toMatchObject({ status: 'unknown', reason: { code: 'truncated' } });
  });

  it.each([
    ['EC2', (body: string) => body.includes('Action=DescribeNetworkInterfaces'), 'infrastructure/no-public-ip'],
    ['every service', () => true, 'infrastructure/no-public-ip'],
  ])('against %s that answers with a gigabyte', async (_, fits, id) => {
    const deployment = await deploy(cleanup);
    await interpose(cleanup, deployment, (body, _incoming, response) => {
      if (!fits(body)) return false;
      let size = 0;
      const chunk = Buffer.alloc(64 * 1024, '<item><a>1</a></item>');
      const endless = new Readable({
        read() {
          size += chunk.length;
          this.push(size > gigabyte ? null : chunk);
        },
      });
      response.on('close', () => endless.destroy());
      endless.pipe(response);
      return true;
    });
    const memory = watchMemory(cleanup);
    const ran = await runOn(deployment, { onSpawn: memory.onSpawn });
    expectBounded(ran, memory.most());
    const check = checksOf(ran.report).find((one) => one.id === id);
    expect(check?.status).toBe('unknown');
  });

  it('against AWS that takes the question and never answers: the time limit ends it, with a report', async () => {
    const deployment = await deploy(cleanup);
    await interpose(cleanup, deployment, (body) => body.includes('Action=DescribeNetworkInterfaces'));
    const { code, report } = await runOn(deployment, { args: ['--timeout', '4'] });
    expect(code).not.toBe(0);
    const check = checksOf(report).find(({ id }) => id === 'infrastructure/no-public-ip');
    expect(check).toMatchObject({ status: 'unknown', reason: { code: 'timeout' } });
    expect(Date.parse(report.window.end) - Date.parse(report.window.start)).toBeLessThan(20_000);
  });
});
