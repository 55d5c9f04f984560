import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayProcess, gatewayRequirement, gatewayToken, startGatewayProcess } from './lab/gateway-process.ts';
import { judgeGateway } from './lab/judge-gateway.ts';
import { type Model, modelSettings, startModel } from './lab/model.ts';
import { liveDescribe } from './live.ts';

/** The gateway before protocol 4: a folder as for the other tests, with `openclaw@2026.3.24`. Skipped without it. */
const variable = 'CLAWCHECK_LIVE_OPENCLAW_OLD';
const minutes = 60_000;

const suite = () => {
  let model: Model;
  let old: GatewayProcess;
  beforeAll(async () => {
    model = await startModel();
    old = await startGatewayProcess(
      ({ port, workspace }) => ({
        gateway: { mode: 'local', bind: 'loopback', port, auth: { mode: 'token', token: gatewayToken } },
        agents: { defaults: { workspace, model: { primary: 'mock/m1' }, skipBootstrap: true } },
        models: modelSettings(model),
      }),
      { variable },
    );
  });
  afterAll(async () => {
    await old?.stop();
    model?.close();
  });

  it(
    'is asked as far as it can be, says its version, and leaves the rest unknown with the reason',
    async () => {
      const told = ['monitoring/gateway-healthy', 'infrastructure/gateway-version', 'monitoring/agent-answers'];
      const untold = [
        ...['gates-enforced', 'request-surfaces', 'blocked-without-approval', 'decisions-recorded'].map(
          (name) => `approval-gates/${name}`,
        ),
        'monitoring/runaway-limited',
      ];
      const outcomes = await judgeGateway(old, [...told, ...untold]);
      expect(told.map((id) => outcomes[id]?.status)).toEqual(['pass', 'fail', 'pass']);
      expect(outcomes['infrastructure/gateway-version']?.evidence[0]?.observed).toMatch(/^2026\.3\./);
      expect(untold.map((id) => outcomes[id]?.reason?.code)).toEqual(untold.map(() => 'not_found'));
      // No device was recorded for the keys that it was shown.
      expect(existsSync(join(old.home, '.openclaw', 'devices'))).toBe(false);
    },
    4 * minutes,
  );
};

if (process.env[variable]) liveDescribe('a gateway of the 2026.3 line', gatewayRequirement(variable), suite);
else it.skip('a gateway of the 2026.3 line', () => {});
