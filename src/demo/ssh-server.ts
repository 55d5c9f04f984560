import { type AddressInfo, connect } from 'node:net';
import ssh2 from 'ssh2';
import { formatAnswer } from '../adapters/ssh/frame.ts';
import type { HostRecords } from '../ports/host.ts';
import { makeKeyPair } from './key-pair.ts';
import type { HostAnswers } from './scenario.ts';

/**
 * What a host answers to the part of a script with this id; undefined for no answer.
 * @param client the address that the connection comes from
 */
export type AnswerHost = (id: string, client: string) => HostAnswers[string] | undefined;

export interface SshServer {
  readonly port: number;
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** OpenSSH format; the only key that may log in. */
  readonly privateKey: string;
  close(): Promise<void>;
}

const largestScript = 1024 * 1024;

/**
 * An SSH server on the loopback, with fresh keys, that answers each part of a script from a scenario instead of
 * running it, and forwards one port to the demo's gateway.
 * @param answers what the host answers to one part; undefined leaves it out
 * @param gatewayPorts from the port that a client asks for to the one that is listened on
 * @param scriptMs how long a script takes
 */
export async function startSshServer(
  answers: AnswerHost,
  gatewayPorts: ReadonlyMap<number, number>,
  scriptMs = 0,
): Promise<SshServer> {
  const hostKey = makeKeyPair();
  const clientKey = makeKeyPair();
  const allowed = publicBlob(clientKey.public);
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client, { ip }) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => client.end());
    client.on('authentication', (context) => {
      // ssh2 verifies the signature itself once the key is accepted.
      if (context.method === 'publickey' && context.key.data.equals(allowed)) context.accept();
      else context.reject(['publickey']);
    });
    client.on('ready', () => {
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec) => answerScript(acceptExec(), (id) => answers(id, ip), scriptMs));
      });
      client.on('tcpip', (accept, reject, { destPort }) => {
        const port = gatewayPorts.get(destPort);
        if (port === undefined) return reject();
        const socket = connect(port, '127.0.0.1', () => {
          const channel = accept();
          channel.on('error', () => socket.destroy());
          channel.pipe(socket).pipe(channel);
        });
        socket.on('error', () => reject());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    fingerprint: await fingerprint(publicBlob(hostKey.public)),
    privateKey: clientKey.private,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.end();
      }),
  };
}

/** The first line of a script names the nonce and the parts; a part without an answer is left out. */
function answerScript(
  channel: ssh2.ServerChannel,
  answers: (id: string) => ReturnType<AnswerHost>,
  scriptMs: number,
): void {
  let script = '';
  let answered = false;
  channel.on('data', (chunk: Buffer) => {
    if (answered || script.length > largestScript) return;
    script += chunk.toString('latin1');
    const [, nonce, ids] = /^# clawcheck ([0-9a-f]+) ([^\n]*)\n/m.exec(script) ?? [];
    if (nonce === undefined || ids === undefined) return;
    answered = true;
    const records = new Map<string, HostRecords>();
    for (const id of ids.split(' ')) {
      const answer = answers(id);
      if (answer && !('error' in answer)) records.set(id, answer);
    }
    const answer = formatAnswer(nonce, records);
    // As a host does, the first part is answered while the others take their time.
    const [early = ''] = /^[^!]*!proof [^!]*![^!]*!count [^\n]*\n/.exec(answer) ?? [];
    const finish = () =>
      channel.stdout.write(answer.slice(early.length), () => {
        channel.exit(0);
        channel.end();
      });
    channel.stdout.write(early);
    if (scriptMs > 0) setTimeout(finish, scriptMs);
    else finish();
  });
}

function publicBlob(key: string): Buffer {
  return Buffer.from(key.split(' ')[1] ?? '', 'base64');
}

async function fingerprint(blob: Buffer): Promise<string> {
  const { fingerprintOf } = await import('../adapters/ssh/known-hosts.ts');
  return fingerprintOf(blob);
}
