import { ProbeError } from '../../model/reason.ts';
import type { Mode } from '../../model/report.ts';
import type { AwsOperation, AwsPort, CallLog, InputOf } from '../../ports/aws.ts';
import type { ComposioPort } from '../../ports/composio.ts';
import type { FilesPort } from '../../ports/files.ts';
import type { GatewayPort } from '../../ports/gateway.ts';
import type { GitPort } from '../../ports/git.ts';
import type { HostPort, HostProgram } from '../../ports/host.ts';
import type { Ports } from '../../ports/ports.ts';
import type { VantagePort } from '../../ports/vantage.ts';
import { realWaiting, type Waiting } from '../../ports/waiting.ts';
import {
  askedOf,
  canonical,
  digest,
  encode,
  type Failure,
  type Manifest,
  type Parts,
  type Recording,
  toFailure,
} from './format.ts';
import { type Redactor, redactAnswer } from './redact.ts';

type Host = Parts['hosts.json'][number];
type Answer = { output?: unknown; error?: Failure };

/** What was asked but not answered when the run ended. */
export const unanswered: Failure = {
  reason: 'timeout',
  message: 'the run reached its time limit',
  next: 'Raise --timeout.',
};

/** In the place of a time: the run reached its limit while the probe waited. */
export const endedWaiting = -1;

/**
 * Notes every exchange at the ports, redacted before it is kept. The run sees the ports' own answers; only what is
 * written down is redacted, in a form that is judged alike.
 */
export class Recorder {
  readonly #redactor: Redactor;
  readonly #aws = new Map<string, Parts['aws.json'][number]>();
  readonly #git = new Map<string, Parts['git.json'][number]>();
  readonly #files = new Map<string, Parts['files.json'][number]>();
  readonly #hosts = new Map<string, Host>();
  readonly #gateway: Parts['gateway.json'] = [];
  readonly #vantage = new Map<string, Parts['vantage.json'][number]>();
  readonly #composio: Parts['composio.json'] = [];
  readonly #times = new Map<string, string>();
  readonly #elapsed = new Map<string, number[]>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** The clock of the run, whose times are kept: the first of each moment. */
  clock(now: (moment: string) => Date): (moment: string) => Date {
    return (moment) => {
      const time = this.#times.get(moment) ?? now(moment).toISOString();
      this.#times.set(moment, time);
      return new Date(time);
    };
  }

  /** The same ports, with everything noted that passes. */
  record({
    aws,
    git,
    files,
    signatures,
    waiting = realWaiting,
    openHost,
    openGateway,
    vantage,
    composio,
  }: Ports): Ports {
    const addresses = new WeakMap<HostPort, string>();
    return {
      aws: this.#recordAws(aws),
      git: this.#recordGit(git),
      files: this.#recordFiles(files),
      composio: this.#recordComposio(composio),
      vantage: this.#recordVantage(vantage),
      signatures,
      waiting: (name, signal) => this.#recordWaiting(name, waiting(name, signal)),
      openHost: async (target, signal) => {
        const { address, fingerprints } = target;
        const host: Host = { address, fingerprints: [...fingerprints], programs: [], error: unanswered };
        this.#hosts.set(address, host);
        try {
          const port = await openHost(target, signal);
          delete host.error;
          host.label = port.label;
          host.hostKeyFingerprint = port.hostKeyFingerprint;
          const recorded = this.#recordHost(port, host);
          addresses.set(recorded, address);
          return recorded;
        } catch (thrown) {
          if (thrown instanceof ProbeError) host.error = this.#failure(thrown);
          throw thrown;
        }
      },
      openGateway: (host, signal) => this.#recordGateway(openGateway(host, signal), addresses.get(host) ?? host.label),
    };
  }

  /** Which answer a probe took for its last depends on the time: it is kept, in whole milliseconds. */
  #recordWaiting(name: string, waiting: Waiting): Waiting {
    const noted: number[] = [];
    return {
      elapsed: () => {
        const ms = Math.round(waiting.elapsed());
        noted.push(ms);
        this.#elapsed.set(name, noted);
        return ms;
      },
      wait: (ms) =>
        waiting.wait(ms).catch((thrown) => {
          noted.push(endedWaiting);
          this.#elapsed.set(name, noted);
          throw thrown;
        }),
    };
  }

  #recordAws(aws: AwsPort, elsewhere: { readonly region?: string } = {}): AwsPort {
    const note = <T>(via: 'read' | 'find', operation: AwsOperation, input: object, work: Promise<T>): Promise<T> => {
      const question = askedOf({ operation, via, input, ...elsewhere });
      const key = canonical(question);
      if (this.#aws.has(key)) return work;
      const { kept, asked } = this.#asked(input, question);
      const exchange = { operation, via, input: kept, ...elsewhere, ...asked, error: unanswered };
      this.#aws.set(key, exchange);
      return this.#settle(work, exchange, (output) => redactAnswer(this.#redactor, operation, output));
    };
    return {
      region: aws.region,
      account: aws.account,
      read: <O extends AwsOperation>(operation: O, input: InputOf<O>) =>
        note('read', operation, input as object, aws.read(operation, input)),
      find: <O extends AwsOperation>(operation: O, input: InputOf<O>) =>
        note('find', operation, input as object, aws.find(operation, input)),
      inRegion: (region) => this.#recordAws(aws.inRegion(region), { region }),
    };
  }

  #recordGit(git: GitPort): GitPort {
    return {
      get: (path) => {
        const work = git.get(path);
        if (this.#git.has(path)) return work;
        const { kept, asked } = this.#asked(path, path);
        const exchange = { path: kept, ...asked, error: unanswered };
        this.#git.set(path, exchange);
        return this.#settle(work, exchange);
      },
    };
  }

  #recordFiles(files: FilesPort): FilesPort {
    const note = <T>(
      operation: 'read' | 'sha256' | 'glob' | 'cases' | 'run',
      path: string,
      work: Promise<T>,
    ): Promise<T> => {
      const key = `${operation} ${path}`;
      if (this.#files.has(key)) return work;
      const { kept, asked } = this.#asked(path, [operation, path]);
      const exchange = { operation, path: kept, ...asked, error: unanswered };
      this.#files.set(key, exchange);
      return this.#settle(work, exchange);
    };
    const { evaluate } = files;
    return {
      read: (path) => note('read', path, files.read(path)),
      sha256: (path) => note('sha256', path, files.sha256(path)),
      glob: (pattern) => note('glob', pattern, files.glob(pattern)),
      evaluate: evaluate && ((config, mode) => note(mode, config, evaluate(config, mode))),
    };
  }

  #recordVantage(vantage: VantagePort): VantagePort {
    return {
      answers: (to, seconds) => {
        const work = vantage.answers(to, seconds);
        const destination = canonical(to);
        if (this.#vantage.has(destination)) return work;
        const exchange = { destination, error: unanswered };
        this.#vantage.set(destination, exchange);
        return this.#settle(work, exchange);
      },
    };
  }

  #recordComposio(composio: ComposioPort): ComposioPort {
    return {
      connectedAccounts: () => {
        const work = composio.connectedAccounts();
        if (this.#composio.length > 0) return work;
        const exchange = { error: unanswered };
        this.#composio.push(exchange);
        return this.#settle(work, exchange);
      },
    };
  }

  #recordHost(port: HostPort, host: Host): HostPort {
    return {
      label: port.label,
      hostKeyFingerprint: port.hostKeyFingerprint,
      run: async (programs, signal, first) => {
        const noted = programs.map(
          (p) => ({ id: p.id, sha256: programDigest(p), error: unanswered }) as Host['programs'][number],
        );
        host.programs.push(...noted);
        const answers = await port.run(programs, signal, first);
        for (const program of noted) {
          const answer = answers.get(program.id);
          delete program.error;
          if (answer instanceof ProbeError) program.error = this.#failure(answer);
          else if (answer) program.records = answer.map(([key, value]) => [key, this.#redactor.text(value)]);
        }
        return answers;
      },
      forward: (target, signal) => port.forward(target, signal),
      close: () => port.close(),
    };
  }

  #recordGateway(gateway: GatewayPort, host: string): GatewayPort {
    const note = <T>(call: string, input: unknown, work: Promise<T>): Promise<T> => {
      const { kept, asked } = this.#asked({ call, input }, [call, input ?? null]);
      const exchange = { host, ...kept, ...asked, error: unanswered };
      this.#gateway.push(exchange);
      return this.#settle(work, exchange);
    };
    return {
      get: (path) => note(`GET ${path}`, undefined, gateway.get(path)),
      rpc: (method, params, options) => note(method, { params, options }, gateway.rpc(method, params, options)),
    };
  }

  /** What is kept of a question: itself with secrets masked, and by what it is found where that changes it. */
  #asked<T>(shown: T, whole: unknown): { kept: T; asked: { asked?: string } } {
    const kept = this.#redactor.value(encode(shown)) as T;
    const changed = canonical(kept) !== canonical(shown);
    return { kept, asked: changed ? { asked: digest(canonical(whole)) } : {} };
  }

  /** Keeps the answer or the error of `work`, and gives it on as it is. */
  async #settle<T>(
    work: Promise<T>,
    exchange: Answer,
    redact: (output: unknown) => unknown = (output) => this.#redactor.value(output),
  ): Promise<T> {
    try {
      const output = await work;
      const kept = output === undefined ? undefined : await redact(encode(output));
      delete exchange.error;
      if (kept !== undefined) exchange.output = kept;
      return output;
    } catch (thrown) {
      if (thrown instanceof ProbeError) exchange.error = this.#failure(thrown);
      else exchange.error = { reason: 'internal', message: 'the port failed with an unexpected error' };
      throw thrown;
    }
  }

  #failure(error: ProbeError): Failure {
    return this.#redactor.value(toFailure(error)) as Failure;
  }

  /** All that was noted, in an order that does not depend on which answer came first. */
  finish(
    run: Omit<Manifest, 'recordingVersion' | 'times' | 'elapsed' | 'calls' | 'files'> & { mode: Mode },
    calls: CallLog,
  ): Recording {
    const ordered = <T>(items: Iterable<T>, key: (item: T) => string): T[] =>
      [...items]
        .map((item) => [key(item), item] as const)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([, item]) => item);
    const parts: Parts = {
      'aws.json': ordered(
        this.#aws.values(),
        ({ operation, via, input, region = '' }) => `${operation} ${via} ${canonical(input)}${region}`,
      ),
      'git.json': ordered(this.#git.values(), ({ path }) => path),
      'files.json': ordered(this.#files.values(), ({ operation, path }) => `${operation} ${path}`),
      'hosts.json': ordered(this.#hosts.values(), ({ address }) => address).map(inOrder),
      // The answers to the same call stay in the order in which they were asked for.
      'gateway.json': ordered(this.#gateway, ({ host, call, input }) => `${host} ${call} ${canonical(input ?? null)}`),
      'composio.json': this.#composio,
      'vantage.json': ordered(this.#vantage.values(), ({ destination }) => destination),
    };
    const times = Object.fromEntries(ordered(this.#times, ([moment]) => moment));
    const elapsed = Object.fromEntries(ordered(this.#elapsed, ([name]) => name));
    const none = {
      'aws.json': '',
      'git.json': '',
      'files.json': '',
      'hosts.json': '',
      'gateway.json': '',
      'composio.json': '',
      'vantage.json': '',
    };
    return { manifest: { recordingVersion: 1, ...run, times, elapsed, calls: calls.counts(), files: none }, parts };
  }
}

/** What a host was asked: another script, user or limit is another question. */
export function programDigest({ as, seconds, script }: HostProgram): string {
  return digest(canonical({ as, seconds, script }));
}

/** The members in the order of the format, whichever was known first. */
function inOrder({ address, label, hostKeyFingerprint, error, fingerprints, programs }: Host): Host {
  return {
    address,
    ...(label !== undefined && { label }),
    ...(hostKeyFingerprint !== undefined && { hostKeyFingerprint }),
    ...(error && { error }),
    fingerprints,
    programs,
  };
}
