import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { allChecks, type Recorded, verdictOn } from './recorded.ts';
import { describe, expect, it } from './vitest-in-process.ts';

/**
 * Every distinct judgement that the flaws and the variations of the good deployment lead to, judged again: facts were
 * gathered once, by `scripts/mutation.ts`. `test/flaws.test.ts` holds each of them against what the flaw expects.
 */
const file = process.env['CLAWCHECK_RECORDED'];
const recorded: Recorded[] = file && existsSync(file) ? deserialize(readFileSync(file)) : [];
const checks = new Map(allChecks());

describe('replay', () => {
  recorded.forEach(({ check, facts, context, status, reason }) => {
    // Named after what is judged, so that Stryker can tell what it has tried from what is new.
    const digest = createHash('sha256')
      .update(serialize([facts, context]))
      .digest('hex')
      .slice(0, 16);
    it(`${check} ${digest}`, () => {
      const found = checks.get(check);
      if (!found) throw new Error(`${check} is gone`);
      expect(verdictOn(found, facts, context)).toEqual({ status, reason });
    });
  });
});
