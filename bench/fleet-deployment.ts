import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type AnswerAws, type AwsAnswer, startAwsServer } from '../src/demo/aws-server.ts';
import { plainly, startDeployment } from '../src/demo/deployment.ts';
import { isNamed, type Member, oneAccount, renamer } from './one-account.ts';

export interface FleetDeployments {
  /** The environment file of all. */
  readonly config: string;
  readonly names: readonly string[];
  /** Variables that a run against them needs in its process environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Calls that came to AWS, by operation. */
  readonly calls: ReadonlyMap<string, number>;
  /** Calls that AWS refused because there were too many. */
  readonly throttled: () => number;
  close(): Promise<void>;
}

/** How many calls of an operation are admitted at once, and how many a second after that. */
interface Bucket {
  readonly size: number;
  readonly perSecond: number;
}

/** Where a service documents a rate of its own: Secrets Manager quotas. */
const documented: Readonly<Record<string, Bucket>> = {
  'secretsmanager:GetResourcePolicy': { size: 50, perSecond: 50 },
};

export interface FleetOptions {
  /** Flaws of some of them, by environment. */
  readonly flaws?: Readonly<Record<string, readonly string[]>>;
  /** What AWS takes of one operation, in this one account and region. Default: as EC2 documents it for reading. */
  readonly bucket?: Bucket;
  /** Whether all have the same AWS, which then lists what is of each. Default: each has its own. */
  readonly sameAws?: boolean;
}

/**
 * Several good deployments on this machine's loopback, each with its own AWS, host, gateway and git host and with names
 * and ids of its own, and one environment file for all. They share an account and a region, and so its call limits.
 */
export async function startFleet(
  fixtures: string,
  amount: number,
  { flaws = {}, bucket = { size: 100, perSecond: 20 }, sameAws = false }: FleetOptions = {},
): Promise<FleetDeployments> {
  const names = Array.from({ length: amount }, (_, i) => `env-${String(i + 1).padStart(3, '0')}`);
  const calls = new Map<string, number>();
  const limit = limiter(bucket);
  const heard =
    (answer: AnswerAws): AnswerAws =>
    (operation, input) => {
      calls.set(operation, (calls.get(operation) ?? 0) + 1);
      return limit.admit(operation) ?? answer(operation, input);
    };
  const started: { close(): Promise<void> }[] = [];
  const configs: string[] = [];
  const members: Member[] = [];
  const environments: Record<string, { aws: { endpoint: string } }> = {};
  const variables: Record<string, string> = {};
  try {
    for (const [i, name] of names.entries()) {
      const deployment = await startDeployment(fixtures, flaws[name] ?? [], {
        rename: renamer(name, i + 1),
        remember(scenario) {
          const { aws, host } = plainly(scenario);
          members.push({ aws, isNamedIn: isNamed(name, i + 1) });
          return { host, aws: heard((...call) => noSiblings(name, ...call) ?? aws(...call)) };
        },
      });
      started.push(deployment);
      configs.push(deployment.config);
      const { prod } = parse(readFileSync(deployment.config, 'utf8')).environments;
      const token = `CLAWCHECK_TOKEN_${i + 1}`;
      variables[token] = deployment.variables['GITHUB_TOKEN'] ?? '';
      prod.gateway.tokenEnv = token;
      prod.git.tokenEnv = token;
      environments[name] = prod;
      const { CLAWCHECK_GATEWAY_TOKEN: _, GITHUB_TOKEN: __, ...rest } = deployment.variables;
      Object.assign(variables, rest);
    }
    if (sameAws) {
      const server = await startAwsServer(heard(oneAccount(members)));
      started.push(server);
      for (const { aws } of Object.values(environments)) aws.endpoint = server.url;
    }
    const [first] = configs;
    if (!first) throw new Error('a fleet has at least one deployment');
    // Beside the files (skills, runbook) of the first, which are those of all.
    const config = join(dirname(first), 'fleet.yaml');
    mkdirSync(dirname(config), { recursive: true });
    writeFileSync(config, stringify({ version: 1, environments }, { aliasDuplicateObjects: false }));
    return { config, names, variables, calls, throttled: limit.throttled, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    await Promise.all(started.map((each) => each.close()));
  }
}

/** Each AWS here knows one deployment: asked for the groups of the others, it says that there are none. */
function noSiblings(name: string, operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer | undefined {
  const asked = input['AutoScalingGroupNames'];
  const others = Array.isArray(asked) && !asked.includes(`openclaw-${name}`);
  return operation === 'autoscaling:DescribeAutoScalingGroups' && others
    ? { output: { AutoScalingGroups: [] } }
    : undefined;
}

function limiter(usual: Bucket) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let throttled = 0;
  return {
    throttled: () => throttled,
    admit(operation: string): AwsAnswer | undefined {
      const now = performance.now();
      const { size, perSecond } = documented[operation] ?? usual;
      const bucket = buckets.get(operation) ?? { tokens: size, at: now };
      bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
      bucket.at = now;
      buckets.set(operation, bucket);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return undefined;
      }
      throttled += 1;
      return { error: { code: 'RequestLimitExceeded', status: 503 } };
    },
  };
}
