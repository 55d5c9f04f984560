import type { ConnectedAccount } from '../ports/composio.ts';

/** An account in one of these states cannot be used; one that is not known here counts as usable. */
const unusable = ['INITIALIZING', 'INITIATED', 'FAILED', 'EXPIRED', 'INACTIVE', 'DELETED', 'REVOKED'];

export function isUsable({ status, disabled }: ConnectedAccount): boolean {
  return !disabled && !unusable.includes(status.toUpperCase());
}

/** What speaks against a connected account, held against the scopes that are declared for it; empty where nothing does. */
export function accountMarks(account: ConnectedAccount | undefined, declared: readonly string[]): readonly string[] {
  if (account === undefined) return ['Composio has no such account'];
  const { status, disabled, scopes = [], personalScopes } = account;
  const marks: string[] = [];
  if (!isUsable(account)) marks.push(`the account cannot be used: ${disabled ? 'disabled' : status}`);
  const more = scopes.filter((scope) => !declared.includes(scope));
  if (more.length > 0) marks.push(`it may do more than is declared: ${shown(more)}`);
  if (personalScopes.length > 0) marks.push(`it acts in the name of a person: ${shown(personalScopes)}`);
  return marks;
}

const mostShown = 5;

function shown(scopes: readonly string[]): string {
  const rest = scopes.length - mostShown;
  return scopes.slice(0, mostShown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
