import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { registry } from '../../checks/index.ts';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import type { Report } from '../../src/model/report.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { clawcheck, root } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

const example = join(root, 'docs/examples/extension');
let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  deployment = await startDeployment(fixtures, []);
  folder = mkdtempSync(join(tmpdir(), 'clawcheck-extension-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await deployment.close();
});

/** One check of an extension `t`, from pieces of JavaScript. */
interface Piece {
  readonly probe?: string;
  readonly needs?: string;
  readonly judge?: string;
}

function extension(pieces: readonly Piece[], more: { name?: string; file?: string } = {}): string {
  const file = join(folder, more.file ?? `${Math.random().toString(36).slice(2)}.mjs`);
  const checks = pieces.map(
    ({ needs = 'group', judge = 'return pass([seen]);' }, i) => `c${i}: (() => {
  const seen = { fact: '${needs}', subject: 's', expected: 'e', observed: 'o' };
  return check({ title: 'Claim', failureTitle: 'No claim', why: 'W', remediation: 'R', needs: { ${needs} },
    judge(facts, context) { ${judge} } });
})(),`,
  );
  writeFileSync(
    file,
    `import { awsProbe, check, extension, facts, fail, filesProbe, gatewayProbe, gitProbe, hostProbe, pass, ProbeError, undetermined } from 'clawcheck';
const { group } = facts;
${pieces.map(({ probe = '' }) => probe).join('\n')}
export default extension({ name: '${more.name ?? 't'}', title: 'T', why: 'W', checks: { ${checks.join('\n')} } });
`,
  );
  return file;
}

async function run(paths: readonly string[], ...more: string[]) {
  const args = ['run', '-q', '--env', 'prod', '--config', deployment.config, '--format', 'json'];
  const result = await clawcheck([...args, ...paths.flatMap((path) => ['--checks', path]), ...more], {
    env: deployment.variables,
  });
  const report = result.stdout.startsWith('{') ? (JSON.parse(result.stdout) as Report) : undefined;
  return { ...result, report };
}

/** The results of all checks of an extension, in one run narrowed to it. */
async function resultsOf(pieces: readonly Piece[]) {
  const { report, stderr } = await run([extension(pieces)], '--area', 'custom-t');
  const results = report?.areas[0]?.checks;
  if (!results) throw new Error(`there is no result: ${stderr}`);
  return results;
}

describe('the worked example', () => {
  it('runs beside every check of clawcheck, and the report says what is not of clawcheck', async () => {
    const { report, code } = await run([example]);
    expect([code, report?.verdict]).toEqual([0, 'READY']);
    const [own, custom] = [report?.areas.slice(0, -1) ?? [], report?.areas.at(-1)];
    expect(own.flatMap(({ checks }) => checks.map(({ id }) => id))).toEqual(allChecks(registry).map(({ id }) => id));
    expect(custom?.id).toBe('custom-acme');
    expect(custom?.checks.map(({ id, status }) => [id, status])).toEqual([
      ['custom-acme/two-zones', 'pass'],
      ['custom-acme/trail-of-every-region', 'pass'],
      ['custom-acme/runbook-names-roles', 'pass'],
    ]);
    expect(report?.extensions).toEqual([
      { area: 'custom-acme', source: example, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), checks: 3 },
    ]);
  });

  it('is loaded from the environment file, recorded, replayed and verified with its own files', async () => {
    const config = join(dirname(deployment.config), 'with-checks.yaml');
    const file = parse(readFileSync(deployment.config, 'utf8'));
    // As a package, in the way that npm installs one.
    const installed = join(dirname(config), 'node_modules', '@acme', 'rules');
    mkdirSync(installed, { recursive: true });
    writeFileSync(
      join(installed, 'package.json'),
      '{"name":"@acme/rules","type":"module","exports":{".":{"import":"./main.js"}}}',
    );
    writeFileSync(join(installed, 'main.js'), readFileSync(join(example, 'index.js')));
    file.checks = ['@acme/rules'];
    writeFileSync(config, stringify(file));
    const json = join(folder, 'report.json');
    const recording = join(folder, 'recording');
    const where = ['--env', 'prod', '--config', config];
    const env = deployment.variables;
    const first = await clawcheck(['run', '-q', ...where, '--output', json, '--record', recording], { env });
    expect([first.stderr, first.code]).toEqual(['', 0]);

    const again = await clawcheck(['run', '-q', ...where, '--replay', recording, '--format', 'json'], { env });
    expect([again.code, JSON.parse(again.stdout).extensions[0].area]).toEqual([0, 'custom-acme']);

    const verify = ['verify', json, '--unsigned', '--allow-simulated'];
    const full = await clawcheck([...verify, '--config', config, '--recording', recording]);
    expect([full.stdout, full.code]).toEqual([expect.stringMatching(/^VALID {2}READY/), 0]);
    const without = await clawcheck(verify);
    expect([without.code, without.stdout]).toEqual([23, expect.stringContaining('custom-acme is not at hand')]);
    writeFileSync(join(installed, 'main.js'), `${readFileSync(join(example, 'index.js'))}\n// changed\n`);
    const other = await clawcheck([...verify, '--config', config]);
    expect([other.code, other.stdout]).toEqual([23, expect.stringContaining('another version')]);
  });

  it('stands in list, explain, plan and permissions', async () => {
    const checks = ['--checks', example];
    expect((await clawcheck(['list', ...checks])).stdout).toContain('custom-acme/two-zones');
    expect((await clawcheck(['explain', 'runbook-names-roles', ...checks])).stdout).toContain('custom-acme/runbook');
    const plan = await clawcheck(['plan', '--env', 'prod', '--config', deployment.config, ...checks]);
    expect(plan.stdout).toMatch(/cloudtrail:DescribeTrails.*custom-acme\/trails/);
    const further = extension([
      {
        needs: 'filters',
        probe: `const filters = awsProbe({ id: 'custom-t/filters', calls: { 'logs:DescribeMetricFilters': { members: ['metricFilters'] } }, async gather(aws) {} });`,
      },
    ]);
    expect((await clawcheck(['permissions', '--checks', further])).stdout).toContain('"logs:DescribeMetricFilters"');
    expect((await clawcheck(['permissions'])).stdout).not.toContain('DescribeMetricFilters');
  });
});

describe('a custom check that is wrong', () => {
  it('is unknown, never pass, whatever its judgement is', async () => {
    const cases: readonly (readonly [what: string, judge: string, reason: string])[] = [
      ['throws', 'throw new TypeError("x")', 'internal'],
      ['throws a text', 'throw "x"', 'internal'],
      ['gives nothing', '', 'internal'],
      ['gives a promise', 'return Promise.resolve(pass([seen]))', 'internal'],
      ['says unknown itself', 'return { outcome: "unknown", evidence: [] }', 'internal'],
      ['passes without evidence', 'return { outcome: "pass", evidence: [], controls: [] }', 'empty_subject'],
      ['fails without evidence', 'return { outcome: "fail", evidence: [] }', 'internal'],
      ['cites what it does not need', 'return pass([{ ...seen, fact: "other" }])', 'internal'],
      [
        'gives evidence of no form',
        'return { outcome: "pass", evidence: [{ fact: "group" }], controls: [] }',
        'internal',
      ],
      ['is undetermined for no known reason', 'return undetermined("bogus", "m")', 'internal'],
      ['is undetermined', 'return undetermined("conflict", "two sources")', 'conflict'],
    ];
    const results = await resultsOf(cases.map(([, judge]) => ({ judge })));
    expect(results.map(({ status, reason }, i) => [cases[i]?.[0], status, reason?.code])).toEqual(
      cases.map(([what, , reason]) => [what, 'unknown', reason]),
    );
  });

  it('is unknown where its probe could not look, or reaches further than it declared', async () => {
    const aws = (body: string) => (id: string) =>
      `awsProbe({ id: '${id}', calls: { 'cloudtrail:DescribeTrails': 'known' }, async gather(aws) { ${body} } })`;
    const gateway = (call: string) => (id: string) =>
      `gatewayProbe({ id: '${id}', calls: ['rpc status'], gather: (port) => ${call} })`;
    const cases: readonly (readonly [what: string, probe: (id: string) => string, reason: string])[] = [
      ['throws', aws('throw new Error("secret text")'), 'internal'],
      ['calls what it did not declare', aws("return aws.read('ec2:DescribeVolumes', {})"), 'internal'],
      ['calls what changes something', aws("return aws.read('ec2:TerminateInstances', {})"), 'internal'],
      ['throws a reason that does not exist', aws("throw new ProbeError('fine', 'm')"), 'internal'],
      ['could not look', aws("throw new ProbeError('stale', 'm\\u001b[31m')"), 'stale'],
      ['calls another method', gateway("port.rpc('config.set', {})"), 'internal'],
      ['takes more rights', gateway("port.rpc('status', {}, { scopes: ['operator.admin'] })"), 'internal'],
      [
        'leaves its path',
        (id) =>
          `gitProbe({ id: '${id}', calls: ['/repos/acme/'], gather: (git) => git.get('/repos/acme/../../user') })`,
        'internal',
      ],
      ['gives no script', (id) => `hostProbe({ id: '${id}', script: "'; (", parse: () => 1 })`, 'access_denied'],
    ];
    const pieces = cases.map(([, probe], i) => ({
      needs: `p${i}`,
      probe: `const p${i} = ${probe(`custom-t/p${i}`)};`,
    }));
    const results = await resultsOf(pieces);
    expect(results.map(({ status, reason }, i) => [cases[i]?.[0], status, reason?.code])).toEqual(
      cases.map(([what, , reason]) => [what, 'unknown', reason]),
    );
    expect(JSON.stringify(results)).not.toMatch(/secret text|\\u001b/);
  });

  it('cannot change what the checks of clawcheck judge, and fails the whole', async () => {
    const judge =
      'for (const o of [facts.group, context.environment]) for (const k of Object.keys(o)) delete o[k]; return fail([seen]);';
    const { report, code } = await run([extension([{ judge }])]);
    expect([code, report?.verdict, report?.counts.fail, report?.counts.unknown]).toEqual([20, 'NOT_READY', 1, 0]);
  });
});

describe('what is refused before anything is looked at', () => {
  const list = (...paths: string[]) => clawcheck(['list', ...paths.flatMap((path) => ['--checks', path])]);
  const own = (call: string): Piece => ({
    needs: 'own',
    probe: `const own = awsProbe({ id: 'custom-t/own', calls: { ${call} }, async gather() {} });`,
  });

  it.each<[string, Piece, RegExp, string?]>([
    ['an operation that writes', own("'ec2:TerminateInstances': { members: ['x'] }"), /does not only read/],
    ['a service that clawcheck does not read', own("'s3:GetObject': { members: ['Body'] }"), /does not only read/],
    ['the value of a secret', own("'secretsmanager:GetSecretValue': { members: ['ARN'] }"), /hands out a secret/],
    ['another rule for a known operation', own("'ec2:DescribeVolumes': { members: [] }"), /write 'known'/],
    ['an operation without members', own("'logs:DescribeMetricFilters': { members: [] }"), /members/],
    ['no calls', own(''), /does not declare its calls/],
    [
      'an id of clawcheck',
      { needs: 'own', probe: `const own = filesProbe({ id: 'aws/group', async gather() {} });` },
      /does not begin with custom-t/,
    ],
    ['a name that leaves its namespace', {}, /name is not of/, '../network'],
    ['a check without facts', { needs: '', judge: '' }, /needs no fact/],
    [
      'a gateway method that writes',
      {
        needs: 'own',
        probe: `const own = gatewayProbe({ id: 'custom-t/own', calls: ['rpc config.set'], gather() {} });`,
      },
      /does not only read/,
    ],
    ['what does not load', { probe: 'throw new Error("at load");' }, /could not be loaded/],
  ])('%s', async (_, piece, message, name) => {
    const { code, stderr } = await list(extension([piece], name === undefined ? {} : { name }));
    expect([code, stderr]).toEqual([64, expect.stringMatching(message)]);
  });

  it('the same extension twice, no extension, a module without one', async () => {
    const good = extension([{}]);
    expect(await list(good, good)).toMatchObject({ code: 64, stderr: expect.stringMatching(/two extensions/) });
    expect(await list('./nowhere')).toMatchObject({ code: 64, stderr: expect.stringMatching(/there is no extension/) });
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    expect(await list(empty)).toMatchObject({ code: 64, stderr: expect.stringMatching(/not extension/) });
  });

  it('TypeScript where Node.js does not load it, and loads it where it does', async () => {
    const { code, stderr } = await list(extension([{}], { file: 'typed.ts' }));
    const loads = Boolean((process.features as { typescript?: unknown }).typescript);
    expect([code, stderr]).toEqual(loads ? [0, ''] : [64, expect.stringMatching(/is TypeScript/)]);
  });
});

describe('an operation that only the extension calls', () => {
  let server: Server;
  const heard: string[] = [];

  beforeAll(async () => {
    // Its own answer for CloudWatch Logs; all else is the embedded AWS.
    const { endpoint } = parse(readFileSync(deployment.config, 'utf8')).environments.prod.aws;
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const target = String(request.headers['x-amz-target'] ?? '');
      if (target.endsWith('.DescribeMetricFilters')) {
        heard.push(JSON.parse(body.toString()).nextToken ?? 'first');
        const page =
          heard.length === 1
            ? { metricFilters: [{ filterName: 'a' }], nextToken: 'n' }
            : { metricFilters: [{ filterName: 'b' }] };
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(page));
        return;
      }
      const passed = await fetch(endpoint + request.url, {
        method: request.method ?? 'GET',
        headers: request.headers as never,
        ...(body.length > 0 && { body }),
      });
      response
        .writeHead(passed.status, Object.fromEntries(passed.headers))
        .end(Buffer.from(await passed.arrayBuffer()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  it('goes through the same door: all pages, demanded members, counted', async () => {
    const config = join(dirname(deployment.config), 'further.yaml');
    const file = parse(readFileSync(deployment.config, 'utf8'));
    file.environments.prod.aws.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    file.checks = [
      extension([
        {
          needs: 'filters',
          probe: `const filters = awsProbe({ id: 'custom-t/filters', calls: { 'logs:DescribeMetricFilters': { members: ['metricFilters'], token: ['nextToken', 'nextToken'] } }, async gather(aws) { return (await aws.read('logs:DescribeMetricFilters', {})).metricFilters.map((f) => f.filterName); } });`,
          judge: "return pass([{ ...seen, observed: facts.filters.join(' ') }]);",
        },
      ]),
    ];
    writeFileSync(config, stringify(file));
    const args = ['run', '-q', '--env', 'prod', '--config', config, '--format', 'json', '--area', 'custom-t'];
    const report = JSON.parse((await clawcheck(args, { env: deployment.variables })).stdout) as Report;
    expect(report.areas[0]?.checks[0]).toMatchObject({ status: 'pass', observed: 'a b' });
    expect(heard).toEqual(['first', 'n']);
    expect(report.calls).toContainEqual({ operation: 'logs:DescribeMetricFilters', count: 2 });
  });
});

it('gives an author the types, and they refuse what the run would', () => {
  const folder = mkdtempSync(join(root, 'node_modules', '.types-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    const link = join(folder, 'node_modules', 'clawcheck');
    execFileSync('ln', ['-s', root, link]);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'good.js'), readFileSync(join(example, 'index.js')));
    writeFileSync(
      join(folder, 'bad.ts'),
      `import { awsProbe, check, facts, fail, gatewayProbe } from 'clawcheck';
const text = { title: '', failureTitle: '', why: '', remediation: '' };
// @ts-expect-error an operation that writes cannot be declared
awsProbe({ id: 'custom-t/a', calls: { 'ec2:TerminateInstances': { members: [] } }, async gather() {} });
// @ts-expect-error nor one that hands out a secret
awsProbe({ id: 'custom-t/b', calls: { 'ssm:GetParameter': { members: [] } }, async gather() {} });
// @ts-expect-error nor another rule for a known one
awsProbe({ id: 'custom-t/c', calls: { 'ec2:DescribeVolumes': { members: [] } }, async gather() {} });
awsProbe({
  id: 'custom-t/d',
  calls: { 'ec2:DescribeVolumes': 'known', 'ec2:DescribeVpcs': { members: ['Vpcs'] } },
  async gather(aws) {
    const { Vpcs } = await aws.read('ec2:DescribeVpcs', { VpcIds: ['vpc-1'] });
    // @ts-expect-error a call that is not declared
    await aws.read('ec2:DescribeSubnets', {});
    return Vpcs?.length ?? 0;
  },
});
// @ts-expect-error a method that writes
gatewayProbe({ id: 'custom-t/e', calls: ['rpc config.set'], async gather() {} });
check({
  ...text,
  needs: { group: facts.group },
  judge(seen) {
    // @ts-expect-error a fact that is not declared
    seen.instances;
    return fail([{ fact: 'group', subject: '', expected: '', observed: '' }]);
  },
});
// @ts-expect-error only the run makes unknown
check({ ...text, needs: { group: facts.group }, judge: () => ({ outcome: 'unknown' }) });
`,
    );
    const options = {
      compilerOptions: {
        module: 'NodeNext',
        target: 'ES2023',
        lib: ['ES2023'],
        types: ['node'],
        strict: true,
        noEmit: true,
        allowJs: true,
        skipLibCheck: true,
      },
      files: ['good.js', 'bad.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(root, 'node_modules/.bin/tsc');
    let said = '';
    try {
      execFileSync(tsc, ['-p', folder], { encoding: 'utf8' });
    } catch (error) {
      said = String((error as { stdout: string }).stdout);
    }
    expect(said).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
