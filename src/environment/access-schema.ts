import * as z from 'zod';
import { date, envName, host, name, path, port, seconds, text } from './fields.ts';
import { gitRemote } from './git-remote.ts';

// How the deployment is reached: AWS, the instances, the gateway, the git host.

export const aws = z.strictObject({
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

export const ssh = z.strictObject({
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
    .default(['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'])
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

export const hostSettings = z.strictObject({
  agentUser: name.default('openclaw').meta({ description: 'User that the gateway and its agents run as' }),
  unit: name.optional().meta({ description: 'systemd unit of the gateway', example: 'openclaw-gateway.service' }),
  stateDirectory: path
    .default('/home/openclaw/.openclaw')
    .meta({ description: 'State directory of the gateway (OPENCLAW_STATE_DIR)' }),
  configFile: path.optional().meta({
    description: 'Gateway configuration; default: openclaw.json in the state directory',
    example: '/etc/openclaw/openclaw.json',
  }),
  logFile: path.optional().meta({
    description: 'Log file of the gateway; default: as its configuration says, or /tmp/openclaw/openclaw-*.log',
    example: '/var/log/openclaw/gateway.log',
  }),
});

const auditFinding = z.strictObject({
  finding: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'the checkId of a finding'),
  reason: text,
  by: text,
  expires: date,
});

export const gateway = z.strictObject({
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
  selfAudit: z.boolean().default(true).meta({
    description: 'Run openclaw security audit on the instance, at the lowest priority: 7 s of CPU, 400 MB of memory',
  }),
  openclawCommand: path.optional().meta({
    description: 'The openclaw command on the instance; default: beside the Node, or in the PATH, of the gateway',
    example: '/usr/local/bin/openclaw',
  }),
  acceptedAuditFindings: z
    .array(auditFinding)
    .default([])
    .meta({
      description: 'Critical findings of its own audit that are accepted for a time: finding, reason, by, expires',
      example: [
        {
          finding: 'fs.config.perms_world_readable',
          reason: 'The file holds references only',
          by: 'A. Name',
          expires: '2026-07-31',
        },
      ],
    }),
});

export const git = z.strictObject({
  api: z.url().default('https://api.github.com').meta({ description: 'REST API of GitHub or GitHub Enterprise' }),
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name')
    .optional()
    .meta({ description: 'Repository of the workspace and skills', example: 'acme/openclaw-workspace' }),
  remote: gitRemote.optional().meta({
    description: 'Without repository, for a host without such an API: what git fetches from, for hashes alone',
    example: 'git@git.example.com:acme/openclaw-workspace.git',
  }),
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
