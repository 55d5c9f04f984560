import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Destination, VantagePort } from '../../ports/vantage.ts';

/** A question for the name servers of the root: id, one question, `.`, NS, IN. Any DNS server has an answer or a refusal. */
export const rootQuestion = Buffer.from('43430100000100000000000000000200 01'.replaceAll(' ', ''), 'hex');

/**
 * What answers from this machine, over its own sockets; no proxy and no configuration is read.
 * @param signal ends everything that is being asked
 */
export function localVantage(signal: AbortSignal): VantagePort {
  // One listener however much is asked: a signal that is lent to every connection warns of a leak after ten. Once: Node
  // keeps a signal that follows others, and all that it leads to, for as long as somebody listens to it.
  const aborts = new Set<() => void>();
  signal.addEventListener(
    'abort',
    () => {
      for (const abort of [...aborts]) abort();
    },
    { once: true },
  );
  return {
    answers: (destination, seconds) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const end = (act: () => void) => {
          clearTimeout(timer);
          aborts.delete(abort);
          close();
          act();
        };
        const abort = () => end(() => reject(signal.reason));
        const timer = setTimeout(() => end(() => resolve(false)), seconds * 1000);
        const close = open(destination, (answered) => end(() => resolve(answered)));
        aborts.add(abort);
      }),
  };
}

/** Starts to ask, and gives what ends it. */
function open({ protocol, host, port, family }: Destination, done: (answered: boolean) => void): () => void {
  // Whoever refuses has answered.
  const failed = (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED');
  if (protocol === 'tcp') {
    const socket = connect({ host, port, family: family === 'ipv4' ? 4 : 6 }, () => done(true));
    socket.on('error', failed);
    return () => socket.destroy();
  }
  const socket = createSocket(family === 'ipv4' ? 'udp4' : 'udp6');
  let closed = false;
  socket.on('error', failed);
  socket.on('message', () => done(true));
  // Connected: only then is a refusal told.
  socket.connect(port, host, () => {
    if (!closed) socket.send(rootQuestion, () => {});
  });
  return () => {
    if (closed) return;
    closed = true;
    socket.close();
  };
}
