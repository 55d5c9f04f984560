import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { harmless, secretRules } from '../../src/judging/secret-patterns.ts';

/** As the host does it: GNU grep and the one of busybox, where it is there. */
const greps = [['grep'], ['busybox', 'grep']].filter(
  ([tool = '', ...more]) => spawnSync(tool, [...more, '--help']).status === 0,
);
const search = (grep: readonly string[], how: string, pattern: string, text: string) =>
  spawnSync(grep[0] ?? '', [...grep.slice(1), how, '-a', '-E', '-e', pattern], { input: text, env: { LC_ALL: 'C' } });
const finds = (grep: readonly string[], pattern: string, text: string) => search(grep, '-q', pattern, text).status;
/** In how many lines it is found. */
const lines = (grep: readonly string[], pattern: string, text: string) =>
  Number(search(grep, '-c', pattern, text).stdout);
const all = secretRules.map(({ pattern }) => pattern).join('\n');

it('has a grep to test with, and each rule once', () => {
  expect(greps.length).toBeGreaterThan(0);
  expect(new Set(secretRules.map(({ id }) => id)).size).toBe(secretRules.length);
  expect(secretRules.length).toBeGreaterThanOrEqual(35);
});

describe.each(greps.map((grep) => [grep.join(' '), grep] as const))('%s', (_, grep) => {
  it.each(secretRules.map((rule) => [rule.id, rule] as const))('finds %s wherever it stands in a line', (_, rule) => {
    const value = rule.sample();
    const texts = [value, `"${value}"`, `x = ${value};`, `\0\x01${value}\0`, `{\\"k\\":\\"${value}\\"}`];
    expect(lines(grep, rule.pattern, texts.join('\n'))).toBe(texts.length);
    expect(lines(grep, all, `first line\n${texts.join('\n')}\n`)).toBe(texts.length);
  });

  const value = '3f9a1c7e'.repeat(4);
  it.each([
    ['a composition of containers', `      CRM_TOKEN: ${value}`],
    ['a script', `  env: { CRM_TOKEN: '${value}' },`],
    ['JSON', `"CRM_API_KEY" : "${value}",`],
    ['an ini file', `CRM_PASSWORD = "Zq7Wm4Xk9Rb2Tn5Yc8Vd"`],
    ['a file of variables, with a prefix', `SEARCH_API_KEY=tvly-dev-${value}`],
    ['the same of two letters', `CRAWL_API_KEY="fc-${value}"`],
    ['the same with an underscore', `MODEL_API_TOKEN=r8_${value}`],
  ])('finds what is named like a credential in %s', (_, text) => {
    const { pattern = '' } = secretRules.find(({ id }) => id === 'assigned') ?? {};
    expect(lines(grep, pattern, `first line\n${text}\nlast line`)).toBe(1);
  });

  const mixed = 'Zq7Wm4Xk9Rb2Tn5Yc8Vd3Hj6Lp1Sf0Gu';
  const uuid = '3f9a1c7e-3f9a-4c7e-9f9a-1c7e3f9a1c7e';
  it.each([
    ['a short password of a variable', ['DB_PASS', "WORD='Tr0ub4dor&3horse'"].join('')],
    ['a key that is a UUID', ['CRM_API', `_KEY=${uuid}`].join('')],
    ['a key of hexadecimal digits', ['PAGER_ROUTING', `_KEY="${value}"`].join('')],
    ['YAML in small letters', ['api', `_key: ${mixed}`].join('')],
    ['a token at the start of a line', ['tok', `en: ${mixed}`].join('')],
    ['camel case', ['client', `Secret = '${mixed}'`].join('')],
    ['a request in a script', ["curl -H 'Authori", `zation: Bearer ${mixed}' https://api.example.com`].join('')],
    ['a header of a key', ['-H "X-Api', `-Key: ${mixed}"`].join('')],
    ['headers in JSON', ['"Authori', `zation": "Basic ${mixed}"`].join('')],
    ['a login of curl', ['curl -s -', 'u admin:Tr0ub4dor https://api.example.com'].join('')],
    ['a login of ssh', ['sshpass -', "p 'Tr0ub4dor' ssh host"].join('')],
    ['an option', ['mysqldump --pass', 'word=Tr0ub4dor openclaw'].join('')],
    ['a URL without a user', ['redis:', '//:Tr0ub4dor@cache:6379/0'].join('')],
    ['a refresh token of Google', ['"1/', `/0g${mixed}"`].join('')],
    ['a table of a service', ['pat', `AbCdEfGhIjKlMn.${value}${value}`].join('')],
  ])('finds %s', (_, text) => expect(lines(grep, all, `first line\n${text}\nlast line`)).toBe(1));

  it.each([
    harmless,
    'DB_PASSWORD=openclaw-prod-db2-password DB_PASSWORD=$(read 1234567) DB_PASSWORD=changeme',
    'apiKey: { source: exec, id: crm/key } secret_key: openclaw/prod/2026gateway_secret password: see runbook 12',
    'token: undefined, access_token: string; tokens: 1234567890123456; next_token=abcdef1234567890abcdef',
    'Authorization: Bearer <token> "Authorization": `Bearer $token` Authorization: Bearer YOUR_TOKEN',
    ['a dotenv:', '//:key_1234@dotenv.org/vault?environment=production in the code of a library'].join(''),
    'curl -u "$USER:$PASSWORD" https://example.com; docker run -u 1000:1000 x; mysqldump --password=PASSWORD x',
    `KMS_KEY=${uuid} GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568`,
    'INVALID_TOKEN: "InvalidTokenExceptionOfTheService", EXPIRED_TOKEN: \'ExpiredTokenException\'',
    'static readonly ACCESS_TOKEN: InjectionTokenOfTheAccessToken;',
    'MONITORING_SECRET: openclaw-prod-monitoring2, MAX_TOKEN: 200000, CRM_SECRET=prod-crm-2026-gateway',
    'CRM_TOKEN: $CRM_TOKEN_1234567890123456 API_KEY: https://example.com/1234567890123456789',
    'sk-learn and task-force-one are words, so is ask-anthropic-about-it',
    'https://hooks.slack.com/services is the address without its secret',
    'https://user@example.com/path and ssh://git@github.com:22/acme/repo',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway-AbCdEf',
    '"token": { "source": "exec", "provider": "aws", "id": "gateway/token" }',
    ['"password": "$', '{GATEWAY_PASSWORD}"'].join(''),
    '-----BEGIN CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0example ops@host',
    'sha512-3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e==',
    'commit 3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e3f9a1c7e',
    'OPENCLAW_SECRET=openclaw/prod/gateway GATEWAY_TOKEN=$(aws secretsmanager get-secret-value) MAX_TOKENS=200000',
    'AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
    'login with your password, or password with login; "auth": "token"',
    ['//registry.npmjs.org/:_auth', 'Token=$', '{NPM_TOKEN}'].join(''),
    '2026-03-04T05:06:07.000Z 10.20.1.10:18789',
  ])('finds nothing in: %s', (text) => {
    expect(finds(grep, all, text)).toBe(1);
  });
});
