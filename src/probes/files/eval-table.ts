import { ProbeError } from '../../model/reason.ts';
import type { Dict } from './eval-document.ts';

/** The rows of a comma-separated file (RFC 4180): quotes around a field, doubled inside, line breaks allowed. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const source = text.replace(/^\uFEFF/, '');
  while (pattern.lastIndex < source.length) {
    const match = pattern.exec(source);
    if (!match) throw new ProbeError('bad_response', 'a table of promptfoo cases is not comma-separated values');
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',' && pattern.lastIndex < source.length) continue;
    if (match[3] === ',') row.push('');
    rows.push(row);
    row = [];
  }
  return rows.filter((cells) => cells.some((cell) => cell !== ''));
}

/** Each row as a test: `__expected`, `__expected1` …, `__description`, `__threshold`, `__providerOutput`, `__metadata:key`; the rest are vars. */
export function tableTests(text: string): Dict[] {
  const [header = [], ...rows] = parseTable(text);
  return rows.map((cells) => {
    const vars: Record<string, string> = {};
    const metadata: Record<string, string> = {};
    const assert: Dict[] = [];
    const test: Record<string, unknown> = { vars, metadata, assert };
    for (const [i, name] of header.entries()) {
      const cell = cells[i] ?? '';
      if (/^__expected\d*$/.test(name)) {
        if (cell.trim() !== '') assert.push(assertionOf(cell.trim()));
      } else if (name.startsWith('__metadata:')) metadata[name.slice('__metadata:'.length)] = cell.trim();
      else if (name === '__description') test['description'] = cell;
      else if (name === '__providerOutput' && cell !== '') test['providerOutput'] = cell;
      else if (name === '__threshold') test['threshold'] = cell === '' ? undefined : Number(cell);
      else if (!name.startsWith('__')) vars[name] = cell;
    }
    return test;
  });
}

/** `type:value`, `type(threshold):value`, a script, or a text that the output must equal. */
function assertionOf(cell: string): Dict {
  if (/^file:\/\/.+\.[cm]?[jt]s$/.test(cell)) return { type: 'javascript', value: cell };
  const [, type, threshold, value] = /^((?:not-)?[a-z][a-z-]*)(?:\(([0-9.]+)\))?:([\s\S]*)$/.exec(cell) ?? [];
  if (type === undefined)
    return /^(not-)?(is|contains)-json$/.test(cell) ? { type: cell } : { type: 'equals', value: cell };
  const name = type === 'fn' || type === 'eval' ? 'javascript' : type === 'grade' ? 'llm-rubric' : type;
  return { type: name, value: value?.trim(), ...(threshold && { threshold: Number(threshold) }) };
}
