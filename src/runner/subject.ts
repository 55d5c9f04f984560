import type { Environment } from '../environment/schema.ts';
import type { Subject } from '../model/report.ts';
import type { Binding } from './bind.ts';
import type { Gatherer } from './gather.ts';

/** What the report is about, as observed. */
export async function subjectOf(environment: Environment, binding: Binding, _gatherer: Gatherer): Promise<Subject> {
  return {
    account: binding.account,
    region: environment.aws.region,
    principal: binding.principal,
    autoScalingGroup: binding.groupArn,
    instances: binding.instances,
    fileSystemId: environment.soulDocuments.fileSystemId,
    gatewayVersion: null,
    repository: environment.git?.repository ?? null,
    commit: null,
    mismatches: binding.mismatches,
    unproven: binding.unproven,
  };
}
