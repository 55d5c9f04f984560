// A plugin of the gateway with one tool and a hook that asks before it runs. What it ran with is written to
// deleted.log in its home.
import { appendFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const tool = 'crm_delete_record';

export default {
  id: 'crm-gate',
  name: 'CRM gate',
  description: 'A tool whose calls wait for an approval',
  register(api) {
    api.registerTool({
      name: tool,
      description: 'Deletes a record',
      parameters: { type: 'object', properties: { id: { type: 'string' } } },
      async execute(_call, { id }) {
        appendFileSync(join(homedir(), 'deleted.log'), `${id}\n`);
        return { content: [{ type: 'text', text: `deleted ${id}` }] };
      },
    });
    api.on('before_tool_call', async ({ toolName, params }) => {
      if (toolName !== tool) return undefined;
      const description = `Record ${params.id}`;
      const decisions = { allowedDecisions: ['allow-once', 'deny'], timeoutMs: 3000 };
      return { requireApproval: { title: 'Delete a record', description, severity: 'critical', ...decisions } };
    });
  },
};
