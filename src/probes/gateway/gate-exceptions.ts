import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { listAt, numberAt, objectAt, textAt, wordAt } from './payload.ts';
import { readiness } from './readiness.ts';

/** Permission modes of a session, which overrule the configuration of its agent. */
export const permissionModes = ['read-only', 'guarded', 'workspace', 'full'] as const;

/** "Always allow" for one exact command of one automation. */
export interface StandingGrant {
  readonly agent: string;
  readonly command: string;
  /** Undefined where it never expires. */
  readonly expiresAtMs: number | undefined;
}

/** What lets a command past the gate of its agent, beside the configuration and the allowlist. */
export interface GateExceptions {
  /** Those that are neither revoked nor expired. */
  readonly grants: readonly StandingGrant[];
  readonly sessions: readonly { readonly key: string; readonly mode: (typeof permissionModes)[number] }[];
}

const mostGrants = 500;
const mostSessions = 5000;

/** Standing grants and the permission modes of sessions; releases that do not know grants have none. */
export const gateExceptions = gatewayProbe<GateExceptions, { readiness: typeof readiness }>({
  id: 'gateway/gate-exceptions',
  needs: { readiness },
  async gather(gateway, _facts, { now }) {
    const [grants, sessions] = await Promise.all([
      gateway
        .rpc('exec.approval.grants.list', { limit: mostGrants }, { scopes: ['operator.approvals'] })
        .catch(noneIfUnknown),
      gateway.rpc('sessions.list', { limit: mostSessions }),
    ]);
    return { grants: standing(grants, now), sessions: overrides(sessions) };
  },
});

function noneIfUnknown(error: unknown): unknown {
  if (error instanceof ProbeError && error.reason === 'not_found') return { grants: [] };
  throw error;
}

function standing(answer: unknown, now: Date): StandingGrant[] {
  const list = listAt(objectAt(answer, 'its standing grants')['grants'], 'its standing grants');
  if (list.length >= mostGrants) throw tooMany('standing grants');
  return list.flatMap((item) => {
    const { agentId, command, expiresAtMs, revokedAtMs } = objectAt(item, 'a standing grant');
    const expires = expiresAtMs ?? undefined;
    if (revokedAtMs !== null && revokedAtMs !== undefined) return [];
    if (expires !== undefined && numberAt(expires, 'the end of a grant') <= now.getTime()) return [];
    const agent = textAt(agentId, 'the agent of a standing grant');
    return [{ agent, command: textAt(command, 'the command of a grant'), expiresAtMs: expires as number | undefined }];
  });
}

function overrides(answer: unknown): GateExceptions['sessions'] {
  const { sessions, hasMore, totalCount } = objectAt(answer, 'its sessions');
  const list = listAt(sessions, 'its sessions');
  const more = typeof totalCount === 'number' && totalCount > list.length;
  if (hasMore === true || more || list.length >= mostSessions) throw tooMany('sessions');
  return list.flatMap((item) => {
    const { key, permissionMode } = objectAt(item, 'a session');
    const mode = wordAt(permissionMode, permissionModes, 'the permission mode of a session');
    return mode === undefined ? [] : [{ key: textAt(key, 'the key of a session'), mode }];
  });
}

function tooMany(what: string): ProbeError {
  return new ProbeError('truncated', `the gateway has more ${what} than it lists at once`);
}
