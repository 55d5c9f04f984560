import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/cli.ts';

/** A command of a page, and the lines that the page shows below it. */
export interface Shown {
  readonly page: string;
  readonly command: string;
  /** Lines of a `console` block; a line with `…` stands for anything. */
  readonly output: readonly string[];
}

/** Every page of Markdown, by its path from the root. */
export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const own = docs.filter((path) => path.endsWith('.md') && !/(^|\/)(node_modules|\.vitepress)\//.test(path));
  return ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...own.map((path) => `docs/${path}`)].sort();
}

/** The commands of the fenced blocks `sh` and `console` of a page, in order. */
export function commandsOf(page: string): Shown[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```(sh|console)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, kind, body = '']) => {
    const lines = body
      .trimEnd()
      .replaceAll(/\\\n\s*/g, '')
      .split('\n');
    if (kind === 'sh') {
      const commands = lines.map((line) => line.replace(/(^|\s{2,})#.*$/, '').trim()).filter((line) => line !== '');
      return commands.map((command) => ({ page, command, output: [] }));
    }
    const starts = lines.flatMap((line, i) => (line.startsWith('$ ') ? [i] : []));
    return starts.map((start, i) => ({
      page,
      command: lines[start]?.slice(2) ?? '',
      output: lines.slice(start + 1, starts[i + 1]),
    }));
  });
}

/** The first shown line that the output does not have where it should, or undefined. */
export function firstMissing(shown: readonly string[], output: string): string | undefined {
  const lines = output.trimEnd().split('\n');
  let at = 0;
  let gap = false;
  for (const line of shown) {
    if (line === '…') {
      gap = true;
      continue;
    }
    const pattern = new RegExp(`^${line.split('…').map(quoted).join('.*')}\\s*$`);
    const found = lines.findIndex((one, i) => i >= at && pattern.test(one));
    if (found < 0 || (!gap && found !== at)) return line;
    at = found + 1;
    gap = false;
  }
  return undefined;
}

const quoted = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
