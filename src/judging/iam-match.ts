/** What is known about a statement's fit: `maybe` where it hangs on something that cannot be seen. */
export type Tri = 'yes' | 'maybe' | 'no';

const rank = { no: 0, maybe: 1, yes: 2 } as const;

/** The least of all: `yes` for none. */
export function all(...tris: readonly Tri[]): Tri {
  return tris.reduce((a, b) => (rank[b] < rank[a] ? b : a), 'yes');
}

/** The greatest of all: `no` for none. */
export function any(...tris: readonly Tri[]): Tri {
  return tris.reduce((a, b) => (rank[b] > rank[a] ? b : a), 'no');
}

export function not(tri: Tri): Tri {
  return tri === 'yes' ? 'no' : tri === 'no' ? 'yes' : 'maybe';
}

/** Whether `text` is of the pattern: `*` is any text, `?` any character. Time is at most length times length. */
export function glob(pattern: string, text: string): boolean {
  const wild = pattern.search(/[*?]/);
  if (wild < 0) return pattern === text;
  // Most patterns differ before their first wildcard.
  if (!text.startsWith(pattern.slice(0, wild))) return false;
  let [p, t, star, mark] = [wild, wild, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      mark = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Actions are compared without regard to case. */
export function matchAction(pattern: string, action: string): Tri {
  return glob(pattern.toLowerCase(), action.toLowerCase()) ? 'yes' : 'no';
}

/**
 * Whether an ARN is of a pattern. A policy variable stands for something that is not known, and a wildcard that
 * reaches over a colon is left open: both are `maybe`.
 */
export function matchArn(pattern: string, arn: string): Tri {
  if (pattern === '*') return 'yes';
  const open = pattern.replaceAll(/\$\{[^}]*\}/g, '*');
  if (!glob(open, arn)) return 'no';
  if (open !== pattern) return 'maybe';
  const [patterns, parts] = [segments(pattern), segments(arn)];
  const alike = patterns.length === parts.length && patterns.every((part, i) => glob(part, parts[i] ?? ''));
  return alike ? 'yes' : 'maybe';
}

/** The six parts of an ARN; the last keeps its colons. */
function segments(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
