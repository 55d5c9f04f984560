import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { ProbeError } from '../../model/reason.ts';
import { bareEnv } from '../child-env.ts';

/** Bytes that git may write into one file, such as the pack of a fetch. */
export const largestPack = 256 * 1024 * 1024;
/** Bytes of output that are read, such as the list of a tree. */
const largestOutput = 64 * 1024 * 1024;
const mostStderr = 16 * 1024;

export interface GitRun {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number;
}

export interface GitLimits {
  /** The repository, in which nothing but what git put there is, so that no other configuration is read. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly protocols: string;
  /** Bytes of one file. */
  readonly pack: number;
}

/** No question to a person, and nothing of ~/.ssh/config; keys of the agent and of the default files, known hosts only. */
const sshCommand =
  'ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20 -o ForwardAgent=no -o PermitLocalCommand=no';

const settings = [
  ['core.hooksPath', devNull],
  ['credential.helper', ''],
  ['fetch.unpackLimit', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['http.followRedirects', 'false'],
  ['protocol.version', '2'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/**
 * Runs git without configuration of user and system, prompts, hooks and credential helpers, and with an end to what it
 * may write. Its own text is for telling failures apart only.
 * @throws ProbeError `tool_missing`, `truncated`, and the reason of the signal
 */
export function runGit({ directory, signal, protocols, pack }: GitLimits, args: readonly string[]): Promise<GitRun> {
  const { SSH_ASKPASS: _, SSH_ASKPASS_REQUIRE: __, DISPLAY: ___, WAYLAND_DISPLAY: ____, ...bare } = bareEnv();
  const env = {
    ...bare,
    LC_ALL: 'C',
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: protocols,
    GIT_SSH_COMMAND: sshCommand,
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
  // Not every system limits memory; every one limits the size of a file, in blocks of 512 bytes.
  const limited = `ulimit -f ${Math.ceil(pack / 512)} || exit 1; ulimit -v 4194304 2>/dev/null; exec git "$@"`;
  signal.throwIfAborted();
  return new Promise((done, reject) => {
    const child = spawn('/bin/sh', ['-c', limited, 'git', ...settings, ...args], {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = '';
    // With ssh and the helpers that it started.
    const stop = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestOutput) stop();
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      // The reason stands at the end.
      stderr = (stderr + chunk.toString('latin1')).slice(-mostStderr);
    });
    child.once('error', () => reject(noGitProgram()));
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (size > largestOutput) reject(tooMuch());
      else if (code === 127 || code === 126) reject(noGitProgram());
      else done({ stdout: Buffer.concat(stdout), stderr, code: code ?? -1 });
    });
  });
}

function noGitProgram(): ProbeError {
  return new ProbeError('tool_missing', 'git could not be started', { next: 'Install git 2.32 or later here.' });
}

/** Only a part was read. */
export function tooMuch(): ProbeError {
  return new ProbeError('truncated', 'the git repository is larger than what is read of it', {
    next: 'Let the remote allow partial fetches (uploadpack.allowFilter), or name a repository of the documents alone.',
  });
}
