import type { EvaluationResult } from '@aws-sdk/client-iam';
import { readAction, strangerTo } from '../../judging/secret-access.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand } from './demand.ts';
import type { GuardedSecret } from './secrets.ts';

/** What IAM's own policy simulation says of a role reading secrets, by ARN; `open` where it lacked context. */
export interface SimulatedReads {
  readonly role: string;
  readonly decisions: Readonly<Record<string, 'allowed' | 'denied' | 'open'>>;
}

const arnsACall = 50;

/** Simulates a role reading every secret, and one that does not exist. It sees the role's own policies alone. */
export async function simulateReads(
  aws: AwsPort,
  role: string,
  secrets: readonly GuardedSecret[],
): Promise<SimulatedReads> {
  const [first] = secrets;
  const arns = [...secrets.map(({ arn }) => arn), ...(first ? [strangerTo(first).arn] : [])];
  const batches = Array.from({ length: Math.ceil(arns.length / arnsACall) }, (_, i) =>
    arns.slice(i * arnsACall, (i + 1) * arnsACall),
  );
  const decisions = await Promise.all(batches.map((batch) => simulate(aws, role, batch)));
  return { role, decisions: Object.assign({}, ...decisions) };
}

/** Simulates a role doing things to every resource, and gives those that it may do. */
export async function simulatePowers(
  aws: AwsPort,
  role: string,
  actions: readonly string[],
): Promise<readonly string[]> {
  const answer = await aws.read('iam:SimulatePrincipalPolicy', { PolicySourceArn: role, ActionNames: [...actions] });
  const results = demand(answer.EvaluationResults, 'the results of the simulation');
  return actions.filter((action) => {
    const found = results.filter(({ EvalActionName }) => EvalActionName === action);
    if (found.length === 0)
      throw new ProbeError('bad_response', 'the policy simulation did not answer for every action');
    return found.some(({ EvalDecision }) => EvalDecision === 'allowed');
  });
}

async function simulate(aws: AwsPort, role: string, arns: readonly string[]) {
  const { EvaluationResults } = await aws.read('iam:SimulatePrincipalPolicy', {
    PolicySourceArn: role,
    ActionNames: [readAction],
    ResourceArns: [...arns],
  });
  const results = demand(EvaluationResults, 'the results of the simulation');
  return Object.fromEntries(arns.map((arn) => [arn, decisionOn(arn, results)] as const));
}

/** The service gives one result a resource, or one a call with a part for each resource. */
function decisionOn(arn: string, results: readonly EvaluationResult[]): 'allowed' | 'denied' | 'open' {
  const parts = results.flatMap(({ ResourceSpecificResults }) => ResourceSpecificResults ?? []);
  const whole = results.filter((r) => (r.ResourceSpecificResults ?? []).length === 0);
  const found = [
    ...parts
      .filter((r) => r.EvalResourceName === arn)
      .map((r) => ({ decision: r.EvalResourceDecision, missing: r.MissingContextValues })),
    ...whole
      .filter((r) => r.EvalResourceName === arn)
      .map((r) => ({ decision: r.EvalDecision, missing: r.MissingContextValues })),
  ];
  const [only] = found;
  if (!only || found.some(({ decision }) => decision !== only.decision)) {
    throw new ProbeError('bad_response', 'the policy simulation did not answer for every secret');
  }
  if (found.some(({ missing }) => (missing ?? []).length > 0)) return 'open';
  switch (only.decision) {
    case 'allowed':
      return 'allowed';
    case 'implicitDeny':
    case 'explicitDeny':
      return 'denied';
    default:
      throw new ProbeError('bad_response', 'the policy simulation answered with an unknown decision');
  }
}
