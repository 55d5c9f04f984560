import * as z from 'zod';
import { seconds, text } from './fields.ts';

const gate = z.strictObject({
  action: text,
  tool: text.optional(),
  pattern: text.optional(),
  /** The plugin whose hook asks before the tool runs. */
  plugin: text.optional(),
  threshold: text,
  approvers: z.array(text).min(1),
  timeoutSeconds: z.number().int().min(1).max(86_400),
  onTimeout: z.enum(['deny', 'allow']),
  /** Arguments of the tool that harm nothing when it is run with them; `--active` calls it so. */
  canary: z.record(z.string(), z.unknown()).optional(),
});

const person = z.strictObject({
  name: text,
  role: z.enum(['admin', 'builder', 'operator', 'viewer']),
  /** How the gateway knows the person: `channel:id`, as in `commands.ownerAllowFrom`. */
  ids: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*:[A-Za-z0-9@._+:-]+$/, 'channel:id, such as slack:U0123ABCD'))
    .default([]),
});

/** Area 8: the actions that wait for a human. */
export const approvalGates = z.strictObject({
  gates: z
    .array(gate)
    .default([])
    .meta({
      description:
        'Each gate: action, tool or pattern, plugin, threshold, approvers, timeoutSeconds, onTimeout, canary (harmless arguments for --active)',
      example: [
        {
          action: 'Send an e-mail to a client',
          tool: 'send_email',
          threshold: 'every message',
          approvers: ['ops-lead'],
          timeoutSeconds: 1800,
          onTimeout: 'deny',
        },
      ],
    }),
  people: z
    .array(person)
    .default([])
    .meta({
      description: 'Who has which role: name, role (admin, builder, operator, viewer), ids (channel:id)',
      example: [{ name: 'ops-lead', role: 'operator', ids: ['slack:U0123ABCD'] }],
    }),
  agents: z.array(text).default([]).meta({
    description: 'Agents that must be there, and that --active tries; empty: tries every one. All are judged',
  }),
  canaryExpirySeconds: seconds
    .max(3600)
    .default(60)
    .meta({ description: 'With --active: longest time for which a request is left to expire; else that is not tried' }),
});

const owner = z.strictObject({ name: text, contact: text });

/** Who answers for what, by name. */
export const owners = z.strictObject({
  modelBehaviour: owner
    .optional()
    .meta({ description: 'What the model says', example: { name: 'A. Name', contact: 'a@example.com' } }),
  permissions: owner
    .optional()
    .meta({ description: 'What the agent may reach', example: { name: 'B. Name', contact: 'b@example.com' } }),
  workflowDesign: owner
    .optional()
    .meta({ description: 'What the agent is for', example: { name: 'C. Name', contact: 'c@example.com' } }),
  incidentResponse: owner
    .optional()
    .meta({ description: 'Who stops it', example: { name: 'D. Name', contact: 'd@example.com' } }),
});

export type Gate = z.infer<typeof gate>;
