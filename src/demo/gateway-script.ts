import { settingsAt, textsAt, valueAt } from '../judging/gateway-config.ts';
import type { Reason } from '../model/reason.ts';
import { makeFile } from './canary.ts';
import { type Approvals, gatewayApprovals, type RpcAnswer } from './gateway-approvals.ts';
import type { HttpAnswer, Scenario } from './scenario.ts';

/** The gateway of a scenario with its memory: an approval that was asked for is pending, then decided, then history. */
export interface GatewayScript {
  get(path: string): HttpAnswer & { readonly error?: Reason };
  rpc(method: string, params: Params): Promise<RpcAnswer>;
}

type Params = Readonly<Record<string, unknown>>;

const controlPage: HttpAnswer = {
  contentType: 'text/html; charset=utf-8',
  body: '<!doctype html><html><head><title>OpenClaw Control</title></head><body></body></html>',
};
const execLifetimeMs = 1_800_000;
const hookLifetimeMs = 1000;

/**
 * @param clock the time of the records that are made here
 * @param elapsed milliseconds by which its uptime advances
 */
export function gatewayScript(
  scenario: Scenario,
  clock: () => Date,
  elapsed: () => number = () => performance.now(),
): GatewayScript {
  const { gateway } = scenario;
  const approvals = gatewayApprovals(gateway.approvals, clock);
  const started = elapsed();
  return {
    get(path) {
      const answer = gateway.http[path] ?? controlPage;
      const { body } = answer;
      if (typeof body !== 'object' || body === null || answer.frozen || !('uptimeMs' in body)) return answer;
      const uptimeMs = Number(body.uptimeMs) + Math.round(elapsed() - started);
      return { ...answer, body: { ...body, uptimeMs } };
    },
    async rpc(method, params) {
      const payload = gateway.rpc[method];
      const error = (payload as { error?: { reason?: Reason } } | null | undefined)?.error;
      if (error?.reason) return { error: error.reason };
      switch (method) {
        case 'exec.approval.request':
          return approvals.request(params);
        case 'exec.approval.resolve':
        case 'plugin.approval.resolve':
          return approvals.resolve(params);
        case 'exec.approval.list':
          return { payload: approvals.pending('exec') };
        case 'plugin.approval.list':
          return { payload: approvals.pending('plugin') };
        case 'approval.history':
          return approvals.history((payload as { items?: unknown[] } | undefined)?.items ?? []);
        case 'chat.send':
          scenario.runs.push(String(params['idempotencyKey']));
          obey(scenario, approvals, params);
          return { payload: { runId: params['idempotencyKey'], status: 'started' } };
        case 'agent.wait':
          if (approvals.waits(params['runId'])) return { payload: { runId: params['runId'], status: 'timeout' } };
          return { payload: { runId: params['runId'], ...(payload as object | undefined) } };
        case 'tools.invoke':
          return invoke(scenario, approvals, params);
        case 'chat.abort':
        case 'sessions.delete':
          return { payload: { ok: true } };
        default:
          return Object.hasOwn(gateway.rpc, method) ? { payload: structuredClone(payload) } : { error: 'not_found' };
      }
    },
  };
}

const config = ({ gateway }: Scenario) => (gateway.rpc['config.get'] as { runtimeConfig?: unknown })?.runtimeConfig;

/** The agent runs the command that a message asks for, through the gate that is configured for it. */
function obey(scenario: Scenario, approvals: Approvals, { message, sessionKey, idempotencyKey }: Params): void {
  const { approvals: fault } = scenario.gateway;
  const [, command, file] = /`(\/usr\/bin\/touch \/tmp\/([^\s`]+))`/.exec(String(message)) ?? [];
  if (file === undefined || fault === 'unwilling') return;
  const [, agent = ''] = String(sessionKey).split(':');
  const own = settingsAt(config(scenario), 'agents.entries')[agent];
  const mode = valueAt(own, 'tools.exec.mode') ?? valueAt(config(scenario), 'tools.exec.mode');
  if (mode === 'deny' || mode === 'allowlist') return;
  const done = () => makeFile(scenario, file);
  const request = { command, agentId: agent, sessionKey, runId: idempotencyKey };
  if (mode !== 'ask' || fault === 'not-live') done();
  else void approvals.ask('exec', request, execLifetimeMs, done);
}

/** A tool of a plugin, called with the arguments of its canary. */
async function invoke(scenario: Scenario, approvals: Approvals, params: Params): Promise<RpcAnswer> {
  const { name, agentId, sessionKey, idempotencyKey } = params;
  const refused = (code: string, more = {}) => ({ payload: { ok: false, toolName: name, ...more, error: { code } } });
  if ((textsAt(config(scenario), 'tools.deny') ?? []).includes(String(name))) return refused('not_found');
  const plugins = Object.values(settingsAt(config(scenario), 'plugins.entries'));
  const live = plugins.some((entry) => valueAt(entry, 'enabled') === true) && scenario.gateway.approvals !== 'not-live';
  const done = { payload: { ok: true, toolName: name, output: { content: [] } } };
  if (!live) return done;
  const request = { toolName: name, agentId, sessionKey, toolCallId: `rpc-delegated-${idempotencyKey}` };
  const went = await approvals.ask('plugin', request, hookLifetimeMs, () => {});
  return went ? done : refused('requires_approval', { requiresApproval: true });
}
