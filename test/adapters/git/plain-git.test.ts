import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PlainGitOptions, plainGitPort } from '../../../src/adapters/git/plain-git.ts';
import { startSshServer } from '../../../src/demo/ssh-server.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { GitPort } from '../../../src/ports/git.ts';
import { branchRules } from '../../../src/probes/git/branch-rules.ts';
import { head } from '../../../src/probes/git/head.ts';
import { tree } from '../../../src/probes/git/tree.ts';
import { goodEnvironment, runScenario } from '../../support/rig.ts';

interface Branch {
  readonly protected: unknown;
  readonly commit: { readonly sha: string; readonly commit: { readonly tree: { readonly sha: string } } };
}
interface Tree {
  readonly tree: readonly {
    readonly path: string;
    readonly mode: string;
    readonly type: string;
    readonly sha: string;
  }[];
}

let folder: string;
let work: string;
const closing: (() => void)[] = [];

const git = (...args: string[]) =>
  execFileSync('git', ['-C', work, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

const port = (options: Partial<PlainGitOptions> = {}) =>
  plainGitPort({ remote: work, branch: 'main', signal: new AbortController().signal, ...options });

async function failure(asked: Promise<unknown>): Promise<ProbeError> {
  const error = await asked.then(
    (answer) => answer,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProbeError)) throw new Error(`not a ProbeError: ${JSON.stringify(error)}`);
  expect(`${error.message} ${error.next}`).not.toContain('HOSTILE');
  return error;
}

const reasonOf = async (asked: Promise<unknown>) => (await failure(asked)).reason;

async function treeOf(from: GitPort, branch = 'main'): Promise<Map<string, string>> {
  const { commit } = (await from.get(`/branches/${encodeURIComponent(branch)}`)) as Branch;
  const { tree } = (await from.get(`/git/trees/${commit.commit.tree.sha}?recursive=1`)) as Tree;
  return new Map(tree.map(({ path, mode, type, sha }) => [path, `${mode} ${type} ${sha}`]));
}

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`, server };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
  // What the adapter leaves behind is seen here.
  mkdirSync(join(folder, 'tmp'));
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
  work = join(folder, 'work');
  mkdirSync(work);
  git('init', '-q', '-b', 'main');
  mkdirSync(join(work, 'workspace'));
  writeFileSync(join(work, 'workspace', 'SOUL.md'), 'Be kind.\n');
  writeFileSync(join(work, 'workspace', 'ümlaut\nline.md'), 'x');
  symlinkSync('/etc/passwd', join(work, 'workspace', 'LINK.md'));
  git('add', '.');
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},workspace/sub`);
  git('commit', '-q', '-m', 'one');
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) close();
  const left = readdirSync(join(folder, 'tmp'));
  rmSync(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
});

describe('plainGitPort', () => {
  it('gives head and blobs of a repository on this machine, as git itself has them', async () => {
    const from = port();
    const { commit, protected: known } = (await from.get('/branches/main')) as Branch;
    expect([commit.sha, commit.commit.tree.sha, known]).toEqual([
      git('rev-parse', 'HEAD'),
      git('rev-parse', 'HEAD^{tree}'),
      null,
    ]);
    expect(await treeOf(from)).toEqual(
      new Map([
        ['workspace/LINK.md', `120000 blob ${git('rev-parse', 'HEAD:workspace/LINK.md')}`],
        ['workspace/SOUL.md', `100644 blob ${git('hash-object', 'workspace/SOUL.md')}`],
        ['workspace/sub', `160000 commit ${'1'.repeat(40)}`],
        ['workspace/ümlaut\nline.md', `100644 blob ${git('hash-object', 'workspace/ümlaut\nline.md')}`],
      ]),
    );
  });

  it('answers for the branch, not for what is checked out or changed beside it', async () => {
    git('checkout', '-q', '-b', 'other');
    writeFileSync(join(work, 'workspace', 'SOUL.md'), 'Be unkind.\n');
    git('commit', '-q', '-a', '-m', 'two');
    writeFileSync(join(work, 'workspace', 'SOUL.md'), 'Neither.\n');
    const [main, other] = [await treeOf(port()), await treeOf(port({ branch: 'other' }), 'other')];
    expect(main.get('workspace/SOUL.md')).toContain(git('rev-parse', 'main:workspace/SOUL.md'));
    expect(other.get('workspace/SOUL.md')).toContain(git('rev-parse', 'other:workspace/SOUL.md'));
    expect(main.get('workspace/SOUL.md')).not.toBe(other.get('workspace/SOUL.md'));
  });

  it('does not know reviews, rules and runs, and says so', async () => {
    for (const path of ['/branches/main/protection', '/rules/branches/main', '/actions/workflows/e.yml']) {
      const { reason, next } = await failure(port().get(path));
      expect([reason, next]).toEqual(['not_configured', expect.stringContaining('git.repository')]);
    }
  });

  it('gives the probes what they need for hashes, and nothing for rules', async () => {
    const environment = goodEnvironment({ git: { remote: work } });
    const context = { environment, now: new Date() } as Parameters<typeof head.gather>[2];
    const from = port();
    const found = await head.gather(from, {} as never, context);
    expect(found).toMatchObject({ branch: 'main', commit: git('rev-parse', 'HEAD'), protected: undefined });
    expect((await tree.gather(from, { head: found } as never, context)).map(({ path }) => path)).toHaveLength(4);
    expect(await reasonOf(branchRules.gather(from, { head: found } as never, context))).toBe('not_configured');
    const none = goodEnvironment({ git: { remote: work, branch: 'nowhere' } });
    const missing = head.gather(port({ branch: 'nowhere' }), {} as never, { ...context, environment: none });
    expect(await reasonOf(missing)).toBe('not_found');
  });

  describe('in a run', () => {
    const documents = ['AGENTS.md', 'IDENTITY.md', 'SOUL.md', 'USER.md', 'skills/crm-lookup/SKILL.md'];
    const statuses = async (change: (deployed: Map<string, string>) => void = () => {}) => {
      const deployed = new Map(documents.map((path) => [path, git('hash-object', `workspace/${path}`)]));
      change(deployed);
      const from = port();
      const checks = [
        'soul-documents/matches-git',
        'soul-documents/reviewed-changes',
        'skills/regressions-block-merge',
      ];
      const report = await runScenario([], {
        checks: [...checks, 'skills/scheduled-evals', 'skills/evals-on-pull-request'],
        change(scenario) {
          scenario.environment['git'] = { remote: work };
          scenario.environment['soulDocuments.repositoryPath'] = 'workspace';
          scenario.host['host/document-hashes'] = [
            ['state', 'read'],
            ['workspace', 'present'],
            ['count', `${deployed.size}`],
            ...[...deployed].map(([path, blob]): [string, string] => ['file', `${blob} ./${path}`]),
          ];
        },
        tap: (from_, call, answer) => (from_ === 'git' ? from.get(call) : answer()),
      });
      return report.areas.flatMap((area) => area.checks);
    };
    const statusOf = async (change?: (deployed: Map<string, string>) => void) =>
      (await statuses(change)).find(({ id }) => id === 'soul-documents/matches-git')?.status;

    beforeEach(() => {
      git('rm', '-q', '-r', '--cached', '.');
      rmSync(join(work, 'workspace'), { recursive: true });
      mkdirSync(join(work, 'workspace', 'skills', 'crm-lookup'), { recursive: true });
      for (const path of documents) writeFileSync(join(work, 'workspace', path), `# ${path}\n`);
      git('add', '.');
      git('commit', '-q', '-m', 'documents');
    });

    it('the documents are compared; what only a host tells is unknown, with the next step', async () => {
      const found = await statuses();
      const matches = found.find(({ id }) => id === 'soul-documents/matches-git');
      const others = found.filter((one) => one !== matches);
      expect(matches).toMatchObject({ status: 'pass' });
      expect(others).toHaveLength(4);
      for (const other of others) {
        expect(other).toMatchObject({ status: 'unknown', reason: { code: 'not_configured' } });
        expect(JSON.stringify(other)).toContain('git.repository');
      }
    });

    it('a change on the instance, a change on the branch, a link and an extra file fail', async () => {
      const other = '3'.repeat(40);
      expect(await statusOf((deployed) => deployed.set('skills/crm-lookup/SKILL.md', other))).toBe('fail');
      expect(await statusOf((deployed) => deployed.set('TOOLS.md', other))).toBe('fail');
      expect(await statusOf((deployed) => deployed.set('SOUL.md', '-'))).toBe('fail');
      const before = git('hash-object', 'workspace/SOUL.md');
      writeFileSync(join(work, 'workspace', 'SOUL.md'), 'Be brief.\n');
      git('commit', '-q', '-a', '-m', 'moved on');
      expect(await statusOf((deployed) => deployed.set('SOUL.md', before))).toBe('fail');
      expect(await statusOf()).toBe('pass');
    });

    it('compares what is in the repository, not what filters, line ends, links and modules would make of it', async () => {
      writeFileSync(join(work, '.gitattributes'), 'SOUL.md text eol=crlf\nUSER.md filter=lfs\n');
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 9\n`;
      writeFileSync(join(work, 'workspace', 'USER.md'), pointer);
      git('add', '.');
      git('commit', '-q', '-m', 'attributes');
      const raw = (text: string) => execFileSync('git', ['hash-object', '--stdin'], { input: text, encoding: 'utf8' });
      expect(await statusOf((deployed) => deployed.set('USER.md', raw(pointer).trim()))).toBe('pass');
      expect(await statusOf((deployed) => deployed.set('USER.md', raw('large one').trim()))).toBe('fail');
      expect(await statusOf((deployed) => deployed.set('SOUL.md', raw('# SOUL.md\r\n').trim()))).toBe('fail');
      rmSync(join(work, 'workspace', 'SOUL.md'));
      symlinkSync('AGENTS.md', join(work, 'workspace', 'SOUL.md'));
      git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},workspace/IDENTITY.md`);
      git('add', 'workspace/SOUL.md');
      git('commit', '-q', '-m', 'a link');
      expect(await statusOf((deployed) => deployed.set('SOUL.md', raw('AGENTS.md').trim()))).toBe('fail');
      expect(await statusOf((deployed) => deployed.set('IDENTITY.md', '1'.repeat(40)))).toBe('fail');
    });
  });

  it('knows no other tree than that of the branch', async () => {
    expect(await port().get(`/git/trees/${'2'.repeat(40)}?recursive=1`)).toBeUndefined();
  });

  it('has no answer for a missing branch, a tag or branch of like name, and an empty repository', async () => {
    git('tag', 'release');
    git('branch', 'a/refs/heads/b');
    expect(await port({ branch: 'nowhere' }).get('/branches/nowhere')).toBeUndefined();
    expect(await port({ branch: 'release' }).get('/branches/release')).toBeUndefined();
    expect(await port({ branch: 'b' }).get('/branches/b')).toBeUndefined();
    const empty = join(folder, 'empty.git');
    git('init', '-q', '--bare', empty);
    expect(await port({ remote: empty }).get('/branches/main')).toBeUndefined();
  });

  it('takes a branch that begins with - for a branch', async () => {
    git('update-ref', 'refs/heads/--upload-pack=x', 'HEAD');
    const from = port({ branch: '--upload-pack=x' });
    expect((await treeOf(from, '--upload-pack=x')).size).toBe(4);
  });

  it('ends at the size that may be written', async () => {
    writeFileSync(join(work, 'large'), randomBytes(1024 * 1024));
    git('add', 'large');
    git('commit', '-q', '-m', 'large');
    expect(await reasonOf(port({ pack: 128 * 1024 }).get('/branches/main'))).toBe('truncated');
    // Without file contents, where the remote leaves them out.
    git('config', 'uploadpack.allowFilter', 'true');
    expect((await treeOf(port({ pack: 128 * 1024 }))).size).toBe(5);
  });

  it('says what is wrong with a path that is no repository, and one of SHA-256', async () => {
    expect(await reasonOf(port({ remote: join(folder, 'absent') }).get('/branches/main'))).toBe('not_found');
    const other = join(folder, 'sha256');
    git('init', '-q', '-b', 'main', '--object-format=sha256', other);
    work = other;
    git('commit', '-q', '--allow-empty', '-m', 'one');
    expect(await reasonOf(port().get('/branches/main'))).toBe('bad_response');
  });

  it('reads no configuration of the user, of the process and of folders above', async () => {
    const config = join(folder, '.gitconfig');
    writeFileSync(config, `[url "${join(folder, 'absent')}"]\n  insteadOf = ${work}\n`);
    vi.stubEnv('HOME', folder);
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', `url.${join(folder, 'absent')}.insteadOf`);
    vi.stubEnv('GIT_CONFIG_VALUE_0', work);
    expect((await treeOf(port())).size).toBe(4);
  });

  it('runs no other protocol', async () => {
    const mark = join(folder, 'mark');
    expect(await reasonOf(port({ remote: `ext::touch ${mark}` }).get('/branches/main'))).toBe('unreachable');
    expect(readdirSync(folder)).not.toContain('mark');
    expect(await reasonOf(port({ remote: 'git://127.0.0.1:1/x' }).get('/branches/main'))).toBe('unreachable');
  });

  it('is told that there is no git', async () => {
    vi.stubEnv('PATH', folder);
    expect(await reasonOf(port().get('/branches/main'))).toBe('tool_missing');
  });

  describe('over HTTP', () => {
    /** git http-backend, as a web server runs it. */
    const backend: RequestListener = (request, response) => {
      const [path, query = ''] = (request.url ?? '').split('?');
      const child: ChildProcess = spawn('git', ['http-backend'], {
        env: {
          PATH: process.env['PATH'],
          GIT_HTTP_EXPORT_ALL: '1',
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_PROJECT_ROOT: folder,
          PATH_INFO: (path ?? '').replace('/repo.git', '/work/.git'),
          QUERY_STRING: query,
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers['content-type'] ?? '',
          HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
          GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      request.pipe(child.stdin as NodeJS.WritableStream);
      const chunks: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.once('close', () => {
        const all = Buffer.concat(chunks);
        const end = all.indexOf('\r\n\r\n');
        const headers = all
          .subarray(0, end)
          .toString()
          .split('\r\n')
          .map((line) => line.split(': '));
        const { Status: status, ...rest } = Object.fromEntries(headers) as Record<string, string>;
        response.writeHead(Number.parseInt(status ?? '200', 10), rest);
        response.end(all.subarray(end + 4));
      });
    };

    it('fetches from git http-backend', async () => {
      const { url } = await serve(backend);
      const all = await treeOf(port({ remote: url }));
      expect(all).toEqual(await treeOf(port()));
      git('config', 'uploadpack.allowFilter', 'true');
      expect(await treeOf(port({ remote: url }))).toEqual(all);
    });

    it('uses what ~/.netrc has for the host, and asks nobody', async () => {
      const { url } = await serve((request, response) => {
        if (request.headers.authorization === `Basic ${btoa('u:p')}`) return backend(request, response);
        response.writeHead(401, { 'www-authenticate': 'Basic realm="HOSTILE"' });
        response.end('HOSTILE');
      });
      const asked = join(folder, 'asked');
      writeFileSync(join(folder, 'askpass'), `#!/bin/sh\ntouch ${asked}\necho u\n`, { mode: 0o755 });
      for (const name of ['GIT_ASKPASS', 'SSH_ASKPASS']) vi.stubEnv(name, join(folder, 'askpass'));
      vi.stubEnv('HOME', folder);
      expect(await reasonOf(port({ remote: url }).get('/branches/main'))).toBe('auth_failed');
      expect(readdirSync(folder)).not.toContain('asked');
      writeFileSync(join(folder, '.netrc'), 'machine 127.0.0.1 login u password p\n', { mode: 0o600 });
      expect((await treeOf(port({ remote: url }))).size).toBe(4);
    });

    it('does not go where it is sent', async () => {
      const there = await serve(backend);
      const { url } = await serve((request, response) => {
        response.writeHead(302, { location: `${there.url}${request.url?.replace('/repo.git', '')}` });
        response.end();
      });
      expect(await reasonOf(port({ remote: url }).get('/branches/main'))).toBe('unreachable');
    });

    it.each([
      [404, 'not_found'],
      [403, 'auth_failed'],
      [500, 'unreachable'],
    ])('status %i is %s', async (status, reason) => {
      const { url } = await serve((_, response) => {
        response.writeHead(status, { 'content-type': 'text/plain' });
        response.end('HOSTILE \u001b[31m');
      });
      expect(await reasonOf(port({ remote: url }).get('/branches/main'))).toBe(reason);
    });

    it('ends when nothing comes, and with the run', async () => {
      const { url } = await serve(() => {});
      expect(await reasonOf(port({ remote: url, totalMs: 500 }).get('/branches/main'))).toBe('timeout');
      const stop = new AbortController();
      const asked = reasonOf(port({ remote: url, signal: stop.signal }).get('/branches/main'));
      stop.abort(new ProbeError('cancelled', 'the run has ended'));
      expect(await asked).toBe('cancelled');
    });

    it('says when nobody listens', async () => {
      expect(await reasonOf(port({ remote: 'http://127.0.0.1:1/repo.git' }).get('/branches/main'))).toBe('unreachable');
    });
  });

  it('trusts no ssh server whose key is not known, and asks nobody', async () => {
    const server = await startSshServer(() => undefined, new Map());
    closing.push(() => void server.close());
    const remote = `ssh://git@127.0.0.1:${server.port}/repo.git`;
    expect(await reasonOf(port({ remote }).get('/branches/main'))).toBe('host_key');
  });
});
