import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { AwsAnswer } from '../src/demo/aws-server.ts';
import { type Deployment, plainly, startDeployment } from '../src/demo/deployment.ts';

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

export interface FleetOptions {
  /** Flaws of some of them, by environment. */
  readonly flaws?: Readonly<Record<string, readonly string[]>>;
  /** What AWS takes of one operation, in this one account and region: a bucket, and what fills it in a second. */
  readonly bucket?: { readonly size: number; readonly perSecond: number };
}

/**
 * Several good deployments on this machine's loopback, each with its own AWS, host, gateway and git host and with names
 * and ids of its own, and one environment file for all. They share an account and a region, and so its call limits.
 */
export async function startFleet(
  fixtures: string,
  amount: number,
  { flaws = {}, bucket = { size: 100, perSecond: 20 } }: FleetOptions = {},
): Promise<FleetDeployments> {
  const names = Array.from({ length: amount }, (_, i) => `env-${String(i + 1).padStart(3, '0')}`);
  const calls = new Map<string, number>();
  const limit = limiter(bucket);
  const deployments: Deployment[] = [];
  const environments: Record<string, unknown> = {};
  const variables: Record<string, string> = {};
  try {
    for (const [i, name] of names.entries()) {
      const deployment = await startDeployment(fixtures, flaws[name] ?? [], {
        rename: renamer(name, i + 1),
        remember(scenario) {
          const plain = plainly(scenario);
          return {
            ...plain,
            aws(operation, input) {
              calls.set(operation, (calls.get(operation) ?? 0) + 1);
              return limit.admit(operation) ?? noSiblings(name, operation, input) ?? plain.aws(operation, input);
            },
          };
        },
      });
      deployments.push(deployment);
      const { prod } = parse(readFileSync(deployment.config, 'utf8')).environments;
      const token = `CLAWCHECK_TOKEN_${i + 1}`;
      variables[token] = deployment.variables['GITHUB_TOKEN'] ?? '';
      prod.gateway.tokenEnv = token;
      prod.git.tokenEnv = token;
      environments[name] = prod;
      const { CLAWCHECK_GATEWAY_TOKEN: _, GITHUB_TOKEN: __, ...rest } = deployment.variables;
      Object.assign(variables, rest);
    }
    const [first] = deployments;
    if (!first) throw new Error('a fleet has at least one deployment');
    // Beside the files (skills, runbook) of the first, which are those of all.
    const config = join(dirname(first.config), 'fleet.yaml');
    mkdirSync(dirname(config), { recursive: true });
    writeFileSync(config, stringify({ version: 1, environments }, { aliasDuplicateObjects: false }));
    return { config, names, variables, calls, throttled: limit.throttled, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    await Promise.all(deployments.map((deployment) => deployment.close()));
  }
}

/** Gives what belongs to one deployment a name of its own: `openclaw-prod` and the ids of AWS's resources, in their order. */
function renamer(name: string, n: number): (text: string) => string {
  const hex = n.toString(16).padStart(3, '0');
  return (text) =>
    text
      .replaceAll(/openclaw(-|\/|%2F)prod/g, `openclaw$1${name}`)
      .replaceAll(
        /\b((?:i|sg|fs|fsap|subnet|vpc|eni|rtb|lt|vol|acl)-0[0-9a-f]{4})[0-9a-f]{3}(?=[0-9a-f]{2})/g,
        `$1${hex}`,
      );
}

/** Each AWS here knows one deployment: asked for the groups of the others, it says that there are none. */
function noSiblings(name: string, operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer | undefined {
  const asked = input['AutoScalingGroupNames'];
  const others = Array.isArray(asked) && !asked.includes(`openclaw-${name}`);
  return operation === 'autoscaling:DescribeAutoScalingGroups' && others
    ? { output: { AutoScalingGroups: [] } }
    : undefined;
}

function limiter({ size, perSecond }: NonNullable<FleetOptions['bucket']>) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let throttled = 0;
  return {
    throttled: () => throttled,
    admit(operation: string): AwsAnswer | undefined {
      const now = performance.now();
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
