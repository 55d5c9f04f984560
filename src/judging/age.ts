/** Lengths of time in words a person would use, for evidence. Pure; milliseconds in and out. */

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** `3 d 4 h`, `5 h 10 min`, `12 min`, `40 s`: the two largest units, rounded down. */
export function inWords(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const two = (large: string, small: number, unit: string) => (small > 0 ? `${large} ${small} ${unit}` : large);
  if (days > 0) return two(`${days} d`, hours, 'h');
  if (hours > 0) return two(`${hours} h`, minutes, 'min');
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

/** `3 d 4 h ago`, or `in 5 min` for what lies in the future. */
export function ago(date: Date, now: Date): string {
  const age = now.getTime() - date.getTime();
  return age >= 0 ? `${inWords(age)} ago` : `in ${inWords(age)}, in the future`;
}

/** Whether `date` lies at most `ms` before `now`. A clock may be off by five minutes; more in the future is not young. */
export function isYoungerThan(date: Date, ms: number, now: Date): boolean {
  const age = now.getTime() - date.getTime();
  return age <= ms && age >= -5 * minuteMs;
}
