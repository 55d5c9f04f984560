import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { registry } from '../checks/index.ts';
import { terraformFiles } from '../scripts/check-pages.ts';
import { startDeployment } from '../src/demo/deployment.ts';
import { commitFiles, type Scenario } from '../src/demo/scenario.ts';
import { remedies } from '../src/remedies/index.ts';
import { elsewhere, isFile, type RemedyPlace } from '../src/remedies/remedy.ts';
import { allChecks } from '../src/runner/plan.ts';
import { root } from './support/cli.ts';
import { fixtures, runScenario, statusesOf } from './support/rig.ts';
import { spawnText } from './support/spawn-text.ts';

const all = allChecks(registry);
const entries = Object.entries(remedies);

it('there is one for each check, and none for a check that does not exist', () => {
  expect(Object.keys(remedies).sort()).toEqual(all.map(({ id }) => id).sort());
});

it('each check says what passes wrongly elsewhere, in words that no other has', () => {
  const traps = all.map(({ check }) => check.trap ?? '');
  expect(all.filter(({ check }) => !/^\S.{30,}\.$/.test(check.trap ?? '')).map(({ id }) => id)).toEqual([]);
  expect(new Set(traps).size).toBe(traps.length);
});

it('names a place of docs/terraform that exists, and the console for all that is in AWS or at the git host', () => {
  const addresses = terraformFiles();
  const named = entries.flatMap(([id, one]) => {
    const { terraform } = elsewhere(one);
    return terraform === undefined ? [] : [[id, terraform] as const];
  });
  expect(named.filter(([, address]) => !addresses.has(address))).toEqual([]);
  const without = entries.filter(([, one]) => ['aws', 'git'].includes(one.place) && one.console === undefined);
  // Instances fail by a command: the console has no button that says so.
  expect(without.map(([id]) => id)).toEqual(['infrastructure/failure-is-replaced']);
});

it('names no AWS remedy without Terraform but where Terraform cannot know', () => {
  const without = entries.filter(([, one]) => one.place === 'aws' && one.terraform === undefined).map(([id]) => id);
  expect(without).toEqual(['credentials/rotation', 'credentials/not-in-logs']);
});

it.each(entries.filter(([, one]) => isFile(one)))('the lines for %s are YAML', (_, { commands }) => {
  expect(parse(commands.join('\n'))).toBeTypeOf('object');
});

it.each(entries.filter(([, one]) => !isFile(one)))('the commands for %s are shell', (_, { commands }) => {
  execFileSync('bash', ['-n', '-c', commands.join('\n')], { stdio: ['ignore', 'ignore', 'inherit'] });
});

const onEmbedded = (place: RemedyPlace) =>
  entries.flatMap(([id, { tried, commands, when, ...remedy }]) =>
    tried.lab === 'embedded' && remedy.place === place
      ? [{ id, flaw: tried.flaw, text: commands.join('\n'), when }]
      : [],
  );

it.each(onEmbedded('repository'))('$id in the repository of the embedded deployment: $flaw is mended', async (one) => {
  const { id, flaw, text, when } = one;
  const [, file = ''] = /: (\S+)$/.exec(when) ?? [];
  const lines = parse(text) as { tests?: { metadata: { skill: string } }[] };
  const path = file.replace('SKILL', lines.tests?.[0]?.metadata.skill ?? '');
  const follow = ({ files, git }: Scenario) => {
    // A file of cases gets one more; a workflow is replaced.
    const config = parse(files[path] ?? '') as { tests: unknown[] } | null;
    const mended = lines.tests ? { ...config, tests: [...(config?.tests ?? []), ...lines.tests] } : undefined;
    files[path] = mended ? stringify(mended) : text;
    commitFiles(git, files);
  };
  const statusWith = async (change: (scenario: Scenario) => void) =>
    statusesOf(await runScenario([flaw], { checks: [id], change }))[id];
  expect(await statusWith(() => {})).toBe('fail');
  expect(await statusWith(follow)).toBe('pass');
});

it.each(onEmbedded('environment'))('$id on the embedded deployment: $flaw is mended', async ({ id, flaw, text }) => {
  const sections = Object.entries(parse(text) as Record<string, Record<string, unknown>>);
  // `owners` is a whole section; of the others only the key that stands there is written.
  const lines = sections.flatMap(([section, keys]) =>
    section === 'owners' ? [[section, keys]] : Object.entries(keys).map(([key, value]) => [`${section}.${key}`, value]),
  ) as [string, unknown][];
  const follow = (environment: Record<string, unknown>) => {
    for (const [path, value] of lines) {
      for (const planted of Object.keys(environment)) if (planted.startsWith(path)) delete environment[planted];
      environment[path] = value;
    }
  };
  const statusWith = async (change: (environment: Record<string, unknown>) => void) =>
    statusesOf(await runScenario([flaw], { checks: [id], change: (s) => change(s.environment as never) }))[id];
  expect(await statusWith(() => {})).toBe('fail');
  expect(['pass', 'attested']).toContain(await statusWith(follow));
});

it('what is typed where clawcheck runs is taken by it, and the checks are attested', { timeout: 60_000 }, async () => {
  const typed = onEmbedded('clawcheck').filter(({ text }) => text.startsWith('clawcheck attest '));
  expect(typed.map(({ id }) => id)).toEqual(['backup/recovery-runbook', 'approval-gates/rollout-planned']);
  const deployment = await startDeployment(
    fixtures,
    typed.map(({ flaw }) => flaw),
  );
  const cwd = dirname(deployment.config);
  const names = {
    ENVIRONMENT: 'prod',
    NAME: 'Eve Example',
    DATE: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
    PHASES: 'Pilot of five users on 2099-01-05, support on 2099-02-02 after a week without an incident',
    TICKET: 'OPS-4711',
  };
  const env = { PATH: `${cwd}:${process.env['PATH']}`, HOME: cwd, ...deployment.variables, ...names };
  const statuses = async () => {
    const asked = typed.map(({ id }) => `--check ${id}`).join(' ');
    const { stdout } = await spawnText('bash', ['-c', `clawcheck run --env prod -q --format json ${asked}`], {
      cwd,
      env,
    });
    const said = statusesOf(JSON.parse(stdout));
    return typed.map(({ id }) => said[id]);
  };
  try {
    writeFileSync(join(cwd, 'clawcheck'), `#!/bin/sh\nexec node '${root}dist/clawcheck.js' "$@"\n`, { mode: 0o755 });
    for (const status of await statuses()) expect(['fail', 'unknown']).toContain(status);
    for (const { text } of typed) {
      const { code, stderr } = await spawnText('bash', ['-euc', text], { cwd, env });
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    }
    expect(await statuses()).toEqual(typed.map(() => 'attested'));
  } finally {
    await deployment.close();
  }
});

it('skills/all-pass: evaluations of this run count in the place of old ones', { timeout: 60_000 }, async () => {
  const [one] = onEmbedded('clawcheck').filter(({ id }) => id === 'skills/all-pass');
  const deployment = await startDeployment(fixtures, [one?.flaw ?? '']);
  const cwd = dirname(deployment.config);
  const env = { PATH: `${cwd}:${process.env['PATH']}`, HOME: cwd, ENVIRONMENT: 'prod', ...deployment.variables };
  const status = async (command: string) => {
    const { stdout } = await spawnText('bash', ['-euc', `${command} -q --format json --check skills/all-pass`], {
      cwd,
      env,
    });
    return statusesOf(JSON.parse(stdout))['skills/all-pass'];
  };
  try {
    // What promptfoo 0.123.1 wrote for the good deployment, as of now: no model is at hand.
    writeFileSync(
      join(cwd, 'promptfoo'),
      `#!/bin/sh
skill=$(basename "$(dirname "$3")")
sed "s/{{now[^}]*}}/$(date -u +%Y-%m-%dT%H:%M:%S.000Z)/" '${fixtures}/good/files/evals/results/'"$skill.json" >"$5"
`,
      { mode: 0o755 },
    );
    writeFileSync(join(cwd, 'clawcheck'), `#!/bin/sh\nexec node '${root}dist/clawcheck.js' "$@"\n`, { mode: 0o755 });
    const file = parse(readFileSync(deployment.config, 'utf8'));
    file.environments.prod.skills.promptfoo = './promptfoo';
    writeFileSync(deployment.config, stringify(file));
    expect(await status('clawcheck run --env prod')).toBe('fail');
    expect(await status(one?.text ?? '')).toBe('pass');
  } finally {
    await deployment.close();
  }
});
