import type { Policy } from './iam-document.ts';
import { matchAction } from './iam-match.ts';
import { type IdentityPolicies, identityAllows } from './iam-policy.ts';

/** `sns: Publish Subscribe` as `sns:Publish`, `sns:Subscribe`. */
function actionsIn(list: string): readonly string[] {
  return list
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [service, ...names] = line.trim().split(' ');
      return names.map((name) => `${service}${name}`);
    });
}

/** What the role of an agent has no business doing, by what the actions amount to. */
export const powers: Readonly<Record<string, readonly string[]>> = {
  'give itself or others rights': actionsIn(`
iam: PassRole AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy
iam: CreateAccessKey CreateGroup CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider CreatePolicy
iam: CreatePolicyVersion CreateRole CreateSAMLProvider CreateServiceLinkedRole CreateUser DeactivateMFADevice
iam: DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
iam: DeleteUserPermissionsBoundary DetachRolePolicy PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
iam: PutUserPermissionsBoundary PutUserPolicy RemoveRoleFromInstanceProfile SetDefaultPolicyVersion TagRole
iam: UntagRole UpdateAccessKey UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateLoginProfile
iam: UpdateOpenIDConnectProvider UpdateRole UpdateSAMLProvider CreateServiceSpecificCredential
cloudformation: UpdateStack
sts: AssumeRole`),
  'change secrets': actionsIn(`
secretsmanager: CancelRotateSecret CreateSecret DeleteResourcePolicy DeleteSecret PutResourcePolicy PutSecretValue
secretsmanager: RemoveRegionsFromReplication ReplicateSecretToRegions RestoreSecret RotateSecret UntagResource
secretsmanager: StopReplicationToReplica TagResource UpdateSecret UpdateSecretVersionStage`),
  'undo what protects the deployment': actionsIn(`
autoscaling: DeleteAutoScalingGroup DeleteLifecycleHook DetachInstances EnterStandby PutLifecycleHook
autoscaling: PutScheduledUpdateGroupAction SetDesiredCapacity SuspendProcesses UpdateAutoScalingGroup
backup: DeleteBackupPlan DeleteBackupSelection UpdateBackupPlan
budgets: DeleteBudgetAction ModifyBudget UpdateBudgetAction
cloudtrail: DeleteTrail PutEventSelectors StopLogging UpdateTrail
cloudwatch: DeleteAlarms DisableAlarmActions PutAlarmMuteRule PutMetricAlarm SetAlarmState
ec2: AssociateAddress AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress
ec2: AuthorizeSecurityGroupIngress CreateLaunchTemplateVersion CreateRoute ModifyInstanceAttribute
ec2: ModifyInstanceMetadataOptions ModifyLaunchTemplate ModifyManagedPrefixList ModifyNetworkInterfaceAttribute
ec2: ModifySecurityGroupRules
ec2: ModifySnapshotAttribute ModifySubnetAttribute ReplaceRoute ReplaceRouteTableAssociation RunInstances
ec2-instance-connect: SendSSHPublicKey
elasticfilesystem: CreateAccessPoint DeleteAccessPoint DeleteFileSystem DeleteFileSystemPolicy DeleteMountTarget
elasticfilesystem: ModifyMountTargetSecurityGroups PutFileSystemPolicy
elasticloadbalancing: CreateListener CreateLoadBalancer DeleteTargetGroup ModifyTargetGroup
kms: CreateGrant DisableKey PutKeyPolicy ScheduleKeyDeletion
lambda: DeleteFunction PutFunctionConcurrency RemovePermission UpdateFunctionCode UpdateFunctionConfiguration
logs: DeleteLogGroup DeleteLogStream
sns: DeleteTopic SetSubscriptionAttributes SetTopicAttributes Unsubscribe
ssm: CreateAssociation DeleteDocument SendCommand StartAutomationExecution StartSession UpdateAssociation
ssm: UpdateDocument UpdateDocumentDefaultVersion`),
};

/** What the policy simulation is asked about too, on every resource: a few of each, and writing to a file system. */
export const simulatedActions = actionsIn(`
iam: PassRole CreateAccessKey AttachRolePolicy
sts: AssumeRole
secretsmanager: PutSecretValue DeleteSecret
ec2: AuthorizeSecurityGroupIngress
elasticfilesystem: DeleteFileSystemPolicy ClientWrite ClientRootAccess`);

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
const everywhere = /^(\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:(?<!:s3:::)[\w-]+[/:]|key|parameter|table)?\*+(?:\/\*+)?)$/;

/** What reaches the data of others, where no resource bounds it. AWS Security Hub looks for such a Decrypt (KMS.2). */
const readings = actionsIn(`
dynamodb: PutItem Scan
kms: Decrypt
lambda: InvokeFunction
s3: DeleteObject GetObject PutObject
ssm: GetParametersByPath`);

/** The same, but for the agent of Systems Manager: AWS lets it read every parameter that it knows by name. */
const readingsOfAgent = ['ssm:GetParameter', 'ssm:GetParameters'];

/** Of the keys of conditions, those that pick out data; of the global ones, most say how and from where it is asked. */
const bounds = /^(?!aws:)|^aws:(resourcetag|calledvia|viaaws)/;

/**
 * What the role may do everywhere, and neither a deny nor its boundary takes away: every action of a service, or to
 * reach all data of one.
 */
export function unbounded(role: IdentityPolicies): readonly string[] {
  const may = (action: string) => identityAllows(role, { action, resource: undefined }) !== 'no';
  const found = role.policies.flatMap(({ statements }) =>
    statements.flatMap(({ effect, actions: { not, patterns }, resources, conditions }) => {
      const isUnbounded = resources?.not || resources?.patterns.some((pattern) => everywhere.test(pattern));
      if (effect !== 'Allow' || not || !isUnbounded) return [];
      // Of what the agent of Systems Manager speaks through, it needs every action.
      const services = patterns.flatMap(
        (pattern) => /^(?!(?:ec2|ssm)messages:)([\w-]+):[*?]+$/i.exec(pattern)?.[1] ?? [],
      );
      const allows = (action: string) => patterns.some((pattern) => matchAction(pattern, action) === 'yes');
      const ofAgent = allows('ssm:UpdateInstanceInformation') ? [] : readingsOfAgent;
      const read = [...readings, ...ofAgent].filter(allows);
      return [
        // An action of no name stands for those of the service that nobody thought of.
        ...services.filter((service) => may(`${service}:AnyOther`)).map((service) => `every action of ${service}`),
        ...(conditions.some(({ key }) => bounds.test(key)) ? [] : read.filter(may)),
      ];
    }),
  );
  return [...new Set(found)];
}
