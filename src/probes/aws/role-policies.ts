import type { AttachedPermissionsBoundary } from '@aws-sdk/client-iam';
import { type Policy, parsePolicy } from '../../judging/iam-document.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';

/** A role with everything that says what it may do: inline and attached policies, and its permission boundary. */
export interface RolePolicies {
  readonly name: string;
  readonly arn: string;
  /** 12 digits. */
  readonly account: string;
  readonly policies: readonly Policy[];
  readonly boundary: Policy | undefined;
}

/** Reads a role and every policy of it. One that cannot be read is an error: a role is never judged on a part. */
export async function readRole(aws: AwsPort, name: string): Promise<RolePolicies> {
  const [{ Role: role }, { PolicyNames: inline = [] }, { AttachedPolicies: attached = [] }] = await Promise.all([
    aws.read('iam:GetRole', { RoleName: name }),
    aws.read('iam:ListRolePolicies', { RoleName: name }),
    aws.read('iam:ListAttachedRolePolicies', { RoleName: name }),
  ]);
  const arn = role?.Arn;
  if (role?.RoleName !== name || !arn) throw new ProbeError('bad_response', 'IAM described another role, or none');
  const account = arn.split(':')[4] ?? '';
  if (account !== aws.account) throw new ProbeError('wrong_subject', 'the role belongs to another account');
  const policies = [
    ...inline.map((policy) => inlinePolicy(aws, name, policy)),
    ...attached.map(({ PolicyArn: arn }) => managedPolicy(aws, arn)),
  ];
  return {
    name,
    arn,
    account,
    policies: await Promise.all(policies),
    boundary: await boundaryOf(aws, role.PermissionsBoundary),
  };
}

/** The name of the role at the end of an ARN, which may have a path. */
export function roleNameOf(arn: string | undefined): string {
  const [, name] = /^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(arn ?? '') ?? [];
  if (!name) throw new ProbeError('bad_response', 'AWS answered without the ARN of a role');
  return name;
}

async function inlinePolicy(aws: AwsPort, role: string, name: string): Promise<Policy> {
  const { PolicyDocument } = await aws.read('iam:GetRolePolicy', { RoleName: role, PolicyName: name });
  return parsePolicy(PolicyDocument, `inline policy ${name}`, 'identity');
}

async function managedPolicy(aws: AwsPort, arn: string | undefined): Promise<Policy> {
  if (!arn) throw new ProbeError('bad_response', 'IAM listed a policy without an ARN');
  const { Policy: policy } = await aws.read('iam:GetPolicy', { PolicyArn: arn });
  const version = policy?.DefaultVersionId;
  if (!version) throw new ProbeError('bad_response', 'IAM described a policy without its default version');
  const { PolicyVersion } = await aws.read('iam:GetPolicyVersion', { PolicyArn: arn, VersionId: version });
  if (PolicyVersion?.VersionId !== version) throw new ProbeError('bad_response', 'IAM gave another policy version');
  return parsePolicy(PolicyVersion.Document, arn, 'identity');
}

async function boundaryOf(
  aws: AwsPort,
  boundary: AttachedPermissionsBoundary | undefined,
): Promise<Policy | undefined> {
  return boundary ? managedPolicy(aws, boundary.PermissionsBoundaryArn) : undefined;
}
