import { exitCodeOf } from '../model/exit-code.ts';
import { allChecks } from '../runner/plan.ts';
import { extendedRegistry } from './extended.ts';
import { say } from './say.ts';

interface ListOptions {
  readonly json?: boolean;
  readonly checks: readonly string[];
}

export async function listCommand({ json, checks: further }: ListOptions): Promise<void> {
  const { registry } = await extendedRegistry(further);
  const checks = allChecks(registry);
  if (json) {
    const rows = checks.map(({ id, check }) => ({ id, title: check.title, attestable: check.attestable === true }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    for (const [id, { title, why }] of Object.entries(registry)) {
      say(process.stdout, `${title}: ${why}\n`);
      for (const item of checks.filter(({ area }) => area === id))
        say(process.stdout, `  ${item.id}\n      ${item.check.title}\n`);
      process.stdout.write('\n');
    }
  }
  process.exitCode = exitCodeOf('READY');
}
