import { parseRange, publicPart } from '../../src/judging/cidr.ts';
import { isSettings, shown, textsAt, valueAt } from '../../src/judging/gateway-config.ts';
import { fromProcNet, reachOf } from '../../src/judging/listen-address.ts';
import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { gatewayConfig } from '../../src/probes/gateway/config.ts';
import { administration } from '../../src/probes/host/administration.ts';
import { gatewayProcess } from '../../src/probes/host/gateway-process.ts';
import { listeners } from '../../src/probes/host/listeners.ts';

const dangerous = [
  'allowInsecureAuth',
  'dangerouslyDisableDeviceAuth',
  'dangerouslyAllowHostHeaderOriginFallback',
] as const;

export default check({
  title: "The gateway's port and panel are not exposed",
  failureTitle: "The gateway's port or panel is exposed",
  why: 'Whoever reaches the gateway without a login commands the agent.',
  trap: 'One configuration is read, not what listens; a second gateway, Tailscale Funnel or another tunnel publishes it all the same.',
  remediation:
    'Set gateway.bind to loopback or tailnet, gateway.auth.mode to token, password or trusted-proxy, gateway.tailscale.mode to off or serve, and leave the dangerous options of gateway.controlUi out.',
  needs: { config: gatewayConfig, process: gatewayProcess, administration, listeners },
  judge({ config: { inForce }, process, administration, listeners }, { environment }) {
    const at = (path: string) => valueAt(inForce, `gateway.${path}`);
    const findings: Finding<'config' | 'process' | 'administration' | 'listeners'>[] = [];
    const see = (path: string, expected: string, ok: boolean, observed = shown(at(path))) =>
      findings.push({ fact: 'config', subject: `gateway.${path}`, expected, observed, ok });

    const bind = at('bind');
    const behindBalancer = environment.infrastructure.approvedInbound.some(
      ({ port }) => port === environment.gateway.port,
    );
    // Its own default, where nothing is set, is loopback on a host: what listens tells.
    const heard = process instanceof ProbeError ? [] : process.listeners.map((hex) => reachOf(fromProcNet(hex)));
    const address = String(at('customBindHost'));
    const custom = bind === 'custom' && /^[\d.]+$/.test(address) && parseRange(address) ? reachOf(address) : undefined;
    // In a network of its own, as in a container, it may listen to all: what the host publishes of it counts.
    const apart = !(process instanceof ProbeError) && process.networkNamespace === 'other';
    const inside =
      apart ||
      ['loopback', 'tailnet'].includes(String(custom ?? bind)) ||
      (bind === undefined && heard.length > 0 && heard.every((reach) => reach === 'loopback'));
    see(
      'bind',
      behindBalancer ? 'loopback, tailnet, or lan for the approved inbound rule' : 'loopback or tailnet',
      inside || (behindBalancer && (bind === 'lan' || custom !== undefined)),
    );
    const mode = at('auth.mode');
    see('auth.mode', 'token, password or trusted-proxy', ['token', 'password', 'trusted-proxy'].includes(String(mode)));
    if (mode === 'trusted-proxy') {
      const proxies = textsAt(inForce, 'gateway.trustedProxies');
      const named = proxies !== undefined && proxies.length > 0 && proxies.every(isOfProxies);
      see('trustedProxies', 'the proxies by address, and no range of the internet', named);
    }
    const tailscale = at('tailscale.mode');
    see('tailscale.mode', 'off or serve, never funnel', [undefined, 'off', 'serve'].includes(tailscale as never));

    const origins = textsAt(inForce, 'gateway.controlUi.allowedOrigins');
    const open = origins === undefined || origins.some((origin) => origin.includes('*'));
    see('controlUi.allowedOrigins', 'no wildcard', !open, open ? 'a wildcard' : `${origins.length} origins`);
    const panel = at('controlUi');
    for (const option of dangerous) {
      const value = isSettings(panel) ? panel[option] : undefined;
      if (value !== undefined) see(`controlUi.${option}`, 'not set or false', value === false);
    }
    for (const listener of process instanceof ProbeError ? [] : process.listeners) {
      const address = fromProcNet(listener);
      const reach = reachOf(address);
      findings.push({
        fact: 'process',
        subject: `listening on ${address}`,
        expected: behindBalancer ? 'loopback, tailnet, or any for the approved inbound rule' : 'loopback or tailnet',
        observed: apart ? `${reach}, in a network of its own` : reach,
        ok: apart || behindBalancer || reach === 'loopback' || reach === 'tailnet',
      });
    }
    // A second gateway, or a second port of this one; who answers on the declared port is told above.
    const others = listeners instanceof ProbeError ? [] : listeners.listeners;
    const { port: own } = environment.gateway;
    for (const { address, port } of others.filter(({ holder, port }) =>
      port === own ? apart && !behindBalancer : holder === 'gateway',
    )) {
      const reach = reachOf(address);
      findings.push({
        fact: 'listeners',
        subject: `a gateway listening on ${address}, port ${port}`,
        expected: 'loopback or tailnet',
        observed: reach,
        ok: reach === 'loopback' || reach === 'tailnet',
      });
    }
    const approved = environment.infrastructure.approvedInbound.map(({ port }) => port);
    const proxies = others.filter(
      ({ holder, address, port }) =>
        holder === 'proxy' && !approved.includes(port) && !['loopback', 'tailnet'].includes(reachOf(address)),
    );
    const funnel = administration instanceof ProbeError ? 'unclear' : (administration.tailscale?.funnel ?? 'off');
    findings.push({
      fact: 'administration',
      subject: 'Tailscale Funnel on the host',
      expected: 'off',
      observed: funnel,
      ok: funnel === 'off',
    });
    const wrong = findings.filter(({ ok, observed }) => !ok && observed !== 'unclear');
    if (isNonEmpty(wrong)) return fail(wrong);
    if (process instanceof ProbeError) return undetermined(process.reason, process.message);
    if (process.listeners.length === 0 || !process.ownsListener) {
      return undetermined(
        'not_found',
        'the gateway process does not hold the socket that listens on its port',
        findings,
      );
    }
    if (process.networkNamespace !== 'same') {
      const message =
        'the gateway is in another network namespace than the host, as in a container, so what is published of it is not known; let it use the network of the host, with gateway.bind loopback';
      return undetermined('conflict', message, findings);
    }
    if (listeners instanceof ProbeError) return undetermined(listeners.reason, listeners.message);
    if (!listeners.listeners.some(({ port }) => port === environment.gateway.port)) {
      const message = 'the socket of the gateway itself is not among the listening sockets that root saw';
      return undetermined('no_control', message, findings);
    }
    if (administration instanceof ProbeError) return undetermined(administration.reason, administration.message);
    if (funnel === 'unclear') return undetermined('bad_response', 'tailscale did not say what it publishes', findings);
    const [proxy] = proxies;
    if (proxy) {
      const message = `whether the proxy that listens on ${proxy.address}, port ${proxy.port}, leads to the gateway is not known`;
      return undetermined('conflict', `${message}; let it listen on loopback or the tailnet`, findings);
    }
    const { tunnels } = administration;
    if (tunnels.length > 0) {
      const message = `what ${tunnels.join(', ')} on the host publishes through a tunnel is not known`;
      return undetermined('conflict', message, findings);
    }
    return judgeAll(findings);
  },
});

/** Whoever is at one of these addresses says who is logged in. */
function isOfProxies(text: string): boolean {
  const range = parseRange(text);
  return range !== undefined && (range.first === range.last || publicPart([range]).length === 0);
}
