// Takes each value out of every answer that the good deployment gives, or puts another one into its place, one at a
// time, and lists what leaves it READY. A value that no change of which is noticed is one that no check looks at: each
// such place is read through for whether a check should. `--port aws` goes through one port only, `--call TEXT` through
// the answers with this in their name, `--ready` lists every change that stays READY, noticed in the evidence or not,
// and `--json` gives all as JSON.
import { parseArgs } from 'node:util';
import { loadScenario } from '../src/demo/scenario.ts';
import { fixtures, now } from '../test/support/rig.ts';
import { changesOf, type Swept, saidIn, sweepOne, sweptPorts, sweptRun } from '../test/sweep/sweep.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', multiple: true, default: [...sweptPorts] },
    call: { type: 'string', default: '' },
    ready: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const good = saidIn(await sweptRun());
const scenario = loadScenario(fixtures, [], now);
const swept: Swept[] = [];
for (const port of sweptPorts.filter((name) => values.port.includes(name))) {
  const changes = changesOf(scenario, port).filter(({ place }) => place.includes(values.call));
  for (const [n, change] of changes.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r${port}: ${n + 1} of ${changes.length}\r`);
    swept.push(await sweepOne(change, good));
  }
}

const byKind = new Map<string, Swept[]>();
for (const one of swept) {
  const kind = `${one.change.port} ${one.change.kind}`;
  byKind.set(kind, [...(byKind.get(kind) ?? []), one]);
}
const unseen = [...byKind].filter(([, all]) => all.every(({ noticed }) => !noticed));
const ready = [...byKind].filter(([, all]) => all.some(({ verdict }) => verdict === 'READY'));
const shown = values.ready ? ready : unseen;
if (values.json)
  process.stdout.write(`${JSON.stringify(swept.map(({ change, ...rest }) => ({ ...change, ...rest })))}\n`);
else {
  for (const [kind, all] of shown) {
    const how = all.filter(({ verdict }) => verdict === 'READY').map(({ change }) => change.how);
    process.stdout.write(`  ${kind}${values.ready ? `: ${[...new Set(how)].join(', ')}` : ''}\n`);
  }
  process.stdout.write(
    `${swept.length} changes at ${byKind.size} kinds of places: ${ready.length} have a change that stays READY, ` +
      `of ${unseen.length} no change is seen\n`,
  );
}
