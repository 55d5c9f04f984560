import * as z from '../model/zod.ts';
import { days, means, name, seconds, text } from './fields.ts';

// What is required of areas 5 to 7: monitoring, backup, skills.

const logGroup = z.strictObject({
  name: text,
  kind: z._default(z.enum(['gateway', 'session', 'other']), 'gateway'),
  maxAgeMinutes: z._default(z.int().check(z.minimum(1), z.maximum(10_080)), 60),
});

export const monitoring = z.strictObject({
  logGroups: z.array(logGroup).check(
    z.minLength(1),
    means('Log groups: name, kind (gateway, session, other), maxAgeMinutes of the newest event', [
      { name: '/openclaw/prod/gateway', kind: 'gateway' },
      { name: '/openclaw/prod/session', kind: 'session' },
    ]),
  ),
  retentionDays: z._default(days, 365).check(means('Days that logs must be kept at least')),
  retentionForever: z._default(z.boolean(), false).check(means('Whether logs that never expire are accepted')),
  logKeyRequired: z._default(z.boolean(), false).check(means('Whether log groups need a KMS key of your own')),
  alarm: text.check(means('Alarm on the health of the gateway', 'openclaw-prod-gateway-unhealthy')),
  alarmMetric: z
    ._default(z.string().check(z.regex(/^[^\s].*\/[^/]+$/, 'namespace/metric')), 'AWS/ApplicationELB/HealthyHostCount')
    .check(means('Metric that the alarm watches: namespace/name')),
  detectWithinSeconds: z
    ._default(seconds, 120)
    .check(means('Longest time from failure to alarm; more than 120 counts as 120')),
  alertFunction: z.optional(text).check(means('Lambda function that carries alerts to people', 'openclaw-prod-alert')),
  drillMaxAgeDays: z._default(days, 90).check(means('Oldest alarm, or use of the kill switch, that still counts')),
  budget: z.optional(text).check(means('AWS budget of the deployment', 'openclaw-prod')),
  modelBilling: z
    ._default(z.enum(['aws', 'other']), 'other')
    .check(means('Who bills the model calls: aws (the budget covers them), other (its limit is attested)')),
  agentTurn: z
    ._default(z.boolean(), false)
    .check(means('Let an agent of each gateway answer one message: costs one model call, and leaves a session row')),
  agentTurnSeconds: z._default(seconds.check(z.maximum(600)), 60).check(means('Longest time for that turn')),
  logArrivalSeconds: z
    ._default(seconds.check(z.maximum(600)), 60)
    .check(means('Longest time until that message is in the logs; --timeout must leave room for it')),
  killSwitch: z
    .optional(text)
    .check(means('SSM document or Lambda function that stops the agent at once', 'openclaw-prod-kill-switch')),
});

export const backup = z.strictObject({
  vault: z.optional(text).check(means('Backup vault; default: each that holds a point', 'openclaw-prod')),
  rpoHours: z
    ._default(z.number().check(z.minimum(1), z.maximum(168)), 24)
    .check(means('Recovery point objective; points have to be daily whatever it says')),
  rtoMinutes: z
    .optional(z.number().check(z.minimum(1), z.maximum(10_080)))
    .check(means('Recovery time objective', 240)),
  startWindowHours: z
    ._default(z.number().check(z.minimum(0), z.maximum(24)), 2)
    .check(means('Grace on top of the RPO for a job to start and end')),
  retentionDays: z._default(days, 35).check(means('Days that recovery points must be kept at least')),
  historyDays: z
    ._default(z.number().check(z.int(), z.minimum(1), z.maximum(90)), 7)
    .check(means('Days without a gap in the recovery points')),
  restoreTestMaxAgeDays: z._default(days, 90).check(means('Oldest restore test that still counts')),
  runbook: z.optional(text).check(means('Recovery runbook, beside this file', 'docs/recovery.md')),
});

export const skills = z.strictObject({
  directory: z._default(text, 'skills').check(means('Folder of the skills, beside this file')),
  evalConfigs: z
    ._default(text, 'evals/*/promptfooconfig.{yaml,yml,json,js,cjs,mjs,ts,cts,mts}')
    .check(means('promptfoo configurations, beside this file')),
  evalResults: z._default(text, 'evals/results/*.json').check(means('promptfoo results, beside this file')),
  promptfoo: z
    .optional(text)
    .check(
      means(
        'The promptfoo program, in PATH or beside this file: reads configurations that are programs by running them here, and runs all of them with --run-evals',
        'node_modules/.bin/promptfoo',
      ),
    ),
  evalSeconds: z
    ._default(seconds.check(z.maximum(3600)), 300)
    .check(means('With --run-evals: longest time for one configuration; --timeout must leave room for it')),
  resultsMaxAgeDays: z._default(days, 7).check(means('Oldest results that still count')),
  casesPerSkill: z._default(z.int().check(z.minimum(3), z.maximum(100)), 3).check(means('Fewest cases of each skill')),
  scheduleMaxAgeDays: z._default(days, 8).check(means('Oldest successful scheduled run that still counts')),
  workflow: z
    ._default(text, '.github/workflows/skill-evals.yml')
    .check(means('Workflow of the git host that runs the evals')),
  requiredCheck: z.optional(text).check(means('Name of the required status check', 'skill-evals')),
  outsideInput: z._default(z.array(name), []).check(means('Skills that take input from outside')),
});

export const drills = z.strictObject({
  experimentTemplate: z
    .optional(z.string().check(z.regex(/^EXT[0-9A-Za-z]{1,61}$/, 'the id of an experiment template')))
    .check(
      means(
        'Experiment template of AWS FIS by which the drill instance-failure stops or terminates an instance',
        'EXT1a2b3c4d5e6f7',
      ),
    ),
  restoreRole: z
    .optional(z.string().check(z.regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'the ARN of a role')))
    .check(means('Role that AWS Backup restores with', 'arn:aws:iam::123456789012:role/openclaw-prod-backup')),
  killSwitchKind: z
    ._default(z.enum(['command', 'automation', 'function']), 'command')
    .check(means('What monitoring.killSwitch is: an SSM Command or Automation document, or a Lambda function')),
  killSwitchParameters: z
    ._default(z.record(z.string(), z.array(text)), {})
    .check(means('What the kill switch is given; a Command document gets every instance of the group')),
  killWithinSeconds: z
    ._default(seconds.check(z.maximum(300)), 30)
    .check(means('Longest time until the agent is stopped')),
  holdSeconds: z
    ._default(seconds.check(z.maximum(3600)), 600)
    .check(means('How long nothing may start it again: longer than the group needs to replace an instance')),
  resume: z
    .optional(text)
    .check(
      means(
        'Document or function of the same kind that starts the agent again; default: host.unit over SSH',
        'openclaw-prod-resume',
      ),
    ),
  records: z._default(text, 'drills/*.json').check(means('Records of drills that a run reads, beside this file')),
  signers: z
    .optional(text)
    .check(
      means(
        'File of allowed signers (ssh-keygen), beside this file: only records that one of them signed count',
        'drills/allowed_signers',
      ),
    ),
});
