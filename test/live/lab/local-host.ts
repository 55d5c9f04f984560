import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { batchCommand, buildBatch, parseBatch } from '../../../src/adapters/ssh/frame.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { HostPort } from '../../../src/ports/host.ts';

/** This machine in the place of a host: the same script, in a shell of its own, with its user as the agent's. */
export function localHost(gatewayPort: number): HostPort {
  return {
    label: 'ops@127.0.0.1:22',
    hostKeyFingerprint: `SHA256:${'0'.repeat(43)}`,
    run: (programs) =>
      new Promise((resolve) => {
        const nonce = randomBytes(12).toString('hex');
        const agentUser = userInfo().username;
        const shell = spawn('sh', ['-c', batchCommand(programs)], { stdio: ['pipe', 'pipe', 'ignore'] });
        const chunks: Buffer[] = [];
        shell.stdout.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          // The script runs as long as its input is open.
          if (chunk.includes('!batch')) shell.stdin.end();
        });
        shell.on('close', () => resolve(parseBatch(Buffer.concat(chunks), programs, nonce, agentUser)));
        shell.stdin.write(buildBatch(programs, { nonce, agentUser, gatewayPort }));
      }),
    forward: (port) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', () => reject(new ProbeError('not_found', 'nothing listens')));
      }),
    close: async () => {},
  };
}
