import type { Gate } from '../environment/gates-schema.ts';
import type { Finding } from '../model/check.ts';
import { count } from '../model/text.ts';
import type { GateExceptions } from '../probes/gateway/gate-exceptions.ts';
import type { OwnSession } from '../probes/gateway/sessions.ts';
import { interprets, isIn, programOf } from './exec-policy.ts';
import { agentSettings, agentValue, settingsAt, shown, textsAt, valueAt } from './gateway-config.ts';
import { isSessionOf } from './sandbox.ts';

/** Tools that the gateway keeps from its HTTP interface by itself, because there nobody is asked. */
const keptFromHttp = [
  ...['exec', 'spawn', 'shell', 'process', 'fs_write', 'fs_delete', 'fs_move', 'apply_patch'],
  ...['sessions_spawn', 'sessions_send', 'cron', 'gateway', 'nodes'],
];

/** Sessions and standing grants that pass the gate of an agent. */
export function exceptionFindings(
  { sessions, grants }: GateExceptions,
  agent: string,
  gates: readonly Gate[],
): Finding<'exceptions'>[] {
  const open = sessions.filter((session) => isSessionOf(session, agent) && isOpen(session.mode));
  const own = grants.filter((grant) => grant.agent === agent);
  const named = own.filter(({ command }) => gates.some((gate) => covers(gate, command)));
  return [
    {
      fact: 'exceptions',
      subject: `sessions of agent ${shown(agent)}`,
      expected: 'none with a permission mode that runs commands without asking a person',
      observed:
        open
          .map(({ key, mode }) => `${shown(key)}: ${mode}`)
          .slice(0, 3)
          .join(', ') || 'none',
      ok: open.length === 0,
    },
    {
      fact: 'exceptions',
      subject: `standing grants of agent ${shown(agent)}`,
      expected: 'none for a command that a gate names, or that runs whatever it is given',
      observed: `${count(own.length, 'grant')} for one exact command each, ${named.length} of them such`,
      ok: named.length === 0,
    },
  ];
}

/** `workspace` lets a model approve; `full` asks nobody. */
const isOpen = (mode: OwnSession['mode']) => mode === 'full' || mode === 'workspace';

function covers({ pattern }: Gate, command: string): boolean {
  const program = programOf(command);
  return interprets(program) || (pattern !== undefined && programOf(pattern) === program);
}

/**
 * Settings by which commands run without the gate, for one agent.
 *
 * @param places where its user may write
 */
export function bypassFindings(config: unknown, agent: string, places: readonly string[]): Finding<'config'>[] {
  const bins = agentValue(config, agent, 'tools.exec.safeBins', 'tools.exec.safeBins');
  const safe = Array.isArray(bins) ? bins.map(String) : [];
  const unsafe = safe.filter((bin) => interprets(programOf(bin)));
  const folders = ['pathPrepend', 'safeBinTrustedDirs'].flatMap((key) =>
    [config, agentSettings(config, agent)].flatMap((holder) => textsAt(holder, `tools.exec.${key}`) ?? ['~']),
  );
  const writable = folders.filter((folder) => isIn({ pattern: `${folder}/program` }, places));
  const http = textsAt(settingsAt(config, 'gateway.tools'), 'allow') ?? ['*'];
  const acpx = valueAt(config, 'plugins.entries.acpx');
  const acpMode = valueAt(acpx, 'config.permissionMode');
  const acpOff = valueAt(config, 'acp.enabled') === false || valueAt(acpx, 'enabled') === false;
  const code = codeMode(config, agent);
  const opened = http.filter((tool) => tool === '*' || tool.includes(':') || keptFromHttp.includes(tool));
  return [
    {
      fact: 'config',
      subject: `tools.exec.safeBins for agent ${shown(agent)}`,
      expected: 'no program that runs whatever it is given',
      observed: unsafe.map(shown).join(', ') || count(safe.length, 'program'),
      ok: unsafe.length === 0 && (bins === undefined || Array.isArray(bins)),
    },
    {
      fact: 'config',
      subject: `tools.exec.pathPrepend and safeBinTrustedDirs for agent ${shown(agent)}`,
      expected: 'no folder where the agent may write, and put a program of its own under an allowed name',
      observed: `${writable.length} of ${folders.length}`,
      ok: writable.length === 0,
    },
    {
      fact: 'config',
      subject: 'gateway.tools.allow',
      expected: 'no tool that runs commands over HTTP, where nobody is asked',
      observed: opened.map(shown).join(', ') || count(http.length, 'tool'),
      ok: opened.length === 0,
    },
    {
      fact: 'config',
      subject: `tools.codeMode for agent ${shown(agent)}`,
      expected:
        'off, or with executor quickjs: node lets what a model writes out into the gateway, where nobody is asked',
      observed: code ?? 'not enabled',
      ok: code === undefined || code === 'quickjs',
    },
    {
      fact: 'config',
      subject: 'plugins.entries.acpx.config.permissionMode',
      expected: 'not approve-all: agents of other makers that are started over ACP ask by this alone',
      observed: acpOff ? 'ACP is off' : shown(acpMode),
      ok: acpOff || acpMode !== 'approve-all',
    },
  ];
}

/** By what the code of a model is run where the configuration enables that; its default depends on the model. */
function codeMode(config: unknown, agent: string): string | undefined {
  const own = agentSettings(config, agent);
  const levels = [own, config].map((holder) => valueAt(holder, 'tools.codeMode'));
  const first = (of: (level: unknown) => unknown) => levels.map(of).find((value) => value !== undefined);
  const enabled = first((level) => (typeof level === 'object' ? valueAt(level, 'enabled') : level)) ?? false;
  const models = [settingsAt(own, 'models'), settingsAt(config, 'agents.defaults.models')].flatMap(Object.values);
  if (enabled === false && !models.some((model) => valueAt(model, 'codeMode') === true)) return undefined;
  return shown(first((level) => valueAt(level, 'executor')) ?? 'node');
}
