// Holds clawcheck's verdicts against those of Prowler, on scenarios that Prowler's own tests recorded. The data is not
// part of this repository: CLAWCHECK_CONFORMANCE names its folder, ../shared/conformance otherwise.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { liveAws } from '../src/adapters/aws/aws.ts';
import type { Environment } from '../src/environment/schema.ts';
import { type Claim, claims, type Scenario } from '../test/conformance/claims.ts';
import { goodEnvironment } from '../test/support/rig.ts';

interface Difference {
  readonly check: string;
  readonly prowler: string;
  readonly clawcheck: string;
  /** What Prowler's reason must say, or must not. */
  readonly why?: string;
  readonly whyNot?: string;
  readonly reason: string;
}

const file = join(process.env['CLAWCHECK_CONFORMANCE'] ?? '../shared/conformance', 'prowler-scenarios.jsonl');
if (existsSync(file)) process.exitCode = (await compare(file)) ? 0 : 1;
else process.stdout.write(`conformance: skipped, there is no ${file}\n`);

async function compare(path: string): Promise<boolean> {
  const read = (name: string) => JSON.parse(readFileSync(join('test/conformance', name), 'utf8'));
  const differences: Difference[] = read('differences.json');
  const excluded: Record<string, string> = read('not-comparable.json');
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const server = await startReplay();
  const counts = { agreed: 0, 'differing on purpose': 0, unexplained: 0, 'not comparable': 0, 'named by no call': 0 };
  const used = new Map<Difference, number>();
  const unexplained: string[] = [];
  for (const line of lines) {
    const recorded: Scenario & { calls: { region: string }[] } = JSON.parse(line);
    if (recorded.expect.length === 0) continue;
    const claim = claims.find(([pattern]) => fits(pattern, recorded.check))?.[1];
    if (!claim) {
      counts['not comparable'] += recorded.expect.length;
      if (!excluded[recorded.check]) unexplained.push(`${recorded.check} is neither compared nor excluded`);
      continue;
    }
    const { ids, failed } = await server.replay(line);
    if (failed) unexplained.push(`${recorded.check} ${recorded.test}: cannot be replayed (${failed})`);
    const scenario: Scenario = JSON.parse(renamed(line, ids));
    for (const { status, resource, why } of scenario.expect) {
      const region = recorded.calls[0]?.region ?? 'us-east-1';
      const said = await ask(claim, server.port, region, resource, scenario);
      const difference = differences.find(
        (d) =>
          fits(d.check, scenario.check) &&
          d.prowler === status &&
          d.clawcheck === said &&
          (!d.why || why.includes(d.why)) &&
          (!d.whyNot || !why.includes(d.whyNot)),
      );
      if (said === status) counts.agreed += 1;
      else if (said === 'ABSENT') counts['named by no call'] += 1;
      else if (difference) {
        counts['differing on purpose'] += 1;
        used.set(difference, (used.get(difference) ?? 0) + 1);
      } else {
        counts.unexplained += 1;
        unexplained.push(`${scenario.check} ${scenario.test}: ${resource} is ${status} there, ${said} here (${why})`);
      }
    }
  }
  server.stop();
  process.stdout.write(`conformance with Prowler, by resource: ${JSON.stringify(counts)}\n`);
  for (const text of unexplained) process.stdout.write(`  ${text}\n`);
  const unused = differences.filter((d) => !used.has(d));
  for (const d of differences) {
    process.stdout.write(
      `  on purpose, ${used.get(d) ?? 'never needed'}: ${d.check} ${d.prowler}/${d.clawcheck}: ${d.reason}\n`,
    );
  }
  return unexplained.length + unused.length === 0;
}

/** What clawcheck says; `ABSENT` for what no call names: the peer lists what was there before, under ids of then. */
async function ask(claim: Claim, port: number, region: string, resource: string, scenario: Scenario): Promise<string> {
  if (!JSON.stringify(scenario.calls).includes(resource.split('/').at(-1) ?? resource)) return 'ABSENT';
  const endpoint = `http://127.0.0.1:${port}`;
  const environment: Environment = goodEnvironment({ aws: { account: '123456789012', region, endpoint } });
  const aws = liveAws(environment, new AbortController().signal);
  try {
    return await claim({ aws, resource, scenario });
  } catch (error) {
    return `UNKNOWN: ${(error as Error).message}`;
  } finally {
    aws.close();
  }
}

interface Replayed {
  readonly ids: Readonly<Record<string, string>>;
  readonly failed?: string;
}

async function startReplay() {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'lab', AWS_SECRET_ACCESS_KEY: 'lab' });
  const child = spawn('python3', ['test/conformance/replay.py'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? '{}');
  const { port } = (await next()) as { port: number };
  return {
    port,
    async replay(line: string): Promise<Replayed> {
      child.stdin.write(`${line}\n`);
      return next();
    },
    stop: () => child.stdin.end(),
  };
}

function renamed(text: string, ids: Readonly<Record<string, string>>): string {
  const olds = Object.keys(ids).sort((a, b) => b.length - a.length);
  return olds.reduce((so, old) => so.replaceAll(old, ids[old] ?? old), text);
}

function fits(pattern: string, name: string): boolean {
  const [head = '', ...tail] = pattern.split('*');
  return tail.length === 0 ? name === head : name.startsWith(head) && name.endsWith(tail.join('*'));
}
