import { describe, expect, it } from 'vitest';
import { clawcheck } from '../support/cli.ts';

describe('the help', () => {
  it.each(['init', 'doctor', 'plan', 'explain', 'completion', 'merge', 'matrix'])(
    'of %s has examples of itself, and every option that they use',
    async (command) => {
      const { code, stdout, stderr } = await clawcheck([command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      const [usage = '', examples = ''] = stdout.split('\nExamples:\n');
      const lines = examples.split('\n').filter((line) => line !== '');
      expect(lines.length).toBeGreaterThanOrEqual(2);
      for (const line of lines) {
        expect(line).toContain(`clawcheck ${command}`);
        for (const option of line.match(/--[a-z-]+/g) ?? []) expect(usage).toContain(option);
      }
    },
  );

  it('of the whole names each of them', async () => {
    const { stdout } = await clawcheck(['--help']);
    for (const command of ['init', 'doctor', 'plan', 'explain', 'completion', 'merge', 'matrix']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    expect(stdout).not.toContain('__complete');
  });
});
