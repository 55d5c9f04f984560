import { isDeepStrictEqual } from 'node:util';
import type { HostProbe, ProbeContext } from '../model/probe.ts';
import { ProbeError, UsageError } from '../model/reason.ts';
import type { GatewayPort } from '../ports/gateway.ts';
import type { HostPort, HostProgram, HostRecords } from '../ports/host.ts';
import type { Ports } from '../ports/ports.ts';
import { asProbeError, type HostAccess, untilAborted } from './gather.ts';

/**
 * One host of the deployment: connected once, its whole script sent once, as soon as it is made. A host that cannot
 * be reached answers every question with the same error. The first probe is answered as soon as the host has said it;
 * whether the host stands by it is known with the rest.
 */
export class Host implements HostAccess {
  readonly label: string;
  readonly #port: Promise<HostPort>;
  readonly #answers: Promise<ReadonlyMap<string, HostRecords | ProbeError>>;
  readonly #first: { readonly id: string | undefined; readonly records: Promise<HostRecords> };
  #gateway: Promise<GatewayPort> | undefined;
  readonly #openGateway: (host: HostPort) => GatewayPort;
  readonly #signal: AbortSignal;

  constructor(
    address: string,
    fingerprints: readonly string[],
    probes: readonly HostProbe<unknown>[],
    ports: Ports,
    { environment, signal }: ProbeContext,
  ) {
    this.label = address;
    this.#signal = signal;
    this.#port = untilAborted(ports.openHost({ address, fingerprints }, signal), signal);
    const programs = probes.map((p): HostProgram => {
      return { id: p.id, as: p.as, script: p.script(environment), seconds: p.seconds(environment) };
    });
    let answered: (records: HostRecords) => void = () => {};
    this.#first = { id: programs[0]?.id, records: new Promise((resolve) => (answered = resolve)) };
    this.#answers = this.#port.then((port) => untilAborted(port.run(programs, signal, answered), signal));
    this.#openGateway = (host) => ports.openGateway(host, signal);
    // The error is reported where it is asked for; until then it must not count as unhandled.
    this.#answers.catch(() => {});
  }

  async records({ id }: HostProbe<unknown>): Promise<HostRecords> {
    const last = this.#answerTo(id);
    return id === this.#first.id ? Promise.race([this.#first.records, last]) : last;
  }

  async #answerTo(id: string): Promise<HostRecords> {
    const answer = (await this.#answers).get(id);
    if (!answer) throw new ProbeError('internal', `the host was not asked for ${id}`);
    if (answer instanceof ProbeError) throw answer;
    return answer;
  }

  async broken(): Promise<ProbeError | undefined> {
    const { id, records } = this.#first;
    if (id === undefined) return undefined;
    try {
      const last = await this.#answerTo(id);
      if (isDeepStrictEqual(await Promise.race([records, last]), last)) return undefined;
      return new ProbeError('conflict', 'the host has first said something else of itself than in the end');
    } catch (thrown) {
      return asProbeError(thrown, id);
    }
  }

  /** One more look, while the run is on. */
  async ask(program: HostProgram): Promise<HostRecords> {
    const port = await this.#port;
    const answer = (await untilAborted(port.run([program], this.#signal), this.#signal)).get(program.id);
    if (!answer) throw new ProbeError('internal', `the host was not asked for ${program.id}`);
    if (answer instanceof ProbeError) throw answer;
    return answer;
  }

  gateway(): Promise<GatewayPort> {
    this.#gateway ??= this.#port.then(this.#openGateway);
    return this.#gateway;
  }

  /**
   * `SHA256:…` of the verified host key, or the error that kept us from it.
   * @throws UsageError for what is wrong on this side: the key file, the SSH configuration
   */
  async fingerprint(): Promise<string | ProbeError> {
    return this.#port.then(
      (port) => port.hostKeyFingerprint,
      (thrown) => {
        if (thrown instanceof UsageError) throw thrown;
        return asProbeError(thrown, 'host/connect');
      },
    );
  }

  async close(): Promise<void> {
    await this.#port.then(
      (port) => port.close(),
      () => {},
    );
  }
}

/** Of an instance of the group that no address leads to, nothing can be seen. */
export function uncovered(instanceId: string): ProbeError {
  return new ProbeError('unreachable', `no address of ssh.hosts leads to the instance ${instanceId}`, {
    next: 'Add its address to ssh.hosts, or leave the list empty to use the private addresses of the group.',
  });
}

/** Stands for a host that cannot be looked at, or that is not proven to be the one that was asked about. */
export function lostHost(label: string, error: ProbeError): HostAccess {
  const refuse = () => Promise.reject(error);
  return { label, records: refuse, ask: refuse, gateway: refuse, broken: async () => error };
}
