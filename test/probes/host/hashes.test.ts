import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeContext } from '../../../src/model/probe.ts';
import { documentHashes } from '../../../src/probes/host/document-hashes.ts';
import { deployedSkills } from '../../../src/probes/host/skills.ts';
import { goodEnvironment } from '../../support/rig.ts';

/** The scripts of the two probes, run for real by the shells of this machine; git says what the hashes have to be. */

let base: string;
let workspace: string;
let environment: ReturnType<typeof goodEnvironment>;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "clawcheck hashes' "));
  workspace = join(base, 'workspace');
  mkdirSync(join(workspace, 'skills/a b/scripts'), { recursive: true });
  mkdirSync(join(workspace, '.git'));
  mkdirSync(join(base, 'state/agents/main/agent/workshop-skills/own'), { recursive: true });
  writeFileSync(join(workspace, 'SOUL.md'), 'soul\n');
  writeFileSync(join(workspace, 'empty.md'), '');
  writeFileSync(join(workspace, 'bytes'), Buffer.from([0, 255, 10, 0]));
  writeFileSync(join(workspace, '.git/config'), 'x');
  writeFileSync(join(workspace, 'skills/a b/SKILL.md'), 'skill');
  writeFileSync(join(workspace, 'skills/a b/scripts/x.sh'), 'x');
  writeFileSync(join(base, 'state/agents/main/agent/workshop-skills/own/SKILL.md'), 'own');
  symlinkSync('SOUL.md', join(workspace, 'link.md'));
  symlinkSync('/etc', join(workspace, 'skills/linked'));
  environment = goodEnvironment({
    'soulDocuments.workspace': workspace,
    'host.stateDirectory': join(base, 'state'),
  });
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

function run(shell: readonly string[], script: string): [string, string][] {
  const stubs = `say() { printf '%s %s\\n' "$1" "$2" >&9; }\nneed() { :; }\ngateway_pid() { echo ${process.pid}; }\nexec 9>&1 >/dev/null\n`;
  const [command = 'sh', ...args] = shell;
  const { stdout } = spawnSync(command, [...args, '-c', stubs + script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', HOME: base },
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

const shells = [['sh'], ['dash'], ['bash'], ['busybox', 'sh']].filter(
  ([command = '', ...args]) => spawnSync(command, [...args, '-c', ':']).status === 0,
);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('in %s', (_, shell) => {
  it('the documents have the hashes of git, links have none, and .git is left out', () => {
    const facts = documentHashes.parse(run(shell, documentHashes.script(environment)), {} as ProbeContext);
    const blob = (path: string) =>
      execFileSync('git', ['hash-object', path], { cwd: workspace, encoding: 'utf8' }).trim();
    const regular = ['SOUL.md', 'bytes', 'empty.md', 'skills/a b/SKILL.md', 'skills/a b/scripts/x.sh'];
    expect([...facts].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
      [
        ...regular.map((path) => ({ path, blob: blob(path) })),
        { path: 'link.md', blob: undefined },
        { path: 'skills/linked', blob: undefined },
      ].sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
  });

  it('the skills are found in each place, with links named', () => {
    const facts = deployedSkills.parse(run(shell, deployedSkills.script(environment)), {} as ProbeContext);
    expect(facts).toEqual({
      present: ['workspace', 'workshop'],
      links: [{ root: 'workspace', path: 'linked' }],
      skills: [
        {
          root: 'workspace',
          folder: 'a b',
          files: [
            { path: 'SKILL.md', sha256: sha256('skill') },
            { path: 'scripts/x.sh', sha256: sha256('x') },
          ],
        },
        { root: 'workshop', folder: 'own', files: [{ path: 'SKILL.md', sha256: sha256('own') }] },
      ],
    });
  });

  it('a workspace that is not there is not an empty one', () => {
    const elsewhere = { ...environment, soulDocuments: { ...environment.soulDocuments, workspace: join(base, 'no') } };
    const records = run(shell, documentHashes.script(elsewhere));
    expect(() => documentHashes.parse(records, {} as ProbeContext)).toThrow(
      expect.objectContaining({ reason: 'not_found' }),
    );
  });
});

it('a name with a line break is no answer, rather than two files', () => {
  const odd = join(base, 'odd');
  mkdirSync(odd);
  writeFileSync(join(odd, 'a\nb'), '');
  const there = { ...environment, soulDocuments: { ...environment.soulDocuments, workspace: odd } };
  const records = run(['sh'], documentHashes.script(there));
  expect(() => documentHashes.parse(records, {} as ProbeContext)).toThrow(
    expect.objectContaining({ reason: 'bad_response' }),
  );
});
