import { listFlaws } from '../../src/demo/scenario.ts';
import { fixtures } from '../support/rig.ts';
import { attemptFlawed, type FlawedOutcome, trialsOfFlaw } from './flawed.ts';
import { tortureHosts } from './hosts.ts';
import { tortureSockets } from './sockets.ts';
import {
  attemptAll,
  type Baseline,
  baseline,
  inLanes,
  type Outcome,
  type Pick,
  type Promised,
  promises,
  sample,
  trialsOf,
  violationsOf,
} from './torture.ts';
import { tortureWrites } from './writes.ts';

/** A share of the work of `npm run torture`, for one process. */
export interface Job {
  /** Which faults: those of the ports on a scenario or on every flaw, or those of real sockets, SSH servers, the disk. */
  readonly kind: 'calls' | 'flaws' | 'sockets' | 'hosts' | 'writes';
  /** For `calls`: `good`, or a flaw. */
  readonly scenario: string;
  /** How many faults of the whole, of `flaws` for each flaw; all of them by default. */
  readonly size?: number;
  readonly seed: number;
  /** Only of calls with this in them. */
  readonly call: string;
  /** Only faults with one of these in their names. */
  readonly fault: readonly string[];
  /** Which of how many shares of that, from 0. */
  readonly part: number;
  readonly parts: number;
}

/** What a job came to. */
export interface Done {
  readonly injected: number;
  /** Of `calls`: how many faults change no status. */
  readonly unnoticed: number;
  /** What broke a promise: one line each. */
  readonly broken: readonly string[];
  /** Of `calls`: how often each promise was broken. */
  readonly counts: Readonly<Record<Promised, number>>;
  /** Of `calls`: the deployment that the faults met. */
  readonly scenario?: string;
}

const baselines = new Map<string, Promise<Baseline>>();

export async function runJob(job: Job): Promise<Done> {
  const { kind, size = Number.POSITIVE_INFINITY, seed, fault } = job;
  const mine: Pick = (all) => sample(all, size, seed).filter((_, i) => i % job.parts === job.part);
  const fits = (trial: { key: string; fault: { name: string } }) =>
    trial.key.includes(job.call) && fault.some((text) => trial.fault.name.includes(text));
  switch (kind) {
    case 'calls': {
      const base = await (baselines.get(job.scenario) ?? baseline(job.scenario === 'good' ? [] : [job.scenario]));
      baselines.set(job.scenario, Promise.resolve(base));
      const outcomes = await attemptAll(mine(trialsOf(base).filter(fits)), base);
      const scenario = `${job.scenario} (${base.report.verdict}): ${base.calls.length} calls`;
      return { ...summaryOf(outcomes), scenario };
    }
    case 'flaws': {
      const flaws = listFlaws(fixtures).filter((_, i) => i % job.parts === job.part);
      const outcomes: FlawedOutcome[] = [];
      for (const flaw of flaws) {
        const all = (await trialsOfFlaw(flaw)).filter(fits);
        await inLanes(sample(all, size, seed), 4, async (trial) => {
          const outcome = await attemptFlawed(trial);
          if (outcome) outcomes.push(outcome);
        });
      }
      const violations = outcomes.map(({ better, ...o }) => ({
        ...o,
        violations: better.map((id) => `${id} got better`),
      }));
      return plain(violations, ({ trial }) => `${trial.flaw}: ${trial.key.slice(0, 160)}: ${trial.fault.name}`);
    }
    case 'sockets':
      return plain(await tortureSockets(mine, fault), (o) => `${o.operation}: ${o.fault}, ${often(o, 'every time')}`);
    case 'hosts':
      return plain(await tortureHosts(mine), (o) => `a host that ${o.host}`);
    case 'writes':
      return plain(await tortureWrites(mine), (o) => `${o.call}: ${o.fault}, ${often(o, 'from then on')}`);
  }
}

const often = ({ persistent }: { persistent: boolean }, always: string) => (persistent ? always : 'once');

function summaryOf(outcomes: readonly Outcome[]): Done {
  const counted = (promise: Promised) => outcomes.reduce((sum, outcome) => sum + outcome[promise].length, 0);
  return {
    injected: outcomes.length,
    unnoticed: outcomes.filter(({ noticed }) => !noticed).length,
    broken: outcomes.flatMap((outcome) => {
      const { key, fault, persistent } = outcome.trial;
      const violations = violationsOf(outcome);
      const what = `${key.slice(0, 160)}: ${fault.name}, ${persistent ? 'from then on' : 'once'}`;
      return violations.length > 0 ? [`${what}: ${violations.join('; ')}`] : [];
    }),
    counts: Object.fromEntries(
      Object.keys(promises).map((name) => [name, counted(name as Promised)]),
    ) as Done['counts'],
  };
}

function plain<T extends { readonly violations: readonly string[] }>(
  outcomes: readonly T[],
  name: (outcome: T) => string,
): Done {
  const broken = outcomes.filter(({ violations }) => violations.length > 0);
  return {
    ...summaryOf([]),
    injected: outcomes.length,
    broken: broken.map((o) => `${name(o)}: ${o.violations.join('; ')}`),
  };
}
