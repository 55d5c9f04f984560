import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/cost-limits.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

function stop(changes: object = {}) {
  const ssm = { ActionSubType: 'STOP_EC2_INSTANCES', Region: 'eu-west-1', InstanceIds: ['i-0', 'i-1', 'i-2'] };
  return { SsmActionDefinition: { ...ssm, ...changes } };
}
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
  ExecutionRoleArn: 'arn:budget',
  Definition: { IamActionDefinition: { PolicyArn: 'arn:deny', Roles: ['gateway', 'next'] } },
};
const heals = { Instances: [{ InstanceId: 'i-1' }, { InstanceId: 'i-2' }] };
const policy = (name: string, ...Statement: object[]) => parsePolicy(JSON.stringify({ Statement }), name, 'identity');
const calls = { Effect: 'Allow', Action: 'bedrock:InvokeModel*', Resource: '*' };
const role = (name: string, ...given: object[]) => {
  return {
    name,
    arn: `arn:${name}`,
    policies: [policy('own', ...(given.length > 0 ? given : [calls]))],
    boundary: undefined,
  };
};
const instanceRoles = [role('gateway'), role('next')];
const deny = (more: object = {}) => policy('arn:deny', { Effect: 'Deny', Action: '*', Resource: '*', ...more });
const executor = role('budget', { Effect: 'Allow', Action: 'iam:AttachRolePolicy', Resource: '*' });
const facts = { group: heals, instanceRoles, budgetMeans: { policies: [deny()], executors: [executor] } };
const fact = (changes: object = {}, alerts: object[] = [alert], pauses: object[] = [pause]) => {
  return { budget: { ...budget, ...changes }, notifications: alerts, actions: pauses };
};
const filtered = (CostFilters: object) => fact({ CostFilters });
const paused = (Definition: object | undefined) => fact({}, [alert], [{ ...pause, Definition }]);
const rights = (changes: object) => ({ IamActionDefinition: { ...pause.Definition.IamActionDefinition, ...changes } });
const billedByAws = { 'monitoring.modelBilling': 'aws' };
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
    ['a limit that follows the cost', fact({ AutoAdjustData: { AutoAdjustType: 'HISTORICAL' } }), 'fail'],
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
    ['when it is just that', fact({}, [{ ...alert, ComparisonOperator: 'EQUAL_TO' }]), 'fail'],
    ['when it falls', fact({}, [{ ...alert, ComparisonOperator: 'LESS_THAN' }]), 'fail'],
    ['no pause', fact({}, [alert], []), 'fail'],
    ['a pause that waits for a person', fact({}, [alert], [{ ...pause, ApprovalModel: 'MANUAL' }]), 'fail'],
    ['a pause that failed', fact({}, [alert], [{ ...pause, Status: 'EXECUTION_FAILURE' }]), 'fail'],
    ['a pause at 301 USD', fact({}, [alert], [{ ...pause, ActionThreshold: absolute(301) }]), 'fail'],
    ['a pause at 300 USD', fact({}, [alert], [{ ...pause, ActionThreshold: absolute(300) }]), 'pass'],
    ['no filter', filtered({}), 'pass'],
    ['of this account and region', filtered({ LinkedAccount: ['123456789012'], Region: ['eu-west-1'] }), 'pass'],
    ['of another account', filtered({ LinkedAccount: ['999999999999'] }), 'fail'],
    ['of another region', filtered({ Region: ['us-east-1'] }), 'fail'],
    ['of the models', filtered({ Service: ['Amazon Bedrock'] }), 'pass'],
    ['of another service', filtered({ Service: ['AWS Config'] }), 'fail'],
    ['of a tag', filtered({ TagKeyValue: ['user:Project$openclaw'] }), 'undetermined'],
    ['of a tag, in another region', filtered({ TagKeyValue: ['user:a$b'], Region: ['us-east-1'] }), 'fail'],
    ['of an expression', fact({ FilterExpression: { Not: {} } }), 'undetermined'],
    ['of a view', fact({ BillingViewArn: 'arn:aws:billing::123456789012:billingview/custom-a' }), 'undetermined'],
    ['of all', fact({ BillingViewArn: 'arn:aws:billing::123456789012:billingview/primary' }), 'pass'],
    ['a pause that stops nothing', paused(undefined), 'fail'],
    ['a pause of instances, which the group replaces', paused(stop()), 'fail'],
    ['a pause of databases', paused(stop({ ActionSubType: 'STOP_RDS_INSTANCES' })), 'fail'],
    ['a pause of one role of two', paused(rights({ Roles: ['gateway'] })), 'fail'],
    ['a pause of other roles', paused(rights({ Roles: ['a', 'b'] })), 'fail'],
    ['a pause of people', paused(rights({ Roles: undefined, Users: ['gateway', 'next'] })), 'fail'],
    ['a pause by a policy that is not there', paused(rights({ PolicyArn: 'arn:other' })), 'undetermined'],
    ['a pause of the account', paused({ ScpActionDefinition: { TargetIds: ['123456789012'] } }), 'undetermined'],
    ['a pause of its unit', paused({ ScpActionDefinition: { TargetIds: ['ou-abcd-12345678'] } }), 'undetermined'],
    ['a pause of another account', paused({ ScpActionDefinition: { TargetIds: ['999999999999'] } }), 'fail'],
    ['a pause without a threshold', fact({}, [alert], [{ ...pause, ActionThreshold: undefined }]), 'fail'],
  ])('%s', (_, budget, outcome) => {
    expect(judgeFacts(check, { budget, ...facts }, billedByAws).outcome).toBe(outcome);
  });

  it.each([
    ['some of its rights', [deny({ Action: 's3:*' })], instanceRoles, 'fail'],
    ['one of the two calls', [deny({ Action: 'bedrock:InvokeModel' })], instanceRoles, 'fail'],
    ['both calls', [deny({ Action: 'bedrock:Invoke*' })], instanceRoles, 'pass'],
    [
      'the calls of one model',
      [deny({ Resource: 'arn:aws:bedrock:*::foundation-model/a' })],
      instanceRoles,
      'undetermined',
    ],
    ['the calls under a condition', [deny({ Condition: { Bool: { 'a:b': 'true' } } })], instanceRoles, 'undetermined'],
    [
      'what one of the roles has not',
      [deny()],
      [role('gateway'), role('next', { ...calls, Action: 's3:*' })],
      'undetermined',
    ],
    ['the rights of no role', [deny()], [], 'fail'],
  ])('looks whether the policy of the pause takes %s', (_, policies, instanceRoles, outcome) => {
    const budgetMeans = { policies, executors: [executor] };
    const judged = judgeFacts(check, { ...facts, budget: fact(), budgetMeans, instanceRoles }, billedByAws);
    expect(judged.outcome).toBe(outcome);
  });

  it.each([
    ['is not there', [], 'fail'],
    ['is another', [{ ...executor, arn: 'arn:other' }], 'fail'],
    ['may not attach a policy', [role('budget')], 'fail'],
    ['may to one role', [role('budget', { Effect: 'Allow', Action: 'iam:*', Resource: 'arn:next' })], 'fail'],
    [
      'may to both',
      [role('budget', { Effect: 'Allow', Action: 'iam:Attach*', Resource: ['arn:next', 'arn:gateway'] })],
      'pass',
    ],
  ])('looks whether the role of the pause %s', (_, executors, outcome) => {
    const budgetMeans = { policies: [deny()], executors };
    expect(judgeFacts(check, { ...facts, budget: fact(), budgetMeans }, billedByAws).outcome).toBe(outcome);
  });

  it.each([
    ['every instance', {}, 'HealthCheck', 'pass'],
    ['every instance', {}, 'ReplaceUnhealthy', 'pass'],
    ['every instance', {}, 'Launch', 'pass'],
    ['every instance', {}, 'AZRebalance', 'fail'],
    ['one of two', { InstanceIds: ['i-1'] }, 'Launch', 'fail'],
    ['those of another region', { Region: 'us-east-1' }, 'Launch', 'fail'],
    ['databases', { ActionSubType: 'STOP_RDS_INSTANCES' }, 'Launch', 'fail'],
  ])('believes a stop of %s (%o) only where %s is suspended', (_, changes, ProcessName, outcome) => {
    const group = { ...heals, SuspendedProcesses: [{ ProcessName }] };
    expect(judgeFacts(check, { ...facts, budget: paused(stop(changes)), group }, billedByAws).outcome).toBe(outcome);
  });

  it('takes a budget of another service for one of the rest, where AWS does not bill the models', () => {
    const judged = judgeFacts(check, { ...facts, budget: filtered({ Service: ['AWS Config'] }) });
    expect(judged).toMatchObject({ outcome: 'undetermined', reason: 'not_attested' });
  });

  it('leaves the limit at another provider to a person, but not what AWS shows', () => {
    expect(judgeFacts(check, { ...facts, budget: fact() })).toMatchObject({
      outcome: 'undetermined',
      reason: 'not_attested',
    });
    expect(judgeFacts(check, { ...facts, budget: fact({}, []) }).outcome).toBe('fail');
  });

  it('leaves the limit at another provider to a person also where the instances are stopped for good', () => {
    const group = { ...heals, SuspendedProcesses: [{ ProcessName: 'Launch' }] };
    const stopped = { ...facts, budget: paused(stop()), group };
    expect(judgeFacts(check, stopped, billedByAws).outcome).toBe('pass');
    expect(judgeFacts(check, stopped)).toMatchObject({ outcome: 'undetermined', reason: 'not_attested' });
  });
});
