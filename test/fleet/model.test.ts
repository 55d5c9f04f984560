import { describe, expect, it } from 'vitest';
import { worstReason } from '../../src/model/exit-code.ts';
import { type FleetDeployment, type FleetState, fleetOf, missing, summaryOf } from '../../src/model/fleet.ts';
import type { Report } from '../../src/model/report.ts';
import { renderFleetHtml } from '../../src/report/fleet-html.ts';
import { renderFleetMarkdown } from '../../src/report/fleet-markdown.ts';
import { fleetSchema } from '../../src/report/fleet-schema.ts';
import { renderFleetText } from '../../src/report/fleet-text.ts';
import { hostile, readyReport } from '../support/report.ts';

/** A report with so many unknown checks, for these reasons in turn. */
async function unknownFor(reasons: readonly string[], mismatches: readonly string[] = []): Promise<Report> {
  const ready = await readyReport();
  const areas = ready.areas.map((area) => ({
    ...area,
    checks: area.checks.map((check, i) => ({
      ...check,
      status: 'unknown' as const,
      reason: { code: 'timeout' as const, message: reasons[i % reasons.length] ?? '' },
    })),
  }));
  return { ...ready, areas, subject: { ...ready.subject, mismatches } };
}

const deployment = (environment: string, state: FleetState, failed: string[] = [], unknown: string[] = []) => ({
  environment,
  state,
  problem: null,
  report: {
    sha256: '0'.repeat(64),
    toolVersion: '0.0.0',
    fileSha256: '0'.repeat(64),
    mode: 'live' as const,
    account: '123456789012',
    region: 'eu-west-1',
    autoScalingGroup: null,
    instances: 1,
    start: '2026-01-01T00:00:00.000Z',
    end: '2026-01-01T00:01:00.000Z',
    counts: { pass: 1, fail: failed.length, unknown: unknown.length, waived: 0, attested: 0, 'not-applicable': 0 },
    failed,
    unknown,
    cause: null as string | null,
  },
});
const titles = new Map([
  ['network/a', 'A'],
  ['network/b', 'B'],
]);
const fleet = (given: readonly FleetDeployment[], refused = 0) =>
  fleetOf(given, { version: '0.0.0', titles, refused: Array(refused).fill({ file: 'x.json', problems: ['p'] }) });

describe('the verdict of a fleet', () => {
  it.each([
    [[], 0, 'INCOMPLETE'],
    [['READY'], 0, 'READY'],
    [['READY'], 1, 'INCOMPLETE'],
    [['READY', 'MISSING'], 0, 'INCOMPLETE'],
    [['READY', 'INCOMPLETE'], 0, 'INCOMPLETE'],
    [['MISSING'], 0, 'INCOMPLETE'],
    [['READY', 'INCOMPLETE', 'NOT_READY', 'MISSING'], 0, 'NOT_READY'],
    [['READY', 'NOT_READY', 'UNTRUSTED'], 1, 'UNTRUSTED'],
  ] as const)('of %j with %i refused is %s', (states, refused, verdict) => {
    const report = fleet(
      states.map((state, i) => deployment(`e${i}`, state)),
      refused,
    );
    expect(report.verdict).toBe(verdict);
    expect(fleetSchema.safeParse(report).success).toBe(true);
  });

  it('does not depend on the order of the reports', () => {
    const all = [
      deployment('c', 'READY'),
      deployment('b', 'NOT_READY', ['network/a']),
      missing('d', 'gone'),
      deployment('a', 'NOT_READY', ['network/a', 'network/b']),
      deployment('e', 'INCOMPLETE', [], ['network/b']),
    ];
    const report = fleet(all);
    expect(fleet([...all].reverse())).toEqual(report);
    expect(report.deployments.map(({ environment }) => environment)).toEqual(['a', 'b', 'd', 'e', 'c']);
    expect(report.checks.map(({ id, failed, unknown }) => [id, failed, unknown])).toEqual([
      ['network/a', ['a', 'b'], []],
      ['network/b', ['a'], ['e']],
    ]);
  });

  it('and its exit code is that of the worst', () => {
    expect(worstReason(['READY', 'INCOMPLETE', 'NOT_READY'])).toBe('NOT_READY');
    expect(worstReason(['READY', 'usage', 'UNTRUSTED'])).toBe('usage');
    expect(worstReason(['READY'])).toBe('READY');
    expect(worstReason([])).toBe('INCOMPLETE');
  });
});

describe('why a deployment is not ready', () => {
  it.each([
    ['one reason of all', ['it did not answer'], [], 'it did not answer'],
    ['none where there are several', ['it did not answer', 'it was refused'], [], null],
    [
      'what does not fit before the reasons',
      ['nothing was judged'],
      ['another account', 'another host'],
      'another account; another host',
    ],
  ])('is %s', async (_, reasons, mismatches, cause) => {
    expect(summaryOf(await unknownFor(reasons, mismatches), '').report?.cause).toBe(cause);
  });

  it('is not told of one where nothing is unknown', async () => {
    expect(summaryOf(await readyReport(), '').report?.cause).toBeNull();
  });

  it('stands in every form of the report', () => {
    const one = deployment('a', 'INCOMPLETE', [], ['network/a', 'network/b']);
    const report = fleet([{ ...one, report: { ...one.report, cause: 'the credentials ended' } }]);
    const all = [
      renderFleetText(report, { width: 100, color: false }),
      renderFleetMarkdown(report),
      renderFleetHtml(report),
    ];
    for (const rendered of all) expect(rendered).toContain('2 unknown (the credentials ended)');
  });
});

describe('the report of a fleet of 300', () => {
  const ids = Array.from({ length: 300 }, (_, i) => `env-${i}`);
  const large = fleet(
    ids.map((id, i) => deployment(id, i < 280 ? 'READY' : 'NOT_READY', i < 280 ? [] : ['network/a'])),
  );

  it('shows every deployment that is not ready, and every name', () => {
    const text = renderFleetText(large, { width: 100, color: false });
    expect(text.match(/^ {2}NOT READY /gm)).toHaveLength(20);
    for (const rendered of [text, renderFleetMarkdown(large), renderFleetHtml(large)]) {
      for (const id of ids) expect(rendered).toMatch(new RegExp(`\\b${id.replace('-', '\\\\?-')}\\b`));
    }
    expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('has what is to be done before what is ready, on paper too', () => {
    const html = renderFleetHtml(large);
    expect(html).toContain('<title>NOT READY: 300 deployments - clawcheck fleet report</title>');
    const headings = [...html.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, heading]) => heading);
    expect(headings).toEqual(['Not ready (20)', 'Checks to look at (1)', 'Ready (280)']);
    expect(html).toMatch(/@media print[\s\S]*\.check details::details-content \{ content-visibility: visible; \}/);
  });

  it.each([40, 60, 80, 120])('fits into %i columns', (width) => {
    const lines = renderFleetText(large, { width, color: false }).split('\n');
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  });

  it('tells checks that go wrong in the same places together, and every one that fails', () => {
    const blind = deployment('blind', 'INCOMPLETE', [], [...titles.keys()]);
    const seen = (given: readonly FleetDeployment[]) => renderFleetText(fleet(given), { width: 100, color: false });
    expect(seen([blind])).toContain('\n  network/a, network/b\n    unknown in 1: blind\n');
    expect(seen([blind, deployment('bad', 'NOT_READY', ['network/b'])])).toContain(
      '\n  network/b\n    fails in 1: bad\n    unknown in 1: blind\n  network/a\n    unknown in 1: blind\n',
    );
  });

  it('has no text that acts', () => {
    const blind = deployment('y', 'INCOMPLETE', [], ['network/a']);
    const told = { ...blind, report: { ...blind.report, cause: hostile } };
    const bad = fleetOf([missing(`x${hostile}`, hostile), told, deployment('z', 'READY')], {
      version: '0.0.0',
      titles,
      refused: [{ file: hostile, problems: [hostile] }],
    });
    const html = renderFleetHtml(bad);
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    for (const rendered of [html, renderFleetMarkdown(bad), renderFleetText(bad, { width: 100, color: false })]) {
      expect(rendered).not.toMatch(/[^\x20-\x7e\n]/);
      expect(rendered).not.toMatch(/^\s*::|##vso/m);
    }
    expect(renderFleetMarkdown(bad)).not.toMatch(/(?<!\\)<img|https?:\/\/evil/);
  });
});
