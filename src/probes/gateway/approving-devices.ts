import { mayDecide } from '../../judging/approvers.ts';
import { gatewayProbe } from '../../model/probe.ts';
import { idAt, listAt, objectAt } from './payload.ts';
import { readiness } from './readiness.ts';

/**
 * The ids of the paired devices that may decide on requests, by what they were paired for or by a token that is not
 * revoked. `device.pair.list` shows all of them to a client that is no device itself.
 */
export const approvingDevices = gatewayProbe<readonly string[], { readiness: typeof readiness }>({
  id: 'gateway/approving-devices',
  needs: { readiness },
  async gather(gateway) {
    const answer = await gateway.rpc('device.pair.list', {}, { scopes: ['operator.pairing'] });
    const scopesOf = (holder: unknown) => listAt(objectAt(holder, 'a paired device')['scopes'] ?? [], 'its scopes');
    return listAt(objectAt(answer, 'its devices')['paired'], 'its paired devices').flatMap((item) => {
      const { deviceId, tokens } = objectAt(item, 'a paired device');
      const live = listAt(tokens ?? [], 'its tokens').filter(
        (token) => (objectAt(token, 'a token')['revokedAtMs'] ?? undefined) === undefined,
      );
      return mayDecide([item, ...live].flatMap(scopesOf)) ? [idAt(deviceId, 'the id of a device')] : [];
    });
  },
});
