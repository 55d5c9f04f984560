import { readFileSync } from 'node:fs';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { HtmlValidate } from 'html-validate';
import { marked, type Token } from 'marked';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { Report } from '../../src/model/report.ts';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderAlerts, renderSarif } from '../../src/report/sarif.ts';
import { hostileReport, readyReport, withCheck } from '../support/report.ts';
import { runScenario } from '../support/rig.ts';

// Each format is held against its own schema, or read by a parser that its users have.

const schema = (name: string) => readFileSync(new URL(`../support/schemas/${name}`, import.meta.url), 'utf8');
const reports: Record<string, Report> = {};
beforeAll(async () => {
  const ready = await readyReport();
  const flawed = await runScenario(['efs-without-tls', 'interfaces-denied', 'launch-hook-missing']);
  const failed = flawed.areas.flatMap(({ checks }) => checks).find(({ status }) => status === 'fail');
  const waiver = { status: 'fail', by: 'Ada', reason: 'until June', expires: '2099-01-01', ticket: 'OPS-1' } as const;
  const waived = withCheck(flawed, failed?.id ?? '', { status: 'waived', waiver });
  Object.assign(reports, { ready, flawed, waived, hostile: hostileReport(waived) });
});
const report = (name: string): Report => reports[name] as Report;
const names = ['ready', 'flawed', 'waived', 'hostile'];

// The schema has a pattern that is none with the flag `u`.
const ajv = new Ajv.default({ strict: false, unicodeRegExp: false });
addFormats.default(ajv as never);
const isSarif = ajv.compile(JSON.parse(schema('sarif-2.1.0-rtm.5.json')));
const html = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document', 'html-validate:a11y'],
});

describe.each(names)('the report that is %s', (name) => {
  it('is SARIF 2.1.0 by the schema of OASIS', () => {
    for (const render of [renderSarif, renderAlerts])
      expect([isSarif(JSON.parse(render(report(name)))), isSarif.errors]).toEqual([true, null]);
  });

  it('is JUnit XML by the schema of Jenkins, read by libxml2', async () => {
    const found = await validateXML({ xml: renderJunit(report(name)), schema: schema('jenkins-junit.xsd') });
    expect(found.errors).toEqual([]);
    expect(found.valid).toBe(true);
  });

  it('is HTML in which a validator finds nothing, accessibility included', async () => {
    const { results } = await html.validateString(renderHtml(report(name)));
    expect(results.flatMap(({ messages }) => messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`))).toEqual([]);
  });

  it('is Markdown whose parser finds our headings and tables, and nothing that links, loads or is HTML', () => {
    const types = new Set<string>();
    const tokens = marked.lexer(renderMarkdown(report(name)), { gfm: true });
    const headings: string[] = [];
    let rows = 0;
    marked.walkTokens(tokens, (token: Token) => {
      types.add(token.type);
      if (token.type === 'heading') headings.push(token['text']);
      if (token.type === 'table') rows += token['rows'].length;
    });
    const known = ['heading', 'text', 'space', 'paragraph', 'blockquote', 'strong', 'table', 'list', 'list_item'];
    expect([...types].filter((type) => ![...known, 'codespan', 'escape'].includes(type))).toEqual([]);
    const { areas } = report(name);
    expect(headings.length).toBeGreaterThanOrEqual(areas.length + 3);
    const checks = areas.flatMap((area) => area.checks).length;
    expect(rows).toBeGreaterThanOrEqual(checks + areas.length);
  });

  it('is JSON that any parser reads as it was', () => {
    expect(JSON.parse(renderJson(report(name)))).toEqual(JSON.parse(JSON.stringify(report(name))));
  });
});

describe('the validators', () => {
  it('find what is wrong', async () => {
    expect(isSarif({ version: '2.1.0', runs: [{}] })).toBe(false);
    const junit = renderJunit(report('ready')).replace('<testsuites', '<testsuites color="red"');
    expect((await validateXML({ xml: junit, schema: schema('jenkins-junit.xsd') })).valid).toBe(false);
    const page = renderHtml(report('ready')).replace('<main>', '<main><h6>x</h6><img src="x">');
    expect((await html.validateString(page)).valid).toBe(false);
  });
});
