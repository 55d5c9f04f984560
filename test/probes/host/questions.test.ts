import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { expect, it } from 'vitest';
import { egress } from '../../../src/probes/host/egress.ts';
import { goodEnvironment } from '../../support/rig.ts';

/** Runs the part of the script that asks over UDP, with another port in the place of 53. */
async function ask(port: number): Promise<string> {
  const environment = goodEnvironment({ 'network.unapprovedResolvers': ['127.0.0.1'], 'network.timeoutSeconds': 1 });
  const script = egress.script(environment).replaceAll('/53"', `/${port}"`);
  const start = script.indexOf('ask() {');
  const program = `${script.slice(start, script.indexOf('results=$(', start))}\nask 0 127.0.0.1 1`;
  const child = spawn('sh', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  for await (const chunk of child.stdout) shown += chunk;
  return shown.trim();
}

it('tells an answer, silence and a refusal apart', async () => {
  const server = createSocket('udp4');
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const { port } = server.address();
  expect(await ask(port)).toBe('question 0 silent');
  const question = new Promise<Buffer>((resolve) => {
    server.on('message', (message, peer) => {
      resolve(message);
      server.send('any', peer.port, peer.address);
    });
  });
  expect(await ask(port)).toBe('question 0 answered');
  expect((await question).subarray(2).toString('hex')).toBe('010000010000000000000000020001');
  await new Promise<void>((resolve) => server.close(resolve));
  expect(await ask(port)).toBe('question 0 refused');
});
