import { ProbeError } from '../../model/reason.ts';
import type { ServiceName } from '../../ports/aws.ts';
import type { CallEnd } from './deadlines.ts';
import type { WireGuard } from './wire.ts';

/**
 * The client package and client class of each service. Loaded when first called: the whole set costs a third of a
 * second to load. The build narrows each package to the operations of the allow-list.
 */
const packages = {
  autoscaling: { load: () => import('@aws-sdk/client-auto-scaling'), client: 'AutoScalingClient' },
  backup: { load: () => import('@aws-sdk/client-backup'), client: 'BackupClient' },
  budgets: { load: () => import('@aws-sdk/client-budgets'), client: 'BudgetsClient' },
  cloudtrail: { load: () => import('@aws-sdk/client-cloudtrail'), client: 'CloudTrailClient' },
  cloudwatch: { load: () => import('@aws-sdk/client-cloudwatch'), client: 'CloudWatchClient' },
  ec2: { load: () => import('@aws-sdk/client-ec2'), client: 'EC2Client' },
  efs: { load: () => import('@aws-sdk/client-efs'), client: 'EFSClient' },
  elbv2: { load: () => import('@aws-sdk/client-elastic-load-balancing-v2'), client: 'ElasticLoadBalancingV2Client' },
  iam: { load: () => import('@aws-sdk/client-iam'), client: 'IAMClient' },
  kms: { load: () => import('@aws-sdk/client-kms'), client: 'KMSClient' },
  lambda: { load: () => import('@aws-sdk/client-lambda'), client: 'LambdaClient' },
  logs: { load: () => import('@aws-sdk/client-cloudwatch-logs'), client: 'CloudWatchLogsClient' },
  secretsmanager: { load: () => import('@aws-sdk/client-secrets-manager'), client: 'SecretsManagerClient' },
  sns: { load: () => import('@aws-sdk/client-sns'), client: 'SNSClient' },
  ssm: { load: () => import('@aws-sdk/client-ssm'), client: 'SSMClient' },
  sts: { load: () => import('@aws-sdk/client-sts'), client: 'STSClient' },
} satisfies Record<ServiceName, { load: () => Promise<object>; client: string }>;

// The versions are pinned, so what the SDK has to say about its future versions does not concern who runs this one.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Commands that only extensions call are not in the narrowed packages: they come from the whole one, as installed. */
async function loadCommand(service: ServiceName, name: string): Promise<new (input: object) => object> {
  const names = { autoscaling: 'auto-scaling', elbv2: 'elastic-load-balancing-v2', logs: 'cloudwatch-logs' } as const;
  const secrets = service === 'secretsmanager' ? 'secrets-manager' : service;
  const specifier = `@aws-sdk/client-${service in names ? names[service as keyof typeof names] : secrets}`;
  const whole = (await import(specifier).catch(() => ({}))) as Record<string, new (input: object) => object>;
  const Command = whole[name];
  if (!Command)
    throw new ProbeError('tool_missing', `the installed ${specifier} has no ${name}`, {
      next: `Install ${specifier} beside clawcheck, and look up the name of the operation.`,
    });
  return Command;
}

/** What all generated clients have in common. */
export interface AnyClient {
  /** What the client works out of its configuration, the profile and the variables. */
  readonly config: {
    region(): Promise<string>;
    useDualstackEndpoint(): Promise<boolean>;
    useFipsEndpoint(): Promise<boolean>;
    readonly authSchemePreference: unknown;
    readonly userAgentAppId: unknown;
    readonly endpoint?: () => Promise<{ readonly protocol: string; readonly hostname: string; readonly port?: number }>;
    endpointProvider(parameters: object): { readonly url: URL };
  };
  send(command: object, options: { abortSignal: AbortSignal | CallEnd }): Promise<object>;
  destroy(): void;
}

/** What all generated commands have in common. */
export interface AnyCommand {
  /** Of an operation: a mark, its namespace, name and traits, and the forms of what is asked and answered. */
  readonly schema: readonly unknown[];
  readonly middlewareStack: {
    add(guard: WireGuard, options: { step: 'deserialize' | 'finalizeRequest'; priority: 'low'; name: string }): void;
  };
}

export interface LoadedService {
  newClient(config: object): AnyClient;
  newCommand(operation: string, input: object): Promise<AnyCommand>;
}

/** @param service prefix of an operation of the allow-list */
export async function loadService(service: ServiceName): Promise<LoadedService> {
  const { load, client } = packages[service];
  const module = (await load()) as unknown as Record<string, new (argument: object) => object>;
  const make = (name: string, argument: object): object => {
    const Class = module[name];
    if (!Class) throw new Error(`the client of ${service} has no ${name}`);
    return new Class(argument);
  };
  return {
    newClient: (config) => make(client, config) as AnyClient,
    async newCommand(operation, input) {
      const name = `${operation}Command`;
      const command = name in module ? make(name, input) : new (await loadCommand(service, name))(input);
      return command as AnyCommand;
    },
  };
}
