import { services } from '../../src/demo/aws/services.ts';
import type { AwsOperation, ServiceName } from '../../src/ports/aws.ts';

/** The class of each service's client, which clawcheck's own server never needs. */
const clientNames: Readonly<Record<ServiceName, string>> = {
  autoscaling: 'AutoScalingClient',
  backup: 'BackupClient',
  budgets: 'BudgetsClient',
  cloudtrail: 'CloudTrailClient',
  cloudwatch: 'CloudWatchClient',
  ec2: 'EC2Client',
  efs: 'EFSClient',
  elbv2: 'ElasticLoadBalancingV2Client',
  iam: 'IAMClient',
  kms: 'KMSClient',
  lambda: 'LambdaClient',
  logs: 'CloudWatchLogsClient',
  secretsmanager: 'SecretsManagerClient',
  sns: 'SNSClient',
  ssm: 'SSMClient',
  sts: 'STSClient',
};

interface Client {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}

export interface AwsCaller {
  /** Calls an operation with the SDK's own client and gives its output without `$metadata`. */
  call(operation: AwsOperation | `ec2:${string}`, input?: object): Promise<Record<string, unknown>>;
  close(): void;
}

/** Real SDK clients, one a service, that talk to `endpoint` with made-up credentials and never retry. */
export function awsCaller(endpoint: string): AwsCaller {
  const clients = new Map<ServiceName, Client>();
  return {
    async call(operation, input = {}) {
      const [service, name] = operation.split(':') as [ServiceName, string];
      const module = (await services[service].load()) as Record<string, new (options: object) => object>;
      const client = clients.get(service) ?? made(module[clientNames[service]], clientOptions(endpoint));
      clients.set(service, client as Client);
      const { $metadata: _, ...output } = await (client as Client).send(made(module[`${name}Command`], input));
      return output;
    },
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function made(Class: (new (options: object) => object) | undefined, options: object): object {
  if (!Class) throw new Error('the client package has no such class');
  return new Class(options);
}

function clientOptions(endpoint: string): object {
  return {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'made-up' },
    maxAttempts: 1,
  };
}
