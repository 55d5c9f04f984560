import {
  type AllowEntry,
  type ExecApprovals,
  type ExecAsk,
  type ExecSecurity,
  execAsks,
  execSecurities,
} from '../probes/gateway/exec-approvals.ts';
import { agentSettings, isSettings, settingsAt, valueAt } from './gateway-config.ts';

/** How commands of one agent are gated, after configuration and the host's document have been put together. */
export interface ExecPolicy {
  readonly security: ExecSecurity;
  readonly ask: ExecAsk;
  readonly askFallback: ExecSecurity;
  readonly autoAllowSkills: boolean;
  /** A model may approve in place of a person. */
  readonly reviewedByModel: boolean;
  readonly allowlist: readonly AllowEntry[];
  readonly mcpTools: ExecApprovals['defaults']['mcpTools'];
}

const modes = new Map<unknown, readonly [ExecSecurity, ExecAsk]>([
  ['deny', ['deny', 'off']],
  ['allowlist', ['allowlist', 'off']],
  ['ask', ['allowlist', 'on-miss']],
  ['auto', ['allowlist', 'on-miss']],
  ['full', ['full', 'off']],
]);

/**
 * The stricter of what the configuration asks for and what the host's document demands, for one agent. A word that is
 * not known counts as the most permissive: what a gateway makes of it is not known either.
 */
export function execPolicy(config: unknown, approvals: ExecApprovals, agent: string): ExecPolicy {
  const requested = requestedPolicy(config, agent);
  const own = Object.hasOwn(approvals.agents, agent) ? approvals.agents[agent] : undefined;
  const every = approvals.agents['*'];
  const field = <K extends 'security' | 'ask' | 'askFallback' | 'autoAllowSkills'>(key: K) =>
    own?.[key] ?? every?.[key] ?? approvals.defaults[key];
  return {
    security: stricter(execSecurities, requested.security, field('security') ?? 'full'),
    ask: moreAsking(requested.ask, field('ask') ?? 'off'),
    askFallback: field('askFallback') ?? 'deny',
    autoAllowSkills: field('autoAllowSkills') ?? false,
    reviewedByModel: requested.mode === 'auto',
    allowlist: [...(every?.allowlist ?? []), ...(own?.allowlist ?? [])],
    mcpTools: [...(every?.mcpTools ?? []), ...(own?.mcpTools ?? [])],
  };
}

/**
 * What the host's document alone holds: a sender who may give commands sets the rest anew for one message, with
 * `/exec security=full ask=off`.
 */
export function hostFloor(
  approvals: ExecApprovals,
  agent: string,
): Pick<ExecPolicy, 'security' | 'ask' | 'reviewedByModel'> {
  const { security, ask } = execPolicy({ tools: { exec: { mode: 'full' } } }, approvals, agent);
  return { security, ask, reviewedByModel: false };
}

/** Whether the configuration itself denies all commands of an agent, wherever they would run. */
export function isDeniedByConfig(config: unknown, agent: string): boolean {
  return requestedPolicy(config, agent).security === 'deny';
}

/** A mode replaces both words of its own level; a level that says nothing leaves it to the one above. */
function requestedPolicy(config: unknown, agent: string): { security: ExecSecurity; ask: ExecAsk; mode: unknown } {
  const shared = settingsAt(config, 'tools.exec');
  const own = valueAt(agentSettings(config, agent), 'tools.exec');
  const level = isSettings(own) && ['mode', 'security', 'ask'].some((key) => own[key] !== undefined) ? own : shared;
  const { mode } = level;
  if (mode !== undefined) {
    const [security, ask] = modes.get(mode) ?? ['full', 'off'];
    return { security, ask, mode };
  }
  const below = level === shared ? {} : shared;
  const [sharedSecurity, sharedAsk] = modes.get(below['mode']) ?? [below['security'], below['ask']];
  return {
    security: execSecurities.find((word) => word === (level['security'] ?? sharedSecurity)) ?? 'full',
    ask: execAsks.find((word) => word === (level['ask'] ?? sharedAsk)) ?? 'off',
    mode: undefined,
  };
}

/** Whether every command that is not on the allowlist waits for a person, or is not run at all. */
export function isGated({
  security,
  ask,
  reviewedByModel,
}: Pick<ExecPolicy, 'security' | 'ask' | 'reviewedByModel'>): boolean {
  if (security === 'deny') return true;
  if (reviewedByModel) return false;
  return ask === 'always' || (ask === 'on-miss' && security === 'allowlist');
}

/** Programs that run whatever they are told: allowing one of them allows everything. */
const interpreters = new RegExp(
  `^(?:${[
    '(?:r?ba|da|z|m?k|fi|t?c|ya|po|a)?sh[0-9.]*|(?:i?python|pypy|perl|ruby|irb|php|node|nodejs|lua|tclsh|guile)[0-9.]*',
    'deno|bun|java|tsx|ts-node|Rscript|racket|erl|elixir|iex|ghci|runghc|ocaml|swift|dotnet|expect|unbuffer|script|osascript|pwsh',
    'env|sudo|su|doas|runuser|setpriv|capsh|run-parts|start-stop-daemon|ld(?:-[^/]*)?\\.so[0-9.]*|kubectl|bwrap|fakeroot',
    'xargs|find|[gmn]?awk|original-awk|sed|make|ssh|nohup|timeout|time|nice|ionice|setsid|stdbuf|flock',
    'watch|parallel|chroot|unshare|nsenter|systemd-run|at|batch|crontab|gdb|strace|ltrace|busybox|toybox|npm|npx|pnpm|yarn|docker|podman',
    'vi|vim|view|ed|emacs|less|more|man|tar|socat|nc|ncat|zip|rsync|scp|sftp|git|screen|tmux|sqlite3|psql|mysql',
    'pip[0-9.]*|pipx|uvx?|cargo|go|gem|rake|bundle|composer|mvn|gradle|ant|ansible|ansible-playbook|groovy|jshell|julia|R',
    // The gateway's own command line decides on requests and changes the configuration.
    'openclaw',
  ].join('|')})$`,
);

/** The name of the program that a command or pattern starts with, without its folder. */
export function programOf(command: string): string {
  const [program = ''] = command.trim().split(/\s+/);
  return program.slice(program.lastIndexOf('/') + 1);
}

export function interprets(program: string): boolean {
  return interpreters.test(program);
}

/** Why an entry lets through more than one program; undefined when it does not. */
export function breadthOf({ pattern, argPattern }: AllowEntry): string | undefined {
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  if (!/[A-Za-z0-9]/.test(name) || /^\*|\*$/.test(name)) return 'a wildcard for any program';
  // A bracket or brace can stand for a letter: what else it stands for is not worked out here.
  if (/[[{?*]/.test(name)) return 'a pattern for more than one program';
  if (interprets(name) && !isBound(argPattern)) return 'a program that runs any command it is given';
  return undefined;
}

/** Whether an entry is of a program in one of some places: whoever may write there puts another one in its place. */
export function isIn({ pattern }: Pick<AllowEntry, 'pattern'>, places: readonly string[]): boolean {
  const [literal = ''] = pattern.split(/[*?[{]/);
  return pattern.startsWith('~') || literal.includes('/../') || places.some((place) => literal.startsWith(`${place}/`));
}

/** Whether arguments are bound to a few: by their digest, or by an expression for the whole of them. */
function isBound(argPattern: string | undefined): boolean {
  if (argPattern === undefined) return false;
  if (argPattern.startsWith('sha256:')) return true;
  if (!/^\^.*[^\\]\$$/s.test(argPattern) || /(?<!\\)\||[^\\]\$.|(?<!\\)\.[*+]/s.test(argPattern)) return false;
  return !/(\\[SWD]|\[\^[^\]]*\])[*+]/.test(argPattern);
}

function stricter(order: readonly ExecSecurity[], a: ExecSecurity, b: ExecSecurity): ExecSecurity {
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
}

function moreAsking(a: ExecAsk, b: ExecAsk): ExecAsk {
  return execAsks.indexOf(a) >= execAsks.indexOf(b) ? a : b;
}
