import { longestGapOfAll } from './schedule.ts';

/**
 * The longest time in minutes between two starts of schedules as a workflow writes them (minute, hour, day of the month,
 * month, day of the week, in UTC); undefined where one is not understood.
 */
export function longestGapOfCrons(crons: readonly string[], from: Date): number | undefined {
  return longestGapOfAll(crons.flatMap(inAwsForm), from);
}

/** Sunday is 0 or 7 here and 1 there; where both days are given, either will do here, and only one may be given there. */
function inAwsForm(cron: string): string[] {
  const [minute, hour, day, month, weekday, more] = cron.trim().split(/\s+/);
  if (weekday === undefined || more !== undefined) return [cron];
  const shifted = weekday.replaceAll(/(^|[,-])([0-7])(?!\d)/g, (_, before, n) => `${before}${(Number(n) % 7) + 1}`);
  const byDay = `cron(${minute} ${hour} ${day} ${month} ? *)`;
  const byWeekday = `cron(${minute} ${hour} ? ${month} ${shifted} *)`;
  if (weekday === '*') return [byDay];
  return day === '*' ? [byWeekday] : [byDay, byWeekday];
}
