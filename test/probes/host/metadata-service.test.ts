import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metadataService } from '../../../src/probes/host/metadata-service.ts';
import { goodEnvironment } from '../../support/rig.ts';

const answering = async (status: number): Promise<Server> => {
  const server = createServer((_, response) => response.writeHead(status).end('i-0'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const portOf = (server: Server) => (server.address() as AddressInfo).port;

let home: string;
let service: Server;
let proxy: Server;
beforeAll(async () => {
  // A host that still serves IMDSv1, and a proxy that refuses everybody.
  [service, proxy] = await Promise.all([answering(200), answering(401)]);
  home = mkdtempSync(join(tmpdir(), 'clawcheck-curl-'));
});
afterAll(() => {
  for (const server of [service, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(home, { recursive: true, force: true });
});

/** Runs the script of the probe with the service on loopback, in the environment of a login. */
async function ask(change: (script: string) => string, variables: Record<string, string>): Promise<string[]> {
  const script = metadataService.script(goodEnvironment());
  const local = change(script)
    .replaceAll('169.254.169.254', `127.0.0.1:${portOf(service)}`)
    .replaceAll('[fd00:ec2::254]', `127.0.0.1:${portOf(service)}`);
  const program = `need() { :; }\nsay() { printf '%s\\n' "$*"; }\n${local}`;
  const env = { PATH: process.env.PATH ?? '', HOME: home, ...variables };
  const child = spawn('sh', ['-c', program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  for await (const chunk of child.stdout) shown += chunk;
  return shown.trim().split('\n');
}

it.each<[string, () => Record<string, string>, string]>([
  ['the environment', () => ({ http_proxy: `http://127.0.0.1:${portOf(proxy)}` }), " --noproxy '*'"],
  [
    '~/.curlrc',
    () => {
      writeFileSync(join(home, '.curlrc'), `proxy = "http://127.0.0.1:${portOf(proxy)}"\nnoproxy = ""\n`);
      return {};
    },
    " -q --noproxy '*'",
  ],
])('is asked past a proxy of %s', async (_, variables, option) => {
  const set = variables();
  expect(await ask((script) => script, set)).toContain('without-token 200 0');
  // Control: the proxy is one that curl would have asked, and its refusal looks like that of IMDSv1.
  const proxied = await ask((script) => script.replace(`curl${option}`, 'curl').replace(option, ''), set);
  expect(proxied).toContain('without-token 401 0');
});
