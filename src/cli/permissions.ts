import { exitCodeOf } from '../model/exit-code.ts';
import { iamPolicy, terraformPolicy } from '../report/iam-policy.ts';
import { extendedRegistry } from './extended.ts';

interface PermissionsOptions {
  readonly format: string;
  readonly checks: readonly string[];
}

export async function permissionsCommand({ format, checks }: PermissionsOptions): Promise<void> {
  // What an extension calls beyond the allow-list becomes known with it.
  await extendedRegistry(checks);
  process.stdout.write(format === 'terraform' ? terraformPolicy() : `${JSON.stringify(iamPolicy(), null, 2)}\n`);
  process.exitCode = exitCodeOf('READY');
}
