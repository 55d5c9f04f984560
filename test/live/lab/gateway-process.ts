import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnText } from '../../support/spawn-text.ts';
import type { Requirement } from '../live.ts';

/**
 * The real gateway. The variable names a folder in which `npm i node@24` and then, with that Node first in PATH,
 * `npm i openclaw@VERSION` were run; nothing is installed here.
 */
const node = (folder: string) => join(folder, 'node_modules', 'node', 'bin', 'node');
const program = (folder: string) => join(folder, 'node_modules', 'openclaw', 'openclaw.mjs');

/** Whether the folder that an environment variable names holds a gateway. */
export function gatewayRequirement(variable = 'CLAWCHECK_LIVE_OPENCLAW'): Requirement {
  const folder = process.env[variable] ?? '';
  if (folder && existsSync(node(folder)) && existsSync(program(folder))) return { ok: true };
  return { ok: false, reason: `${variable} names no folder with openclaw and node in node_modules` };
}

export const gatewayToken = 'live-test-0123456789abcdef0123456789abcdef';

export interface GatewayHome {
  readonly home: string;
  readonly port: number;
  readonly workspace: string;
}

export interface GatewayProcess extends GatewayHome {
  /** Halts it: it keeps its port and answers nothing. `stop` still ends it. */
  halt(): void;
  /** Kills it with its children and removes its home. */
  stop(): Promise<void>;
}

/**
 * Starts it in a home of its own on the loopback, with the configuration that `configure` gives; `prepare` may change
 * the home before the start. It is not waited for.
 */
export async function startGatewayProcess(
  configure: (home: GatewayHome) => Readonly<Record<string, unknown>>,
  more: { readonly variable?: string; prepare?(home: GatewayHome): void; tidy?(home: GatewayHome): void } = {},
): Promise<GatewayProcess> {
  const folder = process.env[more.variable ?? 'CLAWCHECK_LIVE_OPENCLAW'] ?? '';
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'clawcheck-gateway-'));
  const workspace = join(home, 'workspace');
  const place = { home, port, workspace };
  mkdirSync(join(home, '.openclaw'), { mode: 0o700 });
  mkdirSync(workspace);
  writeFileSync(join(home, '.openclaw', 'openclaw.json'), JSON.stringify(configure(place)), { mode: 0o600 });
  more.prepare?.(place);
  const child = spawn(node(folder), [program(folder), 'gateway', 'run'], {
    cwd: home,
    env: { HOME: home, PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
    stdio: 'ignore',
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ...place,
    halt: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGSTOP');
    },
    async stop() {
      try {
        const runs = child.exitCode === null && child.signalCode === null;
        if (child.pid !== undefined && runs) process.kill(-child.pid, 'SIGKILL');
        await exited;
      } catch {
        // It ended by itself.
      }
      more.tidy?.(place);
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Pairs a device with it, which nobody is asked about on its own host. Answers with its id. */
export async function pairDevice({ home, port }: GatewayHome, ...scopes: string[]): Promise<string> {
  const folder = process.env['CLAWCHECK_LIVE_OPENCLAW'] ?? '';
  const script = join(import.meta.dirname, 'pair-device.mjs');
  const { code, stdout } = await spawnText(node(folder), [script, String(port), gatewayToken, ...scopes], {
    cwd: home,
    env: {},
  });
  if (code !== 0) throw new Error(`the device was not paired: ${stdout}`);
  return stdout.trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
