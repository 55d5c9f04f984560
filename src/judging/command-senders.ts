import { ofSomeChannel } from './approvers.ts';
import { isSettings, settingsAt, textsAt, valueAt } from './gateway-config.ts';

/** Who may give commands in a channel: `/approve` decides on a request there, `/exec` sets the policy of one message. */
export interface CommandChannel {
  readonly channel: string;
  /** Those who may and are not known, in words for evidence; undefined where there is nobody. */
  readonly strangers: string | undefined;
  /** Whether the channel lets only approvers of its own decide. */
  readonly ownApprovers: boolean;
}

/**
 * Each channel that is on. As the gateway has it: `commands.allowFrom` decides alone; without it the owners of the channel
 * in `commands.ownerAllowFrom`; without those everybody whom the channel lets in, by a list or by pairing.
 *
 * @param known ids of people who may approve, `channel:id`
 */
export function commandChannels(config: unknown, known: ReadonlySet<string>): readonly CommandChannel[] {
  const found: CommandChannel[] = [];
  for (const [channel, settings] of Object.entries(settingsAt(config, 'channels'))) {
    if (channel === 'defaults' || !isSettings(settings) || settings['enabled'] === false) continue;
    const senders = sendersOf(config, channel, settings);
    const strangers =
      senders === 'paired'
        ? 'whoever is paired with it'
        : namedBy(
            senders.flatMap((sender) => membersOf(config, channel, sender)),
            channel,
            known,
          );
    found.push({ channel, strangers, ownApprovers: hasApprovers(settings) });
  }
  return found;
}

type Settings = Readonly<Record<string, unknown>>;

function sendersOf(config: unknown, channel: string, settings: Settings): readonly unknown[] | 'paired' {
  const commands = settingsAt(config, 'commands.allowFrom');
  const listed = Array.isArray(commands[channel]) ? commands[channel] : commands['*'];
  if (Array.isArray(listed)) return listed;
  const owners = textsAt(config, 'commands.ownerAllowFrom') ?? [];
  const own = owners.filter((id) => id.startsWith(`${channel}:`) || !ofSomeChannel.test(id));
  // Who they are is judged with the approvers; a wildcard makes an owner of anybody.
  if (own.length > 0) return own.filter((id) => id.includes('*'));
  const places = [settings, ...accountsOf(settings)];
  const letIn = places.flatMap((place) =>
    ['allowFrom', 'dm.allowFrom', 'groupAllowFrom'].flatMap((path) => valueAt(place, path) ?? []),
  );
  const closed = settings['dmPolicy'] === 'disabled' && settings['groupPolicy'] === 'disabled';
  return letIn.length > 0 ? letIn : closed ? [] : 'paired';
}

/** Whom an access group names for a channel; one that is worked out elsewhere (an audience of Discord) stays as it is. */
function membersOf(config: unknown, channel: string, sender: unknown): readonly unknown[] {
  const [, name = ''] = /^accessGroup:(.+)$/.exec(String(sender)) ?? [];
  const group = settingsAt(config, 'accessGroups')[name];
  if (valueAt(group, 'type') !== 'message.senders') return [sender];
  return ['*', channel].flatMap((key) => settingsAt(group, 'members')[key] ?? []);
}

function namedBy(senders: readonly unknown[], channel: string, known: ReadonlySet<string>): string | undefined {
  const ids = senders.map(String).filter((id) => !known.has(id) && !known.has(`${channel}:${id}`));
  if (ids.some((id) => id.includes('*'))) return 'anybody';
  return ids.length > 0 ? `${ids.length} of no known role` : undefined;
}

function hasApprovers(settings: Settings): boolean {
  const listed = (place: unknown) => {
    const approvers = valueAt(place, 'execApprovals.approvers');
    return Array.isArray(approvers) && approvers.length > 0;
  };
  const accounts = accountsOf(settings);
  return listed(settings) || (accounts.length > 0 && accounts.every(listed));
}

/** Those that are on. */
function accountsOf(settings: Settings): readonly unknown[] {
  return Object.values(settingsAt(settings, 'accounts')).filter((account) => valueAt(account, 'enabled') !== false);
}
