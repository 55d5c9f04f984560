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
  mkdirSync(join(base, "rest's/two/skills/b/c"), { recursive: true });
  mkdirSync(join(base, "rest's/skills/a"), { recursive: true });
  for (const path of ['two/skills/b/SKILL.md', 'two/skills/b/c/SKILL.md', 'two/skills/b/x', 'skills/a/SKILL.md', 'y'])
    writeFileSync(join(base, "rest's", path), path);
  mkdirSync(join(base, 'full/skills/m'), { recursive: true });
  writeFileSync(join(base, 'full/skills/m/SKILL.md'), 'managed');
  mkdirSync(join(base, 'full/plugin-skills/copied'), { recursive: true });
  symlinkSync('/usr/lib/a b', join(base, 'full/plugin-skills/canvas'));
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
const blobOf = (text: string) => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
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
      plugins: [],
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
        {
          root: 'workshop',
          folder: 'own',
          files: [{ path: 'SKILL.md', sha256: sha256('own'), blob: blobOf('own') }],
        },
      ],
    });
  });

  it('the skills elsewhere in the workspace, the managed ones and those of plugins are found', () => {
    const there = goodEnvironment({
      'soulDocuments.workspace': join(base, "rest's"),
      'host.stateDirectory': join(base, 'full'),
    });
    const { skills, plugins, present } = deployedSkills.parse(
      run(shell, deployedSkills.script(there)),
      {} as ProbeContext,
    );
    const [b, c, x] = ['two/skills/b/SKILL.md', 'two/skills/b/c/SKILL.md', 'two/skills/b/x'].map(sha256);
    expect(present).toEqual(['workspace', 'workspace-rest', 'managed']);
    expect(skills.filter(({ root }) => root === 'workspace-rest')).toEqual([
      {
        root: 'workspace-rest',
        folder: 'two/skills/b',
        files: [
          { path: 'SKILL.md', sha256: b },
          { path: 'x', sha256: x },
        ],
      },
      { root: 'workspace-rest', folder: 'two/skills/b/c', files: [{ path: 'SKILL.md', sha256: c }] },
    ]);
    const managed = { path: 'SKILL.md', sha256: sha256('managed'), blob: blobOf('managed') };
    expect(skills.at(-1)).toEqual({ root: 'managed', folder: 'm', files: [managed] });
    expect(plugins).toEqual([
      { name: 'canvas', target: '/usr/lib/a b' },
      { name: 'copied', target: '-' },
    ]);
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
