import { randomUUID } from 'node:crypto';
import type { LoadedEnvironment } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import type { Facts, HostProbe, Needs, Probe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import type { Mode, Report, SubjectInstance } from '../model/report.ts';
import type { CallLog } from '../ports/aws.ts';
import type { DrillAwsPort } from '../ports/drill-operations.ts';
import type { Ports } from '../ports/ports.ts';
import { group } from '../probes/aws/group.ts';
import { hostIdentity } from '../probes/host/identity.ts';
import { Gatherer, isHostScoped, probesOf } from '../runner/gather.ts';
import { Host } from '../runner/hosts.ts';
import { run } from '../runner/run.ts';
import { keysOf } from '../runner/targets.ts';
import type { Drill, Move, Values, World } from './drill.ts';
import { operationsOf } from './plan.ts';
import { steadyRegistry } from './steady.ts';

export interface DeploymentOptions {
  readonly loaded: LoadedEnvironment;
  readonly ports: Ports;
  readonly calls: CallLog;
  /** Lets the read-only port look anew. */
  readonly forget: () => void;
  readonly drill: Drill;
  readonly aws: DrillAwsPort;
  readonly mode: Mode;
  readonly version: string;
  /** Of the drill. */
  readonly id: string;
}

/** A look may read every file of a workspace, or wait for a person's decision to expire. */
const lookMilliseconds = 1_800_000;

/** The deployment under a drill: looks at it anew each time, and makes moves on it. */
export class Deployment {
  readonly environment: Environment;
  /** Calls nothing but what the plan of the drill names. */
  readonly aws: DrillAwsPort;
  readonly #options: DeploymentOptions;
  #instances: readonly SubjectInstance[] = [];

  constructor(options: DeploymentOptions) {
    this.#options = options;
    const { environment } = options.loaded;
    // What people accepted in the place of measurements has no say in a drill; that it was confirmed is the consent to
    // the model calls that its plan names.
    const monitoring = { ...environment.monitoring, agentTurn: true };
    this.environment = { ...environment, monitoring, waivers: [], attestations: [], notApplicable: [] };
    const planned = operationsOf(options.drill, this.environment);
    this.aws = {
      call(operation, input) {
        if (!planned.includes(operation)) throw new Error(`${operation} is not in the plan of the drill`);
        return options.aws.call(operation, input);
      },
    };
  }

  get mode(): Mode {
    return this.#options.mode;
  }

  bind(instances: readonly SubjectInstance[]): void {
    this.#instances = instances;
  }

  /** The steady state of the drill, as a run of its own: it binds itself to the subject like any run. */
  async steady(interrupt: AbortSignal): Promise<Report> {
    const report = await this.#steady(this.environment, interrupt);
    const { ssh } = this.environment;
    if (report.verdict === 'READY' || ssh.hosts.length === 0 || !(await this.#hasOthers())) return report;
    // No address of the environment file can lead to an instance that was launched meanwhile: AWS's own may.
    const byAws = await this.#steady({ ...this.environment, ssh: { ...ssh, hosts: [] } }, interrupt);
    return byAws.verdict === 'INCOMPLETE' ? report : byAws;
  }

  /** Whether the group has an instance that was not there at the start. */
  async #hasOthers(): Promise<boolean> {
    if (this.#instances.length === 0) return false;
    const { asg } = await this.#facts({ asg: group });
    return asg.Instances.some(({ InstanceId }) => !this.#instances.some(({ id }) => id === InstanceId));
  }

  async #steady(environment: Environment, interrupt: AbortSignal): Promise<Report> {
    const { drill, loaded, ports, calls, mode, version, forget } = this.#options;
    forget();
    return run({
      registry: steadyRegistry(drill),
      environment,
      others: loaded.others,
      fileSha256: loaded.sha256,
      selection: { areas: [], checks: [] },
      ports,
      calls,
      mode,
      version,
      clock: () => new Date(),
      emit: () => {},
      interrupt,
      timeoutMs: 120_000 + this.environment.gateway.startSeconds * 1000,
    });
  }

  world(values: Values): World {
    this.#options.forget();
    return {
      environment: this.environment,
      values,
      instances: this.#instances,
      id: this.#options.id,
      aws: this.aws,
      read: this.#options.ports.aws,
      now: () => new Date(),
      facts: (needs, address, active) => this.#facts(needs, address, active),
    };
  }

  async #facts<N extends Needs>(needs: N, address?: string, active?: boolean): Promise<Facts<N>> {
    this.#options.forget();
    return this.#gathering(
      needs,
      async (gatherer, host) => {
        const own = host ? gatherer.forHost(host) : gatherer;
        const found = await Promise.all(
          Object.entries(needs).map(async ([name, probe]) => {
            const fact = await own.get(probe);
            if (!fact.ok) throw fact.error;
            return [name, fact.value] as const;
          }),
        );
        return Object.fromEntries(found) as Facts<N>;
      },
      address,
      active,
    );
  }

  /** Runs one program on a host that has first proved to be the instance. */
  async onHost(move: Extract<Move, { kind: 'host' }>, values: Values): Promise<Values> {
    const { address = '', instance = '' } = values;
    const program = {
      id: move.program,
      as: move.as,
      seconds: move.seconds,
      script: move.script(values, this.environment),
    };
    const signal = AbortSignal.timeout(move.seconds * 1000 + 60_000);
    const host = await this.#options.ports.openHost({ address, fingerprints: await this.#keysOf(instance) }, signal);
    try {
      const identity = {
        id: hostIdentity.id,
        as: hostIdentity.as,
        seconds: 10,
        script: hostIdentity.script(this.environment),
      };
      const who = (await host.run([identity], signal)).get(identity.id);
      if (!who || who instanceof ProbeError) throw who ?? new ProbeError('unbound', 'the host did not say who it is');
      const { instanceId } = hostIdentity.parse(who, this.#context(signal));
      if (instanceId !== instance) {
        throw new ProbeError('wrong_subject', `the host is ${instanceId}, and not ${instance}: nothing was done to it`);
      }
      const records = (await host.run([program], signal)).get(program.id);
      if (!records || records instanceof ProbeError) {
        throw records ?? new ProbeError('bad_response', 'the host did not answer');
      }
      return move.learn(records);
    } finally {
      await host.close();
    }
  }

  async #keysOf(instance: string): Promise<readonly string[]> {
    return this.#gathering({}, async (gatherer) => (await keysOf(gatherer, this.environment))?.[instance] ?? []);
  }

  #context(signal: AbortSignal) {
    const { loaded } = this.#options;
    return { environment: this.environment, others: loaded.others, now: new Date(), nonce: randomUUID(), signal };
  }

  async #gathering<T>(
    needs: Needs,
    use: (gatherer: Gatherer, host: Host | undefined) => Promise<T>,
    address?: string,
    active = false,
  ): Promise<T> {
    const { ports } = this.#options;
    const ended = new AbortController();
    const limit = AbortSignal.timeout(lookMilliseconds);
    const context = { ...this.#context(AbortSignal.any([ended.signal, limit])), active };
    const gatherer = new Gatherer(
      context,
      ports,
      () => new Date(),
      () => {},
    );
    const probes = [...probesOf([needs])];
    const asked = probes.some((probe: Probe<unknown>) => isHostScoped(probe));
    let host: Host | undefined;
    try {
      if (asked && address !== undefined) {
        const instance = this.#instances.find((i) => i.address === address)?.id ?? '';
        const keys = (await keysOf(gatherer, this.environment))?.[instance] ?? [];
        const programs = probes.filter((p): p is HostProbe<unknown> => p.kind === 'host');
        host = new Host(address, keys, programs, ports, context);
      }
      return await use(gatherer, host);
    } finally {
      await host?.close().catch(() => {});
      ended.abort(new ProbeError('cancelled', 'the look is over'));
    }
  }
}

/** Makes one move. @throws ProbeError when it was refused, or when what became of it is not known */
export async function makeMove(move: Move, deployment: Deployment, values: Values): Promise<Values> {
  switch (move.kind) {
    case 'aws': {
      const output = await deployment.aws.call(move.operation, move.input(values, deployment.environment) as never);
      return output === undefined ? {} : (move.learn?.(output) ?? {});
    }
    case 'host':
      return deployment.onHost(move, values);
    case 'gateway':
      return move.send(deployment.world(values));
  }
}
