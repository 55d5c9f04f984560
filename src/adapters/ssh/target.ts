import { UsageError } from '../../model/reason.ts';

/** A host to connect to. What is not given comes from `ssh -G` (with `useSshConfig`) or from OpenSSH's defaults. */
export interface SshTarget {
  /** Name or address; with `useSshConfig` it may be an alias of ~/.ssh/config. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly privateKeyFile?: string;
  /** Name of the environment variable that holds the passphrase of the key file. */
  readonly passphraseEnv?: string;
  /** Names of the variables of the environment that a program started for the connection must not see. */
  readonly hiddenEnv?: readonly string[];
  /** Use the keys of SSH_AUTH_SOCK. By default only when no key file is named. */
  readonly agent?: boolean;
  /** Default: the files that `ssh -G` names, or ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts. */
  readonly knownHostsFiles?: readonly string[];
  /** `SHA256:…` of the host's keys, as pinned or as the console output tells. If given, they alone decide. */
  readonly fingerprints?: readonly string[];
  /** The name under which the host stands in known_hosts, without port. */
  readonly hostKeyAlias?: string;
  /** `[user@]host[:port]`, several separated by commas. */
  readonly proxyJump?: string;
  /** `%h`, `%p`, `%r`, `%n` and `%%` are replaced. */
  readonly proxyCommand?: string;
  /** Resolve with `ssh -G`, where ssh is installed. */
  readonly useSshConfig?: boolean;
  /** Instead of ~/.ssh/config and the system's file. */
  readonly sshConfigFile?: string;
  /** The host authenticates us by its network (Tailscale SSH): offer `none`. */
  readonly tailscaleSsh?: boolean;
  /** The operating-system user that the agent runs as. */
  readonly agentUser: string;
  readonly gatewayPort: number;
  /** Seconds until the connection must be authenticated; 15 unless said otherwise. */
  readonly connectSeconds?: number;
}

/** A name or address that is safe in a message, in known_hosts and as an argument of ssh. */
export const hostForm = /^(?!-)[A-Za-z0-9_.:%-]{1,253}$/;
export const userForm = /^(?!-)[A-Za-z0-9_.@\\+-]{1,64}$/;

/** @throws UsageError for a target that cannot be right */
export function checkTarget(target: SshTarget): void {
  const next = 'Correct the host section of the environment file.';
  if (!hostForm.test(target.host)) throw new UsageError('the SSH host is not a host name or address', next);
  if (target.user !== undefined && !userForm.test(target.user)) throw new UsageError('the SSH user is no name', next);
  const { port } = target;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    throw new UsageError('the SSH port is not a port', next);
  }
  for (const pin of target.fingerprints ?? []) {
    if (!/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(pin)) {
      throw new UsageError('a host key fingerprint is not of the form SHA256:… with 43 characters', next);
    }
  }
}

/** Splits `[user@]host[:port]`; IPv6 addresses stand in brackets. */
export function parseHop(text: string): { host: string; port?: number; user?: string } {
  const m = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = m?.[2] ?? m?.[3];
  if (!m || host === undefined || !hostForm.test(host)) {
    throw new UsageError('ProxyJump is not of the form [user@]host[:port]', 'Correct the jump host.');
  }
  return {
    host,
    ...(m[4] === undefined ? {} : { port: Number(m[4]) }),
    ...(m[1] === undefined ? {} : { user: m[1] }),
  };
}
