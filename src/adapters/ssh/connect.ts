import { setMaxListeners } from 'node:events';
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProbeError } from '../../model/reason.ts';
import { authMethods } from './auth.ts';
import { type ExecOptions, type ExecResult, exec } from './exec.ts';
import { forward } from './forward.ts';
import { handshake, NoCommonAlgorithm, type Opened } from './handshake.ts';
import { hostKeyPolicy } from './host-key.ts';
import { expandProxyCommand, proxyCommandStream } from './proxy.ts';
import { type Env, type ResolvedTarget, resolveTarget } from './ssh-config.ts';
import { parseHop, type SshTarget } from './target.ts';
import { inTurn, JumpHosts } from './ways.ts';

export interface SshConnection {
  /** `user@host:port` */
  readonly label: string;
  /** Of the key that was verified before we authenticated. */
  readonly hostKeyFingerprint: string;
  /** Settles with what became of the command; never rejects and never takes longer than `seconds`. */
  exec(command: string, options: ExecOptions): Promise<ExecResult>;
  /** Why the connection was ended from this side: the host has shown another key. */
  refusal(): ProbeError | undefined;
  /** A connection from the host to a port of its own; `host` is for jumps. */
  forward(port: number, signal: AbortSignal, host?: string): Promise<Duplex>;
  /** Settles when the connection is no more, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Ends the connection, and with it all that runs on the host. */
  readonly signal: AbortSignal;
  /** SSH_AUTH_SOCK, HOME and passphrases; `process.env` unless said otherwise. */
  readonly env?: Env;
  /** What it shares with the other hosts of the run; default: nothing. */
  readonly jumps?: JumpHosts;
  /** How many jump hosts lie behind this one. */
  readonly depth?: number;
}

const jumpDepth = 5;

async function openSocket(
  resolved: ResolvedTarget,
  jump: SshConnection | undefined,
  hiddenEnv: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Duplex> {
  if (jump) return await jump.forward(resolved.port, signal, resolved.host);
  if (resolved.proxyCommand !== undefined) {
    return proxyCommandStream(expandProxyCommand(resolved.proxyCommand, resolved), hiddenEnv);
  }
  // Nagle's algorithm costs a round trip a message.
  return connectSocket({ host: resolved.host, port: resolved.port, noDelay: true });
}

/** The last jump host of a chain, connected through those before it; each is verified by its own name. */
async function openJump(
  target: SshTarget,
  chain: string | undefined,
  { signal, env = process.env, jumps = new JumpHosts(), depth = 0 }: ConnectOptions,
): Promise<SshConnection | undefined> {
  if (chain === undefined) return undefined;
  if (depth > jumpDepth) throw new ProbeError('unreachable', 'the jump hosts lead in a circle');
  const hops = chain.split(',');
  const last = hops.pop() ?? '';
  const { agentUser, gatewayPort, useSshConfig, sshConfigFile, connectSeconds, knownHostsFiles } = target;
  const { privateKeyFile, passphraseEnv, agent, hiddenEnv } = target;
  const keys = { privateKeyFile, passphraseEnv, agent };
  const shared = { useSshConfig, sshConfigFile, connectSeconds, knownHostsFiles, hiddenEnv, ...keys };
  const given = Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined));
  const before = hops.length > 0 ? { proxyJump: hops.join(',') } : {};
  const jump: SshTarget = { ...given, ...before, ...parseHop(last), agentUser, gatewayPort };
  return jumps.open(JSON.stringify(jump), () => connectHost(jump, { signal, env, jumps, depth: depth + 1 }));
}

function wrap(opened: Opened, resolved: ResolvedTarget, jump: SshConnection | undefined): SshConnection {
  const { client, socket, refusal } = opened;
  // Each channel listens for its end; that is no leak.
  setMaxListeners(0, client);
  const ended = new Promise<void>((done) => client.once('close', () => done()));
  return {
    label: `${resolved.user}@${resolved.host}:${resolved.port}`,
    hostKeyFingerprint: opened.fingerprint,
    exec: (command, options) => exec(client, socket, command, options),
    refusal,
    forward: (port, signal, host = '127.0.0.1') => forward(client, resolved.name, { host, port }, signal),
    ended,
    close: async () => {
      client.end();
      const timer = setTimeout(() => socket.destroy(), 500);
      if (!socket.destroyed) await ended;
      clearTimeout(timer);
      await jump?.close();
    },
  };
}

/**
 * Opens one verified and authenticated connection.
 *
 * @throws UntrustedError when the host shows another key than the one that is known or pinned
 * @throws ProbeError host_key (no key known), auth_failed, unreachable, timeout, cancelled
 * @throws UsageError for a target or an SSH configuration that cannot be honoured
 */
export async function connectHost(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
  const { signal, env = process.env } = options;
  const resolved = await inTurn('direct', signal, () => resolveTarget(target, env, signal));
  const auth = await authMethods(resolved, target, env);
  const policy = await hostKeyPolicy(resolved, target.fingerprints ?? []);
  const jump = await openJump(target, resolved.proxyJump, options);
  const milliseconds = (target.connectSeconds ?? 15) * 1000;
  const logIn = async () => {
    let refusal: ProbeError | undefined;
    for (const offer of policy.attempts) {
      const socket = await openSocket(resolved, jump, target.hiddenEnv, signal);
      const connected = !('connecting' in socket && socket.connecting);
      const { judge } = policy;
      try {
        return await handshake({ resolved, socket, connected, offer, judge, auth, milliseconds, signal });
      } catch (error) {
        const other = error instanceof ProbeError && error.reason === 'wrong_subject';
        if (!other && !(refusal && error instanceof NoCommonAlgorithm)) throw error;
        // Another type of key of this host may be the one that is pinned; if none is, the first refusal stands.
        refusal ??= error;
      }
    }
    throw refusal ?? new ProbeError('internal', 'no host key algorithm was offered');
  };
  try {
    return wrap(await inTurn(resolved.proxyCommand ? 'proxyCommand' : 'direct', signal, logIn), resolved, jump);
  } catch (error) {
    await jump?.close();
    throw error;
  }
}
