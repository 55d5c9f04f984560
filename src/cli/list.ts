import { registry } from '../../checks/index.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { allChecks } from '../runner/plan.ts';

export function listCommand({ json }: { readonly json?: boolean }): void {
  const checks = allChecks(registry);
  if (json) {
    const rows = checks.map(({ id, check }) => ({ id, title: check.title, attestable: check.attestable === true }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    for (const [id, { title, why }] of Object.entries(registry)) {
      process.stdout.write(`${title}: ${why}\n`);
      for (const item of checks.filter(({ area }) => area === id))
        process.stdout.write(`  ${item.id}\n      ${item.check.title}\n`);
      process.stdout.write('\n');
    }
  }
  process.exitCode = exitCodeOf('READY');
}
