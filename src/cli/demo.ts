import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../checks/index.ts';
import { livePorts } from '../adapters/live.ts';
import { startDeployment } from '../demo/deployment.ts';
import { fixturesFolder as fixtures } from '../demo/fixtures-folder.ts';
import { listFlaws, readFlaw } from '../demo/scenario.ts';
import { loadEnvironment } from '../environment/load.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { known } from '../runner/plan.ts';
import { execute } from './execute.ts';
import type { OutputOptions } from './output.ts';

interface DemoOptions extends OutputOptions {
  readonly scenario: string;
  readonly list?: boolean;
}

interface Composed {
  readonly title: string;
  readonly flaws: readonly string[];
}

/** Scenarios that consist of several flaws, or of none. */
function composed(name: string): Composed | undefined {
  if (name === 'good') return { title: 'everything as it should be', flaws: [] };
  const path = join(fixtures, name, 'scenario.json');
  return name === 'leaky' && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Composed) : undefined;
}

export async function demoCommand(options: DemoOptions): Promise<void> {
  const flaws = listFlaws(fixtures);
  if (options.list) {
    for (const name of ['good', 'leaky']) process.stdout.write(`${name}: ${composed(name)?.title}\n`);
    for (const name of flaws) process.stdout.write(`${name}: ${readFlaw(fixtures, name).title}\n`);
    process.exitCode = exitCodeOf('READY');
    return;
  }
  known(options.scenario, ['good', 'leaky', ...flaws], 'scenario');
  // A signal while the servers start must not leave them and their folder behind.
  let signalled: 'interrupted' | 'terminated' | undefined;
  const note = (signal: NodeJS.Signals) => {
    signalled = signal === 'SIGINT' ? 'interrupted' : 'terminated';
  };
  process.on('SIGINT', note).on('SIGTERM', note);
  const deployment = await startDeployment(fixtures, composed(options.scenario)?.flaws ?? [options.scenario]);
  process.off('SIGINT', note).off('SIGTERM', note);
  try {
    if (signalled) {
      process.exitCode = exitCodeOf(signalled);
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
      timeoutMs: 60_000,
      output: options,
      open: (signal) => livePorts(loaded, signal),
    });
  } finally {
    await deployment.close();
  }
}
