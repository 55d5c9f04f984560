import { createSocket } from 'node:dgram';
import { getEventListeners } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { localVantage } from '../../../src/adapters/vantage/vantage.ts';

const to = (protocol: 'tcp' | 'dns-over-udp', port: number) => {
  return { protocol, host: '127.0.0.1', port, family: 'ipv4' as const };
};
const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
const vantage = () => localVantage(new AbortController().signal);

it('takes a connection and a refusal for an answer', async () => {
  const server = createServer((socket) => socket.destroy());
  const port = await listening(server);
  expect(await vantage().answers(to('tcp', port), 5)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await vantage().answers(to('tcp', port), 5)).toBe(true);
});

it('takes a datagram and a refusal for an answer, and asks the question of DNS', async () => {
  const server = createSocket('udp4');
  const question = new Promise<Buffer>((resolve) => {
    server.on('message', (message, peer) => {
      resolve(message);
      server.send('any', peer.port, peer.address);
    });
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const { port } = server.address();
  expect(await vantage().answers(to('dns-over-udp', port), 5)).toBe(true);
  // One question: the root, NS, IN.
  expect((await question).subarray(2).toString('hex')).toBe('0100000100000000000000' + '00020001');
  await new Promise<void>((resolve) => server.close(resolve));
  expect(await vantage().answers(to('dns-over-udp', port), 5)).toBe(true);
});

it('takes silence for none', async () => {
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  expect(await vantage().answers(to('dns-over-udp', silent.address().port), 0.2)).toBe(false);
  silent.close();
});

it('takes no route for none, and ends when the run is stopped', async () => {
  expect(await vantage().answers({ ...to('tcp', 9), host: '0.0.0.0.invalid' }, 5)).toBe(false);
  const stop = new AbortController();
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const asked = localVantage(stop.signal).answers(to('dns-over-udp', silent.address().port), 60);
  stop.abort(new Error('stopped'));
  await expect(asked).rejects.toThrow('stopped');
  silent.close();
});

it('lends its signal to any number of connections, as one listener', async () => {
  const { signal } = new AbortController();
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const one = localVantage(signal);
  const asked = Array.from({ length: 30 }, () => one.answers(to('dns-over-udp', silent.address().port), 0.2));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  expect(new Set(await Promise.all(asked))).toEqual(new Set([false]));
  silent.close();
});

it('asks nothing of a run that was stopped before', async () => {
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(localVantage(stopped).answers(to('tcp', 9), 5)).rejects.toThrow('stopped');
});
