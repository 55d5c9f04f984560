import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/model/exit-code.ts';
import { verdicts } from '../../src/model/report.ts';
import { Cleanup, deploy, interpose, runOn } from './support.ts';

const ofVerdicts: (number | null)[] = verdicts.map((verdict) => exitCodes[verdict].code);

describe('P14: a crash is not a verdict', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  /** Code that runs in the process of the command line, before it. */
  function preload(code: string): string {
    const file = join(cleanup.folder(), 'preload.mjs');
    writeFileSync(file, code);
    return `--import ${file}`;
  }

  it('kill -9 in the middle of a run gives no exit code, and no report', async () => {
    const deployment = await deploy(cleanup);
    let kill: (() => void) | undefined;
    await interpose(cleanup, deployment, (body) => {
      if (body.includes('Action=DescribeNetworkInterfaces')) kill?.();
      return false;
    });
    const { code, signal, stdout } = await runOn(deployment, { onSpawn: (_, send) => (kill = () => send('SIGKILL')) });
    expect([code, signal, stdout]).toEqual([null, 'SIGKILL', '']);
  });

  it.each([
    ['a wrong NODE_OPTIONS', '--no-such-option', 9],
    ['too little memory', '--max-old-space-size=12', [134, null]],
  ])('%s', async (_, options, expected) => {
    const { code, stdout } = await runOn(await deploy(cleanup), { env: { NODE_OPTIONS: options } });
    expect([expected].flat()).toContain(code);
    expect(ofVerdicts).not.toContain(code);
    expect(stdout).toBe('');
  });

  it.each([
    ['a rejection that nobody handles', '', "setTimeout(() => Promise.reject(new Error('lost \\u001b[2J')), 300);"],
    [
      'the same where Node is told only to warn',
      '--unhandled-rejections=warn ',
      "setTimeout(() => Promise.reject(new Error('lost \\u001b[2J')), 300);",
    ],
    [
      'the same where Node is told to be silent',
      '--unhandled-rejections=none ',
      "setTimeout(() => Promise.reject(new Error('lost \\u001b[2J')), 300);",
    ],
    ['an exception in a callback', '', "setTimeout(() => { throw new Error('lost \\u001b[2J'); }, 300);"],
  ])('%s is exit 70, with an inert trace and without a report', async (_, options, code) => {
    const deployment = await deploy(cleanup);
    // A call that is never answered keeps the run going until the defect strikes.
    await interpose(cleanup, deployment, (body) => body.includes('Action=DescribeNetworkInterfaces'));
    const ran = await runOn(deployment, { env: { NODE_OPTIONS: options + preload(code) } });
    expect([ran.code, ran.stdout]).toEqual([exitCodes.internal.code, '']);
    expect(ran.stderr).toMatch(/^clawcheck: a defect in clawcheck: Error: lost \\u\{1b\}\[2J\n/);
    expect(ran.stderr).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('an empty event loop before the end of the run is exit 70', async () => {
    // Every timer and every connection is made not to keep the process, also one that is used anew: Node then ends in
    // the middle of the run.
    const loop = `const real = setInterval;
      for (const name of ['setTimeout', 'setInterval']) {
        const { [name]: made } = globalThis;
        globalThis[name] = (...given) => { const timer = made(...given); timer.unref(); return timer; };
      }
      real(() => { for (const handle of process._getActiveHandles()) handle.unref?.(); }, 10).unref();`;
    const deployment = await deploy(cleanup);
    await interpose(cleanup, deployment, () => true);
    const { code, stdout } = await runOn(deployment, { env: { NODE_OPTIONS: preload(loop) } });
    expect([code, stdout]).toEqual([exitCodes.internal.code, '']);
  });
});
