import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { single } from './records.ts';

/** What the metadata service says about the machine that answers over SSH. */
export interface HostIdentity {
  readonly instanceId: string;
  readonly account: string;
  readonly region: string;
}

/**
 * The identity document, fetched with a token on the host. It binds the SSH connection to an instance of the group.
 * Only the three fields that are compared cross the wire.
 */
export const hostIdentity = hostProbe<HostIdentity>({
  id: 'host/identity',
  as: 'login',
  seconds: 8,
  script: `
need curl sed tr
base=http://169.254.169.254/latest
token=$(curl -q --noproxy '*' -sf -m 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$base/api/token") || { say state no-token; exit 0; }
doc=$(printf 'header = "X-aws-ec2-metadata-token: %s"\\n' "$token" | curl -q --noproxy '*' -sf -m 3 -K - "$base/dynamic/instance-identity/document" | tr -d ' \\r\\n\\t') || { say state no-document; exit 0; }
field() { printf '%s' "$doc" | sed -n 's/.*"'"$1"'":"\\([A-Za-z0-9-]*\\)".*/\\1/p'; }
say state ok
say instance-id "$(field instanceId)"
say account "$(field accountId)"
say region "$(field region)"
`,
  parse(records) {
    const state = single(records, 'state');
    if (state !== 'ok') {
      throw new ProbeError('unbound', 'the metadata service on the host did not say which instance it is', {
        next: 'Let the login user of the host reach 169.254.169.254 with a token.',
      });
    }
    const identity = {
      instanceId: single(records, 'instance-id'),
      account: single(records, 'account'),
      region: single(records, 'region'),
    };
    if (!/^i-[0-9a-f]{8,17}$/.test(identity.instanceId) || !/^\d{12}$/.test(identity.account)) {
      throw new ProbeError('bad_response', 'the identity document on the host is not of the documented form');
    }
    return identity;
  },
});
