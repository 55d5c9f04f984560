import type { Action, Budget } from '@aws-sdk/client-budgets';
import type { Policy } from './iam-document.ts';
import { all, any, type Tri } from './iam-match.ts';
import { type IdentityPolicies, identityAllows } from './iam-policy.ts';

type Role = IdentityPolicies & { readonly name: string; readonly arn: string };

/** What a budget would have to concern. */
export interface Spender {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Whether AWS bills the model calls, so that they are what has to be counted. */
  readonly billsModel: boolean;
  readonly instances: readonly string[];
  /** Whether its group replaces an instance that is stopped. */
  readonly heals: boolean;
  /** The roles of its instances. */
  readonly roles: readonly Role[];
  /** The policies that the actions attach, each named by its ARN. */
  readonly policies: readonly Policy[];
  /** The roles by which AWS Budgets attaches them. */
  readonly executors: readonly Role[];
}

/** The filters of either form by which a budget may leave cost out. */
type Filtered = Pick<Budget, 'CostFilters' | 'FilterExpression' | 'BillingViewArn'>;

/**
 * Whether a budget counts the cost of this deployment: one without filters does; what tags, purchase options and the
 * like leave in is not known here.
 */
export function counts({ CostFilters, FilterExpression, BillingViewArn }: Filtered, spender: Spender): Tri {
  const filters = Object.entries(CostFilters ?? {});
  const isPrimary = BillingViewArn === undefined || BillingViewArn.endsWith(':billingview/primary');
  return all(
    FilterExpression === undefined ? 'yes' : 'maybe',
    isPrimary ? 'yes' : 'maybe',
    ...filters.map(([name, values]) => letsThrough(name, values, spender)),
  );
}

function letsThrough(name: string, values: readonly string[], { account, region, billsModel }: Spender): Tri {
  if (name === 'LinkedAccount') return values.includes(account) ? 'yes' : 'no';
  if (name === 'Region') return values.includes(region) ? 'yes' : 'no';
  if (name !== 'Service' || !billsModel) return 'maybe';
  return values.some((value) => /bedrock/i.test(value)) ? 'yes' : 'no';
}

/** What a model of Amazon Bedrock is called with; Converse is permitted as these are. */
const modelCalls = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

/**
 * Whether a budget action pauses this deployment: it takes the right to call the models from the roles of its
 * instances, or stops every instance for good, which it does not where the group replaces what is stopped. What the
 * loss of other rights does to a running agent is not known here.
 */
export function pauses(
  { Definition, ExecutionRoleArn }: Pick<Action, 'Definition' | 'ExecutionRoleArn'>,
  spender: Spender,
): Tri {
  const { SsmActionDefinition: ssm, IamActionDefinition: iam, ScpActionDefinition: scp } = Definition ?? {};
  if (ssm) return stopsAll(Definition, spender) && !spender.heals ? 'yes' : 'no';
  if (iam) {
    const executor = spender.executors.find(({ arn }) => arn === ExecutionRoleArn);
    return all(mayAttach(executor, spender.roles), takesRights(iam.PolicyArn, iam.Roles ?? [], spender));
  }
  const reach = (target: string) => target === spender.account || !/^\d{12}$/.test(target);
  return scp?.TargetIds?.some(reach) ? 'maybe' : 'no';
}

/** Whether it stops every instance that the group has now. */
export function stopsAll(definition: Action['Definition'], { region, instances }: Spender): boolean {
  const { ActionSubType, Region, InstanceIds } = definition?.SsmActionDefinition ?? {};
  if (ActionSubType !== 'STOP_EC2_INSTANCES' || Region !== region) return false;
  return instances.length > 0 && instances.every((id) => InstanceIds?.includes(id));
}

/** Whether the role of the action may attach a policy to each role; on which conditions is not asked. */
function mayAttach(executor: Role | undefined, roles: readonly Role[]): Tri {
  if (!executor) return 'no';
  const each = roles.map(({ arn }) => identityAllows(executor, { action: 'iam:AttachRolePolicy', resource: arn }));
  return each.includes('no') ? 'no' : 'yes';
}

function takesRights(arn: string | undefined, names: readonly string[], spender: Spender): Tri {
  const { roles, policies, billsModel } = spender;
  const added = policies.filter(({ name }) => name === arn);
  if (roles.length === 0 || !roles.every(({ name }) => names.includes(name))) return 'no';
  if (added.some(({ statements }) => statements.every(({ effect }) => effect === 'Allow'))) return 'no';
  if (!billsModel || added.length === 0) return 'maybe';
  const calls = roles.flatMap((role) =>
    modelCalls.map((action): Tri => {
      const request = { action, resource: undefined };
      const before = identityAllows(role, request);
      const after = identityAllows({ ...role, policies: [...role.policies, ...added] }, request);
      // A role that may not call a model now has the right from elsewhere, where this takes nothing away.
      if (after === 'no') return before === 'no' ? 'maybe' : 'yes';
      return after === 'yes' ? 'no' : 'maybe';
    }),
  );
  return all(...calls);
}

/** What all actions of a budget come to. */
export function pausesAny(actions: readonly Action[], spender: Spender): Tri {
  return any(...actions.map((action) => pauses(action, spender)));
}
