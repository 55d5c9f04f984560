import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/kill-switch.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';
import { noRecords, recordOf } from '../drill-record.ts';

const arn = 'arn:aws:ssm:eu-west-1:123456789012:document/k';
const document = { kind: 'document', name: 'k', active: true, type: 'Command', platforms: ['Linux'], arn };
const roleOf = (...Statement: object[]) => {
  return {
    name: 'on-call',
    policies: [parsePolicy(JSON.stringify({ Statement }), 'p', 'identity')],
    boundary: undefined,
  };
};
const may = (Action: string, Resource: string | string[]) => roleOf({ Effect: 'Allow', Action, Resource });
const onCall = { roles: [may('ssm:*', '*'), may('lambda:InvokeFunction', '*')], unread: 0, users: 0 };
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
    ['a document for Windows', { ...document, platforms: ['Windows'] }, stated('2026-02-23'), 'fail'],
    ['a document for nothing', { ...document, platforms: [] }, stated('2026-02-23'), 'fail'],
    ['a document that is not active', { ...document, active: false }, stated('2026-02-23'), 'fail'],
    [
      'a function',
      { kind: 'function', name: 'k', active: true, type: undefined, platforms: [], arn: 'arn:f' },
      stated('2026-02-23'),
      'undetermined',
    ],
    [
      'a function that is not active',
      { kind: 'function', name: 'k', active: false, type: undefined, platforms: [], arn: 'arn:f' },
      stated('2026-02-23'),
      'fail',
    ],
    ['nothing', undefined, stated('2026-02-23'), 'fail'],
  ])('%s', (_, killSwitch, changes, outcome) => {
    expect(
      judgeFacts(check, { peopleRoles: onCall, killSwitch, use: undefined, drills: noRecords }, changes).outcome,
    ).toBe(outcome);
  });

  it.each([
    ['sends commands', document, may('ssm:SendCommand', '*'), 'undetermined'],
    ['sends this command', document, may('ssm:SendCommand', [arn, 'arn:aws:ec2:*:*:instance/*']), 'undetermined'],
    ['sends this command to nothing', document, may('ssm:SendCommand', arn), 'fail'],
    [
      'sends this command to one that will be gone',
      document,
      may('ssm:SendCommand', [arn, 'arn:aws:ec2:*:*:instance/i-0a1b2c3d4e5f60001']),
      'fail',
    ],
    ['sends another command', document, may('ssm:SendCommand', `${arn}-staging`), 'fail'],
    ['only reads', document, may('ssm:Describe*', '*'), 'fail'],
    ['starts runbooks', { ...document, type: 'Automation' }, may('ssm:StartAutomationExecution', arn), 'undetermined'],
    ['starts no runbook', { ...document, type: 'Automation' }, may('ssm:SendCommand', '*'), 'fail'],
    [
      'invokes it',
      { ...document, kind: 'function', type: undefined, arn: 'arn:f' },
      may('lambda:*', 'arn:f'),
      'undetermined',
    ],
    [
      'invokes others',
      { ...document, kind: 'function', type: undefined, arn: 'arn:f' },
      may('lambda:*', 'arn:g'),
      'fail',
    ],
  ])('asks whether a role that people take on %s', (_, killSwitch, role, outcome) => {
    const facts = { killSwitch, use: undefined, drills: noRecords };
    const alone = { roles: [may('s3:*', '*'), role], unread: 0, users: 0 };
    expect(judgeFacts(check, { ...facts, peopleRoles: alone }, stated('2026-02-23')).outcome).toBe(outcome);
    const seenInPart = [
      { ...alone, users: 1 },
      { ...alone, unread: 1 },
    ];
    for (const peopleRoles of seenInPart) {
      expect(judgeFacts(check, { ...facts, peopleRoles }, stated('2026-02-23')).outcome).toBe('undetermined');
    }
  });

  it.each([
    ['work that went on', { stopped: 'fail' }, 'fail'],
    ['a gateway that came back', { stopped: 'pass', 'stays-down': 'fail' }, 'fail'],
    ['what could not be seen', { stopped: 'unknown' }, 'undetermined'],
  ] as const)('hears the record of a drill: %s', (_, measures, outcome) => {
    const drills = { records: [recordOf('kill-switch', measures)], refused: [] };
    expect(
      judgeFacts(check, { peopleRoles: onCall, killSwitch: document, use: undefined, drills }, stated('2026-02-23'))
        .outcome,
    ).toBe(outcome);
  });

  const day = 86_400_000;
  const second = 1000;
  const used = (daysAgo = 1) => new Date(now.getTime() - daysAgo * day);
  const use = { at: used(), succeeded: true, instances: ['i-0a1b2c3d4e5f60001'], launches: [] as Date[] };
  const later = (seconds: number) => new Date(used().getTime() + seconds * second);
  const record = ({
    stopped = 3,
    held = 600,
    daysAgo = 1,
  }: {
    stopped?: number;
    held?: number;
    daysAgo?: number;
  } = {}) => {
    const values = { used: 'x', deadAt: used(daysAgo).toISOString() };
    const made = recordOf('kill-switch', { stopped: 'pass', 'stays-down': 'pass' }, { values, daysAgo });
    const [first, second] = made.measurements as [(typeof made.measurements)[0], (typeof made.measurements)[0]];
    return {
      ...made,
      measurements: [
        { ...first, seconds: stopped },
        { ...second, seconds: held },
      ],
    };
  };
  const nobody = { attestations: [] };

  it.each([
    ['the same', use, record(), nobody, 'pass'],
    ['the same, by a runbook, which does not say where', { ...use, instances: undefined }, record(), nobody, 'pass'],
    [
      'the same, with a launch before and one long after',
      { ...use, launches: [later(-5), later(601)] },
      record(),
      nobody,
      'pass',
    ],
    ['the same, stated long ago', use, record(), stated('2025-12-03'), 'pass'],
    ['nothing of it', undefined, record(), nobody, 'conflict'],
    ['nothing of it any more', undefined, record({ daysAgo: 31 }), nobody, 'not_drilled'],
    ['nothing of it any more, stated long ago', undefined, record({ daysAgo: 31 }), stated('2025-12-03'), 'fail'],
    ['another hour', { ...use, at: later(-3600) }, record(), nobody, 'conflict'],
    ['a later hour', { ...use, at: later(3600) }, record(), nobody, 'conflict'],
    ['a failure', { ...use, succeeded: false }, record(), nobody, 'conflict'],
    ['another instance', { ...use, instances: ['i-0'] }, record(), nobody, 'conflict'],
    ['a launch while it had to stay down', { ...use, launches: [later(600)] }, record(), nobody, 'conflict'],
    ['the same, but it took too long', use, record({ stopped: 31 }), nobody, 'conflict'],
    ['the same, but it was not held down for long', use, record({ held: 1 }), nobody, 'conflict'],
    ['the same, but what it took is not said', use, record({ stopped: Number.NaN }), nobody, 'conflict'],
  ] as const)('holds the record of a drill against what AWS remembers: %s', (_, use, record, changes, expected) => {
    const drills = { records: [record], refused: [] };
    const judged = judgeFacts(check, { peopleRoles: onCall, killSwitch: document, use, drills }, changes);
    expect('reason' in judged ? judged.reason : judged.outcome).toBe(expected);
  });

  it.each<[string, Parameters<typeof recordOf>[1]]>([
    ['of which one thing could not be seen', { stopped: 'unknown', 'stays-down': 'pass' }],
    ['in which one thing is missing', { stopped: 'pass' }],
    ['in which nothing was measured', {}],
    ['of other things', { drained: 'pass', 'stays-down': 'pass' }],
  ])('does not pass by the record of a drill %s', (_, measures) => {
    const made = recordOf('kill-switch', measures, { values: { used: 'x', deadAt: used().toISOString() } });
    const drills = { records: [made], refused: [] };
    const judged = judgeFacts(check, { peopleRoles: onCall, killSwitch: document, use, drills }, nobody);
    expect(judged).toMatchObject({ outcome: 'undetermined', reason: 'not_drilled' });
  });

  it('does not pass by a record where nobody is seen who may use it', () => {
    const peopleRoles = { roles: [may('s3:*', '*')], unread: 0, users: 1 };
    const facts = { peopleRoles, killSwitch: document, use, drills: { records: [record()], refused: [] } };
    expect(judgeFacts(check, facts, nobody)).toMatchObject({ outcome: 'undetermined', reason: 'no_control' });
  });

  it('names what AWS remembers beside the record', () => {
    const facts = { peopleRoles: onCall, killSwitch: document, use, drills: { records: [record()], refused: [] } };
    const judged = judgeFacts(check, facts, nobody);
    expect(judged).toMatchObject({ outcome: 'pass', controls: [{ fact: 'use' }] });
  });
});
