import { randomBytes } from 'node:crypto';
import { ProbeError } from '../../model/reason.ts';
import type { HostPort, HostProgram, HostRecords } from '../../ports/host.ts';
import { type ConnectOptions, connectHost, type SshConnection } from './connect.ts';
import type { ExecResult } from './exec.ts';
import {
  answerAll,
  type BatchAnswer,
  batchCommand,
  batchSeconds,
  buildBatch,
  parseBatch,
  parseFirst,
} from './frame.ts';
import type { SshTarget } from './target.ts';

export { JumpHosts } from './ways.ts';

/** Why the channel gave no answer that can be read; undefined when it gave one. */
function channelError(result: ExecResult, label: string): ProbeError | undefined {
  const next = 'Log in by hand and see whether the login shell runs a script from its standard input.';
  switch (result.kind) {
    case 'exit':
      if (result.code === 124 || result.code === 137) {
        return new ProbeError('timeout', `the script on ${label} did not end in time`);
      }
      if (result.code === 126 || result.code === 127) {
        const more = { next: 'Install coreutils on the host.' };
        return new ProbeError('tool_missing', `timeout or sh is missing on ${label}`, more);
      }
      if (result.code !== 0) return new ProbeError('bad_response', `${label} did not run the script`, { next });
      return undefined;
    case 'signal':
      return new ProbeError('bad_response', `the script on ${label} was ended by a signal`);
    case 'no-status':
      return new ProbeError('bad_response', `${label} did not say what became of the script`, { next });
    case 'refused':
      return new ProbeError('access_denied', `${label} does not let the login run commands`, { next });
    case 'too-much':
      return new ProbeError('truncated', `the script on ${label} answered more than the limit`);
    case 'timeout':
      return new ProbeError('timeout', `the script on ${label} did not end in time`);
    case 'cancelled':
      return new ProbeError('cancelled', 'the run was stopped');
    case 'closed':
      return new ProbeError('unreachable', `the connection to ${label} ended`);
  }
}

async function runBatch(
  connection: SshConnection,
  target: SshTarget,
  programs: readonly HostProgram[],
  signal: AbortSignal,
  first?: (records: HostRecords) => void,
): Promise<BatchAnswer> {
  if (programs.length === 0) return new Map();
  const nonce = randomBytes(12).toString('hex');
  const { agentUser, gatewayPort } = target;
  const result = await connection.exec(batchCommand(programs), {
    stdin: buildBatch(programs, { nonce, agentUser, gatewayPort }),
    // The host's own limit comes first, so that it can still say which part was slow.
    seconds: batchSeconds(programs) + 5,
    signal,
    ...(first && {
      watch(stdout) {
        // Whoever has said so much has said nothing else before it.
        if (stdout.length > 65_536) return true;
        const records = parseFirst(stdout.toString('latin1'), programs, nonce);
        if (records) first(records);
        return records !== undefined;
      },
    }),
  });
  const error = connection.refusal() ?? channelError(result, connection.label);
  if (error || result.kind !== 'exit') {
    return answerAll(programs, error ?? new ProbeError('internal', 'no answer and no error'));
  }
  return parseBatch(result.stdout, programs, nonce, agentUser);
}

/**
 * Connects to a host. The connection is one for all; `run` sends one script over one channel, and a second `run` waits
 * for the first.
 *
 * @throws what {@link connectHost} throws
 */
export async function openHost(target: SshTarget, options: ConnectOptions): Promise<HostPort> {
  const connection = await connectHost(target, options);
  let last: Promise<unknown> = Promise.resolve();
  return {
    label: connection.label,
    hostKeyFingerprint: connection.hostKeyFingerprint,
    run(programs, signal, first) {
      const both = AbortSignal.any([signal, options.signal]);
      const answer = last.then(() => runBatch(connection, target, programs, both, first));
      last = answer.catch(() => undefined);
      return answer;
    },
    forward: (port, signal) => connection.forward(port, AbortSignal.any([signal, options.signal])),
    close: () => connection.close(),
  };
}
