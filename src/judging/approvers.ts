import { isSettings, settingsAt, textsAt, valueAt } from './gateway-config.ts';

/** A list of those who may approve, as one place of the configuration has it. */
export interface ApproverList {
  readonly path: string;
  /** `channel:id`; undefined when the place holds something else than a list of texts. */
  readonly ids: readonly string[] | undefined;
}

interface Client {
  readonly path: string;
  readonly channel: string;
  readonly settings: unknown;
  /** The channel or account that it is of. */
  readonly holder: unknown;
}

/** A request for a command, or one of a plugin: the gateway forwards the two by settings of their own. */
export type RequestKind = 'exec' | 'plugin';

/**
 * The ways on which a request of an agent reaches a person, as far as the configuration shows. A way for some agents
 * or some sessions only is none for the others. Native clients of channels carry both kinds.
 */
export function approvalRoutes(config: unknown, kind: RequestKind, agent: string): readonly string[] {
  const forwarding = settingsAt(config, `approvals.${kind}`);
  const { enabled, mode = 'session', targets } = forwarding;
  const routes: string[] = [];
  const named = Array.isArray(targets) ? targets.filter((t) => isSettings(t) && t['channel'] && t['to']).length : 0;
  const applies = enabled === true && isFor(forwarding, agent);
  if (applies && mode !== 'session' && named > 0) routes.push(`approvals.${kind} to ${named} targets`);
  if (applies && mode !== 'targets') routes.push(`approvals.${kind} to the session that asked`);
  for (const client of clients(config)) {
    const ids = approversOf(config, client);
    if (ids !== undefined && ids.length > 0 && isFor(client.settings, agent)) routes.push(client.path);
  }
  return routes;
}

function isFor(settings: unknown, agent: string): boolean {
  const agents = valueAt(settings, 'agentFilter');
  const sessions = valueAt(settings, 'sessionFilter');
  const everywhere = sessions === undefined || (Array.isArray(sessions) && sessions.length === 0);
  const filtered = agents !== undefined && !(Array.isArray(agents) && agents.length === 0);
  return everywhere && (!filtered || (Array.isArray(agents) && agents.includes(agent)));
}

/** Every list that lets somebody approve: `/approve` heeds that of a channel also where it sends no requests itself. */
export function approverLists(config: unknown): readonly ApproverList[] {
  const channels = Object.entries(settingsAt(config, 'channels')).flatMap(([channel, settings]) =>
    channel === 'defaults' || valueAt(settings, 'enabled') === false ? [] : [channel],
  );
  // Without a channel in front, an id is that of whoever has it in any of them.
  const owners = textsAt(config, 'commands.ownerAllowFrom')?.flatMap((id) =>
    ofSomeChannel.test(id) || id.includes('*') || channels.length === 0 ? id : channels.map((one) => `${one}:${id}`),
  );
  const lists: ApproverList[] = [{ path: 'commands.ownerAllowFrom', ids: owners }];
  for (const client of clients(config, () => true)) {
    const own = valueAt(client.settings, 'approvers') !== undefined;
    if (own || (client.channel === 'matrix' && valueAt(client.settings, 'enabled') !== false)) {
      lists.push({
        path: own ? `${client.path}.approvers` : 'channels.matrix.dm.allowFrom',
        ids: approversOf(config, client),
      });
    }
  }
  return [...lists, ...identityLists(config)];
}

/**
 * Whom a proxy or Tailscale has signed in, as `identity:login`: by scopes of their own, or with a device that the gateway
 * pairs without asking anybody. https://docs.openclaw.ai/gateway/trusted-proxy-auth
 */
function identityLists(config: unknown): ApproverList[] {
  const auth = settingsAt(config, 'gateway.auth');
  const byProxy = auth['mode'] === 'trusted-proxy';
  const { mode = 'off' } = settingsAt(config, 'gateway.tailscale');
  const lists: ApproverList[] = [];
  const granted = Object.entries(settingsAt(auth, 'identityScopes')).filter(([, scopes]) => mayDecide(scopes));
  if (granted.length > 0 && (byProxy || mode !== 'off' || auth['allowTailscale'] === true)) {
    lists.push({ path: 'gateway.auth.identityScopes', ids: granted.map(([login]) => identity(login)) });
  }
  const { enabled, scopes = decisive } = settingsAt(auth, 'trustedProxy.deviceAutoApprove');
  if (byProxy && enabled === true && mayDecide(scopes)) {
    const users = textsAt(auth, 'trustedProxy.allowUsers');
    const ids = users?.length === 0 ? ['identity:*'] : users?.map(identity);
    lists.push({ path: 'gateway.auth.trustedProxy.allowUsers', ids });
  }
  return lists;
}

/** Scopes that let their holder decide on requests. */
const decisive: readonly unknown[] = ['operator.approvals', 'operator.admin'];

/** Whether scopes let their holder decide; what is no list is not known, and counts. */
export function mayDecide(scopes: unknown): boolean {
  return !Array.isArray(scopes) || scopes.some((scope) => decisive.includes(scope));
}

/** The gateway tells e-mail addresses apart without regard to capitals, and other logins with it. */
export const identity = (login: string) => `identity:${login.includes('@') ? login.toLowerCase() : login}`;

/** Ids of persons, not of rooms, as far as their form shows it. */
const persons: Readonly<Record<string, RegExp>> = { slack: /^[UW][A-Z0-9]{5,}$/, telegram: /^\d+$/ };

/** The persons whom requests are sent to: whoever gets one in a chat of their own may answer it there. */
export function targetedPersons(config: unknown): readonly string[] {
  const targets = (['exec', 'plugin'] as const).flatMap((kind) => {
    const { enabled, targets } = settingsAt(config, `approvals.${kind}`);
    return enabled === true && Array.isArray(targets) ? targets.filter(isSettings) : [];
  });
  const ids = targets.flatMap(({ channel, to }) => {
    const [, person = String(to ?? '')] = /^user:(.+)$/.exec(String(to ?? '')) ?? [];
    const known = person !== to || persons[String(channel)]?.test(person) === true;
    return known ? [`${String(channel)}:${person}`] : [];
  });
  return [...new Set(ids)];
}

/** Native approval clients of the channels that are switched on, and of their accounts. */
function clients(config: unknown, isOn = sends): readonly Client[] {
  const found: Client[] = [];
  for (const [channel, settings] of Object.entries(settingsAt(config, 'channels'))) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(channel) || !isSettings(settings) || settings['enabled'] === false) continue;
    const add = (path: string, holder: unknown) => {
      const execApprovals = valueAt(holder, 'execApprovals');
      if (isOn(valueAt(execApprovals, 'enabled'), channel))
        found.push({ path, channel, settings: execApprovals, holder });
    };
    add(`channels.${channel}.execApprovals`, settings);
    Object.values(settingsAt(settings, 'accounts')).forEach((account, n) => {
      if (valueAt(account, 'enabled') !== false) add(`channels.${channel}.accounts[${n}].execApprovals`, account);
    });
  }
  return found;
}

/** These send requests by themselves where somebody may approve (docs.openclaw.ai/tools/exec-approvals-advanced). */
const native: readonly string[] = ['discord', 'matrix', 'slack', 'telegram'];
const sends = (enabled: unknown, channel: string): boolean =>
  enabled === true || enabled === 'auto' || (enabled === undefined && native.includes(channel));

export const ofSomeChannel = /^[a-z][a-z0-9-]*:/;

/** Its own list, else the owners that it knows; Matrix has whom it lets in. As the gateway does. Ids get their channel in front. */
function approversOf(config: unknown, { channel, settings, holder }: Client): readonly string[] | undefined {
  const own = valueAt(settings, 'approvers');
  const owners = () =>
    channel === 'matrix'
      ? textsAt(holder, 'dm.allowFrom')
      : textsAt(config, 'commands.ownerAllowFrom')?.filter(
          (id) => id.startsWith(`${channel}:`) || !ofSomeChannel.test(id),
        );
  const ids = own === undefined ? owners() : Array.isArray(own) ? own.map(String) : undefined;
  return ids?.map((id) => (id.startsWith(`${channel}:`) ? id : `${channel}:${id}`));
}
