import type { Policy } from './iam-document.ts';
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
      `AssociateAddress AssociateRouteTable AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
      CreateLaunchTemplateVersion CreateRoute ModifyInstanceAttribute ModifyInstanceMetadataOptions ModifyLaunchTemplate
      ModifyNetworkInterfaceAttribute ModifySecurityGroupRules ModifySubnetAttribute ReplaceRoute
      ReplaceRouteTableAssociation RunInstances`,
    ),
    ...prefixed(
      'autoscaling',
      `DeleteAutoScalingGroup DeleteLifecycleHook DetachInstances EnterStandby PutLifecycleHook
      PutScheduledUpdateGroupAction SuspendProcesses UpdateAutoScalingGroup`,
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
      `DeleteDocument SendCommand StartAutomationExecution StartSession UpdateDocument UpdateDocumentDefaultVersion`,
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

/** Every resource, or every resource of a service or of a kind that it has. */
const everywhere = /^(\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[\w-]+[/:])?\*+(?:\/\*+)?)$/;

/** Services of which the role may do everything everywhere, and neither a deny nor its boundary takes that away. */
export function wholeServices(role: IdentityPolicies): readonly string[] {
  const found = role.policies.flatMap(({ statements }) =>
    statements.flatMap(({ effect, actions, resources }) => {
      const isUnbounded = resources?.not || resources?.patterns.some((pattern) => everywhere.test(pattern));
      if (effect !== 'Allow' || actions.not || !isUnbounded) return [];
      return actions.patterns.flatMap((pattern) => /^([\w-]+):[*?]+$/.exec(pattern)?.[1] ?? []);
    }),
  );
  // An action of no name stands for those of the service that nobody thought of.
  const may = (service: string) => identityAllows(role, { action: `${service}:AnyOther`, resource: undefined });
  return [...new Set(found)].filter((service) => may(service) !== 'no');
}
