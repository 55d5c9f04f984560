import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Something that must hold on every machine: a ratio or a count, never seconds. */
export interface Goal {
  readonly holds: boolean;
  readonly what: string;
}

/** With so many digits; `-` for what was not measured. */
export function number(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Puts lines between the marks of a section of a Markdown file. */
export function writeSection(file: string, section: string, lines: readonly string[]): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [open, close] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const block = `${open}\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n${close}`;
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`${file} has no section ${section}`);
  writeFileSync(file, text.slice(0, from) + block + text.slice(to + close.length));
}
