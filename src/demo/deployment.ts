import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parse, stringify } from 'yaml';

import { type AnswerAws, type AwsCall, startAwsServer } from './aws-server.ts';
import { hostAnswer } from './canary.ts';

import { change } from './changes.ts';
import { startGatewayServer } from './gateway-server.ts';
import { startGitServer } from './git-server.ts';
import { answerListing } from './listing.ts';
import { answerAws, assign, loadScenario, resolveTimes, type Scenario } from './scenario.ts';
import { type AnswerHost, startSshServer } from './ssh-server.ts';

/** A deployment that runs on this machine's loopback. */
export interface Deployment {
  /** Its environment file; the environment is `prod`. */
  readonly config: string;
  /** Where its AWS answers. */
  readonly endpoint: string;
  /** Variables that a run against it needs in its process environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Every call that its AWS has heard so far. */
  readonly awsCalls: readonly AwsCall[];
  close(): Promise<void>;
}

/** Puts a memory between the servers and the scenario: what was changed shows in later answers. */
export interface Memory {
  aws: AnswerAws;
  host: AnswerHost;
}

/** How a deployment differs from the one of `fixtures`. */
export interface DeploymentOptions {
  /** An empty folder that stays, in the place of a temporary one; AWS then also lists, and makes a few changes. */
  readonly folder?: string;
  /** Gets the scenario and the ports of the host that lead on, both of which it may change. */
  readonly remember?: (scenario: Scenario, forwarded: Map<number, number>) => Memory;
  /** Changes names and ids, in what the servers answer and in the environment file: for one of many deployments. */
  readonly rename?: (text: string) => string;
  /** How long the script takes on the host, in milliseconds. Default: 0. */
  readonly scriptMs?: number;
}

/**
 * Starts AWS, a host, its gateway and a git host on the loopback, all answering from `fixtures`, and writes the
 * environment file and keys for them into a new temporary folder. `close` ends the servers and removes the folder.
 * @param flaws planted in the good deployment
 */
export async function startDeployment(
  fixtures: string,
  flaws: readonly string[],
  { folder, remember, rename = (text) => text, scriptMs = 0 }: DeploymentOptions = {},
): Promise<Deployment> {
  const now = new Date();
  const scenario = JSON.parse(rename(JSON.stringify(loadScenario(fixtures, flaws, now)))) as Scenario;
  const directory = folder ?? mkdtempSync(join(tmpdir(), 'clawcheck-demo-'));
  const removed = async () => rmSync(directory, { recursive: true, force: true });
  const closers: (() => Promise<void>)[] = folder === undefined ? [removed] : [];
  const close = async () => {
    await Promise.allSettled(closers.map((closer) => closer()));
  };
  try {
    const token = randomBytes(24).toString('hex');
    const forwarded = new Map<number, number>();
    const memory = remember?.(scenario, forwarded) ?? plainly(scenario);
    const aws = await (folder === undefined
      ? startAwsServer((operation, input) => memory.aws(operation, input))
      : startAwsServer(
          (operation, input) => answerListing(scenario, operation, input),
          (request) => change(scenario, request),
        ));
    closers.push(() => aws.close());
    const gateway = await startGatewayServer(() => scenario, token);
    closers.push(() => gateway.close());
    const git = await startGitServer(scenario.git, token);
    closers.push(() => git.close());
    forwarded.set(18789, gateway.port);
    const ssh = await startSshServer((id, client) => memory.host(id, client), forwarded, scriptMs);
    closers.push(() => ssh.close());

    const key = join(directory, 'id_ed25519');
    writeFileSync(key, ssh.privateKey, { mode: 0o600 });
    writeFiles(join(fixtures, 'good', 'files'), directory, scenario, now);
    const config = join(directory, 'clawcheck.yaml');
    const address = { aws: aws.url, git: git.url, sshPort: ssh.port, fingerprint: ssh.fingerprint, key };
    writeFileSync(config, environmentFile(fixtures, scenario, address, now, rename));
    return {
      config,
      endpoint: aws.url,
      variables: {
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
        AWS_SECRET_ACCESS_KEY: 'embedded-deployment',
        AWS_EC2_METADATA_DISABLED: 'true',
        CLAWCHECK_GATEWAY_TOKEN: token,
        GITHUB_TOKEN: token,
        COMPOSIO_API_KEY: token,
      },
      awsCalls: aws.calls,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Answers as the scenario says, whatever happens. */
export function plainly(scenario: Scenario): Memory {
  return {
    aws(operation, input) {
      const { output, error } = answerAws(scenario, operation, input);
      return error ? { error } : { output };
    },
    host: (id) => hostAnswer(scenario, id),
  };
}

function writeFiles(source: string, directory: string, { files }: Scenario, now: Date): void {
  const write = (path: string, bytes: Buffer | string) => {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  };
  // Not copied with their modes: where the package may not be written, they still may.
  for (const entry of existsSync(source) ? readdirSync(source, { recursive: true, withFileTypes: true }) : []) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = resolveTimes(readFileSync(path, 'latin1'), now) as string;
    write(relative(source, path), Buffer.from(text, 'latin1'));
  }
  for (const [path, text] of Object.entries(files)) {
    if (text === null) rmSync(join(directory, path), { force: true });
    else write(path, text);
  }
}

interface Addresses {
  readonly aws: string;
  readonly git: string;
  readonly sshPort: number;
  readonly fingerprint: string;
  readonly key: string;
}

/** The environment file of the good deployment, pointed at the servers. */
function environmentFile(
  fixtures: string,
  scenario: Scenario,
  addresses: Addresses,
  now: Date,
  rename: (text: string) => string,
): string {
  const good = rename(readFileSync(join(fixtures, 'good', 'clawcheck.yaml'), 'utf8'));
  const file = parse(resolveTimes(good, now) as string);
  const prod = file.environments.prod;
  for (const [path, value] of Object.entries(scenario.environment)) assign(prod, path.split('.'), value);
  prod.aws.endpoint = addresses.aws;
  // The destinations of the fixtures are made up: from here nothing is to be heard of them.
  prod.network = { ...prod.network, controlFromHere: false };
  if (prod.git) prod.git.api = addresses.git;
  if (prod.credentials.composio) prod.credentials.composio.api = addresses.git;
  prod.ssh = {
    ...prod.ssh,
    hosts: ['127.0.0.1'],
    port: addresses.sshPort,
    fingerprints: [addresses.fingerprint],
    privateKeyFile: addresses.key,
    agent: false,
    useConfig: false,
    knownHostsFiles: [],
  };
  return stringify(file);
}
