import type { Remedy } from './remedy.ts';

/** Of the area `approval-gates`, by name of the check. */
export const approvalGates: Readonly<Record<string, Remedy>> = {
  'gates-documented': {
    place: 'environment',
    tried: { lab: 'embedded', flaw: 'gates-vague' },
    when: 'a gate is vague',
    commands: [
      'approvalGates:',
      '  gates:',
      '    - action: Run a command on the instance',
      '      tool: exec',
      '      threshold: every command that is not on the allowlist',
      '      approvers: [ops-lead]',
      '      timeoutSeconds: 1800',
      '      onTimeout: deny',
    ],
  },
  'gates-enforced': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'commands run without approval',
    commands: [
      'openclaw config set tools.exec.mode ask',
      'openclaw config set tools.elevated.enabled false --strict-json',
    ],
  },
  'request-surfaces': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'requests reach nobody',
    commands: [
      `openclaw config set approvals.exec '{"enabled":true,"mode":"targets","targets":[{"channel":"slack","to":"U0123456789"}]}' --strict-json`,
      `openclaw config set approvals.plugin '{"enabled":true,"mode":"targets","targets":[{"channel":"slack","to":"U0123456789"}]}' --strict-json`,
    ],
  },
  'blocked-without-approval': {
    place: 'gateway',
    tried: {
      lab: 'none',
      why: 'the real gateway took the line, and a request for a command that nobody answers expires after half an hour',
    },
    when: 'what nobody answers runs',
    commands: [
      `openclaw approvals get --gateway --json | jq '.file | .defaults.askFallback = "deny"' | openclaw approvals set --gateway --stdin`,
    ],
  },
  'approvers-authorised': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'anyone may approve',
    commands: [`openclaw config set commands.ownerAllowFrom '["slack:U0123456789"]' --strict-json`],
  },
  'decisions-recorded': {
    place: 'gateway',
    tried: { lab: 'none', why: 'an update needs the registry' },
    when: 'the gateway keeps no history of approvals',
    commands: ['openclaw update --yes'],
    terraform: 'var.ami',
  },
  'owners-named': {
    place: 'environment',
    tried: { lab: 'embedded', flaw: 'owners-placeholder' },
    when: 'a duty has no owner',
    commands: [
      'owners:',
      '  modelBehaviour: { name: Ada Example, contact: ada@example.com }',
      '  permissions: { name: Ben Example, contact: ben@example.com }',
      '  workflowDesign: { name: Cleo Example, contact: cleo@example.com }',
      '  incidentResponse: { name: Dan Example, contact: dan@example.com }',
    ],
  },
  'rollout-planned': {
    place: 'clawcheck',
    tried: { lab: 'embedded', flaw: 'rollout-unattested' },
    when: 'nobody has stated the plan ($PHASES: each phase with its date and entry rule)',
    commands: [
      'clawcheck attest approval-gates/rollout-planned --env "$ENVIRONMENT" --by "$NAME" --expires "$DATE" --statement "$PHASES; security review passed" --evidence "$TICKET" --write',
    ],
  },
};
