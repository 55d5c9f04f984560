import type { Environment } from '../../environment/schema.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AnyServiceName, InputOf, OutputOf } from '../../ports/aws.ts';
import {
  type DrillAwsPort,
  type DrillOperation,
  type DrillRule,
  drillOperations,
} from '../../ports/drill-operations.ts';
import { awsCallSeconds } from './aws.ts';
import type { AnyClient, LoadedService } from './clients.ts';
import { ServiceConnections } from './connections.ts';
import { loadDrillService } from './drill-clients.ts';
import { classify, codeOf } from './errors.ts';
import { clientConfig, requestHandler } from './sessions.ts';
import { wireGuard } from './wire.ts';

export interface DrillAwsAdapter extends DrillAwsPort {
  /** Every call so far, in order, whether it was answered or not. */
  readonly calls: readonly DrillOperation[];
  close(): void;
}

/**
 * The operations of the drills through SDK v3. No call is repeated by itself: what became of a change that was not
 * answered is for the drill to find out.
 */
export function drillAws(
  environment: Environment,
  { direct, secrets }: { readonly direct: boolean; readonly secrets: Set<string> },
): DrillAwsAdapter {
  const services = new Map<AnyServiceName, Promise<{ service: LoadedService; client: AnyClient }>>();
  const calls: DrillOperation[] = [];
  const guard = wireGuard(direct);
  let config: Promise<object> | undefined;

  const serviceOf = (name: AnyServiceName) => {
    config ??= clientConfig(environment, secrets);
    let loaded = services.get(name);
    if (!loaded) {
      loaded = Promise.all([loadDrillService(name), config]).then(([service, shared]) => {
        const client = service.newClient({
          ...shared,
          requestHandler: requestHandler(new ServiceConnections(1)),
          maxAttempts: 1,
        });
        return { service, client };
      });
      services.set(name, loaded);
    }
    return loaded;
  };

  return {
    calls,
    async call<O extends DrillOperation>(operation: O, input: InputOf<O>) {
      const rule: DrillRule = drillOperations[operation];
      const [prefix, name] = operation.split(':') as [AnyServiceName, string];
      let answer: Record<string, unknown>;
      try {
        const { service, client } = await serviceOf(prefix);
        calls.push(operation);
        const abortSignal = AbortSignal.timeout(awsCallSeconds * 1000);
        const command = await service.newCommand(name, input as object);
        command.middlewareStack.add(guard, { step: 'deserialize', priority: 'low', name: 'clawcheckWireGuard' });
        answer = (await client.send(command, { abortSignal })) as Record<string, unknown>;
      } catch (thrown) {
        if (rule.absent?.includes(codeOf(thrown))) return undefined;
        if (rule.taken?.code === codeOf(thrown)) {
          throw new ProbeError('conflict', rule.taken.message, { next: rule.taken.next });
        }
        throw forDrills(classify(thrown, operation, rule.action ?? operation));
      }
      const missing = rule.members.filter((member) => answer[member] === undefined || answer[member] === null);
      if (missing.length > 0) {
        throw new ProbeError('bad_response', `${operation} was answered without ${missing.join(', ')}`);
      }
      return answer as OutputOf<O>;
    },
    close() {
      for (const loaded of services.values())
        loaded.then(
          ({ client }) => client.destroy(),
          () => {},
        );
    },
  };
}

/** The policy of a run does not allow what a drill was refused. */
function forDrills(error: ProbeError): ProbeError {
  if (error.reason !== 'access_denied' || error.action === undefined) return error;
  return new ProbeError(error.reason, error.message, {
    action: error.action,
    next: `Allow ${error.action} to the credentials of the drill; clawcheck permissions --drills prints the policy.`,
  });
}
