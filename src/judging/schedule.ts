/**
 * Schedules as AWS writes them: `rate(1 day)` and `cron(minutes hours day-of-month month day-of-week year)`.
 * What is not of the documented form has no answer here (undefined), so that nothing is judged on a guess.
 */

const minutesADay = 1440;
const days = 2 * 366;

interface Fields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  /** Whether it says outright that it runs every day. */
  readonly daily: boolean;
  /** Of one month: the days on which it runs. */
  daysOf(year: number, month: number): ReadonlySet<number>;
}

/**
 * The longest time in minutes without a run, in the schedule's own time zone, over the two years from `from`.
 * `Infinity` when it does not run at all in that time; undefined when the expression is not understood.
 */
export function longestGapMinutes(expression: string, from: Date): number | undefined {
  return longestGapOfAll([expression], from);
}

/**
 * The same for schedules that run beside each other in one time zone: a rule for weekdays and one for weekends are
 * daily together. A rate has no hour of its own, so it stands for itself.
 */
export function longestGapOfAll(expressions: readonly string[], from: Date): number | undefined {
  const rates = expressions.flatMap((expression) => rateMinutes(expression) ?? []);
  const crons = expressions.filter((expression) => !expression.trim().startsWith('rate('));
  const fields = crons.map(parseCron);
  if (fields.includes(undefined) || rates.length + crons.length < expressions.length) return undefined;
  const gap = crons.length > 0 ? longestGapOf(fields as Fields[], from) : Number.POSITIVE_INFINITY;
  return Math.min(gap, ...rates);
}

function rateMinutes(expression: string): number | undefined {
  const rate = /^rate\((\d{1,6}) (minute|minutes|hour|hours|day|days)\)$/.exec(expression.trim());
  if (rate) {
    const amount = Number(rate[1]);
    const unit = rate[2]?.startsWith('minute') ? 1 : rate[2]?.startsWith('hour') ? 60 : minutesADay;
    return amount > 0 ? amount * unit : undefined;
  }
  return undefined;
}

function longestGapOf(all: readonly Fields[], from: Date): number {
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth()];
  const start = Date.UTC(year, month, from.getUTCDate());
  const times = all.map(({ hours, minutes }) => hours.flatMap((h) => minutes.map((m) => h * 60 + m)));
  if (all.every(({ daily }) => daily)) {
    const everyDay = merged(times);
    return Math.max(...everyDay.map((time, i) => time - (everyDay[i - 1] ?? (everyDay.at(-1) ?? 0) - minutesADay)));
  }
  const end = days * minutesADay;
  let longest = 0;
  let previous: number | undefined;
  for (let later = 0; ; later += 1) {
    const first = new Date(Date.UTC(year, month + later));
    const [y, m] = [first.getUTCFullYear(), first.getUTCMonth() + 1];
    const begin = (first.getTime() - start) / 60_000;
    if (begin >= end) break;
    const daysOf = all.map((fields) => (fields.years.has(y) && fields.months.has(m) ? fields.daysOf(y, m) : never));
    for (let day = 1; day <= lengthOf(y, m); day += 1) {
      const midnight = begin + (day - 1) * minutesADay;
      if (midnight < 0 || midnight >= end) continue;
      for (const time of merged(times.filter((_, i) => daysOf[i]?.has(day)))) {
        longest = Math.max(longest, midnight + time - (previous ?? 0));
        previous = midnight + time;
      }
    }
  }
  return previous === undefined ? Number.POSITIVE_INFINITY : Math.max(longest, end - previous);
}

const never: ReadonlySet<number> = new Set();

function merged(lists: readonly (readonly number[])[]): readonly number[] {
  const [only = [], ...more] = lists;
  return more.length === 0 ? only : [...new Set(lists.flat())].sort((a, b) => a - b);
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function parseCron(expression: string): Fields | undefined {
  const inside = /^cron\(([^()]*)\)$/.exec(expression.trim());
  const parts = inside?.[1]?.trim().toUpperCase().split(/\s+/) ?? [];
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = parts;
  // Exactly one of the two day fields says "no matter"; AWS refuses anything else.
  if (parts.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = values(minute, 0, 59);
  const hours = values(hour, 0, 23);
  const months = values(month, 1, 12, monthNames);
  const years = values(year, 1970, 2199);
  const daysOf = dayOfWeek === '?' ? monthDays(dayOfMonth) : weekDays(dayOfWeek);
  if (!minutes || !hours || !months || !years || !daysOf) return undefined;
  const sorted = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b);
  const daily = [dayOfMonth, dayOfWeek].includes('*') && month === '*' && year === '*';
  return { minutes: sorted(minutes), hours: sorted(hours), months, years, daily, daysOf };
}

/** A list of values, ranges and steps: `1,15`, `MON-FRI`, `0/15`, `*`. */
function values(field: string, min: number, max: number, names: readonly string[] = []): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
    const [low, high, more] = range === '*' ? [String(min), String(max)] : range.split('-');
    const from = numberOf(low, min, max, names);
    const to = high !== undefined ? numberOf(high, min, max, names) : step === undefined ? from : max;
    const by = step === undefined ? 1 : Number(step);
    if (from === undefined || to === undefined || from > to || by < 1 || more !== undefined) return undefined;
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return found;
}

function numberOf(text: string | undefined, min: number, max: number, names: readonly string[]): number | undefined {
  const named = names.indexOf(text ?? '');
  if (named >= 0) return named + 1;
  const value = /^\d{1,4}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

type DaysOf = Fields['daysOf'];

const lengthOf = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
/** 1 is Sunday, as in AWS. */
const weekDayOf = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

/** `L` the last day, `LW` the last weekday, `15W` the weekday nearest to the 15th of the same month; or values. */
function monthDays(field: string): DaysOf | undefined {
  if (field === 'L') return (year, month) => new Set([lengthOf(year, month)]);
  const nearest = /^(?:(\d{1,2})|L)W$/.exec(field);
  if (nearest) {
    const wanted = nearest[1] === undefined ? 31 : Number(nearest[1]);
    if (wanted < 1 || wanted > 31) return undefined;
    return (year, month) => new Set(nearestWeekDay(year, month, wanted, nearest[1] === undefined));
  }
  const set = values(field, 1, 31);
  return set && (() => set);
}

function nearestWeekDay(year: number, month: number, wanted: number, clamp: boolean): number[] {
  const length = lengthOf(year, month);
  if (wanted > length && !clamp) return [];
  const day = Math.min(wanted, length);
  const weekDay = weekDayOf(year, month, day);
  if (weekDay === 7) return [day > 1 ? day - 1 : day + 2];
  if (weekDay === 1) return [day < length ? day + 1 : day - 2];
  return [day];
}

/** `L` Saturday, `5L` or `THUL` the last Thursday, `3#2` the second Tuesday; or values. */
function weekDays(field: string): DaysOf | undefined {
  if (field === 'L') return weekDays('7');
  const last = /^(\d|[A-Z]{3})L$/.exec(field);
  const nth = /^(\d|[A-Z]{3})#([1-5])$/.exec(field);
  const wanted = last || nth ? numberOf((last ?? nth)?.[1], 1, 7, dayNames) : undefined;
  if (last || nth) {
    if (wanted === undefined) return undefined;
    return (year, month) => {
      const length = lengthOf(year, month);
      const all = range(1, length).filter((day) => weekDayOf(year, month, day) === wanted);
      const day = last ? all.at(-1) : all[Number(nth?.[2]) - 1];
      return new Set(day === undefined ? [] : [day]);
    };
  }
  const set = values(field, 1, 7, dayNames);
  return (
    set &&
    ((year, month) => new Set(range(1, lengthOf(year, month)).filter((day) => set.has(weekDayOf(year, month, day)))))
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
