import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderText } from '../../src/report/text.ts';
import { runScenario, type Tap } from '../support/rig.ts';
import { sample } from '../torture/torture.ts';

/** Lets answers overtake each other: each waits a number of turns of the event loop that follows from the seed. */
function shuffled(seed: number): Tap {
  const turns = sample([...Array(200).keys()], 200, seed);
  let calls = 0;
  return async (_port, _call, answer) => {
    calls += 1;
    for (let turn = (turns[calls % turns.length] ?? 0) % 23; turn > 0; turn -= 1) await new Promise(setImmediate);
    return answer();
  };
}

describe('P11: the same deployment gives the same report', () => {
  it.each([
    ['the good deployment', []],
    ['a flawed deployment', ['instance-public-address', 'interfaces-denied', 'efs-without-tls']],
  ])('%s, byte for byte, in whatever order the answers come', async (_, flaws) => {
    // The id of a run names what it left on the gateway, and is the one thing that differs by design.
    const nonce = 'b5a4e7a8-5b0c-4f5e-9d5d-3f6a1f0e2c11';
    const first = await runScenario(flaws, { nonce });
    const all = [
      renderJson,
      renderHtml,
      (r: typeof first) => renderText(r, { width: 100, color: true, verbose: true }),
    ];
    const expected = all.map((render) => render(first));
    expect(expected[0]?.length).toBeGreaterThan(10_000);
    for (const seed of [1, 2, 3, 4, 5]) {
      const report = await runScenario(flaws, { tap: shuffled(seed), nonce });
      // The order of calls is that in which they were made; the adapters sort it.
      const calls = [...report.calls].sort((a, b) => (a.operation < b.operation ? -1 : 1));
      const sorted = [...first.calls].sort((a, b) => (a.operation < b.operation ? -1 : 1));
      expect(calls).toEqual(sorted);
      expect(all.map((render) => render({ ...report, calls: first.calls }))).toEqual(expected);
    }
  });
});
