import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import { assign, type Flaw } from '../../src/demo/scenario.ts';
import type { CheckResult, Report } from '../../src/model/report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { type CliResult, clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

type Closer = () => unknown;

/** Everything that a test started, ended in the reverse order. */
export class Cleanup {
  readonly #closers: Closer[] = [];

  add(close: Closer): void {
    this.#closers.push(close);
  }

  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'clawcheck-promise-'));
    this.add(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  async run(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

/** The embedded deployment, with flaws of the fixtures or of the test itself planted in it. */
export async function deploy(cleanup: Cleanup, flaws: readonly (string | Flaw)[] = []): Promise<Deployment> {
  const own = flaws.filter((flaw) => typeof flaw !== 'string');
  let source = fixtures;
  if (own.length > 0) {
    source = join(cleanup.folder(), 'fixtures');
    cpSync(fixtures, source, { recursive: true });
    for (const [i, flaw] of own.entries()) writeFileSync(join(source, 'flaws', `own-${i}.json`), JSON.stringify(flaw));
  }
  const names = flaws.map((flaw) => (typeof flaw === 'string' ? flaw : `own-${own.indexOf(flaw)}`));
  const deployment = await startDeployment(source, names);
  cleanup.add(() => deployment.close());
  return deployment;
}

/** Changes the environment file of a deployment by dotted path; null removes. */
export function configure({ config }: Deployment, changes: Readonly<Record<string, unknown>>): void {
  const file = parse(readFileSync(config, 'utf8'));
  for (const [path, value] of Object.entries(changes)) assign(file.environments.prod, path.split('.'), value);
  writeFileSync(config, stringify(file));
}

export function setting({ config }: Deployment, ...path: string[]): unknown {
  let value = parse(readFileSync(config, 'utf8')).environments.prod;
  for (const key of path) value = value[key];
  return value;
}

export interface Ran extends CliResult {
  /** The report of the standard output, where there is one. */
  readonly report: Report;
}

/** Runs the built command line on a deployment, with the JSON report on the standard output. */
export async function runOn(
  { config, variables }: Deployment,
  { args = [], env = {}, ...more }: { args?: readonly string[] } & NonNullable<Parameters<typeof clawcheck>[1]> = {},
): Promise<Ran> {
  const command = ['run', '--env', 'prod', '-c', config, '-q', '--timeout', '60', ...args];
  const result = await clawcheck(args.includes('-o') ? command : [...command, '--format', 'json'], {
    env: { ...variables, ...env },
    ...more,
  });
  const report = result.stdout.startsWith('{') ? reportSchema.parse(JSON.parse(result.stdout)) : undefined;
  return { ...result, report: report as Report };
}

export function checksOf(report: Report): readonly CheckResult[] {
  return report.areas.flatMap(({ checks }) => checks);
}

/** Listens on the loopback and passes bytes on, showing those of the client. @returns the port */
export async function relay(cleanup: Cleanup, to: number, onClient: (bytes: Buffer, socket: Socket) => void) {
  const server = createServer((socket) => {
    const onward = connect(to, '127.0.0.1');
    socket.on('data', (bytes: Buffer) => {
      onClient(bytes, socket);
      onward.write(bytes);
    });
    onward.pipe(socket);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  return listen(cleanup, server);
}

/** A server in front of the deployment's AWS. `instead` answers a call itself and says so, or lets it through. */
export async function interpose(
  cleanup: Cleanup,
  deployment: Deployment,
  instead: (body: string, incoming: IncomingMessage, response: ServerResponse) => boolean,
): Promise<string> {
  const { hostname, port } = new URL(setting(deployment, 'aws', 'endpoint') as string);
  const server = createHttpServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      if (instead(body.toString('latin1'), incoming, response)) return;
      const { method, url: path, headers } = incoming;
      const onward = request({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      onward.end(body);
    });
  });
  cleanup.add(() => server.closeAllConnections());
  const url = `http://127.0.0.1:${await listen(cleanup, server)}`;
  configure(deployment, { 'aws.endpoint': url });
  return url;
}

export async function listen(cleanup: Cleanup, server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.add(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Every file below a folder, with its text byte for byte. */
export function filesBelow(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }));
}
