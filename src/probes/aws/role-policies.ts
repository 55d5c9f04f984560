import type { ManagedPolicyDetail, RoleDetail } from '@aws-sdk/client-iam';
import { type Policy, parsePolicy } from '../../judging/iam-document.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import type { AccountDetails } from './account-details.ts';
import { demand } from './demand.ts';

/** A role with everything that says what it may do: inline and attached policies, and its permission boundary. */
export interface RolePolicies {
  readonly name: string;
  /** As in `aws:userid`; not every answer has it. */
  readonly id?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly arn: string;
  /** 12 digits. */
  readonly account: string;
  readonly policies: readonly Policy[];
  readonly boundary: Policy | undefined;
  /** Who may take the role on; undefined where that is not of the grammar, which few judgements need. */
  readonly trust: Policy | undefined;
}

/** A role and every policy of it. One that cannot be read is an error: a role is never judged on a part. */
export async function readRole(aws: AwsPort, details: AccountDetails, name: string): Promise<RolePolicies> {
  const [role, ...others] = details.roles.filter(({ RoleName }) => RoleName === name);
  if (!role || others.length > 0) {
    throw new ProbeError('truncated', 'the list of roles lacks one that the deployment uses, or has it twice');
  }
  const arn = demand(role.Arn, 'the ARN of a role');
  const account = arn.split(':')[4] ?? '';
  if (account !== aws.account) throw new ProbeError('wrong_subject', 'the role belongs to another account');
  const inline = demand(role.RolePolicyList, 'the inline policies of a role');
  const attached = demand(role.AttachedManagedPolicies, 'the attached policies of a role');
  const boundary = role.PermissionsBoundary;
  return {
    name,
    ...(role.RoleId && { id: role.RoleId }),
    tags: Object.fromEntries((role.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    arn,
    account,
    policies: [
      ...inline.map(({ PolicyName, PolicyDocument }) =>
        parsePolicy(PolicyDocument, `inline policy ${PolicyName}`, 'identity'),
      ),
      ...(await Promise.all(attached.map(({ PolicyArn }) => managedPolicy(aws, details, PolicyArn)))),
    ],
    boundary: boundary && (await managedPolicy(aws, details, boundary.PermissionsBoundaryArn)),
    trust: trustOf(role),
  };
}

/** Who may take a role on; undefined where that is not of the grammar of IAM policies. */
export function trustOf({ RoleName, AssumeRolePolicyDocument }: RoleDetail): Policy | undefined {
  try {
    return parsePolicy(AssumeRolePolicyDocument, `trust policy of ${RoleName}`, 'trust');
  } catch (thrown) {
    if (thrown instanceof ProbeError) return undefined;
    throw thrown;
  }
}

/** The name of the role at the end of an ARN, which may have a path. */
export function roleNameOf(arn: string | undefined): string {
  const [, name] = /^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(arn ?? '') ?? [];
  if (!name) throw new ProbeError('bad_response', 'AWS answered without the ARN of a role');
  return name;
}

/** A managed policy by its ARN, which is its name here: its default version. */
export async function managedPolicy(
  aws: AwsPort,
  { policies }: AccountDetails,
  arn: string | undefined,
): Promise<Policy> {
  if (!arn) throw new ProbeError('bad_response', 'IAM listed a policy without an ARN');
  const listed = policies.find(({ Arn }) => Arn === arn);
  return parsePolicy(listed ? defaultVersion(listed) : await readDefaultVersion(aws, arn), arn, 'identity');
}

function defaultVersion({ DefaultVersionId, PolicyVersionList }: ManagedPolicyDetail): string | undefined {
  const version = demand(DefaultVersionId, 'the default version of a policy');
  return PolicyVersionList?.find(({ VersionId }) => VersionId === version)?.Document;
}

/** A policy of AWS that serves as a boundary alone may not be in the list. */
async function readDefaultVersion(aws: AwsPort, arn: string): Promise<string | undefined> {
  const { Policy: policy } = await aws.read('iam:GetPolicy', { PolicyArn: arn });
  const version = policy?.DefaultVersionId;
  if (!version) throw new ProbeError('bad_response', 'IAM described a policy without its default version');
  const { PolicyVersion } = await aws.read('iam:GetPolicyVersion', { PolicyArn: arn, VersionId: version });
  if (PolicyVersion?.VersionId !== version) throw new ProbeError('bad_response', 'IAM gave another policy version');
  return PolicyVersion.Document;
}
