import { describe, it } from 'vitest';

/** Whether this machine can run a live test, and if not, what it lacks. */
export type Requirement = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * A suite that talks to real servers. It runs where the requirement holds; elsewhere it is skipped with the reason in
 * its name and on stderr, or, with CLAWCHECK_REQUIRE_LIVE=1, fails: a machine that must run it can then not forget to.
 */
export function liveDescribe(name: string, requirement: Requirement, suite: () => void): void {
  if (requirement.ok) {
    // Real servers on a small machine that is busy may be late once; late twice is a failure.
    describe(name, { retry: 1 }, suite);
    return;
  }
  if (process.env.CLAWCHECK_REQUIRE_LIVE === '1') {
    describe(name, () => {
      it('can run on this machine', () => {
        throw new Error(`this live test is required here, but: ${requirement.reason}`);
      });
    });
    return;
  }
  process.stderr.write(`live test skipped: ${name}: ${requirement.reason}\n`);
  describe.skip(`${name} (skipped: ${requirement.reason})`, suite);
}
