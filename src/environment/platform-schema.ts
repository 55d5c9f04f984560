import * as z from '../model/zod.ts';
import { described } from './described.ts';
import { cidr, days, envName, host, name, path, port, seconds, text } from './fields.ts';

// What is required of areas 1 to 4: infrastructure, soul documents, credentials, network.

const inboundRule = z.strictObject({
  from: z.union([cidr, z.string().check(z.regex(/^(sg|pl)-[0-9a-f]+$/, 'a CIDR range, sg-… or pl-…'))]),
  port: port,
  reason: text,
});

export const infrastructure = z.strictObject({
  autoScalingGroup: described(text, 'Auto Scaling Group of the gateway', 'openclaw-prod'),
  approvedInbound: described(
    z._default(z.array(inboundRule), []),
    'Inbound rules that are approved: from (CIDR in the VPC, or sg-…), port, reason',
    [{ from: '10.0.0.0/16', port: 18789, reason: 'health checks of the internal load balancer' }],
  ),
  healthCheckPath: described(
    z._default(z.enum(['/readyz', '/healthz', '/ready', '/health', '/startupz']), '/readyz'),
    'Path of the gateway that the target group asks',
  ),
  healthReporterTimer: described(
    z.optional(name),
    'systemd timer that reports an unhealthy gateway to the group, where no load balancer does',
    'openclaw-health.timer',
  ),
  hookSeconds: described(
    z.prefault(
      z.strictObject({
        minimum: described(z._default(seconds, 30), 'Shortest'),
        maximum: described(z._default(seconds, 3600), 'Longest'),
      }),
      {},
    ),
    'Bounds for the timeouts of lifecycle hooks',
  ),
  availabilityZones: described(z._default(z.int().check(z.minimum(1), z.maximum(6)), 2), 'Fewest zones'),
  replaceWithinSeconds: described(z._default(seconds, 900), 'Longest time to replace a failed instance'),
  replacementMaxAgeDays: described(z._default(days, 90), 'Oldest replacement that still counts'),
});

export const soulDocuments = z.strictObject({
  workspace: described(
    z._default(path, '/mnt/openclaw/workspace'),
    'Workspace with the behavioural documents, as the gateway sees it',
  ),
  runtime: described(z._default(path, '/mnt/openclaw/runtime'), 'Directory that the agent may write to'),
  documents: described(
    z._default(
      z.array(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'a relative path'))).check(z.minLength(1)),
      ['SOUL.md', 'IDENTITY.md', 'AGENTS.md'],
    ),
    'Documents that must be there',
  ),
  fileSystemId: described(
    z.string().check(z.regex(/^fs-[0-9a-f]+$/, 'such as fs-0123456789abcdef0')),
    'EFS file system of the workspace',
    'fs-0123456789abcdef0',
  ),
  workspaceAccessPoint: described(
    z.optional(z.string().check(z.regex(/^fsap-[0-9a-f]+$/))),
    'Access point of the workspace',
    'fsap-0123456789abcdef0',
  ),
  repositoryPath: described(
    z._default(z.string().check(z.regex(/^[A-Za-z0-9._/-]*$/)), 'workspace'),
    'Folder of the documents in the git repository',
  ),
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
  secret: described(text, 'Secret of the gateway in Secrets Manager (name or ARN)', 'openclaw/prod/gateway'),
  monitoringSecret: described(
    z.optional(text),
    'Secret of the alerting, apart from the gateway',
    'openclaw/prod/monitoring',
  ),
  foreignSecret: described(
    z.optional(text),
    'Another existing secret that the instance must not be able to read',
    'openclaw/prod/monitoring',
  ),
  canary: described(
    z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,128}$/, '16 to 128 letters, digits, _ and -'))),
    'Value of a key without meaning in the secret of the gateway: where it is found, the secret was written',
    'canary_put_32_random_characters_here',
  ),
  rotationDays: described(z._default(days, 90), 'Oldest value of a secret or key'),
  hopLimit: described(
    z._default(z.number().check(z.int(), z.minimum(1), z.maximum(3)), 1),
    'Highest metadata hop limit (2 for containers)',
  ),
  scanPaths: described(
    z._default(z.array(path), [
      '/home',
      '/root',
      '/etc',
      '/opt',
      '/srv',
      '/var/lib/cloud',
      '/var/log',
      '/tmp',
      '/var/tmp',
    ]),
    'Where to look for credentials in plain text, beside the state directory and the workspace',
  ),
  composio: described(
    z.optional(
      z.strictObject({
        api: described(
          z._default(
            z.url().check(z.regex(loopbackOrTls, 'https, or a server of this machine')),
            'https://backend.composio.dev',
          ),
          'REST API of Composio',
        ),
        keyEnv: described(z._default(envName, 'COMPOSIO_API_KEY'), 'Environment variable with the key of the project'),
        users: described(
          z._default(z.array(text.check(z.regex(/^[^,]+$/, 'without a comma'))), []),
          'Whose accounts the agent uses; none named: all of the project',
          ['openclaw-prod'],
        ),
      }),
    ),
    'Composio, where it connects the agent: its accounts are compared with the integrations',
  ),
  integrations: described(
    z._default(z.array(integration), []),
    'Each connected service: name, bot account, owner, purpose, scopes; composio: the id of its account there',
    [
      {
        name: 'Slack',
        account: 'openclaw-bot',
        owner: 'Platform team',
        purpose: 'Support channel',
        scopes: ['chat:write'],
      },
    ],
  ),
});

export const endpoint = z.strictObject({
  host: host,
  port: z._default(port, 443),
  tls: z._default(z.boolean(), true),
});

export const network = z.strictObject({
  approvedHosts: described(
    z._default(z.array(endpoint), []),
    'Destinations that must answer: host, port (443), tls (true)',
    [{ host: 'api.anthropic.com', port: 443, tls: true }],
  ),
  approvedRanges: described(
    z._default(z.array(z.union([cidr, z.string().check(z.regex(/^(sg|pl)-[0-9a-f]+$/))])), []),
    'Ranges, prefix lists and groups that outbound rules may name',
    ['10.0.0.0/16', 'pl-0123456789abcdef0'],
  ),
  unapprovedHosts: described(
    z._default(z.array(endpoint), []),
    'Destinations that must time out; addresses are better than names',
    [{ host: '198.51.100.7', port: 443, tls: true }],
  ),
  unapprovedResolvers: described(
    z._default(z.array(z.union([z.ipv4(), z.ipv6()])), ['1.1.1.1', '2606:4700:4700::1111']),
    'DNS servers on the internet that must not answer the instance over UDP/53, by address',
  ),
  controlFromHere: described(
    z._default(z.boolean(), true),
    'Also try every destination from this machine: silence proves nothing where nobody gets an answer',
  ),
  timeoutSeconds: described(
    z._default(seconds.check(z.maximum(30)), 5),
    'After how long a silent connection counts as timed out',
  ),
  administration: described(
    z._default(z.enum(['tailscale', 'ssm']), 'tailscale'),
    'The only way in for administrators',
  ),
});
