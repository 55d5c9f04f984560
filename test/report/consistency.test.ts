import { beforeAll, describe, expect, it } from 'vitest';
import { declaredChecks } from '../../src/cli/declared.ts';
import type { CheckResult, Report } from '../../src/model/report.ts';
import { inconsistencies } from '../../src/report/consistency.ts';
import { renderJson } from '../../src/report/json.ts';
import { parseReport } from '../../src/report/parse.ts';
import { readyReport, recounted, withCheck } from '../support/report.ts';
import { runScenario } from '../support/rig.ts';

const declared = declaredChecks();
let ready: Report;
let flawed: Report;
beforeAll(async () => {
  [ready, flawed] = await Promise.all([readyReport(), runScenario(['efs-without-tls', 'interfaces-denied'])]);
});

const byStatus = (report: Report, status: string): CheckResult => {
  const found = report.areas.flatMap(({ checks }) => checks).find((check) => check.status === status);
  if (!found) throw new Error(`no check is ${status}`);
  return found;
};
const byId = (report: Report, id: string) =>
  report.areas.flatMap(({ checks }) => checks).find((check) => check.id === id) as CheckResult;
const said = (report: Report) => byStatus(report, 'attested').attestation as NonNullable<CheckResult['attestation']>;
const mapAreas = (report: Report, change: (checks: CheckResult[]) => CheckResult[]): Report => ({
  ...report,
  areas: report.areas.map((area, i) => (i === 0 ? { ...area, checks: change([...area.checks]) } : area)),
});

describe('a report that holds together', () => {
  it('has nothing to say against it, whatever its verdict', async () => {
    expect(inconsistencies(ready, declared)).toEqual([]);
    expect(ready.verdict).toBe('READY');
    expect(inconsistencies(flawed, declared)).toEqual([]);
    expect(inconsistencies(await runScenario([], { areas: ['backup'] }), declared)).toEqual([]);
    const narrow = await runScenario([], {
      checks: ['network/egress-closed'].filter((id) => declared.some((d) => d.id === id)),
      areas: ['skills'],
    });
    expect(inconsistencies(narrow, declared)).toEqual([]);
  });

  type Forgery = [name: string, forge: (report: Report) => Report, line: RegExp];
  const first = () => declared[0]?.id ?? '';
  const forgeries: Forgery[] = [
    [
      'a status flipped',
      (r) => ({ ...withCheck(r, byStatus(r, 'pass').id, { status: 'fail' }), counts: r.counts, verdict: r.verdict }),
      /^counts: /,
    ],
    [
      'a status flipped, and counted',
      (r) => ({ ...withCheck(r, byStatus(r, 'pass').id, { status: 'fail' }), verdict: r.verdict }),
      /^verdict: it says READY/,
    ],
    ['a check taken out', (r) => recounted(mapAreas(r, ([, ...rest]) => rest)), /^complete: .* is missing$/],
    [
      'a check twice',
      (r) => recounted(mapAreas(r, ([one, ...rest]) => (one ? [one, one, ...rest] : rest))),
      /^complete: .* is there 2 times$/,
    ],
    [
      'a check that does not exist',
      (r) =>
        recounted(
          mapAreas(r, ([one, ...rest]) => (one ? [{ ...one, id: 'infrastructure/other' }, one, ...rest] : rest)),
        ),
      /there is no check infrastructure\/other/,
    ],
    [
      'checks in another order',
      (r) => mapAreas(r, (checks) => checks.reverse()),
      /^complete: the checks are not in their order$/,
    ],
    ['an area taken out', (r) => recounted({ ...r, areas: r.areas.slice(1) }), /^complete: .* is missing$/],
    ['another claim', (r) => withCheck(r, first(), { title: 'Everything is fine' }), /^wording: /],
    ['another headline', (r) => withCheck(r, first(), { headline: 'Everything is fine' }), /^wording: the headline/],
    ['another remediation', (r) => withCheck(r, first(), { remediation: 'Nothing' }), /^wording: the remediation/],
    [
      'a pass without evidence',
      (r) => withCheck(r, byStatus(r, 'pass').id, { evidence: [] }),
      /is pass without evidence$/,
    ],
    [
      'a pass without a control',
      (r) => withCheck(r, byStatus(r, 'pass').id, { controls: [] }),
      /is pass without a control$/,
    ],
    [
      'a pass of something unknown',
      (r) => withCheck(r, byStatus(r, 'pass').id, { reason: { code: 'timeout', message: '' } }),
      /has a reason/,
    ],
    [
      'an attestation of what is measured',
      (r) => withCheck(r, byStatus(r, 'pass').id, { status: 'attested' }),
      /without an attestation$/,
    ],
    [
      'an attestation that is over',
      (r) =>
        withCheck(r, byStatus(r, 'attested').id, {
          attestation: { ...(byStatus(r, 'attested').attestation as never as object), expires: '2020-01-01' } as never,
        }),
      /was not valid$/,
    ],
    [
      'not applicable without a word',
      (r) => withCheck(r, first(), { status: 'not-applicable' }),
      /without a declaration$/,
    ],
    [
      'an area of another title',
      (r) => ({ ...r, areas: r.areas.map((a) => ({ ...a, title: 'Fine' })) }),
      /^wording: the area/,
    ],
    [
      'an instance twice',
      (r) => ({ ...r, subject: { ...r.subject, instances: [...r.subject.instances, ...r.subject.instances] } }),
      /^subject: an instance is there twice$/,
    ],
    [
      'another summary',
      (r) => withCheck(r, first(), { observed: 'fine' }),
      /says in short something else than it shows$/,
    ],
    [
      'a source that the check does not look at',
      (r) => withCheck(r, first(), { evidence: byId(r, first()).evidence.map((e) => ({ ...e, source: 'git-host' })) }),
      /of a source that it does not look at$/,
    ],
    [
      'a measurement that a person stated',
      (r) =>
        withCheck(r, first(), { evidence: byId(r, first()).evidence.map((e) => ({ ...e, source: 'human-attested' })) }),
      /of a source that it does not look at$/,
    ],
    [
      'an instance that was not reached',
      (r) => withCheck(r, first(), { evidence: byId(r, first()).evidence.map((e) => ({ ...e, instance: 'i-0' })) }),
      /seen on an instance that the run did not reach$/,
    ],
    ['no calls', (r) => ({ ...r, calls: [] }), /the answer to a call that the run did not make$/],
    [
      'an attestation by nobody',
      (r) => withCheck(r, byStatus(r, 'attested').id, { attestation: { ...said(r), by: ' ' } }),
      /is accepted without a name or a reason$/,
    ],
    [
      'another statement than its evidence',
      (r) => withCheck(r, byStatus(r, 'attested').id, { attestation: { ...said(r), by: 'Eve' } }),
      /cites another statement than its attestation$/,
    ],
    ['waived without a waiver', (r) => withCheck(r, first(), { status: 'waived' }), /is waived without a waiver$/],
    [
      'a waiver of a pass',
      (r) =>
        withCheck(r, first(), {
          status: 'waived',
          waiver: { status: 'pass', by: 'A', reason: 'B', expires: '2099-01-01', ticket: 'C' },
        }),
      /nothing to waive$/,
    ],
    [
      'a waiver that is over',
      (r) =>
        withCheck(r, first(), {
          status: 'waived',
          waiver: { status: 'fail', by: 'A', reason: 'B', expires: '2020-01-01', ticket: 'C' },
        }),
      /waiver that had expired$/,
    ],
    [
      'evidence from another time',
      (r) =>
        withCheck(r, byStatus(r, 'pass').id, {
          evidence: byStatus(r, 'pass').evidence.map((e) => ({ ...e, observedAt: '2026-01-01T00:00:00.000Z' })),
        }),
      /outside the window/,
    ],
    [
      'an end before the start',
      (r) => ({ ...r, window: { ...r.window, end: '2026-01-01T00:00:00.000Z' } }),
      /^window: /,
    ],
    [
      'a mismatch',
      (r) => ({ ...r, subject: { ...r.subject, mismatches: ['another account'] } }),
      /^verdict: it says READY, its statuses give UNTRUSTED$/,
    ],
    [
      'a narrowed run',
      (r) => ({ ...r, narrowedTo: ['infrastructure'] }),
      /^verdict: it says READY, its statuses give INCOMPLETE$/,
    ],
    ['an interrupted run', (r) => ({ ...r, window: { ...r.window, interrupted: true } }), /^verdict: .*INCOMPLETE$/],
    [
      'no account',
      (r) => ({ ...r, subject: { ...r.subject, account: null } }),
      /^subject: READY although the AWS account is not proven$/,
    ],
    [
      'another account',
      (r) => ({ ...r, subject: { ...r.subject, account: '999999999999' } }),
      /^subject: READY although the group is of another account or region$/,
    ],
    [
      'no instance',
      (r) => ({ ...r, subject: { ...r.subject, instances: [] } }),
      /^subject: READY although no instance was reached$/,
    ],
    [
      'an unverified host',
      (r) => ({
        ...r,
        subject: { ...r.subject, instances: r.subject.instances.map((i) => ({ ...i, hostKeyFingerprint: null })) },
      }),
      /host key was not verified$/,
    ],
  ];
  it.each(forgeries)('does not with %s', (_, forge, line) => {
    const lines = inconsistencies(forge(ready), declared);
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
  });

  it('does not with an unknown that has no reason, nor a failure that has no evidence', () => {
    const [failed, unknown] = [byStatus(flawed, 'fail'), byStatus(flawed, 'unknown')];
    expect(inconsistencies(withCheck(flawed, failed.id, { evidence: [] }), declared)).toContain(
      `support: ${failed.id} is fail without evidence`,
    );
    expect(inconsistencies(withCheck(flawed, unknown.id, { reason: null }), declared)).toContain(
      `support: ${unknown.id} is unknown without a reason`,
    );
  });
});

describe('the bytes of a report', () => {
  const parse = (text: string) => parseReport(Buffer.from(text));
  const problems = (text: string) => {
    const parsed = parse(text);
    return 'problems' in parsed ? parsed.problems : [];
  };

  it('are read as they were written', () => {
    const parsed = parse(renderJson(ready));
    expect('report' in parsed && renderJson(parsed.report)).toBe(renderJson(ready));
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['nothing', () => '', /^json: it is not JSON$/],
    ['a part', (t) => t.slice(0, 1000), /^json: it is not JSON$/],
    [
      'a key twice',
      (t) => t.replace('"verdict": "READY"', '"verdict": "NOT_READY",\n  "verdict": "READY"'),
      /^json: the key "verdict" stands twice/,
    ],
    [
      'a key twice deep inside',
      (t) => t.replace('"status": "pass"', '"status": "fail",\n          "status": "pass"'),
      /^json: the key "status" stands twice/,
    ],
    ['a key twice, once escaped', (t) => t.replace('"mode": ', '"m\\u006fde": "x", "mode": '), /stands twice/],
    ['a key of prototypes', (t) => t.replace('"mode": ', '"__proto__": {}, "mode": '), /__proto__ is not allowed/],
    ['depth', () => '['.repeat(100) + ']'.repeat(100), /deeper/],
    ['an unknown key', (t) => t.replace('"mode": ', '"more": 1,\n  "mode": '), /^schema: .*more/],
    ['a key less', (t) => t.replace(/ {2}"mode": "live",\n/, ''), /^schema: mode/],
    ['another indentation', (t) => `${JSON.stringify(JSON.parse(t), null, 1)}\n`, /^bytes: it is not laid out/],
    [
      'another order of keys',
      (t) => {
        const { verdict, ...rest } = JSON.parse(t);
        return `${JSON.stringify({ verdict, ...rest }, null, 2)}\n`;
      },
      /^bytes: it is not laid out/,
    ],
    ['a carriage return', (t) => t.replaceAll('\n', '\r\n'), /^bytes: .*ASCII/],
    ['a hidden character', (t) => t.replace('READY', 'READY\u202e'), /^bytes: .*ASCII/],
    ['a byte order mark', (t) => `\ufeff${t}`, /^bytes: .*ASCII/],
    ['more at the end', (t) => `${t}\n`, /^bytes: it is not laid out/],
  ])('with %s are none', (_, change, line) => {
    expect(problems(change(renderJson(ready)))).toEqual([expect.stringMatching(line)]);
  });
});
