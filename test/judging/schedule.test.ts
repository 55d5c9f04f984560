import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestGapMinutes } from '../../src/judging/schedule.ts';

const from = new Date('2026-03-04T05:06:07Z');
const day = 1440;

describe('longestGapMinutes', () => {
  it.each([
    ['rate(1 day)', day],
    ['rate(12 hours)', day / 2],
    ['rate(5 minutes)', 5],
    ['rate(2 days)', 2 * day],
    ['cron(0 3 * * ? *)', day],
    ['cron(0 3 ? * * *)', day],
    [' cron(0 3 ? * sun-sat *) ', day],
    ['cron(30 3,15 * * ? *)', day / 2],
    ['cron(0/15 * * * ? *)', 15],
    ['cron(0 */7 * * ? *)', 420],
    ['cron(0 5/12 * * ? *)', day / 2],
    ['cron(0 3 ? * MON-FRI *)', 3 * day],
    ['cron(0 3 ? * 2-6 *)', 3 * day],
    ['cron(0 3 ? * 1 *)', 7 * day],
    ['cron(0 3 ? * L *)', 7 * day],
    ['cron(0 3 1/2 * ? *)', 2 * day],
    ['cron(0 3 1 * ? *)', 31 * day],
    ['cron(0 3 L * ? *)', 31 * day],
    ['cron(0 3 30 2 ? *)', Number.POSITIVE_INFINITY],
    ['cron(0 3 * * ? 2020)', Number.POSITIVE_INFINITY],
    ['cron(0 3 * JAN-NOV ? *)', 32 * day],
    ['cron(0 3 ? * 5#2 *)', 35 * day],
    ['cron(0 3 ? * FRIL *)', 35 * day],
    ['cron(0 3 ? * 6L *)', 35 * day],
    ['cron(0 3 31 * ? *)', 61 * day],
  ])('%s', (expression, minutes) => {
    expect(longestGapMinutes(expression, from)).toBe(minutes);
  });

  it.each([
    ['', 'empty'],
    ['rate(0 days)', 'never'],
    ['rate(1 week)', 'no such unit'],
    ['at(2026-03-04T05:06:07)', 'once'],
    ['0 3 * * ? *', 'no cron()'],
    ['cron(0 3 * * ?)', 'five fields'],
    ['cron(0 3 * * * *)', 'both day fields'],
    ['cron(0 3 ? * ? *)', 'neither day field'],
    ['cron(60 3 * * ? *)', 'no such minute'],
    ['cron(0 24 * * ? *)', 'no such hour'],
    ['cron(0 3 ? * 0 *)', 'days of the week begin with 1'],
    ['cron(0 3 ? * 8 *)', 'no such day'],
    ['cron(0 3 ? * 3#6 *)', 'no sixth'],
    ['cron(0 3 0W * ? *)', 'no such day of the month'],
    ['cron(0 22-2 * * ? *)', 'backwards'],
    ['cron(0/0 3 * * ? *)', 'no step'],
    ['cron(, 3 * * ? *)', 'an empty value'],
    ['cron(1-2-3 3 * * ? *)', 'two ranges'],
    ['cron(0 3 * * ? *) or so', 'more behind it'],
  ])('%s is not understood: %s', (expression) => {
    expect(longestGapMinutes(expression, from)).toBeUndefined();
  });

  it('finds the weekday nearest to a day, in the same month', () => {
    // 1 August 2026 is a Saturday and 31 May 2026 a Sunday.
    expect(longestGapMinutes('cron(0 0 1W 8 ? 2026)', from)).toBe(gapsOf([Date.UTC(2026, 7, 3)]));
    expect(longestGapMinutes('cron(0 0 31W 5 ? 2026)', from)).toBe(gapsOf([Date.UTC(2026, 4, 29)]));
    expect(longestGapMinutes('cron(0 0 LW 5 ? 2026)', from)).toBe(gapsOf([Date.UTC(2026, 4, 29)]));
    expect(longestGapMinutes('cron(0 0 15W 7 ? 2026)', from)).toBe(gapsOf([Date.UTC(2026, 6, 15)]));
  });

  it('agrees with looking at each minute', () => {
    // A field as it is written, and what it means by counting: lists, ranges, steps, and names.
    const field = (min: number, max: number, names: readonly string[] = []) => {
      const every = Array.from({ length: max - min + 1 }, (_, i) => min + i);
      const say = (n: number) => names[n - min] ?? String(n);
      const value = fc.integer({ min, max });
      const pair = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
      const step = fc.integer({ min: 1, max: 7 });
      const part = fc.oneof(
        value.map((n) => ({ text: say(n), values: [n] })),
        pair.map(([a, b]) => ({ text: `${say(a)}-${say(b)}`, values: every.filter((n) => a <= n && n <= b) })),
        fc.tuple(value, step).map(([a, by]) => {
          return { text: `${say(a)}/${by}`, values: every.filter((n) => n >= a && (n - a) % by === 0) };
        }),
        step.map((by) => ({ text: `*/${by}`, values: every.filter((n) => (n - min) % by === 0) })),
      );
      return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => ({
        text: parts.map(({ text }) => text).join(','),
        values: parts.flatMap(({ values }) => values),
      }));
    };
    const fields = fc.record({
      minutes: field(0, 59),
      hours: field(0, 23),
      monthDays: fc.option(field(1, 31)),
      weekDays: field(1, 7, ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']),
      months: fc.option(field(1, 12)),
    });
    fc.assert(
      fc.property(fields, ({ minutes, hours, monthDays, weekDays, months }) => {
        const month = months?.text ?? '*';
        const dayFields = monthDays ? `${monthDays.text} ${month} ?` : `? ${month} ${weekDays.text}`;
        const runs: number[] = [];
        const start = Date.UTC(2026, 2, 4);
        for (let d = 0; d < 732; d += 1) {
          const date = new Date(start + d * 86_400_000);
          if (months && !months.values.includes(date.getUTCMonth() + 1)) continue;
          const [named, today] = monthDays ? [monthDays, date.getUTCDate()] : [weekDays, date.getUTCDay() + 1];
          if (!named.values.includes(today)) continue;
          for (let m = 0; m < day; m += 1) {
            if (hours.values.includes(Math.floor(m / 60)) && minutes.values.includes(m % 60))
              runs.push(date.getTime() + m * 60_000);
          }
        }
        const expected = runs.length > 0 ? gapsOf(runs) : Number.POSITIVE_INFINITY;
        expect(longestGapMinutes(`cron(${minutes.text} ${hours.text} ${dayFields} *)`, from)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, and never calls a gap shorter than a minute', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^cron\([0-9*?LW#/, A-Z-]{0,30}\)$/), (expression) => {
        const gap = longestGapMinutes(expression, from);
        expect(gap === undefined || gap >= 1).toBe(true);
      }),
    );
  });
});

/** The longest gap between times, from the start to the end of the window. */
function gapsOf(runs: readonly number[]): number {
  const start = Date.UTC(2026, 2, 4);
  const all = [start, ...runs, start + 732 * 86_400_000];
  return all.slice(1).reduce((longest, t, i) => Math.max(longest, (t - (all[i] ?? 0)) / 60_000), 0);
}
