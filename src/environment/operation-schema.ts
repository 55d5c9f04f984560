import * as z from '../model/zod.ts';
import { described } from './described.ts';
import { days, name, seconds, text } from './fields.ts';

// What is required of areas 5 to 7: monitoring, backup, skills.

const logGroup = z.strictObject({
  name: text,
  kind: z._default(z.enum(['gateway', 'session', 'other']), 'gateway'),
  maxAgeMinutes: z._default(z.int().check(z.minimum(1), z.maximum(10_080)), 60),
});

export const monitoring = z.strictObject({
  logGroups: described(
    z.array(logGroup).check(z.minLength(1)),
    'Log groups: name, kind (gateway, session, other), maxAgeMinutes of the newest event',
    [
      { name: '/openclaw/prod/gateway', kind: 'gateway' },
      { name: '/openclaw/prod/session', kind: 'session' },
    ],
  ),
  retentionDays: described(z._default(days, 365), 'Days that logs must be kept at least'),
  retentionForever: described(z._default(z.boolean(), false), 'Whether logs that never expire are accepted'),
  logKeyRequired: described(z._default(z.boolean(), false), 'Whether log groups need a KMS key of your own'),
  alarm: described(text, 'Alarm on the health of the gateway', 'openclaw-prod-gateway-unhealthy'),
  alarmMetric: described(
    z._default(
      z.string().check(z.regex(/^[^\s].*\/[^/]+$/, 'namespace/metric')),
      'AWS/ApplicationELB/HealthyHostCount',
    ),
    'Metric that the alarm watches: namespace/name',
  ),
  detectWithinSeconds: described(
    z._default(seconds, 120),
    'Longest time from failure to alarm; more than 120 counts as 120',
  ),
  alertFunction: described(z.optional(text), 'Lambda function that carries alerts to people', 'openclaw-prod-alert'),
  drillMaxAgeDays: described(z._default(days, 90), 'Oldest alarm, or use of the kill switch, that still counts'),
  budget: described(z.optional(text), 'AWS budget of the deployment', 'openclaw-prod'),
  modelBilling: described(
    z._default(z.enum(['aws', 'other']), 'other'),
    'Who bills the model calls: aws (the budget covers them), other (its limit is attested)',
  ),
  agentTurn: described(
    z._default(z.boolean(), false),
    'Let an agent of each gateway answer one message: costs one model call, and leaves a session row',
  ),
  agentTurnSeconds: described(z._default(seconds.check(z.maximum(600)), 60), 'Longest time for that turn'),
  logArrivalSeconds: described(
    z._default(seconds.check(z.maximum(600)), 60),
    'Longest time until that message is in the logs; --timeout must leave room for it',
  ),
  killSwitch: described(
    z.optional(text),
    'SSM document or Lambda function that stops the agent at once',
    'openclaw-prod-kill-switch',
  ),
});

export const backup = z.strictObject({
  vault: described(z.optional(text), 'Backup vault; default: each that holds a point', 'openclaw-prod'),
  rpoHours: described(
    z._default(z.number().check(z.minimum(1), z.maximum(168)), 24),
    'Recovery point objective; points have to be daily whatever it says',
  ),
  rtoMinutes: described(z.optional(z.number().check(z.minimum(1), z.maximum(10_080))), 'Recovery time objective', 240),
  startWindowHours: described(
    z._default(z.number().check(z.minimum(0), z.maximum(24)), 2),
    'Grace on top of the RPO for a job to start and end',
  ),
  retentionDays: described(z._default(days, 35), 'Days that recovery points must be kept at least'),
  historyDays: described(
    z._default(z.number().check(z.int(), z.minimum(1), z.maximum(90)), 7),
    'Days without a gap in the recovery points',
  ),
  restoreTestMaxAgeDays: described(z._default(days, 90), 'Oldest restore test that still counts'),
  runbook: described(z.optional(text), 'Recovery runbook, beside this file', 'docs/recovery.md'),
});

export const skills = z.strictObject({
  directory: described(z._default(text, 'skills'), 'Folder of the skills, beside this file'),
  evalConfigs: described(
    z._default(text, 'evals/*/promptfooconfig.{yaml,yml,json,js,cjs,mjs,ts,cts,mts}'),
    'promptfoo configurations, beside this file',
  ),
  evalResults: described(z._default(text, 'evals/results/*.json'), 'promptfoo results, beside this file'),
  promptfoo: described(
    z.optional(text),
    'The promptfoo program, in PATH or beside this file: reads configurations that are programs by running them here, and runs all of them with --run-evals',
    'node_modules/.bin/promptfoo',
  ),
  evalSeconds: described(
    z._default(seconds.check(z.maximum(3600)), 300),
    'With --run-evals: longest time for one configuration; --timeout must leave room for it',
  ),
  resultsMaxAgeDays: described(z._default(days, 7), 'Oldest results that still count'),
  casesPerSkill: described(z._default(z.int().check(z.minimum(3), z.maximum(100)), 3), 'Fewest cases of each skill'),
  scheduleMaxAgeDays: described(z._default(days, 8), 'Oldest successful scheduled run that still counts'),
  workflow: described(
    z._default(text, '.github/workflows/skill-evals.yml'),
    'Workflow of the git host that runs the evals',
  ),
  requiredCheck: described(z.optional(text), 'Name of the required status check', 'skill-evals'),
  outsideInput: described(z._default(z.array(name), []), 'Skills that take input from outside'),
});

export const drills = z.strictObject({
  experimentTemplate: described(
    z.optional(z.string().check(z.regex(/^EXT[0-9A-Za-z]{1,61}$/, 'the id of an experiment template'))),
    'Experiment template of AWS FIS by which the drill instance-failure stops or terminates an instance',
    'EXT1a2b3c4d5e6f7',
  ),
  restoreRole: described(
    z.optional(z.string().check(z.regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'the ARN of a role'))),
    'Role that AWS Backup restores with',
    'arn:aws:iam::123456789012:role/openclaw-prod-backup',
  ),
  killSwitchKind: described(
    z._default(z.enum(['command', 'automation', 'function']), 'command'),
    'What monitoring.killSwitch is: an SSM Command or Automation document, or a Lambda function',
  ),
  killSwitchParameters: described(
    z._default(z.record(z.string(), z.array(text)), {}),
    'What the kill switch is given; a Command document gets every instance of the group',
  ),
  killWithinSeconds: described(
    z._default(seconds.check(z.maximum(300)), 30),
    'Longest time until the agent is stopped',
  ),
  holdSeconds: described(
    z._default(seconds.check(z.maximum(3600)), 600),
    'How long nothing may start it again: longer than the group needs to replace an instance',
  ),
  resume: described(
    z.optional(text),
    'Document or function of the same kind that starts the agent again; default: host.unit over SSH',
    'openclaw-prod-resume',
  ),
  records: described(z._default(text, 'drills/*.json'), 'Records of drills that a run reads, beside this file'),
  signers: described(
    z.optional(text),
    'File of allowed signers (ssh-keygen), beside this file: only records that one of them signed count',
    'drills/allowed_signers',
  ),
});
