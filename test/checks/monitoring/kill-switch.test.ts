import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/kill-switch.ts';
import { judgeFacts } from '../../support/judge.ts';
import { noRecords, recordOf } from '../drill-record.ts';

const document = { kind: 'document', name: 'k', active: true, type: 'Command' };
const stated = (date: string) => ({
  attestations: [
    { check: 'monitoring/kill-switch', by: 'Dan', date, expires: '2027-01-01', statement: 's', evidence: 'e' },
  ],
});

describe('monitoring/kill-switch', () => {
  it.each([
    ['a document, never used', document, { attestations: [] }, 'undetermined'],
    ['a document, used lately: left to the person', document, stated('2026-02-23'), 'undetermined'],
    ['used 90 days ago', document, stated('2025-12-04'), 'undetermined'],
    ['used 91 days ago', document, stated('2025-12-03'), 'fail'],
    ['a runbook', { ...document, type: 'Automation' }, stated('2026-02-23'), 'undetermined'],
    ['a document that is no command', { ...document, type: 'Package' }, stated('2026-02-23'), 'fail'],
    ['a document that is not active', { ...document, active: false }, stated('2026-02-23'), 'fail'],
    [
      'a function',
      { kind: 'function', name: 'k', active: true, type: undefined },
      stated('2026-02-23'),
      'undetermined',
    ],
    [
      'a function that is not active',
      { kind: 'function', name: 'k', active: false, type: undefined },
      stated('2026-02-23'),
      'fail',
    ],
    ['nothing', undefined, stated('2026-02-23'), 'fail'],
  ])('%s', (_, killSwitch, changes, outcome) => {
    expect(judgeFacts(check, { killSwitch, drills: noRecords }, changes).outcome).toBe(outcome);
  });

  it.each([
    ['work that went on', { stopped: 'fail' }, 'fail'],
    ['a gateway that came back', { stopped: 'pass', 'stays-down': 'fail' }, 'fail'],
    ['nothing wrong: left to the person', { stopped: 'pass', 'stays-down': 'pass' }, 'undetermined'],
    ['what could not be seen', { stopped: 'unknown' }, 'undetermined'],
  ] as const)('hears the record of a drill: %s', (_, measures, outcome) => {
    const drills = { records: [recordOf('kill-switch', measures)], refused: [] };
    expect(judgeFacts(check, { killSwitch: document, drills }, stated('2026-02-23')).outcome).toBe(outcome);
  });
});
