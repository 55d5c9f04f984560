import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Requirement } from '../live.ts';

/** The release of moto whose behaviour the lab corrects; another one may be wrong in other places. */
export const motoVersion = '5.2.1';

export type FaultKind =
  | 'AccessDenied'
  | 'Throttling'
  | '500'
  | 'html'
  | 'empty'
  | '{}'
  | 'truncate'
  | 'drop-token'
  | 'hang';

export interface Fault {
  /** `ec2:DescribeInstances`, `ec2:*` or `*`. */
  readonly operation: string;
  readonly fault: FaultKind;
  /** How often it is shown; without it, until it is cleared. */
  readonly times?: number;
  /** How many calls are answered well before it. */
  readonly skip?: number;
}

/** A request that reached the lab. */
export interface SeenCall {
  readonly service: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly fault?: FaultKind;
}

/** A flaw that can be planted, and every check whose status it changes. */
export interface Flaw {
  readonly id: string;
  readonly expects: readonly string[];
  /** Those of `expects` that cannot say any more; the others fail. */
  readonly unknown: readonly string[];
  readonly trap: string;
}

/** Names of what the good deployment is made of. They differ from one start to the next. */
export interface MotoIds {
  readonly group: string;
  readonly groupArn: string;
  readonly instances: readonly string[];
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly prefixList: string;
  readonly securityGroup: string;
  readonly loadBalancerSecurityGroup: string;
  readonly fileSystemSecurityGroup: string;
  readonly launchTemplate: string;
  readonly loadBalancer: string;
  readonly targetGroup: string;
  readonly key: string;
  readonly secrets: { readonly gateway: string; readonly monitoring: string; readonly unrelated: string };
  readonly role: string;
  readonly roleArn: string;
  readonly alertRole: string;
  readonly alertRoleArn: string;
  readonly instanceProfile: string;
  readonly fileSystem: string;
  readonly fileSystemArn: string;
  readonly accessPoints: { readonly workspace: string; readonly runtime: string };
  readonly vault: string;
  readonly backupRoleArn: string;
  readonly plan: string;
  readonly planArn: string;
  readonly selection: string;
  readonly restoreJob: string;
  readonly restoreTestingPlan: string;
  readonly logGroups: readonly string[];
  readonly topic: string;
  readonly subscription: string;
  readonly function: string;
  readonly functionArn: string;
  readonly functionLogGroup: string;
  readonly alarm: string;
  readonly trail: string;
  readonly budget: string;
  readonly killSwitch: string;
  readonly decoy: Readonly<
    Record<'accessKey' | 'group' | 'fileSystem' | 'fileSystemArn' | 'securityGroup' | 'subnet' | 'user' | 'vpc', string>
  >;
}

export interface MotoState {
  readonly account: string;
  readonly region: string;
  readonly ids: MotoIds;
  /** Flaws planted since the last reset. */
  readonly flaws: readonly string[];
}

/** A host of the live host lab that is, or stands ready to become, an instance of the group. */
export interface Machine {
  readonly directory: string;
  readonly pid: number;
  readonly address: string;
  /** `SHA256:…`. */
  readonly hostKey: string;
}

/** How well AWS and the deployment do what they do by themselves, in seconds; null for never. See dynamics.py. */
export interface Behaviour {
  readonly alarmAfter?: number | null;
  readonly replaceAfter?: number | null;
  readonly alertFails?: boolean;
  readonly restoreSeconds?: number;
  readonly restored?: 'same' | 'differs' | 'misses';
  /** Whether what the gateways keep of their sessions is brought to the log group. */
  readonly ships?: boolean;
  readonly documents?: Readonly<Record<string, { readonly run: string; readonly healing?: 'suspend' | 'resume' }>>;
}

/** A running lab. Each method ends when the lab has done what it says. */
export interface Moto {
  readonly url: string;
  readonly account: string;
  readonly region: string;
  state(): Promise<MotoState>;
  flaws(): Promise<readonly Flaw[]>;
  plant(flaw: string): Promise<void>;
  /** The good deployment again; no flaw, no fault, no page size, no call on record. */
  reset(): Promise<void>;
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** Cuts each list into pages of this size; null for the services' own. */
  pageSize(size: number | null): Promise<void>;
  /** What the instance's console shows, such as its SSH host keys. */
  console(instanceId: string, text: string): Promise<void>;
  /** Lets happen by itself what AWS does about the machines of the live host lab: alarm, healing, restore. */
  start(machines: readonly Machine[], behaviour?: Behaviour): Promise<void>;
  /** What an undo has to bring back, of what AWS knows. Only after `start`. */
  look(): Promise<unknown>;
  calls(options?: { readonly clear?: boolean }): Promise<readonly SeenCall[]>;
  stop(): Promise<void>;
}

const server = fileURLToPath(new URL('server.py', import.meta.url));
const startSeconds = 180;
const commandSeconds = 20;

/** Whether this machine has a Python 3.11 with the release of moto that the lab is written for. */
export function motoAvailable(): Requirement {
  const script = [
    'import sys, moto, boto3, flask, flask_cors, werkzeug',
    'assert sys.version_info >= (3, 11)',
    'print(moto.__version__)',
  ].join('\n');
  const tried = spawnSync('python3', ['-c', script], { encoding: 'utf8', timeout: 60_000 });
  const found = tried.stdout?.trim();
  if (tried.status !== 0) return { ok: false, reason: 'python3 (3.11 or later) with moto[server] is needed' };
  if (found !== motoVersion) return { ok: false, reason: `moto ${motoVersion} is needed` };
  return { ok: true };
}

/** Starts a lab with the good deployment on a free port of the loopback. It ends with this process at the latest. */
export async function startMoto(
  options: { readonly region?: string; readonly instances?: number } = {},
): Promise<Moto> {
  const args = [server, '--until-stdin-closes'];
  if (options.region) args.push('--region', options.region);
  if (options.instances !== undefined) args.push('--desired', String(options.instances));
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const failed = (what: string) => new Error(`the moto lab ${what}:\n${said}`);
  const timer = AbortSignal.timeout(startSeconds * 1000);
  const first = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line', { signal: timer }).then(([line]) => String(line)),
    exited.then(() => Promise.reject(failed('ended before it answered'))),
  ]).catch((error: unknown) => {
    child.kill('SIGTERM');
    throw timer.aborted ? failed(`did not start in ${startSeconds} s`) : error;
  });
  const { port, account, region } = JSON.parse(first) as { port: number; account: string; region: string };
  const url = `http://127.0.0.1:${port}`;

  const command = async <T>(name: string, body: object = {}): Promise<T> => {
    const response = await fetch(`${url}/clawcheck-lab/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(commandSeconds * 1000),
    });
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) throw failed(`refused ${name}: ${answer.error ?? response.status}`);
    return answer;
  };

  return {
    url,
    account,
    region,
    state: () => command<MotoState>('state'),
    flaws: async () => (await command<{ flaws: Flaw[] }>('flaws')).flaws,
    plant: async (flaw) => void (await command('flaw', { flaw })),
    reset: async () => void (await command('reset')),
    fault: async (fault) => void (await command('fault', fault)),
    clearFaults: async () => void (await command('clear-faults')),
    pageSize: async (size) => void (await command('page-size', { size })),
    console: async (instanceId, text) => void (await command('console', { instanceId, text })),
    start: async (machines, behaviour = {}) => void (await command('start', { machines, behaviour })),
    look: () => command<unknown>('look'),
    calls: async (wanted = {}) => (await command<{ calls: SeenCall[] }>('calls', wanted)).calls,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/** What the lab can plant beside the deployment, which is then as good as before. */
export const besideDeployment = [
  'second-group-of-the-same-tags',
  'newest-version-launched',
  'public-neighbour',
] as const;
