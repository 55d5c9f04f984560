/**
 * What extensions import from `clawcheck`: the types and functions that its own checks are made of, and facts that it
 * gathers anyway. See docs/extending.md.
 */
export type { Environment } from './environment/schema.ts';
export type { AwsCalls, DeclaredAws, Extension, GatewayCall } from './extensions/define.ts';
export {
  awsProbe,
  extension,
  filesProbe,
  gatewayProbe,
  gitProbe,
  hostProbe,
} from './extensions/define.ts';
export type { Check, Fail, Finding, JudgeContext, Judgement, NonEmpty, Observation, Pass } from './model/check.ts';
export { check, fail, judgeAll, pass, undetermined } from './model/check.ts';
export type { FactOf, Facts, Needs, Probe, ProbeContext } from './model/probe.ts';
export type { Reason } from './model/reason.ts';
export { ProbeError } from './model/reason.ts';
export type { OperationRule, ReadOperation } from './ports/aws.ts';
export type { HostRecords } from './ports/host.ts';
export { quote } from './ports/host.ts';

import { alarm } from './probes/aws/alarm.ts';
import { fileSystem } from './probes/aws/file-system.ts';
import { group } from './probes/aws/group.ts';
import { identity } from './probes/aws/identity.ts';
import { instances } from './probes/aws/instances.ts';
import { interfaces } from './probes/aws/interfaces.ts';
import { launchVersions } from './probes/aws/launch-versions.ts';
import { routes } from './probes/aws/routes.ts';
import { ownSecret } from './probes/aws/secrets.ts';
import { securityGroups } from './probes/aws/security-groups.ts';
import { subnets } from './probes/aws/subnets.ts';
import { volumes } from './probes/aws/volumes.ts';
import { gatewayConfig } from './probes/gateway/config.ts';
import { gatewayVersion } from './probes/gateway/version.ts';
import { head } from './probes/git/head.ts';
import { hostIdentity } from './probes/host/identity.ts';
import { agentMounts, rootMounts } from './probes/host/mounts.ts';

/** Facts that clawcheck gathers for its own checks; an extension may need them as they are. Each is looked at once. */
export const facts = {
  agentMounts,
  alarm,
  fileSystem,
  gatewayConfig,
  gatewayVersion,
  group,
  head,
  hostIdentity,
  identity,
  instances,
  interfaces,
  launchVersions,
  rootMounts,
  ownSecret,
  routes,
  securityGroups,
  subnets,
  volumes,
} as const;
