import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { registry } from '../../checks/index.ts';
import { allPages } from '../../src/adapters/aws/aws.ts';
import { type AnyCommand, loadService } from '../../src/adapters/aws/clients.ts';
import { classify } from '../../src/adapters/aws/errors.ts';
import { demandShape } from '../../src/adapters/aws/shape.ts';
import { accountsPath, allPages as allAccounts } from '../../src/adapters/composio/composio.ts';
import { localFiles } from '../../src/adapters/files/files.ts';
import { sshSignatures } from '../../src/adapters/signature/ssh-keygen.ts';
import { hostAnswer } from '../../src/demo/canary.ts';
import { gatewayScript } from '../../src/demo/gateway-script.ts';
import { answerAws, assign, loadScenario, resolveTimes, type Scenario } from '../../src/demo/scenario.ts';
import { parseEnvironmentFile } from '../../src/environment/load.ts';
import type { Environment } from '../../src/environment/schema.ts';
import type { EventSink } from '../../src/model/event.ts';
import { ProbeError, type Reason } from '../../src/model/reason.ts';
import type { Report } from '../../src/model/report.ts';
import type {
  AwsOperation,
  AwsPort,
  CallLog,
  InputOf,
  OperationRule,
  OutputOf,
  ServiceName,
} from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import type { ConnectedAccount } from '../../src/ports/composio.ts';
import type { FilesPort } from '../../src/ports/files.ts';
import type { GatewayPort, GatewayResponse } from '../../src/ports/gateway.ts';
import type { GitPort } from '../../src/ports/git.ts';
import type { HostPort, HostRecords } from '../../src/ports/host.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { WaitingPort } from '../../src/ports/waiting.ts';
import { run } from '../../src/runner/run.ts';

export const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** The start of every run in the rig. */
export const now = new Date('2026-03-04T05:06:07.000Z');

/** The environment file of the good deployment, as it stands at the start of a run. */
function goodFile(): string {
  return resolveTimes(readFileSync(join(fixtures, 'good', 'clawcheck.yaml'), 'utf8'), now) as string;
}

/** Reading an environment file costs more than most tests: each variant is read once. */
const read = new Map<string, Readonly<Record<string, object>>>();

function environmentsWith(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, object>> {
  const key = JSON.stringify(changes, (_, value) => (value === undefined ? '\0undefined' : value));
  let environments = read.get(key);
  if (!environments) {
    const file = parse(goodFile());
    for (const [path, value] of Object.entries(changes)) assign(file.environments.prod, path.split('.'), value);
    ({ environments } = parseEnvironmentFile(stringify(file), 'clawcheck.yaml'));
    read.set(key, environments);
  }
  return structuredClone(environments);
}

/** The environment of the good deployment, with some keys changed by dotted path. */
export function goodEnvironment(changes: Readonly<Record<string, unknown>> = {}): Environment {
  return { ...environmentsWith(changes)['prod'], name: 'prod' } as Environment;
}

/** The other environments of the good file. */
export function goodOthers(): readonly Environment[] {
  return Object.entries(environmentsWith({})).flatMap(([name, one]) =>
    name === 'prod' ? [] : [{ ...one, name } as Environment],
  );
}

/**
 * Stands between the run and its ports: sees each call, and may answer in the place of the scenario. An AWS answer is
 * that of one page, before members are demanded and pages are joined.
 */
export type Tap = (
  port: 'aws' | 'git' | 'composio' | 'files' | 'vantage' | 'gateway' | 'host',
  call: string,
  answer: () => Promise<unknown>,
  /** What is asked for, where the name of the call does not say it. */
  input?: unknown,
) => Promise<unknown>;

const noTap: Tap = (_port, _call, answer) => answer();

/** A scenario's ports, in this process: no sockets, but the same page loop and the same classification of errors. */
export function scenarioPorts(
  scenario: Scenario,
  environment: Environment,
  tap: Tap = noTap,
  twoPages = false,
): { ports: Ports; calls: CallLog } {
  const counts = new Map<string, number>();
  const answers = new Map<string, Promise<Record<string, unknown> | undefined>>();
  const time = skippingTime();
  const send = async (operation: AwsOperation, input: object) => {
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const rule: OperationRule = operations[operation];
    const ask = async () => {
      const { output, error } = twoPages ? pageOf(scenario, operation, input) : answerAws(scenario, operation, input);
      if (error) throw sdkError(error.code, error.status ?? 400);
      return reviveDates(output) as object;
    };
    try {
      const answer = (await tap('aws', operation, ask, input)) as Record<string, unknown> | undefined;
      if (answer) demandShape(operation, await commandOf(operation), answer);
      return answer;
    } catch (thrown) {
      if (rule.absent?.includes((thrown as Error).name)) return undefined;
      throw classify(thrown, operation, rule.action === undefined ? operation : rule.action);
    }
  };
  const find = (operation: AwsOperation, input: object) => {
    const key = `${operation} ${JSON.stringify(input)}`;
    const answer = answers.get(key) ?? allPages(operation, input, send);
    answers.set(key, answer);
    return answer;
  };
  const aws: AwsPort = {
    region: environment.aws.region,
    account: environment.aws.account,
    async find<O extends AwsOperation>(operation: O, input: InputOf<O>) {
      return (await find(operation, input as object)) as OutputOf<O> | undefined;
    },
    async read<O extends AwsOperation>(operation: O, input: InputOf<O>) {
      const answer = await find(operation, input as object);
      if (!answer) throw new ProbeError('not_found', `${operation} names something that does not exist`);
      return answer as OutputOf<O>;
    },
    inRegion: () => aws,
  };
  return {
    ports: {
      aws,
      git: tappedGit(scenarioGit(scenario), tap),
      composio: {
        connectedAccounts: () =>
          tap('composio', accountsPath, () => scenarioAccounts(scenario)) as Promise<readonly ConnectedAccount[]>,
      },
      files: tappedFiles(scenarioFiles(scenario), tap),
      vantage: {
        answers: (to) =>
          tap('vantage', to.host, async () => !scenario.silentHere.includes(to.host), to) as Promise<boolean>,
      },
      signatures: sshSignatures,
      openHost: () => tap('host', 'open', async () => tappedHost(scenarioHost(scenario), tap)) as Promise<HostPort>,
      openGateway: () => tappedGateway(scenarioGateway(scenario, time.elapsed), tap),
      waiting: time.waiting,
    },
    calls: { counts: () => [...counts].map(([operation, count]) => ({ operation, count })) },
  };
}

const commands = new Map<string, Promise<AnyCommand>>();

/** The command of the SDK for an operation, which knows the form of the answer. */
function commandOf(operation: AwsOperation): Promise<AnyCommand> {
  const found = commands.get(operation);
  if (found) return found;
  const [service, name] = operation.split(':') as [ServiceName, string];
  const command = loadService(service).then((loaded) => loaded.newCommand(name, {}));
  commands.set(operation, command);
  return command;
}

/** Lists of two and more come as a page with the first item and one with the rest. */
function pageOf(scenario: Scenario, operation: AwsOperation, input: object): ReturnType<typeof answerAws> {
  const { token, joined, members }: OperationRule = operations[operation];
  if (!token) return answerAws(scenario, operation, input);
  const [tokenIn, tokenOut] = token;
  const { [tokenIn]: given, ...rest } = input as Record<string, unknown>;
  const whole = answerAws(scenario, operation, rest);
  const output = whole.output as Record<string, unknown> | undefined;
  const lists = (joined ?? members).filter((name) => Array.isArray(output?.[name]));
  const isLong = lists.some((name) => ((output?.[name] ?? []) as unknown[]).length > 1);
  if (!output || output[tokenOut] !== undefined || !isLong) return whole;
  const cut = lists.map((name) => {
    const items = output[name] as unknown[];
    return [name, given === undefined ? items.slice(0, 1) : items.slice(1)];
  });
  const more = given === undefined && { [tokenOut]: 'the-rest' };
  return { ...whole, output: { ...output, ...Object.fromEntries(cut), ...more } };
}

/** An error as the SDK throws it. */
export function sdkError(name: string, status: number): Error {
  return Object.assign(new Error(), { name, $metadata: { httpStatusCode: status } });
}

function tappedGit(git: GitPort, tap: Tap): GitPort {
  return { get: (path) => tap('git', path, () => git.get(path)) };
}

function tappedFiles(files: FilesPort, tap: Tap): FilesPort {
  return {
    read: (path) => tap('files', path, () => files.read(path)) as Promise<string | undefined>,
    sha256: (path) => tap('files', `sha256 ${path}`, () => files.sha256(path)) as Promise<string | undefined>,
    glob: (pattern) => tap('files', pattern, () => files.glob(pattern)) as Promise<string[]>,
  };
}

function tappedGateway(gateway: GatewayPort, tap: Tap): GatewayPort {
  return {
    get: (path) => tap('gateway', `GET ${path}`, () => gateway.get(path)) as Promise<GatewayResponse>,
    rpc: (method, ...more) => tap('gateway', `rpc ${method}`, () => gateway.rpc(method, ...more), more[0]),
  };
}

function tappedHost(host: HostPort, tap: Tap): HostPort {
  return {
    ...host,
    async run(programs, signal, first) {
      const answers = await host.run(programs, signal, first);
      const tapped = programs.map(async ({ id }): Promise<[string, HostRecords | ProbeError]> => {
        const answer = async () => answers.get(id);
        try {
          return [id, (await tap('host', id, answer)) as HostRecords | ProbeError];
        } catch (thrown) {
          // One part that goes wrong has its own error; the others have their answers.
          return [id, thrown as ProbeError];
        }
      });
      return new Map(await Promise.all(tapped));
    },
    async close() {
      await tap('host', 'close', () => host.close());
    },
  };
}

function scenarioHost(scenario: Scenario): HostPort {
  return {
    label: 'ops@10.20.1.10:22',
    hostKeyFingerprint: 'SHA256:0000000000000000000000000000000000000000000',
    async run(programs, _signal, first) {
      const answers = new Map<string, HostRecords | ProbeError>();
      for (const { id } of programs) {
        const answer = hostAnswer(scenario, id) ?? { error: 'bad_response' };
        answers.set(id, 'error' in answer ? new ProbeError(answer.error as Reason, `${id} failed`) : answer);
      }
      const early = answers.get(programs[0]?.id ?? '');
      if (early && !(early instanceof ProbeError)) first?.(early);
      return answers;
    },
    forward: () => Promise.reject(new ProbeError('unreachable', 'nothing listens')),
    close: async () => {},
  };
}

function scenarioGateway(scenario: Scenario, elapsed: () => number): GatewayPort {
  const script = gatewayScript(scenario, () => now, elapsed);
  return {
    async get(path) {
      const { status = 200, contentType, body, error } = script.get(path);
      if (error) throw new ProbeError(error, `GET ${path} failed`);
      const isJson = typeof body !== 'string';
      return { status, contentType: contentType ?? 'application/json', json: isJson ? body : undefined, elapsedMs: 3 };
    },
    async rpc(method, params) {
      const answer = await script.rpc(method, params);
      if ('error' in answer) throw new ProbeError(answer.error, `${method} failed`);
      return structuredClone(answer.payload);
    },
  };
}

function scenarioGit(scenario: Scenario): GitPort {
  return {
    async get(path) {
      const body = scenario.git[path];
      const error = (body as { error?: { reason?: Reason } } | null | undefined)?.error;
      if (error?.reason) throw new ProbeError(error.reason, `GET ${path} failed`);
      return structuredClone(body ?? undefined);
    },
  };
}

function scenarioAccounts(scenario: Scenario): Promise<readonly ConnectedAccount[]> {
  return allAccounts(async () => scenarioGit(scenario).get(`${accountsPath}?limit=100`));
}

/** The files of the good deployment, each read and each pattern looked for once. */
const goodFiles = onceEach(localFiles(join(fixtures, 'good', 'files')));

function onceEach(files: FilesPort): Pick<FilesPort, 'read' | 'glob'> {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const answer = answers.get(key) ?? ask();
    answers.set(key, answer);
    return answer as Promise<T>;
  };
  return {
    read: (path) => once(`read ${path}`, () => files.read(path)),
    glob: async (pattern) => [...(await once(`glob ${pattern}`, () => files.glob(pattern)))],
  };
}

function scenarioFiles(scenario: Scenario): FilesPort {
  const base = goodFiles;
  const { files } = scenario;
  return {
    async read(path) {
      if (Object.hasOwn(files, path)) return files[path] ?? undefined;
      const text = await base.read(path);
      return text === undefined ? undefined : (resolveTimes(text, now) as string);
    },
    async sha256(path) {
      const text = await this.read(path);
      return text === undefined ? undefined : createHash('sha256').update(text).digest('hex');
    },
    async glob(pattern) {
      const { default: picomatch } = await import('picomatch');
      const matches = picomatch(pattern, { dot: true });
      const added = Object.keys(files).filter((path) => files[path] !== null && matches(path));
      const there = (await base.glob(pattern)).filter((path) => files[path] !== null);
      return [...new Set([...there, ...added])].sort();
    },
  };
}

/** Time that passes at once where a probe waits, for the probe and for the gateway: what waits is tried to its end. */
function skippingTime(): { elapsed: () => number; waiting: WaitingPort } {
  const start = performance.now();
  let skipped = 0;
  return {
    elapsed: () => performance.now() - start + skipped,
    waiting(_, signal) {
      let own = 0;
      return {
        elapsed: () => performance.now() - start + own,
        async wait(ms) {
          await new Promise((resolve) => setImmediate(resolve));
          signal.throwIfAborted();
          own += ms;
          skipped += ms;
        },
      };
    },
  };
}

/** A copy as the SDK gives it: dates are `Date`, and ISO text in fixtures. */
export function reviveDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveDates);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, reviveDates(v)]));
  }
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return new Date(value);
  return value;
}

const scenarios = new Map<string, Scenario>();

/** A scenario that nothing changes: read once. Its answers are copies. */
function sharedScenario(flaws: readonly string[]): Scenario {
  const key = flaws.join();
  const scenario = scenarios.get(key) ?? loadScenario(fixtures, flaws, now);
  scenarios.set(key, scenario);
  return scenario;
}

/** Runs all checks, or some, on the good deployment with flaws planted in it. */
export async function runScenario(
  flaws: readonly string[] = [],
  more: {
    checks?: readonly string[];
    areas?: readonly string[];
    change?: (scenario: Scenario) => void;
    tap?: Tap;
    /** Whether long lists of AWS come in two pages. Default: in one. */
    twoPages?: boolean;
    nonce?: string;
    emit?: EventSink;
    timeoutMs?: number;
    active?: boolean;
  } = {},
): Promise<Report> {
  const scenario = more.change ? structuredClone(sharedScenario(flaws)) : sharedScenario(flaws);
  more.change?.(scenario);
  const environment = goodEnvironment(scenario.environment);
  const { ports, calls } = scenarioPorts(scenario, environment, more.tap, more.twoPages);
  return run({
    registry,
    environment,
    others: goodOthers(),
    fileSha256: '0'.repeat(64),
    selection: { areas: more.areas ?? [], checks: more.checks ?? [] },
    active: more.active === true,
    ports,
    calls,
    mode: 'simulated',
    version: '0.0.0',
    clock: () => now,
    ...(more.nonce !== undefined && { nonce: more.nonce }),
    emit: more.emit ?? (() => {}),
    interrupt: new AbortController().signal,
    timeoutMs: more.timeoutMs ?? 30_000,
  });
}

/** The status of each check of a report, by id. */
export function statusesOf(report: Report): Record<string, string> {
  return Object.fromEntries(report.areas.flatMap(({ checks }) => checks.map(({ id, status }) => [id, status])));
}
