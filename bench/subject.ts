import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import type { AwsAnswer } from '../src/demo/aws-server.ts';
import { plainly, startDeployment } from '../src/demo/deployment.ts';
import { hostIdentity } from '../src/probes/host/identity.ts';
import { type Distant, distant, tlsInFront } from './distance.ts';

export interface Call {
  readonly operation: string;
  readonly input: unknown;
}

export interface Bench {
  readonly config: string;
  readonly folder: string;
  readonly endpoint: string;
  readonly env: Record<string, string>;
  /** What came since the last time this was asked. */
  take(): {
    readonly calls: readonly Call[];
    /** When each call came, in milliseconds of a clock that only goes forward. */
    readonly arrivals: readonly number[];
    readonly connections: number;
    readonly sshConnections: number;
    /** Scripts that hosts were sent. */
    readonly scripts: number;
    readonly duplicates: number;
    readonly throttled: number;
  };
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly apiMs: number;
  readonly hostMs: number;
  readonly scriptMs: number;
  readonly instances?: number;
  /** So many of the instances have an address. Default: 1. */
  readonly hosts?: number;
}

/** The good deployment, so far away; AWS over TLS, with EC2's documented bucket for each operation. */
export async function startBench(
  fixtures: string,
  { apiMs, hostMs, scriptMs, instances = 1, hosts = 1 }: BenchOptions,
): Promise<Bench> {
  let calls: Call[] = [];
  let arrivals: number[] = [];
  let throttled = 0;
  let scripts = 0;
  const grow = grower(instances);
  const addresses = Array.from({ length: hosts }, (_, n) =>
    n === 0 ? '127.0.0.1' : `127.0.${1 + (n >> 8)}.${n & 255}`,
  );
  const buckets = new Map<string, { tokens: number; at: number }>();
  const deployment = await startDeployment(fixtures, [], {
    scriptMs,
    remember(scenario) {
      const plain = plainly(scenario);
      return {
        ...plain,
        async aws(operation, input) {
          calls.push({ operation, input });
          const now = performance.now();
          arrivals.push(now);
          const bucket = buckets.get(operation) ?? { tokens: 100, at: now };
          bucket.tokens = Math.min(100, bucket.tokens + ((now - bucket.at) / 1000) * 20) - 1;
          bucket.at = now;
          buckets.set(operation, bucket);
          if (bucket.tokens < 0) {
            throttled += 1;
            return { error: { code: 'RequestLimitExceeded', status: 503 } };
          }
          const asked = grow.back(input) as Record<string, unknown>;
          return grow.answer(await plain.aws(operation, asked), input);
        },
        host(id, client) {
          if (id === hostIdentity.id) scripts += 1;
          return grow.host(plain.host(id, client), addresses.indexOf(client));
        },
      };
    },
  });
  const folder = dirname(deployment.config);
  const tls = await tlsInFront(Number(new URL(deployment.endpoint).port), folder);
  const api = await distant(tls.port, apiMs);
  const file = parse(readFileSync(deployment.config, 'utf8'));
  const { prod } = file.environments;
  const ssh: Distant[] = [];
  for (const address of addresses) {
    // One port for all: the environment file names one.
    ssh.push(await distant(prod.ssh.port, hostMs, { address, port: ssh[0]?.port ?? 0 }));
  }
  const git = await distant(Number(new URL(prod.git.api).port), apiMs);
  const endpoint = `https://127.0.0.1:${api.port}`;
  prod.aws.endpoint = endpoint;
  prod.ssh.port = ssh[0]?.port;
  prod.ssh.hosts = addresses;
  prod.git.api = `http://127.0.0.1:${git.port}`;
  const config = join(folder, 'bench.yaml');
  writeFileSync(config, stringify(file));
  const logins = () => ssh.reduce((sum, host) => sum + host.connections(), 0);
  let before = { api: 0, ssh: 0 };
  return {
    config,
    folder,
    endpoint,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      NODE_EXTRA_CA_CERTS: tls.certificate,
      AWS_CA_BUNDLE: tls.certificate,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      ...deployment.variables,
    },
    take() {
      const taken = {
        calls,
        arrivals,
        connections: api.connections() - before.api,
        sshConnections: logins() - before.ssh,
        scripts,
        duplicates: calls.filter((a, i) => calls.slice(0, i).some((b) => isDeepStrictEqual(a, b))).length,
        throttled,
      };
      calls = [];
      arrivals = [];
      throttled = 0;
      scripts = 0;
      buckets.clear();
      before = { api: api.connections(), ssh: logins() };
      return taken;
    },
    async close() {
      await Promise.all([api, tls, git, deployment, ...ssh].map((server) => server.close()));
    },
  };
}

const numbered = /\b((?:i|eni|vol)-0)([0-9a-f]{3})([0-9a-f]{5,14})\b/g;

const measuredGroup = 'openclaw-prod';

/**
 * Makes many instances of one: every member of a list that names the instance, an interface or a volume stands there
 * once for each instance, with ids of its own. Ids keep their order. So do the
 * log events of an instance.
 */
function grower(instances: number) {
  const originals = new Map<string, string>();
  const idOf = (n: number, id: string) => {
    if (n === 0) return id;
    const own = id.replace(numbered, (_, kind, __, rest) => `${kind}${(0x100 + n).toString(16)}${rest}`);
    originals.set(own, id);
    return own;
  };
  const numberOf = (id: string) =>
    originals.has(id) ? Number.parseInt(id.split('-0')[1]?.slice(0, 3) ?? '', 16) - 0x100 : 0;
  const copy = (value: unknown, n: number): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(numbered, (id) => idOf(n, id)));
  const names = (value: unknown) => /"(?:i|eni|vol)-0[0-9a-f]{8,17}"/.test(JSON.stringify(value));

  const multiply = (value: unknown, wanted: readonly number[]): unknown => {
    if (Array.isArray(value)) {
      // The innermost list whose members name an instance is not it: a reservation holds the whole instance.
      return value.flatMap((item) => (names(item) ? wanted.map((n) => copy(item, n)) : [multiply(item, wanted)]));
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        key === 'AutoScalingGroups'
          ? groups(item, wanted)
          : key === 'events'
            ? events(item, wanted)
            : multiply(item, wanted),
      ]),
    );
  };
  const groups = (value: unknown, wanted: readonly number[]) =>
    // Those of the deployment that is looked at: the other environment of the file stays as small as it is.
    (value as Record<string, unknown>[]).map((group) =>
      group['AutoScalingGroupName'] === measuredGroup
        ? { ...group, Instances: multiply(group['Instances'] ?? [], wanted) }
        : group,
    );
  /** Every instance writes what the one wrote. The stream is named after it. */
  const events = (value: unknown, wanted: readonly number[]) =>
    (value as unknown[]).flatMap((event) => wanted.map((n) => copy(event, n)));

  return {
    /** What one host says as the n-th. */
    host: <T>(answer: T, n: number): T => (n > 0 ? (copy(answer, n) as T) : answer),
    back(input: unknown): unknown {
      if (instances === 1) return input;
      const walk = (value: unknown): unknown => {
        if (Array.isArray(value)) {
          const items = value.map(walk);
          return items.filter((item, i) => items.findIndex((other) => isDeepStrictEqual(other, item)) === i);
        }
        if (typeof value === 'string') return originals.get(value) ?? value;
        if (typeof value !== 'object' || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
      };
      return walk(input);
    },
    answer({ output, error }: AwsAnswer, input: unknown): AwsAnswer {
      if (error || instances === 1) return error ? { error } : { output };
      const asked = [...new Set([...JSON.stringify(input).matchAll(numbered)].map(([id]) => numberOf(id)))];
      const wanted = asked.length > 0 ? asked : Array.from({ length: instances }, (_, n) => n);
      return { output: multiply(output, wanted) };
    },
  };
}
