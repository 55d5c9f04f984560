import type { Context } from './iam-condition.ts';
import type { Policy } from './iam-document.ts';
import { any, type Tri } from './iam-match.ts';
import { resourceAllows, roleAllows } from './iam-policy.ts';
import type { RoleOf } from './secret-access.ts';

/** A client of the file system: a role that signs, or whoever reaches a mount target and does not. */
export type Client = { readonly kind: 'role'; readonly role: RoleOf } | { readonly kind: 'anonymous' };

/** A way in: through an access point, or past all of them to the root. */
export type Route = { readonly id: string; readonly arn: string; readonly path: string } | 'root';

export const clientActions = {
  mount: 'elasticfilesystem:ClientMount',
  write: 'elasticfilesystem:ClientWrite',
  root: 'elasticfilesystem:ClientRootAccess',
} as const;

export interface Asked {
  readonly fileSystem: string;
  readonly policy: Policy;
  readonly route: Route;
  /** Undefined: with or without TLS. */
  readonly tls?: boolean;
}

/** Whether a client may do something with the file system on a way in. It needs a policy: without one all may. */
export function clientMay(client: Client, action: keyof typeof clientActions, asked: Asked): Tri {
  const request = {
    action: clientActions[action],
    resource: asked.fileSystem,
    context: contextOf(client, asked),
  };
  if (client.kind === 'anonymous') return resourceAllows(asked.policy, client, request);
  return roleAllows(client.role, asked.policy, request);
}

/** Whether a client may change files on a way in: by writing, or as root of the file system. */
export function clientMayChange(client: Client, asked: Asked): Tri {
  return any(clientMay(client, 'write', asked), clientMay(client, 'root', asked));
}

/** Whether a way in leads to a directory, to one above it or to one in it. */
export function reaches(route: Route, directory: string): boolean {
  if (route === 'root') return true;
  const [a, b] = [withSlash(route.path), withSlash(directory)];
  return a.startsWith(b) || b.startsWith(a);
}

export function nameOf(client: Client): string {
  return client.kind === 'role' ? client.role.arn : 'any client that does not sign';
}

export function nameOfRoute(route: Route): string {
  return route === 'root' ? 'the root, past every access point' : `access point ${route.id} (${route.path})`;
}

function contextOf(client: Client, { route, tls }: Asked): Context {
  const role = client.kind === 'role' ? client.role : undefined;
  const known: Readonly<Record<string, readonly string[] | null | undefined>> = {
    'elasticfilesystem:accesspointarn': route === 'root' ? null : [route.arn],
    'elasticfilesystem:accessedviamounttarget': ['true'],
    'aws:securetransport': tls === undefined ? undefined : [String(tls)],
    'aws:principalarn': role ? [role.arn] : null,
    'aws:principalaccount': role ? [role.account] : null,
  };
  return (key) => known[key];
}

function withSlash(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.map((part) => `${part}/`).join('')}`;
}
