import { ProbeError } from '../../model/reason.ts';
import type { ComposioPort, ConnectedAccount } from '../../ports/composio.ts';
import { getJson, TooLargeError, type WebAnswer } from '../web/get-json.ts';

/** Of the documented interface of Composio, version 3. */
export const accountsPath = '/api/v3/connected_accounts';
const mostPages = 50;
const pageSize = 100;

/** How long one request may take. */
export const composioCallSeconds = 20;

export interface ComposioOptions {
  /** Base URL, such as https://backend.composio.dev */
  readonly api: string;
  readonly key: string | undefined;
  /** Whose accounts are asked for; empty: all of the project. */
  readonly users: readonly string[];
  readonly signal: AbortSignal;
  /** The longest that one page may take. */
  readonly callMs?: number;
}

/**
 * Composio over REST, with the key of a project. Answers hold the tokens of the accounts: what is not judged is dropped
 * here, before anything could keep it.
 */
export function composioPort({
  api,
  key,
  users,
  signal,
  callMs = composioCallSeconds * 1000,
}: ComposioOptions): ComposioPort {
  return {
    async connectedAccounts() {
      if (!key) {
        throw new ProbeError('credentials', 'there is no key for Composio', { next: giveKey });
      }
      const base = `${api.replace(/\/+$/, '')}${accountsPath}`;
      const filter = users.length > 0 ? { user_ids: users.join(',') } : {};
      return allPages((cursor) => {
        const query = new URLSearchParams({
          limit: String(pageSize),
          ...filter,
          ...(cursor !== undefined && { cursor }),
        });
        return ask(`${base}?${query}`, key, signal, callMs);
      });
    },
  };
}

/**
 * Every account of every page.
 * @param page gives the answer to one request; the first has no cursor
 * @throws ProbeError `bad_response`, and `truncated` where the pages do not hold what they count
 */
export async function allPages(page: (cursor: string | undefined) => Promise<unknown>): Promise<ConnectedAccount[]> {
  const found: ConnectedAccount[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    if (pages > mostPages) throw new ProbeError('truncated', 'the list of Composio has too many pages');
    const { items, next_cursor: next, total_items: total } = object(await page(cursor));
    if (!Array.isArray(items) || next === undefined) throw malformed();
    found.push(...items.map(accountOf));
    if (next === null || next === '') {
      if (new Set(found.map(({ id }) => id)).size !== found.length) throw malformed();
      if (total !== undefined && total !== found.length) {
        throw new ProbeError('truncated', 'Composio counts other accounts than it lists');
      }
      return found;
    }
    if (typeof next !== 'string' || next === cursor) throw malformed();
    cursor = next;
  }
}

async function ask(url: string, key: string, signal: AbortSignal, callMs: number): Promise<unknown> {
  const late = AbortSignal.timeout(callMs);
  const headers = { 'x-api-key': key, accept: 'application/json', 'user-agent': 'clawcheck' };
  let answer: WebAnswer;
  try {
    answer = await getJson(url, { headers, signal: AbortSignal.any([signal, late]) });
  } catch (thrown) {
    if (signal.aborted && signal.reason instanceof ProbeError) throw signal.reason;
    if (late.aborted) throw new ProbeError('timeout', 'Composio did not answer in time');
    if (thrown instanceof TooLargeError) throw new ProbeError('truncated', 'Composio answered with more than is read');
    throw new ProbeError('unreachable', 'Composio could not be reached', {
      next: 'Check credentials.composio.api and the network.',
    });
  }
  if (answer.status !== 200) throw refusal(answer.status);
  return answer.json;
}

/** The account as far as it is judged. */
function accountOf(item: unknown): ConnectedAccount {
  const { id, toolkit, status, is_disabled: disabled, auth_config: config, state } = object(item);
  const { slug } = object(toolkit);
  const { is_disabled: configDisabled } = object(config);
  if (!isName(id) || !isName(slug) || !isName(status)) throw malformed();
  if (typeof disabled !== 'boolean' || typeof configDisabled !== 'boolean') throw malformed();
  return { id, toolkit: slug, status, disabled: disabled || configDisabled, ...scopesOf(state) };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** OAuth: one text with spaces or commas, or a list; it stands beside the tokens. Slack has those of the person apart. */
function scopesOf(state: unknown): Pick<ConnectedAccount, 'scopes' | 'personalScopes'> {
  const { val } = (state ?? {}) as { val?: unknown };
  const { scope, authed_user: person } = (val ?? {}) as { scope?: unknown; authed_user?: unknown };
  const { scope: personal } = (person ?? {}) as { scope?: unknown };
  return { scopes: namesIn(scope), personalScopes: namesIn(personal) ?? [] };
}

function namesIn(scope: unknown): readonly string[] | undefined {
  if (scope === undefined || scope === null) return undefined;
  const names = typeof scope === 'string' ? scope.split(/[\s,]+/) : scope;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) throw malformed();
  const given = names.filter((name) => name !== '');
  return given.length > 0 ? given : undefined;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Record<string, unknown>;
}

const giveKey = 'Put the key of the project into the environment variable of credentials.composio.keyEnv.';

function refusal(status: number): ProbeError {
  if (status === 401) return new ProbeError('auth_failed', 'Composio did not accept the key', { next: giveKey });
  if (status === 403) return new ProbeError('access_denied', 'Composio does not show its accounts to this key');
  if (status === 429) {
    return new ProbeError('throttled', 'Composio refused further calls for now', { next: 'Run again later.' });
  }
  return new ProbeError('bad_response', `Composio answered with status ${status}`);
}

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'the list of Composio is not of the documented form');
}
