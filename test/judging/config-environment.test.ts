import { describe, expect, it } from 'vitest';
import { configuredVariables, importsLoginShell, waysRound } from '../../src/judging/config-environment.ts';

describe('what a configuration adds to the environment', () => {
  const paths = (config: unknown) => configuredVariables(config).map(({ path }) => path);
  it.each<[string, object, readonly string[]]>([
    ['what stands under vars, and beside it', { env: { OLD: 'a', vars: { NEW: 'b' } } }, ['env.OLD', 'env.vars.NEW']],
    [
      'what a skill is given',
      { skills: { entries: { crm: { env: { CRM_URL: 'x' }, apiKey: 'y' } } } },
      ['skills.entries.crm.env.CRM_URL', 'skills.entries.crm.apiKey'],
    ],
    [
      'a reference that the gateway resolves',
      { skills: { entries: { crm: { apiKey: { source: 'exec', provider: 'aws', id: 'crm' } } } } },
      ['skills.entries.crm.apiKey'],
    ],
    [
      'what a sandbox is given',
      {
        agents: {
          defaults: { sandbox: { docker: { env: { A: 'x' } } } },
          list: [{ sandbox: { docker: { env: { B: 'y' } } } }],
        },
      },
      ['agents.defaults.sandbox.docker.env.A', 'agents.list.0.sandbox.docker.env.B'],
    ],
  ])('is %s', (_, config, expected) => {
    expect(paths(config)).toEqual(expected);
  });
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['what is empty', { env: { vars: { EMPTY: '' } } }],
    ['the import from a login shell', { env: { shellEnv: { enabled: true } } }],
    ['what a server of tools is given', { mcp: { servers: { x: { env: { A: 'b' } } } } }],
  ])('is not %s', (_, config) => {
    expect(paths(config)).toEqual([]);
  });
  it('tells whether the login shell is asked', () => {
    expect(importsLoginShell({ env: { shellEnv: { enabled: true } } })).toBe(true);
    expect(importsLoginShell({ env: { shellEnv: { timeoutMs: 1 } } })).toBe(false);
  });
});

describe('a way round the filter', () => {
  it.each<[string, object, string]>([
    ['a proxy for all', { proxy: { proxyUrl: 'http://10.0.0.9:3128' } }, 'proxy.proxyUrl'],
    ['one for a channel', { channels: { telegram: { proxy: 'socks5://p:1080' } } }, 'channels.telegram.proxy'],
    [
      'one for an account of a channel',
      { channels: { discord: { accounts: { a: { proxy: 'http://p' } } } } },
      'channels.discord.accounts.a.proxy',
    ],
    [
      'one for a model',
      { models: { providers: { x: { request: { proxy: { mode: 'explicit-proxy', url: 'http://p' } } } } } },
      'models.providers.x.request.proxy.url',
    ],
    [
      'one in a list',
      { tools: { media: { models: [{ request: { proxy: { mode: 'explicit-proxy', url: 'http://p' } } }] } } },
      'tools.media.models.0.request.proxy.url',
    ],
    ['one in a variable', { env: { vars: { https_proxy: 'http://p' } } }, 'env.vars.https_proxy'],
    ['the variable of OpenClaw', { env: { OPENCLAW_PROXY_URL: 'http://p' } }, 'env.OPENCLAW_PROXY_URL'],
    ['one for the browser', { browser: { extraArgs: ['--headless', '--proxy-server=p:1'] } }, 'browser.extraArgs.1'],
    [
      'a browser elsewhere',
      { browser: { profiles: { far: { cdpUrl: 'wss://browser.example' } } } },
      'browser.profiles.far.cdpUrl',
    ],
  ])('is %s', (_, config, path) => {
    expect(waysRound(config)).toEqual([path]);
  });
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['no configuration', undefined],
    ['a proxy that is switched off', { proxy: { enabled: false, proxyUrl: 'http://p' } }],
    ['an empty one', { channels: { telegram: { proxy: '' } } }],
    ['who may come in', { gateway: { auth: { trustedProxy: { proxy: 'x' } }, trustedProxies: ['10.0.0.1'] } }],
    ['that of the gateway itself', { secrets: { egressProxy: { enabled: true, allowedHosts: ['a.example'] } } }],
    ['a plugin of that name', { plugins: { entries: { 'copilot-proxy': { enabled: true } } } }],
    [
      'a model that goes by the variables',
      { models: { providers: { x: { request: { proxy: { mode: 'env-proxy' } } } } } },
    ],
    ['a browser here', { browser: { cdpUrl: 'http://127.0.0.1:9222', profiles: { a: { cdpUrl: 'http://[::1]:1' } } } }],
  ])('is not %s', (_, config) => {
    expect(waysRound(config)).toEqual([]);
  });
});
