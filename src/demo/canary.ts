import type { HostAnswers, Scenario } from './scenario.ts';

/** The files that the agents of a scenario have made on its host, for the gateway and the host of one deployment. */
const made = new WeakMap<Scenario, Set<string>>();

/** @param file the name of a file in /tmp */
export function makeFile(scenario: Scenario, file: string): void {
  const files = made.get(scenario) ?? new Set();
  made.set(scenario, files.add(file));
}

/** What the host of a scenario answers to one part of a script; undefined where it does not know it. */
export function hostAnswer(scenario: Scenario, id: string): HostAnswers[string] | undefined {
  const [, act, file = ''] = /^canary\/(look|clear)-\d+\/(.+)$/.exec(id) ?? [];
  if (act === undefined) return scenario.host[id];
  const fault = scenario.host['canary'];
  if (fault) return fault;
  const there = made.get(scenario)?.has(file) === true;
  const seen = [
    ['state', 'read'],
    ['file', there ? 'present' : 'absent'],
  ] as const;
  if (act === 'look') return seen;
  made.get(scenario)?.delete(file);
  return [...seen, ['left', 'no']];
}
