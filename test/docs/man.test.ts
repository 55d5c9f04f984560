import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandLine } from '../../src/cli/program.ts';
import { root } from '../support/cli.ts';

const page = join(root, 'man/clawcheck.1');

// That the page is not stale, test/generated.test.ts holds.
it.skipIf(!existsSync('/usr/bin/groff'))('is a page that groff sets without a warning, with every option', () => {
  const { stdout, stderr, status } = spawnSync('groff', ['-man', '-Tascii', '-P-c', '-rLL=500n', '-ww', page], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: overstriking is how bold text comes
  const text = stdout.replaceAll(/.\u0008/g, '');
  for (const command of commandLine().commands.filter((one) => !one.name().startsWith('_'))) {
    expect(text).toContain(`clawcheck ${command.name()}`);
    for (const { flags } of command.options) expect(text).toContain(flags);
  }
});
