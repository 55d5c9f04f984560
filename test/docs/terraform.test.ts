import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { probesOf } from '../../src/runner/gather.ts';
import type { AnyCheck } from '../../src/runner/judge.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { root } from '../support/cli.ts';

const folder = join(root, 'docs/terraform');
const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');

/** The checks that AWS decides: every fact behind them is of AWS, so that Terraform can make them pass. */
const byAws = (check: AnyCheck) => [...probesOf([check.needs])].every(({ kind }) => kind === 'aws');

/** Checks by AWS that no Terraform makes pass, and why. */
const byHand: Readonly<Record<string, string>> = {
  'credentials/no-static-keys': 'there are none: nothing makes one',
  'credentials/rotation': 'a rotation needs a function that knows the provider of the token',
};

it('names each check that AWS decides where it makes it pass, and no check that does not exist', () => {
  const all = allChecks(registry);
  const named = new Set([...text.matchAll(/[a-z-]+\/(?:[a-z0-9-]+|\*)(?=[,.:;) \n])/g)].map(([id]) => id));
  const wanted = all.filter(({ check, id }) => byAws(check) && !Object.hasOwn(byHand, id)).map(({ id }) => id);
  const missing = wanted.filter((id) => !named.has(id) && !named.has(`${id.split('/')[0]}/*`));
  expect(missing).toEqual([]);
  const areas = Object.keys(registry);
  const strange = [...named].filter((id) => areas.includes(id.split('/')[0] ?? '') && !id.endsWith('*'));
  expect(strange.filter((id) => !all.some((one) => one.id === id))).toEqual([]);
  for (const id of Object.keys(byHand)) expect(all.map((one) => one.id)).toContain(id);
});

it('gives every secret its name and never a value', () => {
  expect(text).not.toMatch(/aws_secretsmanager_secret_version|secret_string|random_password/);
});

// Without the provider on this machine nothing can be validated: it is not fetched here.
const plugins = process.env['CLAWCHECK_TERRAFORM_PLUGINS'] ?? '/opt/tf-plugins';
const canValidate = existsSync(plugins) && spawnSync('terraform', ['version']).status === 0;

it.skipIf(!canValidate)('is formatted, and valid for the provider', { timeout: 120_000 }, () => {
  const copy = mkdtempSync(join(tmpdir(), 'clawcheck-terraform-'));
  try {
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, 'alert.zip'), '');
    const terraform = (...args: string[]) =>
      execFileSync('terraform', args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    expect(terraform('fmt', '-check', '-no-color')).toBe('');
    terraform('init', '-input=false', '-backend=false', `-plugin-dir=${plugins}`);
    expect(JSON.parse(terraform('validate', '-json'))).toMatchObject({ valid: true, warning_count: 0 });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
