import type { Environment } from '../environment/schema.ts';
import type { HostProbe, Probe, ProbeKind } from '../model/probe.ts';
import { allowed } from '../ports/aws-operations.ts';
import type { HostProgram } from '../ports/host.ts';
import { consoleKeys } from '../probes/aws/console-keys.ts';
import { probeCalls } from '../probes/calls.ts';
import { gateCanary } from '../probes/gateway/gate-canary.ts';
import { head } from '../probes/git/head.ts';
import { tree } from '../probes/git/tree.ts';
import { destinations } from '../probes/host/egress.ts';
import { isHostScoped, probesOf } from './gather.ts';
import { plan, type Registry, type Selection } from './plan.ts';
import { boundProbes } from './run.ts';

/** One thing that a run may ask, and the probes that ask it. */
export interface Asked {
  readonly call: string;
  readonly probes: readonly string[];
}

/** Something that a probe tries, in words. */
export interface Attempt {
  readonly probe: string;
  readonly what: string;
}

/** All that a run could do, told from the declarations alone. */
export interface Outline {
  readonly checks: number;
  /** AWS operations, with the IAM action that each needs; null where none is needed. */
  readonly aws: readonly (Asked & { readonly action: string | null })[];
  /** The parts of the one script that each host gets. */
  readonly host: readonly HostProgram[];
  /** Connections that the hosts try, as the agent's user. */
  readonly egress: ReturnType<typeof destinations>;
  /** The same, tried from the machine that clawcheck runs on. */
  readonly fromHere: ReturnType<typeof destinations>;
  /** What else the hosts ask over the network. */
  readonly hostAsks: readonly Attempt[];
  readonly gateway: readonly Asked[];
  readonly git: readonly Asked[];
  /** Nothing where the environment file names no Composio. */
  readonly composio: readonly Asked[];
  /** Probes that read files beside the environment file. */
  readonly files: readonly string[];
  readonly writes: readonly Attempt[];
}

/**
 * @param active whether the run would have consent to experiments that act
 * @throws UsageError for an area or check that does not exist
 */
export function outlineOf(registry: Registry, environment: Environment, selection: Selection, active = false): Outline {
  const { checks } = plan(registry, selection);
  const judged = checks.filter(({ id }) => !environment.notApplicable.some(({ check }) => check === id));
  const needsHost = judged.some(({ check }) =>
    Object.values(check.needs).some((p) => isHostScoped(p as Probe<unknown>)),
  );
  const { ssh } = environment;
  const asksConsole = needsHost && ssh.hosts.length === 0 && ssh.trustConsoleKeys && ssh.fingerprints.length === 0;
  const acting = (p: Probe<unknown>) => p.id === gateCanary.id;
  const probes = [
    ...probesOf([boundProbes, asksConsole ? { consoleKeys } : {}, ...judged.map(({ check }) => check.needs)]),
  ].filter((p) => active || !acting(p));
  const host = needsHost ? probes.filter((p): p is HostProbe<unknown> => p.kind === 'host') : [];
  const ids = new Set(probes.map(({ id }) => id));
  return {
    checks: checks.length,
    aws: asked(probes, 'aws').map((item) => ({ ...item, action: actionOf(item.call) })),
    host: host.map((p) => ({
      id: p.id,
      as: p.as,
      seconds: p.seconds(environment),
      script: p.script(environment),
    })),
    egress: ids.has('host/egress') ? destinations(environment) : [],
    fromHere: ids.has('vantage/reachable') && environment.network.controlFromHere ? destinations(environment) : [],
    hostAsks: asksOf(ids, environment),
    gateway: asked(probes, 'gateway'),
    git: gitCalls(probes, environment),
    composio: composioCalls(probes, environment),
    files: probes.filter(({ kind }) => kind === 'files').map(({ id }) => id),
    writes: writesOf(ids, environment),
  };
}

/** The calls that one probe may make of its port, as the generated table has them, or as an extension declares them. */
export function callsOf({ id, calls }: Pick<Probe<unknown>, 'id' | 'calls'>): readonly string[] {
  return calls ?? (probeCalls[id] ?? '').split(', ').filter((call) => call !== '');
}

function asked(probes: readonly Probe<unknown>[], kind: ProbeKind): Asked[] {
  const byCall = new Map<string, string[]>();
  for (const probe of probes) {
    if (probe.kind !== kind) continue;
    for (const call of callsOf(probe)) byCall.set(call, [...(byCall.get(call) ?? []), probe.id]);
  }
  return [...byCall].map(([call, ids]) => ({ call, probes: ids.sort() })).sort((a, b) => (a.call < b.call ? -1 : 1));
}

/** The IAM action behind an operation of the allow-list; null where none is needed. */
export function actionOf(operation: string): string | null {
  const rule = allowed().get(operation);
  return rule?.action === undefined ? operation : rule.action;
}

function gitCalls(probes: readonly Probe<unknown>[], environment: Environment): Asked[] {
  const { git } = environment;
  if (git?.repository !== undefined)
    return asked(probes, 'git').map(({ call, ...more }) => ({ call: filledIn(call, environment), ...more }));
  if (git?.remote === undefined) return [];
  const ids = probes.flatMap(({ id }) => (id === head.id || id === tree.id ? [id] : []));
  return ids.length === 0 ? [] : [{ call: `git ls-remote and git fetch of ${git.branch}`, probes: ids.sort() }];
}

function composioCalls(probes: readonly Probe<unknown>[], { credentials }: Environment): Asked[] {
  const ids = probes.flatMap(({ id, kind }) => (kind === 'composio' ? [id] : []));
  if (!credentials.composio || ids.length === 0) return [];
  return [{ call: `GET ${credentials.composio.api}/api/v3/connected_accounts`, probes: ids }];
}

/** What a path is made of is known but for the commit and what the host lists. */
function filledIn(path: string, { git, skills }: Environment): string {
  const values: Record<string, string> = {
    '{base}': `/repos/${git?.repository}`,
    '{encodedBranch}': encodeURIComponent(git?.branch ?? ''),
    '{file}': encodeURIComponent(skills.workflow.split('/').at(-1) ?? ''),
    '{head.tree}': '{tree}',
    '{query}': 'event={event}&created={since}',
  };
  return path.replaceAll(/\{[\w.]+\}/g, (placeholder) => values[placeholder] ?? placeholder);
}

function asksOf(ids: ReadonlySet<string>, { aws, credentials }: Environment): Attempt[] {
  const foreign = credentials.foreignSecret ?? credentials.monitoringSecret;
  const known: Attempt[] = [
    { probe: 'host/identity', what: 'the metadata service (169.254.169.254): the identity document, with a token' },
    { probe: 'host/metadata-service', what: 'the metadata service: with and without a token, over IPv4 and IPv6' },
    {
      probe: 'host/secret-reads',
      what:
        foreign === undefined
          ? 'nothing: no credentials.foreignSecret is named'
          : `Secrets Manager and STS in ${aws.region}, with the AWS CLI of the host and the role of the instance: whether ` +
            `it may read ${credentials.secret} and ${foreign}. The values are thrown away on the host`,
    },
    { probe: 'host/administration', what: 'the Tailscale daemon of the host itself: its status' },
  ];
  return known.filter(({ probe }) => ids.has(probe));
}

function writesOf(ids: ReadonlySet<string>, environment: Environment): Attempt[] {
  const { soulDocuments, gateway, monitoring, approvalGates } = environment;
  const { workspace, runtime, documents } = soulDocuments;
  const canaries = approvalGates.gates.flatMap(({ tool, canary }) => (tool && canary ? [tool] : []));
  const attempts = (user: string) =>
    `as ${user}, through the mounts of the gateway: a new empty file in ${workspace} and in ${runtime}, removed at once; ` +
    `${documents.join(', ')} opened for appending, with nothing appended; one of them renamed and renamed back, ` +
    'only where the mount is read-only';
  const known: Attempt[] = [
    { probe: 'host/agent-write-attempts', what: attempts("the agent's user") },
    { probe: 'host/root-write-attempts', what: attempts('root') },
    {
      probe: 'gateway/approval-rehearsal',
      what:
        `on the gateway (port ${gateway.port}): two requests for approval of a command that no agent waits for; one is ` +
        'denied, one is left to expire. Nothing is run. Both stay in its history',
    },
    {
      probe: 'gateway/gate-canary',
      what:
        `on the gateway (port ${gateway.port}), for ${approvalGates.agents.join(', ') || 'every agent'}: two messages, in ` +
        'sessions of their own, that ask for touch on a new file in /tmp; the command is denied once and allowed once, so ' +
        'the file is made once, and removed. Costs about four model calls an agent. ' +
        (canaries.length > 0
          ? `Then ${canaries.join(', ')} with the arguments of the canary: denied, and allowed once, so it is run once. `
          : '') +
        `A request that stays open for at most ${approvalGates.canaryExpirySeconds} s is also left to expire. Approvers ` +
        'are notified of each request; all decisions stay in the history, and an archive of each session on the host',
    },
    ...(environment.skills.promptfoo
      ? [
          {
            probe: 'files/eval-configs',
            what:
              `on this machine: ${environment.skills.promptfoo} runs each configuration of skills.evalConfigs that is a ` +
              'program, with an echo in the place of its models. With --run-evals it evaluates all of them against their ' +
              'models. Its own files go into a temporary folder',
          },
        ]
      : []),
    ...(gateway.selfAudit
      ? [
          {
            probe: 'host/self-audit',
            what:
              "as the agent's user, at the lowest priority and for at most a minute: openclaw security audit --json, and beside it openclaw secrets audit --json, which fetches no secret. It " +
              'only reads, but OpenClaw may tighten the modes of its own state and write to its own caches',
          },
        ]
      : []),
    ...(monitoring.agentTurn
      ? [
          {
            probe: 'gateway/agent-turn',
            what:
              `on the gateway (port ${gateway.port}): one message to an agent, which answers it with one model call. The ` +
              'session agent:main:clawcheck keeps both',
          },
        ]
      : []),
  ];
  return known.filter(({ probe }) => ids.has(probe));
}
