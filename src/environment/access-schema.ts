import * as z from '../model/zod.ts';
import { date, envName, host, means, name, path, port, seconds, text } from './fields.ts';
import { gitRemote } from './git-remote.ts';

// How the deployment is reached: AWS, the instances, the gateway, the git host.

export const aws = z.strictObject({
  account: z
    .string('put the account in quotes: YAML reads it as a number otherwise')
    .check(
      z.regex(/^\d{12}$/, '12 digits, in quotes'),
      means('The AWS account that must be looked at', '123456789012'),
    ),
  region: z
    .string()
    .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'such as eu-west-1'), means('The region of the deployment', 'eu-west-1')),
  profile: z.optional(name).check(means('Named profile of the AWS configuration', 'audit')),
  roleArn: z
    .optional(z.string().check(z.regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'the ARN of a role')))
    .check(means('Role to assume before looking', 'arn:aws:iam::123456789012:role/clawcheck')),
  endpoint: z
    .optional(z.url())
    .check(means('Other endpoint for every service; the run is then simulated', 'http://127.0.0.1:5000')),
});

export const ssh = z.strictObject({
  user: z._default(name, 'ec2-user').check(means('Login on the instances')),
  port: z._default(port, 22).check(means('Port of sshd')),
  hosts: z
    ._default(z.array(host), [])
    .check(means('Addresses to connect to; empty: the private address of each instance of the group')),
  privateKeyFile: z.optional(text).check(means('Private key', '~/.ssh/id_ed25519')),
  passphraseEnv: z
    .optional(envName)
    .check(means('Environment variable with the passphrase of the key', 'CLAWCHECK_PASSPHRASE')),
  agent: z._default(z.boolean(), true).check(means('Use the SSH agent of SSH_AUTH_SOCK')),
  fingerprints: z
    ._default(z.array(z.string().check(z.regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'SHA256: and 43 characters'))), [])
    .check(means('Host keys to trust, as ssh-keygen -l prints them')),
  knownHostsFiles: z
    ._default(z.array(text), ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'])
    .check(means('Files with the host keys to trust; never written to')),
  useConfig: z._default(z.boolean(), true).check(means('Read ~/.ssh/config through ssh -G where ssh is installed')),
  proxyJump: z.optional(text).check(means('Jump host', 'ops@bastion.example.com')),
  proxyCommand: z
    .optional(text)
    .check(
      means(
        'Command that carries the connection, such as Session Manager',
        'aws ssm start-session --target i-0123456789abcdef0 --document-name AWS-StartSSHSession',
      ),
    ),
  tailscale: z._default(z.boolean(), false).check(means('Tailscale SSH: the server authenticates without a key')),
  connectSeconds: z._default(seconds, 20).check(means('Longest time to connect and authenticate')),
  trustConsoleKeys: z
    ._default(z.boolean(), true)
    .check(means('Also trust the host keys that the instance printed on its EC2 console')),
});

export const hostSettings = z.strictObject({
  agentUser: z._default(name, 'openclaw').check(means('User that the gateway and its agents run as')),
  unit: z.optional(name).check(means('systemd unit of the gateway', 'openclaw-gateway.service')),
  stateDirectory: z
    ._default(path, '/home/openclaw/.openclaw')
    .check(means('State directory of the gateway (OPENCLAW_STATE_DIR)')),
  configFile: z
    .optional(path)
    .check(
      means('Gateway configuration; default: openclaw.json in the state directory', '/etc/openclaw/openclaw.json'),
    ),
  logFile: z
    .optional(path)
    .check(
      means(
        'Log file of the gateway; default: as its configuration says, or /tmp/openclaw/openclaw-*.log',
        '/var/log/openclaw/gateway.log',
      ),
    ),
});

const auditFinding = z.strictObject({
  finding: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'the checkId of a finding')),
  reason: text,
  by: text,
  expires: date,
});

export const gateway = z.strictObject({
  port: z._default(port, 18789).check(means('Port of the gateway on the instance')),
  tokenEnv: z
    .optional(envName)
    .check(means('Environment variable (here, not on the host) with the gateway token', 'CLAWCHECK_GATEWAY_TOKEN')),
  minimumVersion: z
    ._default(z.string().check(z.regex(/^\d{4}\.\d{1,2}\.\d{1,3}$/, 'such as 2026.6.5')), '2026.6.5')
    .check(means('Lowest version without a known vulnerability')),
  startSeconds: z._default(seconds, 60).check(means('How long the gateway may take to become ready')),
  sandboxMode: z
    ._default(z.enum(['off', 'non-main', 'all']), 'all')
    .check(means('Sandbox mode that must be in force for every agent')),
  selfAudit: z
    ._default(z.boolean(), true)
    .check(means('Run openclaw security audit on the instance, at the lowest priority: 7 s of CPU, 400 MB of memory')),
  openclawCommand: z
    .optional(path)
    .check(
      means(
        'The openclaw command on the instance; default: beside the Node, or in the PATH, of the gateway',
        '/usr/local/bin/openclaw',
      ),
    ),
  acceptedAuditFindings: z._default(z.array(auditFinding), []).check(
    means('Critical findings of its own audit that are accepted for a time: finding, reason, by, expires', [
      {
        finding: 'fs.config.perms_world_readable',
        reason: 'The file holds references only',
        by: 'A. Name',
        expires: '2026-07-31',
      },
    ]),
  ),
});

export const git = z.strictObject({
  api: z._default(z.url(), 'https://api.github.com').check(means('REST API of GitHub or GitHub Enterprise')),
  repository: z
    .optional(z.string().check(z.regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name')))
    .check(means('Repository of the workspace and skills', 'acme/openclaw-workspace')),
  remote: z
    .optional(gitRemote)
    .check(
      means(
        'Without repository, for a host without such an API: what git fetches from, for hashes alone',
        'git@git.example.com:acme/openclaw-workspace.git',
      ),
    ),
  branch: z._default(name, 'main').check(means('Branch that is deployed')),
  tokenEnv: z._default(envName, 'GITHUB_TOKEN').check(means('Environment variable with a read token')),
  minimumReviews: z
    ._default(z.number().check(z.int(), z.minimum(1), z.maximum(6)), 1)
    .check(means('Approving reviews that a change needs')),
  approvedBypass: z._default(z.array(text), []).check(means('Who may bypass the protection, by name or type:id')),
});
