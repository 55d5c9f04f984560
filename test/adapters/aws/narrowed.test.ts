import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { NormalizedSchema } from '@smithy/core/schema';
import { build, type Plugin, type PluginBuild } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: it has no types
import { narrowClients } from '../../../scripts/narrow-clients.mjs';

type Module = Record<string, new (input: object) => { schema: readonly unknown[] }>;

const services = [
  ...['auto-scaling', 'backup', 'budgets', 'cloudtrail', 'cloudwatch', 'cloudwatch-logs', 'ec2', 'efs'],
  ...['elastic-load-balancing-v2', 'iam', 'kms', 'lambda', 'secrets-manager', 'sns', 'ssm', 'sts'],
];
const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const bundle = join(folder, 'narrowed.mjs');
const load = () => import(pathToFileURL(bundle).href);

beforeAll(async () => {
  const all = (from: string) =>
    services.map((name) => `export * as ${from}_${name.replaceAll('-', '_')} from '@aws-sdk/client-${name}';`);
  const entries: Record<string, string> = {
    'run.ts': all('run').join('\n'),
    // The build tells the drills by the name of their file.
    'drill-clients.ts': all('drill').join('\n'),
  };
  await build({
    stdin: {
      contents: `export * from 'run.ts'; export * from 'drill-clients.ts'; export * from './src/adapters/aws/credential-providers.ts'; export { parseXML } from '@aws-sdk/xml-builder';`,
      resolveDir: process.cwd(),
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
    plugins: [
      {
        name: 'entries',
        setup(setup: PluginBuild) {
          setup.onResolve({ filter: /^(run|drill-clients)\.ts$/ }, ({ path }) => ({
            path: `/${path}`,
            namespace: 'entry',
          }));
          setup.onLoad({ filter: /./, namespace: 'entry' }, ({ path }) => ({
            contents: entries[path.slice(1)] ?? '',
            resolveDir: process.cwd(),
          }));
        },
      },
      (await narrowClients()) as Plugin,
    ],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a form of values says of them on the wire: all but the names of lists, maps and structures. */
function said(schema: NormalizedSchema, isAsked: boolean, within: readonly unknown[] = []): unknown {
  const { ec2QueryName, ...traits } = schema.getMergedTraits() as Record<string, unknown>;
  const kind = schema.getSchema();
  const own = { traits: { ...traits, ...(isAsked && { ec2QueryName }) }, kind: Array.isArray(kind) ? kind[0] : kind };
  if (within.includes(kind)) return own;
  const next = (inner: NormalizedSchema) => said(inner, isAsked, [...within, kind]);
  if (schema.isStructSchema())
    return { ...own, members: [...schema.structIterator()].map(([name, of]) => [name, next(of)]) };
  if (schema.isMapSchema()) return { ...own, key: next(schema.getKeySchema()), value: next(schema.getValueSchema()) };
  return schema.isListSchema() ? { ...own, item: next(schema.getValueSchema()) } : own;
}

describe('the narrowed clients of AWS', () => {
  it('read XML as the package does', async () => {
    const { parseXML: narrowed } = await load();
    const { parseXML: whole } = await import('@aws-sdk/xml-builder');
    const pieces = [
      ...[
        '<a>',
        '</a>',
        `<b x="1" y='2'>`,
        '</b>',
        '<c/>',
        'text',
        '&amp;',
        '&#65;',
        ' ',
        '\n',
        '<![CDATA[z]]>',
        '<!--q-->',
      ],
      ...['<?p?>', '<', '>', '/', '="', '"', '<__proto__>', '</__proto__>', '<a b', 'é', '\r\n', '<d e>', '<f g=h>'],
    ];
    const read = (parse: (xml: string) => unknown, xml: string) => {
      try {
        return JSON.stringify(parse(xml));
      } catch (thrown) {
        return String(thrown);
      }
    };
    const texts = new Set<string>();
    for (let seed = 1; texts.size < 5_000; seed = (seed * 48_271) % 2_147_483_647) {
      const chosen = Array.from(
        { length: seed % 7 },
        (_, i) => pieces[Math.floor(seed / (i + 1) ** 3) % pieces.length],
      );
      texts.add(`<r>${chosen.join('')}${seed % 5 === 0 ? '' : '</r>'}`);
    }
    for (const text of texts) expect(read(narrowed, text), text).toBe(read(whole, text));
  });

  it.each(services)('ask and read as the package of %s does', async (service) => {
    const narrowed = await load();
    const whole = (await import(`@aws-sdk/client-${service}`)) as Module;
    const found = {
      ...narrowed[`run_${service.replaceAll('-', '_')}`],
      ...narrowed[`drill_${service.replaceAll('-', '_')}`],
    } as Module;
    const commands = Object.keys(found).filter((name) => name.endsWith('Command'));
    expect(commands).not.toEqual([]);
    for (const name of commands) {
      const of = (module: Module) => {
        const [kind, namespace, operation, traits, input, output] = new (module[name] as Module[string])({}).schema;
        const forms = [input, output].map((form, i) => said(NormalizedSchema.of(form as never), i === 0));
        return [kind, namespace, operation, traits, ...forms];
      };
      expect(of(found), name).toEqual(of(whole));
    }
  });

  it.each(services)('have the settings and endpoints of the package of %s', async (service) => {
    const { [`run_${service.replaceAll('-', '_')}`]: narrowed } = await load();
    const whole = await import(`@aws-sdk/client-${service}`);
    const name = Object.keys(narrowed).find((each) => each.endsWith('Client')) as string;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const [few, all] = [narrowed, whole].map((module) => new module[name]({ region: 'eu-west-1', credentials }).config);
    // Of streams of events, none is read.
    const settings = (config: object) => Object.keys(config).filter((key) => key !== 'eventStreamMarshaller');
    expect(settings(few).sort()).toEqual(settings(all).sort());
    for (const key of ['serviceId', 'apiVersion', 'protocolSettings'] as const)
      expect(JSON.stringify(few[key])).toBe(JSON.stringify(all[key]));
    for (const Region of ['eu-west-1', 'us-gov-west-1', 'cn-north-1', undefined])
      for (const UseFIPS of [false, true])
        for (const UseDualStack of [false, true])
          for (const Endpoint of [undefined, 'http://127.0.0.1:1']) {
            const resolved = (config: typeof few) => {
              try {
                return config.endpointProvider({ Region, UseFIPS, UseDualStack, Endpoint, UseGlobalEndpoint: false });
              } catch (error) {
                return (error as Error).message;
              }
            };
            expect(resolved(few)).toEqual(resolved(all));
          }
  });
});

/** A server that gives out credentials as AWS does, by each way there is. */
function startGiver() {
  const asked: string[] = [];
  const keys = (id: string) => ({ AccessKeyId: id, SecretAccessKey: 'secret', Expiration: '2099-01-01T00:00:00Z' });
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const action = /Action=(\w+)/.exec(body)?.[1];
    asked.push(action ?? `${request.method} ${request.url?.split('?')[0]}`);
    const send = (status: number, text: unknown) => {
      response.statusCode = status;
      response.end(typeof text === 'string' ? text : JSON.stringify(text));
    };
    if (action) {
      // Once, STS cannot reach who vouches for the token, which is to be tried again.
      if (action === 'AssumeRoleWithWebIdentity' && asked.filter((each) => each === action).length === 1)
        return send(
          400,
          '<ErrorResponse><Error><Code>IDPCommunicationError</Code><Message>m</Message></Error></ErrorResponse>',
        );
      const xml = Object.entries({ ...keys(action), SessionToken: 'session' }).map(
        ([key, text]) => `<${key}>${text}</${key}>`,
      );
      return send(
        200,
        `<${action}Response><${action}Result><Credentials>${xml.join('')}</Credentials></${action}Result></${action}Response>`,
      );
    }
    switch (request.url?.split('?')[0]) {
      case '/federation/credentials':
        if (request.headers['x-amz-sso_bearer_token'] !== 'fresh') return send(401, { message: 'stale' });
        return send(200, {
          roleCredentials: { accessKeyId: 'Sso', secretAccessKey: 'secret', sessionToken: 's', expiration: 4e12 },
        });
      case '/token':
        return send(200, { accessToken: 'fresh', expiresIn: 3600, refreshToken: 'next' });
      case '/v1/token':
        if (body.includes('expired')) {
          response.setHeader('x-amzn-errortype', 'AccessDeniedException');
          return send(403, { error: 'TOKEN_EXPIRED', message: 'm' });
        }
        return send(200, {
          accessToken: { accessKeyId: 'Login', secretAccessKey: 'secret', sessionToken: 's' },
          tokenType: 'aws_sigv4',
          expiresIn: 900,
          refreshToken: 'next',
        });
      case '/latest/api/token':
        return send(200, 'imds-token');
      case '/latest/meta-data/iam/security-credentials/':
        return send(200, 'role');
      case '/latest/meta-data/iam/security-credentials/role':
        return send(200, { Code: 'Success', ...keys('Imds'), Token: 'session' });
      case '/ecs':
        return send(200, { ...keys('Ecs'), Token: 'session' });
      default:
        return send(404, {});
    }
  });
  return new Promise<{ port: number; asked: string[]; close: () => void }>((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as AddressInfo).port, asked, close: () => server.close() }),
    );
  });
}

describe('the credential providers with the narrowed clients', () => {
  const home = join(folder, 'home');
  const script = join(folder, 'credentials.mjs');
  let giver: Awaited<ReturnType<typeof startGiver>>;

  beforeAll(async () => {
    giver = await startGiver();
    const hash = (text: string) => (algorithm: string) => createHash(algorithm).update(text).digest('hex');
    const write = (path: string, value: unknown) => {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), typeof value === 'string' ? value : JSON.stringify(value));
    };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const login = (refreshToken: string) => ({
      accessToken: {
        accessKeyId: 'Old',
        secretAccessKey: 'secret',
        sessionToken: 's',
        accountId: '1',
        expiresAt: '2020-01-01T00:00:00Z',
      },
      tokenType: 'aws_sigv4',
      refreshToken,
      clientId: 'cli',
      dpopKey: privateKey.export({ format: 'pem', type: 'sec1' }),
    });
    write(
      '.aws/config',
      `[profile keys]
aws_access_key_id = Keys
aws_secret_access_key = secret
[profile role]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = keys
[profile program]
credential_process = echo '{"Version":1,"AccessKeyId":"Program","SecretAccessKey":"secret"}'
[profile sso]
sso_session = s
sso_account_id = 123456789012
sso_role_name = r
[sso-session s]
sso_region = eu-west-1
sso_start_url = https://example.com/start
[profile login]
login_session = good
[profile login-over]
login_session = over
`,
    );
    write(`.aws/sso/cache/${hash('s')('sha1')}.json`, {
      accessToken: 'stale',
      expiresAt: '2020-01-01T00:00:00Z',
      clientId: 'c',
      clientSecret: 's',
      registrationExpiresAt: '2099-01-01T00:00:00Z',
      refreshToken: 'r',
    });
    write(`.aws/login/cache/${hash('good')('sha256')}.json`, login('good'));
    write(`.aws/login/cache/${hash('over')('sha256')}.json`, login('expired'));
    write('token', 'web-identity-token');
    writeFileSync(
      script,
      `import { fromNodeProviderChain, fromTemporaryCredentials } from ${JSON.stringify(bundle)};
const params = { RoleArn: 'arn:aws:iam::123456789012:role/r' };
const provider = process.argv[2] ? fromTemporaryCredentials({ params }) : fromNodeProviderChain();
console.log(await provider().then(({ accessKeyId }) => accessKeyId, (error) => error.message));`,
    );
  });
  afterAll(() => giver.close());

  it.each<[string, Record<string, string>, string, readonly string[]]>([
    ['a role of a profile', { AWS_PROFILE: 'role' }, 'AssumeRole', ['AssumeRole']],
    ['a role that is named', { AWS_PROFILE: 'keys' }, 'AssumeRole', ['AssumeRole']],
    ['a program', { AWS_PROFILE: 'program' }, 'Program', []],
    [
      'single sign-on, with a token that has to be renewed',
      { AWS_PROFILE: 'sso' },
      'Sso',
      ['POST /token', 'GET /federation/credentials'],
    ],
    ['a login, which has to be renewed', { AWS_PROFILE: 'login' }, 'Login', ['POST /v1/token']],
    [
      'a login that is over',
      { AWS_PROFILE: 'login-over' },
      'Your session has expired. Please reauthenticate.',
      ['POST /v1/token'],
    ],
    [
      'a web identity, at the second attempt',
      { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r', AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token') },
      'AssumeRoleWithWebIdentity',
      ['AssumeRoleWithWebIdentity', 'AssumeRoleWithWebIdentity'],
    ],
    ['a container', { container: 'yes' }, 'Ecs', ['GET /ecs']],
    [
      'the instance',
      {},
      'Imds',
      [
        'PUT /latest/api/token',
        ...['', 'role'].map((name) => `GET /latest/meta-data/iam/security-credentials/${name}`),
      ],
    ],
  ])('take what %s gives', async (name, { container, ...settings }, accessKeyId, asked) => {
    const api = `http://127.0.0.1:${giver.port}`;
    giver.asked.length = 0;
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: api,
      ...Object.fromEntries(
        ['STS', 'SSO', 'SSO_OIDC', 'SIGNIN'].map((service) => [`AWS_ENDPOINT_URL_${service}`, api]),
      ),
      ...(container && { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${api}/ecs` }),
      ...settings,
    };
    const args = [script, ...(name === 'a role that is named' ? ['named'] : [])];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    expect({ stdout: stdout.trim(), asked: giver.asked }, stderr).toEqual({ stdout: accessKeyId, asked });
  });
});
