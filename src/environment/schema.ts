import * as z from 'zod';
import { approvalGates, owners } from './gates-schema.ts';

/**
 * The environment file: what is deployed where, and what the operator requires of it. The JSON Schema and the example
 * file are generated from this; the description of each key is its comment there.
 */

const text = z.string().min(1).max(2048);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/+=@-]{0,255}$/, 'letters, digits and ._/+=@- only');
const path = z
  .string()
  .regex(/^\/[^\0\n]*$/, 'an absolute path')
  .max(1024);
const envName = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, such as GITHUB_TOKEN');
const days = z.number().int().min(1).max(3650);
const seconds = z.number().min(1).max(86_400);
const port = z.number().int().min(1).max(65_535);
const cidr = z.union([z.cidrv4(), z.cidrv6()]);
const host = z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,252}$/, 'a host name or an address');
const date = z.iso.date();
const checkId = z.string().regex(/^[a-z-]+\/[a-z0-9-]+$/, 'the id of a check, such as network/no-public-ingress');

const aws = z.strictObject({
  account: z
    .string('put the account in quotes: YAML reads it as a number otherwise')
    .regex(/^\d{12}$/, '12 digits, in quotes')
    .meta({ description: 'The AWS account that must be looked at', example: '123456789012' }),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'such as eu-west-1')
    .meta({ description: 'The region of the deployment', example: 'eu-west-1' }),
  profile: name.optional().meta({ description: 'Named profile of the AWS configuration', example: 'audit' }),
  roleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'the ARN of a role')
    .optional()
    .meta({ description: 'Role to assume before looking', example: 'arn:aws:iam::123456789012:role/clawcheck' }),
  endpoint: z.url().optional().meta({
    description: 'Other endpoint for every service; the run is then simulated',
    example: 'http://127.0.0.1:5000',
  }),
});

const ssh = z.strictObject({
  user: name.default('ec2-user').meta({ description: 'Login on the instances' }),
  port: port.default(22).meta({ description: 'Port of sshd' }),
  hosts: z
    .array(host)
    .default([])
    .meta({ description: 'Addresses to connect to; empty: the private address of each instance of the group' }),
  privateKeyFile: text.optional().meta({ description: 'Private key', example: '~/.ssh/id_ed25519' }),
  passphraseEnv: envName
    .optional()
    .meta({ description: 'Environment variable with the passphrase of the key', example: 'CLAWCHECK_PASSPHRASE' }),
  agent: z.boolean().default(true).meta({ description: 'Use the SSH agent of SSH_AUTH_SOCK' }),
  fingerprints: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'SHA256: and 43 characters'))
    .default([])
    .meta({ description: 'Host keys to trust, as ssh-keygen -l prints them' }),
  knownHostsFiles: z
    .array(text)
    .default(['~/.ssh/known_hosts'])
    .meta({ description: 'Files with the host keys to trust; never written to' }),
  useConfig: z
    .boolean()
    .default(true)
    .meta({ description: 'Read ~/.ssh/config through ssh -G where ssh is installed' }),
  proxyJump: text.optional().meta({ description: 'Jump host', example: 'ops@bastion.example.com' }),
  proxyCommand: text.optional().meta({
    description: 'Command that carries the connection, such as Session Manager',
    example: 'aws ssm start-session --target i-0123456789abcdef0 --document-name AWS-StartSSHSession',
  }),
  tailscale: z.boolean().default(false).meta({ description: 'Tailscale SSH: the server authenticates without a key' }),
  connectSeconds: seconds.default(20).meta({ description: 'Longest time to connect and authenticate' }),
  trustConsoleKeys: z
    .boolean()
    .default(true)
    .meta({ description: 'Also trust the host keys that the instance printed on its EC2 console' }),
});

const hostSettings = z.strictObject({
  agentUser: name.default('openclaw').meta({ description: 'User that the gateway and its agents run as' }),
  unit: name.optional().meta({ description: 'systemd unit of the gateway', example: 'openclaw-gateway.service' }),
  stateDirectory: path
    .default('/home/openclaw/.openclaw')
    .meta({ description: 'State directory of the gateway (OPENCLAW_STATE_DIR)' }),
  configFile: path.optional().meta({
    description: 'Gateway configuration; default: openclaw.json in the state directory',
    example: '/etc/openclaw/openclaw.json',
  }),
});

const gateway = z.strictObject({
  port: port.default(18789).meta({ description: 'Port of the gateway on the instance' }),
  tokenEnv: envName.optional().meta({
    description: 'Environment variable (here, not on the host) with the gateway token',
    example: 'CLAWCHECK_GATEWAY_TOKEN',
  }),
  minimumVersion: z
    .string()
    .regex(/^\d{4}\.\d{1,2}\.\d{1,3}$/, 'such as 2026.6.5')
    .default('2026.6.5')
    .meta({ description: 'Lowest version without a known vulnerability' }),
  startSeconds: seconds.default(60).meta({ description: 'How long the gateway may take to become ready' }),
  sandboxMode: z
    .enum(['off', 'non-main', 'all'])
    .default('all')
    .meta({ description: 'Sandbox mode that must be in force for every agent' }),
});

const inboundRule = z.strictObject({
  from: z.union([cidr, z.string().regex(/^(sg|pl)-[0-9a-f]+$/, 'a CIDR range, sg-… or pl-…')]),
  port: port,
  reason: text,
});

const infrastructure = z.strictObject({
  autoScalingGroup: text.meta({ description: 'Auto Scaling Group of the gateway', example: 'openclaw-prod' }),
  approvedInbound: z
    .array(inboundRule)
    .default([])
    .meta({
      description: 'Inbound rules that are approved: from (CIDR in the VPC, or sg-…), port, reason',
      example: [{ from: '10.0.0.0/16', port: 18789, reason: 'health checks of the internal load balancer' }],
    }),
  healthCheckPath: z
    .enum(['/readyz', '/healthz', '/ready', '/health', '/startupz'])
    .default('/readyz')
    .meta({ description: 'Path of the gateway that the target group asks' }),
  healthReporterTimer: name.optional().meta({
    description: 'systemd timer that reports an unhealthy gateway to the group, where no load balancer does',
    example: 'openclaw-health.timer',
  }),
  hookSeconds: z
    .strictObject({
      minimum: seconds.default(30).meta({ description: 'Shortest' }),
      maximum: seconds.default(3600).meta({ description: 'Longest' }),
    })
    .prefault({})
    .meta({ description: 'Bounds for the timeouts of lifecycle hooks' }),
  availabilityZones: z.number().int().min(1).max(6).default(2).meta({ description: 'Fewest zones' }),
  replaceWithinSeconds: seconds.default(900).meta({ description: 'Longest time to replace a failed instance' }),
  replacementMaxAgeDays: days.default(90).meta({ description: 'Oldest replacement that still counts' }),
});

const soulDocuments = z.strictObject({
  workspace: path
    .default('/mnt/openclaw/workspace')
    .meta({ description: 'Workspace with the behavioural documents, as the gateway sees it' }),
  runtime: path.default('/mnt/openclaw/runtime').meta({ description: 'Directory that the agent may write to' }),
  documents: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'a relative path'))
    .min(1)
    .default(['SOUL.md', 'IDENTITY.md', 'AGENTS.md'])
    .meta({ description: 'Documents that must be there' }),
  fileSystemId: z
    .string()
    .regex(/^fs-[0-9a-f]+$/, 'such as fs-0123456789abcdef0')
    .meta({ description: 'EFS file system of the workspace', example: 'fs-0123456789abcdef0' }),
  workspaceAccessPoint: z
    .string()
    .regex(/^fsap-[0-9a-f]+$/)
    .optional()
    .meta({ description: 'Access point of the workspace', example: 'fsap-0123456789abcdef0' }),
  repositoryPath: z
    .string()
    .regex(/^[A-Za-z0-9._/-]*$/)
    .default('workspace')
    .meta({ description: 'Folder of the documents in the git repository' }),
});

const git = z.strictObject({
  api: z.url().default('https://api.github.com').meta({ description: 'REST API of GitHub or GitHub Enterprise' }),
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name')
    .meta({ description: 'Repository of the workspace and skills', example: 'acme/openclaw-workspace' }),
  branch: name.default('main').meta({ description: 'Branch that is deployed' }),
  tokenEnv: envName.default('GITHUB_TOKEN').meta({ description: 'Environment variable with a read token' }),
  minimumReviews: z
    .number()
    .int()
    .min(1)
    .max(6)
    .default(1)
    .meta({ description: 'Approving reviews that a change needs' }),
  approvedBypass: z.array(text).default([]).meta({ description: 'Who may bypass the protection, by name or type:id' }),
});

const integration = z.strictObject({
  name: text,
  account: text,
  owner: text,
  purpose: text,
  scopes: z.array(text).min(1),
});

const credentials = z.strictObject({
  secret: text.meta({
    description: 'Secret of the gateway in Secrets Manager (name or ARN)',
    example: 'openclaw/prod/gateway',
  }),
  monitoringSecret: text
    .optional()
    .meta({ description: 'Secret of the alerting, apart from the gateway', example: 'openclaw/prod/monitoring' }),
  foreignSecret: text.optional().meta({
    description: 'Another existing secret that the instance must not be able to read',
    example: 'openclaw/prod/monitoring',
  }),
  rotationDays: days.default(90).meta({ description: 'Oldest value of a secret or key' }),
  hopLimit: z
    .number()
    .int()
    .min(1)
    .max(3)
    .default(1)
    .meta({ description: 'Highest metadata hop limit (2 for containers)' }),
  scanPaths: z
    .array(path)
    .default(['/home', '/root', '/etc', '/opt', '/srv', '/var/lib/cloud', '/var/log', '/tmp', '/var/tmp'])
    .meta({ description: 'Where to look for credentials in plain text, beside the state directory and the workspace' }),
  integrations: z
    .array(integration)
    .default([])
    .meta({
      description: 'Each connected service: name, bot account, owner, purpose, scopes',
      example: [
        {
          name: 'Slack',
          account: 'openclaw-bot',
          owner: 'Platform team',
          purpose: 'Support channel',
          scopes: ['chat:write'],
        },
      ],
    }),
});

const endpoint = z.strictObject({
  host: host,
  port: port.default(443),
  tls: z.boolean().default(true),
});

const network = z.strictObject({
  approvedHosts: z
    .array(endpoint)
    .default([])
    .meta({
      description: 'Destinations that must answer: host, port (443), tls (true)',
      example: [{ host: 'api.anthropic.com', port: 443, tls: true }],
    }),
  approvedRanges: z
    .array(z.union([cidr, z.string().regex(/^(sg|pl)-[0-9a-f]+$/)]))
    .default([])
    .meta({
      description: 'Ranges, prefix lists and groups that outbound rules may name',
      example: ['10.0.0.0/16', 'pl-0123456789abcdef0'],
    }),
  unapprovedHosts: z
    .array(endpoint)
    .default([])
    .meta({
      description: 'Destinations that must time out; addresses are better than names',
      example: [{ host: '198.51.100.7', port: 443, tls: true }],
    }),
  timeoutSeconds: seconds
    .max(30)
    .default(5)
    .meta({ description: 'After how long a silent connection counts as timed out' }),
  administration: z
    .enum(['tailscale', 'ssm'])
    .default('tailscale')
    .meta({ description: 'The only way in for administrators' }),
});

const logGroup = z.strictObject({
  name: text,
  kind: z.enum(['gateway', 'session', 'other']).default('gateway'),
  maxAgeMinutes: z.number().int().min(1).max(10_080).default(60),
});

const monitoring = z.strictObject({
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
  detectWithinSeconds: seconds.default(120).meta({ description: 'Longest time from failure to alarm' }),
  alertFunction: text
    .optional()
    .meta({ description: 'Lambda function that carries alerts to people', example: 'openclaw-prod-alert' }),
  drillMaxAgeDays: days.default(90).meta({ description: 'Oldest alarm, or use of the kill switch, that still counts' }),
  budget: text.optional().meta({ description: 'AWS budget of the deployment', example: 'openclaw-prod' }),
  modelBilling: z
    .enum(['aws', 'other'])
    .default('other')
    .meta({ description: 'Who bills the model calls: aws (the budget covers them), other (its limit is attested)' }),
  killSwitch: text.optional().meta({
    description: 'SSM document or Lambda function that stops the agent at once',
    example: 'openclaw-prod-kill-switch',
  }),
});

const backup = z.strictObject({
  vault: text
    .optional()
    .meta({ description: 'Backup vault; default: each that holds a point', example: 'openclaw-prod' }),
  rpoHours: z.number().min(1).max(168).default(24).meta({ description: 'Recovery point objective' }),
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

const skills = z.strictObject({
  directory: text.default('skills').meta({ description: 'Folder of the skills, beside this file' }),
  evalConfigs: text
    .default('evals/*/promptfooconfig.{yaml,yml,json}')
    .meta({ description: 'promptfoo configurations, beside this file' }),
  evalResults: text.default('evals/results/*.json').meta({ description: 'promptfoo results, beside this file' }),
  resultsMaxAgeDays: days.default(7).meta({ description: 'Oldest results that still count' }),
  casesPerSkill: z.number().int().min(3).max(100).default(3).meta({ description: 'Fewest cases of each skill' }),
  scheduleMaxAgeDays: days.default(8).meta({ description: 'Oldest successful scheduled run that still counts' }),
  workflow: text
    .default('.github/workflows/skill-evals.yml')
    .meta({ description: 'Workflow of the git host that runs the evals' }),
  requiredCheck: text.optional().meta({ description: 'Name of the required status check', example: 'skill-evals' }),
  outsideInput: z.array(name).default([]).meta({ description: 'Skills that take input from outside' }),
});

const attestation = z.strictObject({
  check: checkId,
  by: text,
  date,
  expires: date,
  statement: text,
  evidence: text,
});

const waiver = z.strictObject({
  check: checkId,
  reason: text,
  by: text,
  expires: date,
  ticket: text,
});

const notApplicable = z.strictObject({ check: checkId, reason: text });

export const environmentSchema = z.strictObject({
  aws: aws.meta({ description: 'Account and region' }),
  infrastructure: infrastructure.meta({ description: 'Area 1: what the gateway runs on' }),
  soulDocuments: soulDocuments.meta({ description: 'Area 2: the documents that make the agent behave' }),
  credentials: credentials.meta({ description: 'Area 3: what the agent and its alerting may read' }),
  network: network.prefault({}).meta({ description: 'Area 4: what gets in and out' }),
  monitoring: monitoring.meta({ description: 'Area 5: who hears of a failure, and when' }),
  backup: backup.prefault({}).meta({ description: 'Area 6: what is kept and how it comes back' }),
  skills: skills.prefault({}).meta({ description: 'Area 7: what the agent can do, and its evals' }),
  approvalGates: approvalGates.prefault({}).meta({ description: 'Area 8: what waits for a human' }),
  ssh: ssh.prefault({}).meta({ description: 'How to reach the instances' }),
  host: hostSettings.prefault({}).meta({ description: 'What runs on the instances' }),
  gateway: gateway.prefault({}).meta({ description: 'The gateway on each instance' }),
  git: git.optional().meta({ description: 'The git host' }),
  owners: owners.prefault({}).meta({ description: 'Who answers for what' }),
  attestations: z
    .array(attestation)
    .default([])
    .meta({
      description: 'Statements of named people: check, by, date, expires, statement, evidence',
      example: [
        {
          check: 'backup/recovery-runbook',
          by: 'A. Name',
          date: '2026-01-31',
          expires: '2026-07-31',
          statement: 'I restored the deployment by the runbook alone.',
          evidence: 'https://wiki.example.com/restore-2026-01',
        },
      ],
    }),
  waivers: z
    .array(waiver)
    .default([])
    .meta({
      description: 'Failures that are accepted for a time: check, reason, by, expires, ticket',
      example: [
        {
          check: 'monitoring/log-retention',
          reason: 'New groups fill up first',
          by: 'A. Name',
          expires: '2026-07-31',
          ticket: 'OPS-1',
        },
      ],
    }),
  notApplicable: z
    .array(notApplicable)
    .default([])
    .meta({
      description: 'Checks that cannot apply here: check, reason',
      example: [{ check: 'skills/adversarial-cases', reason: 'No skill takes outside input' }],
    }),
});

export const fileSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Version of this format', example: 1 }),
  environments: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and -'), environmentSchema)
    .meta({ description: 'One entry for each environment' }),
});

/** One environment, with every default filled in. */
export type Environment = z.infer<typeof environmentSchema> & {
  /** The name that was given with --env. */
  readonly name: string;
};
export type EnvironmentFile = z.infer<typeof fileSchema>;
export type Endpoint = z.infer<typeof endpoint>;
export type Attestation = z.infer<typeof attestation>;
export type Waiver = z.infer<typeof waiver>;
