/**
 * Where an answer says something else in every form that is documented, and nothing else that is asked contradicts it:
 * the check that finds a flaw by it cannot know. `fault`, `key`: the faults and calls in question.
 */
const unseen: readonly { readonly fault: RegExp; readonly key: RegExp; readonly why: string }[] = [
  {
    fault: /^(half of the items|empty lists|a lost page token)$/,
    key: /^aws (elbv2:|logs:FilterLogEvents|ec2:(DescribeNetworkInterfaces|GetManagedPrefixListEntries)|efs:DescribeAccessPoints|autoscaling:DescribeScalingActivities|cloudwatch:ListAlarmMuteRules|backup:List|iam:ListAccessKeys|secretsmanager:List)/,
    why: 'a list that is cut short and has lost its page token, and that nothing else counts',
  },
  {
    fault: /^a lost page token$/,
    key: /^aws autoscaling:DescribeAutoScalingGroups .*","/,
    why: 'the group of another environment of the file, which need not be there yet',
  },
  {
    fault: /^half of the items$/,
    key: /^gateway rpc (agents\.list|exec\.approval\.grants\.list) /,
    why: 'the gateway says nowhere else how many there are that its configuration does not name',
  },
  {
    fault: /^not_found$/,
    key: /^gateway rpc exec\.approval\.(grants\.list|resolve) /,
    why: 'the gateway says that it knows no standing grants, or that a decided approval is gone, as some versions do',
  },
  {
    fault: /^(\{\}|null)$/,
    key: /^gateway rpc exec\.approval\.resolve /,
    why: 'the call did not come to the gateway, so the approval was not reopened',
  },
  {
    fault: /^another (account|region)$/,
    key: /^aws (backup:GetBackupSelection|efs:DescribeAccessPoints) /,
    why: 'a rule about another resource, or a path: there may be one',
  },
  {
    fault: /^times a year ahead$/,
    key: /^aws budgets:DescribeBudgets /,
    why: 'a budget may end in a year',
  },
  {
    fault: /^words that nobody knows$/,
    key: /^(gateway rpc (agents\.list|exec\.approval\.grants\.list|config\.get) |aws ec2:DescribeNetworkInterfaces )/,
    why: 'names that somebody chose',
  },
  {
    fault: /^(an HTML page with status 200|null for every value)$/,
    key: /^gateway GET \/startupz /,
    why: 'releases before 2026.8.1 have no /startupz: the version is asked for elsewhere then',
  },
  {
    fault: /^half of it$/,
    key: /^files /,
    why: 'half a list of files, or of a file of lines, is one as well: who writes these files can write anything',
  },
  {
    fault: /^numbers below zero$/,
    key: /^git .*\/protection /,
    why: 'that any app may answer is written as -1',
  },
];

/** Whether a check may be favourable although a call of this key met this fault. */
export function isUnseen(key: string, fault: string): boolean {
  return unseen.some((one) => one.fault.test(fault) && one.key.test(key));
}
