import type { Action, ActionThreshold, Budget, Notification } from '@aws-sdk/client-budgets';
import type { Policy } from '../../judging/iam-document.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { accountDetails } from './account-details.ts';
import { distinct } from './demand.ts';
import { managedPolicy, type RolePolicies, readRole, roleNameOf } from './role-policies.ts';

export type BudgetNotification = Notification;
export type BudgetThreshold = ActionThreshold;

export interface BudgetFact {
  readonly budget: Budget;
  readonly notifications: readonly Notification[];
  readonly actions: readonly Action[];
}

/** The configured budget with its alerts and actions; undefined when there is none of that name. */
export const budget = awsProbe({
  id: 'aws/budget',
  async gather(aws, _facts, { environment }): Promise<BudgetFact | undefined> {
    const name = environment.monitoring.budget;
    if (name === undefined) throw new ProbeError('not_configured', 'monitoring.budget is not defined');
    const AccountId = aws.account;
    const { Budgets } = await aws.read('budgets:DescribeBudgets', { AccountId });
    const found = (Budgets ?? []).find(({ BudgetName }) => BudgetName === name);
    if (!found) return undefined;
    const [notifications, actions] = await Promise.all([
      aws.find('budgets:DescribeNotificationsForBudget', { AccountId, BudgetName: name }),
      aws.find('budgets:DescribeBudgetActionsForBudget', { AccountId, BudgetName: name }),
    ]);
    if (actions?.Actions?.some(({ BudgetName }) => BudgetName !== name)) {
      throw new ProbeError('wrong_subject', 'actions of another budget were described');
    }
    return { budget: found, notifications: notifications?.Notifications ?? [], actions: actions?.Actions ?? [] };
  },
});

/** What the actions of the budget that attach a policy work with. */
export interface BudgetMeans {
  /** The policies that they attach, each named by its ARN. */
  readonly policies: readonly Policy[];
  /** The roles that AWS Budgets takes on for it. */
  readonly executors: readonly RolePolicies[];
}

export const budgetMeans = awsProbe({
  id: 'aws/budget-means',
  needs: { budget, accountDetails },
  gather: async (aws, { budget, accountDetails }): Promise<BudgetMeans> => {
    const attaching = (budget?.actions ?? []).filter(({ Definition }) => Definition?.IamActionDefinition);
    const arns = distinct(attaching.map(({ Definition }) => Definition?.IamActionDefinition?.PolicyArn));
    const roles = distinct(attaching.map(({ ExecutionRoleArn }) => roleNameOf(ExecutionRoleArn)));
    const [policies, executors] = await Promise.all([
      Promise.all(arns.map((arn) => managedPolicy(aws, accountDetails, arn))),
      Promise.all(roles.map((name) => readRole(aws, accountDetails, name))),
    ]);
    return { policies, executors };
  },
});
