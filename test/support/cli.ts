import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line with an environment of its own: no credentials and no colours of whoever tests. */
export function clawcheck(
  args: readonly string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    onSpawn?: (pid: number, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<CliResult> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    XDG_CACHE_HOME: `${root}node_modules/.cache`,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...options.env,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${root}dist/clawcheck.js`, ...args], { cwd: options.cwd ?? root, env });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const stderr = Buffer.concat(err).toString();
      // A warning of Node, such as of a listener too many, is a defect that a verdict does not show.
      const warning = /^\(node:\d+\) .*/m.exec(stderr);
      if (warning) reject(new Error(`clawcheck ${args.join(' ')}: ${warning[0]}`));
      else resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr });
    });
    if (child.pid) options.onSpawn?.(child.pid, (signal) => child.kill(signal));
  });
}
