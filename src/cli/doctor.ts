import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { livePorts } from '../adapters/live.ts';
import { examine } from '../doctor/doctor.ts';
import { type Finding, ok, problem } from '../doctor/finding.ts';
import { nodeFinding } from '../doctor/node-version.ts';
import { loadEnvironment } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { ProbeError } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import { outlineOf } from '../runner/outline.ts';
import { extendedRegistry } from './extended.ts';
import { say } from './say.ts';
import { secondsOf } from './seconds.ts';
import { packageFile } from './version.ts';

interface DoctorOptions {
  readonly env?: string;
  readonly config: string;
  readonly checks: readonly string[];
  readonly timeout: string;
  readonly format: 'text' | 'json';
}

/** Tries everything that a run needs. Exits with 0 when a run could look at everything. */
export async function doctorCommand(options: DoctorOptions): Promise<void> {
  const seconds = secondsOf(options.timeout);
  const loaded = loadEnvironment(options.config, options.env);
  const { environment, others } = loaded;
  const { registry } = await extendedRegistry(options.checks, loaded);
  const late = new AbortController();
  // Every call in flight listens.
  setMaxListeners(0, late.signal);
  const timer = setTimeout(() => {
    late.abort(new ProbeError('timeout', `there was no answer within the ${seconds} s of --timeout`));
  }, seconds * 1000);
  const live = livePorts(loaded, late.signal);
  try {
    const context = { environment, others, now: new Date(), nonce: randomUUID(), signal: late.signal };
    const outline = outlineOf(registry, environment, { areas: [], checks: [] });
    const findings = [
      nodeFinding(process.versions.node, wantedNode()),
      ...variableFindings(environment, process.env),
      ...(await examine({ registry, outline, ports: live.ports, context })),
    ];
    const complete = findings.every(({ state }) => state !== 'problem');
    if (options.format === 'text') say(process.stdout, render(findings, complete));
    else {
      const data = { environment: environment.name, complete, findings };
      process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    }
    process.exitCode = exitCodeOf(complete ? 'READY' : 'INCOMPLETE');
  } finally {
    clearTimeout(timer);
    live.close();
  }
}

/** What package.json asks of Node. */
function wantedNode(): string {
  return (JSON.parse(readFileSync(packageFile(), 'utf8')) as { engines: { node: string } }).engines.node;
}

/** Variables that the environment file names and that are not set here. Their values are never shown. */
function variableFindings({ credentials, gateway, git, ssh }: Environment, env: NodeJS.ProcessEnv): Finding[] {
  const named = [
    ['gateway.tokenEnv', gateway.tokenEnv, 'the token of the gateway'],
    ['git.tokenEnv', git?.repository === undefined ? undefined : git.tokenEnv, 'a read token of the git host'],
    ['credentials.composio.keyEnv', credentials.composio?.keyEnv, 'the key of the project in Composio'],
    ['ssh.passphraseEnv', ssh.passphraseEnv, 'the passphrase of the key'],
  ] as const;
  const findings = named.flatMap(([key, name, content]): Finding[] => {
    if (name === undefined) return [];
    return env[name]
      ? [ok('variables', `${name} is set`)]
      : [problem('variables', `${name} of ${key} is not set`, `Put ${content} into it.`)];
  });
  if (gateway.tokenEnv !== undefined) return findings;
  return [
    ...findings,
    problem('variables', 'gateway.tokenEnv is not named', 'Name the variable that has the token of the gateway.'),
  ];
}

const marks = { ok: 'ok  ', problem: 'FAIL', note: 'note' } as const;

function render(findings: readonly Finding[], complete: boolean): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(({ what, state, message, next }) => {
    const line = `${marks[state]}  ${what.padEnd(width)}  ${inert(message, 2000)}`;
    return state === 'problem' && next ? `${line}. ${inert(next, 2000)}` : line;
  });
  const problems = findings.filter(({ state }) => state === 'problem').length;
  lines.push(
    '',
    complete ? 'A run could look at everything.' : `A run could not look at everything: ${problems} to mend.`,
  );
  return `${lines.join('\n')}\n`;
}
