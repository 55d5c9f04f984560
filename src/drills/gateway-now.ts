import { gatewayProbe, hostProbe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import { instances } from '../probes/aws/instances.ts';
import { integer } from '../probes/host/records.ts';
import type { World } from './drill.ts';

/** One look, without waiting: what answers `/readyz` now. */
const answersNow = gatewayProbe<'nothing' | 'draining' | 'something'>({
  id: 'gateway/answers-now',
  async gather(gateway) {
    try {
      const { json } = await gateway.get('/readyz');
      const failing = (json as { failing?: unknown } | null | undefined)?.failing;
      return Array.isArray(failing) && failing.includes('gateway-draining') ? 'draining' : 'something';
    } catch (thrown) {
      if (thrown instanceof ProbeError && thrown.reason === 'not_found') return 'nothing';
      throw thrown;
    }
  },
});

/** How many processes of the gateway the agent's user has; a drain that has closed its port still is one. */
export const processesNow = hostProbe<number>({
  id: 'drill/gateway-processes',
  as: 'agent',
  seconds: 10,
  script: `
need id tr
user=$(id -u "$CLAWCHECK_USER") || exit 1
count=0
for dir in /proc/[0-9]*; do
  owner=
  while read -r key uid _; do [ "$key" != Uid: ] || owner=$uid; done 2>/dev/null <"$dir/status"
  [ "$owner" = "$user" ] || continue
  read -r name 2>/dev/null <"$dir/comm" || continue
  line=$(tr '\\0' ' ' 2>/dev/null <"$dir/cmdline") || continue
  case $name in openclaw-gatewa*|openclaw) count=$((count + 1)); continue;; esac
  case $line in *openclaw*gateway*) count=$((count + 1));; esac
done
say count "$count"
`,
  parse: (records) => integer(records, 'count'),
});

export type GatewayNow = 'stopped' | 'draining' | 'running';

/** The worst of all instances: one that still runs is one too many. */
export async function gatewaysNow(world: World): Promise<GatewayNow> {
  const states = await Promise.all(world.instances.map(({ id, address }) => gatewayNow(world, id, address)));
  if (states.length === 0) throw new ProbeError('empty_subject', 'there is no instance to look at');
  return states.find((state) => state === 'running') ?? states.find((state) => state === 'draining') ?? 'stopped';
}

async function gatewayNow(world: World, id: string, address: string): Promise<GatewayNow> {
  try {
    const { answer, processes } = await world.facts({ answer: answersNow, processes: processesNow }, address);
    if (answer === 'something') return 'running';
    if (answer === 'draining') return 'draining';
    return processes > 0 ? 'draining' : 'stopped';
  } catch (thrown) {
    if (!(thrown instanceof ProbeError) || !['unreachable', 'timeout'].includes(thrown.reason)) throw thrown;
    // A machine that does not run, by EC2's own word, runs no agent.
    const { all } = await world.facts({ all: instances });
    const state = all.find(({ InstanceId }) => InstanceId === id)?.State?.Name;
    if (state === 'running' || state === 'pending') throw thrown;
    return 'stopped';
  }
}
