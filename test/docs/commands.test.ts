import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/cli.ts';
import { commandsOf, firstMissing, pages } from './pages.ts';
import { Shell } from './shell.ts';

/** Why a command of a page is not run here. */
const notRun: readonly (readonly [RegExp, string])[] = [
  [/^npm (ci|run|test)/, 'it is what runs these tests'],
  [/^docker /, 'it needs a container runtime'],
];

/** Commands whose success is another code than 0: they run against the good deployment, or against a leaky one. */
const codes: readonly (readonly [RegExp, number])[] = [
  [/--scenario leaky/, 20],
  [/^clawcheck run .*--area/, 21],
];

describe('docs/tutorial.md', () => {
  const shell = new Shell();
  afterAll(() => shell.close());

  it('leads from an empty folder to READY: init, doctor, plan, run, three fixes, run', {
    timeout: 120_000,
  }, async () => {
    const statuses: string[] = [];
    for (const { command, output } of commandsOf('docs/tutorial.md')) {
      const done = command.includes('--serve')
        ? await shell.serve(command, 'clawcheck-demo/demo.env')
        : await shell.run(command);
      expect([command, firstMissing(output, done.output), output.length > 0 && done.output]).toEqual([
        command,
        undefined,
        output.length > 0 && done.output,
      ]);
      if (command.startsWith('clawcheck')) statuses.push(`${command.split(' ')[1]} ${done.code}`);
      // What the page says nothing about works.
      if (output.length === 0) expect([command, done.code, done.output]).toEqual([command, 0, '']);
    }
    expect(statuses).toEqual([
      'demo 0',
      'init 0',
      'doctor 21',
      'doctor 0',
      'plan 0',
      'run 20',
      'explain 0',
      'run 0',
      'verify 23',
      'verify 0',
    ]);
  });
});

describe('every other page', () => {
  const shell = new Shell('--allow-simulated');
  let folder: string;

  beforeAll(async () => {
    await shell.serve('clawcheck demo --scenario good --serve good', 'good/demo.env');
    folder = join(shell.folder, 'good');
    copyFileSync(join(folder, 'complete.yaml'), join(folder, 'clawcheck.yaml'));
    const key = readFileSync(join(shell.home, '.ssh/id_ed25519.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    writeFileSync(join(folder, 'allowed_signers'), `ops@example.com namespaces="clawcheck-report@v1" ${key}\n`);
    await shell.run('cd good && . ./demo.env');
    // The commands about extensions name the folder from the root of the repository.
    await shell.run(`ln -s '${root}docs/examples' docs/examples`);
  });
  afterAll(() => shell.close());

  const others = pages().filter((page) => page !== 'docs/tutorial.md' && commandsOf(page).length > 0);
  it.each(others)('%s', { timeout: 120_000 }, async (page) => {
    for (const { command, output } of commandsOf(page)) {
      if (notRun.some(([pattern]) => pattern.test(command))) continue;
      if (/diff last-release/.test(command)) await shell.run('cp report.json last-release.json');
      const { code, output: said } = await shell.run(command.includes('<') ? command : `${command} </dev/null`);
      const wanted = codes.find(([pattern]) => pattern.test(command))?.[1] ?? 0;
      expect([command, code, code === wanted ? '' : said.slice(-2000)]).toEqual([command, wanted, '']);
      if (output.length > 0) expect([command, firstMissing(output, said)]).toEqual([command, undefined]);
    }
  });

  it('names no exception that is not needed', () => {
    const all = pages().flatMap(commandsOf);
    for (const [pattern] of [...notRun, ...codes]) {
      expect([pattern, all.some(({ command }) => pattern.test(command))]).toEqual([pattern, true]);
    }
  });
});
