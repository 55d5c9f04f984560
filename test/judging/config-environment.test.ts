import { describe, expect, it } from 'vitest';
import { configuredVariables, importsLoginShell, waysRound } from '../../src/judging/config-environment.ts';

describe('what a configuration adds to the environment', () => {
  it('is what stands under vars, and beside it', () => {
    const config = { env: { OLD: 'a', vars: { NEW: 'b', EMPTY: '' }, shellEnv: { enabled: true } } };
    expect(configuredVariables(config)).toEqual({ OLD: 'a', NEW: 'b' });
    expect(importsLoginShell(config)).toBe(true);
    expect(importsLoginShell({ env: { shellEnv: { timeoutMs: 1 } } })).toBe(false);
    expect(configuredVariables(undefined)).toEqual({});
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
    ['the variable of OpenClaw', { env: { OPENCLAW_PROXY_URL: 'http://p' } }, 'env.vars.OPENCLAW_PROXY_URL'],
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
