import type { KillSwitch } from '../probes/aws/kill-switch.ts';
import type { Tri } from './iam-match.ts';
import { type IdentityPolicies, identityAllows } from './iam-policy.ts';

/**
 * Whether a role's policies let it use the kill switch: send the command, start the runbook or invoke the function.
 * On which instances is not asked.
 */
export function mayUse(role: IdentityPolicies, { kind, type, arn }: Pick<KillSwitch, 'kind' | 'type' | 'arn'>): Tri {
  if (kind === 'function') return identityAllows(role, { action: 'lambda:InvokeFunction', resource: arn });
  // A runbook is named by several kinds of ARN, with its version or without.
  if (type !== 'Command') return identityAllows(role, { action: 'ssm:StartAutomationExecution', resource: undefined });
  return identityAllows(role, { action: 'ssm:SendCommand', resource: arn });
}
