import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { accountDetails } from './account-details.ts';
import { demand } from './demand.ts';
import { instanceRoles } from './instance-roles.ts';

export interface AccessKey {
  readonly user: string;
  /** The last four characters of its id, which tell keys apart and are no use to anyone. */
  readonly ending: string;
  readonly active: boolean;
  readonly created: Date;
  /** Undefined: never. Only asked for active keys. */
  readonly lastUsed: Date | undefined;
}

export interface DeploymentKeys {
  /** Of the whole account. */
  readonly users: number;
  /** Users that carry a name of the deployment. */
  readonly named: readonly string[];
  readonly keys: readonly AccessKey[];
}

/** More users with the deployment's name are no deployment's. */
const mostUsers = 100;

/**
 * Access keys of the IAM users whose name or path carries a name of the deployment: that of the group, of the role, of
 * the secret's folder, or the word openclaw. A user that is named otherwise is not seen to belong to it.
 */
export const deploymentKeys = awsProbe({
  id: 'aws/deployment-keys',
  needs: { accountDetails, instanceRoles },
  async gather(aws, { accountDetails, instanceRoles }, { environment }): Promise<DeploymentKeys> {
    const { users } = accountDetails;
    const folder = environment.credentials.secret.replace(/^arn:.*:secret:/, '').replace(/\/?[^/]*$/, '');
    const words = [
      'openclaw',
      environment.infrastructure.autoScalingGroup,
      folder,
      ...instanceRoles.map(({ name }) => name),
    ].map(bare);
    const named = users
      .filter(({ name, path }) => words.some((word) => word !== '' && bare(path + name).includes(word)))
      .map(({ name }) => name);
    if (named.length > mostUsers) {
      throw new ProbeError('truncated', `more than ${mostUsers} IAM users carry a name of the deployment`);
    }
    const keys = await Promise.all(named.map((name) => keysOf(aws, name)));
    return { users: users.length, named, keys: keys.flat() };
  },
});

async function keysOf(aws: AwsPort, user: string): Promise<AccessKey[]> {
  const { AccessKeyMetadata } = await aws.read('iam:ListAccessKeys', { UserName: user });
  return Promise.all(
    demand(AccessKeyMetadata, 'the access keys of a user').map(
      async ({ UserName, AccessKeyId, Status, CreateDate }) => {
        const id = demand(AccessKeyId, 'the id of an access key');
        if (UserName !== user) throw new ProbeError('bad_response', 'IAM listed the access keys of another user');
        const active = demand(Status, 'the status of an access key') !== 'Inactive';
        return {
          user,
          ending: id.slice(-4),
          active,
          created: demand(CreateDate, 'the date of an access key'),
          lastUsed: active ? await lastUse(aws, id) : undefined,
        };
      },
    ),
  );
}

async function lastUse(aws: AwsPort, id: string): Promise<Date | undefined> {
  const { AccessKeyLastUsed } = await aws.read('iam:GetAccessKeyLastUsed', { AccessKeyId: id });
  return AccessKeyLastUsed?.LastUsedDate;
}

/** Names of the deployment are written with and without hyphens, slashes and capitals. */
function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
