import { hostProbe } from '../../model/probe.ts';
import type { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGateway } from './gateway-root.ts';
import { integer, oneOf } from './records.ts';
import { gatewayVariables, type SuspectVariables, searchVariables, suspectVariables } from './variables.ts';

/** The environment variables of the gateway process, of the dotenv files that it reads, and of its unit. */
export interface GatewayEnvironment extends SuspectVariables {
  /** How many variables there are. */
  readonly variables: number;
  /** The unit of the process: whether its own settings could be read, and the names in them, as above. */
  readonly unit: 'read' | 'none' | 'unreadable';
}

export const gatewayEnvironment = hostProbe<GatewayEnvironment | ProbeError>({
  id: 'host/gateway-environment',
  as: 'agent',
  lost: (error) => error,
  seconds: 10,
  script: (environment) => `
need tr grep sort sed readlink
${gatewayVariables(environment)}
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
text=$(variables_of "$pid") || { say state no-access; exit 0; }
unit=${quote(environment.host.unit ?? '')}
if [ -z "$unit" ]; then
  while IFS= read -r line; do
    case $line in *.service) unit=\${line##*/};; esac
  done <"/proc/$pid/cgroup"
fi
state=none
if [ -n "$unit" ]; then
  state=unreadable
  if command -v systemctl >/dev/null && more=$(systemctl show -p Environment -- "$unit"); then
    state=read
    more=$(printf '%s\\n' "\${more#Environment=}" | tr ' ' '\\n')
    text="$text
$more"
  fi
fi
${searchVariables(environment)}
say state seen
say unit "$state"
# Through a pipe: some shells keep a here-document in a file.
printf '%s\\n' "$text" | variables
say variables "$(printf '%s\\n' "$text" | grep -a -c =)"
`,
  parse(records, { environment }) {
    demandGateway(records, 'seen', 'the environment of the gateway cannot be read');
    return {
      ...suspectVariables(records, environment),
      variables: integer(records, 'variables'),
      unit: oneOf(records, 'unit', ['read', 'none', 'unreadable']),
    };
  },
});
