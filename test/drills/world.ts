import { speakAlso } from '../../src/demo/aws/shapes.ts';
import type { AwsAnswer } from '../../src/demo/aws-server.ts';
import { hostAnswer } from '../../src/demo/canary.ts';
import type { Memory } from '../../src/demo/deployment.ts';
import { type AwsExchange, answerAws, type Scenario } from '../../src/demo/scenario.ts';
import { type DrillOperation, drillOperations } from '../../src/ports/drill-operations.ts';

export const first = 'i-0a1b2c3d4e5f60001';
const second = 'i-0a1b2c3d4e5f60002';
const topic = 'arn:aws:sns:eu-west-1:123456789012:openclaw-prod-alerts';
const alarmName = 'openclaw-prod-gateway-unhealthy';

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
  #due: { readonly at: number; readonly what: string; do(): void }[] = [];
  #gatewayPort: number | undefined;
  gateway: 'up' | 'down' = 'up';
  instance = first;
  machine: 'running' | 'stopped' = 'running';

  constructor(scenario: Scenario, forwarded: Map<number, number>, behaviour: Behaviour) {
    this.#scenario = scenario;
    this.#forwarded = forwarded;
    this.behaviour = behaviour;
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
    const { gateway, machine } = this;
    const members = this.#group()['Instances'] as Json[];
    const instances = members.map(({ LifecycleState, HealthStatus }) => `${LifecycleState} ${HealthStatus}`);
    return { gateway, machine, instances, alarm: this.#alarm()['StateValue'] };
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
      case 'drill/continue-gateway':
      case 'drill/start-unit':
        this.changes.push(id);
        this.#gatewayUp();
        return [['state', 'done']] as const;
      default:
        return hostAnswer(this.#scenario, id);
    }
  };

  #read(operation: string, input: Json): AwsAnswer {
    const { output, error } = answerAws(this.#scenario, operation, input);
    return error ? { error } : { output };
  }

  #change(operation: string, input: Json): AwsAnswer {
    const changes = drillOperations[operation as DrillOperation].changes;
    if (changes) this.changes.push(operation);
    switch (operation) {
      case 'ec2:StopInstances':
        if (!(input['InstanceIds'] as string[]).includes(this.instance)) return unknownInstance;
        this.#machine('stopped');
        this.#gatewayDown('EC2 health check indicating it has been terminated or stopped');
        return { output: { StoppingInstances: [{ InstanceId: this.instance }] } };
      case 'ec2:StartInstances':
        if (!(input['InstanceIds'] as string[]).includes(this.instance)) return unknownInstance;
        this.#machine('running');
        this.#gatewayUp();
        return { output: { StartingInstances: [{ InstanceId: this.instance }] } };
      default:
        return { error: { code: 'NotRecorded' } };
    }
  }

  #machine(state: DrillWorld['machine']): void {
    this.machine = state;
    const [reservation] = this.#output('ec2:DescribeInstances', { InstanceIds: [this.instance] })[
      'Reservations'
    ] as Json[];
    const [one] = (reservation as { Instances: Json[] }).Instances;
    (one as Json)['State'] = { Code: state === 'running' ? 16 : 80, Name: state };
  }

  #gatewayDown(cause: string): void {
    this.gateway = 'down';
    this.#gatewayPort ??= this.#forwarded.get(18789);
    this.#forwarded.delete(18789);
    const { alarmAfter = 150, replaceAfter = 400 } = this.behaviour;
    const never = 'replaceAfter' in this.behaviour && this.behaviour.replaceAfter === undefined;
    if (!('alarmAfter' in this.behaviour) || this.behaviour.alarmAfter !== undefined) {
      this.#later(alarmAfter, 'alarm', () => this.#raise());
    }
    if (!never) this.#later(replaceAfter, 'replace', () => this.#replace(cause));
  }

  #gatewayUp(): void {
    this.gateway = 'up';
    if (this.#gatewayPort !== undefined) this.#forwarded.set(18789, this.#gatewayPort);
    this.#due = [];
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
    const answer = this.#output('autoscaling:DescribeAutoScalingGroups', { AutoScalingGroupNames: ['openclaw-prod'] });
    return (answer['AutoScalingGroups'] as Json[])[0] as Json;
  }

  #alarm(): Json {
    const answer = this.#output('cloudwatch:DescribeAlarms', { AlarmNames: [alarmName] });
    return (answer['MetricAlarms'] as Json[])[0] as Json;
  }

  /** The recorded output itself, to be changed. */
  #output(operation: string, when: Json): Json {
    const found = this.#scenario.aws.find(
      (e) => e.operation === operation && JSON.stringify(e.when ?? {}) === JSON.stringify(when),
    );
    if (!found) throw new Error(`the scenario has no ${operation} ${JSON.stringify(when)}`);
    return found.output as Json;
  }

  #later(ms: number, what: string, act: () => void): void {
    this.#due.push({ at: Date.now() + ms, what, do: act });
  }

  #tick(): void {
    const now = Date.now();
    const ripe = this.#due.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.#due = this.#due.filter(({ at }) => at > now);
    for (const { do: act } of ripe) act();
  }
}

const unknownInstance: AwsAnswer = { error: { code: 'InvalidInstanceID.NotFound' } };
