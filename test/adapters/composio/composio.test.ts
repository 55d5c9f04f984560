import { describe, expect, it } from 'vitest';
import { composioPort } from '../../../src/adapters/composio/composio.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { answeringServer, type Handler } from '../../support/answering-server.ts';
import { runScenario } from '../../support/rig.ts';

const at = answeringServer();

/** In the form that the service's own description of its interface has. */
const account = (id: string, more: object = {}) => ({
  id,
  auth_config: { id: 'ac_1', auth_scheme: 'OAUTH2', is_composio_managed: true, is_disabled: false },
  created_at: '2026-01-01T00:00:00.000Z',
  data: { access_token: 'HOSTILE' },
  is_disabled: false,
  state: {
    authScheme: 'OAUTH2',
    val: { status: 'ACTIVE', access_token: 'HOSTILE', refresh_token: 'HOSTILE', scope: 'repo read:org' },
  },
  status: 'ACTIVE',
  status_reason: null,
  toolkit: { slug: 'github' },
  updated_at: '2026-01-01T00:00:00.000Z',
  ...more,
});
const pageOf = (items: object[], more: object = {}) => ({
  current_page: 1,
  items,
  next_cursor: null,
  total_items: items.length,
  total_pages: 1,
  ...more,
});
const json =
  (body: unknown, status = 200): Handler =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

function open({ key = 'secret', users = [] as string[], callMs = 5000, signal = new AbortController().signal } = {}) {
  return composioPort({ api: at.api, key, users, signal, callMs });
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProbeError)) throw new Error(`not a ProbeError: ${error}`);
  expect(error.message).not.toContain('HOSTILE');
  return error.reason;
}

describe('composioPort', () => {
  it('asks with the key, and keeps nothing of an account but what is judged', async () => {
    at.handle = json(pageOf([account('ca_1')]));
    const found = await open().connectedAccounts();
    expect(found).toEqual([
      {
        id: 'ca_1',
        toolkit: 'github',
        status: 'ACTIVE',
        disabled: false,
        scopes: ['repo', 'read:org'],
        personalScopes: [],
      },
    ]);
    expect(at.seen.map(({ method, url, headers }) => [method, url, headers['x-api-key']])).toEqual([
      ['GET', '/api/v3/connected_accounts?limit=100', 'secret'],
    ]);
  });

  it('reads every page, of the accounts of the users that are named', async () => {
    at.handle = (request, response) => {
      const last = request.url?.includes('cursor=b%2F2') === true;
      const page = last ? pageOf([account('ca_2')]) : pageOf([account('ca_1')], { next_cursor: 'b/2' });
      json({ ...page, total_items: 2 })(request, response);
    };
    const found = await open({ users: ['prod', 'ops'] }).connectedAccounts();
    expect(found.map(({ id }) => id)).toEqual(['ca_1', 'ca_2']);
    expect(at.seen.every(({ url }) => url?.includes('user_ids=prod%2Cops'))).toBe(true);
  });

  it.each<[string, object, readonly string[] | undefined, readonly string[]]>([
    ['a list', { scope: ['a', 'b'] }, ['a', 'b'], []],
    ['commas', { scope: 'a,b' }, ['a', 'b'], []],
    ['nothing', {}, undefined, []],
    ['an empty text', { scope: '' }, undefined, []],
    ['those of a person apart', { scope: 'a', authed_user: { access_token: 'x', scope: 'c,d' } }, ['a'], ['c', 'd']],
  ])('knows scopes as %s', async (_, val, scopes, personalScopes) => {
    at.handle = json(pageOf([account('ca_1', { state: { authScheme: 'OAUTH2', val } })]));
    expect(await open().connectedAccounts()).toMatchObject([{ scopes, personalScopes }]);
  });

  it('takes an account as off where its configuration is', async () => {
    at.handle = json(pageOf([account('ca_1', { auth_config: { is_disabled: true } })]));
    expect(await open().connectedAccounts()).toMatchObject([{ disabled: true }]);
  });

  it.each<[string, unknown]>([
    ['no list', { message: 'HOSTILE' }],
    ['no end', { items: [] }],
    ['a list of texts', pageOf(['ca_1'] as never)],
    ['no id', pageOf([account('')])],
    ['no service', pageOf([account('ca_1', { toolkit: 'github' })])],
    ['no status', pageOf([account('ca_1', { status: null })])],
    ['no word on whether it is off', pageOf([account('ca_1', { is_disabled: undefined })])],
    ['no configuration', pageOf([account('ca_1', { auth_config: null })])],
    ['scopes of another form', pageOf([account('ca_1', { state: { val: { scope: { a: true } } } })])],
    ['an account twice', pageOf([account('ca_1'), account('ca_1')])],
    ['null', null],
    ['a text', 'HOSTILE'],
  ])('does not guess from %s', async (_, body) => {
    at.handle = json(body);
    expect(await reasonOf(open().connectedAccounts())).toBe('bad_response');
  });

  it.each<[string, object, string]>([
    ['counts more than it lists', { total_items: 3 }, 'truncated'],
    ['leads in a circle', { next_cursor: 'x' }, 'bad_response'],
  ])('does not take a list for whole that %s', async (_, more, reason) => {
    at.handle = json(pageOf([account('ca_1')], more));
    expect(await reasonOf(open().connectedAccounts())).toBe(reason);
  });

  it.each([
    [401, 'auth_failed'],
    [403, 'access_denied'],
    [404, 'bad_response'],
    [429, 'throttled'],
    [500, 'bad_response'],
  ])('tells status %s apart', async (status, reason) => {
    at.handle = json({ error: { message: 'HOSTILE' } }, status);
    expect(await reasonOf(open().connectedAccounts())).toBe(reason);
  });

  it('does not follow elsewhere, and does not read what is not JSON', async () => {
    at.handle = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    expect(await reasonOf(open().connectedAccounts())).toBe('bad_response');
    at.handle = (_, response) => response.writeHead(200).end('<html>HOSTILE');
    expect(await reasonOf(open().connectedAccounts())).toBe('bad_response');
  });

  it('ends with its time and with the run, and asks nothing without a key', async () => {
    at.handle = () => {};
    expect(await reasonOf(open({ callMs: 50 }).connectedAccounts())).toBe('timeout');
    const stop = new AbortController();
    stop.abort(new ProbeError('cancelled', 'over'));
    expect(await reasonOf(open({ signal: stop.signal }).connectedAccounts())).toBe('cancelled');
    const asked = at.seen.length;
    expect(await reasonOf(open({ key: '' }).connectedAccounts())).toBe('credentials');
    expect(at.seen.length).toBe(asked);
  });
});

it('an integration whose account is as declared is for somebody to attest, and shows what it was held against', async () => {
  const report = await runScenario([], {
    checks: ['credentials/bot-accounts'],
    change(scenario) {
      scenario.environment['credentials.composio'] = {};
      scenario.environment['credentials.integrations.0.composio'] = 'ca_1';
      const val = { status: 'ACTIVE', scope: 'chat:write' };
      scenario.git['/api/v3/connected_accounts?limit=100'] = pageOf([
        account('ca_1', { toolkit: { slug: 'slack' }, state: { authScheme: 'OAUTH2', val } }),
      ]);
    },
  });
  const [result] = report.areas.flatMap((area) => area.checks);
  expect(result?.status).toBe('attested');
  expect(result?.evidence.map(({ source, observed }) => [source, observed])).toContainEqual([
    'integration-host',
    'slack: chat:write',
  ]);
});
