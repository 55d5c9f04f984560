import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ProbeError } from '../../model/reason.ts';
import { childEnv } from '../child-env.ts';

export interface PromptfooOptions {
  /** A program of PATH, or a path, which is relative to `directory`. */
  readonly program: string;
  /** The folder of the environment file, in which it is run. */
  readonly directory: string;
  /** Longest time for one configuration against its models. */
  readonly runSeconds: number;
  /** Names of variables that it must not see. */
  readonly hidden: readonly string[];
  readonly signal: AbortSignal;
}

export type Evaluate = (config: string, mode: 'cases' | 'run') => Promise<string>;

const casesSeconds = 60;
const largest = 32 * 1024 * 1024;
/** All passed, or some cases did not: both leave results. */
const ends = [0, 100];

/**
 * promptfoo, as it is installed. `cases` lets it evaluate a configuration with an echo in the place of every model and
 * grader: no call is made, and the results hold the cases as promptfoo understood them. `run` asks the configured models.
 * One after another; what it writes for itself goes into a folder that is removed.
 *
 * @throws ProbeError `tool_missing`, `timeout`, `bad_response` (it ended without results), `truncated`, `cancelled`
 */
export function promptfoo(options: PromptfooOptions): Evaluate {
  let before: Promise<unknown> = Promise.resolve();
  return (config, mode) => {
    const turn = before.then(() => evaluate(options, config, mode));
    before = turn.catch(() => {});
    return turn;
  };
}

async function evaluate(options: PromptfooOptions, config: string, mode: 'cases' | 'run'): Promise<string> {
  const { directory, runSeconds, hidden, signal } = options;
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'clawcheck-promptfoo-'));
  try {
    const output = join(folder, 'results.json');
    const quiet = ['--no-cache', '--no-write', '--no-table', '--no-progress-bar', '--no-share'];
    const echo = mode === 'cases' ? ['-r', 'echo', '--grader', 'echo'] : [];
    const commit = await commitOf(directory);
    const own = {
      PROMPTFOO_CONFIG_DIR: join(folder, 'home'),
      PROMPTFOO_DISABLE_TELEMETRY: '1',
      PROMPTFOO_DISABLE_UPDATE: '1',
    };
    const { GITHUB_SHA: _, ...env } = childEnv(hidden);
    const seconds = mode === 'cases' ? casesSeconds : runSeconds;
    const code = await runToEnd(options, ['eval', '-c', config, '-o', output, ...quiet, ...echo], seconds, {
      ...env,
      ...own,
      ...(commit && { GITHUB_SHA: commit }),
    });
    const size = await stat(output).then(
      (found) => found.size,
      () => undefined,
    );
    if (!ends.includes(code) || size === undefined) {
      throw new ProbeError('bad_response', `promptfoo ended with code ${code} and without results of ${config}`, {
        next: `Run it by hand: promptfoo eval -c ${config}; 0.123 needs Node 22.22 or newer in PATH.`,
      });
    }
    if (size > largest) throw new ProbeError('truncated', 'the results of promptfoo are too large to read');
    return await readFile(output, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function runToEnd(
  { program, directory, signal }: PromptfooOptions,
  args: readonly string[],
  seconds: number,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const command = program.includes('/') ? resolve(directory, program) : program;
  const late = AbortSignal.timeout(seconds * 1000);
  return new Promise((done, reject) => {
    const child = spawn(command, args, { cwd: directory, env, stdio: 'ignore', detached: true });
    const stop = () => {
      // With what it started, such as providers that are programs.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const both = AbortSignal.any([signal, late]);
    both.addEventListener('abort', stop, { once: true });
    child.once('error', () => {
      reject(
        new ProbeError('tool_missing', 'promptfoo could not be started', {
          next: 'Compare skills.promptfoo with where promptfoo is installed.',
        }),
      );
    });
    child.once('exit', (code) => {
      both.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (late.aborted) reject(new ProbeError('timeout', `promptfoo took more than ${seconds} s`));
      else done(code ?? -1);
    });
  });
}

/** The commit of the files that are evaluated: none where they differ from it, or are not in git. */
async function commitOf(directory: string): Promise<string | undefined> {
  const git = promisify(execFile);
  const run = async (...args: string[]) =>
    (await git('git', ['-C', directory, ...args], { timeout: 10_000, maxBuffer: 1024 * 1024 })).stdout.trim();
  try {
    const [commit, changes] = [await run('rev-parse', 'HEAD'), await run('status', '--porcelain', '--', '.')];
    return changes === '' && /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
  } catch {
    return undefined;
  }
}
