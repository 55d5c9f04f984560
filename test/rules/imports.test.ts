import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What the linter says of a file that would stand at a path, by rule. */
function lint(path: string, source: string): string {
  const { stdout, stderr } = spawnSync('npx', ['biome', 'lint', `--stdin-file-path=${path}`], {
    input: source,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

/** Who may import whom is the linter's to enforce; this shows that it does. */
describe('the import rules', () => {
  it.each([
    [
      'a check of an adapter',
      'checks/network/x.ts',
      "import { liveAws } from '../../src/adapters/aws/aws.ts';\nliveAws;\n",
    ],
    ['a check of the runner', 'checks/network/x.ts', "import { run } from '../../src/runner/run.ts';\nrun;\n"],
    ['a check of the file system', 'checks/network/x.ts', "import { readFileSync } from 'node:fs';\nreadFileSync;\n"],
    [
      'a probe of an adapter',
      'src/probes/aws/x.ts',
      "import { liveAws } from '../../adapters/aws/aws.ts';\nliveAws;\n",
    ],
    ['a probe of ssh2', 'src/probes/host/x.ts', "import ssh2 from 'ssh2';\nssh2;\n"],
    ['a renderer of an adapter', 'src/report/x.ts', "import { liveAws } from '../adapters/aws/aws.ts';\nliveAws;\n"],
    ['the runner of the command line', 'src/runner/x.ts', "import { program } from '../cli/program.ts';\nprogram;\n"],
  ])('refuse %s', (_, path, source) => {
    expect(lint(path, source)).toContain('noRestrictedImports');
  });

  it('let a check import the model, a probe and a pure helper', () => {
    const source =
      "import { check } from '../../src/model/check.ts';\nimport { group } from '../../src/probes/aws/group.ts';\ncheck;\ngroup;\n";
    expect(lint('checks/network/x.ts', source)).not.toContain('noRestrictedImports');
  });
});
