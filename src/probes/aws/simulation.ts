import type { EvaluationResult } from '@aws-sdk/client-iam';
import { readAction, strangerTo } from '../../judging/secret-access.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand } from './demand.ts';

/** What IAM's own policy simulation says of a role. It sees the policies of the role alone. */
export interface Simulation {
  readonly role: string;
  /** Reading secrets, by ARN; `open` where it lacked context. */
  readonly decisions: Readonly<Record<string, Decision>>;
  /** Which of the actions that were asked about it may do to every resource. */
  readonly allowed: readonly string[];
}

type Decision = 'allowed' | 'denied' | 'open';

const arnsACall = 50;
const everything = '*';
/** The most results that IAM puts into a page. */
const perPage = 1000;

/**
 * Simulates a role reading every secret, and one that does not exist, and doing a few things to every resource: in one
 * call, because IAM looks at every pair of the actions and resources that a call names.
 */
export async function simulate(
  aws: AwsPort,
  role: string,
  secrets: readonly { readonly ARN: string }[],
  actions: readonly string[] = [],
): Promise<Simulation> {
  const [first] = secrets;
  const arns = [...secrets.map(({ ARN }) => ARN), ...(first ? [strangerTo({ arn: first.ARN }).arn] : [])];
  const batches = Array.from({ length: Math.ceil(arns.length / arnsACall) || 1 }, (_, i) => ({
    arns: arns.slice(i * arnsACall, (i + 1) * arnsACall),
    actions: i === 0 ? actions : [],
  }));
  const answers = await Promise.all(batches.map((batch) => ask(aws, role, batch.arns, batch.actions)));
  return {
    role,
    decisions: Object.assign({}, ...answers.map(({ decisions }) => decisions)),
    allowed: answers.flatMap(({ allowed }) => allowed),
  };
}

async function ask(aws: AwsPort, role: string, arns: readonly string[], actions: readonly string[]) {
  const { EvaluationResults } = await aws.read('iam:SimulatePrincipalPolicy', {
    PolicySourceArn: role,
    ActionNames: [readAction, ...actions],
    ResourceArns: [...arns, ...(actions.length > 0 ? [everything] : [])],
    MaxItems: perPage,
  });
  const results = demand(EvaluationResults, 'the results of the simulation');
  return {
    decisions: Object.fromEntries(arns.map((arn) => [arn, decisionOn(readAction, arn, results)] as const)),
    allowed: actions.filter((a) => resultsOn(a, everything, results).some(({ decision }) => decision === 'allowed')),
  };
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
