import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { registry } from '../../checks/index.ts';
import { isFolder } from '../adapters/files/kind.ts';
import { livePorts } from '../adapters/live.ts';
import { type Deployment, startDeployment } from '../demo/deployment.ts';
import { fixturesFolder as fixtures } from '../demo/fixtures-folder.ts';
import { listFlaws, readFlaw } from '../demo/scenario.ts';
import { loadEnvironment } from '../environment/load.ts';
import { type EndedBy, exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { known } from '../runner/plan.ts';
import { execute } from './execute.ts';
import type { OutputOptions } from './output.ts';
import { onEnd } from './signals.ts';

interface DemoOptions extends OutputOptions {
  readonly serve?: string;
  readonly scenario: string;
  readonly list?: boolean;
  readonly active?: boolean;
}

interface Composed {
  readonly title: string;
  readonly flaws: readonly string[];
}

export const composedNames = ['good', 'leaky', 'tutorial'];

/** Scenarios that consist of several flaws, or of none. */
function composed(name: string): Composed | undefined {
  if (name === 'good') return { title: 'everything as it should be', flaws: [] };
  const path = join(fixtures, name, 'scenario.json');
  return composedNames.includes(name) && existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Composed)
    : undefined;
}

export async function demoCommand(options: DemoOptions): Promise<void> {
  const all = listFlaws(fixtures);
  if (options.list) {
    for (const name of composedNames) process.stdout.write(`${name}: ${composed(name)?.title}\n`);
    for (const name of all) process.stdout.write(`${name}: ${readFlaw(fixtures, name).title}\n`);
    process.exitCode = exitCodeOf('READY');
    return;
  }
  known(options.scenario, [...composedNames, ...all], 'scenario');
  // Until all is closed: a signal before or after the run itself must not leave the servers and their folder behind.
  let signalled: EndedBy | undefined;
  const release = onEnd((by) => {
    signalled = by;
  });
  const folder = options.serve === undefined ? {} : { folder: newFolder(options.serve) };
  const flaws = composed(options.scenario)?.flaws ?? [options.scenario];
  const deployment = await startDeployment(fixtures, flaws, folder);
  try {
    if (signalled) {
      process.exitCode = exitCodeOf(signalled);
      return;
    }
    if (options.serve !== undefined) {
      serve(deployment, options.serve);
      await new Promise<void>((resolve) => onEnd(() => resolve()));
      process.exitCode = exitCodeOf('READY');
      return;
    }
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL', 'HTTP_PROXY', 'HTTPS_PROXY']) {
      delete process.env[name];
    }
    Object.assign(process.env, deployment.variables);
    const loaded = loadEnvironment(deployment.config, 'prod');
    await execute({
      loaded,
      registry,
      selection: { areas: [], checks: [] },
      active: options.active === true,
      timeoutMs: 60_000,
      output: options,
      open: (signal) => livePorts(loaded, signal),
    });
  } finally {
    await deployment.close();
    release();
  }
}

/** @throws UsageError for a folder that has something in it */
function newFolder(path: string): string {
  const folder = resolve(path);
  if (existsSync(folder) && (!isFolder(folder) || readdirSync(folder).length > 0))
    throw new UsageError(`${path} is there already`, 'Name a folder that does not exist, or is empty.');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The region that the fixtures are of. */
const region = 'eu-west-1';

/** Puts what a shell needs to talk to the deployment beside it, and says how to go on. */
function serve({ config, variables, endpoint }: Deployment, folder: string): void {
  const { ssh } = loadEnvironment(config, 'prod').environment;
  const way = { DEMO_SSH_PORT: String(ssh.port), DEMO_SSH_FINGERPRINT: ssh.fingerprints[0] ?? '' };
  const all = { ...variables, AWS_REGION: region, AWS_DEFAULT_REGION: region, AWS_ENDPOINT_URL: endpoint, ...way };
  const lines = Object.entries(all).map(([name, value]) => `export ${name}='${value}'\n`);
  // What a person would have filled in; the environment file itself is left for `init` to write.
  renameSync(config, join(dirname(config), 'complete.yaml'));
  writeFileSync(join(dirname(config), 'demo.env'), lines.join(''), { mode: 0o600 });
  process.stdout.write(
    [
      `The embedded deployment runs until you stop this (Ctrl-C). In another terminal:`,
      `  cd ${folder} && . ./demo.env`,
      `  clawcheck init --yes --endpoint "$AWS_ENDPOINT_URL" --ssh-host 127.0.0.1 \\`,
      `    --ssh-port "$DEMO_SSH_PORT" --ssh-key id_ed25519 --ssh-fingerprint "$DEMO_SSH_FINGERPRINT"`,
      `complete.yaml is an environment file with all that only a person knows.`,
      '',
    ].join('\n'),
  );
}
