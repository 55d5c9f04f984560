import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayHome } from './gateway-process.ts';

const plugin = fileURLToPath(new URL('./crm-gate', import.meta.url));

/** The tool of the plugin in crm-gate, which asks before it runs. */
export const gatedTool = 'crm_delete_record';

/** Puts the plugin into the home of a gateway. */
export function addPlugin({ home }: GatewayHome): void {
  cpSync(plugin, join(home, 'crm-gate'), { recursive: true });
}

/** The settings of a gateway that loads the plugin; it is a gate only where it is enabled too. */
export function pluginSettings({ home }: GatewayHome, enabled: boolean) {
  return { load: { paths: [join(home, 'crm-gate')] }, ...(enabled && { entries: { 'crm-gate': { enabled } } }) };
}

/** Puts one more plugin into the home, which throws when it is to register. */
export function addBrokenPlugin({ home }: GatewayHome): void {
  const folder = join(home, 'broken-gate');
  const id = 'broken-gate';
  const configSchema = { type: 'object', additionalProperties: false, properties: {} };
  mkdirSync(folder);
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id, name: id, description: id, configSchema }));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: id, version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.js'] } }),
  );
  const body = "register() { throw new Error('broken'); }";
  writeFileSync(join(folder, 'index.js'), `export default { id: '${id}', name: '${id}', description: '', ${body} };\n`);
}

/** The settings of a gateway that loads both plugins and enables the one that fails. */
export function brokenPluginSettings({ home }: GatewayHome) {
  const paths = ['crm-gate', 'broken-gate'].map((name) => join(home, name));
  return { load: { paths }, entries: { 'broken-gate': { enabled: true } } };
}

const gates = [
  { action: 'Run a command on the instance', tool: 'exec', threshold: 'every command' },
  {
    action: 'Delete a record of the CRM',
    tool: gatedTool,
    plugin: 'crm-gate',
    canary: { id: 'CLAWCHECK-CANARY' },
    threshold: 'every record',
  },
].map((gate) => ({ ...gate, approvers: ['ops-lead'], timeoutSeconds: 600, onTimeout: 'deny' }));

/** The keys of an environment file whose gates are those of this lab. */
export const gated = { 'approvalGates.gates': gates };

/** The same, with the plugin that fails behind the tool. */
export const brokenGate = {
  'approvalGates.gates': gates.map((gate) => ('plugin' in gate ? { ...gate, plugin: 'broken-gate' } : gate)),
};

/** What the tool was run with. */
export function deleted({ home }: GatewayHome): string[] {
  const log = join(home, 'deleted.log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
}

/** Files of a trial that are still there. */
export function leftInTmp(): string[] {
  return readdirSync('/tmp').filter((name) => /^clawcheck-[0-9a-f]{8}-.*-i-/.test(name));
}
