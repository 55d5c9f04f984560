import type { ProbeContext } from '../model/probe.ts';
import { ProbeError, UsageError } from '../model/reason.ts';
import type { GatewayPort, GatewayScope } from '../ports/gateway.ts';
import type { HostProgram } from '../ports/host.ts';
import type { Ports } from '../ports/ports.ts';
import { consoleKeys } from '../probes/aws/console-keys.ts';
import { group } from '../probes/aws/group.ts';
import { instances } from '../probes/aws/instances.ts';
import { gatewayVersion } from '../probes/gateway/version.ts';
import { hostIdentity } from '../probes/host/identity.ts';
import { asProbeError, type Gatherer } from '../runner/gather.ts';
import { Host } from '../runner/hosts.ts';
import { type Finding, lost, ok, problem } from './finding.ts';
import { runners, toolsProbe } from './host-parts.ts';

export interface Target {
  readonly address: string;
  readonly keys: readonly string[];
}

/** What a run would find of each host: the way there, its key, its users, its tools, and its gateway. */
export async function hostFindings(
  gatherer: Gatherer,
  parts: readonly HostProgram[],
  ports: Ports,
  context: ProbeContext,
): Promise<Finding[]> {
  const targets = await targetsOf(gatherer, context);
  if (targets instanceof ProbeError) return [lost('ssh', targets)];
  if (targets.length === 0) return [problem('ssh', 'no running instance of the group has an address to connect to')];
  const found = await Promise.all(targets.map((target) => oneHost(target, gatherer, parts, ports, context)));
  return found.flat();
}

/** As a run finds them: the hosts of the environment file, or every running instance of the group. */
export async function targetsOf(
  gatherer: Gatherer,
  { environment: { ssh } }: Pick<ProbeContext, 'environment'>,
): Promise<Target[] | ProbeError> {
  if (ssh.hosts.length > 0) return ssh.hosts.map((address) => ({ address, keys: [] }));
  const found = await gatherer.get(instances);
  if (!found.ok) return found.error;
  const keys = ssh.trustConsoleKeys && ssh.fingerprints.length === 0 ? await gatherer.get(consoleKeys) : undefined;
  return found.value.flatMap(({ InstanceId, PrivateIpAddress, State }) =>
    PrivateIpAddress && State?.Name === 'running'
      ? [{ address: PrivateIpAddress, keys: keys?.ok ? (keys.value[InstanceId] ?? []) : [] }]
      : [],
  );
}

async function oneHost(
  { address, keys }: Target,
  gatherer: Gatherer,
  parts: readonly HostProgram[],
  ports: Ports,
  context: ProbeContext,
): Promise<Finding[]> {
  const users = runners.filter((as) => parts.some((part) => part.as === as));
  const probes = users.map((as) => toolsProbe(parts, as));
  const host = new Host(address, keys, [hostIdentity, ...probes], ports, context);
  const own = gatherer.forHost(host);
  try {
    const key = await fingerprint(host);
    if (typeof key !== 'string') return [lost(`ssh ${address}`, key)];
    const findings = [
      ok(`ssh ${address}`, `logged in as ${context.environment.ssh.user}; the host key ${key} is trusted`),
    ];
    findings.push(await bound(address, own));
    for (const [i, probe] of probes.entries()) {
      const as = users[i] ?? 'login';
      const user = as === 'agent' ? context.environment.host.agentUser : as;
      const seen = await own.get(probe);
      if (as !== 'login' && (seen.ok || seen.error.reason === 'access_denied')) {
        findings.push(becomes(address, user, seen.ok ? undefined : seen.error));
      } else if (!seen.ok) findings.push(lost(`tools ${address}`, seen.error));
      if (seen.ok) findings.push(has(address, user, seen.value.missing));
    }
    const ofGateway = await gatewayFindings(address, () => host.gateway());
    findings.push(...ofGateway);
    // What is wrong already would only be said again.
    if (ofGateway.every(({ state }) => state === 'ok')) findings.push(await versionFinding(address, own));
    return findings;
  } finally {
    await host.close();
  }
}

/** What is wrong on this side of the connection is as much a finding as what is wrong on the other. */
async function fingerprint(host: Host): Promise<string | ProbeError> {
  try {
    return await host.fingerprint();
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      return new ProbeError('credentials', thrown.message, thrown.next === undefined ? {} : { next: thrown.next });
    }
    return asProbeError(thrown, 'host/connect');
  }
}

async function bound(address: string, gatherer: Gatherer): Promise<Finding> {
  const what = `instance ${address}`;
  const [seen, asg] = await Promise.all([gatherer.get(hostIdentity), gatherer.get(group)]);
  if (!seen.ok) return lost(what, seen.error);
  const { instanceId } = seen.value;
  if (!asg.ok) return problem(what, `it is ${instanceId}; which instances belong to the group could not be read`);
  return asg.value.Instances.some(({ InstanceId }) => InstanceId === instanceId)
    ? ok(what, `it is ${instanceId}, an instance of the group`)
    : problem(what, `it is ${instanceId}, which is not an instance of the group`, 'Correct ssh.hosts.');
}

function becomes(address: string, user: string, error: ProbeError | undefined): Finding {
  const what = `sudo ${address}`;
  if (!error) return ok(what, `the login may become ${user}`);
  return problem(
    what,
    `the login cannot become ${user}: ${error.message}`,
    error.next ?? `Allow the login in sudoers: NOPASSWD for sudo -n to ${user}.`,
  );
}

function has(address: string, user: string, missing: readonly string[]): Finding {
  const what = `tools ${address}`;
  if (missing.length === 0) return ok(what, `everything that ${user} needs is installed`);
  return problem(what, `missing for ${user}: ${missing.join(', ')}`, 'Install them on the image of the instances.');
}

/** Of the process that runs, which is not that of the package after an update. */
async function versionFinding(address: string, gatherer: Gatherer): Promise<Finding> {
  const seen = await gatherer.get(gatewayVersion);
  return seen.ok
    ? ok(`gateway ${address}`, `OpenClaw ${seen.value.version} runs`)
    : lost(`gateway ${address}`, seen.error);
}

/** Read-only calls that a run makes, one for each scope that its token needs. */
const scoped: readonly (readonly [scope: GatewayScope, method: string])[] = [
  ['operator.read', 'agents.list'],
  ['operator.approvals', 'exec.approval.list'],
  ['operator.admin', 'exec.approvals.get'],
];

async function gatewayFindings(address: string, open: () => Promise<GatewayPort>): Promise<Finding[]> {
  const what = `gateway ${address}`;
  try {
    const gateway = await open();
    const { status, json } = await gateway.get('/readyz');
    const findings = [
      typeof json === 'object'
        ? ok(what, `it answers /readyz with status ${status}`)
        : problem(what, 'what answers /readyz is not the gateway', 'Compare gateway.port with the gateway.'),
    ];
    for (const [scope, method] of scoped) {
      try {
        await gateway.rpc(method, {}, { scopes: [scope] });
        findings.push(ok(what, `the token has the scope ${scope}`));
      } catch (thrown) {
        const error = asProbeError(thrown, 'gateway');
        findings.push(problem(what, `${scope}: ${error.message}`, error.next));
        // Without a token that is accepted, or a gateway that talks, the other scopes would only repeat it.
        if (error.reason !== 'access_denied') break;
      }
    }
    return findings;
  } catch (thrown) {
    return [lost(what, asProbeError(thrown, 'gateway'))];
  }
}
