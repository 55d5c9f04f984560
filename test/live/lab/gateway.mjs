// A stand-in for the process of the OpenClaw gateway: its name, its port, its answers over HTTP, and nothing else.
// The bodies are those of the real gateway. usage: node gateway.mjs MODE loopback|lan
import { createServer } from 'node:http';

const [, , mode, bind] = process.argv;
process.title = 'openclaw-gateway';
const startedAt = Date.now();
const page =
  '<!doctype html><html><head><title>OpenClaw Control</title></head><body><div id="app"></div></body></html>';

const json = (status, body) => ({ status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) });
const html = () => ({ status: 200, type: 'text/html; charset=utf-8', body: page });
const uptimeMs = () => Date.now() - startedAt;
const version = '2026.9.6';

/** What a mode changes in the two answers that know more than "a process is there". */
const modes = {
  ready: {
    ready: () => json(200, { ready: true, failing: [], uptimeMs: uptimeMs(), eventLoop: { degraded: false } }),
    startup: () => json(200, { ok: true, status: 'started', version, uptimeMs: uptimeMs() }),
  },
  draining: {
    ready: () => json(503, { ready: false, failing: ['gateway-draining'], uptimeMs: uptimeMs() }),
    startup: () => json(503, { ok: false, status: 'draining', version, uptimeMs: uptimeMs() }),
  },
  starting: {
    ready: () => json(503, { ready: false, failing: ['agent-database:main'], uptimeMs: uptimeMs() }),
    startup: () => json(503, { ok: false, status: 'starting', version, uptimeMs: uptimeMs() }),
  },
  // Releases before 2026.8.1 have no /startupz: the page of the Control UI answers there.
  old: { ready: () => json(200, { ready: true, failing: [], uptimeMs: uptimeMs() }), startup: html },
};

function answer(method, path, forwarded) {
  const probe = /^\/(health|startup|ready)z?$/.exec(path)?.[1];
  if (mode === 'html-only' || !probe) {
    if (method === 'GET' || method === 'HEAD') return html();
    return path === '/tools/invoke'
      ? json(401, { error: { message: 'Unauthorized', type: 'unauthorized' } })
      : { status: 404, type: 'text/plain; charset=utf-8', body: 'Not Found' };
  }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: 'text/plain', body: '', allow: 'GET, HEAD' };
  if (probe === 'health') return json(200, { ok: true, status: 'live' });
  if (forwarded) return json(403, { error: { type: 'proxy_attribution_required' } });
  return modes[mode][probe]();
}

function serve(request, response) {
  const path = new URL(request.url, 'http://gateway').pathname;
  const { status, type, body, allow } = answer(request.method, path, request.headers['x-forwarded-for'] !== undefined);
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...(allow ? { Allow: allow } : {}) });
  response.end(request.method === 'HEAD' ? '' : body);
}

for (const host of bind === 'lan' ? ['0.0.0.0'] : ['127.0.0.1', '::1']) {
  createServer(serve).listen(18789, host);
}
