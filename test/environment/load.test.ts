import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { path } from '../../src/environment/fields.ts';
import { loadEnvironment, parseEnvironmentFile } from '../../src/environment/load.ts';
import { UsageError } from '../../src/model/reason.ts';

const good = `version: 1
environments:
  prod:
    aws: { account: "123456789012", region: eu-west-1 }
    infrastructure: { autoScalingGroup: openclaw-prod }
    soulDocuments: { fileSystemId: fs-0123456789abcdef0 }
    credentials: { secret: openclaw/prod }
    monitoring:
      logGroups: [{ name: /openclaw }]
      alarm: unhealthy
`;

function write(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'clawcheck-test-')), 'clawcheck.yaml');
  writeFileSync(file, text);
  return file;
}

function mistakeOf(text: string): string {
  try {
    parseEnvironmentFile(text, 'c.yaml');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('the environment file', () => {
  it('is read with every default filled in', () => {
    const { environment, others, sha256 } = loadEnvironment(write(good), 'prod');
    expect(environment).toMatchObject({ name: 'prod', gateway: { port: 18789 }, waivers: [] });
    expect(others).toEqual([]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    'https://git.example.com/a/b.git',
    'ssh://git@git.example.com:2222/a/b.git',
    'git@git.example.com:a/b.git',
    '/srv/git/a.git',
    '../a.git',
    'http://127.0.0.1:1/a.git',
  ])('takes the git remote %s', (remote) => {
    const { environment } = loadEnvironment(write(`${good}    git: { remote: ${JSON.stringify(remote)} }\n`), 'prod');
    expect(environment.git).toMatchObject({ remote, branch: 'main' });
  });

  it.each([
    'https://user:password@git.example.com/a.git',
    'https://token@git.example.com/a.git',
    'ssh://git:password@git.example.com/a.git',
    'ssh://-oProxyCommand=x/a.git',
    '-oProxyCommand=x@git.example.com:a.git',
    'http://git.example.com/a.git',
    'http://127.0.0.1.example.com/a.git',
    'git://git.example.com/a.git',
    'ext::sh -c x',
    '--upload-pack=x',
    'a.git',
  ])('refuses the git remote %s', (remote) => {
    expect(mistakeOf(`${good}    git: { remote: ${JSON.stringify(remote)} }\n`)).toContain('git.remote');
  });

  it.each([
    ['/srv/openclaw/', '/srv/openclaw'],
    ['//srv/./openclaw//', '/srv/openclaw'],
    ['/srv/.openclaw/.', '/srv/.openclaw'],
    ['/', '/'],
  ])('names the directory %s as the mount table does: %s', (written, read) => {
    expect(path.parse(written)).toBe(read);
  });

  it.each([
    ['an account as a number', good.replace('"123456789012"', '012345678901'), /^c\.yaml:4: .*aws\.account: .*quotes/],
    [
      'an unknown key, with the one that was meant',
      good.replace('alarm:', 'alarms:'),
      /^c\.yaml:10: unknown key .*monitoring\.alarms \(did you mean alarm\?\)/m,
    ],
    [
      'an unknown key of an environment',
      good.replace('credentials:', 'credential:'),
      /unknown key environments\.prod\.credential \(did you mean credentials\?\)/,
    ],
    ['a comment alone', '# only a comment\n', /^c\.yaml is empty$/],
    ['a missing key', good.replace('      alarm: unhealthy\n', ''), /monitoring\.alarm: is missing/],
    ['a missing account', good.replace('account: "123456789012", ', ''), /aws\.account: is missing/],
    ['bad YAML, with its line', good.replace('    aws: {', '    aws: {{'), /^c\.yaml:\d+: /],
    ['a key twice', `${good}      alarm: other\n`, /^c\.yaml:11: /],
    ['a bad region', good.replace('eu-west-1', 'Ireland'), /region: such as eu-west-1/],
    [
      'a text for a number',
      `${good}    gateway: { port: high }\n`,
      /gateway\.port: Invalid input: expected number, received string$/,
    ],
    ['a number that is too large', `${good}    gateway: { port: 70000 }\n`, /gateway\.port: Too big: .*<=65535$/],
    ['none of the words', `${good}    gateway: { sandboxMode: on }\n`, /expected one of "off"\|"non-main"\|"all"$/],
    ['a prototype key', good.replace('    aws:', '    __proto__: { aws: 1 }\n    aws:'), /__proto__/],
    ['another version', good.replace('version: 1', 'version: 2'), /version/],
    [
      'an alias bomb',
      `b0: &b0 [x,x]\n${Array.from({ length: 20 }, (_, i) => `b${i + 1}: &b${i + 1} [*b${i},*b${i}]`).join('\n')}\n`,
      /too many aliases/,
    ],
    ['nothing', '', /^c\.yaml is empty$/],
    ['YAML 1.1', `%YAML 1.1\n---\n${good}`, /^c\.yaml says that it is of YAML 1\.1$/],
    ['a tag of YAML 1.1', good.replace('version: 1', 'version: !!binary MQ=='), /^c\.yaml:\d+: Unresolved tag/],
  ])('%s is one clear line', (_, text, message) => {
    expect(mistakeOf(text)).toMatch(message);
    expect(mistakeOf(text)).not.toMatch(/\n\s+at /);
  });

  it('says which environments there are, and which one was likely meant', () => {
    const file = write(good);
    expect(() => loadEnvironment(file, 'prd')).toThrow(/no environment "prd"; it has: prod/);
    try {
      loadEnvironment(file, 'prd');
    } catch (error) {
      expect((error as UsageError).next).toBe('Did you mean --env prod?');
    }
    expect(() => loadEnvironment(file, '__proto__')).toThrow(UsageError);
  });

  it('that is not text in UTF-8 is said to be that', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'clawcheck-test-')), 'clawcheck.yaml');
    for (const start of ['fffe', 'feff', '00']) {
      writeFileSync(file, Buffer.concat([Buffer.from(start, 'hex'), Buffer.from('version: 1\n', 'utf16le')]));
      expect(() => loadEnvironment(file, 'prod')).toThrow(/is not text in UTF-8$/);
    }
  });

  it('that is not there is named, with what to do', () => {
    expect(() => loadEnvironment('/nonexistent/clawcheck.yaml', 'prod')).toThrow(/there is no environment file/);
  });
});
