import * as z from '../model/zod.ts';
import { described } from './described.ts';
import { seconds, text } from './fields.ts';

const gate = z.strictObject({
  action: text,
  tool: z.optional(text),
  pattern: z.optional(text),
  /** The plugin whose hook asks before the tool runs. */
  plugin: z.optional(text),
  threshold: text,
  approvers: z.array(text).check(z.minLength(1)),
  timeoutSeconds: z.int().check(z.minimum(1), z.maximum(86_400)),
  onTimeout: z.enum(['deny', 'allow']),
  /** Arguments of the tool that harm nothing when it is run with them; `--active` calls it so. */
  canary: z.optional(z.record(z.string(), z.unknown())),
});

const person = z.strictObject({
  name: text,
  role: z.enum(['admin', 'builder', 'operator', 'viewer']),
  /** How the gateway knows the person: `channel:id`, as in `commands.ownerAllowFrom`. */
  ids: z._default(
    z.array(z.string().check(z.regex(/^[a-z][a-z0-9-]*:[A-Za-z0-9@._+:-]+$/, 'channel:id, such as slack:U0123ABCD'))),
    [],
  ),
});

/** Area 8: the actions that wait for a human. */
export const approvalGates = z.strictObject({
  gates: described(
    z._default(z.array(gate), []),
    'Each gate: action, tool or pattern, plugin, threshold, approvers, timeoutSeconds, onTimeout, canary (harmless arguments for --active)',
    [
      {
        action: 'Send an e-mail to a client',
        tool: 'send_email',
        threshold: 'every message',
        approvers: ['ops-lead'],
        timeoutSeconds: 1800,
        onTimeout: 'deny',
      },
    ],
  ),
  people: described(
    z._default(z.array(person), []),
    'Who has which role: name, role (admin, builder, operator, viewer), ids (channel:id)',
    [{ name: 'ops-lead', role: 'operator', ids: ['slack:U0123ABCD'] }],
  ),
  agents: described(
    z._default(z.array(text), []),
    'Agents that must be there, and that --active tries; empty: tries every one. All are judged',
  ),
  canaryExpirySeconds: described(
    z._default(seconds.check(z.maximum(3600)), 60),
    'With --active: longest time for which a request is left to expire; else that is not tried',
  ),
});

const owner = z.strictObject({ name: text, contact: text });

/** Who answers for what, by name. */
export const owners = z.strictObject({
  modelBehaviour: described(z.optional(owner), 'What the model says', { name: 'A. Name', contact: 'a@example.com' }),
  permissions: described(z.optional(owner), 'What the agent may reach', { name: 'B. Name', contact: 'b@example.com' }),
  workflowDesign: described(z.optional(owner), 'What the agent is for', { name: 'C. Name', contact: 'c@example.com' }),
  incidentResponse: described(z.optional(owner), 'Who stops it', { name: 'D. Name', contact: 'd@example.com' }),
});

export type Gate = z.infer<typeof gate>;
