import { createHash } from 'node:crypto';
import { speakService } from '../../src/demo/aws/services.ts';
import { speakAlso } from '../../src/demo/aws/shapes.ts';
import type { AwsAnswer } from '../../src/demo/aws-server.ts';
import { hostAnswer } from '../../src/demo/canary.ts';
import type { Memory } from '../../src/demo/deployment.ts';
import { type AwsExchange, answerAws, type Scenario } from '../../src/demo/scenario.ts';
import { type DrillOperation, drillOperations } from '../../src/ports/drill-operations.ts';
import { type ExperimentBehaviour, Experiments, templateOf } from './experiments.ts';

export const first = 'i-0a1b2c3d4e5f60001';
const second = 'i-0a1b2c3d4e5f60002';
const topic = 'arn:aws:sns:eu-west-1:123456789012:openclaw-prod-alerts';
const account = '123456789012';
const sourceId = 'fs-0a1b2c3d4e5f60001';
const restoredId = 'fs-0e57a7ed0e57a7ed1';
const alarmName = 'openclaw-prod-gateway-unhealthy';

speakService('fis', { scope: 'fis', load: () => import('../../src/adapters/aws/drill-fis.ts') });
speakAlso(Object.keys(drillOperations) as DrillOperation[]);

/** How this deployment behaves; a good one by default. Times in milliseconds. */
export interface Behaviour {
  /** From the failure until the group puts another instance in its place; undefined: never. */
  readonly replaceAfter?: number | undefined;
  readonly alarmAfter?: number | undefined;
  /** Whether the alarm shows no data: somebody set it by hand. */
  readonly alarmByHand?: boolean;
  readonly alertFails?: boolean;
  /** The call is carried out and its answer is lost. */
  readonly losesAnswerOf?: string;
  /** The switch only lets running work end, is undone by a supervisor, or makes the group launch another instance. */
  readonly killSwitch?: 'drains' | 'restarts' | 'replaces';
  /** The turn of the agent is over before anything can be done to it. */
  readonly idle?: boolean;
  readonly restoreFails?: boolean;
  /** The experiment template that the deployment has, and how an experiment made from it goes. */
  readonly experiment?: ExperimentBehaviour;
  /** One file comes back different, comes back not at all, or was changed in the source since. */
  readonly restored?: 'differs' | 'misses' | 'changed-since';
}

type Json = Record<string, unknown>;

/**
 * A deployment with a memory: what a drill changes on it shows in what it answers from then on, and what AWS would do
 * about it happens after a while. Time is real; what is due happens before the next answer.
 */
export class DrillWorld implements Memory {
  readonly changes: string[] = [];
  readonly behaviour: Behaviour;
  readonly #scenario: Scenario;
  readonly #forwarded: Map<number, number>;
  readonly #fis: Experiments;
  #due: { readonly at: number; do(): void }[] = [];
  #gatewayPort: number | undefined;
  #token: string | undefined;
  readonly #ready: unknown;
  gateway: 'up' | 'down' | 'draining' = 'up';
  fileSystem: 'none' | 'there' = 'none';
  mountTarget: 'none' | 'creating' | 'available' = 'none';
  mounted = false;
  /** The drill that has marked the group. */
  mark: string | undefined;
  instance = first;
  machine: 'running' | 'stopped' = 'running';

  constructor(scenario: Scenario, forwarded: Map<number, number>, behaviour: Behaviour) {
    this.#scenario = scenario;
    this.#forwarded = forwarded;
    this.behaviour = behaviour;
    this.#fis = new Experiments(behaviour.experiment ?? { template: templateOf() }, () => this.#stop());
    this.#ready = structuredClone(scenario.gateway.http['/readyz']);
    if (!behaviour.idle) scenario.gateway.rpc['agent.wait'] = { status: 'pending' };
    scenario.gateway.rpc['chat.abort'] = { ok: true };
    // Lambda makes the log group with the first run.
    scenario.aws.unshift({
      operation: 'logs:FilterLogEvents',
      when: { logGroupName: '/aws/lambda/openclaw-prod-alert' },
      error: { code: 'ResourceNotFoundException' },
    });
  }

  /** What an undo has to bring back: all but the record of what happened. */
  state(): object {
    this.#tick();
    const { gateway, machine, fileSystem, mountTarget, mounted, mark } = this;
    const members = this.#group()['Instances'] as Json[];
    const instances = members.map(({ LifecycleState, HealthStatus }) => `${LifecycleState} ${HealthStatus}`);
    return { gateway, machine, fileSystem, mountTarget, mounted, mark, instances, alarm: this.#alarm()['StateValue'] };
  }

  aws = (operation: string, input: Json): AwsAnswer => {
    this.#tick();
    const answer = operation in drillOperations ? this.#change(operation, input) : this.#read(operation, input);
    if (this.behaviour.losesAnswerOf === operation) return { error: { code: 'ServiceUnavailable', status: 503 } };
    return answer;
  };

  host = (id: string) => {
    this.#tick();
    switch (id) {
      case 'drill/halt-gateway':
      case 'drill/stop-unit':
        this.changes.push(id);
        this.#gatewayDown('ELB system health check failure');
        return [['state', 'done']] as const;
      case 'drill/gateway-processes':
        // After it was seen to be gone, however long a look takes.
        if (this.behaviour.killSwitch === 'restarts' && this.gateway === 'down')
          this.#later(300, () => this.#gatewayUp());
        return [['count', this.gateway === 'down' ? '0' : '1']] as const;
      case 'drill/mount-restored':
        this.changes.push(id);
        this.mounted = this.mountTarget === 'available';
        return [['state', this.mounted ? 'done' : 'refused']] as const;
      case 'drill/unmount-restored':
        this.changes.push(id);
        this.mounted = false;
        return [['state', 'done']] as const;
      case 'drill/source-manifest':
        return manifest(this.#sourceFiles());
      case 'drill/source-files':
        return named(this.#sourceFiles());
      case 'drill/restored-manifest':
        return this.mounted ? manifest(files(this.behaviour.restored)) : ([['state', 'absent']] as const);
      case 'drill/restored-files':
        return named(files(this.behaviour.restored));
      case 'drill/continue-gateway':
      case 'drill/start-unit':
        this.changes.push(id);
        this.#gatewayUp();
        return [['state', 'done']] as const;
      default:
        return hostAnswer(this.#scenario, id);
    }
  };

  #sourceFiles(): File[] {
    return files(this.behaviour.restored === 'changed-since' ? 'later' : undefined);
  }

  #read(operation: string, input: Json): AwsAnswer {
    if (operation === 'efs:DescribeFileSystems' && input['FileSystemId'] !== sourceId)
      return this.#restoredSystem(input);
    const { output, error } = answerAws(this.#scenario, operation, input);
    return error ? { error } : { output };
  }

  #change(operation: string, input: Json): AwsAnswer {
    const { changes } = drillOperations[operation as DrillOperation];
    // The mark of the drill is beside the deployment, and in `state`.
    if (changes && !operation.endsWith('Parameter')) this.changes.push(operation);
    if (operation.startsWith('fis:')) return this.#fis.answer(operation, input);
    switch (operation) {
      case 'ec2:StopInstances':
        if (!(input['InstanceIds'] as string[]).includes(this.instance)) return unknownInstance;
        this.#stop();
        return { output: { StoppingInstances: [{ InstanceId: this.instance }] } };
      case 'ec2:StartInstances':
        if (!(input['InstanceIds'] as string[]).includes(this.instance)) return unknownInstance;
        this.#machine('running');
        this.#gatewayUp();
        return { output: { StartingInstances: [{ InstanceId: this.instance }] } };
      case 'ssm:PutParameter':
        if (this.mark !== undefined) return { error: { code: 'ParameterAlreadyExists' } };
        this.mark = String(input['Description']);
        return { output: { Version: 1 } };
      case 'ssm:DescribeParameters': {
        const [{ Values = [] } = {}] = input['ParameterFilters'] as { Values?: string[] }[];
        const found = { Name: Values[0], Type: 'String', Description: this.mark };
        return { output: { Parameters: this.mark === undefined ? [] : [found] } };
      }
      case 'ssm:DeleteParameter':
        this.mark = undefined;
        return { output: {} };
      case 'ssm:SendCommand':
        return this.#command(String(input['DocumentName']));
      case 'backup:StartRestoreJob':
        return this.#restore(input);
      case 'efs:DescribeMountTargets':
        return this.#targets(String(input['FileSystemId']));
      case 'efs:DescribeMountTargetSecurityGroups':
        return { output: { SecurityGroups: ['sg-0ef5000000000001'] } };
      case 'efs:CreateMountTarget':
        if (this.fileSystem === 'none') return { error: { code: 'FileSystemNotFound', status: 404 } };
        this.mountTarget = 'creating';
        this.#later(50, () => {
          this.mountTarget = 'available';
        });
        return { output: target(restoredId, 'creating') };
      case 'efs:DeleteMountTarget':
        if (this.mounted) throw new Error('it is still mounted');
        this.mountTarget = 'none';
        return { output: {} };
      case 'efs:DeleteFileSystem':
        if (input['FileSystemId'] !== restoredId || this.mountTarget !== 'none') {
          return { error: { code: 'FileSystemInUse', status: 409 } };
        }
        this.fileSystem = 'none';
        return { output: {} };
      default:
        return { error: { code: 'NotRecorded' } };
    }
  }

  #command(document: string): AwsAnswer {
    if (document === 'openclaw-prod-resume') this.#gatewayUp();
    else if (this.behaviour.killSwitch === 'drains') {
      this.gateway = 'draining';
      this.#readyz({ ready: false, failing: ['gateway-draining'] }, 503);
    } else {
      this.gateway = 'down';
      this.#gatewayPort ??= this.#forwarded.get(18789);
      this.#forwarded.delete(18789);
      if (this.behaviour.killSwitch === 'replaces')
        this.#later(300, () => this.#replace('ELB system health check failure'));
    }
    return { output: { Command: { CommandId: '5e2d0000-0000-4000-8000-000000000001' } } };
  }

  #readyz(body: object, status: number): void {
    this.#scenario.gateway.http['/readyz'] = { status, body };
  }

  #restore(input: Json): AwsAnswer {
    const metadata = input['Metadata'] as Record<string, string>;
    const jobs = this.#output('backup:ListRestoreJobs', { ByAccountId: account, ByResourceType: 'EFS' })[
      'RestoreJobs'
    ] as Json[];
    const job: Json = {
      AccountId: account,
      RestoreJobId: '7e570000-0000-4000-8000-0000000000dd',
      ResourceType: 'EFS',
      SourceResourceArn: `arn:aws:elasticfilesystem:eu-west-1:${account}:file-system/${metadata['file-system-id']}`,
      RecoveryPointArn: input['RecoveryPointArn'],
      RecoveryPointCreationDate: new Date(Date.now() - 3_600_000).toISOString(),
      CreationDate: new Date().toISOString(),
      Status: 'RUNNING',
      IamRoleArn: input['IamRoleArn'],
    };
    jobs.unshift(job);
    this.#later(100, () => {
      job['Status'] = this.behaviour.restoreFails ? 'FAILED' : 'COMPLETED';
      job['CompletionDate'] = new Date().toISOString();
      if (this.behaviour.restoreFails) return;
      this.fileSystem = 'there';
      this.#token = metadata['CreationToken'];
      job['CreatedResourceArn'] = `arn:aws:elasticfilesystem:eu-west-1:${account}:file-system/${restoredId}`;
    });
    return { output: { RestoreJobId: job['RestoreJobId'] } };
  }

  #targets(id: string): AwsAnswer {
    if (id !== restoredId) return { output: { MountTargets: [target(id, 'available')] } };
    if (this.fileSystem === 'none') return { error: { code: 'FileSystemNotFound', status: 404 } };
    return { output: { MountTargets: this.mountTarget === 'none' ? [] : [target(id, this.mountTarget)] } };
  }

  #restoredSystem(input: Json): AwsAnswer {
    const here = this.fileSystem === 'there';
    if ('FileSystemId' in input && !here) return { error: { code: 'FileSystemNotFound', status: 404 } };
    const is = here && (input['FileSystemId'] === restoredId || input['CreationToken'] === this.#token);
    const one = {
      OwnerId: account,
      CreationToken: this.#token,
      FileSystemId: restoredId,
      CreationTime: new Date().toISOString(),
      LifeCycleState: 'available',
      NumberOfMountTargets: 0,
      SizeInBytes: { Value: 1 },
      PerformanceMode: 'generalPurpose',
      Tags: [],
    };
    return { output: { FileSystems: is ? [one] : [] } };
  }

  #stop(): void {
    this.#machine('stopped');
    this.#gatewayDown('EC2 health check indicating it has been terminated or stopped');
  }

  /** The states of the experiments that were started. */
  get experiments(): readonly unknown[] {
    return this.#fis.states;
  }

  #machine(state: DrillWorld['machine']): void {
    this.machine = state;
    for (const one of this.#all('ec2:DescribeInstances', 'InstanceId', this.instance)) {
      if ('State' in one) one['State'] = { Code: state === 'running' ? 16 : 80, Name: state };
    }
  }

  #gatewayDown(cause: string): void {
    this.gateway = 'down';
    this.#gatewayPort ??= this.#forwarded.get(18789);
    this.#forwarded.delete(18789);
    const { alarmAfter = 150, replaceAfter = 400 } = this.behaviour;
    const never = 'replaceAfter' in this.behaviour && this.behaviour.replaceAfter === undefined;
    if (!('alarmAfter' in this.behaviour) || this.behaviour.alarmAfter !== undefined) {
      this.#later(alarmAfter, () => this.#raise());
    }
    if (!never) this.#later(replaceAfter, () => this.#replace(cause));
  }

  #gatewayUp(): void {
    this.gateway = 'up';
    if (this.#gatewayPort !== undefined) this.#forwarded.set(18789, this.#gatewayPort);
    this.#due = [];
    this.#scenario.gateway.http['/readyz'] = structuredClone(this.#ready) as never;
    this.#alarm()['StateValue'] = 'OK';
  }

  #raise(): void {
    const now = new Date().toISOString();
    const since = new Date(Date.now() - 60_000).toISOString().replace('Z', '+0000');
    this.#alarm()['StateValue'] = 'ALARM';
    const data = { startDate: since, period: 60, evaluatedDatapoints: [{ timestamp: since, value: 0 }] };
    const newState = { stateValue: 'ALARM', ...(!this.behaviour.alarmByHand && { stateReasonData: data }) };
    const item = (HistoryItemType: string, HistoryData: object) => ({
      AlarmName: alarmName,
      AlarmType: 'MetricAlarm',
      Timestamp: now,
      HistoryItemType,
      HistoryData: JSON.stringify(HistoryData),
    });
    const history = this.#output('cloudwatch:DescribeAlarmHistory', { AlarmName: alarmName });
    (history['AlarmHistoryItems'] as Json[]).unshift(
      item('Action', { actionState: 'Succeeded', notificationResource: topic }),
      item('StateUpdate', { newState }),
    );
    const id = '5d1c0000-0000-4000-8000-000000000001';
    const end = this.behaviour.alertFails
      ? `REPORT RequestId: ${id}\tDuration: 3000 ms\tStatus: timeout`
      : `REPORT RequestId: ${id}\tDuration: 81 ms`;
    const events = [`START RequestId: ${id} Version: $LATEST`, end].map((message) => ({
      message,
      timestamp: Date.now(),
    }));
    this.#scenario.aws.unshift({
      operation: 'logs:FilterLogEvents',
      when: { logGroupName: '/aws/lambda/openclaw-prod-alert' },
      output: { events },
    });
  }

  /** The group takes the instance out and puts another one in its place, which is like it but for its id. */
  #replace(cause: string): void {
    const old = this.instance;
    this.instance = old === first ? second : first;
    const renamed = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(old, this.instance));
    this.#scenario.aws = this.#scenario.aws.map((exchange) =>
      exchange.operation === 'autoscaling:DescribeScalingActivities' ? exchange : (renamed(exchange) as AwsExchange),
    );
    Object.assign(this.#scenario.host, renamed(this.#scenario.host));
    const now = new Date();
    const activity = (Description: string, Cause: string, i: number) => ({
      ActivityId: `ac71717e-0000-4000-9000-00000000000${i}`,
      AutoScalingGroupName: 'openclaw-prod',
      Description,
      Cause,
      StartTime: new Date(now.getTime() - 100),
      EndTime: now,
      StatusCode: 'Successful',
      Progress: 100,
    });
    const activities = this.#output('autoscaling:DescribeScalingActivities', { AutoScalingGroupName: 'openclaw-prod' });
    (activities['Activities'] as unknown[]).unshift(
      activity(
        `Launching a new EC2 instance: ${this.instance}`,
        'At 2026-03-04T05:06:07Z an instance was launched in response to an unhealthy instance needing to be replaced.',
        1,
      ),
      activity(
        `Terminating EC2 instance: ${old}`,
        `At 2026-03-04T05:06:07Z an instance was taken out of service in response to an ${cause}.`,
        2,
      ),
    );
    this.#machine('running');
    this.#gatewayUp();
  }

  #group(): Json {
    const found = this.#all('autoscaling:DescribeAutoScalingGroups', 'AutoScalingGroupName', 'openclaw-prod');
    return found.find((one) => 'Instances' in one) as Json;
  }

  #alarm(): Json {
    return this.#all('cloudwatch:DescribeAlarms', 'AlarmName', alarmName)[0] as Json;
  }

  /** Every object in the recorded outputs of an operation whose member has that value. */
  #all(operation: string, member: string, value: string): Json[] {
    const found: Json[] = [];
    const visit = (one: unknown) => {
      if (typeof one !== 'object' || one === null) return;
      if ((one as Json)[member] === value) found.push(one as Json);
      Object.values(one).forEach(visit);
    };
    for (const exchange of this.#scenario.aws) if (exchange.operation === operation) visit(exchange.output);
    if (found.length === 0) throw new Error(`the scenario has no ${operation} of ${value}`);
    return found;
  }

  /** The recorded output itself, to be changed. */
  #output(operation: string, when: Json): Json {
    const found = this.#scenario.aws.find(
      (e) =>
        e.operation === operation &&
        Object.entries(when).every(([key, value]) => (e.when as Json | undefined)?.[key] === value),
    );
    if (!found) throw new Error(`the scenario has no ${operation} ${JSON.stringify(when)}`);
    return found.output as Json;
  }

  #later(ms: number, act: () => void): void {
    this.#due.push({ at: Date.now() + ms, do: act });
  }

  #tick(): void {
    const now = Date.now();
    const ripe = this.#due.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.#due = this.#due.filter(({ at }) => at > now);
    for (const { do: act } of ripe) act();
  }
}

function target(FileSystemId: string, LifeCycleState: string): Json {
  return {
    OwnerId: account,
    MountTargetId: FileSystemId === restoredId ? 'fsmt-0e57a7ed0e57a7ed1' : 'fsmt-0a1b2c3d4e5f60001',
    FileSystemId,
    SubnetId: 'subnet-0a1b2c3d4e5f60001',
    LifeCycleState,
    IpAddress: '10.20.1.77',
    AvailabilityZoneName: 'eu-west-1a',
  };
}

interface File {
  readonly hash: string;
  readonly modified: number;
  readonly path: string;
}

function files(change: 'differs' | 'misses' | 'changed-since' | 'later' | undefined): File[] {
  const hash = (n: number) => String(n).repeat(64);
  const odd = change === 'differs' || change === 'later' ? 9 : 3;
  const modified = change === 'later' ? Math.round(Date.now() / 1000) : 1_700_000_000;
  return [
    { hash: hash(1), modified: 1_700_000_000, path: './SOUL.md' },
    { hash: hash(2), modified: 1_700_000_000, path: './AGENTS.md' },
    { hash: hash(odd), modified, path: './a file/with spaces.md' },
  ].slice(0, change === 'misses' ? 2 : 3);
}

type Records = (readonly [string, string])[];

/** One file a part, as all differ in their first two digits. */
function manifest(all: readonly File[]): Records {
  const parts = all.flatMap(({ hash }): Records => {
    const part = hash.slice(0, 2);
    return [
      ['digest', `${part} ${hash}`],
      ['size', `${part} 1`],
    ];
  });
  return [['state', 'listed'], ['count', String(all.length)], ...parts, ['end', 'complete']];
}

function named(all: readonly File[]): Records {
  const lines = all.map(({ hash, modified, path }): [string, string] => {
    return ['file', `${hash} file ${modified} ${createHash('sha256').update(path).digest('hex')} ${path}`];
  });
  return [['state', 'listed'], ...lines, ['end', 'complete']];
}

const unknownInstance: AwsAnswer = { error: { code: 'InvalidInstanceID.NotFound' } };
