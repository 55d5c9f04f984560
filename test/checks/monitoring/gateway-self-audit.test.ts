import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/gateway-self-audit.ts';
import { selfAudit } from '../../../src/probes/host/self-audit.ts';
import { contextOf } from '../../probes/gateway/support.ts';
import { judgeFacts } from '../../support/judge.ts';

const critical = { id: 'gateway.http.no_auth', severity: 'critical', suppressed: false };
const warning = { id: 'gateway.trusted_proxies_missing', severity: 'warn', suppressed: false };
const audit = (findings: readonly { severity: string; suppressed: boolean }[]) => {
  const of = (severity: string) => findings.filter((one) => one.severity === severity && !one.suppressed).length;
  return { findings, summary: { critical: of('critical'), warn: of('warn'), info: of('info') } };
};
/** The rig's runs start on 2026-03-04. */
const accepting = (finding: string, expires: string) => ({
  'gateway.acceptedAuditFindings': [{ finding, reason: 'known', by: 'Ben Example', expires }],
});

describe('monitoring/gateway-self-audit', () => {
  it.each<[string, unknown, Record<string, unknown>, string]>([
    ['nothing at all', audit([]), {}, 'pass'],
    ['a warning', audit([warning]), {}, 'pass'],
    ['a critical finding', audit([warning, critical]), {}, 'fail'],
    ['one that the host suppresses', audit([{ ...critical, suppressed: true }]), {}, 'fail'],
    ['one that is accepted', audit([critical]), accepting(critical.id, '2026-12-31'), 'pass'],
    ['one that is accepted until today', audit([critical]), accepting(critical.id, '2026-03-04'), 'pass'],
    ['one that was accepted until yesterday', audit([critical]), accepting(critical.id, '2026-03-03'), 'fail'],
    ['another than is accepted', audit([critical]), accepting('gateway.bind_no_auth', '2026-12-31'), 'fail'],
    ['no audit', undefined, {}, 'undetermined'],
  ])('%s', (_, seen, changes, outcome) => {
    expect(judgeFacts(check, { audit: seen }, changes).outcome).toBe(outcome);
  });
});

describe('monitoring/gateway-self-audit, what it shows', () => {
  const other = { ...critical, id: 'gateway.bind_no_auth' };
  const shown = (...findings: (typeof critical)[]) =>
    judgeFacts(check, { audit: audit(findings) }).evidence.map(({ subject, observed }) => [subject, observed]);
  it('which finding the host hides, and which it does not', () => {
    expect(shown({ ...critical, suppressed: true }, other).slice(0, 2)).toEqual([
      [critical.id, 'critical, and hidden by the configuration on the host'],
      [other.id, 'critical'],
    ]);
    expect(shown({ ...critical, suppressed: true }, critical)[0]).toEqual([
      critical.id,
      'critical, and hidden by the configuration on the host',
    ]);
  });
  it('the warnings by id, and nothing else', () => {
    const info = { ...warning, id: 'gateway.info', severity: 'info' };
    expect(shown(warning, info)).toEqual([['openclaw security audit', `0 critical, 1 warning: ${warning.id}`]]);
    expect(shown(info)).toEqual([['openclaw security audit', '0 critical, 0 warnings']]);
  });
});

describe('the answer of the host', () => {
  const good: [string, string][] = [
    ['state', 'audited'],
    ['summary', 'critical 1'],
    ['summary', 'warn 0'],
    ['summary', 'info 0'],
    ['finding', 'active critical gateway.http.no_auth'],
    ['count', '1'],
  ];
  const read = (records: readonly (readonly [string, string])[]) => selfAudit.parse(records, contextOf());

  it('is read', () => {
    expect(read(good)).toEqual({ findings: [critical], summary: { critical: 1, warn: 0, info: 0 } });
  });

  it.each<[string, [string, string], string]>([
    ['a severity that is not known', ['finding', 'active fatal gateway.http.no_auth'], 'bad_response'],
    ['text of the target', ['finding', 'active critical two words'], 'bad_response'],
    ['no number', ['summary', 'critical NaN'], 'bad_response'],
    ['another number', ['summary', 'critical 0'], 'conflict'],
    ['more findings than are listed', ['count', '2'], 'truncated'],
    ['an unknown state', ['state', 'fine'], 'bad_response'],
  ])('is refused for %s', (_, [key, value], reason) => {
    const index = good.findIndex(([name]) => name === key);
    expect(() => read(good.with(index, [key, value]))).toThrow(expect.objectContaining({ reason }));
    expect(() => read(good.toSpliced(index, 1))).toThrow();
  });
});
