import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { iamPolicy, terraformPolicy } from '../report/iam-policy.ts';
import { extendedRegistry } from './extended.ts';

interface PermissionsOptions {
  readonly format: string;
  readonly checks: readonly string[];
  readonly drills?: boolean;
}

export async function permissionsCommand({ format, checks, drills }: PermissionsOptions): Promise<void> {
  if (drills && format !== 'json') throw new UsageError('--drills prints JSON only', 'Leave --format out.');
  // What an extension calls beyond the allow-list becomes known with it.
  await extendedRegistry(checks);
  const policy = drills ? (await import('../drills/plan.ts')).drillPolicy() : iamPolicy();
  process.stdout.write(format === 'terraform' ? terraformPolicy() : `${JSON.stringify(policy, null, 2)}\n`);
  process.exitCode = exitCodeOf('READY');
}
