import { readFileSync } from 'node:fs';
import { toJSONSchema } from 'zod/mini';
import { registry } from '../checks/index.ts';
import { exampleFile } from '../src/environment/example-file.ts';
import { fileSchema } from '../src/environment/schema.ts';
import { drillRecordSchema } from '../src/model/drill-record.ts';
import { exitCodes } from '../src/model/exit-code.ts';
import { fleetSchema } from '../src/report/fleet-schema.ts';
import { iamPolicy } from '../src/report/iam-policy.ts';
import { reportSchema } from '../src/report/schema.ts';
import { allChecks } from '../src/runner/plan.ts';
import { checkPages } from './check-pages.ts';
import { clausesPage } from './clauses-page.ts';
import { manPage } from './man-page.ts';
import { probeCallsModule } from './probe-calls.ts';
import { testingHostPage } from './testing-host-page.ts';
import { trapsPage } from './traps-page.ts';

/** Path and content of each file that follows from the declarations in the code. */
export function generatedFiles(): Map<string, string> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const environmentSchema = toJSONSchema(fileSchema, { io: 'input' });
  return new Map([
    ['schemas/clawcheck.schema.json', json({ title: 'clawcheck.yaml', ...environmentSchema })],
    ['schemas/report.schema.json', json({ title: 'clawcheck report', ...toJSONSchema(reportSchema) })],
    ['schemas/drill-record.schema.json', json({ title: 'clawcheck drill record', ...toJSONSchema(drillRecordSchema) })],
    ['schemas/fleet.schema.json', json({ title: 'clawcheck fleet report', ...toJSONSchema(fleetSchema) })],
    ['src/probes/calls.ts', probeCallsModule()],
    ['docs/iam-policy.json', json(iamPolicy())],
    ['docs/traps.md', trapsPage()],
    ['docs/clauses.md', clausesPage()],
    ['docs/testing-host.md', testingHostPage()],
    ...checkPages(),
    ['clawcheck.example.yaml', exampleFile(environmentSchema as never)],
    ['man/clawcheck.1', manPage()],
    ['README.md', readme()],
  ]);
}

function readme(): string {
  const text = readFileSync('README.md', 'utf8');
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  const areas = Object.entries(registry).map(
    ([id, { title, why, checks }]) => `| \`${id}\` | ${title} | ${Object.keys(checks).length} | ${why} |`,
  );
  const total = allChecks(registry).length;
  return [
    ['exit-codes', ['| code | meaning |', '| --- | --- |', ...codes]],
    [
      'areas',
      [
        '| id | area | checks | why |',
        '| --- | --- | --- | --- |',
        ...areas,
        `\n${total} checks in all; [docs/checks.md](docs/checks.md) has each.`,
      ],
    ],
  ].reduce((readme, [name, lines]) => {
    const pattern = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    return readme.replace(pattern, (_, open, close) => `${open}${(lines as string[]).join('\n')}\n${close}`);
  }, text);
}
