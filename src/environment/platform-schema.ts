import * as z from 'zod';
import { cidr, days, envName, host, name, path, port, seconds, text } from './fields.ts';

// What is required of areas 1 to 4: infrastructure, soul documents, credentials, network.

const inboundRule = z.strictObject({
  from: z.union([cidr, z.string().regex(/^(sg|pl)-[0-9a-f]+$/, 'a CIDR range, sg-… or pl-…')]),
  port: port,
  reason: text,
});

export const infrastructure = z.strictObject({
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

export const soulDocuments = z.strictObject({
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

const integration = z.strictObject({
  name: text,
  account: text,
  owner: text,
  purpose: text,
  scopes: z.array(text).min(1),
  composio: text.optional(),
});

const loopbackOrTls = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$))/;

export const credentials = z.strictObject({
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
  canary: z
    .string()
    .regex(/^[A-Za-z0-9_-]{16,128}$/, '16 to 128 letters, digits, _ and -')
    .optional()
    .meta({
      description:
        'Value of a key without meaning in the secret of the gateway: where it is found, the secret was written',
      example: 'canary_put_32_random_characters_here',
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
  composio: z
    .strictObject({
      api: z
        .url()
        .regex(loopbackOrTls, 'https, or a server of this machine')
        .default('https://backend.composio.dev')
        .meta({ description: 'REST API of Composio' }),
      keyEnv: envName
        .default('COMPOSIO_API_KEY')
        .meta({ description: 'Environment variable with the key of the project' }),
      users: z
        .array(text.regex(/^[^,]+$/, 'without a comma'))
        .default([])
        .meta({
          description: 'Whose accounts the agent uses; none named: all of the project',
          example: ['openclaw-prod'],
        }),
    })
    .optional()
    .meta({ description: 'Composio, where it connects the agent: its accounts are compared with the integrations' }),
  integrations: z
    .array(integration)
    .default([])
    .meta({
      description:
        'Each connected service: name, bot account, owner, purpose, scopes; composio: the id of its account there',
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

export const endpoint = z.strictObject({
  host: host,
  port: port.default(443),
  tls: z.boolean().default(true),
});

export const network = z.strictObject({
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
  unapprovedResolvers: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .default(['1.1.1.1', '2606:4700:4700::1111'])
    .meta({ description: 'DNS servers on the internet that must not answer the instance over UDP/53, by address' }),
  controlFromHere: z.boolean().default(true).meta({
    description: 'Also try every destination from this machine: silence proves nothing where nobody gets an answer',
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
