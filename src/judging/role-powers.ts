import type { Policy } from './iam-document.ts';
import { matchAction } from './iam-match.ts';
import { type IdentityPolicies, identityAllows } from './iam-policy.ts';

const prefixed = (service: string, names: string): string[] =>
  names
    .trim()
    .split(/\s+/)
    .map((n) => `${service}:${n}`);

/** What the role of an agent has no business doing, by what the actions amount to. */
export const powers: Readonly<Record<string, readonly string[]>> = {
  'give itself or others rights': [
    ...prefixed(
      'iam',
      `PassRole AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy
       CreateAccessKey CreateGroup CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider CreatePolicy
       CreatePolicyVersion CreateRole CreateSAMLProvider CreateServiceLinkedRole CreateUser DeactivateMFADevice
       DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
       DeleteUserPermissionsBoundary DetachRolePolicy PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
       PutUserPermissionsBoundary PutUserPolicy RemoveRoleFromInstanceProfile SetDefaultPolicyVersion TagRole
       UntagRole UpdateAccessKey UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateLoginProfile
       UpdateOpenIDConnectProvider UpdateRole UpdateSAMLProvider CreateServiceSpecificCredential`,
    ),
    'cloudformation:UpdateStack',
    'sts:AssumeRole',
  ],
  'change secrets': prefixed(
    'secretsmanager',
    `CancelRotateSecret CreateSecret DeleteResourcePolicy DeleteSecret PutResourcePolicy PutSecretValue
     RemoveRegionsFromReplication ReplicateSecretToRegions RestoreSecret RotateSecret StopReplicationToReplica
     TagResource UntagResource UpdateSecret UpdateSecretVersionStage`,
  ),
  'undo what protects the deployment': [
    ...prefixed(
      'elasticfilesystem',
      `CreateAccessPoint DeleteAccessPoint DeleteFileSystem DeleteFileSystemPolicy DeleteMountTarget
      ModifyMountTargetSecurityGroups PutFileSystemPolicy`,
    ),
    ...prefixed(
      'ec2',
      `AssociateAddress AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress
      AuthorizeSecurityGroupIngress CreateLaunchTemplateVersion CreateRoute ModifyInstanceAttribute
      ModifyInstanceMetadataOptions ModifyLaunchTemplate ModifyNetworkInterfaceAttribute ModifySecurityGroupRules
      ModifySnapshotAttribute ModifySubnetAttribute ReplaceRoute ReplaceRouteTableAssociation RunInstances`,
    ),
    'ec2-instance-connect:SendSSHPublicKey',
    ...prefixed('elasticloadbalancing', 'CreateListener CreateLoadBalancer DeleteTargetGroup ModifyTargetGroup'),
    ...prefixed('budgets', 'DeleteBudgetAction ModifyBudget UpdateBudgetAction'),
    ...prefixed(
      'autoscaling',
      `DeleteAutoScalingGroup DeleteLifecycleHook DetachInstances EnterStandby PutLifecycleHook
      PutScheduledUpdateGroupAction SetDesiredCapacity SuspendProcesses UpdateAutoScalingGroup`,
    ),
    ...prefixed('backup', 'DeleteBackupPlan DeleteBackupSelection UpdateBackupPlan'),
    ...prefixed('kms', 'CreateGrant DisableKey PutKeyPolicy ScheduleKeyDeletion'),
    ...prefixed('cloudtrail', 'DeleteTrail PutEventSelectors StopLogging UpdateTrail'),
    ...prefixed('logs', 'DeleteLogGroup DeleteLogStream'),
    ...prefixed('cloudwatch', 'DeleteAlarms DisableAlarmActions PutAlarmMuteRule PutMetricAlarm SetAlarmState'),
    ...prefixed('sns', 'DeleteTopic SetSubscriptionAttributes SetTopicAttributes Unsubscribe'),
    ...prefixed(
      'lambda',
      `DeleteFunction PutFunctionConcurrency RemovePermission UpdateFunctionCode UpdateFunctionConfiguration`,
    ),
    ...prefixed(
      'ssm',
      `CreateAssociation DeleteDocument SendCommand StartAutomationExecution StartSession UpdateAssociation
      UpdateDocument UpdateDocumentDefaultVersion`,
    ),
  ],
};

/** What the policy simulation is asked about too, on every resource: a few of each, and writing to a file system. */
export const simulatedActions = [
  'iam:PassRole',
  'iam:CreateAccessKey',
  'iam:AttachRolePolicy',
  'sts:AssumeRole',
  'secretsmanager:PutSecretValue',
  'secretsmanager:DeleteSecret',
  'ec2:AuthorizeSecurityGroupIngress',
  'elasticfilesystem:DeleteFileSystemPolicy',
  'elasticfilesystem:ClientWrite',
  'elasticfilesystem:ClientRootAccess',
] as const;

/** What the simulation allows and the policies do not: it was given elsewhere, or a policy was not seen. */
export function unseenPowers(role: IdentityPolicies, simulated: readonly string[] | undefined): readonly string[] {
  return (simulated ?? []).filter((action) => identityAllows(role, { action, resource: undefined }) === 'no');
}

/** Statements that allow every action, whatever bounds them otherwise, or all but those that they list. */
export function sweeping(policies: readonly Policy[]): readonly string[] {
  return policies.flatMap(({ name, statements }) =>
    statements.flatMap(({ effect, actions }) => {
      if (effect !== 'Allow') return [];
      if (actions.not) return [`NotAction in ${name}`];
      return actions.patterns.some((pattern) => /^[*?:]+$/.test(pattern)) ? [`every action in ${name}`] : [];
    }),
  );
}

/** Every resource, or every resource of a service or of a kind that it has: in S3 no kind, but a bucket, comes first. */
const everywhere = /^(\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:(?<!:s3:::)[\w-]+[/:])?\*+(?:\/\*+)?)$/;

/** What hands out the data of others, where no resource bounds it. AWS Security Hub looks for such a Decrypt (KMS.2). */
const readings = ['dynamodb:Scan', 'kms:Decrypt', 's3:GetObject', 'ssm:GetParametersByPath'];

/**
 * What the role may do everywhere, and neither a deny nor its boundary takes away: every action of a service, or to
 * read all data of one.
 */
export function unbounded(role: IdentityPolicies): readonly string[] {
  const may = (action: string) => identityAllows(role, { action, resource: undefined }) !== 'no';
  const found = role.policies.flatMap(({ statements }) =>
    statements.flatMap(({ effect, actions: { not, patterns }, resources, conditions }) => {
      const isUnbounded = resources?.not || resources?.patterns.some((pattern) => everywhere.test(pattern));
      if (effect !== 'Allow' || not || !isUnbounded) return [];
      const services = patterns.flatMap((pattern) => /^([\w-]+):[*?]+$/.exec(pattern)?.[1] ?? []);
      const read = readings.filter((action) => patterns.some((pattern) => matchAction(pattern, action) === 'yes'));
      return [
        // An action of no name stands for those of the service that nobody thought of.
        ...services.filter((service) => may(`${service}:AnyOther`)).map((service) => `every action of ${service}`),
        ...(conditions.length > 0 ? [] : read.filter(may)),
      ];
    }),
  );
  return [...new Set(found)];
}
