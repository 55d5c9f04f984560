import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, type Writable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { githubPort, noGit } from '../../../src/adapters/git/github.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { answeringServer, type Handler } from '../../support/answering-server.ts';

const at = answeringServer();

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Handler => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(JSON.stringify(body));
  };
};

const open = (token: string | undefined = 'secret', callMs = 5000, signal = new AbortController().signal) =>
  githubPort(at.api, token, signal, callMs);

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProbeError)) throw new Error(`not a ProbeError: ${error}`);
  expect(error.message).not.toContain('HOSTILE');
  return error.reason;
}

function gzipped(response: ServerResponse): Writable {
  response.setHeader('content-encoding', 'gzip');
  const gzip = createGzip();
  gzip.pipe(response);
  return gzip;
}

describe('githubPort', () => {
  it('sends GET with the token, and asks for each path once', async () => {
    at.handle = json({ name: 'main' });
    const git = open();
    await Promise.all([git.get('/repos/a/b'), git.get('/repos/a/b')]);
    expect(await git.get('/repos/a/b')).toEqual({ name: 'main' });
    expect(at.seen.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['GET', '/repos/a/b', 'Bearer secret'],
    ]);
  });

  it.each([
    ['without end', (response: ServerResponse) => response],
    ['that is small on the wire and without end when unpacked', gzipped],
  ])('cuts off an answer %s', async (_, through) => {
    let sent = 0;
    at.handle = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      const out = through(response);
      const chunk = Buffer.alloc(64 * 1024, '[],');
      const endless = new Readable({
        read() {
          sent += chunk.length;
          this.push(sent > 512 * 1024 * 1024 ? null : chunk);
        },
      });
      response.on('close', () => endless.destroy());
      endless.pipe(out);
    };
    expect(await reasonOf(open('secret', 20_000).get('/repos/a/b'))).toBe('truncated');
    expect(sent).toBeLessThan(256 * 1024 * 1024);
  });

  it('reads an answer that was packed', async () => {
    at.handle = (_, response) => {
      response.setHeader('content-type', 'application/json');
      gzipped(response).end('{"name":"main"}');
    };
    expect(await open().get('/x')).toEqual({ name: 'main' });
  });

  it.each([
    ['half an answer', { 'content-length': '40' }, '{"name":"main"}'],
    ['an answer without its last chunk', {}, '{"name":"main"}'],
    ['half a packed answer', { 'content-encoding': 'gzip' }, gzipSync('{"name":"main"}').subarray(0, 20)],
    ['a whole packed answer of which more was to come', { 'content-encoding': 'gzip' }, gzipSync('{"name":"main"}')],
    ['a packed answer that is none', { 'content-encoding': 'gzip' }, '{"name":"main"}'],
  ])('does not take %s for one', async (_, headers, body) => {
    at.handle = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.write(body, () => setTimeout(() => request.socket.destroy(), 20));
    };
    expect(await reasonOf(open().get('/x'))).toBe('unreachable');
  });

  it('sends no authorization without a token', async () => {
    at.handle = json({});
    await open('').get('/repos/a/b');
    expect(at.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('joins the pages of a list', async () => {
    at.handle = (request, response) => {
      const page = Number(new URL(request.url ?? '', at.api).searchParams.get('page') ?? 1);
      const link: Record<string, string> =
        page < 3 ? { link: `<${at.api}/list?page=${page + 1}>; rel="next", <${at.api}/list?page=3>; rel="last"` } : {};
      json([page], 200, link)(request, response);
    };
    expect(await open().get('/list')).toEqual([1, 2, 3]);
  });

  it('joins the list of an object with a count', async () => {
    at.handle = (request, response) => {
      const second = request.url?.includes('page=2') ?? false;
      const link: Record<string, string> = second ? {} : { link: `<${at.api}/runs?page=2>; rel="next"` };
      json({ total_count: 2, workflow_runs: [second ? 2 : 1] }, 200, link)(request, response);
    };
    expect(await open().get('/runs')).toEqual({ total_count: 2, workflow_runs: [1, 2] });
  });

  it('refuses a page link to another host, and sends it nothing', async () => {
    for (const next of ['http://203.0.113.9/list?page=2', `${at.api}.example.com/list`, `${at.api}@example.com/`]) {
      at.handle = json([1], 200, { link: `<${next}>; rel="next"` });
      expect(await reasonOf(open().get('/list'))).toBe('bad_response');
    }
  });

  it('gives up on a list without an end', async () => {
    at.handle = json([1], 200, { link: `<${at.api}/list?page=2>; rel="next"` });
    expect(await reasonOf(open().get('/list'))).toBe('truncated');
    expect(at.seen.length).toBe(50);
  });

  it('does not take a list that breaks off between pages for whole', async () => {
    at.handle = (request, response) =>
      request.url?.includes('page=2')
        ? json({ message: 'Not Found' }, 404)(request, response)
        : json([1], 200, { link: `<${at.api}/list?page=2>; rel="next"` })(request, response);
    expect(await reasonOf(open().get('/list'))).toBe('truncated');
  });

  it('asks once more where the connection is closed as it is used, and no oftener', async () => {
    let asked = 0;
    at.handle = (request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else json({ name: 'main' })(request, response);
    };
    expect(await open().get('/x')).toEqual({ name: 'main' });
    expect(asked).toBe(2);
    at.handle = (request) => {
      asked += 1;
      request.socket.destroy();
    };
    expect(await reasonOf(open().get('/y'))).toBe('unreachable');
    expect(asked).toBe(4);
  });

  it('says absent for 404 with a token only: without one the host hides what is there', async () => {
    at.handle = json({ message: 'HOSTILE' }, 404);
    expect(await open().get('/x')).toBeUndefined();
    expect(await reasonOf(githubPort(at.api, undefined, new AbortController().signal).get('/x'))).toBe('auth_failed');
  });

  it.each<[string, number, Record<string, string>, string]>([
    ['401', 401, {}, 'auth_failed'],
    ['403', 403, {}, 'access_denied'],
    ['403 at the rate limit', 403, { 'x-ratelimit-remaining': '0' }, 'throttled'],
    ['403 with retry-after', 403, { 'retry-after': '60' }, 'throttled'],
    ['429', 429, {}, 'throttled'],
    ['500', 500, {}, 'bad_response'],
    ['502', 502, {}, 'bad_response'],
    ['204', 204, {}, 'bad_response'],
    ['304', 304, {}, 'bad_response'],
  ])('%s is no answer', async (_, status, headers, reason) => {
    at.handle = json({ message: 'HOSTILE' }, status, headers);
    expect(await reasonOf(open().get('/x'))).toBe(reason);
  });

  it('follows no redirect', async () => {
    at.handle = (request, response) =>
      request.url === '/x'
        ? json({}, 301, { location: `${at.api}/y` })(request, response)
        : json({})(request, response);
    expect(await reasonOf(open().get('/x'))).toBe('bad_response');
    expect(at.seen.map(({ url }) => url)).toEqual(['/x']);
  });

  it.each<[string, string, string]>([
    ['a page in HTML', 'text/html', '<html>HOSTILE</html>'],
    ['HTML under the name of JSON', 'application/json', '<html>HOSTILE</html>'],
    ['nothing', 'application/json', ''],
    ['a bare text', 'application/json', '"HOSTILE"'],
    ['null', 'application/json', 'null'],
    ['bytes', 'application/octet-stream', 'HOSTILE'],
  ])('takes %s for no answer', async (_, type, body) => {
    at.handle = (__, response) => {
      response.writeHead(200, { 'content-type': type });
      response.end(body);
    };
    expect(await reasonOf(open().get('/x'))).toBe('bad_response');
  });

  it('says time-out when the host is silent, or stops in the middle of the answer', async () => {
    at.handle = () => {};
    expect(await reasonOf(open('secret', 100).get('/x'))).toBe('timeout');
    at.handle = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"a":');
    };
    expect(await reasonOf(open('secret', 300).get('/x'))).toBe('timeout');
  });

  it('gives the reason of the run when that is stopped', async () => {
    const run = new AbortController();
    at.handle = () => run.abort(new ProbeError('cancelled', 'the run was interrupted'));
    expect(await reasonOf(open('secret', 5000, run.signal).get('/x'))).toBe('cancelled');
  });

  it('says unreachable when nothing listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const git = githubPort(`http://127.0.0.1:${port}`, 'secret', new AbortController().signal);
    expect(await reasonOf(git.get('/x'))).toBe('unreachable');
  });

  it('does not send a token without encryption to another machine', async () => {
    const git = githubPort('http://git.example.com', 'secret', new AbortController().signal);
    expect(await reasonOf(git.get('/x'))).toBe('credentials');
  });

  it('prints nothing of what the host says', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    at.handle = json({}, 200, { deprecation: 'true', sunset: 'HOSTILE' });
    await open().get('/x');
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('without a configured git host answers that it is not configured', async () => {
    expect(await reasonOf(noGit().get('/x'))).toBe('not_configured');
  });
});
