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
