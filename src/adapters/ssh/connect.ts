import { connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import { ProbeError } from '../../model/reason.ts';
import { authMethods } from './auth.ts';
import { type ExecOptions, type ExecResult, exec } from './exec.ts';
import { hostKeyPolicy } from './host-key.ts';
import { fingerprintOf, type HostKeyAlgorithm } from './known-hosts.ts';
import { expandProxyCommand, proxyCommandStream } from './proxy.ts';
import { type Env, type ResolvedTarget, resolveTarget } from './ssh-config.ts';
import { parseHop, type SshTarget } from './target.ts';

export interface SshConnection {
  /** `user@host:port` */
  readonly label: string;
  /** Of the key that was verified before we authenticated. */
  readonly hostKeyFingerprint: string;
  /** Settles with what became of the command; never rejects and never takes longer than `seconds`. */
  exec(command: string, options: ExecOptions): Promise<ExecResult>;
  /** A connection from the host to a port of its own; `host` is for jumps. */
  forward(port: number, signal: AbortSignal, host?: string): Promise<Duplex>;
  close(): Promise<void>;
}

/** No SHA-1, no CBC, no group 14 with SHA-1; strict key exchange is offered by ssh2 itself. */
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group-exchange-sha256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies ConnectConfig['algorithms'];

/** Why a channel could not be opened (RFC 4254, 5.1). */
const openFailure = { ADMINISTRATIVELY_PROHIBITED: 1, CONNECT_FAILED: 2 };

const forwardSeconds = 10;
const jumpDepth = 5;

type Phase = 'connect' | 'handshake' | 'authenticate' | 'ready';

/** One attempt failed before the host key was seen: another attempt with other algorithms would fail alike. */
class NoCommonAlgorithm extends ProbeError {}

/** What went wrong, in our own words: the text of an error of ssh2 may come from the server. */
function explain(error: unknown, phase: Phase, name: string): ProbeError {
  const { code, level } = error as { code?: unknown; level?: unknown };
  if (level === 'client-authentication' || level === 'agent') {
    return new ProbeError('auth_failed', `${name} does not accept the login`, {
      next: 'See that the user is right and that the public key is in its authorized_keys.',
    });
  }
  const network: Record<string, string> = {
    ECONNREFUSED: 'refuses the connection',
    ECONNRESET: 'resets the connection',
    EHOSTUNREACH: 'has no route to it',
    ENETUNREACH: 'has no route to it',
    ENOTFOUND: 'does not resolve to an address',
    EAI_AGAIN: 'cannot be resolved now',
    ETIMEDOUT: 'does not answer',
  };
  const next = 'See that the address, the port, the security group and the way there (VPN, jump host) are right.';
  const known = typeof code === 'string' ? network[code] : undefined;
  if (known !== undefined) return new ProbeError('unreachable', `${name} ${known}`, { next });
  if (phase === 'connect') return new ProbeError('unreachable', `${name} cannot be reached`, { next });
  if (phase === 'handshake') {
    return new NoCommonAlgorithm('unreachable', `the SSH handshake with ${name} failed`, {
      next: 'See that an SSH server listens there and that it offers a current key exchange, cipher and host key.',
    });
  }
  return new ProbeError('unreachable', `${name} ended the connection`, { next });
}

interface Opened {
  readonly client: Client;
  readonly socket: Duplex;
  readonly fingerprint: string;
}

interface Attempt {
  readonly resolved: ResolvedTarget;
  readonly socket: Duplex;
  readonly connected: boolean;
  readonly offer: readonly HostKeyAlgorithm[];
  readonly judge: (blob: Buffer) => ProbeError | undefined;
  readonly auth: Awaited<ReturnType<typeof authMethods>>;
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/** One handshake on one socket. Settles once; every failure destroys the socket. */
function handshake(attempt: Attempt): Promise<Opened> {
  const { resolved, socket, signal } = attempt;
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let phase: Phase = attempt.connected ? 'handshake' : 'connect';
    let refusal: ProbeError | undefined;
    let accepted: Buffer | undefined;
    let settled = false;

    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    const fail = (error: ProbeError) => {
      settle(() => reject(error));
      socket.destroy();
    };
    const abort = () => fail(new ProbeError('cancelled', 'the run was stopped while connecting'));
    const timer = setTimeout(() => {
      const what = { connect: 'connection', handshake: 'handshake', authenticate: 'login', ready: 'login' }[phase];
      const next =
        phase === 'connect' ? 'See that the security group and the way there let port 22 through.' : undefined;
      const message = `${resolved.name} did not complete the ${what} in time`;
      fail(new ProbeError(phase === 'connect' ? 'unreachable' : 'timeout', message, next ? { next } : {}));
    }, attempt.milliseconds);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);

    socket.once('connect', () => {
      phase = 'handshake';
    });
    // Stays for the life of the client: ssh2 may emit hundreds of errors, and an unheard one ends the process.
    client.on('error', (error) => fail(refusal ?? explain(error, phase, resolved.name)));
    socket.on('error', (error) => fail(refusal ?? explain(error, phase, resolved.name)));
    client.on('close', () => fail(refusal ?? explain({}, phase, resolved.name)));
    client.on('ready', () => {
      phase = 'ready';
      // A server that let us in without showing a key that was accepted cannot exist; if it does, it is refused.
      if (accepted === undefined) return fail(new ProbeError('host_key', 'no host key was verified'));
      const fingerprint = fingerprintOf(accepted);
      settle(() => resolve({ client, socket, fingerprint }));
    });
    try {
      client.connect({
        sock: socket as Socket,
        username: resolved.user,
        readyTimeout: 0,
        keepaliveInterval: 5_000,
        keepaliveCountMax: 3,
        algorithms: { ...algorithms, serverHostKey: [...attempt.offer] },
        authHandler: [...attempt.auth],
        // Synchronous: ssh2 takes a promise for consent. Called again on each rekey.
        hostVerifier: (blob: Buffer): boolean => {
          try {
            refusal =
              accepted && !accepted.equals(blob) ? new ProbeError('host_key', 'the host key changed') : undefined;
            refusal ??= attempt.judge(blob);
            if (refusal !== undefined) return false;
            accepted = blob;
            phase = phase === 'ready' ? phase : 'authenticate';
            return true;
          } catch {
            refusal = new ProbeError('internal', 'the host key could not be judged');
            return false;
          }
        },
      });
    } catch {
      fail(new ProbeError('internal', 'the SSH connection could not be set up'));
    }
  });
}

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
  signal: AbortSignal,
  env: Env,
  depth: number,
): Promise<SshConnection | undefined> {
  if (chain === undefined) return undefined;
  if (depth > jumpDepth) throw new ProbeError('unreachable', 'the jump hosts lead in a circle');
  const hops = chain.split(',');
  const last = hops.pop() ?? '';
  const { agentUser, gatewayPort, useSshConfig, sshConfigFile, connectSeconds, knownHostsFiles } = target;
  const { privateKeyFile, passphraseEnv, agent } = target;
  const shared = { useSshConfig, sshConfigFile, connectSeconds, knownHostsFiles, privateKeyFile, passphraseEnv, agent };
  const given = Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined));
  const before = hops.length > 0 ? { proxyJump: hops.join(',') } : {};
  return connectHost({ ...given, ...before, ...parseHop(last), agentUser, gatewayPort }, signal, env, depth + 1);
}

/** That nothing listens is what the host saw; that it may not forward keeps us from looking. */
function forwardError(error: Error, name: string, port: number): ProbeError {
  const { CONNECT_FAILED, ADMINISTRATIVELY_PROHIBITED } = openFailure;
  switch ((error as { reason?: unknown }).reason) {
    case CONNECT_FAILED:
      return new ProbeError('not_found', `nothing listens on port ${port} of ${name}`);
    case ADMINISTRATIVELY_PROHIBITED: {
      const next = 'Allow it in sshd_config: AllowTcpForwarding local, PermitOpen with that port.';
      return new ProbeError('access_denied', `${name} does not let the login connect to port ${port}`, { next });
    }
    default:
      return new ProbeError('unreachable', `${name} does not connect to port ${port}`);
  }
}

function wrap(opened: Opened, resolved: ResolvedTarget, jump: SshConnection | undefined): SshConnection {
  const { client, socket } = opened;
  const closed = new Promise<void>((done) => client.once('close', () => done()));
  return {
    label: `${resolved.user}@${resolved.host}:${resolved.port}`,
    hostKeyFingerprint: opened.fingerprint,
    exec: (command, options) => exec(client, socket, command, options),
    forward: (port, signal, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        let settled = false;
        const settle = (act: () => void) => {
          settled = true;
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
          client.removeListener('close', closed);
          act();
        };
        const fail = (error: ProbeError) => {
          if (!settled) settle(() => reject(error));
        };
        const abort = () => fail(new ProbeError('cancelled', 'the run was stopped'));
        const closed = () => fail(new ProbeError('unreachable', `the SSH connection to ${resolved.name} has ended`));
        const timer = setTimeout(
          () => fail(new ProbeError('timeout', `port ${port} on ${resolved.name} did not answer in time`)),
          forwardSeconds * 1000,
        );
        signal.addEventListener('abort', abort);
        client.once('close', closed);
        if (signal.aborted) return abort();
        try {
          client.forwardOut('127.0.0.1', 0, host, port, (error: Error | undefined, channel: ClientChannel) => {
            if (error) {
              fail(forwardError(error, resolved.name, port));
            } else if (settled) {
              channel.destroy();
            } else {
              settle(() => resolve(channel));
            }
          });
        } catch {
          closed();
        }
      }),
    close: async () => {
      client.end();
      const timer = setTimeout(() => socket.destroy(), 500);
      if (!socket.destroyed) await closed;
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
export async function connectHost(
  target: SshTarget,
  signal: AbortSignal,
  env: Env = process.env,
  depth = 0,
): Promise<SshConnection> {
  const resolved = await resolveTarget(target, env, signal);
  const auth = await authMethods(resolved, target, env);
  const policy = await hostKeyPolicy(resolved, target.fingerprints ?? []);
  const milliseconds = (target.connectSeconds ?? 15) * 1000;
  const jump = await openJump(target, resolved.proxyJump, signal, env, depth);
  let refusal: ProbeError | undefined;
  try {
    for (const offer of policy.attempts) {
      const socket = await openSocket(resolved, jump, target.hiddenEnv, signal);
      const connected = !('connecting' in socket && socket.connecting);
      const { judge } = policy;
      try {
        const opened = await handshake({ resolved, socket, connected, offer, judge, auth, milliseconds, signal });
        return wrap(opened, resolved, jump);
      } catch (error) {
        const other = error instanceof ProbeError && error.reason === 'wrong_subject';
        if (!other && !(refusal && error instanceof NoCommonAlgorithm)) throw error;
        // Another type of key of this host may be the one that is pinned; if none is, the first refusal stands.
        refusal ??= error;
      }
    }
    throw refusal ?? new ProbeError('internal', 'no host key algorithm was offered');
  } catch (error) {
    await jump?.close();
    throw error;
  }
}
