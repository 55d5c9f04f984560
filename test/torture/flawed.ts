import { readFlaw } from '../../src/demo/scenario.ts';
import { UsageError } from '../../src/model/reason.ts';
import { fixtures, runScenario, statusesOf, type Tap } from '../support/rig.ts';
import { type Fault, faults, type PortName } from './faults.ts';
import { isUnseen } from './unseen.ts';

/** A flaw, and a fault of one of the calls that the checks which find it make. */
export interface FlawedTrial {
  readonly flaw: string;
  readonly port: PortName;
  /** Port, call and what it asks for: every such call of the run meets the fault. */
  readonly key: string;
  readonly fault: Fault;
}

export interface FlawedOutcome {
  readonly trial: FlawedTrial;
  /** Checks that find the flaw without the fault, and are favourable with it. */
  readonly better: readonly string[];
}

const nonce = '00000000-0000-4000-8000-000000000000';
const keyOf = (port: PortName, call: string, input: unknown) => `${port} ${call} ${JSON.stringify(input ?? null)}`;

/** The checks that fail for a flaw. */
function failingFor(flaw: string): string[] {
  const { expects } = readFlaw(fixtures, flaw);
  return Object.keys(expects).filter((id) => expects[id] === 'fail');
}

/** Every call that the checks make which fail for a flaw, and every fault of its port; without those that never answer. */
export async function trialsOfFlaw(flaw: string): Promise<readonly FlawedTrial[]> {
  const checks = failingFor(flaw);
  if (checks.length === 0) return [];
  const calls = new Map<string, PortName>();
  const tap: Tap = (port, call, answer, input) => {
    if (call !== 'close') calls.set(keyOf(port, call, input), port);
    return answer();
  };
  await runScenario([flaw], { nonce, checks, twoPages: true, tap });
  return [...calls].flatMap(([key, port]) =>
    faults[port].filter(({ kind }) => kind !== 'hang').map((fault) => ({ flaw, port, key, fault })),
  );
}

/** Runs the checks that fail for the flaw, with the fault. Undefined where the fault does not apply to the call. */
export async function attemptFlawed(trial: FlawedTrial): Promise<FlawedOutcome | undefined> {
  const { flaw, key, fault } = trial;
  const checks = failingFor(flaw);
  let applied = false;
  const tap: Tap = (port, call, answer, input) => {
    const instead = keyOf(port, call, input) === key ? fault.apply(call, answer, () => undefined) : undefined;
    applied ||= instead !== undefined;
    return instead ?? answer();
  };
  try {
    const after = statusesOf(await runScenario([flaw], { nonce, checks, twoPages: true, tap }));
    const better = checks.filter((id) => after[id] !== 'fail' && after[id] !== 'unknown' && !isUnseen(key, fault.name));
    return applied ? { trial, better } : undefined;
  } catch (thrown) {
    // Credentials that do not work at all end the run with one line and exit 64.
    if (thrown instanceof UsageError) return { trial, better: [] };
    throw thrown;
  }
}
