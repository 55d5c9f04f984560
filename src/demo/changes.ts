import type { WireReply, WireRequest } from './aws/wire.ts';
import type { Scenario } from './scenario.ts';

/**
 * The few changes that the embedded AWS makes when it is asked to, so that a remediation can be followed there with the
 * AWS CLI. They are read from the wire here, without the SDK: no command that changes anything is in the program.
 */
const changes: Readonly<Record<string, (scenario: Scenario, input: Readonly<Record<string, unknown>>) => void>> = {
  'logs:PutRetentionPolicy': (scenario, { logGroupName, retentionInDays }) => {
    for (const group of listed(scenario, 'logs:DescribeLogGroups', 'logGroups')) {
      if (group['logGroupName'] === logGroupName) group['retentionInDays'] = Number(retentionInDays);
    }
  },
  'autoscaling:ResumeProcesses': (scenario, { AutoScalingGroupName: name, ...rest }) => {
    const wanted = Object.entries(rest).flatMap(([key, value]) => (key.startsWith('ScalingProcesses.') ? [value] : []));
    for (const group of listed(scenario, 'autoscaling:DescribeAutoScalingGroups', 'AutoScalingGroups')) {
      if (group['AutoScalingGroupName'] !== name) continue;
      const suspended = (group['SuspendedProcesses'] ?? []) as { ProcessName: string }[];
      group['SuspendedProcesses'] =
        wanted.length === 0 ? [] : suspended.filter(({ ProcessName }) => !wanted.includes(ProcessName));
    }
  },
};

function listed(scenario: Scenario, operation: string, member: string): Record<string, unknown>[] {
  const own = scenario.aws.filter((exchange) => exchange.operation === operation);
  return own.flatMap(({ output }) => ((output ?? {}) as Record<string, Record<string, unknown>[]>)[member] ?? []);
}

/** The answer to a request for one of the changes, after it was made; undefined for every other request. */
export function change(scenario: Scenario, { headers, body, service }: WireRequest): WireReply | undefined {
  const target = headers['x-amz-target'];
  const form = target === undefined ? new URLSearchParams(body) : undefined;
  const name = form ? form.get('Action') : String(target).split('.').at(-1);
  const make = changes[`${service}:${name}`];
  if (!make) return undefined;
  const input = form ? Object.fromEntries(form) : (JSON.parse(body) as Record<string, unknown>);
  make(scenario, input);
  if (!form) return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' };
  const text = `<${name}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"/>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: text };
}
