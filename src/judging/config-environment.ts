import { isAddress } from './cidr.ts';
import { isSettings, valueAt } from './gateway-config.ts';
import { reachOf } from './listen-address.ts';

/** A variable that a configuration sets. */
export interface ConfiguredVariable {
  /** Where it is set, such as `env.vars.NAME`. */
  readonly path: string;
  readonly name: string;
  /** Undefined where it refers to a secret that the gateway reads and puts there. */
  readonly value: string | undefined;
}

/**
 * The variables that a configuration puts where commands of the agent inherit them: into the environment of the gateway
 * (`env`; `env` and `apiKey` of a skill, while an agent works) and of its sandboxes. Source: docs/help/environment.md,
 * docs/tools/skills.md and docs/gateway/sandboxing/setup-command.md of OpenClaw 2026.9.6.
 */
export function configuredVariables(config: unknown): readonly ConfiguredVariable[] {
  const found: ConfiguredVariable[] = [];
  visit(config, [], (path, value) => {
    if (!isText(value) && !(isSettings(value) && typeof value['source'] === 'string')) return;
    const name = path.at(-1) ?? '';
    const place = path.slice(0, -1).join('.');
    const skill = /^skills\.entries\.[^.]+$/.test(place);
    // Releases before took variables beside `vars` too.
    const set = /^env(\.vars)?$|^skills\.entries\.[^.]+\.env$|^agents\..+\.sandbox\.docker\.env$/.test(place);
    if (!set && !(skill && name === 'apiKey')) return;
    found.push({
      path: path.join('.'),
      name: skill ? 'API_KEY' : name,
      value: isText(value) ? value : undefined,
    });
  });
  return found;
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
  const found = configuredVariables(config)
    .filter(({ name }) => proxyVariable.test(name))
    .map(({ path }) => path);
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
  return name === 'localhost' || (isAddress(name) && reachOf(name) === 'loopback');
}
