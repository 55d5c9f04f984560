import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Report, type Status, statuses } from '../../src/model/report.ts';
import { renderJson } from '../../src/report/json.ts';
import { clawcheck } from '../support/cli.ts';
import { Cleanup, checksOf, deploy, runOn } from './support.ts';

describe('P7: the verdict is recomputable from the report alone', () => {
  const cleanup = new Cleanup();
  afterAll(() => cleanup.run());
  let folder: string;
  let report: Report;

  beforeAll(async () => {
    folder = cleanup.folder();
    const deployment = await deploy(cleanup, ['instance-public-address', 'user-data-denied']);
    await runOn(deployment, { args: ['-o', join(folder, 'r.json')] });
    report = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8'));
  });

  async function verify(text: string, name = 'changed') {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, text);
    return clawcheck(['verify', file, '--unsigned', '--allow-simulated']);
  }

  const withStatus = (index: number, status: Status): Report => {
    let n = -1;
    const areas = report.areas.map((area) => ({
      ...area,
      checks: area.checks.map((check) => {
        n += 1;
        return n === index ? { ...check, status } : check;
      }),
    }));
    return { ...report, areas };
  };

  it('as it was written, it is valid and gives its own verdict', async () => {
    const { code, stdout } = await verify(renderJson(report));
    expect(stdout).toMatch(/^VALID {2}/);
    expect(code).toBe({ READY: 0, NOT_READY: 20, INCOMPLETE: 21, UNTRUSTED: 22 }[report.verdict]);
  });

  it('one status flipped is not valid, even unsigned', { timeout: 120_000 }, async () => {
    const all = checksOf(report);
    const seen = new Set<Status>();
    const chosen = all.flatMap(({ status }, index) => {
      if (seen.has(status)) return [];
      seen.add(status);
      return statuses.filter((other) => other !== status).map((other) => [index, other] as const);
    });
    expect(chosen.length).toBeGreaterThanOrEqual(10);
    const results = await Promise.all(
      chosen.map(
        async ([index, status]) => (await verify(renderJson(withStatus(index, status)), `${index}-${status}`)).code,
      ),
    );
    expect(results).toEqual(chosen.map(() => 23));
  });

  it.each([
    ['another verdict', (text: string) => text.replace(/"verdict": "\w+"/, '"verdict": "READY"')],
    ['a verdict twice', (text: string) => text.replace('"mode"', '"verdict": "READY",\n  "mode"')],
    ['another count', (text: string) => text.replace(/"fail": \d+/, '"fail": 0')],
    ['spaces at the end', (text: string) => `${text} `],
  ])('%s is not valid', async (_, change) => {
    const text = renderJson(report);
    expect(change(text)).not.toBe(text);
    expect((await verify(change(text))).code).toBe(23);
  });
});
