import type { AnyServiceName } from '../../ports/aws.ts';
import type { AnyClient, AnyCommand, LoadedService } from './clients.ts';

/**
 * The client packages of the drills, apart from those of a run: the build narrows each to the operations of the
 * drills, so that what changes anything is in no file that a run loads.
 */
const packages: Partial<Record<AnyServiceName, { load: () => Promise<object>; client: string }>> = {
  backup: { load: () => import('@aws-sdk/client-backup'), client: 'BackupClient' },
  ec2: { load: () => import('@aws-sdk/client-ec2'), client: 'EC2Client' },
  efs: { load: () => import('@aws-sdk/client-efs'), client: 'EFSClient' },
  fis: { load: () => import('./drill-fis.ts'), client: 'FisClient' },
  lambda: { load: () => import('@aws-sdk/client-lambda'), client: 'LambdaClient' },
  ssm: { load: () => import('@aws-sdk/client-ssm'), client: 'SSMClient' },
};

/** @param service prefix of an operation of the drills */
export async function loadDrillService(service: AnyServiceName): Promise<LoadedService> {
  const known = packages[service];
  if (!known) throw new Error(`no drill calls ${service}`);
  const module = (await known.load()) as unknown as Record<string, new (argument: object) => object>;
  const make = (name: string, argument: object): object => {
    const Class = module[name];
    if (!Class) throw new Error(`the client of ${service} has no ${name}`);
    return new Class(argument);
  };
  return {
    newClient: (config) => make(known.client, config) as AnyClient,
    newCommand: async (operation, input) => make(`${operation}Command`, input) as AnyCommand,
  };
}
