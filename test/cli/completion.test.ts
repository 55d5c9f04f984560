import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { clawcheck } from '../support/cli.ts';

const built = fileURLToPath(new URL('../../dist/clawcheck.js', import.meta.url));
const shellOf = (name: string) => ['/bin', '/usr/bin', '/usr/local/bin'].map((at) => join(at, name)).find(existsSync);

describe('completion', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    symlinkSync(built, join(folder, 'clawcheck'));
    writeFileSync(
      join(folder, 'clawcheck.yaml'),
      'version: 1\nenvironments:\n  prod: {}\n  staging: {}\n  "$(touch owned)": {}\n',
    );
    writeFileSync(join(folder, 'other.yaml'), 'version: 1\nenvironments:\n  lab: {}\n');
    writeFileSync(join(folder, 'broken.yaml'), 'version: [\n');
  });

  const env = () => ({ PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder });
  const words = async (...typed: string[]) => {
    const { code, stdout, stderr } = await clawcheck(['__complete', '--', ...typed], { cwd: folder });
    expect([code, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter((word) => word !== '');
  };

  it('offers what fits at each place', async () => {
    const commands = await words('');
    for (const name of ['run', 'plan', 'doctor', 'init', 'explain', 'completion', 'demo'])
      expect(commands).toContain(name);
    expect(commands).not.toContain('__complete');
    expect(await words('run', '--ar')).toEqual(['--area']);
    expect(await words('run', '--area', '')).toEqual(Object.keys(registry).sort());
    expect(await words('run', '--env', 'prod', '--check', 'network/no')).toEqual(
      allChecks(registry)
        .map(({ id }) => id)
        .filter((id) => id.startsWith('network/no'))
        .sort(),
    );
    expect(await words('explain', 'monitoring/alarm')).toEqual(['monitoring/alarm-on-health']);
    expect(await words('plan', '--format', '')).toEqual(['json', 'text']);
    expect(await words('demo', '--scenario', 'alarm-sl')).toEqual(['alarm-slow', 'alarm-slow-by-leave']);
  });

  it('offers the environments of the file that is named, and no word that a shell could run', async () => {
    expect(await words('run', '--env', '')).toEqual(['prod', 'staging']);
    expect(await words('run', '--env', '=', 'st')).toEqual(['staging']);
    expect(await words('run', '-c', 'other.yaml', '-e', '')).toEqual(['lab']);
    expect(await words('run', '-c', 'broken.yaml', '-e', '')).toEqual([]);
    expect(await words('run', '-c', 'none.yaml', '-e', '')).toEqual([]);
    expect(await words('run', '--config', '')).toEqual([]);
  });

  it('refuses a shell that it does not know', async () => {
    const { code, stderr } = await clawcheck(['completion', 'csh']);
    expect([code, stderr]).toEqual([64, expect.stringMatching(/Allowed choices are bash, zsh, fish/)]);
  });

  const bash = shellOf('bash');
  it.skipIf(!bash)('completes in bash', () => {
    const script = `
source <(clawcheck completion bash)
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clawcheck clawcheck "\${COMP_WORDS[COMP_CWORD]}" ""; echo "\${COMPREPLY[*]}"; }
complete -p clawcheck
try clawcheck ru
try clawcheck run --env ''
try clawcheck explain network/ssh
try clawcheck run --config ''
`;
    const out = execFileSync(bash as string, ['--norc', '-c', script], { cwd: folder, env: env(), encoding: 'utf8' });
    expect(out.split('\n')).toEqual([
      'complete -o default -F _clawcheck clawcheck',
      'run',
      'prod staging',
      'network/ssh-not-public',
      '',
      '',
    ]);
    expect(existsSync(join(folder, 'owned'))).toBe(false);
  });

  const zsh = shellOf('zsh');
  it.skipIf(!zsh)('completes in zsh', () => {
    const script = `
compdef() { print -- "compdef $*" }
compadd() { shift; print -- "\${(j: :)@}" }
_files() { print -- files }
source <(clawcheck completion zsh)
try() { words=("$@"); CURRENT=$#; _clawcheck }
try clawcheck ru
try clawcheck run --env ''
try clawcheck run --config ''
`;
    const out = execFileSync(zsh as string, ['-f', '-c', script], { cwd: folder, env: env(), encoding: 'utf8' });
    expect(out.split('\n')).toEqual(['compdef _clawcheck clawcheck', 'run', 'prod staging', 'files', '']);
  });

  const fish = shellOf('fish');
  it.skipIf(!fish)('completes in fish', () => {
    const script = 'clawcheck completion fish | source; complete -C "clawcheck run --env "';
    const out = execFileSync(fish as string, ['--no-config', '-c', script], {
      cwd: folder,
      env: env(),
      encoding: 'utf8',
    });
    expect(out.split('\n')).toEqual(['prod', 'staging', '']);
  });
});
