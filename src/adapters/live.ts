import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { isProvenRemote } from '../environment/git-remote.ts';
import type { LoadedEnvironment } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import { ProbeError } from '../model/reason.ts';
import type { Mode } from '../model/report.ts';
import type { CallLog } from '../ports/aws.ts';
import type { GitPort } from '../ports/git.ts';
import type { Ports } from '../ports/ports.ts';
import { liveAws } from './aws/aws.ts';
import type { AwsSessions } from './aws/sessions.ts';
import { composioPort } from './composio/composio.ts';
import { localFiles } from './files/files.ts';
import { openGateway } from './gateway/gateway.ts';
import { githubPort, noGit } from './git/github.ts';
import { plainGitPort } from './git/plain-git.ts';
import { promptfoo } from './promptfoo/promptfoo.ts';
import { sshSignatures } from './signature/ssh-keygen.ts';
import type { JumpHosts } from './ssh/ways.ts';
import { localVantage } from './vantage/vantage.ts';

export interface LivePorts {
  readonly ports: Ports;
  readonly calls: CallLog;
  readonly mode: Mode;
  /** Set by a recording: the time of a moment of the run. Default: the clock of this machine. */
  readonly clock?: (moment: string) => Date;
  /** Set by a recording. Default: a new one. */
  readonly nonce?: string;
  /** Secrets that the ports came to hold during the run. */
  readonly secrets?: () => readonly string[];
  /** Lets the next calls of AWS look anew. */
  readonly forget?: () => void;
  close(): void;
}

/**
 * The ports of a run against what the environment file names.
 * @param sessions what the run shares with others that go on at the same time; default: nothing
 */
export function livePorts(
  { environment, directory }: LoadedEnvironment,
  signal: AbortSignal,
  sessions?: AwsSessions,
): LivePorts {
  const mode = modeOf(environment, process.env);
  // A run that reached its time leaves calls under way, and each would keep the process for as long as its own limit.
  const ended = new AbortController();
  const open = AbortSignal.any([signal, ended.signal]);
  // Every call listens to it; that is no leak.
  setMaxListeners(0, open);
  const aws = liveAws(environment, open, { direct: mode === 'live', ...(sessions && { sessions }) });
  const { git, gateway, ssh, host } = environment;
  const { composio } = environment.credentials;
  const hiddenEnv = [gateway.tokenEnv, git?.tokenEnv, ssh.passphraseEnv, composio?.keyEnv].filter(
    (name) => name !== undefined,
  );
  const { promptfoo: program, evalSeconds } = environment.skills;
  const evaluate = program
    ? promptfoo({ program, directory, runSeconds: evalSeconds, hidden: hiddenEnv, signal: open })
    : undefined;
  let jumps: JumpHosts | undefined;
  return {
    ports: {
      aws,
      git: gitPort(environment, directory, open),
      composio: composioPort({
        api: composio?.api ?? '',
        key: composio && process.env[composio.keyEnv],
        users: composio?.users ?? [],
        signal: open,
      }),
      files: localFiles(directory, evaluate),
      vantage: localVantage(open),
      signatures: sshSignatures,
      openHost: async ({ address, fingerprints }, signal) => {
        // Loaded while the first answers of AWS are on their way.
        const { openHost, JumpHosts } = await import('./ssh/host.ts');
        jumps ??= new JumpHosts();
        return openHost(
          {
            host: address,
            user: ssh.user,
            port: ssh.port,
            agentUser: host.agentUser,
            gatewayPort: gateway.port,
            fingerprints: [...ssh.fingerprints, ...fingerprints],
            knownHostsFiles: ssh.knownHostsFiles.map((file) => besideFile(directory, file)),
            agent: ssh.agent,
            useSshConfig: ssh.useConfig,
            tailscaleSsh: ssh.tailscale,
            connectSeconds: ssh.connectSeconds,
            hiddenEnv,
            ...(ssh.privateKeyFile && { privateKeyFile: besideFile(directory, ssh.privateKeyFile) }),
            ...(ssh.passphraseEnv && { passphraseEnv: ssh.passphraseEnv }),
            ...(ssh.proxyJump && { proxyJump: ssh.proxyJump }),
            ...(ssh.proxyCommand && { proxyCommand: ssh.proxyCommand }),
          },
          { signal, jumps },
        );
      },
      openGateway: (port, signal) =>
        openGateway(port, {
          port: gateway.port,
          token: () => (gateway.tokenEnv ? process.env[gateway.tokenEnv] : undefined),
          signal,
        }),
    },
    calls: aws,
    mode,
    secrets: () => aws.secrets(),
    forget: () => aws.forget(),
    close() {
      ended.abort(new ProbeError('cancelled', 'the run has ended'));
      aws.close();
    },
  };
}

function gitPort({ git }: Environment, directory: string, signal: AbortSignal): GitPort {
  if (git?.repository !== undefined) return githubPort(git.api, process.env[git.tokenEnv], signal);
  if (git?.remote === undefined) return noGit();
  const { branch, remote } = git;
  return plainGitPort({ remote: remote.startsWith('.') ? resolve(directory, remote) : remote, branch, signal });
}

/** A relative path is one beside the environment file, wherever the command is started; `~` and `%` stand at the front. */
export function besideFile(directory: string, file: string): string {
  return /^[~%/]/.test(file) || file === 'none' ? file : resolve(directory, file);
}

/** Whatever can put something else in the place of AWS, the git host or Composio makes the run a simulation. */
export function modeOf(environment: Environment, env: NodeJS.ProcessEnv): Mode {
  const redirected = Object.keys(env).some((name) => /^AWS_ENDPOINT_URL(_|$)/.test(name) && env[name]);
  // Whoever holds the key of a further authority can answer in the place of AWS, and be believed.
  const unverified = env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' || Boolean(env['NODE_EXTRA_CA_CERTS']);
  const { git } = environment;
  const gitHost = git?.repository === undefined ? git?.remote : git.api;
  const hosts = [gitHost, environment.credentials.composio?.api];
  const plain = hosts.some((host) => host !== undefined && !isProvenRemote(host));
  return environment.aws.endpoint || redirected || unverified || plain ? 'simulated' : 'live';
}
