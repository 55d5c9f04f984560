import { expect, it } from 'vitest';
import { attemptFlawed, type FlawedTrial, trialsOfFlaw } from './flawed.ts';

/** Faults under which a check once passed on a flaw that it finds otherwise; `npm run torture` tries every flaw. */
const found: readonly [flaw: string, call: string, fault: string][] = [
  ['inbound-approved-on-another-port', 'aws ec2:DescribeSecurityGroups', 'numbers below zero'],
  ['inbound-approved-on-another-port', 'aws ec2:DescribeSecurityGroups', 'numbers that are none'],
  ['inbound-in-two-halves', 'aws ec2:DescribeSecurityGroups', 'words that nobody knows'],
  ['instance-protected', 'aws autoscaling:DescribeAutoScalingGroups', 'booleans as text'],
  ['public-balancer-to-ssh', 'aws elbv2:DescribeLoadBalancers', 'empty text where a list is due'],
  ['public-balancer-to-ssh', 'aws elbv2:DescribeTargetGroups', 'another account'],
  ['public-balancer-to-ssh', 'aws elbv2:DescribeTargetHealth', 'items without members'],
  ['public-balancer-to-ssh', 'aws elbv2:DescribeTargetHealth', 'text with spaces around it'],
  ['latest-template-assigns-public-address', 'aws ec2:DescribeLaunchTemplateVersions', 'empty lists'],
  ['latest-template-assigns-public-address', 'aws ec2:DescribeLaunchTemplateVersions', 'numbers below zero'],
  ['template-snapshot-not-encrypted', 'aws ec2:DescribeLaunchTemplateVersions', 'empty text'],
  ['staging-scaled-to-zero-same-role', 'aws ec2:DescribeLaunchTemplateVersions', 'empty text'],
  ['redaction-off', 'gateway rpc config.get', 'text with spaces around it'],
  ['health-check-grace-of-a-day', 'aws autoscaling:DescribeAutoScalingGroups', 'numbers below zero'],
  ['recovery-points-gap', 'aws efs:DescribeFileSystems', 'times a year ahead'],
  ['budget-over', 'aws budgets:DescribeBudgets', 'times that are none'],
  ['alert-function-no-concurrency', 'aws lambda:GetFunctionConcurrency', 'numbers below zero'],
  ['cloudfront-origin-to-balancer', 'aws ec2:DescribeNetworkInterfaces', 'items without members'],
  ['drill-not-replaced', 'files drills/instance-failure.json', 'no such file'],
  ['drill-not-replaced', 'files drills/instance-failure.json', 'half of it'],
  ['gates-arguments-any', 'gateway rpc agents.list', 'text with spaces around it'],
  ['gates-grant-any-command', 'gateway rpc exec.approval.grants.list', 'text with spaces around it'],
];

it.each(found)('%s is found or unknown when %s answers with %s', async (flaw, call, fault) => {
  const fits = ({ key, fault: { name } }: FlawedTrial) => key.startsWith(`${call} `) && name === fault;
  const trials = (await trialsOfFlaw(flaw)).filter(fits);
  const outcomes = await Promise.all(trials.map(attemptFlawed));
  expect(outcomes.filter((outcome) => outcome !== undefined).length).toBeGreaterThan(0);
  expect(outcomes.flatMap((outcome) => outcome?.better ?? [])).toEqual([]);
});
