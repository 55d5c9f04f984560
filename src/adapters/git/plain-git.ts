import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLoopbackHttp } from '../../environment/git-remote.ts';
import { ProbeError } from '../../model/reason.ts';
import type { GitPort } from '../../ports/git.ts';
import { type GitLimits, type GitRun, largestPack, runGit, tooMuch } from './git-program.ts';

/** How long everything that is asked of the remote may take. */
const remoteSeconds = 90;

export interface PlainGitOptions {
  /** https or ssh address, or absolute path of a repository. */
  readonly remote: string;
  readonly branch: string;
  readonly signal: AbortSignal;
  /** Longest time for all of it. */
  readonly totalMs?: number;
  /** Bytes of the largest pack that is fetched. */
  readonly pack?: number;
}

interface Snapshot {
  readonly commit: string;
  readonly tree: string;
  readonly entries: readonly object[];
}

/**
 * The deployed branch by way of the git program: its head and the blobs of its tree, in the form of the REST interface.
 * One shallow fetch, without file contents where the remote allows that, into a folder that is removed. What only the
 * interface of a git host tells (reviews, rules, required checks, runs) is `not_configured`.
 */
export function plainGitPort(options: PlainGitOptions): GitPort {
  let fetched: Promise<Snapshot | undefined> | undefined;
  const branchPath = `/branches/${encodeURIComponent(options.branch)}`;
  return {
    async get(path) {
      if (path !== branchPath && !path.startsWith('/git/trees/')) throw needsApi();
      fetched ??= snapshot(options);
      const found = await fetched;
      if (path === branchPath) {
        return (
          found && {
            name: options.branch,
            // Whether a host protects it is not for git to tell.
            protected: null,
            commit: { sha: found.commit, commit: { tree: { sha: found.tree } } },
          }
        );
      }
      if (path !== `/git/trees/${found?.tree}?recursive=1`) return undefined;
      return { sha: found?.tree, truncated: false, tree: found?.entries };
    },
  };
}

async function snapshot(options: PlainGitOptions): Promise<Snapshot | undefined> {
  const { remote, branch, signal, totalMs = remoteSeconds * 1000, pack = largestPack } = options;
  const late = AbortSignal.timeout(totalMs);
  const directory = await mkdtemp(join(tmpdir(), 'clawcheck-git-'));
  const limits: GitLimits = {
    directory,
    pack,
    signal: AbortSignal.any([signal, late]),
    protocols: `https:ssh:file${isLoopbackHttp(remote) ? ':http' : ''}`,
  };
  try {
    const ref = `refs/heads/${branch}`;
    // Before the remote is asked: git reads the configuration of the repository in which it runs.
    await own(limits, ['init', '--quiet', '--bare', '--template=']);
    const listed = demand(await runGit(limits, ['ls-remote', '--refs', '--', remote, ref]));
    const commit = listed
      .toString('latin1')
      .split('\n')
      .map((line) => line.split('\t'))
      .find(([, name]) => name === ref)?.[0];
    if (commit === undefined) return undefined;
    if (!isHash(commit)) throw malformed();
    if (commit.length !== 40) {
      throw new ProbeError('bad_response', 'the git remote names its objects by SHA-256, which is not compared here');
    }
    // Only a remote with a name may leave out file contents.
    await own(limits, ['config', 'remote.target.url', remote]);
    const fetch = ['fetch', '--quiet', '--depth=1', '--filter=blob:none', '--no-tags', '--no-recurse-submodules'];
    const run = await runGit(limits, [...fetch, '--no-write-fetch-head', 'target', `+${ref}:refs/clawcheck/head`]);
    if (run.code !== 0 && (await reachedLimit(directory, pack))) throw tooMuch();
    demand(run);
    const text = (
      await own(limits, ['rev-parse', 'refs/clawcheck/head^{commit}', 'refs/clawcheck/head^{tree}'])
    ).toString('latin1');
    const [head, tree] = text.trim().split('\n');
    if (!isHash(head) || !isHash(tree)) throw malformed();
    return { commit: head, tree, entries: entriesOf(await own(limits, ['ls-tree', '-r', '-z', '--full-tree', tree])) };
  } catch (thrown) {
    if (late.aborted && !signal.aborted) {
      throw new ProbeError('timeout', `the git remote did not answer within ${totalMs / 1000} s`);
    }
    throw thrown;
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Git says the same of a pack that was cut off and of one that is broken; what it wrote tells. */
async function reachedLimit(directory: string, pack: number): Promise<boolean> {
  const folder = join(directory, 'objects', 'pack');
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.some((size) => size >= pack);
}

/** @throws ProbeError where git could not do what needs nobody else */
async function own(limits: GitLimits, args: readonly string[]): Promise<Buffer> {
  const { code, stdout } = await runGit(limits, args);
  if (code !== 0) throw new ProbeError('bad_response', `git ${args[0]} could not be run on what the remote sent`);
  return stdout;
}

/** The words of git are fixed, but stand among those of the remote: they choose between reasons and nothing else. */
function demand({ code, stdout, stderr }: GitRun): Buffer {
  if (code === 0) return stdout;
  if (/Host key verification failed|host key is known/i.test(stderr)) {
    throw new ProbeError('host_key', 'the host key of the git remote is not known here', {
      next: 'Add the key of the git host to ~/.ssh/known_hosts, after comparing it with what the host publishes.',
    });
  }
  if (
    /Permission denied|could not read (Username|Password)|Authentication failed|returned error: 40[13]/i.test(stderr)
  ) {
    throw new ProbeError('auth_failed', 'the git remote did not let us read', {
      next: 'Give this machine read access: a key in the ssh agent, or an entry in ~/.netrc for https.',
    });
  }
  if (/dubious ownership/.test(stderr)) {
    throw new ProbeError('access_denied', 'the repository of git.remote belongs to another user of this machine', {
      next: 'Run as its owner, or name the git host by https or ssh.',
    });
  }
  if (/not found|does not appear to be a git repository|does not exist/i.test(stderr)) {
    throw new ProbeError('not_found', 'there is no git repository at git.remote, or it is hidden from us', {
      next: 'Compare git.remote with the git host.',
    });
  }
  throw new ProbeError('unreachable', 'the git remote could not be read', {
    next: 'Check git.remote and the network, and try it by hand: git ls-remote.',
  });
}

function needsApi(): ProbeError {
  return new ProbeError('not_configured', 'git alone does not show reviews, rules, required checks and runs', {
    next: 'Name git.repository of a git host with the REST interface of GitHub in the place of git.remote.',
  });
}

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'what git shows of the remote is not of the documented form');
}

function isHash(value: string | undefined): value is string {
  return value !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}

function entriesOf(listing: Buffer): object[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(listing);
  } catch {
    throw new ProbeError('bad_response', 'the git repository has a path that is not UTF-8');
  }
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [, mode, type, sha, path] = /^(\d{6}) (\w+) ([0-9a-f]{40})\t(.+)$/s.exec(line) ?? [];
      if (path === undefined) throw malformed();
      return { path, mode, type, sha };
    });
}
