import { ProbeError } from '../model/reason.ts';
import type { AwsOperation, AwsPort, InputOf } from '../ports/aws.ts';
import { actionOf } from '../runner/outline.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { harmlessInputs } from './harmless-inputs.ts';

/** What is known about whether an operation may be called. */
export type Permission = 'allowed' | 'denied' | 'untold';

/** A port that notes, by operation, whether it could be called. A refusal of one call outweighs any answer. */
export function notingAws(aws: AwsPort, noted: Map<string, Permission>): AwsPort {
  const note = async <T>(operation: string, call: Promise<T>): Promise<T> => {
    try {
      const answer = await call;
      if (noted.get(operation) !== 'denied') noted.set(operation, 'allowed');
      return answer;
    } catch (thrown) {
      const reason = thrown instanceof ProbeError ? thrown.reason : 'internal';
      if (reason === 'access_denied') noted.set(operation, 'denied');
      else if (reason === 'not_found' && !noted.has(operation)) noted.set(operation, 'allowed');
      throw thrown;
    }
  };
  return {
    region: aws.region,
    account: aws.account,
    read: (operation, input) => note(operation, aws.read(operation, input)),
    find: (operation, input) => note(operation, aws.find(operation, input)),
    inRegion: (region) => notingAws(aws.inRegion(region), noted),
  };
}

/**
 * Whether each operation of the plan may be called. What the probes called was answered or refused; what they had no
 * cause to call is asked for something that does not exist; what that does not tell is simulated for the caller.
 * @param aws a noting port, after the probes have used it
 */
export async function permissionFindings(
  aws: AwsPort,
  noted: Map<string, Permission>,
  operations: readonly string[],
  principal: string,
): Promise<Finding[]> {
  const untold = () => operations.filter((operation) => !noted.has(operation));
  const called = operations.length - untold().length;
  const inputs = harmlessInputs(principal.split(':')[1] ?? 'aws', aws);
  await Promise.all(
    untold().map((operation) =>
      aws.find(operation as AwsOperation, (inputs[operation] ?? {}) as InputOf<AwsOperation>).catch(() => {}),
    ),
  );
  const tried = operations.length - untold().length - called;
  const left = untold();
  if (left.length > 0) await simulate(aws, noted, left, principal);
  const simulated = left.length - untold().length;

  const denied = operations.filter((operation) => noted.get(operation) === 'denied');
  const actions = [...new Set(denied.map((operation) => actionOf(operation) ?? operation))].sort();
  const how = [
    `${called} called as a run does`,
    ...(tried > 0 ? [`${tried} asked for something that does not exist`] : []),
    ...(simulated > 0 ? [`${simulated} simulated by iam:SimulatePrincipalPolicy`] : []),
  ].join(', ');
  const findings = actions.map((action) =>
    problem(
      'permissions',
      `${action} is refused`,
      `Allow ${action} to the credentials of this run; clawcheck permissions prints the policy.`,
    ),
  );
  const allowed = operations.filter((operation) => noted.get(operation) === 'allowed').length;
  findings.push(
    actions.length === 0
      ? ok('permissions', `${allowed} of ${operations.length} operations may be called (${how})`)
      : note('permissions', `${allowed} of ${operations.length} operations may be called (${how})`),
  );
  const unknown = untold();
  if (unknown.length > 0) {
    findings.push(
      note('permissions', `nothing that was seen led to these, and AWS does not tell without: ${unknown.join(', ')}`),
    );
  }
  return findings;
}

async function simulate(
  aws: AwsPort,
  noted: Map<string, Permission>,
  operations: readonly string[],
  principal: string,
): Promise<void> {
  const byAction = new Map<string, string[]>();
  for (const operation of operations) {
    const action = actionOf(operation);
    if (action !== null) byAction.set(action, [...(byAction.get(action) ?? []), operation]);
  }
  if (byAction.size === 0) return;
  try {
    const { EvaluationResults } = await aws.read('iam:SimulatePrincipalPolicy', {
      PolicySourceArn: identityArn(principal),
      ActionNames: [...byAction.keys()].sort(),
    });
    for (const { EvalActionName, EvalDecision } of EvaluationResults ?? []) {
      for (const operation of byAction.get(EvalActionName ?? '') ?? []) {
        noted.set(operation, EvalDecision === 'allowed' ? 'allowed' : 'denied');
      }
    }
  } catch {
    // Neither tried nor simulated: those operations stay untold, and are named as such.
  }
}

/** The role behind a session; policies hang on roles and users only. */
export function identityArn(principal: string): string {
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(principal) ?? [];
  return role === undefined ? principal : `arn:${partition}:iam::${account}:role/${role}`;
}
