import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/demo/deployment.ts';
import { makeKeyPair } from '../../src/demo/key-pair.ts';
import { Cleanup, configure, deploy, listen, relay, runOn, setting } from './support.ts';

const types = { disconnect: 1, keyExchangeInit: 20, newKeys: 21 };

/** The message types in what a client sends before it encrypts: the version line, then packets (RFC 4253, 6). */
function messageTypes(stream: Buffer): number[] {
  const found: number[] = [];
  let at = stream.indexOf('\r\n') + 2;
  while (at >= 2 && at + 6 <= stream.length) {
    const type = stream[at + 5] ?? 0;
    found.push(type);
    if (type === types.newKeys) break;
    at += 4 + stream.readUInt32BE(at);
  }
  return found;
}

describe('P4: nothing is said to a host that is not verified', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());
  let deployment: Deployment;
  let connections: Map<object, Buffer>;
  const logins: string[] = [];

  beforeEach(async () => {
    deployment = await deploy(cleanup);
    connections = new Map();
    logins.length = 0;
  });

  /** Puts a relay that keeps what the client says in front of a port, and leads the environment file there. */
  async function overhear(port: number): Promise<void> {
    const overheard = await relay(cleanup, port, (bytes, socket) => {
      connections.set(socket, Buffer.concat([connections.get(socket) ?? Buffer.alloc(0), bytes]));
    });
    configure(deployment, { 'ssh.port': overheard });
  }

  /** A server with a key of its own that lets everybody in. */
  async function rogue(): Promise<number> {
    const server = new ssh2.Server({ hostKeys: [makeKeyPair().private] }, (connection) => {
      connection.on('error', () => {});
      connection.on('authentication', (context) => {
        logins.push(context.method);
        context.accept();
      });
    });
    return listen(cleanup, server as never);
  }

  it('the host with the pinned key is logged in to: the relay sees it when it happens', async () => {
    await overhear(setting(deployment, 'ssh', 'port') as number);
    const { code } = await runOn(deployment);
    expect(code).toBe(0);
    expect([...connections.values()].map(messageTypes).some((seen) => seen.includes(types.newKeys))).toBe(true);
  });

  it.each([
    ['another key than the pinned one: UNTRUSTED', {}, 22],
    ['a key that nothing vouches for: unknown', { 'ssh.fingerprints': [] }, 21],
  ])('a host with %s', async (_, changes, expected) => {
    await overhear(await rogue());
    configure(deployment, changes);
    const { code, report } = await runOn(deployment);
    expect(code).toBe(expected);
    expect(connections.size).toBeGreaterThan(0);
    for (const stream of connections.values()) {
      const seen = messageTypes(stream);
      expect(seen).toContain(types.keyExchangeInit);
      // Without NEWKEYS no packet can follow in which a user, a key or a command would stand.
      expect(seen).not.toContain(types.newKeys);
      expect(seen.filter((type) => type >= 50)).toEqual([]);
      expect(stream.toString('latin1')).not.toContain('ssh-userauth');
    }
    expect(logins).toEqual([]);
    expect(report.subject.instances.map(({ hostKeyFingerprint }) => hostKeyFingerprint)).toEqual([null]);
  });
});
