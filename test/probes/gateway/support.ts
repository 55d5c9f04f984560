import type { ProbeContext } from '../../../src/model/probe.ts';
import { ProbeError, type Reason } from '../../../src/model/reason.ts';
import type { GatewayPort, GatewayResponse } from '../../../src/ports/gateway.ts';
import { goodEnvironment, now } from '../../support/rig.ts';

export type Answer = Partial<GatewayResponse> | { readonly error: Reason };

/** A gateway that gives its answers to each path in order, the last one for ever; calls go to `rpc`. */
export function gatewayOf(
  paths: Readonly<Record<string, readonly Answer[]>>,
  rpc: GatewayPort['rpc'] = () => Promise.reject(new ProbeError('not_found', 'no such method')),
): GatewayPort & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    rpc,
    async get(path) {
      asked.push(path);
      const answers = paths[path] ?? [{ contentType: 'text/html' }];
      const answer = answers[Math.min(asked.filter((p) => p === path).length, answers.length) - 1] ?? {};
      if ('error' in answer) throw new ProbeError(answer.error, 'no answer');
      return { status: 200, contentType: 'application/json', json: undefined, elapsedMs: 1, ...answer };
    },
  };
}

export function contextOf(changes: Readonly<Record<string, unknown>> = {}): ProbeContext {
  const { signal } = new AbortController();
  return { environment: goodEnvironment(changes), others: [], now, nonce: 'run', signal };
}
