import ipaddr from 'ipaddr.js';
import { isSettings, settingsAt, valueAt } from './gateway-config.ts';

/** The variables that a configuration adds to the environment of the gateway, from which its commands inherit them. */
export function configuredVariables(config: unknown): Readonly<Record<string, string>> {
  // Releases before took them beside `vars` too.
  const all = { ...settingsAt(config, 'env'), ...settingsAt(config, 'env.vars') };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => isText(entry[1])));
}

/** Whether it takes up variables of the login shell as well; those stand in no file of its own. */
export const importsLoginShell = (config: unknown): boolean => valueAt(config, 'env.shellEnv.enabled') === true;

const proxyVariable = /^(openclaw_proxy_url|(http|https|all)_proxy)$/i;
const proxySettings = ['proxy', 'proxyUrl'];
/** What decides who may come in. */
const inbound = ['gateway', 'nodeHost'];

/**
 * The settings that make the gateway's traffic leave from another machine: a forward proxy for all, for a channel or a
 * model; a browser elsewhere. Paths such as `channels.telegram.proxy`. `secrets.egressProxy` is none: it runs in the
 * gateway and goes out from there. Source: `openclaw config schema` of 2026.9.6.
 */
export function waysRound(config: unknown): readonly string[] {
  const found = Object.keys(configuredVariables(config))
    .filter((name) => proxyVariable.test(name))
    .map((name) => `env.vars.${name}`);
  visit(config, [], (path, value) => {
    const [area = ''] = path;
    const key = path.at(-1) ?? '';
    if (inbound.includes(area)) return;
    if (key === 'proxyUrl' && area === 'proxy' && valueAt(config, 'proxy.enabled') === false) return;
    const proxies = proxySettings.includes(key) && isText(value);
    const explicit = path.at(-2) === 'proxy' && key === 'url' && isText(value);
    const elsewhere = key === 'cdpUrl' && isText(value) && !isLoopback(value);
    const flag = path.at(-2) === 'extraArgs' && isText(value) && /^--proxy-(server|pac-url)=/.test(value);
    if (proxies || explicit || elsewhere || flag) found.push(path.join('.'));
  });
  return found;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function visit(value: unknown, path: readonly string[], see: (path: readonly string[], value: unknown) => void): void {
  if (path.length > 0) see(path, value);
  // Deeper than any setting: an answer without end is the gateway's, not the configuration's.
  if (path.length > 20) return;
  if (Array.isArray(value)) for (const [i, one] of value.entries()) visit(one, [...path, String(i)], see);
  else if (isSettings(value)) for (const [key, one] of Object.entries(value)) visit(one, [...path, key], see);
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const name = new URL(url).hostname.replaceAll(/[[\]]/g, '');
  return name === 'localhost' || (ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback');
}
