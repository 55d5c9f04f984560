import type { InputOf, NamedOperation, OutputOf } from './aws.ts';

/** What the list says about an operation of the drills. */
export interface DrillRule {
  /** Whether it changes the deployment. Those that only read are here because no run needs them. */
  readonly changes: boolean;
  /** Members that the answer must have. */
  readonly members: readonly string[];
  /** Error codes by which the service says that the thing does not exist; the answer is then undefined. */
  readonly absent?: readonly string[];
  /** The error code by which the service says that the thing is there already, what that means, and what to do then. */
  readonly taken?: { readonly code: string; readonly message: string; readonly next: string };
  /** The IAM action, where it is not `<service>:<operation>`. */
  readonly action?: string;
  /** What IAM asks for beside it, by the services' own references. */
  readonly also?: readonly string[];
  /** What it may be allowed for, where that is known beforehand; else every resource. */
  readonly resource?: string;
}

const list = <const T extends Partial<Record<NamedOperation, DrillRule>>>(operations: T): T => operations;

/** Where the marks of drills are: a parameter for each group. */
export const markPath = '/clawcheck/drill/';

const markResource = `arn:aws:ssm:*:*:parameter${markPath}*`;

/**
 * Every AWS operation that a drill can call and a run cannot. `clawcheck permissions --drills` prints the policy from
 * it, apart from that of a run; nothing that a run loads may import this file.
 */
export const drillOperations = list({
  'backup:StartRestoreJob': { changes: true, members: ['RestoreJobId'], also: ['iam:PassRole'] },
  'ec2:StartInstances': { changes: true, members: ['StartingInstances'] },
  'ec2:StopInstances': { changes: true, members: ['StoppingInstances'] },
  'efs:CreateMountTarget': {
    changes: true,
    members: ['MountTargetId'],
    action: 'elasticfilesystem:CreateMountTarget',
    also: ['ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces', 'ec2:CreateNetworkInterface'],
  },
  'efs:DeleteFileSystem': {
    changes: true,
    members: [],
    absent: ['FileSystemNotFound'],
    action: 'elasticfilesystem:DeleteFileSystem',
  },
  'efs:DeleteMountTarget': {
    changes: true,
    members: [],
    absent: ['MountTargetNotFound'],
    action: 'elasticfilesystem:DeleteMountTarget',
    also: ['ec2:DeleteNetworkInterface'],
  },
  'efs:DescribeMountTargetSecurityGroups': {
    changes: false,
    members: ['SecurityGroups'],
    action: 'elasticfilesystem:DescribeMountTargetSecurityGroups',
  },
  'efs:DescribeMountTargets': {
    changes: false,
    members: ['MountTargets'],
    absent: ['FileSystemNotFound', 'MountTargetNotFound'],
    action: 'elasticfilesystem:DescribeMountTargets',
  },
  'fis:GetExperiment': { changes: false, members: ['experiment'] },
  'fis:GetExperimentTemplate': { changes: false, members: ['experimentTemplate'] },
  'fis:ListExperiments': { changes: false, members: ['experiments'] },
  'fis:StartExperiment': { changes: true, members: ['experiment'], also: ['fis:TagResource'] },
  'fis:StopExperiment': { changes: true, members: ['experiment'] },
  'lambda:Invoke': { changes: true, members: ['StatusCode'], action: 'lambda:InvokeFunction' },
  'ssm:DeleteParameter': { changes: true, members: [], absent: ['ParameterNotFound'], resource: markResource },
  'ssm:DescribeParameters': { changes: false, members: ['Parameters'] },
  'ssm:PutParameter': {
    changes: true,
    members: ['Version'],
    resource: markResource,
    taken: {
      code: 'ParameterAlreadyExists',
      message: 'another drill of this group is running, or was never undone',
      next: `Run clawcheck drill undo where it was made. Where its journal is lost, put the deployment right, then delete the parameter of the group below ${markPath}.`,
    },
  },
  'ssm:SendCommand': { changes: true, members: ['Command'] },
  'ssm:StartAutomationExecution': { changes: true, members: ['AutomationExecutionId'], also: ['iam:PassRole'] },
});

/** An operation that a drill may call: a key of the list. */
export type DrillOperation = keyof typeof drillOperations;

/** AWS as the drills see it beside the read-only port: each call is made once, never repeated by itself. */
export interface DrillAwsPort {
  /** Undefined where the service says that the thing does not exist (`absent` of the list). Throws `ProbeError`. */
  call<O extends DrillOperation>(operation: O, input: InputOf<O>): Promise<OutputOf<O> | undefined>;
}
