import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/failure-is-replaced.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';
import { noRecords, recordOf } from '../drill-record.ts';

/** `[kind, cause, start, end]`, in seconds before now. */
type Activity = readonly ['launch' | 'termination', 'health' | 'other', number, number | undefined, string?];
const at = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const day = 86_400;

describe('infrastructure/failure-is-replaced', () => {
  it.each<[string, readonly Activity[], string]>([
    ['nothing ever happened', [], 'undetermined'],
    [
      'terminated, then launched',
      [
        ['termination', 'health', 5000, 4950],
        ['launch', 'health', 4940, 4700],
      ],
      'pass',
    ],
    [
      'launched first, then terminated',
      [
        ['launch', 'health', 5000, 4800],
        ['termination', 'health', 4790, 4700],
      ],
      'pass',
    ],
    [
      'in exactly the time allowed',
      [
        ['termination', 'health', 5000, 4990],
        ['launch', 'health', 4980, 4100],
      ],
      'pass',
    ],
    [
      'a second too late',
      [
        ['termination', 'health', 5000, 4990],
        ['launch', 'health', 4980, 4099],
      ],
      'fail',
    ],
    [
      'the launch came long after',
      [
        ['termination', 'health', 9000, 8990],
        ['launch', 'health', 5000, 4990],
      ],
      'fail',
    ],
    [
      'the launch failed',
      [
        ['termination', 'health', 5000, 4990],
        ['launch', 'health', 4980, 4900, 'Failed'],
      ],
      'fail',
    ],
    [
      'the launch is still running, in time',
      [
        ['termination', 'health', 300, 290],
        ['launch', 'health', 280, undefined, 'InProgress'],
      ],
      'undetermined',
    ],
    [
      'the launch was for scaling',
      [
        ['termination', 'health', 5000, 4990],
        ['launch', 'other', 4980, 4900],
      ],
      'fail',
    ],
    [
      'only scaled in and out',
      [
        ['termination', 'other', 5000, 4990],
        ['launch', 'other', 4980, 4900],
      ],
      'undetermined',
    ],
    [
      'one launch for two failures',
      [
        ['termination', 'health', 5000, 4990],
        ['termination', 'health', 5010, 5000],
        ['launch', 'health', 5020, 4900],
      ],
      'fail',
    ],
    [
      'an older failure was not replaced, the newest was',
      [
        ['termination', 'health', 5000, 4990],
        ['launch', 'health', 4980, 4900],
        ['termination', 'health', 90_000, 89_000],
      ],
      'pass',
    ],
    [
      'too long ago',
      [
        ['termination', 'health', 91 * day, 91 * day - 50],
        ['launch', 'health', 91 * day - 60, 91 * day - 200],
      ],
      'undetermined',
    ],
    [
      'exactly as long ago as counts',
      [
        ['termination', 'health', 90 * day + 200, 90 * day + 190],
        ['launch', 'health', 90 * day + 180, 90 * day],
      ],
      'pass',
    ],
    [
      'just now',
      [
        ['termination', 'health', 300, 290],
        ['launch', 'health', 280, 100],
      ],
      'pass',
    ],
    ['exactly the time allowed ago, and not yet replaced', [['termination', 'health', 900, 890]], 'undetermined'],
    [
      'another failed with it, and was not replaced',
      [
        ['termination', 'health', 5000, 4990],
        ['launch', 'health', 4980, 4900],
        ['termination', 'health', 5900, 5890],
      ],
      'fail',
    ],
    [
      'in the future',
      [
        ['termination', 'health', -5000, -5050],
        ['launch', 'health', -5060, -5200],
      ],
      'undetermined',
    ],
  ])('%s', (_, activities, outcome) => {
    const scalingActivities = activities.map(([kind, cause, start, end, status = 'Successful'], i) => ({
      kind,
      cause,
      status,
      instance: `i-${i}`,
      start: at(start),
      end: end === undefined ? undefined : at(end),
    }));
    const newestFirst = scalingActivities.sort((a, b) => b.start.getTime() - a.start.getTime());
    expect(judgeFacts(check, { scalingActivities: newestFirst, drills: noRecords }).outcome).toBe(outcome);
  });

  describe('beside the record of a drill', () => {
    const replaced: readonly Activity[] = [
      ['termination', 'health', 5000, 4990],
      ['launch', 'health', 4980, 4900],
    ];
    const scalingActivities = replaced.map(([kind, cause, start, end], i) => ({
      ...{ kind, cause, status: 'Successful', instance: `i-${i}`, start: at(start), end: at(end ?? 0) },
    }));
    const outcome = (values: Record<string, string>, daysAgo: number) => {
      const records = [
        { path: 'drills/a.json', record: recordOf('instance-failure', { replaced: 'pass' }, { values, daysAgo }) },
      ];
      const newestFirst = [...scalingActivities].reverse();
      return judgeFacts(check, {
        scalingActivities: newestFirst,
        drills: { records: records.map((r) => r.record), refused: [] },
      }).outcome;
    };
    it.each<[string, Record<string, string>, number, string]>([
      ['that AWS knows of', { instance: 'i-0', replacement: 'i-1' }, 0.05, 'pass'],
      ['that names another replacement', { instance: 'i-0', replacement: 'i-7' }, 0.05, 'undetermined'],
      ['that names another instance', { instance: 'i-7', replacement: 'i-1' }, 0.05, 'undetermined'],
      ['that names no replacement', { instance: 'i-7' }, 0.05, 'pass'],
      ['of a time that AWS no longer remembers', { instance: 'i-7', replacement: 'i-8' }, 41, 'pass'],
      ['of a time that AWS just remembers', { instance: 'i-7', replacement: 'i-8' }, 39, 'undetermined'],
    ])('%s', (_, values, daysAgo, expected) => expect(outcome(values, daysAgo)).toBe(expected));
  });
});
