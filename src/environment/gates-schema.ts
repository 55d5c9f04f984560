import * as z from 'zod';

const text = z.string().min(1).max(2048);

const gate = z.strictObject({
  action: text,
  tool: text.optional(),
  pattern: text.optional(),
  threshold: text,
  approvers: z.array(text).min(1),
  timeoutSeconds: z.number().int().min(1).max(86_400),
  onTimeout: z.enum(['deny', 'allow']),
});

/** Area 8: the actions that wait for a human. */
export const approvalGates = z.strictObject({
  gates: z
    .array(gate)
    .default([])
    .meta({ description: 'Each gate: action, tool or pattern, threshold, approvers, timeoutSeconds, onTimeout' }),
  agents: z
    .array(text)
    .default([])
    .meta({ description: 'Agents that must be gated; empty: every agent of the gateway' }),
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
