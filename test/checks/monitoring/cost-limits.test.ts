import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/cost-limits.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const budget = { BudgetName: 'b', BudgetType: 'COST', BudgetLimit: { Amount: '300', Unit: 'USD' } };
const alert = {
  NotificationType: 'ACTUAL',
  ComparisonOperator: 'GREATER_THAN',
  Threshold: 80,
  ThresholdType: 'PERCENTAGE',
};
const pause = {
  NotificationType: 'ACTUAL',
  ApprovalModel: 'AUTOMATIC',
  Status: 'STANDBY',
  ActionThreshold: { ActionThresholdValue: 100, ActionThresholdType: 'PERCENTAGE' },
};
const fact = (changes: object = {}, alerts: object[] = [alert], pauses: object[] = [pause]) => {
  return { budget: { ...budget, ...changes }, notifications: alerts, actions: pauses };
};
const at = (days: number) => new Date(now.getTime() + days * 86_400_000);
const absolute = (value: number) => ({ ActionThresholdValue: value, ActionThresholdType: 'ABSOLUTE_VALUE' });

describe('monitoring/cost-limits', () => {
  it.each([
    ['limit, alert and pause', fact(), 'pass'],
    ['no budget', undefined, 'fail'],
    ['of usage', fact({ BudgetType: 'USAGE' }), 'fail'],
    ['in force', fact({ TimePeriod: { Start: at(-1), End: at(1) } }), 'pass'],
    ['over', fact({ TimePeriod: { Start: at(-2), End: at(0) } }), 'fail'],
    ['begun at this moment', fact({ TimePeriod: { Start: at(0), End: at(1) } }), 'pass'],
    ['a pause that was run', fact({}, [alert], [{ ...pause, Status: 'EXECUTION_SUCCESS' }]), 'pass'],
    ['a pause that is run', fact({}, [alert], [{ ...pause, Status: 'EXECUTION_IN_PROGRESS' }]), 'pass'],
    ['a pause that waits for its cause', fact({}, [alert], [{ ...pause, Status: 'PENDING' }]), 'pass'],
    ['a pause that is reset', fact({}, [alert], [{ ...pause, Status: 'RESET_IN_PROGRESS' }]), 'pass'],
    ['a pause whose state is not said', fact({}, [alert], [{ ...pause, Status: undefined }]), 'fail'],
    ['a pause on a forecast', fact({}, [alert], [{ ...pause, NotificationType: 'FORECASTED' }]), 'fail'],
    ['not begun', fact({ TimePeriod: { Start: at(1), End: at(2) } }), 'fail'],
    ['no limit', fact({ BudgetLimit: undefined }), 'fail'],
    ['a limit of 0', fact({ BudgetLimit: { Amount: '0', Unit: 'USD' } }), 'fail'],
    ['a limit that is no number', fact({ BudgetLimit: { Amount: 'much', Unit: 'USD' } }), 'fail'],
    ['no alert', fact({}, []), 'fail'],
    ['at 100 percent', fact({}, [{ ...alert, Threshold: 100 }]), 'pass'],
    ['at 101 percent', fact({}, [{ ...alert, Threshold: 101 }]), 'fail'],
    ['a percentage by default', fact({}, [{ ...alert, Threshold: 250, ThresholdType: undefined }]), 'fail'],
    ['at 300 USD', fact({}, [{ ...alert, Threshold: 300, ThresholdType: 'ABSOLUTE_VALUE' }]), 'pass'],
    ['at 301 USD', fact({}, [{ ...alert, Threshold: 301, ThresholdType: 'ABSOLUTE_VALUE' }]), 'fail'],
    ['on a forecast', fact({}, [{ ...alert, NotificationType: 'FORECASTED' }]), 'fail'],
    ['when it falls', fact({}, [{ ...alert, ComparisonOperator: 'LESS_THAN' }]), 'fail'],
    ['no pause', fact({}, [alert], []), 'fail'],
    ['a pause that waits for a person', fact({}, [alert], [{ ...pause, ApprovalModel: 'MANUAL' }]), 'fail'],
    ['a pause that failed', fact({}, [alert], [{ ...pause, Status: 'EXECUTION_FAILURE' }]), 'fail'],
    ['a pause at 301 USD', fact({}, [alert], [{ ...pause, ActionThreshold: absolute(301) }]), 'fail'],
    ['a pause at 300 USD', fact({}, [alert], [{ ...pause, ActionThreshold: absolute(300) }]), 'pass'],
    ['a pause without a threshold', fact({}, [alert], [{ ...pause, ActionThreshold: undefined }]), 'fail'],
  ])('%s', (_, budget, outcome) => {
    expect(judgeFacts(check, { budget }, { 'monitoring.modelBilling': 'aws' }).outcome).toBe(outcome);
  });

  it('leaves the limit at another provider to a person, but not what AWS shows', () => {
    expect(judgeFacts(check, { budget: fact() })).toMatchObject({ outcome: 'undetermined', reason: 'not_attested' });
    expect(judgeFacts(check, { budget: fact({}, []) }).outcome).toBe('fail');
  });
});
