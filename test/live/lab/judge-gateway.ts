import { setMaxListeners } from 'node:events';
import { registry } from '../../../checks/index.ts';
import { openGateway } from '../../../src/adapters/gateway/gateway.ts';
import type { HostProbe } from '../../../src/model/probe.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { AwsPort } from '../../../src/ports/aws.ts';
import type { FilesPort } from '../../../src/ports/files.ts';
import type { HostProgram } from '../../../src/ports/host.ts';
import { Gatherer } from '../../../src/runner/gather.ts';
import { judge, type Outcome } from '../../../src/runner/judge.ts';
import { goodEnvironment } from '../../support/rig.ts';
import { type GatewayHome, gatewayToken } from './gateway-process.ts';
import { localHost } from './local-host.ts';

/** The instance that the gateway is taken for. */
export const instance = 'i-0a1b2c3d4e5f60001';

export interface Judging {
  /** Consent to experiments that act. */
  readonly active?: boolean;
  /** Keys that differ in the environment file. */
  readonly environment?: Readonly<Record<string, unknown>>;
  /** The files beside the environment file. */
  readonly files?: FilesPort;
  /** Deadline of one call to the gateway, in milliseconds, unless it names one. */
  readonly callMs?: number;
  /** What AWS answers beside the group. */
  find?(operation: string, input: never): Promise<unknown>;
}

const refuse = () => Promise.reject(new ProbeError('internal', 'the gateway and its host are all there is'));

const noFiles: FilesPort = { read: refuse, glob: refuse, sha256: refuse };

/** Judges checks on a gateway and on this machine as its host, as the instance of a group. */
export async function judgeGateway(
  { home, port, workspace }: GatewayHome,
  ids: readonly string[],
  { active = false, environment: changes = {}, find = refuse, files = noFiles, callMs }: Judging = {},
): Promise<Record<string, Outcome>> {
  const environment = goodEnvironment({
    'gateway.port': port,
    'gateway.startSeconds': 120,
    'host.stateDirectory': `${home}/.openclaw`,
    'soulDocuments.workspace': workspace,
    'infrastructure.approvedInbound': [],
    ...changes,
  });
  const now = new Date();
  const stop = new AbortController();
  const { signal } = stop;
  // One signal for every probe of the run.
  setMaxListeners(0, signal);
  const read = async (operation: string) =>
    operation === 'autoscaling:DescribeAutoScalingGroups' ? groupAnswer : refuse();
  const aws = { region: 'eu-west-1', account: '123456789012', read, find } as unknown as AwsPort;
  const context = { environment, others: [], now, nonce: crypto.randomUUID(), signal, active };
  const host = localHost(port);
  const gateway = openGateway(host, {
    port,
    token: () => gatewayToken,
    signal,
    ...(callMs && { getMs: callMs, rpcMs: callMs }),
  });
  const ask = async (program: HostProgram) => {
    const answer = (await host.run([program], signal)).get(program.id);
    if (!answer || answer instanceof ProbeError) throw answer ?? new ProbeError('internal', 'no answer');
    return answer;
  };
  const records = async (probe: HostProbe<unknown>) => {
    if (probe.id === 'host/identity') return identity;
    return ask({ id: probe.id, as: probe.as, script: probe.script(environment), seconds: probe.seconds(environment) });
  };
  const ports = {
    aws,
    git: { get: refuse },
    files,
    composio: { connectedAccounts: refuse },
    vantage: { answers: refuse },
  };
  const all = new Gatherer(
    context,
    ports,
    () => new Date(),
    () => {},
  );
  const gatherer = all.forHost({
    label: host.label,
    records,
    ask,
    gateway: async () => gateway,
    broken: async () => undefined,
  });
  try {
    const outcomes = ids.map(async (id) => {
      const [area = '', name = ''] = id.split('/');
      const check = registry[area as keyof typeof registry].checks[name];
      if (!check) throw new Error(`there is no check ${id}`);
      const facts = Object.entries(check.needs).map(async ([need, probe]) => {
        return [need, await gatherer.get(probe as never)] as const;
      });
      return [id, judge(check, Object.fromEntries(await Promise.all(facts)), context, instance)] as const;
    });
    return Object.fromEntries(await Promise.all(outcomes));
  } finally {
    stop.abort(new ProbeError('cancelled', 'the test is over'));
  }
}

const identity = [
  ['state', 'ok'],
  ['instance-id', instance],
  ['account', '123456789012'],
  ['region', 'eu-west-1'],
] as const;

const groupAnswer = {
  AutoScalingGroups: [
    {
      AutoScalingGroupName: 'openclaw-prod',
      AutoScalingGroupARN:
        'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/openclaw-prod',
      MinSize: 1,
      DesiredCapacity: 1,
      Instances: [{ InstanceId: instance, LifecycleState: 'InService' }],
    },
  ],
};
