import * as z from '../model/zod.ts';
import { described } from './described.ts';
import { date, envName, host, name, path, port, seconds, text } from './fields.ts';
import { gitRemote } from './git-remote.ts';

// How the deployment is reached: AWS, the instances, the gateway, the git host.

export const aws = z.strictObject({
  account: described(
    z
      .string('put the account in quotes: YAML reads it as a number otherwise')
      .check(z.regex(/^\d{12}$/, '12 digits, in quotes')),
    'The AWS account that must be looked at',
    '123456789012',
  ),
  region: described(
    z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'such as eu-west-1')),
    'The region of the deployment',
    'eu-west-1',
  ),
  profile: described(z.optional(name), 'Named profile of the AWS configuration', 'audit'),
  roleArn: described(
    z.optional(z.string().check(z.regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'the ARN of a role'))),
    'Role to assume before looking',
    'arn:aws:iam::123456789012:role/clawcheck',
  ),
  endpoint: described(
    z.optional(z.url()),
    'Other endpoint for every service; the run is then simulated',
    'http://127.0.0.1:5000',
  ),
});

export const ssh = z.strictObject({
  user: described(z._default(name, 'ec2-user'), 'Login on the instances'),
  port: described(z._default(port, 22), 'Port of sshd'),
  hosts: described(
    z._default(z.array(host), []),
    'Addresses to connect to; empty: the private address of each instance of the group',
  ),
  privateKeyFile: described(z.optional(text), 'Private key', '~/.ssh/id_ed25519'),
  passphraseEnv: described(
    z.optional(envName),
    'Environment variable with the passphrase of the key',
    'CLAWCHECK_PASSPHRASE',
  ),
  agent: described(z._default(z.boolean(), true), 'Use the SSH agent of SSH_AUTH_SOCK'),
  fingerprints: described(
    z._default(z.array(z.string().check(z.regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'SHA256: and 43 characters'))), []),
    'Host keys to trust, as ssh-keygen -l prints them',
  ),
  knownHostsFiles: described(
    z._default(z.array(text), ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts']),
    'Files with the host keys to trust; never written to',
  ),
  useConfig: described(z._default(z.boolean(), true), 'Read ~/.ssh/config through ssh -G where ssh is installed'),
  proxyJump: described(z.optional(text), 'Jump host', 'ops@bastion.example.com'),
  proxyCommand: described(
    z.optional(text),
    'Command that carries the connection, such as Session Manager',
    'aws ssm start-session --target i-0123456789abcdef0 --document-name AWS-StartSSHSession',
  ),
  tailscale: described(z._default(z.boolean(), false), 'Tailscale SSH: the server authenticates without a key'),
  connectSeconds: described(z._default(seconds, 20), 'Longest time to connect and authenticate'),
  trustConsoleKeys: described(
    z._default(z.boolean(), true),
    'Also trust the host keys that the instance printed on its EC2 console',
  ),
});

export const hostSettings = z.strictObject({
  agentUser: described(z._default(name, 'openclaw'), 'User that the gateway and its agents run as'),
  unit: described(z.optional(name), 'systemd unit of the gateway', 'openclaw-gateway.service'),
  stateDirectory: described(
    z._default(path, '/home/openclaw/.openclaw'),
    'State directory of the gateway (OPENCLAW_STATE_DIR)',
  ),
  configFile: described(
    z.optional(path),
    'Gateway configuration; default: openclaw.json in the state directory',
    '/etc/openclaw/openclaw.json',
  ),
  logFile: described(
    z.optional(path),
    'Log file of the gateway; default: as its configuration says, or /tmp/openclaw/openclaw-*.log',
    '/var/log/openclaw/gateway.log',
  ),
});

const auditFinding = z.strictObject({
  finding: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'the checkId of a finding')),
  reason: text,
  by: text,
  expires: date,
});

export const gateway = z.strictObject({
  port: described(z._default(port, 18789), 'Port of the gateway on the instance'),
  tokenEnv: described(
    z.optional(envName),
    'Environment variable (here, not on the host) with the gateway token',
    'CLAWCHECK_GATEWAY_TOKEN',
  ),
  minimumVersion: described(
    z._default(z.string().check(z.regex(/^\d{4}\.\d{1,2}\.\d{1,3}$/, 'such as 2026.6.5')), '2026.6.5'),
    'Lowest version without a known vulnerability',
  ),
  startSeconds: described(z._default(seconds, 60), 'How long the gateway may take to become ready'),
  sandboxMode: described(
    z._default(z.enum(['off', 'non-main', 'all']), 'all'),
    'Sandbox mode that must be in force for every agent',
  ),
  selfAudit: described(
    z._default(z.boolean(), true),
    'Run openclaw security audit on the instance, at the lowest priority: 7 s of CPU, 400 MB of memory',
  ),
  openclawCommand: described(
    z.optional(path),
    'The openclaw command on the instance; default: beside the Node, or in the PATH, of the gateway',
    '/usr/local/bin/openclaw',
  ),
  acceptedAuditFindings: described(
    z._default(z.array(auditFinding), []),
    'Critical findings of its own audit that are accepted for a time: finding, reason, by, expires',
    [
      {
        finding: 'fs.config.perms_world_readable',
        reason: 'The file holds references only',
        by: 'A. Name',
        expires: '2026-07-31',
      },
    ],
  ),
});

export const git = z.strictObject({
  api: described(z._default(z.url(), 'https://api.github.com'), 'REST API of GitHub or GitHub Enterprise'),
  repository: described(
    z.optional(z.string().check(z.regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name'))),
    'Repository of the workspace and skills',
    'acme/openclaw-workspace',
  ),
  remote: described(
    z.optional(gitRemote),
    'Without repository, for a host without such an API: what git fetches from, for hashes alone',
    'git@git.example.com:acme/openclaw-workspace.git',
  ),
  branch: described(z._default(name, 'main'), 'Branch that is deployed'),
  tokenEnv: described(z._default(envName, 'GITHUB_TOKEN'), 'Environment variable with a read token'),
  minimumReviews: described(
    z._default(z.number().check(z.int(), z.minimum(1), z.maximum(6)), 1),
    'Approving reviews that a change needs',
  ),
  approvedBypass: described(z._default(z.array(text), []), 'Who may bypass the protection, by name or type:id'),
});
