import { createHash } from 'node:crypto';
import { logEvents } from '../../../src/probes/aws/log-events.ts';
import { allSecrets } from '../../../src/probes/aws/secrets.ts';
import { repositorySkills } from '../../../src/probes/files/skills.ts';
import { agentWorkspaces, gatewayAgents, gatewayConfig } from '../../../src/probes/gateway/config.ts';
import { configEnvironment } from '../../../src/probes/gateway/config-environment.ts';
import { execApprovals } from '../../../src/probes/gateway/exec-approvals.ts';
import { ownSessions } from '../../../src/probes/gateway/sessions.ts';
import { gatewaySkills } from '../../../src/probes/gateway/skills.ts';
import { knownTools } from '../../../src/probes/gateway/tool-catalog.ts';
import { head } from '../../../src/probes/git/head.ts';
import { tree } from '../../../src/probes/git/tree.ts';
import { defaultPlan, type HostFile, type LabOptions } from './options.ts';
import { agentHome, workspacePath } from './seed.ts';

const skill = '---\nname: lab\ndescription: Says the time.\n---\n\nSay the time.\n';
const documents = { ...defaultPlan.documents, 'skills/lab/SKILL.md': skill };

/** Neither tool can be had in the lab as it is on an instance: what they print is of their documented form. */
const program = (name: string, ...lines: string[]): HostFile => {
  return { path: `/opt/programs/${name}`, content: `#!/bin/sh\n${lines.join('\n')}\n`, mode: 0o755 };
};
const tailscaleStatus = {
  Version: '1.80.0',
  BackendState: 'Running',
  Self: { ID: 'n1', Online: true, KeyExpiry: '2030-01-02T03:04:05Z', Capabilities: ['x'] },
  MagicDNSSuffix: 'tail1.ts.net',
};
const denied = 'An error occurred (AccessDeniedException) when calling the GetSecretValue operation: not authorized';

/** What `openclaw security audit --json` prints of a gateway that it finds so much on. */
const audit = (critical: number) => ({
  findings: [
    { checkId: 'summary.attack_surface', severity: 'info', title: 't', detail: 'd' },
    ...Array(critical).fill({ checkId: 'gateway.bind_no_auth', severity: 'critical', title: 't', detail: 'd' }),
  ],
  summary: { critical, warn: 0, info: 1 },
});

/** With a critical finding, or a field as plain text (`openclaw secrets audit --json`), where the file for it is there. */
const openclaw = `import { existsSync } from 'node:fs';
const plain = existsSync('/opt/openclaw/plaintext') ? [{ code: 'PLAINTEXT_FOUND', severity: 'warn', jsonPath: 'hooks.token' }] : [];
const secrets = { version: 1, status: plain.length > 0 ? 'findings' : 'clean', summary: { plaintextCount: plain.length }, findings: plain };
const audit = existsSync('/opt/openclaw/critical') ? ${JSON.stringify(audit(1))} : ${JSON.stringify(audit(0))};
console.log(JSON.stringify(process.argv[2] === 'secrets' ? secrets : audit));
`;

/** The host as it should be, with all that its checks look at. */
export const goodHost: LabOptions = {
  documents,
  files: [
    // Of root: the gateway's tools run outside a sandbox here, and may not change it.
    {
      path: '/etc/openclaw/openclaw.json',
      content: '{"gateway":{"port":18789},"logging":{"file":"/var/log/openclaw/gateway.log"}}\n',
    },
    { path: '/var/log/openclaw/gateway.log', content: 'started\nready\n', owner: 'openclaw', mode: 0o600 },
    {
      path: `${agentHome}/.openclaw/agents/main/sessions/one.jsonl`,
      content: '{"type":"message","text":"hello"}\n',
      owner: 'openclaw',
      mode: 0o600,
    },
    { path: '/opt/tailscale.json', content: `${JSON.stringify(tailscaleStatus, undefined, 2)}\n` },
    { path: '/opt/serve.json', content: '{}\n' },
    { path: '/opt/openclaw/openclaw.mjs', content: openclaw },
    program('tailscale', 'case $1 in status) cat /opt/tailscale.json;; serve) cat /opt/serve.json;; esac'),
    program(
      'aws',
      'case "$*" in',
      '*get-caller-identity*) echo arn:aws:sts::123456789012:assumed-role/openclaw-prod/i-0123456789abcdef0;;',
      '*prod/gateway*) echo arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway-AbCdEf;;',
      '*) [ ! -e /opt/aws-allows ] || exit 0',
      `  echo "$(cat /opt/aws-error 2>/dev/null || echo '${denied}')" >&2; exit 254;;`,
      'esac',
    ),
  ],
};

/** What the environment file says of the lab beside what is the same for every lab. */
export const goodHostEnvironment = {
  'soulDocuments.documents': Object.keys(defaultPlan.documents),
  'soulDocuments.repositoryPath': '.',
  'soulDocuments.fileSystemId': 'fs-0123456789abcdef0',
  'skills.directory': 'skills',
  'gateway.selfAudit': true,
  'gateway.openclawCommand': '/opt/openclaw/openclaw.mjs',
  'host.configFile': '/etc/openclaw/openclaw.json',
  'host.logFile': '/var/log/openclaw/gateway.log',
};

const blob = (text: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const none = { events: 1, characters: 5, from: new Date(0), to: new Date(0), found: {} };

/**
 * What AWS, the git host, the files beside the environment file and the gateway's own interface would say of the good
 * deployment. The lab has none of them; everything else comes from its host over SSH.
 */
export const knownOfGoodHost: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  [gatewayAgents, ['main']],
  [agentWorkspaces, { main: workspacePath }],
  [configEnvironment, { credentials: [], variables: 0, loginShell: false, waysRound: [] }],
  [
    gatewayConfig,
    {
      inForce: {
        gateway: { bind: 'loopback', auth: { mode: 'token' } },
        agents: { defaults: { workspace: workspacePath } },
        skills: { workshop: { autonomous: { mode: 'off' } } },
        tools: { deny: ['gateway', 'openclaw'] },
        logging: { file: '/var/log/openclaw/gateway.log' },
      },
      path: '/etc/openclaw/openclaw.json',
      differsFromFile: false,
    },
  ],
  [ownSessions, []],
  [knownTools, {}],
  [gatewaySkills, [{ agent: 'main', name: 'lab', source: 'openclaw-workspace' }]],
  [execApprovals, { defaults: { allowlist: [], mcpTools: [] }, agents: {} }],
  [allSecrets, ['openclaw/prod/gateway', 'openclaw/prod/monitoring'].map((Name) => ({ Name, ARN: Name }))],
  [logEvents, [{ name: '/openclaw/prod/session', kind: 'session', searched: none, newest: {}, session: [] }]],
  [head, { branch: 'main', commit: 'c'.repeat(40), tree: 'd'.repeat(40), protected: true }],
  [tree, Object.entries(documents).map(([path, text]) => ({ path, mode: '100644', blob: blob(text) }))],
  [
    repositorySkills,
    {
      directory: 'skills',
      skills: [{ folder: 'lab', name: 'lab', files: [{ path: 'SKILL.md', sha256: sha256(skill) }] }],
      stray: [],
    },
  ],
]);
