import { request } from '@octokit/request';
import { ProbeError } from '../../model/reason.ts';
import type { GitPort } from '../../ports/git.ts';
import { cappedFetch } from './capped-fetch.ts';

const mostPages = 50;
/** How long one request may take. */
export const gitCallSeconds = 20;

interface Answer {
  readonly data: unknown;
  readonly headers: { readonly link?: string };
}

/**
 * GitHub or GitHub Enterprise over REST. Only GET is ever sent. A page link or a redirect that leads elsewhere is
 * refused: the answer has to come from where the environment file says.
 * @param api base URL, such as https://api.github.com
 * @param callMs the longest that one call may take
 */
export function githubPort(
  api: string,
  token: string | undefined,
  signal: AbortSignal,
  callMs = gitCallSeconds * 1000,
): GitPort {
  const headers = {
    'x-github-api-version': '2022-11-28',
    'user-agent': 'clawcheck',
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const answers = new Map<string, Promise<unknown>>();

  const ask = async (path: string): Promise<Answer | undefined> => {
    if (token && !keepsSecrets(api)) throw plainHttp();
    const late = AbortSignal.timeout(callMs);
    let cut = false;
    const fetch = cappedFetch(() => {
      cut = true;
    });
    try {
      const {
        data,
        status,
        headers: answered,
      } = await request(`GET ${path}`, {
        baseUrl: api.replace(/\/$/, ''),
        headers,
        // The library would print the host's own text about deprecated paths.
        request: { signal: AbortSignal.any([signal, late]), redirect: 'manual', log: silent, fetch },
      });
      if (late.aborted) throw tooLate();
      if (cut) throw tooLarge();
      if ((status as number) !== 200) throw unexpected(status);
      return { data, headers: answered as Answer['headers'] };
    } catch (thrown) {
      if (signal.aborted && signal.reason instanceof ProbeError) throw signal.reason;
      if (thrown instanceof ProbeError) throw thrown;
      if (late.aborted) throw tooLate();
      if (cut) throw tooLarge();
      return absentOrThrow(thrown, token !== undefined);
    }
  };

  const allPages = async (path: string): Promise<unknown> => {
    const first = await ask(path);
    if (!first) return undefined;
    let body = demandJson(first.data);
    let next = nextPath(first, api);
    for (let page = 2; next !== undefined; page += 1) {
      if (page > mostPages) throw new ProbeError('truncated', 'a list of the git host has too many pages');
      const more: Answer | undefined = await ask(next);
      if (!more) throw new ProbeError('truncated', 'a list of the git host ended between two pages');
      body = join(body, demandJson(more.data));
      next = nextPath(more, api);
    }
    return body;
  };

  return {
    get(path) {
      const answer = answers.get(path) ?? allPages(path);
      answers.set(path, answer);
      return answer;
    },
  };
}

/** For environments that name no git host: whatever is asked is unknown, and says how to configure it. */
export function noGit(): GitPort {
  return {
    get: () =>
      Promise.reject(
        new ProbeError('not_configured', 'the environment file names no git host', {
          next: 'Add git.repository, and a read token in the environment variable of git.tokenEnv.',
        }),
      ),
  };
}

function absentOrThrow(thrown: unknown, hasToken: boolean): undefined {
  const { status, response } = thrown as {
    status?: number;
    response?: { headers?: Record<string, string | undefined> };
  };
  const headers = response?.headers ?? {};
  // Without a token GitHub says 404 for what it hides, so that 404 proves nothing.
  if (status === 404 && hasToken) return undefined;
  if (status === 401 || status === 404) {
    throw new ProbeError('auth_failed', 'the git host did not accept the token', {
      next: 'Put a read token into the environment variable of git.tokenEnv.',
    });
  }
  if (status === 429 || (status === 403 && headers['x-ratelimit-remaining'] === '0') || headers['retry-after']) {
    throw new ProbeError('throttled', 'the git host refused further calls for now', { next: 'Run again later.' });
  }
  if (status === 403) {
    throw new ProbeError('access_denied', 'the git host refused to show this to the token', {
      next: 'Give the token read access to administration, contents and actions of the repository.',
    });
  }
  if (response === undefined) {
    throw new ProbeError('unreachable', 'the git host could not be reached', {
      next: 'Check git.api and the network.',
    });
  }
  throw unexpected(status);
}

function unexpected(status: unknown): ProbeError {
  if (typeof status === 'number' && status >= 300 && status < 400) {
    return new ProbeError('bad_response', 'the git host says that the repository is elsewhere now', {
      next: 'Give the present name in git.repository.',
    });
  }
  return new ProbeError('bad_response', `the git host answered with status ${Number(status)}`);
}

function tooLarge(): ProbeError {
  return new ProbeError('truncated', 'the git host answered with more than is read');
}

function tooLate(): ProbeError {
  return new ProbeError('timeout', 'the git host did not answer in time');
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A token goes over TLS, or stays on this machine. */
function keepsSecrets(api: string): boolean {
  const { protocol, hostname } = new URL(api);
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

function plainHttp(): ProbeError {
  return new ProbeError('credentials', 'the token would be sent to the git host without encryption', {
    next: 'Use an https address in git.api.',
  });
}

function demandJson(body: unknown): object {
  if (typeof body !== 'object' || body === null || body instanceof ArrayBuffer) {
    throw new ProbeError('bad_response', 'the git host answered with something that is not JSON');
  }
  return body;
}

function nextPath({ headers }: Answer, api: string): string | undefined {
  const [, url] = /<([^<>]+)>;\s*rel="next"/.exec(headers.link ?? '') ?? [];
  if (url === undefined) return undefined;
  const base = api.replace(/\/$/, '');
  if (!url.startsWith(`${base}/`))
    throw new ProbeError('bad_response', 'a page link of the git host leads to another host');
  return url.slice(base.length);
}

/** Lists are joined; of an object with a count and a list, the list is. */
function join(sofar: object, more: object): object {
  if (Array.isArray(sofar) && Array.isArray(more)) return [...sofar, ...more];
  const joined: Record<string, unknown> = { ...sofar };
  for (const [key, value] of Object.entries(more)) {
    const before = joined[key];
    if (Array.isArray(before) && Array.isArray(value)) joined[key] = [...before, ...value];
  }
  return joined;
}
