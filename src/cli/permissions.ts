import { exitCodeOf } from '../model/exit-code.ts';
import { iamPolicy, terraformPolicy } from '../report/iam-policy.ts';

export function permissionsCommand({ format }: { readonly format: string }): void {
  process.stdout.write(format === 'terraform' ? terraformPolicy() : `${JSON.stringify(iamPolicy(), null, 2)}\n`);
  process.exitCode = exitCodeOf('READY');
}
