import type { KillSwitch } from '../probes/aws/kill-switch.ts';
import { all, type Tri } from './iam-match.ts';
import { type IdentityPolicies, identityAllows } from './iam-policy.ts';

/**
 * Whether a role's policies let it use the kill switch: send the command to instances that come and go, start the
 * runbook or invoke the function.
 */
export function mayUse(role: IdentityPolicies, { kind, type, arn }: Pick<KillSwitch, 'kind' | 'type' | 'arn'>): Tri {
  if (kind === 'function') return identityAllows(role, { action: 'lambda:InvokeFunction', resource: arn });
  // A runbook is named by several kinds of ARN, with its version or without.
  if (type !== 'Command') return identityAllows(role, { action: 'ssm:StartAutomationExecution', resource: undefined });
  // A command is permitted on its document and on each instance, and the next one has an id that nobody has named yet.
  const instance = arn.replace(/:ssm:(.*):document\/.*$/, ':ec2:$1:instance/i-00000000000000000');
  return all(...[arn, instance].map((resource) => identityAllows(role, { action: 'ssm:SendCommand', resource })));
}
