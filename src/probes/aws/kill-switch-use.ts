import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { drillRecords } from '../files/drill-records.ts';
import { type KillSwitch, killSwitch } from './kill-switch.ts';
import { runsIn } from './lambda-log.ts';
import { readActivities } from './scaling-activities.ts';

/** A use of the kill switch as AWS remembers it itself: for 30 days, or as long as the log of a function is kept. */
export interface KillSwitchUse {
  readonly at: Date;
  /** Whether all of it came to a good end. */
  readonly succeeded: boolean;
  /** What a command ran on; undefined where that is not said (a runbook, a function). */
  readonly instances: readonly string[] | undefined;
  /** What the group launched, by its scaling activities. */
  readonly launches: readonly Date[];
}

type Use = Omit<KillSwitchUse, 'launches'>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const minuteMs = 60_000;

/** The use that the newest record of the drill names; undefined where there is no record, or AWS knows of no such use. */
export const killSwitchUse = awsProbe({
  id: 'aws/kill-switch-use',
  needs: { killSwitch, drills: drillRecords },
  async gather(aws, { killSwitch, drills }, { environment }): Promise<KillSwitchUse | undefined> {
    const record = drills.records.find(({ drill }) => drill === 'kill-switch');
    const id = record?.values['used'] ?? '';
    if (!killSwitch || !record || !uuid.test(id)) return undefined;
    const [start, end] = [record.window.start, record.window.end].map((time) => Date.parse(time)) as [number, number];
    const use = await useOf(aws, killSwitch, id, { start: start - minuteMs, end: end + minuteMs });
    if (!use) return undefined;
    const activities = await readActivities(aws, environment.infrastructure.autoScalingGroup);
    return { ...use, launches: activities.flatMap(({ kind, start }) => (kind === 'launch' ? [start] : [])) };
  },
});

async function useOf(
  aws: AwsPort,
  { kind, name, type }: KillSwitch,
  id: string,
  window: { readonly start: number; readonly end: number },
): Promise<Use | undefined> {
  if (kind === 'function') return invocation(aws, name, id, window);
  return type === 'Automation' ? execution(aws, name, id) : command(aws, name, id);
}

async function command(aws: AwsPort, name: string, CommandId: string): Promise<Use | undefined> {
  const { CommandInvocations } = (await aws.find('ssm:ListCommandInvocations', { CommandId })) ?? {};
  const own = (CommandInvocations ?? []).filter((one) => one.CommandId === CommandId && one.DocumentName === name);
  const parts = own.map(({ InstanceId, RequestedDateTime, Status }) => {
    if (!InstanceId || !RequestedDateTime || !Status) throw inPart();
    return { instance: InstanceId, at: RequestedDateTime, ok: Status === 'Success' };
  });
  const [first] = parts.sort((a, b) => a.at.getTime() - b.at.getTime());
  if (!first) return undefined;
  return { at: first.at, succeeded: parts.every(({ ok }) => ok), instances: parts.map(({ instance }) => instance) };
}

async function execution(aws: AwsPort, name: string, id: string): Promise<Use | undefined> {
  const Filters = [{ Key: 'ExecutionId' as const, Values: [id] }];
  const { AutomationExecutionMetadataList } = await aws.read('ssm:DescribeAutomationExecutions', { Filters });
  const own = AutomationExecutionMetadataList?.find((one) => one.AutomationExecutionId === id);
  if (own?.DocumentName !== name) return undefined;
  const { AutomationExecutionStatus: status, ExecutionStartTime: at } = own;
  if (!status || !at) throw inPart();
  return { at, succeeded: status === 'Success', instances: undefined };
}

/** By the lines that Lambda itself writes about a request. */
async function invocation(
  aws: AwsPort,
  name: string,
  id: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Use | undefined> {
  const answer = await aws.find('logs:FilterLogEvents', {
    logGroupName: `/aws/lambda/${name}`,
    startTime: start,
    endTime: end,
    filterPattern: `"${id}"`,
  });
  const run = runsIn(answer?.events ?? []).find(({ requestId }) => requestId === id);
  return run && { at: run.start, succeeded: run.end !== undefined && !run.failed, instances: undefined };
}

function inPart(): ProbeError {
  return new ProbeError('bad_response', 'a use of the kill switch was described in part');
}
