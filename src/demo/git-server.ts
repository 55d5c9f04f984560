import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scenario } from './scenario.ts';

export interface GitServer {
  readonly url: string;
  close(): Promise<void>;
}

const statuses: Record<string, number> = { access_denied: 403, auth_failed: 401, throttled: 429, bad_response: 502 };

/** The REST interfaces of a git host and of Composio on the loopback, answering GET from a scenario, with a token only. */
export async function startGitServer(git: Scenario['git'], token: string): Promise<GitServer> {
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(body));
    };
    const { authorization, 'x-api-key': key } = request.headers;
    if (authorization !== `Bearer ${token}` && key !== token) return send(401, { message: 'Bad credentials' });
    if (request.method !== 'GET') return send(405, { message: 'Only GET' });
    const path = request.url ?? '/';
    if (!Object.hasOwn(git, path) || git[path] === null) return send(404, { message: 'Not Found' });
    const body = git[path];
    const reason = (body as { error?: { reason?: string } } | null)?.error?.reason;
    return reason ? send(statuses[reason] ?? 500, { message: 'Refused' }) : send(200, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
