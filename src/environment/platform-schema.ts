import * as z from '../model/zod.ts';
import { cidr, days, envName, host, means, name, path, port, seconds, text } from './fields.ts';

// What is required of areas 1 to 4: infrastructure, soul documents, credentials, network.

const inboundRule = z.strictObject({
  from: z.union([cidr, z.string().check(z.regex(/^(sg|pl)-[0-9a-f]+$/, 'a CIDR range, sg-… or pl-…'))]),
  port: port,
  reason: text,
});

export const infrastructure = z.strictObject({
  autoScalingGroup: text.check(means('Auto Scaling Group of the gateway', 'openclaw-prod')),
  approvedInbound: z
    ._default(z.array(inboundRule), [])
    .check(
      means('Inbound rules that are approved: from (CIDR in the VPC, or sg-…), port, reason', [
        { from: '10.0.0.0/16', port: 18789, reason: 'health checks of the internal load balancer' },
      ]),
    ),
  healthCheckPath: z
    ._default(z.enum(['/readyz', '/healthz', '/ready', '/health', '/startupz']), '/readyz')
    .check(means('Path of the gateway that the target group asks')),
  healthReporterTimer: z
    .optional(name)
    .check(
      means(
        'systemd timer that reports an unhealthy gateway to the group, where no load balancer does',
        'openclaw-health.timer',
      ),
    ),
  hookSeconds: z
    .prefault(
      z.strictObject({
        minimum: z._default(seconds, 30).check(means('Shortest')),
        maximum: z._default(seconds, 3600).check(means('Longest')),
      }),
      {},
    )
    .check(means('Bounds for the timeouts of lifecycle hooks')),
  availabilityZones: z._default(z.int().check(z.minimum(1), z.maximum(6)), 2).check(means('Fewest zones')),
  replaceWithinSeconds: z._default(seconds, 900).check(means('Longest time to replace a failed instance')),
  replacementMaxAgeDays: z._default(days, 90).check(means('Oldest replacement that still counts')),
});

export const soulDocuments = z.strictObject({
  workspace: z
    ._default(path, '/mnt/openclaw/workspace')
    .check(means('Workspace with the behavioural documents, as the gateway sees it')),
  runtime: z._default(path, '/mnt/openclaw/runtime').check(means('Directory that the agent may write to')),
  documents: z
    ._default(
      z.array(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'a relative path'))).check(z.minLength(1)),
      ['SOUL.md', 'IDENTITY.md', 'AGENTS.md'],
    )
    .check(means('Documents that must be there')),
  fileSystemId: z
    .string()
    .check(
      z.regex(/^fs-[0-9a-f]+$/, 'such as fs-0123456789abcdef0'),
      means('EFS file system of the workspace', 'fs-0123456789abcdef0'),
    ),
  workspaceAccessPoint: z
    .optional(z.string().check(z.regex(/^fsap-[0-9a-f]+$/)))
    .check(means('Access point of the workspace', 'fsap-0123456789abcdef0')),
  repositoryPath: z
    ._default(z.string().check(z.regex(/^[A-Za-z0-9._/-]*$/)), 'workspace')
    .check(means('Folder of the documents in the git repository')),
});

const integration = z.strictObject({
  name: text,
  account: text,
  owner: text,
  purpose: text,
  scopes: z.array(text).check(z.minLength(1)),
  composio: z.optional(text),
});

const loopbackOrTls = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$))/;

export const credentials = z.strictObject({
  secret: text.check(means('Secret of the gateway in Secrets Manager (name or ARN)', 'openclaw/prod/gateway')),
  monitoringSecret: z
    .optional(text)
    .check(means('Secret of the alerting, apart from the gateway', 'openclaw/prod/monitoring')),
  foreignSecret: z
    .optional(text)
    .check(means('Another existing secret that the instance must not be able to read', 'openclaw/prod/monitoring')),
  canary: z
    .optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,128}$/, '16 to 128 letters, digits, _ and -')))
    .check(
      means(
        'Value of a key without meaning in the secret of the gateway: where it is found, the secret was written',
        'canary_put_32_random_characters_here',
      ),
    ),
  rotationDays: z._default(days, 90).check(means('Oldest value of a secret or key')),
  hopLimit: z
    ._default(z.number().check(z.int(), z.minimum(1), z.maximum(3)), 1)
    .check(means('Highest metadata hop limit (2 for containers)')),
  scanPaths: z
    ._default(z.array(path), [
      '/home',
      '/root',
      '/etc',
      '/opt',
      '/srv',
      '/var/lib/cloud',
      '/var/log',
      '/tmp',
      '/var/tmp',
    ])
    .check(means('Where to look for credentials in plain text, beside the state directory and the workspace')),
  composio: z
    .optional(
      z.strictObject({
        api: z
          ._default(
            z.url().check(z.regex(loopbackOrTls, 'https, or a server of this machine')),
            'https://backend.composio.dev',
          )
          .check(means('REST API of Composio')),
        keyEnv: z
          ._default(envName, 'COMPOSIO_API_KEY')
          .check(means('Environment variable with the key of the project')),
        users: z
          ._default(z.array(text.check(z.regex(/^[^,]+$/, 'without a comma'))), [])
          .check(means('Whose accounts the agent uses; none named: all of the project', ['openclaw-prod'])),
      }),
    )
    .check(means('Composio, where it connects the agent: its accounts are compared with the integrations')),
  integrations: z._default(z.array(integration), []).check(
    means('Each connected service: name, bot account, owner, purpose, scopes; composio: the id of its account there', [
      {
        name: 'Slack',
        account: 'openclaw-bot',
        owner: 'Platform team',
        purpose: 'Support channel',
        scopes: ['chat:write'],
      },
    ]),
  ),
});

export const endpoint = z.strictObject({
  host: host,
  port: z._default(port, 443),
  tls: z._default(z.boolean(), true),
});

export const network = z.strictObject({
  approvedHosts: z
    ._default(z.array(endpoint), [])
    .check(
      means('Destinations that must answer: host, port (443), tls (true)', [
        { host: 'api.anthropic.com', port: 443, tls: true },
      ]),
    ),
  approvedRanges: z
    ._default(z.array(z.union([cidr, z.string().check(z.regex(/^(sg|pl)-[0-9a-f]+$/))])), [])
    .check(
      means('Ranges, prefix lists and groups that outbound rules may name', ['10.0.0.0/16', 'pl-0123456789abcdef0']),
    ),
  unapprovedHosts: z
    ._default(z.array(endpoint), [])
    .check(
      means('Destinations that must time out; addresses are better than names', [
        { host: '198.51.100.7', port: 443, tls: true },
      ]),
    ),
  unapprovedResolvers: z
    ._default(z.array(z.union([z.ipv4(), z.ipv6()])), ['1.1.1.1', '2606:4700:4700::1111'])
    .check(means('DNS servers on the internet that must not answer the instance over UDP/53, by address')),
  controlFromHere: z
    ._default(z.boolean(), true)
    .check(means('Also try every destination from this machine: silence proves nothing where nobody gets an answer')),
  timeoutSeconds: z
    ._default(seconds.check(z.maximum(30)), 5)
    .check(means('After how long a silent connection counts as timed out')),
  administration: z
    ._default(z.enum(['tailscale', 'ssm']), 'tailscale')
    .check(means('The only way in for administrators')),
});
