// Stands in for `aws ssm start-session --document-name AWS-StartSSHSession`, which starts session-manager-plugin below
// it: a line about the session first, then the stream in payloads of at most 1,024 bytes, one after the other as they
// are acknowledged, in both directions; at the end a line again. It ends when its standard input does.
import { connect } from 'node:net';

const [target, port, mode] = process.argv.slice(2);
if (!target?.startsWith('i-')) {
  process.stderr.write(
    '\nAn error occurred (TargetNotConnected) when calling the StartSession operation: not connected.\n',
  );
  process.exit(254);
}
process.stdout.write('\nStarting session with SessionId: ops-0a1b2c3d4e5f60001\n');
const socket = connect(Number(port), '127.0.0.1');
const pieces = (from, write) =>
  from.on('data', async (chunk) => {
    from.pause();
    for (let at = 0; at < chunk.length; at += 1024) {
      write(chunk.subarray(at, at + 1024));
      await new Promise((resolve) => setImmediate(resolve));
    }
    from.resume();
  });
pieces(socket, (piece) => process.stdout.write(piece));
pieces(process.stdin, (piece) => socket.write(piece));
const end = () => {
  process.stdout.write('\n\nExiting session with sessionId: ops-0a1b2c3d4e5f60001.\n\n', () => process.exit(0));
};
socket.on('close', end).on('error', end);
process.stdin.on('end', () => socket.end());
if (mode === 'cut') setTimeout(() => socket.destroy(), 300);
