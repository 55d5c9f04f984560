// Makes the pictures of the docs from the real tool: the report in a terminal as SVG, the page as PNG in headless Chromium.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-pictures-'));
const page = join(folder, 'report.html');
const args = ['dist/clawcheck.js', 'demo', '--scenario', 'leaky', '--quiet', '--output', '-', '--output', page];
const { stdout } = spawnSync(process.execPath, args, {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
});
const command = 'clawcheck demo --scenario leaky';
writeFileSync('docs/public/terminal.svg', svg([`$ ${command}`, ...stdout.split('\n').slice(0, 38)]));

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const quiet =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
execFileSync(
  chromium,
  [
    '--headless',
    ...quiet.split(' '),
    `--user-data-dir=${join(folder, 'profile')}`,
    '--window-size=1200,1500',
    '--hide-scrollbars',
    `--screenshot=${join(process.cwd(), 'docs/public/report.png')}`,
    `file://${page}`,
  ],
  { stdio: 'ignore' },
);
rmSync(folder, { recursive: true, force: true });

/** Lines with the colours of a terminal as a picture that needs no font of its own. */
function svg(lines: readonly string[]): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const colors: Readonly<Record<string, string>> = {
    '31': '#ff7b72',
    '32': '#7ee787',
    '33': '#e3b341',
    '35': '#d2a8ff',
    '36': '#79c0ff',
  };
  const rows = lines.map((line, i) => {
    let fill = '#e6edf3';
    let weight = '';
    let faded = '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what colours are made of
    const parts = line.split(/\u001b\[(\d+)m/).map((part, j) => {
      if (j % 2 === 0) return part === '' ? '' : `<tspan fill="${fill}"${weight}${faded}>${escaped(part)}</tspan>`;
      if (colors[part]) fill = colors[part];
      if (part === '39' || part === '0') fill = '#e6edf3';
      if (part === '1') weight = ' font-weight="bold"';
      if (part === '2') faded = ' opacity="0.7"';
      if (part === '22' || part === '0') {
        weight = '';
        faded = '';
      }
      return '';
    });
    return `<text x="16" y="${28 + i * 18}" xml:space="preserve">${parts.join('')}</text>`;
  });
  const height = 40 + lines.length * 18;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 ${height}" font-family="ui-monospace, monospace" font-size="14">
<title>The report of clawcheck in a terminal</title>
<rect width="880" height="${height}" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`;
}
