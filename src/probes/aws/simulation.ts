import type { EvaluationResult } from '@aws-sdk/client-iam';
import { readAction, strangerTo } from '../../judging/secret-access.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand } from './demand.ts';
import type { GuardedSecret } from './secrets.ts';

/** What IAM's own policy simulation says of a role reading secrets, by ARN; `open` where it lacked context. */
export interface SimulatedReads {
  readonly role: string;
  readonly decisions: Readonly<Record<string, Decision>>;
}

type Decision = 'allowed' | 'denied' | 'open';

const arnsACall = 50;
const everything = '*';
/** The most results that IAM puts into a page. */
const perPage = 1000;

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
  const decisions = await Promise.all(
    batches.map(async (batch) => {
      const results = await ask(aws, role, [readAction], batch);
      return batch.map((arn) => [arn, decisionOn(readAction, arn, results)] as const);
    }),
  );
  return { role, decisions: Object.fromEntries(decisions.flat()) };
}

/** Simulates a role doing things to every resource, and gives those that it may do. */
export async function simulatePowers(
  aws: AwsPort,
  role: string,
  actions: readonly string[],
): Promise<readonly string[]> {
  const results = await ask(aws, role, actions, [everything]);
  return actions.filter((a) => resultsOn(a, everything, results).some(({ decision }) => decision === 'allowed'));
}

async function ask(aws: AwsPort, role: string, actions: readonly string[], resources: readonly string[]) {
  const { EvaluationResults } = await aws.read('iam:SimulatePrincipalPolicy', {
    PolicySourceArn: role,
    ActionNames: [...actions],
    ResourceArns: [...resources],
    MaxItems: perPage,
  });
  return demand(EvaluationResults, 'the results of the simulation');
}

interface Result {
  readonly decision: string | undefined;
  readonly missing: readonly string[] | undefined;
}

/** The service gives one result a pair, or one an action with a part for each resource. */
function resultsOn(action: string, resource: string, all: readonly EvaluationResult[]): readonly Result[] {
  const results = all.filter(({ EvalActionName }) => EvalActionName === action);
  const parts = results.flatMap(({ ResourceSpecificResults }) => ResourceSpecificResults ?? []);
  const whole = results.filter((r) => (r.ResourceSpecificResults ?? []).length === 0);
  const found = [
    ...parts
      .filter((r) => r.EvalResourceName === resource)
      .map((r) => ({ decision: r.EvalResourceDecision, missing: r.MissingContextValues })),
    ...whole
      .filter((r) => r.EvalResourceName === resource)
      .map((r) => ({ decision: r.EvalDecision, missing: r.MissingContextValues })),
  ];
  if (found.length > 0) return found;
  throw new ProbeError('bad_response', 'the policy simulation did not answer for every action and resource');
}

function decisionOn(action: string, resource: string, all: readonly EvaluationResult[]): Decision {
  const found = resultsOn(action, resource, all);
  const decisions = new Set(found.map(({ decision }) => decision));
  if (decisions.size > 1) throw new ProbeError('bad_response', 'the policy simulation contradicts itself');
  if (found.some(({ missing }) => (missing ?? []).length > 0)) return 'open';
  switch (found[0]?.decision) {
    case 'allowed':
      return 'allowed';
    case 'implicitDeny':
    case 'explicitDeny':
      return 'denied';
    default:
      throw new ProbeError('bad_response', 'the policy simulation answered with an unknown decision');
  }
}
