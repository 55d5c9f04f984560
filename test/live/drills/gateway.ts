import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatewayToken } from '../lab/gateway-process.ts';
import type { LabOptions } from '../lab/lab.ts';
import { modelSettings } from '../lab/model.ts';
import { agentHome, workspacePath } from '../lab/seed.ts';
import type { Unit } from './stage.ts';

const modelPort = 19_123;
const folder = process.env['CLAWCHECK_LIVE_OPENCLAW'] ?? '';
const node = join(folder, 'node_modules', 'node', 'bin', 'node');

export const configFile = `${agentHome}/.openclaw/openclaw.json`;

/** The configuration of a gateway whose model is on its host. `gated`: a command waits for a person. */
export function gatewayConfig(gated: boolean): string {
  const route = { enabled: true, mode: 'targets', targets: [{ channel: 'slack', to: 'U0OPSLD01' }] };
  return JSON.stringify({
    gateway: {
      mode: 'local',
      bind: 'loopback',
      port: 18_789,
      controlUi: { enabled: false },
      auth: { mode: 'token', token: gatewayToken },
    },
    agents: { defaults: { workspace: workspacePath, model: { primary: 'mock/m1' }, skipBootstrap: true } },
    approvals: { exec: route },
    models: modelSettings({ url: `http://127.0.0.1:${modelPort}/v1` }),
    tools: { elevated: { enabled: false }, exec: { mode: gated ? 'ask' : 'full' } },
  });
}

/** A host that has the real gateway, and a model provider of its own. */
export function gatewayHost(): LabOptions {
  const source = readFileSync(new URL('../lab/model.ts', import.meta.url), 'utf8');
  const own = { owner: 'openclaw', mode: 0o600 } as const;
  return {
    folder,
    files: [
      { path: configFile, content: gatewayConfig(true), ...own },
      { path: '/opt/model/model.ts', content: source },
      {
        path: '/opt/model/main.mjs',
        content: `import { startModel } from './model.ts'; await startModel(${modelPort});`,
      },
    ],
  };
}

/** Run as root once the host is up. */
export const startHostModel = [
  'setsid',
  '-f',
  'sh',
  '-c',
  `exec ${node} /opt/model/main.mjs </dev/null >/dev/null 2>&1`,
];

/** The real gateway as the unit. A stop drains it for as long as its unit lets it. */
export const gatewayUnit: Unit = {
  stopSeconds: 30,
  command: [
    ...['setpriv', '--no-new-privs', '--reuid', 'openclaw', '--regid', 'openclaw', '--init-groups', 'env', '-i'],
    ...[`HOME=${agentHome}`, 'USER=openclaw', `PATH=${join(node, '..')}:/usr/bin:/bin`, 'NO_COLOR=1'],
    ...[node, join(folder, 'node_modules', 'openclaw', 'openclaw.mjs'), 'gateway', 'run'],
  ],
};
