import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type JsonObject, malformed, objectAt, textAt } from './payload.ts';
import { readiness } from './readiness.ts';

/** The version of the process that runs, such as `2026.9.6` or `2026.7.1-2`, and where it was read. */
export interface GatewayVersion {
  readonly version: string;
  readonly from: '/startupz' | 'status';
}

/**
 * From `/startupz`, which tells local callers the version since 2026.8.1; before that from the call `status`, which
 * needs the token. The version of the installed package is not it: an update counts after the restart only.
 */
export const gatewayVersion = gatewayProbe<GatewayVersion, { readiness: typeof readiness }>({
  id: 'gateway/version',
  needs: { readiness },
  async gather(gateway) {
    const { json } = await gateway.get('/startupz');
    const told = typeof json === 'object' && json !== null ? (json as JsonObject)['version'] : undefined;
    const version = told ?? objectAt(await gateway.rpc('status', {}), 'its status')['runtimeVersion'];
    if (version === undefined) {
      throw new ProbeError('bad_response', 'the gateway does not say which version of it runs');
    }
    const text = textAt(version, 'its version');
    if (!/^\d{4}\.\d{1,2}\.\d{1,3}(-[0-9A-Za-z.]{1,32})?$/.test(text)) throw malformed('its version');
    return { version: text, from: told === undefined ? 'status' : '/startupz' };
  },
});
