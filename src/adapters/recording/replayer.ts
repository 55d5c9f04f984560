import { ProbeError } from '../../model/reason.ts';
import type { AwsOperation, AwsPort, CallLog, InputOf, OutputOf } from '../../ports/aws.ts';
import type { FilesPort } from '../../ports/files.ts';
import type { GatewayPort, GatewayResponse } from '../../ports/gateway.ts';
import type { GitPort } from '../../ports/git.ts';
import type { HostPort, HostRecords } from '../../ports/host.ts';
import type { Ports } from '../../ports/ports.ts';
import { sshSignatures } from '../signature/ssh-keygen.ts';
import { canonical, decode, type Failure, fromFailure, type Parts, type Recording } from './format.ts';
import { programDigest } from './recorder.ts';

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
      signatures: sshSignatures,
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

function settle(exchange: { output?: unknown; error?: Failure | undefined } | undefined, what: string): unknown {
  if (!exchange) throw missing(what);
  if (exchange.error) throw fromFailure(exchange.error);
  return decode(exchange.output);
}

function replayAws(exchanges: Parts['aws.json'], place: { region: string; account: string }): AwsPort {
  const byKey = new Map(exchanges.map((e) => [canonical([e.via, e.operation, e.input]), e]));
  const ask = (via: string, operation: AwsOperation, input: object) =>
    settle(byKey.get(canonical([via, operation, input])), `this call of ${operation}`);
  return {
    ...place,
    read: async <O extends AwsOperation>(operation: O, input: InputOf<O>) =>
      ask('read', operation, input as object) as OutputOf<O>,
    find: async <O extends AwsOperation>(operation: O, input: InputOf<O>) =>
      ask('find', operation, input as object) as OutputOf<O> | undefined,
  };
}

function replayGit(exchanges: Parts['git.json']): GitPort {
  const byPath = new Map(exchanges.map((e) => [e.path, e]));
  return { get: async (path) => settle(byPath.get(path), 'this question to the git host') };
}

function replayFiles(exchanges: Parts['files.json']): FilesPort {
  const byKey = new Map(exchanges.map((e) => [`${e.operation} ${e.path}`, e]));
  const ask = async (operation: string, path: string) => settle(byKey.get(`${operation} ${path}`), 'this file');
  return {
    read: (path) => ask('read', path) as Promise<string | undefined>,
    sha256: (path) => ask('sha256', path) as Promise<string | undefined>,
    glob: (pattern) => ask('glob', pattern) as Promise<readonly string[]>,
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
  const queues = new Map<string, Parts['gateway.json']>();
  for (const exchange of exchanges) {
    if (exchange.host !== host) continue;
    const key = canonical([exchange.call, exchange.input ?? null]);
    queues.set(key, [...(queues.get(key) ?? []), exchange]);
  }
  const ask = async (call: string, input: unknown) => {
    const queue = queues.get(canonical([call, input ?? null])) ?? [];
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
