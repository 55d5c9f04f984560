import type { EffectiveRoutes, Route } from '../probes/aws/routes.ts';

/**
 * Routes that lead straight to the internet, so that an interface with a public address can be reached from there: an
 * internet gateway or a carrier gateway. NAT and egress-only gateways let nothing in.
 */
export function internetRoutes({ routes }: EffectiveRoutes, family: 'ipv4' | 'ipv6' | 'any' = 'any'): readonly Route[] {
  const direct = routes.filter(({ target }) => /^(igw|cagw)-/.test(target));
  if (family === 'any') return direct;
  return direct.filter((r) => r.destination.startsWith('pl-') || r.ipv6 === (family === 'ipv6'));
}
