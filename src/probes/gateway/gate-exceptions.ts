import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { idAt, listAt, numberAt, objectAt, textAt } from './payload.ts';
import { readiness } from './readiness.ts';
import { type OwnSession, ownSessions } from './sessions.ts';

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
  readonly sessions: readonly OwnSession[];
}

const mostGrants = 500;

/** Standing grants and the permission modes of sessions; releases that do not know grants have none. */
export const gateExceptions = gatewayProbe<
  GateExceptions,
  { readiness: typeof readiness; sessions: typeof ownSessions }
>({
  id: 'gateway/gate-exceptions',
  needs: { readiness, sessions: ownSessions },
  async gather(gateway, { sessions }, { now }) {
    const scopes = { scopes: ['operator.approvals'] } as const;
    const grants = gateway.rpc('exec.approval.grants.list', { limit: mostGrants }, scopes);
    return { grants: standing(await grants.catch(noneIfUnknown), now), sessions };
  },
});

function noneIfUnknown(error: unknown): unknown {
  if (error instanceof ProbeError && error.reason === 'not_found') return { grants: [] };
  throw error;
}

function standing(answer: unknown, now: Date): StandingGrant[] {
  const list = listAt(objectAt(answer, 'its standing grants')['grants'], 'its standing grants');
  if (list.length >= mostGrants) {
    throw new ProbeError('truncated', 'the gateway has more standing grants than it lists at once');
  }
  return list.flatMap((item) => {
    const { agentId, command, expiresAtMs, revokedAtMs } = objectAt(item, 'a standing grant');
    const expires = expiresAtMs ?? undefined;
    if (revokedAtMs !== null && revokedAtMs !== undefined) return [];
    if (expires !== undefined && numberAt(expires, 'the end of a grant') <= now.getTime()) return [];
    const agent = idAt(agentId, 'the agent of a standing grant');
    return [{ agent, command: textAt(command, 'the command of a grant'), expiresAtMs: expires as number | undefined }];
  });
}
