import { area } from '../../src/model/check.ts';
import approvedHostReachable from './approved-host-reachable.ts';
import egressAllowlisted from './egress-allowlisted.ts';
import gatewayNotExposed from './gateway-not-exposed.ts';
import noPublicIngress from './no-public-ingress.ts';
import sshNotPublic from './ssh-not-public.ts';
import tailscaleAdmin from './tailscale-admin.ts';
import unapprovedHostTimesOut from './unapproved-host-times-out.ts';

export default area({
  title: 'Network',
  why: 'A closed network bounds what a mistake or an attacker can do.',
  checks: {
    'no-public-ingress': noPublicIngress,
    'egress-allowlisted': egressAllowlisted,
    'approved-host-reachable': approvedHostReachable,
    'unapproved-host-times-out': unapprovedHostTimesOut,
    'tailscale-admin': tailscaleAdmin,
    'ssh-not-public': sshNotPublic,
    'gateway-not-exposed': gatewayNotExposed,
  },
});
