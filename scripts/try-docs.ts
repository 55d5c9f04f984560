// Opens the built site in headless Chromium as a reader does: follows every link of every page, then searches for a check
// and goes to what is found. `npm run docs` builds the site, `npm run docs:try` is this.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { WebSocket } from 'ws';

const site = 'docs/.vitepress/dist';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The file of an address, as a host with clean addresses finds it. */
function fileOf(path: string): string | undefined {
  const plain = decodeURIComponent(path.split(/[?#]/)[0] ?? '').replace(/\/$/, '');
  const names = [plain, `${plain}.html`, `${plain}/index.html`].map((name) => join(site, name));
  return names.find((name) => statSync(name, { throwIfNoEntry: false })?.isFile());
}

if (!statSync(site, { throwIfNoEntry: false })) throw new Error('the site is not built: npm run docs builds it');

const missing: string[] = [];
const server = createServer((request, response) => {
  const file = fileOf(request.url ?? '/');
  if (file === undefined) missing.push(request.url ?? '');
  response.writeHead(file ? 200 : 404, { 'content-type': types[extname(file ?? '')] ?? 'text/plain' });
  response.end(file ? readFileSync(file) : 'not found');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const pages = (readdirSync(site, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) =>
  name.endsWith('.html'),
);
const ids = new Map(
  pages.map((page) => [page, new Set([...read(page).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
);
const dead = pages.flatMap((page) =>
  [...read(page).matchAll(/ (?:href|src)="([^"]+)"/g)].flatMap(([, link = '']) => {
    const { origin, pathname, hash } = new URL(link.replaceAll('&amp;', '&'), `${base}/${page}`);
    if (origin !== base) return [];
    const file = fileOf(pathname === '/' ? '/index.html' : pathname);
    const place =
      hash === '' || file === undefined
        ? true
        : ids.get(file.slice(site.length + 1))?.has(decodeURIComponent(hash.slice(1)));
    return file !== undefined && place !== false ? [] : [`${page}: ${link}`];
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-docs-'));
const port = await freePort();
const quiet =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const browser = spawn(
  process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  [
    '--headless',
    ...quiet.split(' '),
    `--user-data-dir=${folder}`,
    `--remote-debugging-port=${port}`,
    '--window-size=1280,900',
    'about:blank',
  ],
  { stdio: 'ignore' },
);
try {
  const call = await connected();
  await call('Page.enable');
  await call('Page.navigate', { url: `${base}/` });
  // The button is there before the page listens to it.
  const box = `document.querySelector('#localsearch-input')`;
  await until(call, `${box} !== null || (document.querySelector('#local-search button')?.click(), false)`);
  await call('Runtime.evaluate', { expression: `${box}.focus()` });
  await call('Input.insertText', { text: 'elastic address' });
  const first = `document.querySelector('.VPLocalSearchBox .results a.result')`;
  await until(call, `/no-public-ip/.test(${first}?.href ?? '')`);
  await picture(call, 'search.png');
  await call('Runtime.evaluate', { expression: `${first}.click()` });
  await until(
    call,
    `/no-public-ip/.test(location.pathname) && /no-public-ip/.test(document.querySelector('h1')?.textContent ?? '')`,
  );
  await picture(call, 'found.png');
} finally {
  browser.kill('SIGKILL');
  server.close();
  server.closeAllConnections();
  await new Promise((resolve) => browser.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
for (const one of [...dead.map((link) => `dead link in ${link}`), ...missing.map((path) => `not found: ${path}`)])
  console.error(one);
console.log(
  `${pages.length} pages, ${dead.length} dead links, ${missing.length} files not found; search finds infrastructure/no-public-ip`,
);
process.exitCode = dead.length + missing.length > 0 ? 1 : 0;

function read(page: string): string {
  return readFileSync(join(site, page), 'utf8');
}

type Call = (method: string, params?: object) => Promise<{ result?: { value?: unknown }; data?: string }>;

/** A connection to the browser's one page, by the protocol of its developer tools. */
async function connected(): Promise<Call> {
  const page = await attempt(async () => {
    const list = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    return list.find(({ type }) => type === 'page');
  });
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, (answer: never) => void>();
  socket.on('message', (data) => {
    const { id, result } = JSON.parse(String(data));
    waiting.get(id)?.(result as never);
    waiting.delete(id);
  });
  let last = 0;
  return (method, params = {}) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
}

/** Waits for an expression to hold in the page. */
async function until(call: Call, expression: string): Promise<void> {
  await attempt(
    async () => (await call('Runtime.evaluate', { expression, returnByValue: true })).result?.value || undefined,
    expression,
  );
}

/** Tries for a minute. @throws Error that names what did not come */
async function attempt<T>(look: () => Promise<T | undefined>, what = 'Chromium'): Promise<T> {
  for (let i = 0; i < 600; i += 1) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`did not come: ${what}`);
}

/** Keeps a picture where the variable PICTURES names a folder. */
async function picture(call: Call, name: string): Promise<void> {
  const where = process.env['PICTURES'];
  if (where === undefined) return;
  const { data = '' } = await call('Page.captureScreenshot');
  writeFileSync(join(where, name), Buffer.from(data, 'base64'));
}

async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}
