import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../../src/model/reason.ts';
import type { FilesPort } from '../../../src/ports/files.ts';
import { evalConfigs } from '../../../src/probes/files/eval-configs.ts';
import { evalResults } from '../../../src/probes/files/eval-results.ts';
import { fixtures, goodEnvironment, now } from '../../support/rig.ts';

/** What promptfoo 0.123.1 wrote for the good deployment. */
const written = readFileSync(join(fixtures, 'good/files/evals/results/crm-lookup.json'), 'utf8').replaceAll(
  '{{now-5h}}',
  now.toISOString(),
);
const path = 'evals/crm-lookup/promptfooconfig.ts';
const named = { 'skills.promptfoo': 'promptfoo', 'skills.evalConfigs': 'evals/*/promptfooconfig.*' };

function filesWith(evaluate?: FilesPort['evaluate'], results: Record<string, string> = {}) {
  const files: Record<string, string> = { [path]: 'export default {}', ...results };
  const port: FilesPort = {
    read: async (name) => files[name],
    sha256: async () => undefined,
    async glob(pattern) {
      const { default: picomatch } = await import('picomatch');
      return Object.keys(files).filter((name) => picomatch.isMatch(name, pattern));
    },
    evaluate,
  };
  return port;
}

const context = (changes: object, runEvals = false) => ({
  environment: goodEnvironment(changes as Record<string, unknown>),
  others: [],
  now,
  nonce: '',
  signal: new AbortController().signal,
  runEvals,
});
const none = {} as never;

describe('a configuration that is a program', () => {
  it('has the cases that promptfoo makes of it', async () => {
    const asked: unknown[] = [];
    const files = filesWith(async (...args) => {
      asked.push(args);
      return written;
    });
    const [config] = await evalConfigs.gather(files, none, context(named));
    expect(asked).toEqual([[path, 'cases']]);
    expect(config).toMatchObject({ path, program: undefined });
    expect(config?.cases.map(({ skill, kind }) => [skill, kind])).toContainEqual(['crm-lookup', 'injection']);
  });

  it('is not run where the environment file names no promptfoo, whatever could run it', async () => {
    const files = filesWith(() => Promise.reject(new Error('it was run')));
    const [config] = await evalConfigs.gather(files, none, context({ ...named, 'skills.promptfoo': null }));
    expect(config).toMatchObject({ path, program: path, cases: [] });
  });

  it('that promptfoo finds no case in stays unknown, and its errors are errors', async () => {
    const empty = {
      results: {
        version: 3,
        timestamp: now.toISOString(),
        stats: { successes: 0, failures: 0, errors: 0 },
        results: [],
      },
    };
    const [config] = await evalConfigs.gather(
      filesWith(async () => JSON.stringify(empty)),
      none,
      context(named),
    );
    expect(config).toMatchObject({ program: path });
    for (const evaluate of [
      async () => 'not JSON',
      () => Promise.reject(new ProbeError('bad_response', 'promptfoo ended with code 1')),
    ]) {
      const read = evalConfigs.gather(filesWith(evaluate), none, context(named));
      await expect(read).rejects.toMatchObject({ reason: 'bad_response' });
    }
  });
});

describe('an evaluation in the run', () => {
  it('is made with consent only, and its results are the newest', async () => {
    const old = written.replaceAll(now.toISOString(), '2026-03-01T00:00:00.000Z');
    const asked: unknown[] = [];
    const files = filesWith(
      async (...args) => {
        asked.push(args);
        return written;
      },
      { 'evals/results/crm-lookup.json': old },
    );
    const plain = await evalResults.gather(files, none, context(named));
    expect([plain.map((file) => file.path), asked]).toEqual([['evals/results/crm-lookup.json'], []]);
    const fresh = await evalResults.gather(files, none, context(named, true));
    expect(fresh.map((file) => file.path)).toEqual([`${path}, evaluated in this run`, 'evals/results/crm-lookup.json']);
    expect(asked).toEqual([[path, 'run']]);
  });

  it('that fails is no result, also beside older ones', async () => {
    const files = filesWith(() => Promise.reject(new ProbeError('timeout', 'promptfoo took more than 300 s')), {
      'evals/results/crm-lookup.json': written,
    });
    await expect(evalResults.gather(files, none, context(named, true))).rejects.toMatchObject({ reason: 'timeout' });
  });
});
