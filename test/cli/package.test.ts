import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/cli.ts';
import { spawnText } from '../support/spawn-text.ts';

/** The package as npm would publish it, installed in a project whose path has a space and that nobody may write. */
describe('the package', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck package-'));
  const project = join(folder, 'a project');
  const installed = join(project, 'node_modules/clawcheck');
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() };
  const user = process.getuid?.() === 0 ? ['--reuid', '12345', '--regid', '12345', '--clear-groups', '--'] : undefined;
  /** As somebody who may not write the package: root always may. */
  const plainly = (program: string, args: readonly string[]) =>
    user
      ? spawnText('setpriv', [...user, program, ...args], { cwd: '/', env })
      : spawnText(program, args, { cwd: '/', env });

  beforeAll(() => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components', '1']);
    // What it names and nothing that merely lies beside it: some package managers give no more.
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const name of [...Object.keys(dependencies), '@types/node']) {
      const link = join(project, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link);
    }
    mkdirSync(join(project, 'bin'));
    symlinkSync('../node_modules/clawcheck/dist/clawcheck.js', join(project, 'bin/clawcheck'));
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    execFileSync('chmod', ['-R', 'a-w', installed]);
    execFileSync('chmod', ['a+rx', folder]);
  });
  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+w', installed]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs through a link, without a home, by a user who may not write it', async () => {
    const { code, stdout, stderr } = await plainly(join(project, 'bin/clawcheck'), ['demo', '--quiet']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^READY {2}prod/m);
  });

  it.each([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])('has types that hold with moduleResolution %s, those of its libraries included', async (resolution, module) => {
    const source = join(project, `${resolution}.ts`);
    writeFileSync(
      source,
      `import { awsProbe, check, type Environment, type FactOf, facts, judgeAll } from 'clawcheck';
import fleet from 'clawcheck/schemas/fleet.schema.json'${resolution === 'node16' ? '' : " with { type: 'json' }"};
export const zones = (environment: Environment): number => environment.infrastructure.availabilityZones;
export const id: string = fleet.$schema;
export default check({
  title: 'The group has a name',
  failureTitle: 'The group has no name',
  why: 'It is looked for by name.',
  trap: 'An empty name is a name.',
  remediation: 'Give it one.',
  needs: { group: facts.group },
  judge: ({ group }) =>
    judgeAll([{ fact: 'group', subject: group.AutoScalingGroupARN, expected: 'a name', observed: 'one', ok: true }]),
});
export const trails = awsProbe({
  id: 'custom-acme/trails',
  calls: { 'cloudtrail:DescribeTrails': 'known' },
  async gather(aws) {
    const { trailList = [] } = await aws.read('cloudtrail:DescribeTrails', {});
    // @ts-expect-error: a trail has no such member
    trailList.map((trail) => trail.Nme);
    return trailList.map((trail) => trail.Name);
  },
});
// @ts-expect-error: the name of the group is a text
export const wrong = (group: FactOf<typeof facts.group>): number => group.AutoScalingGroupARN;
`,
    );
    const options = ['--moduleResolution', resolution, '--module', module, '--resolveJsonModule', '--types', 'node'];
    const { code, stdout } = await spawnText(
      join(root, 'node_modules/.bin/tsc'),
      ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', ...options, source],
      { cwd: project, env },
    );
    expect([code, stdout]).toEqual([0, '']);
  });

  it('has schemas that can be imported', async () => {
    const names = ['clawcheck', 'drill-record', 'fleet', 'report'];
    const program = names.map(
      (name) =>
        `require.resolve('clawcheck/schemas/${name}.schema.json'), require('clawcheck/schemas/${name}.schema.json').$schema`,
    );
    const { stdout, stderr } = await spawnText(process.execPath, ['-p', `[${program.join(',')}].length`], {
      cwd: project,
      env,
    });
    expect([stdout, stderr]).toEqual(['8\n', '']);
  });
});
