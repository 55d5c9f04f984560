import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderText } from '../src/report/text.ts';
import { fixtures, runScenario } from './support/rig.ts';

/**
 * The whole report, with all evidence, of the good and of the leaky deployment. A change that alters a verdict or what
 * it rests on shows here; it is accepted with `npx vitest run test/golden.test.ts -u`, and the commit says why.
 */
describe('the golden reports', () => {
  const { flaws } = JSON.parse(readFileSync(join(fixtures, 'leaky', 'scenario.json'), 'utf8'));

  it.each([
    ['good', []],
    ['leaky', flaws],
  ])('%s', async (name, flaws) => {
    const report = await runScenario(flaws, { nonce: '00000000-0000-4000-8000-000000000000' });
    const text = renderText(report, { width: 120, color: false, verbose: true });
    await expect(text).toMatchFileSnapshot(join(fixtures, 'golden', `${name}.txt`));
  });
});
