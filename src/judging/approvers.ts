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
}

/** The ways on which a request reaches a person, as far as the configuration shows. */
export function approvalRoutes(config: unknown): readonly string[] {
  const forwarding = settingsAt(config, 'approvals.exec');
  const { enabled, mode = 'session', targets } = forwarding;
  const routes: string[] = [];
  const named = Array.isArray(targets) ? targets.filter((t) => isSettings(t) && t['channel'] && t['to']).length : 0;
  if (enabled === true && mode !== 'session' && named > 0) routes.push(`approvals.exec to ${named} targets`);
  if (enabled === true && mode !== 'targets') routes.push('approvals.exec to the session that asked');
  for (const client of clients(config)) {
    const ids = approversOf(config, client);
    if (ids !== undefined && ids.length > 0) routes.push(client.path);
  }
  return routes;
}

/** Every list that lets somebody approve. */
export function approverLists(config: unknown): readonly ApproverList[] {
  const owners = textsAt(config, 'commands.ownerAllowFrom');
  const lists: ApproverList[] = [{ path: 'commands.ownerAllowFrom', ids: owners }];
  for (const client of clients(config)) {
    if (valueAt(client.settings, 'approvers') === undefined) continue;
    lists.push({ path: `${client.path}.approvers`, ids: approversOf(config, client) });
  }
  return lists;
}

/** Native approval clients of channels and their accounts that are switched on. */
function clients(config: unknown): readonly Client[] {
  const found: Client[] = [];
  for (const [channel, settings] of Object.entries(settingsAt(config, 'channels'))) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(channel) || !isSettings(settings) || settings['enabled'] === false) continue;
    const add = (path: string, holder: unknown) => {
      const execApprovals = valueAt(holder, 'execApprovals');
      const enabled = valueAt(execApprovals, 'enabled');
      if (enabled === true || enabled === 'auto') found.push({ path, channel, settings: execApprovals });
    };
    add(`channels.${channel}.execApprovals`, settings);
    Object.values(settingsAt(settings, 'accounts')).forEach((account, n) => {
      add(`channels.${channel}.accounts[${n}].execApprovals`, account);
    });
  }
  return found;
}

/** Its own list, else the owners: as the gateway does. Ids get their channel in front. */
function approversOf(config: unknown, { channel, settings }: Client): readonly string[] | undefined {
  const own = valueAt(settings, 'approvers');
  if (own === undefined) return textsAt(config, 'commands.ownerAllowFrom');
  const ids = Array.isArray(own) ? own.map(String) : undefined;
  return ids?.map((id) => (id.startsWith(`${channel}:`) ? id : `${channel}:${id}`));
}
