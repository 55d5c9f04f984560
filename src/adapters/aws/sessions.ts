import { setImmediate } from 'node:timers/promises';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Environment } from '../../environment/schema.ts';
import type { AwsOperation, ServiceName } from '../../ports/aws.ts';
import { CallBudget } from './budget.ts';
import { type AnyClient, type LoadedService, loadService } from './clients.ts';
import { ServiceConnections } from './connections.ts';
import { type Chains, credentialsOf } from './credentials.ts';
import type { CallEnd } from './deadlines.ts';
import { isThrottling } from './errors.ts';
import { demandShape } from './shape.ts';
import type { WireGuard } from './wire.ts';

export type Answer = Record<string, unknown>;

interface Loaded {
  readonly service: LoadedService;
  readonly client: AnyClient;
}

/** How many connections a service has that is asked one thing after the other, or more at once than others. */
const connectionsTo: Partial<Record<ServiceName, number>> = {
  autoscaling: 1,
  backup: 3,
  budgets: 1,
  cloudtrail: 1,
  ec2: 4,
  kms: 1,
  ssm: 1,
  sts: 1,
};

/** What every run asks first. */
const first: readonly ServiceName[] = ['sts', 'autoscaling', 'ec2'];
/** Services whose answers others wait for longest come first, the rest one turn of the event loop later. */
const chained: ReadonlySet<ServiceName> = new Set([...first, 'backup', 'lambda', 'sns']);

/** What was asked, and how many calls that took, whose answers were not throttled. */
interface Asked {
  readonly answer: Answer | undefined;
  readonly calls: number;
}

/** An answer that runs side by side may share, and when it was there; undefined while it is awaited. */
interface Shared {
  readonly asked: Promise<Asked>;
  arrivedAt: number | undefined;
}

/**
 * What runs with the same credentials, region and endpoint have in common: clients with their connections, the
 * credentials, the budget of the account, and answers. An answer is shared only with a run that had begun before it
 * came: no run rests on what was seen before its own start.
 */
export class AwsSession {
  readonly budget: CallBudget;
  readonly #config: () => Promise<object>;
  readonly #services = new Map<ServiceName, Promise<Loaded>>();
  readonly #shared = new Map<string, Shared>();
  readonly #users = new Map<object, number>();
  readonly #unused: () => void;
  #made: Promise<object> | undefined;
  #common: object | undefined;

  constructor(budget: CallBudget, config: () => Promise<object>, unused: () => void) {
    this.budget = budget;
    this.#config = config;
    this.#unused = unused;
  }

  /** @param user stands for one run; given back with `leave` */
  join(user: object): void {
    this.#users.set(user, performance.now());
  }

  /** From now on the run gets only answers to what is asked from now on. */
  forget(user: object): void {
    this.#users.set(user, performance.now());
    this.#shared.clear();
  }

  /** What no run can use any more goes; with the last run, all does. */
  leave(user: object): void {
    this.#users.delete(user);
    const earliest = Math.min(...this.#users.values());
    for (const [key, { arrivedAt }] of this.#shared) {
      if (arrivedAt !== undefined && arrivedAt < earliest) this.#shared.delete(key);
    }
    if (this.#users.size > 0) return;
    this.#unused();
    for (const loaded of this.#services.values())
      loaded.then(
        ({ client }) => client.destroy(),
        () => {},
      );
  }

  /** The answer to what another run asks at this moment or asked since this one began, or else of `ask`. */
  async share(user: object, key: string, ask: () => Promise<Asked>): Promise<Asked> {
    const found = this.#shared.get(key);
    const began = this.#users.get(user) ?? Number.POSITIVE_INFINITY;
    if (found && (found.arrivedAt === undefined || found.arrivedAt >= began)) {
      try {
        return await found.asked;
      } catch {
        // It failed for another run, perhaps because that one was over: this one looks itself.
        return ask();
      }
    }
    const entry: Shared = { asked: ask(), arrivedAt: undefined };
    this.#shared.set(key, entry);
    entry.asked.then(
      () => {
        entry.arrivedAt = performance.now();
      },
      () => {
        if (this.#shared.get(key) === entry) this.#shared.delete(key);
      },
    );
    return entry.asked;
  }

  /** One call, with the retries of the SDK. Throws what the SDK throws. */
  async call(operation: AwsOperation, input: object, guard: WireGuard, abortSignal: CallEnd): Promise<Answer> {
    const [prefix, name] = operation.split(':') as [ServiceName, string];
    const { service, client } = await this.#serviceOf(prefix);
    const command = await service.newCommand(name, input);
    // Of the steps of a call, the last before the connection: each attempt passes both.
    command.middlewareStack.add(guard, { step: 'deserialize', priority: 'low', name: 'clawcheckWireGuard' });
    command.middlewareStack.add(this.#heed(operation), {
      step: 'finalizeRequest',
      priority: 'low',
      name: 'clawcheckBudget',
    });
    const answer = (await client.send(command, { abortSignal })) as Answer;
    demandShape(operation, command, answer);
    return answer;
  }

  #heed(operation: AwsOperation): WireGuard {
    return (next) => async (args) => {
      try {
        const result = await next(args);
        this.budget.answered(operation);
        return result;
      } catch (thrown) {
        if (isThrottling(thrown)) this.budget.throttled(operation);
        throw thrown;
      }
    };
  }

  /** Makes the clients of services, and begins to connect. */
  async open(services: Iterable<ServiceName>): Promise<void> {
    await Promise.all([...services].map((name) => this.#serviceOf(name)));
  }

  #serviceOf(name: ServiceName): Promise<Loaded> {
    this.#made ??= this.#config();
    // What an alarm notifies is asked as soon as the alarm is known.
    if (name === 'cloudwatch') this.#serviceOf('sns').catch(() => {});
    let loaded = this.#services.get(name);
    if (!loaded) {
      loaded = Promise.all([loadService(name), this.#made]).then(async ([service, config]) => {
        if (!chained.has(name)) await setImmediate();
        const connections = new ServiceConnections(connectionsTo[name] ?? 2);
        const client = service.newClient({ ...config, ...this.#common, requestHandler: requestHandler(connections) });
        this.#common ??= commonOf(client);
        await openAhead(client, connections);
        return { service, client };
      });
      this.#services.set(name, loaded);
    }
    return loaded;
  }
}

/** The sessions of a process: one for each set of credentials, region and endpoint that a run going on needs. */
export class AwsSessions {
  readonly #sessions = new Map<string, AwsSession>();
  readonly #budgets = new Map<string, CallBudget>();
  readonly #chains: Chains = new Map();
  readonly #secrets = new Set<string>();

  /** The secrets among the credentials that were fetched, for whatever run: none of them may be written. */
  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** How many calls all runs made, each once however many share its answer. */
  get calls(): number {
    return [...this.#budgets.values()].reduce((sum, budget) => sum + budget.calls, 0);
  }

  /** How many calls of all runs were throttled. */
  get throttledCalls(): number {
    return [...this.#budgets.values()].reduce((sum, budget) => sum + budget.throttledCalls, 0);
  }

  sessionOf({ aws }: Environment): AwsSession {
    const { account, region, profile, roleArn, endpoint } = aws;
    const key = JSON.stringify([account, region, profile, roleArn, endpoint]);
    let session = this.#sessions.get(key);
    if (!session) {
      session = new AwsSession(
        this.#budgetOf(`${account} ${region}`),
        async () => configOf(aws, await credentialsOf(aws, this.#secrets, this.#chains)),
        () => this.#sessions.delete(key),
      );
      this.#sessions.set(key, session);
    }
    return session;
  }

  /**
   * Opens the connections on which everything begins, before a run asks for anything. Where that fails, the run says so.
   * @returns lets go of them; whoever runs by then keeps them
   */
  async openAhead(environment: Environment): Promise<() => void> {
    const session = this.sessionOf(environment);
    const user = {};
    session.join(user);
    await session.open(first).catch(() => {});
    return () => session.leave(user);
  }

  #budgetOf(place: string): CallBudget {
    let budget = this.#budgets.get(place);
    if (!budget) {
      budget = new CallBudget();
      this.#budgets.set(place, budget);
    }
    return budget;
  }
}

/** What every client of an environment is made with. @param secrets gets those among the credentials */
export async function clientConfig({ aws }: Environment, secrets: Set<string>): Promise<object> {
  return configOf(aws, await credentialsOf(aws, secrets, new Map()));
}

function configOf({ region, endpoint }: Environment['aws'], credentials: AwsCredentialIdentityProvider): object {
  return {
    region,
    credentials,
    maxAttempts: 3,
    retryMode: 'standard',
    ...(endpoint && { endpoint }),
  };
}

/** How the calls of one client are sent. */
export function requestHandler(connections: ServiceConnections): object {
  return { connectionTimeout: 5000, requestTimeout: 15_000, throwOnRequestTimeout: true, httpsAgent: connections };
}

/** Settings from variables and files that are the same for every service: read once, by the first client. */
function commonOf({ config }: AnyClient): object {
  const { authSchemePreference, useDualstackEndpoint, useFipsEndpoint, userAgentAppId } = config;
  return { authSchemePreference, useDualstackEndpoint, useFipsEndpoint, userAgentAppId };
}

/** While the first call is put together, its connection comes about. Where that fails, the call says so. */
async function openAhead({ config }: AnyClient, connections: ServiceConnections): Promise<void> {
  try {
    const [Region, UseDualStack, UseFIPS, own] = await Promise.all([
      config.region(),
      config.useDualstackEndpoint(),
      config.useFipsEndpoint(),
      config.endpoint?.(),
    ]);
    const url = own
      ? new URL(`${own.protocol}//${own.hostname}:${own.port ?? ''}`)
      : config.endpointProvider({ Region, UseDualStack, UseFIPS }).url;
    if (url.protocol === 'https:') connections.open(url);
  } catch {}
}
