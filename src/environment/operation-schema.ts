import * as z from 'zod';
import { days, name, seconds, text } from './fields.ts';

// What is required of areas 5 to 7: monitoring, backup, skills.

const logGroup = z.strictObject({
  name: text,
  kind: z.enum(['gateway', 'session', 'other']).default('gateway'),
  maxAgeMinutes: z.number().int().min(1).max(10_080).default(60),
});

export const monitoring = z.strictObject({
  logGroups: z
    .array(logGroup)
    .min(1)
    .meta({
      description: 'Log groups: name, kind (gateway, session, other), maxAgeMinutes of the newest event',
      example: [
        { name: '/openclaw/prod/gateway', kind: 'gateway' },
        { name: '/openclaw/prod/session', kind: 'session' },
      ],
    }),
  retentionDays: days.default(365).meta({ description: 'Days that logs must be kept at least' }),
  retentionForever: z.boolean().default(false).meta({ description: 'Whether logs that never expire are accepted' }),
  logKeyRequired: z.boolean().default(false).meta({ description: 'Whether log groups need a KMS key of your own' }),
  alarm: text.meta({ description: 'Alarm on the health of the gateway', example: 'openclaw-prod-gateway-unhealthy' }),
  alarmMetric: z
    .string()
    .regex(/^[^\s].*\/[^/]+$/, 'namespace/metric')
    .default('AWS/ApplicationELB/HealthyHostCount')
    .meta({ description: 'Metric that the alarm watches: namespace/name' }),
  detectWithinSeconds: seconds
    .default(120)
    .meta({ description: 'Longest time from failure to alarm; more than 120 counts as 120' }),
  alertFunction: text
    .optional()
    .meta({ description: 'Lambda function that carries alerts to people', example: 'openclaw-prod-alert' }),
  drillMaxAgeDays: days.default(90).meta({ description: 'Oldest alarm, or use of the kill switch, that still counts' }),
  budget: text.optional().meta({ description: 'AWS budget of the deployment', example: 'openclaw-prod' }),
  modelBilling: z
    .enum(['aws', 'other'])
    .default('other')
    .meta({ description: 'Who bills the model calls: aws (the budget covers them), other (its limit is attested)' }),
  agentTurn: z.boolean().default(false).meta({
    description: 'Let an agent of each gateway answer one message: costs one model call, and leaves a session row',
  }),
  agentTurnSeconds: seconds.max(600).default(60).meta({ description: 'Longest time for that turn' }),
  logArrivalSeconds: seconds
    .max(600)
    .default(60)
    .meta({ description: 'Longest time until that message is in the logs; --timeout must leave room for it' }),
  killSwitch: text.optional().meta({
    description: 'SSM document or Lambda function that stops the agent at once',
    example: 'openclaw-prod-kill-switch',
  }),
});

export const backup = z.strictObject({
  vault: text
    .optional()
    .meta({ description: 'Backup vault; default: each that holds a point', example: 'openclaw-prod' }),
  rpoHours: z
    .number()
    .min(1)
    .max(168)
    .default(24)
    .meta({ description: 'Recovery point objective; points have to be daily whatever it says' }),
  rtoMinutes: z.number().min(1).max(10_080).optional().meta({ description: 'Recovery time objective', example: 240 }),
  startWindowHours: z
    .number()
    .min(0)
    .max(24)
    .default(2)
    .meta({ description: 'Grace on top of the RPO for a job to start and end' }),
  retentionDays: days.default(35).meta({ description: 'Days that recovery points must be kept at least' }),
  historyDays: z
    .number()
    .int()
    .min(1)
    .max(90)
    .default(7)
    .meta({ description: 'Days without a gap in the recovery points' }),
  restoreTestMaxAgeDays: days.default(90).meta({ description: 'Oldest restore test that still counts' }),
  runbook: text.optional().meta({ description: 'Recovery runbook, beside this file', example: 'docs/recovery.md' }),
});

export const skills = z.strictObject({
  directory: text.default('skills').meta({ description: 'Folder of the skills, beside this file' }),
  evalConfigs: text
    .default('evals/*/promptfooconfig.{yaml,yml,json,js,cjs,mjs,ts,cts,mts}')
    .meta({ description: 'promptfoo configurations, beside this file' }),
  evalResults: text.default('evals/results/*.json').meta({ description: 'promptfoo results, beside this file' }),
  promptfoo: text.optional().meta({
    description:
      'The promptfoo program, in PATH or beside this file: reads configurations that are programs by running them here, and runs all of them with --run-evals',
    example: 'node_modules/.bin/promptfoo',
  }),
  evalSeconds: seconds
    .max(3600)
    .default(300)
    .meta({ description: 'With --run-evals: longest time for one configuration; --timeout must leave room for it' }),
  resultsMaxAgeDays: days.default(7).meta({ description: 'Oldest results that still count' }),
  casesPerSkill: z.number().int().min(3).max(100).default(3).meta({ description: 'Fewest cases of each skill' }),
  scheduleMaxAgeDays: days.default(8).meta({ description: 'Oldest successful scheduled run that still counts' }),
  workflow: text
    .default('.github/workflows/skill-evals.yml')
    .meta({ description: 'Workflow of the git host that runs the evals' }),
  requiredCheck: text.optional().meta({ description: 'Name of the required status check', example: 'skill-evals' }),
  outsideInput: z.array(name).default([]).meta({ description: 'Skills that take input from outside' }),
});

export const drills = z.strictObject({
  experimentTemplate: z
    .string()
    .regex(/^EXT[0-9A-Za-z]{1,61}$/, 'the id of an experiment template')
    .optional()
    .meta({
      description: 'Experiment template of AWS FIS by which the drill instance-failure stops or terminates an instance',
      example: 'EXT1a2b3c4d5e6f7',
    }),
  restoreRole: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'the ARN of a role')
    .optional()
    .meta({
      description: 'Role that AWS Backup restores with',
      example: 'arn:aws:iam::123456789012:role/openclaw-prod-backup',
    }),
  killSwitchKind: z.enum(['command', 'automation', 'function']).default('command').meta({
    description: 'What monitoring.killSwitch is: an SSM Command or Automation document, or a Lambda function',
  }),
  killSwitchParameters: z
    .record(z.string(), z.array(text))
    .default({})
    .meta({ description: 'What the kill switch is given; a Command document gets every instance of the group' }),
  killWithinSeconds: seconds.max(300).default(30).meta({ description: 'Longest time until the agent is stopped' }),
  holdSeconds: seconds
    .max(3600)
    .default(600)
    .meta({ description: 'How long nothing may start it again: longer than the group needs to replace an instance' }),
  resume: text.optional().meta({
    description: 'Document or function of the same kind that starts the agent again; default: host.unit over SSH',
    example: 'openclaw-prod-resume',
  }),
  records: text.default('drills/*.json').meta({ description: 'Records of drills that a run reads, beside this file' }),
  signers: text.optional().meta({
    description: 'File of allowed signers (ssh-keygen), beside this file: only records that one of them signed count',
    example: 'drills/allowed_signers',
  }),
});
