import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { renderAnnotations } from '../../src/report/annotations.ts';
import { renderHtml } from '../../src/report/html.ts';
import { style } from '../../src/report/html-style.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderAlerts, renderSarif } from '../../src/report/sarif.ts';
import { renderText } from '../../src/report/text.ts';
import { hostileReport, readyReport, withCheck } from '../support/report.ts';
import { runScenario } from '../support/rig.ts';
import { attributesOf, parseXml, textOf, withName } from '../support/xml.ts';

let ready: Report;
let flawed: Report;
let hostile: Report;
beforeAll(async () => {
  ready = await readyReport();
  const found = await runScenario(['efs-without-tls', 'interfaces-denied', 'launch-hook-missing']);
  const waiver = { status: 'fail', by: 'Ada', reason: 'until June', expires: '2099-01-01', ticket: 'OPS-1' } as const;
  const failed = checksOf(found).find(({ status }) => status === 'fail');
  const passed = checksOf(found).find(({ status }) => status === 'pass');
  flawed = withCheck(found, failed?.id ?? '', { status: 'waived', waiver });
  flawed = withCheck(flawed, passed?.id ?? '', { status: 'not-applicable', notApplicable: 'no such thing here' });
  hostile = hostileReport(flawed);
});

const checksOf = (report: Report) => report.areas.flatMap(({ checks }) => checks);
const renderings: Record<string, (report: Report) => string> = {
  text: (report) => renderText(report, { width: 100, color: false, verbose: true }),
  json: renderJson,
  html: renderHtml,
  markdown: renderMarkdown,
  junit: renderJunit,
  sarif: renderSarif,
};

describe.each(Object.keys(renderings))('the report as %s', (format) => {
  const render = renderings[format] ?? renderJson;

  it('is printable ASCII whatever it holds, and the same for the same report', () => {
    for (const report of [ready, flawed, hostile]) {
      expect(render(report)).toMatch(/^[\x20-\x7e\n]*\n$/);
      expect(render(report)).toBe(render(structuredClone(report)));
    }
  });

  it('has no line that a CI system would take as a command', () => {
    const lines = render(hostile)
      .split('\n')
      .map((line) => line.trimStart());
    expect(lines.filter((line) => /^(::|##(?:vso)?\[)/.test(line))).toEqual([]);
  });

  it('names the verdict, every check and the deployment', () => {
    const out = render(flawed);
    expect(out).toMatch(new RegExp(flawed.verdict.replace('_', '[ _]')));
    for (const { id } of checksOf(flawed))
      expect(out).toContain(format === 'junit' || format === 'text' ? id.slice(id.indexOf('/') + 1) : id);
    expect(out).toContain('123456789012');
  });
});

it('the text in brief names what explains a check where there is something to do, and only there', () => {
  const brief = (report: Report) => renderText(report, { width: 60, color: false, verbose: false });
  expect(brief(flawed)).toContain('clawcheck explain CHECK ');
  expect(brief(ready)).not.toContain('clawcheck explain');
});

it.each([
  ['text', (report: Report) => renderText(report, { width: 100, color: false, verbose: false })],
  ['html', renderHtml],
  ['markdown', renderMarkdown],
  ['annotations', renderAnnotations],
])('%s says first what failed, then what was not verified', (_, render) => {
  const idsOf = (wanted: string) => checksOf(flawed).flatMap(({ id, status }) => (status === wanted ? [id] : []));
  const [failed, unknown] = [idsOf('fail'), idsOf('unknown')];
  // In the order of the areas an unknown would be the first.
  expect(checksOf(flawed).find(({ status }) => status === 'fail' || status === 'unknown')?.status).toBe('unknown');
  const out = render(flawed);
  const at = [...failed, ...unknown].map((id) => out.indexOf(id));
  expect(at.every((place) => place >= 0)).toBe(true);
  expect(at).toEqual([...at].sort((a, b) => a - b));
});

describe('JUnit XML', () => {
  it('has the areas as suites, and counts that fit its cases', () => {
    const root = parseXml(renderJunit(flawed));
    const suites = withName(root, 'testsuite');
    expect(suites.map((suite) => attributesOf(suite)['name'])).toEqual([
      'verdict',
      ...flawed.areas.map(({ id }) => id),
    ]);
    for (const suite of suites) {
      const { tests, failures, errors, skipped } = attributesOf(suite);
      const n = (name: string) => String(withName(suite, name).length);
      expect([tests, failures, errors, skipped]).toEqual(['testcase', 'failure', 'error', 'skipped'].map(n));
    }
    const sum = (name: string) => suites.reduce((total, suite) => total + Number(attributesOf(suite)[name]), 0);
    const { tests, failures, errors } = attributesOf(root);
    expect([tests, failures, errors].map(Number)).toEqual(['tests', 'failures', 'errors'].map(sum));
    const { counts } = flawed;
    expect([Number(failures), Number(errors), sum('skipped')]).toEqual([
      counts.fail + 1,
      counts.unknown,
      counts.waived + counts['not-applicable'],
    ]);
    expect(Number(tests)).toBe(checksOf(flawed).length + 1);
  });

  it('is red for a verdict other than READY, although no check failed', () => {
    const narrowed = { ...ready, narrowedTo: ['backup'], verdict: 'INCOMPLETE' as const };
    expect(withName(parseXml(renderJunit(ready)), 'failure')).toEqual([]);
    expect(withName(parseXml(renderJunit(narrowed)), 'failure').map(textOf)).toEqual([
      expect.stringContaining('Narrowed to backup'),
    ]);
  });

  it('gives hostile text as text', () => {
    const root = parseXml(renderJunit(hostile));
    const names = new Set([
      'testsuites',
      'testsuite',
      'properties',
      'property',
      'testcase',
      'failure',
      'error',
      'skipped',
      'system-out',
    ]);
    expect([...allNames(root)].filter((name) => !names.has(name))).toEqual([]);
    expect(withName(root, 'error').map(textOf).join()).toContain('<img src=x onerror=alert(1)>');
  });
});

function* allNames(element: ReturnType<typeof parseXml>): Generator<string> {
  yield element.name;
  for (const child of element.children) if (typeof child !== 'string') yield* allNames(child);
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind: string;
  readonly level: string;
  readonly suppressions?: unknown;
  readonly properties: { readonly status: string };
}
interface SarifRun {
  readonly results: readonly SarifResult[];
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly invocations: readonly [{ executionSuccessful: boolean; toolExecutionNotifications: readonly unknown[] }];
}
const sarifOf = (report: Report): SarifRun => JSON.parse(renderSarif(report)).runs[0];

describe('SARIF', () => {
  it('is 2.1.0, each result with its rule, and only a failure with a level', () => {
    for (const report of [ready, flawed, hostile]) {
      const run = sarifOf(report);
      expect(run.results.map(({ ruleId }) => ruleId)).toEqual(checksOf(report).map(({ id }) => id));
      for (const { ruleId, ruleIndex, kind, level } of run.results) {
        expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
        expect(level).toBe(kind === 'fail' ? 'error' : 'none');
      }
      expect(run.invocations[0].executionSuccessful).toBe(report.counts.unknown === 0);
      expect(run.invocations[0].toolExecutionNotifications).toHaveLength(report.counts.unknown);
    }
  });

  it('says what each status is in its own words', () => {
    const run = sarifOf(flawed);
    const kinds = {
      pass: 'pass',
      attested: 'pass',
      fail: 'fail',
      unknown: 'open',
      waived: 'fail',
      'not-applicable': 'notApplicable',
    };
    expect(run.results.map(({ kind }) => kind)).toEqual(checksOf(flawed).map(({ status }) => kinds[status]));
    const suppressed = run.results
      .filter(({ suppressions }) => suppressions)
      .map(({ properties }) => properties.status);
    expect(suppressed).toEqual(['waived']);
  });
});

describe('Markdown', () => {
  it('has a table whose rows all have their cells, and every heading of ours only', () => {
    for (const report of [ready, flawed, hostile]) {
      const lines = renderMarkdown(report).split('\n');
      const cells = (line: string) => line.match(/(?<!\\)\|/g)?.length ?? 0;
      let columns = 0;
      for (const line of lines) {
        if (!line.startsWith('|')) columns = 0;
        else if (columns === 0) columns = cells(line);
        else expect(cells(line)).toBe(columns);
      }
      const own =
        /^(# (READY|NOT READY|INCOMPLETE|UNTRUSTED): |## (At a glance|Failed|Not verified|Accepted|Every check|Verify)|### )/;
      expect(lines.filter((line) => line.startsWith('#') && !own.test(line))).toEqual([]);
    }
  });

  it('has no HTML, image, link, mention or code of the target', () => {
    const text = renderMarkdown(hostile)
      .replaceAll(/\\[\\`*_{}[\]<>#!|~$]/g, '')
      .replaceAll(/`(?:[0-9a-f]{64}|clawcheck[a-z0-9@_. -]+)`/g, '');
    expect(text).not.toMatch(/[<`[\]@]|!\[|:\/\/|www\./);
  });
});

describe('HTML', () => {
  it('is one page that loads and runs nothing', () => {
    for (const report of [ready, flawed, hostile]) {
      const html = renderHtml(report);
      expect(html).toContain(
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
      );
      const tags = new Set([...html.matchAll(/<\/?([a-zA-Z][a-zA-Z0-9]*)/g)].map(([, name]) => name));
      for (const tag of ['script', 'img', 'link', 'iframe', 'object', 'form', 'svg', 'base'])
        expect(tags).not.toContain(tag);
      const names = new Set(
        [...html.matchAll(/<[a-zA-Z][^>]*>/g)].flatMap(([tag]) =>
          [...tag.matchAll(/\s([a-zA-Z-]+)=\x22/g)].map(([, name]) => name),
        ),
      );
      const allowed = [
        'http-equiv',
        'content',
        'charset',
        'name',
        'lang',
        'class',
        'id',
        'href',
        'role',
        'scope',
        'datetime',
      ];
      const dashed = ['aria-labelledby', 'aria-label', 'aria-hidden', 'data-name'];
      expect([...names].filter((name) => ![...allowed, ...dashed].includes(name ?? ''))).toEqual([]);
      expect([...html.matchAll(/href="([^"]*)"/g)].filter(([, to]) => !to?.startsWith('#'))).toEqual([]);
      expect(html.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(/url\(|@import/);
    }
  });

  it('is closed as it was opened, its ids are there once, and each link leads to one', () => {
    for (const report of [ready, flawed, hostile]) {
      const html = renderHtml(report);
      const open: string[] = [];
      for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
        if (['meta', 'br'].includes(name)) continue;
        if (close) expect(open.pop()).toBe(name);
        else open.push(name);
      }
      expect(open).toEqual([]);
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const targets = [...html.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)].map(([, id]) => id);
      expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  it('has one main, headings in steps, and the digest and command to verify it', () => {
    const html = renderHtml(flawed);
    expect(html.match(/<main>/g)).toHaveLength(1);
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => {
      expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
    expect(html).toContain(createHash('sha256').update(renderJson(flawed)).digest('hex'));
    expect(html).toContain('clawcheck verify report.json --allowed-signers allowed_signers');
    expect(html).toContain('until June');
    expect(html).toContain('no such thing here');
  });

  it('has lines for signatures on a live READY report only', () => {
    expect(renderHtml(ready)).toContain('aria-label="Signatures"');
    expect(renderHtml({ ...ready, mode: 'simulated' })).toContain('Not for signature: this is a simulated run.');
    expect(renderHtml({ ...ready, verdict: 'INCOMPLETE' })).toContain('Not for signature: the verdict is INCOMPLETE.');
  });

  it('shows what failed and what could not be verified before the rest', () => {
    const html = renderHtml(flawed);
    const at = [
      'id="glance"',
      'id="failed"',
      'id="unverified"',
      'id="people"',
      'id="subject"',
      'id="checks"',
      'id="verify"',
    ].map((id) => html.indexOf(id));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at.every((i) => i > 0)).toBe(true);
  });

  it.each([
    ['light', 0],
    ['dark', 1],
  ])('has text of enough contrast in %s', (_, nth) => {
    const blocks = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, block = '']) => block);
    const colors = Object.fromEntries(
      [...(blocks[nth] ?? '').matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, color]) => [name, color]),
    );
    const ratio = (a = '', b = '') => {
      const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return (light + 0.05) / (dark + 0.05);
    };
    const pairs = ['ink', 'soft', 'pass', 'fail', 'unknown', 'people'].map((name) => [name, 'paper'] as const);
    const washes = ['pass', 'fail', 'unknown', 'people'].flatMap((name) => [
      [name, `${name}-wash`] as const,
      ['ink', `${name}-wash`] as const,
    ]);
    for (const [text, ground] of [...pairs, ...washes, ['ink', 'wash'] as const]) {
      expect({ text, ground, enough: ratio(colors[text], colors[ground]) >= 4.5 }).toEqual({
        text,
        ground,
        enough: true,
      });
    }
  });
});

/** Relative luminance as WCAG 2 defines it. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('what GitHub gets', () => {
  const wanted = (report: Report) => checksOf(report).filter(({ status }) => ['fail', 'unknown'].includes(status));

  it('is an alert for what failed or is not verified, and for nothing that passed or was waived', () => {
    for (const report of [ready, flawed, hostile]) {
      const [run] = JSON.parse(renderAlerts(report)).runs;
      expect(run.results.map(({ ruleId, level }: Record<string, string>) => [ruleId, level])).toEqual(
        wanted(report).map(({ id, status }) => [id, status === 'fail' ? 'error' : 'warning']),
      );
    }
    expect(wanted(flawed).map(({ status }) => status)).toEqual(expect.arrayContaining(['fail', 'unknown']));
    expect(JSON.parse(renderAlerts(ready)).runs[0].results).toEqual([]);
  });

  it('is an annotation a line, of which the target decides no part but its text', () => {
    for (const report of [ready, flawed, hostile]) {
      const lines = renderAnnotations(report).trimEnd().split('\n');
      for (const line of lines) {
        expect(line).toMatch(/^::(notice|warning|error) title=[^:,%]*(%(25|3A|2C)[^:,%]*)*::[\x20-\x7e]+$/);
        expect(line.slice(line.indexOf('::', 2))).toMatch(/^::[^%]*(%(25|0A)[^%]*)*$/);
      }
      expect(lines[0]).toContain(report.verdict.replace('_', ' '));
      expect(lines.slice(1).map((line) => line.match(/title=(.*?)::/)?.[1])).toEqual(
        ['fail', 'unknown'].flatMap((one) => wanted(report).flatMap(({ id, status }) => (status === one ? [id] : []))),
      );
    }
  });

  it('has no more annotations than GitHub shows, and says how many there would be', () => {
    const many = checksOf(flawed).reduce((report, { id }) => withCheck(report, id, { status: 'fail' }), flawed);
    const lines = renderAnnotations(many).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toContain(`${checksOf(many).length - 9} more are in the report.`);
  });
});
