import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { listAt, objectAt, textAt, wordAt } from './payload.ts';
import { readiness } from './readiness.ts';

/** Permission modes of a session, which overrule the configuration of its agent. */
const permissionModes = ['read-only', 'guarded', 'workspace', 'full'] as const;

/** A session with settings of its own. */
export interface OwnSession {
  readonly key: string;
  readonly mode: (typeof permissionModes)[number] | undefined;
  /** An administrator has taken it out of the sandbox. */
  readonly unsandboxed: boolean;
}

const most = 5000;

/** `sessions.list`: those that overrule the configuration of their agent. */
export const ownSessions = gatewayProbe<readonly OwnSession[], { readiness: typeof readiness }>({
  id: 'gateway/own-sessions',
  needs: { readiness },
  async gather(gateway) {
    const { sessions, hasMore, totalCount } = objectAt(
      await gateway.rpc('sessions.list', { limit: most }),
      'its sessions',
    );
    const list = listAt(sessions, 'its sessions');
    const more = typeof totalCount === 'number' && totalCount > list.length;
    if (hasMore === true || more || list.length >= most) {
      throw new ProbeError('truncated', 'the gateway has more sessions than it lists at once');
    }
    return list.flatMap((item) => {
      const { key: given, permissionMode, sandboxMode } = objectAt(item, 'a session');
      const key = textAt(given, 'the key of a session');
      const mode = wordAt(permissionMode, permissionModes, 'the permission mode of a session');
      const unsandboxed = wordAt(sandboxMode, ['off'], 'the sandbox mode of a session') !== undefined;
      if (mode === undefined && !unsandboxed) return [];
      return [{ key, mode, unsandboxed }];
    });
  },
});
