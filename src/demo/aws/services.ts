import type { AnyServiceName, ServiceName } from '../../ports/aws.ts';

/** How a service is told apart on the wire, and where its schemas come from. */
export interface ServiceEntry {
  /** The service's name in the credential scope of a SigV4 signature. */
  readonly scope: string;
  /** Loads the client package, whose command classes carry the schemas of the operations. */
  load(): Promise<object>;
}

/**
 * Every service of the allow-list. The imports are literal, so that the bundle can narrow them to the commands that
 * are needed, and dynamic, because a run talks to a few services only and each client takes time to load.
 */
export const services: Readonly<Record<ServiceName, ServiceEntry>> = {
  autoscaling: { scope: 'autoscaling', load: () => import('@aws-sdk/client-auto-scaling') },
  backup: { scope: 'backup', load: () => import('@aws-sdk/client-backup') },
  budgets: { scope: 'budgets', load: () => import('@aws-sdk/client-budgets') },
  cloudtrail: { scope: 'cloudtrail', load: () => import('@aws-sdk/client-cloudtrail') },
  cloudwatch: { scope: 'monitoring', load: () => import('@aws-sdk/client-cloudwatch') },
  ec2: { scope: 'ec2', load: () => import('@aws-sdk/client-ec2') },
  efs: { scope: 'elasticfilesystem', load: () => import('@aws-sdk/client-efs') },
  elbv2: { scope: 'elasticloadbalancing', load: () => import('@aws-sdk/client-elastic-load-balancing-v2') },
  iam: { scope: 'iam', load: () => import('@aws-sdk/client-iam') },
  kms: { scope: 'kms', load: () => import('@aws-sdk/client-kms') },
  lambda: { scope: 'lambda', load: () => import('@aws-sdk/client-lambda') },
  logs: { scope: 'logs', load: () => import('@aws-sdk/client-cloudwatch-logs') },
  secretsmanager: { scope: 'secretsmanager', load: () => import('@aws-sdk/client-secrets-manager') },
  sns: { scope: 'sns', load: () => import('@aws-sdk/client-sns') },
  ssm: { scope: 'ssm', load: () => import('@aws-sdk/client-ssm') },
  sts: { scope: 'sts', load: () => import('@aws-sdk/client-sts') },
};

const known = new Map<AnyServiceName, ServiceEntry>(Object.entries(services) as [ServiceName, ServiceEntry][]);

/** Lets the servers of this process speak one more service: one that no run and no demo calls. */
export function speakService(service: AnyServiceName, entry: ServiceEntry): void {
  known.set(service, entry);
}

export function entryOf(service: AnyServiceName): ServiceEntry {
  const entry = known.get(service);
  if (!entry) throw new Error(`${service} is not spoken here`);
  return entry;
}

/** The service that a request was signed for; undefined without a SigV4 signature for a known service. */
export function serviceOf(authorization: string | undefined): AnyServiceName | undefined {
  const scope = authorization?.match(/Credential=[^/\s,]+\/\d{8}\/[^/\s,]*\/([^/\s,]+)\/aws4_request/)?.[1];
  return [...known].find(([, entry]) => entry.scope === scope)?.[0];
}
