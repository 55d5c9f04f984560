import { ProbeError } from '../../model/reason.ts';
import type { AwsOperation, AwsPort, CallLog, InputOf, OutputOf } from '../../ports/aws.ts';
import type { ConnectedAccount } from '../../ports/composio.ts';
import type { FilesPort } from '../../ports/files.ts';
import type { GatewayPort, GatewayResponse } from '../../ports/gateway.ts';
import type { GitPort } from '../../ports/git.ts';
import type { HostPort, HostRecords } from '../../ports/host.ts';
import type { Ports } from '../../ports/ports.ts';
import type { VantagePort } from '../../ports/vantage.ts';
import { sshSignatures } from '../signature/ssh-keygen.ts';
import { askedOf, canonical, decode, digest, type Failure, fromFailure, type Parts, type Recording } from './format.ts';
import { endedWaiting, programDigest, unanswered } from './recorder.ts';

export interface Replay {
  readonly ports: Ports;
  readonly calls: CallLog;
  readonly nonce: string;
  clock(moment: string): Date;
}

/**
 * Ports that answer from a recording, and from nothing else: no network, no files. What was not asked back then is
 * `bad_response`, never an empty answer.
 */
export function replay(
  { manifest, parts }: Recording,
  place: { readonly region: string; readonly account: string },
): Replay {
  const addresses = new WeakMap<HostPort, string>();
  const end = manifest.times['end'] ?? manifest.times['start'] ?? '';
  return {
    ports: {
      aws: replayAws(parts['aws.json'], place),
      git: replayGit(parts['git.json']),
      files: replayFiles(parts['files.json']),
      composio: {
        connectedAccounts: async () =>
          settle(parts['composio.json'][0], 'the list of Composio') as readonly ConnectedAccount[],
      },
      vantage: replayVantage(parts['vantage.json']),
      signatures: sshSignatures,
      waiting: (name) => {
        const noted = [...(manifest.elapsed[name] ?? [])];
        return {
          // Who reads the clock more often than back then waits no longer.
          elapsed: () => noted.shift() ?? Number.POSITIVE_INFINITY,
          wait: async () => {
            if (noted[0] === endedWaiting) throw fromFailure(unanswered);
          },
        };
      },
      openHost: async ({ address, fingerprints }) => {
        const host = parts['hosts.json'].find((h) => h.address === address);
        if (!host || canonical(host.fingerprints) !== canonical(fingerprints))
          throw missing(`a connection to ${address}`);
        if (host.error) throw fromFailure(host.error);
        const port = replayHost(host);
        addresses.set(port, address);
        return port;
      },
      openGateway: (host) => replayGateway(parts['gateway.json'], addresses.get(host) ?? host.label),
    },
    calls: { counts: () => manifest.calls.map((call) => ({ ...call })) },
    nonce: manifest.nonce,
    clock: (moment) => new Date(manifest.times[moment] ?? end),
  };
}

function missing(what: string): ProbeError {
  return new ProbeError('bad_response', `${what} is not in the recording`, {
    next: 'Replay with the version of clawcheck and the environment file of the recording.',
  });
}

/** Finds exchanges by what was asked, in their order: by itself, or by its digest where a part of it is masked. */
function finder<E extends { readonly asked?: string | undefined }>(
  exchanges: readonly E[],
  askedOf: (exchange: E) => unknown,
): (asked: unknown) => E[] {
  const found = new Map<string, E[]>();
  for (const exchange of exchanges) {
    const key = exchange.asked ?? canonical(askedOf(exchange));
    const same = found.get(key);
    if (same) same.push(exchange);
    else found.set(key, [exchange]);
  }
  return (asked) => {
    const key = canonical(asked);
    return found.get(key) ?? found.get(digest(key)) ?? [];
  };
}

function settle(exchange: { output?: unknown; error?: Failure | undefined } | undefined, what: string): unknown {
  if (!exchange) throw missing(what);
  if (exchange.error) throw fromFailure(exchange.error);
  return decode(exchange.output);
}

function replayAws(
  exchanges: Parts['aws.json'],
  place: { region: string; account: string },
  elsewhere: { readonly region?: string } = {},
): AwsPort {
  const find = finder(exchanges, askedOf);
  const ask = (via: 'read' | 'find', operation: AwsOperation, input: object) =>
    settle(find(askedOf({ via, operation, input, ...elsewhere }))[0], `this call of ${operation}`);
  return {
    ...place,
    read: async <O extends AwsOperation>(operation: O, input: InputOf<O>) =>
      ask('read', operation, input as object) as OutputOf<O>,
    find: async <O extends AwsOperation>(operation: O, input: InputOf<O>) =>
      ask('find', operation, input as object) as OutputOf<O> | undefined,
    inRegion: (region) => replayAws(exchanges, { ...place, region }, { region }),
  };
}

function replayGit(exchanges: Parts['git.json']): GitPort {
  const find = finder(exchanges, ({ path }) => path);
  return { get: async (path) => settle(find(path)[0], 'this question to the git host') };
}

function replayVantage(exchanges: Parts['vantage.json']): VantagePort {
  const byKey = new Map(exchanges.map((e) => [e.destination, e]));
  return {
    answers: async (destination) => {
      const answered = settle(byKey.get(canonical(destination)), 'this connection from here');
      if (typeof answered !== 'boolean') throw missing('what came of this connection from here');
      return answered;
    },
  };
}

function replayFiles(exchanges: Parts['files.json']): FilesPort {
  const find = finder(exchanges, (e) => [e.operation, e.path]);
  const ask = async (operation: string, path: string) => settle(find([operation, path])[0], 'this file');
  return {
    read: (path) => ask('read', path) as Promise<string | undefined>,
    sha256: (path) => ask('sha256', path) as Promise<string | undefined>,
    glob: (pattern) => ask('glob', pattern) as Promise<readonly string[]>,
    evaluate: (config, mode) => ask(mode, config) as Promise<string>,
  };
}

function replayHost(host: Parts['hosts.json'][number]): HostPort {
  const byId = new Map(host.programs.map((p) => [p.id, p]));
  return {
    label: host.label ?? host.address,
    hostKeyFingerprint: host.hostKeyFingerprint ?? '',
    async run(programs) {
      return new Map(
        programs.map((program): [string, HostRecords | ProbeError] => {
          const noted = byId.get(program.id);
          if (!noted || noted.sha256 !== programDigest(program))
            return [program.id, missing(`the script of ${program.id}`)];
          return [program.id, noted.error ? fromFailure(noted.error) : (noted.records ?? [])];
        }),
      );
    },
    forward: () => Promise.reject(missing('a forwarded connection')),
    close: async () => {},
  };
}

/** The same call gets its answers in their order; one that is polled more often than back then gets the last again. */
function replayGateway(exchanges: Parts['gateway.json'], host: string): GatewayPort {
  const own = exchanges.filter((exchange) => exchange.host === host);
  const find = finder(own, ({ call, input }) => [call, input ?? null]);
  const ask = async (call: string, input: unknown) => {
    const queue = find([call, input ?? null]);
    const next = queue.length > 1 ? queue.shift() : queue[0];
    return settle(next, `this call of ${call}`);
  };
  return {
    get: async (path) => {
      const { json, ...rest } = (await ask(`GET ${path}`, undefined)) as GatewayResponse;
      return { ...rest, json };
    },
    rpc: (method, params, options) => ask(method, { params, options }),
  };
}
