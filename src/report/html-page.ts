import { text } from './html-check.ts';
import { style } from './html-style.ts';

/** A self-contained page. No script, nothing that is loaded; the policy in its head forbids both. */
export function page({
  title,
  skip: [anchor, words],
  body,
}: {
  readonly title: string;
  /** Where the first link leads, and what it says. */
  readonly skip: readonly [anchor: string, words: string];
  readonly body: readonly string[];
}): string {
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${text(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<a class="skip" href="#${anchor}">${words}</a>`,
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

export function section(id: string, title: string, body: string): string {
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${body}\n</section>`;
}
