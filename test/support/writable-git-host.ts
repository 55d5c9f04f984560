import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answers = Record<string, unknown>;

interface Protection {
  readonly required_status_checks: { readonly strict: boolean; readonly contexts: readonly string[] } | null;
  readonly enforce_admins: boolean | null;
  readonly required_pull_request_reviews: object | null;
  readonly restrictions: object | null;
  readonly allow_force_pushes?: boolean;
  readonly allow_deletions?: boolean;
}

/** The app of GitHub Actions: what set a check last has to set it in future, and here that is a workflow. */
const actionsApp = 15368;

/** What has to be in a request that replaces the protection of a branch, `null` where there shall be none. */
const demanded = ['required_status_checks', 'enforce_admins', 'required_pull_request_reviews', 'restrictions'] as const;

/**
 * The git host of a scenario as a proxy for the GitHub CLI, which calls `http://api.github.localhost` for its development
 * host. It answers GET from the scenario, and carries out the three writes of the remedies on it as GitHub documents them.
 * Sources: https://docs.github.com/rest/branches/branch-protection#update-branch-protection,
 * https://docs.github.com/rest/actions/workflows#enable-a-workflow,
 * https://docs.github.com/rest/actions/permissions#set-default-workflow-permissions-for-a-repository
 */
export async function startWritableGitHost(git: Answers) {
  const server = createServer(async (request, response) => {
    const send = (status: number, body?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    const { host, pathname, search } = new URL(request.url ?? '/', `http://${request.headers.host}`);
    if (host !== 'api.github.localhost') return send(502, { message: `no way to ${host}` });
    if (!/^(token|Bearer) \S+$/.test(request.headers.authorization ?? ''))
      return send(401, { message: 'Bad credentials' });
    if (request.method === 'GET') {
      const found = git[`${pathname}${search}`];
      return found ? send(200, found) : send(404, { message: 'Not Found' });
    }
    if (request.method !== 'PUT') return send(405, { message: 'Only GET and PUT' });
    if (/\/branches\/[^/]+\/protection$/.test(pathname)) {
      const wanted = JSON.parse(await bodyOf(request)) as Protection;
      const missing = demanded.filter((name) => wanted[name] === undefined);
      if (missing.length > 0) return send(422, { message: `Invalid request: ${missing.join(', ')} wasn't supplied` });
      git[pathname] = answerOf(wanted);
      const branch = pathname.slice(0, -'/protection'.length);
      git[branch] = { ...(git[branch] as object), protected: true };
      return send(200, git[pathname]);
    }
    if (pathname.endsWith('/actions/permissions/workflow')) {
      git[pathname] = { ...(git[pathname] as object), ...JSON.parse(await bodyOf(request)) };
      return send(204);
    }
    const [, workflows, id] = /^(.*\/actions\/workflows\/)(\d+)\/enable$/.exec(pathname) ?? [];
    const known = Object.entries(git).find(
      ([path, one]) => path.startsWith(workflows ?? '?') && String((one as { id?: number } | null)?.id) === id,
    );
    if (!known) return send(404, { message: 'Not Found' });
    git[known[0]] = { ...(known[1] as object), state: 'active' };
    return send(204);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A protection as GitHub answers it: switches as objects, and nothing where there is none. */
function answerOf({ required_status_checks: checks, ...wanted }: Protection): object {
  const { enforce_admins, required_pull_request_reviews: reviews, allow_force_pushes, allow_deletions } = wanted;
  return {
    ...(checks && {
      required_status_checks: {
        ...checks,
        checks: checks.contexts.map((context) => ({ context, app_id: actionsApp })),
      },
    }),
    ...(reviews && { required_pull_request_reviews: { require_code_owner_reviews: false, ...reviews } }),
    enforce_admins: { enabled: enforce_admins === true },
    allow_force_pushes: { enabled: allow_force_pushes === true },
    allow_deletions: { enabled: allow_deletions === true },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
