import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const planted = [
  ['a check of an adapter', 'checks/network/a.ts', '../../src/adapters/aws/aws.ts', true],
  ['a check of the runner', 'checks/network/b.ts', '../../src/runner/run.ts', true],
  ['a check of the file system', 'checks/network/c.ts', 'node:fs', true],
  ['a check of an SDK', 'checks/network/d.ts', '@aws-sdk/client-ec2', true],
  ['a probe of an adapter', 'src/probes/aws/a.ts', '../../adapters/aws/aws.ts', true],
  ['a probe of ssh2', 'src/probes/host/a.ts', 'ssh2', true],
  ['a renderer of an adapter', 'src/report/a.ts', '../adapters/aws/aws.ts', true],
  ['the runner of the command line', 'src/runner/a.ts', '../cli/program.ts', true],
  ['an adapter of the command line', 'src/adapters/aws/a.ts', '../../cli/program.ts', true],
  ['a check of a drill', 'checks/network/g.ts', '../../src/drills/engine.ts', true],
  ['a check of what changes AWS', 'checks/network/h.ts', '../../src/ports/drill-operations.ts', true],
  ['a probe of a drill', 'src/probes/aws/b.ts', '../../drills/engine.ts', true],
  ['a probe of what changes AWS', 'src/probes/aws/c.ts', '../../ports/drill-operations.ts', true],
  ['the runner of a drill', 'src/runner/b.ts', '../drills/engine.ts', true],
  ['the runner of what changes AWS', 'src/runner/c.ts', '../ports/drill-operations.ts', true],
  ['the command run of a drill', 'src/cli/run.ts', '../drills/engine.ts', true],
  ['what it runs of a drill', 'src/cli/run-chosen.ts', '../drills/engine.ts', true],
  ['the command run of the adapter that changes AWS', 'src/cli/execute.ts', '../adapters/aws/drill-aws.ts', true],
  ['the ports of a run of what changes AWS', 'src/adapters/live.ts', './aws/drill-aws.ts', true],
  ['a drill of an adapter', 'src/drills/a.ts', '../adapters/aws/drill-aws.ts', true],
  ['a drill of what changes AWS', 'src/drills/b.ts', '../ports/drill-operations.ts', false],
  ['a check of the model', 'checks/network/e.ts', '../../src/model/check.ts', false],
  ['a check of a probe', 'checks/network/f.ts', '../../src/probes/aws/group.ts', false],
] as const;

/** Who may import whom is the linter's to enforce; this plants each import in an empty tree and asks it. */
describe('the import rules', () => {
  const directory = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
  let refused: string[];

  beforeAll(() => {
    const config = JSON.parse(readFileSync('biome.json', 'utf8'));
    delete config.vcs;
    delete config.$schema;
    writeFileSync(join(directory, 'biome.json'), JSON.stringify(config));
    for (const [, path, from] of planted) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), `import { x } from '${from}';\n\nx();\n`);
    }
    const biome = resolve('node_modules/.bin/biome');
    const { stdout } = spawnSync(biome, ['lint', '--reporter=json', '--only=style/noRestrictedImports', '.'], {
      cwd: directory,
      encoding: 'utf8',
    });
    refused = planted.map(([, path]) => path).filter((path) => stdout.includes(path));
    expect(stdout).toContain('noRestrictedImports');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(planted)('%s', (_, path, __, isRefused) => {
    expect(refused.includes(path)).toBe(isRefused);
  });
});
