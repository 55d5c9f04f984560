import { counts, pausesAny, type Spender, stopsAll } from '../../src/judging/budget-scope.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { type BudgetNotification, type BudgetThreshold, budget, budgetMeans } from '../../src/probes/aws/budget.ts';
import { group } from '../../src/probes/aws/group.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';

/** States of a budget action in which it will run, or has run. */
const armed = ['STANDBY', 'PENDING', 'EXECUTION_IN_PROGRESS', 'EXECUTION_SUCCESS', 'RESET_IN_PROGRESS'];

/** Without one of these a group does not replace an instance that is stopped. */
const healing = ['HealthCheck', 'Launch', 'ReplaceUnhealthy'];

export default check({
  title: 'Spending has a limit, an alert and an automatic pause',
  failureTitle: 'Spending has no effective limit',
  why: 'A loop of an agent spends all night; the bill is the first that anyone hears of it.',
  trap: 'A budget exists; it alerts on a forecast or above its limit, follows what is spent, counts usage or the cost of something else, has ended, waits for a person, or stops machines that the group replaces.',
  remediation:
    'Give the budget a fixed limit, an alert on actual cost at or below it, and an automatic action that attaches a policy to the role of the instances which denies it the calls of the model, or all it may do; let no filter leave the cost of the deployment out; set the spend limit at the model provider too, and have it stated.',
  attestable: true,
  needs: { budget, budgetMeans, group, instanceRoles },
  judge({ budget, budgetMeans, group, instanceRoles }, { environment, now }) {
    const { budget: name = '', modelBilling } = environment.monitoring;
    if (!budget) return fail([{ fact: 'budget', subject: name, expected: 'a budget', observed: 'does not exist' }]);
    const { BudgetType, BudgetLimit, TimePeriod, AutoAdjustData: adjusts, HealthStatus: health } = budget.budget;
    const { Start: start, End: end } = TimePeriod ?? {};
    // Without dates a budget is in force from the start of its unit, and has no end that anyone lives to see.
    const inForce = !(start && start > now) && !(end && end <= now);
    const limit = Number(BudgetLimit?.Amount ?? Number.NaN);
    const within = (value: number, percent: boolean) => value > 0 && value <= (percent ? 100 : limit);
    const alerts = budget.notifications.filter((n) => isUpward(n) && within(n.Threshold ?? 0, isPercent(n)));
    const automatic = budget.actions.filter(
      ({ ActionThreshold: threshold, ApprovalModel, Status, NotificationType }) =>
        NotificationType === 'ACTUAL' &&
        ApprovalModel === 'AUTOMATIC' &&
        armed.includes(Status ?? '') &&
        within(threshold?.ActionThresholdValue ?? 0, isPercent(threshold)),
    );
    const spender: Spender = {
      ...environment.aws,
      billsModel: modelBilling === 'aws',
      instances: group.Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      heals: !group.SuspendedProcesses?.some(({ ProcessName = '' }) => healing.includes(ProcessName)),
      roles: instanceRoles,
      ...budgetMeans,
    };
    const isUndone = spender.heals && automatic.some(({ Definition }) => stopsAll(Definition, spender));
    const [counted, paused] = [counts(budget.budget, spender), pausesAny(automatic, spender)];
    const seen = (expected: string, observed: string, ok: boolean): Finding<'budget'> => {
      return { fact: 'budget', subject: name, expected, observed, ok };
    };
    const judgement = judgeAll([
      seen('a budget of cost', BudgetType ?? 'no type', BudgetType === 'COST'),
      seen('the cost of this deployment is counted', counting[counted], counted !== 'no'),
      seen('in force now', inForce ? 'in force' : 'over, or not begun', inForce),
      ...(health?.Status === 'UNHEALTHY' ? [seen('updated with what is spent', `${health.StatusReason}`, false)] : []),
      seen('a limit', Number.isNaN(limit) ? 'no limit' : `${limit} ${BudgetLimit?.Unit ?? ''}`, limit > 0),
      seen(
        'a limit that stays where it was set',
        adjusts ? `follows the cost (${adjusts.AutoAdjustType})` : 'stays',
        !adjusts,
      ),
      seen(
        'an alert on actual cost at or below the limit',
        `${alerts.length} of ${budget.notifications.length} alerts`,
        alerts.length > 0,
      ),
      seen(
        'an automatic action at or below the limit',
        `${automatic.length} of ${budget.actions.length} actions`,
        automatic.length > 0,
      ),
      seen(
        'the action pauses this deployment',
        isUndone && paused === 'no' ? undone : pausing[paused],
        paused !== 'no',
      ),
    ]);
    if (judgement.outcome !== 'pass') return judgement;
    if (counted === 'maybe' || paused === 'maybe') {
      const message =
        'whether its filters leave the cost of this deployment in, or its action stops the agent, is for a person to state';
      return undetermined('not_attested', message, judgement.evidence);
    }
    if (modelBilling === 'aws') return judgement;
    const message = 'the model calls are not billed by AWS, so their limit at the provider is for a person to state';
    return undetermined('not_attested', message, judgement.evidence);
  },
});

const counting = { yes: 'nothing that it leaves out', maybe: 'some is left out', no: 'leaves it out' } as const;
const pausing = {
  yes: 'it does',
  maybe: 'takes rights away, and what that stops is not known',
  no: 'neither takes the rights of its role, by a role that may do so, nor stops every instance',
} as const;
const undone = 'stops the instances, and the group replaces them at once';

/** Cost is never just equal to a threshold. */
function isUpward({ NotificationType, ComparisonOperator }: BudgetNotification): boolean {
  return NotificationType === 'ACTUAL' && ComparisonOperator === 'GREATER_THAN';
}

/** A threshold is a percentage unless it says otherwise. */
function isPercent(threshold: BudgetNotification | BudgetThreshold | undefined): boolean {
  if (!threshold) return true;
  const type = 'ActionThresholdType' in threshold ? threshold.ActionThresholdType : undefined;
  return ((threshold as BudgetNotification).ThresholdType ?? type) !== 'ABSOLUTE_VALUE';
}
