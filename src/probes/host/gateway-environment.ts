import { secretRules } from '../../judging/secret-patterns.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { all, integer, oneOf } from './records.ts';
import { searchedRules, searchRules } from './secret-search.ts';

/** The environment variables of the gateway process. Values are matched on the host and never leave it. */
export interface GatewayEnvironment {
  /** How many variables there are. */
  readonly variables: number;
  /** Those that carry a value and are named like a credential. */
  readonly named: readonly string[];
  /** Those whose value has the form of a credential. */
  readonly matched: readonly { readonly name: string; readonly rule: string }[];
  /** The unit of the process: whether its own settings could be read, and the names in them, as above. */
  readonly unit: 'read' | 'none' | 'unreadable';
}

const credentialName =
  '(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|API_?KEY|APIKEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|AUTH_?KEY|SIGNING_KEY|ENCRYPTION_KEY|WEBHOOK|CREDENTIALS?)(_|$)';
/** Names that say where a credential is, not what it is. */
const reference = '_(FILE|PATH|DIR|DIRECTORY|ARN|NAME|URI|REGION|TTL|SECONDS|PROVIDER|TYPE|MODE|REF)$';

export const gatewayEnvironment = hostProbe<GatewayEnvironment | ProbeError>({
  id: 'host/gateway-environment',
  as: 'agent',
  lost: (error) => error,
  seconds: 10,
  script: (environment) => `
need tr grep sed
${searchRules(environment)}
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
# A line break in a value would look like the next variable.
text=$(tr '\\n\\0' ' \\n' <"/proc/$pid/environ") || { say state no-access; exit 0; }
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
sample=no
if printf '%s\\n' ${quote(secretRules[0]?.sample() ?? '')} | grep -q -a -E -e "$ALL"; then sample=found; fi
say sample "$sample"
say state seen
say unit "$state"
# Through a pipe: some shells keep a here-document in a file.
printf '%s\\n' "$text" | {
count=0
while IFS= read -r line; do
  name=\${line%%=*}
  [ "$name" != "$line" ] || continue
  name=\${name#\\"}
  count=$((count + 1))
  value=\${line#*=}
  shown=$name
  case $name in ''|*[!A-Za-z0-9_]*) shown=unnamed;; esac
  [ \${#shown} -le 100 ] || shown=unnamed
  if [ \${#value} -ge 8 ] && printf '%s\\n' "$name" | grep -q -i -E -e ${quote(credentialName)} &&
    ! printf '%s\\n' "$name" | grep -q -i -E -e ${quote(reference)}; then say named "$shown"; fi
  if printf '%s\\n' "$line" | grep -q -a -E -e "$ALL"; then
    printf '%s\\n' "$RULES" | while read -r id pattern; do
      if printf '%s\\n' "$line" | grep -q -a -E -e "$pattern"; then say matched "$shown $id"; fi
    done
  fi
done
say variables "$count"
}
`,
  parse(records, { environment }) {
    const state = oneOf(records, 'state', ['seen', 'no-gateway', 'no-access']);
    if (state === 'no-gateway') {
      throw new ProbeError('not_found', 'no gateway process runs as the agent user on the host', {
        next: 'Start the gateway, and compare host.agentUser and gateway.port with it.',
      });
    }
    if (state === 'no-access') throw new ProbeError('access_denied', 'the environment of the gateway cannot be read');
    if (oneOf(records, 'sample', ['found', 'no']) === 'no') {
      throw new ProbeError('no_control', 'grep on the host did not find the made-up value that it must find');
    }
    return {
      variables: integer(records, 'variables'),
      named: [...new Set(all(records, 'named').map(strictName))],
      matched: all(records, 'matched').map((text) => {
        const [name = '', id] = text.split(' ');
        const rule = searchedRules(environment).find((one) => one.id === id)?.id;
        if (!rule) throw new ProbeError('bad_response', 'the host named a finding out of form');
        return { name: strictName(name), rule };
      }),
      unit: oneOf(records, 'unit', ['read', 'none', 'unreadable']),
    };
  },
});

function strictName(name: string): string {
  if (/^[A-Za-z0-9_]{1,100}$/.test(name)) return name;
  throw new ProbeError('bad_response', 'the host named a variable out of form');
}
