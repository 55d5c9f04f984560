/** Words of a text on lines of at most `columns` characters, each indented; a longer word is broken. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const room = Math.max(16, columns - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((w) => chunks(w, room))) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(indent + line);
  return lines;
}

function chunks(word: string, size: number): string[] {
  return word.length <= size ? [word] : (word.match(new RegExp(`.{1,${size}}`, 'g')) ?? [word]);
}

/**
 * Each line of a text on lines of at most `columns` characters: what goes on hangs below the last column of a table in
 * its left half, else two further in than an indented line began. A line that fits stays as it is, and so does a command
 * (`$ ...`), which is there to be copied.
 */
export function hang(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => (line.length <= columns || /^ *\$ /.test(line) ? [line] : hung(line, columns)))
    .join('\n');
}

function hung(line: string, columns: number): string[] {
  const margin = /^ */.exec(line)?.[0].length ?? 0;
  const starts = [...line.matchAll(/(?<=\S {2,})\S/g)].map(({ index }) => index);
  const column = starts.findLast((start) => start <= columns / 2);
  const at = column ?? (margin === 0 ? 0 : Math.min(margin + 2, columns / 2));
  const head = line.slice(0, column ?? margin);
  const rest = wrap(line.slice(head.length), columns, ' '.repeat(at));
  return [head + (rest[0] ?? '').slice(at), ...rest.slice(1)];
}
