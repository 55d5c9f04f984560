import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clawcheck } from '../support/cli.ts';

const file = fileURLToPath(new URL('../../docs/fleet/step-functions.asl.json', import.meta.url));
const text = readFileSync(file, 'utf8');

interface Machine {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Catch?: readonly { readonly Next: string }[];
  readonly ItemProcessor?: Machine;
}

function holdTogether({ StartAt, States }: Machine): void {
  expect(Object.keys(States)).toContain(StartAt);
  for (const [name, state] of Object.entries(States)) {
    const next = [state.Next, ...(state.Catch ?? []).map((c) => c.Next)].filter((n) => n !== undefined);
    for (const target of next) expect(Object.keys(States), name).toContain(target);
    expect([
      name,
      [state.Next !== undefined, state.End === true, state.Type === 'Succeed'].filter(Boolean).length,
    ]).toEqual([name, 1]);
    if (state.ItemProcessor) holdTogether(state.ItemProcessor);
  }
}

describe('the state machine for a fleet', () => {
  it('has states that lead to each other, and succeeds only behind the merge', () => {
    const machine = JSON.parse(text) as Machine;
    holdTogether(machine);
    const before = Object.entries(machine.States).filter(([, { Next }]) => Next === 'READY');
    expect(before.map(([name]) => name)).toEqual(['Merge the reports']);
    expect(machine.States['Merge the reports']?.Catch).toBeUndefined();
  });

  it('calls clawcheck with options that it has', async () => {
    const commands = [...text.matchAll(/"Command\.\$": "States\.Array\('(\w+)', (.*)\)"/g)];
    expect(commands.map(([, command]) => command)).toEqual(['run', 'merge']);
    for (const [, command = '', args = ''] of commands) {
      const { stdout } = await clawcheck([command, '--help']);
      const options = [...args.matchAll(/'(--[a-z-]+)'/g)].map(([, option = '']) => option);
      expect(options.length).toBeGreaterThan(2);
      for (const option of options) expect(stdout).toContain(`${option} <`);
    }
  });
});
