import type { Action, Budget } from '@aws-sdk/client-budgets';
import { all, any, type Tri } from './iam-match.ts';

/** What a budget would have to concern. */
export interface Spender {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Whether AWS bills the model calls, so that they are what has to be counted. */
  readonly billsModel: boolean;
  readonly instances: readonly string[];
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

/**
 * Whether a budget action stops this deployment: it stops every instance of the group. Whose rights a policy takes away
 * is not asked for here.
 */
export function pauses({ Definition }: Pick<Action, 'Definition'>, { region, instances }: Spender): Tri {
  const { SsmActionDefinition: ssm, IamActionDefinition: iam, ScpActionDefinition: scp } = Definition ?? {};
  if (!ssm) return iam || scp ? 'maybe' : 'no';
  const stops = ssm.ActionSubType === 'STOP_EC2_INSTANCES' && ssm.Region === region;
  return stops && instances.every((id) => ssm.InstanceIds?.includes(id)) ? 'yes' : 'no';
}

/** What all actions of a budget come to. */
export function pausesAny(actions: readonly Action[], spender: Spender): Tri {
  return any(...actions.map((action) => pauses(action, spender)));
}
