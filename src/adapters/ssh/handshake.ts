import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ConnectConfig } from 'ssh2';
import { ProbeError } from '../../model/reason.ts';
import type { authMethods } from './auth.ts';
import { fingerprintOf, type HostKeyAlgorithm } from './known-hosts.ts';
import type { ResolvedTarget } from './ssh-config.ts';
import { ssh2 } from './ssh2.ts';

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

type Phase = 'connect' | 'handshake' | 'authenticate' | 'ready';

/** One attempt failed before the host key was seen: another attempt with other algorithms would fail alike. */
export class NoCommonAlgorithm extends ProbeError {}

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

/** A connection that is verified and authenticated. */
export interface Opened {
  readonly client: Client;
  readonly socket: Duplex;
  readonly fingerprint: string;
  /** Set when the server showed another key later, in an exchange of its own: the connection has then ended. */
  refusal(): ProbeError | undefined;
}

/** What one handshake is made with. */
export interface Attempt {
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
export function handshake(attempt: Attempt): Promise<Opened> {
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
      settle(() => resolve({ client, socket, fingerprint, refusal: () => refusal }));
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
