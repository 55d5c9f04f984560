import type { Environment } from '../environment/schema.ts';
import type { Subject } from '../model/report.ts';
import { gatewayVersion } from '../probes/gateway/version.ts';
import { head } from '../probes/git/head.ts';
import type { Binding } from './bind.ts';
import type { Gatherer } from './gather.ts';

/** What the report is about, as observed. */
export async function subjectOf(environment: Environment, binding: Binding, gatherer: Gatherer): Promise<Subject> {
  const commit = await gatherer.asked(head);
  const versions = await Promise.all(binding.hosts.map((host) => host.gatherer.asked(gatewayVersion)));
  const running = new Set(versions.flatMap((version) => (version?.ok ? [version.value.version] : [])));
  return {
    account: binding.account,
    region: environment.aws.region,
    principal: binding.principal,
    autoScalingGroup: binding.groupArn,
    instances: binding.instances,
    fileSystemId: environment.soulDocuments.fileSystemId,
    gatewayVersion: [...running].sort().join(', ') || null,
    repository: environment.git?.repository ?? environment.git?.remote ?? null,
    commit: commit?.ok ? commit.value.commit : null,
    mismatches: binding.mismatches,
    unproven: binding.unproven,
  };
}
