import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** What the tool was run with. */
export function deleted({ home }: GatewayHome): string[] {
  const log = join(home, 'deleted.log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
}

/** Files of a trial that are still there. */
export function leftInTmp(): string[] {
  return readdirSync('/tmp').filter((name) => /^clawcheck-[0-9a-f]{8}-.*-i-/.test(name));
}
