import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { ProbeError, UsageError } from '../../model/reason.ts';
import { childEnv } from '../child-env.ts';
import { checkTarget, type SshTarget } from './target.ts';

/** A target in which nothing is left to look up. */
export interface ResolvedTarget {
  /** As the environment file names it, for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** In order of preference. Only an explicit one has to exist. */
  readonly keyFiles: readonly { path: string; explicit: boolean }[];
  /** The socket of an agent, if one is to be asked. */
  readonly agentSocket: string | undefined;
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | undefined;
  readonly proxyJump: string | undefined;
  readonly proxyCommand: string | undefined;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** What `ssh -G` prints: one `key value` a line, keys in lower case, some of them several times. */
export function parseSshG(text: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space < 1) continue;
    const key = line.slice(0, space).toLowerCase();
    settings.set(key, [...(settings.get(key) ?? []), line.slice(space + 1).trim()]);
  }
  return settings;
}

/** Settings that change whom we trust or how we authenticate, and that we cannot honour. */
const refused: readonly [key: string, name: string, harmless: readonly string[]][] = [
  ['certificatefile', 'CertificateFile', ['none']],
  ['knownhostscommand', 'KnownHostsCommand', ['none']],
  ['pkcs11provider', 'PKCS11Provider', ['none']],
  ['securitykeyprovider', 'SecurityKeyProvider', ['internal', 'none']],
  ['revokedhostkeys', 'RevokedHostKeys', ['none']],
];

/** @throws UsageError for a setting that cannot be honoured */
export function refuseUnsupported(settings: ReadonlyMap<string, string[]>): void {
  for (const [key, name, harmless] of refused) {
    if ((settings.get(key) ?? []).some((value) => !harmless.includes(value.toLowerCase()))) {
      throw new UsageError(
        `the SSH configuration of the host sets ${name}, which is not supported`,
        'Give the key file and the host key fingerprint in the environment file, and turn the use of ssh_config off.',
      );
    }
  }
}

function expandPath(path: string, home: string, tokens: Record<string, string>): string {
  const plain = path.replace(/^"(.*)"$/, '$1').replace(/^~(?=\/|$)/, home);
  return plain.replace(/%(.)/g, (_, token: string) => {
    const value = token === '%' ? '%' : tokens[token];
    if (value === undefined) {
      throw new UsageError(`the SSH configuration uses %${token}, which is not supported`, 'Write the path out.');
    }
    return value;
  });
}

/** Who runs this. A container may run as a user that no file knows. @throws UsageError */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new UsageError(
      'the user that runs clawcheck has no name here',
      'Name the user of each host, or add it here.',
    );
  }
}

const notNone = (value: string | undefined) => (value === undefined || value === 'none' ? undefined : value);

function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { env, signal, timeout: 10_000, maxBuffer: 1 << 20, encoding: 'utf8' }, (error, stdout) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') resolve(undefined);
      else if (signal.aborted) reject(new ProbeError('cancelled', 'the run was stopped'));
      else reject(new UsageError('ssh cannot read the SSH configuration', 'See what `ssh -G` says for this host.'));
    });
  });
}

/**
 * Completes a target. With `useSshConfig`, OpenSSH's own `ssh -G` resolves Include, Match and aliases; where ssh is not
 * installed its defaults apply. What the target itself gives wins.
 */
export async function resolveTarget(target: SshTarget, env: Env, signal: AbortSignal): Promise<ResolvedTarget> {
  checkTarget(target);
  const home = env.HOME ?? homedir();
  let settings = new Map<string, string[]>();
  if (target.useSshConfig) {
    const args = ['-G'];
    if (target.sshConfigFile !== undefined) args.push('-F', target.sshConfigFile);
    if (target.port !== undefined) args.push('-p', String(target.port));
    if (target.user !== undefined) args.push('-l', target.user);
    const text = await run('ssh', [...args, '--', target.host], childEnv(target.hiddenEnv), signal);
    if (text !== undefined) settings = parseSshG(text);
  }
  refuseUnsupported(settings);
  const one = (key: string) => settings.get(key)?.[0];
  const host = one('hostname') ?? target.host;
  const port = target.port ?? Number(one('port') ?? 22);
  const user = target.user ?? one('user') ?? ownName();
  checkTarget({ ...target, host, port, user });

  const tokens = {
    d: home,
    h: host,
    n: target.host,
    p: String(port),
    r: user,
    get u() {
      return ownName();
    },
  };
  const path = (value: string) => expandPath(value, home, tokens);
  const defaults = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `~/.ssh/${name}`);
  const configured = settings.get('identityfile') ?? defaults;
  const keyFiles =
    target.privateKeyFile === undefined
      ? configured.filter((file) => file !== 'none').map((file) => ({ path: path(file), explicit: false }))
      : [{ path: target.privateKeyFile.replace(/^~(?=\/)/, home), explicit: true }];

  const asked = one('identityagent');
  const socket = asked === undefined || asked === 'SSH_AUTH_SOCK' ? env.SSH_AUTH_SOCK : notNone(asked);
  const useAgent = target.agent ?? (target.privateKeyFile === undefined && one('identitiesonly') !== 'yes');

  const listed = [one('userknownhostsfile'), one('globalknownhostsfile')];
  const files = listed.some((value) => value !== undefined)
    ? listed.flatMap((value) => value?.match(/"[^"]*"|\S+/g) ?? [])
    : ['~/.ssh/known_hosts', '~/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
  const direct = target.proxyCommand ?? target.proxyJump;
  return {
    name: target.host,
    host,
    port,
    user,
    keyFiles,
    agentSocket: useAgent && socket ? path(socket) : undefined,
    knownHostsFiles: (target.knownHostsFiles ?? files).filter((file) => file !== 'none').map(path),
    hostKeyAlias: target.hostKeyAlias ?? notNone(one('hostkeyalias')),
    proxyJump: direct === undefined ? notNone(one('proxyjump')) : target.proxyJump,
    proxyCommand: direct === undefined ? notNone(one('proxycommand')) : target.proxyCommand,
  };
}
