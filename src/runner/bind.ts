import type { Environment } from '../environment/schema.ts';
import { ProbeError, type Reason, UntrustedError, UsageError } from '../model/reason.ts';
import type { SubjectInstance } from '../model/report.ts';
import { group, membersInService } from '../probes/aws/group.ts';
import { identity } from '../probes/aws/identity.ts';
import { hostIdentity } from '../probes/host/identity.ts';
import type { Gatherer } from './gather.ts';
import { type Host, lostHost, uncovered } from './hosts.ts';

/** One instance as the run sees it: its gatherer, and why nothing it says may be judged. */
export interface BoundHost {
  readonly gatherer: Gatherer;
  readonly instance: string;
  readonly unproven: ProbeError | undefined;
  /** Settles with the whole answer of the host: why what it said of itself does not count. */
  broken(): Promise<ProbeError | undefined>;
}

/** Whether, and how far, this is the deployment that was asked about. */
export interface Binding {
  readonly account: string | null;
  readonly principal: string | null;
  readonly groupArn: string | null;
  readonly instances: readonly SubjectInstance[];
  /** Whose facts are judged. */
  readonly hosts: readonly BoundHost[];
  /** Contradictions: the run is UNTRUSTED. */
  readonly mismatches: readonly string[];
  /** What could not be shown: what depends on it is unknown. */
  readonly unproven: readonly string[];
  /** Set when not even the account is proven: nothing may be judged. */
  readonly blocked: ProbeError | undefined;
}

/**
 * Binds the run to its subject before anything is judged: the account that STS names, the group's ARN, and for each
 * host the verified host key and the instance id that its metadata service gives.
 * @throws UsageError without usable credentials, or for what is wrong on this side of the SSH connection
 */
export async function bind(gatherer: Gatherer, hosts: readonly Host[], environment: Environment): Promise<Binding> {
  const mismatches: string[] = [];
  const unproven: string[] = [];
  const { account, region } = environment.aws;

  const [caller, asg] = await Promise.all([gatherer.get(identity), gatherer.get(group)]);
  // Nothing at all can be seen without credentials: that is for the user to mend, not a state of the deployment.
  if (!caller.ok && caller.error.reason === 'credentials')
    throw new UsageError(caller.error.message, caller.error.next);
  if (!caller.ok) unproven.push(`account: ${caller.error.message}`);
  else if (caller.value.account !== account) {
    mismatches.push(`the credentials belong to account ${caller.value.account}, the environment file says ${account}`);
  }

  let groupArn: string | null = null;
  let members: Members | undefined;
  if (asg.ok) {
    groupArn = asg.value.AutoScalingGroupARN;
    const [, , , arnRegion, arnAccount] = groupArn.split(':');
    if (arnAccount !== account) mismatches.push(`the Auto Scaling Group belongs to account ${arnAccount}`);
    if (arnRegion !== region)
      mismatches.push(`the Auto Scaling Group is in ${arnRegion}, the environment file says ${region}`);
    members = {
      all: asg.value.Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      inService: membersInService(asg.value),
    };
  } else unproven.push(`Auto Scaling Group: ${asg.error.message}`);

  const bound = await Promise.all(hosts.map((host) => bindHost(gatherer.forHost(host), host, members, environment)));
  for (const { mismatch, unproven: lost, instance } of bound) {
    if (mismatch) mismatches.push(mismatch);
    if (lost) unproven.push(`${instance}: ${lost.message}`);
  }
  const missing = (members?.inService ?? []).filter((id) => !bound.some(({ instance }) => instance === id));
  const absent = missing.map((id) => notLookedAt(gatherer, id, uncovered(id)));
  if (hosts.length > 0) unproven.push(...missing.map((id) => `${id}: no address leads to this instance`));

  return {
    account: caller.ok ? caller.value.account : null,
    principal: caller.ok ? caller.value.principal : null,
    groupArn,
    instances: bound.map(({ instance, address, hostKeyFingerprint }) => ({
      id: instance,
      address,
      hostKeyFingerprint,
    })),
    hosts: oneForEachReason([
      ...bound.map((one) => (one.unproven ? notLookedAt(gatherer, one.instance, one.unproven) : one)),
      ...absent,
    ]),
    mismatches,
    unproven,
    blocked: caller.ok
      ? undefined
      : new ProbeError('unbound', `the account is not proven: ${caller.error.message}`, {
          ...(caller.error.next && { next: caller.error.next }),
          ...(caller.error.action && { action: caller.error.action }),
        }),
  };
}

/** A host of which nothing is taken for a fact, and why. */
export function notLookedAt(gatherer: Gatherer, instance: string, unproven: ProbeError): BoundHost {
  return { gatherer: gatherer.forHost(lostHost(instance, unproven)), instance, unproven, broken: async () => unproven };
}

/**
 * Waits for the whole answer of every host. A host was bound by the first thing that it said; where the rest does not
 * bear that out, nothing of it counts.
 */
export async function confirm(binding: Binding, gatherer: Gatherer): Promise<Binding> {
  const broken = await Promise.all(binding.hosts.map((host) => host.broken()));
  const unproven = [...binding.unproven];
  const hosts = binding.hosts.map((host, i) => {
    const error = broken[i];
    if (host.unproven || !error) return host;
    unproven.push(`${host.instance}: ${error.message}`);
    return notLookedAt(gatherer, host.instance, error);
  });
  return { ...binding, unproven, hosts: oneForEachReason(hosts) };
}

/** Of the hosts that nothing is known of, one for each reason: the others would be judged alike. */
function oneForEachReason(hosts: readonly BoundHost[]): readonly BoundHost[] {
  const reasons = new Set<Reason>();
  return hosts.filter(({ unproven }) => {
    if (!unproven) return true;
    const first = !reasons.has(unproven.reason);
    reasons.add(unproven.reason);
    return first;
  });
}

/** Instance ids of the group: whoever answers must be one of them, and each in service must have answered. */
interface Members {
  readonly all: readonly string[];
  readonly inService: readonly string[];
}

async function bindHost(gatherer: Gatherer, host: Host, members: Members | undefined, environment: Environment) {
  const broken = () => host.broken();
  const base = { gatherer, address: host.label, hostKeyFingerprint: null, mismatch: undefined, broken };
  const key = await host.fingerprint();
  if (key instanceof ProbeError) {
    const mismatch = key instanceof UntrustedError ? `${host.label}: ${key.message}` : undefined;
    return { ...base, instance: host.label, unproven: key, mismatch };
  }
  const seen = await gatherer.get(hostIdentity);
  if (!seen.ok) return { ...base, hostKeyFingerprint: key, instance: host.label, unproven: seen.error };
  const { instanceId, account, region } = seen.value;
  const result = { ...base, hostKeyFingerprint: key, instance: instanceId, unproven: undefined };
  if (account !== environment.aws.account || region !== environment.aws.region) {
    return { ...result, mismatch: `${host.label} is an instance of account ${account} in ${region}` };
  }
  if (!members) {
    const unproven = new ProbeError('unbound', 'which instances belong to the group could not be read');
    return { ...result, unproven };
  }
  if (!members.all.includes(instanceId)) {
    return { ...result, mismatch: `${host.label} is ${instanceId}, which is not an instance of the group` };
  }
  return result;
}
