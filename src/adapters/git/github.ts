import type { IncomingHttpHeaders } from 'node:http';
import { ProbeError } from '../../model/reason.ts';
import type { GitPort } from '../../ports/git.ts';
import { getJson, TooLargeError, type WebAnswer } from '../web/get-json.ts';

const mostPages = 50;
/** How long one request may take. */
export const gitCallSeconds = 20;

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
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'clawcheck',
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const answers = new Map<string, Promise<unknown>>();

  const ask = async (path: string): Promise<WebAnswer | undefined> => {
    if (token && !keepsSecrets(api)) throw plainHttp();
    const late = AbortSignal.timeout(callMs);
    let answer: WebAnswer;
    try {
      answer = await getJson(api.replace(/\/$/, '') + path, { headers, signal: AbortSignal.any([signal, late]) });
    } catch (thrown) {
      if (signal.aborted && signal.reason instanceof ProbeError) throw signal.reason;
      if (late.aborted) throw tooLate();
      if (thrown instanceof TooLargeError) throw tooLarge();
      throw unreachable();
    }
    return answer.status === 200 ? answer : absentOrThrow(answer, token !== undefined);
  };

  const allPages = async (path: string): Promise<unknown> => {
    const first = await ask(path);
    if (!first) return undefined;
    let body = demandJson(first.json);
    let next = nextPath(first, api);
    for (let page = 2; next !== undefined; page += 1) {
      if (page > mostPages) throw new ProbeError('truncated', 'a list of the git host has too many pages');
      const more: WebAnswer | undefined = await ask(next);
      if (!more) throw new ProbeError('truncated', 'a list of the git host ended between two pages');
      body = join(body, demandJson(more.json));
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

function absentOrThrow({ status, headers }: WebAnswer, hasToken: boolean): undefined {
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
  if (status >= 300 && status < 400) {
    throw new ProbeError('bad_response', 'the git host says that the repository is elsewhere now', {
      next: 'Give the present name in git.repository.',
    });
  }
  throw new ProbeError('bad_response', `the git host answered with status ${status}`);
}

function unreachable(): ProbeError {
  return new ProbeError('unreachable', 'the git host could not be reached', { next: 'Check git.api and the network.' });
}

function tooLarge(): ProbeError {
  return new ProbeError('truncated', 'the git host answered with more than is read');
}

function tooLate(): ProbeError {
  return new ProbeError('timeout', 'the git host did not answer in time');
}

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
  if (typeof body !== 'object' || body === null) {
    throw new ProbeError('bad_response', 'the git host answered with something that is not JSON');
  }
  return body;
}

function nextPath({ headers }: { readonly headers: IncomingHttpHeaders }, api: string): string | undefined {
  const [, url] = /<([^<>]+)>;\s*rel="next"/.exec(String(headers.link ?? '')) ?? [];
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
