/**
 * Where the loss of an answer loses nothing that a check needs, and why. `fault`: with this fault only, because it is an
 * answer in itself.
 */
const notNeeded: readonly { readonly check: string; readonly key: RegExp; readonly fault?: string; why: string }[] = [
  {
    check: 'soul-documents/no-second-rulebook',
    key: /^host host\/config-file$/,
    why: 'needed only where tools of an agent run outside the sandbox, and here none do',
  },
  {
    check: 'soul-documents/no-second-rulebook',
    key: /^gateway rpc (plugins\.list|tools\.catalog) /,
    why: 'the tools are needed only where an agent may have the one that writes skills, and here the sandbox keeps it away',
  },
  {
    check: 'soul-documents/mounted-read-only',
    key: /^host host\/agent-mounts$/,
    why: 'root and the agent read the same mount table, that of the process of the gateway: one of them is enough',
  },
  {
    check: 'soul-documents/write-fails',
    key: /^host host\/root-write-attempts$/,
    fault: 'access_denied',
    why: 'sudo refuses: root is tried too only where the login may become root',
  },
  {
    check: 'network/ssh-not-public',
    key: /^host (open|host\/(identity|listeners))$/,
    why: 'where sshd listens is needed only where something public is let in, and here nothing is',
  },
  {
    check: 'soul-documents/server-side-read-only',
    key: /^aws secretsmanager:ListSecrets /,
    why: 'names the secrets whose reading is simulated as well; what the check asks of the simulation is asked without them',
  },
  {
    check: 'infrastructure/health-check-is-gateway',
    key: /^host (open|host\/(identity|health-timer))$/,
    why: 'the timer on the host is needed only where no load balancer asks for the health of the gateway',
  },
  {
    check: 'credentials/role-reads-one-secret',
    key: /^host (open|host\/(identity|secret-reads))$/,
    why: 'what the instance reads is needed only where its own secret hangs on a condition, and here it does not',
  },
  {
    check: 'monitoring/alarm-on-health',
    key: /^aws (cloudwatch:DescribeAlarmHistory|autoscaling:DescribeScalingActivities) /,
    why: 'what happened is needed only where the dimensions of the metric do not name the group, and here they do',
  },
  ...['monitoring/agent-answers', 'monitoring/test-interaction-logged', 'skills/inventory-matches'].map((check) => ({
    check,
    key: /^gateway rpc config\.get /,
    why: 'the agents are those that the gateway lists; its configuration is asked only whether it names one more',
  })),
  {
    check: 'monitoring/gateway-healthy',
    key: /^gateway GET \/readyz$/,
    fault: 'not_found',
    why: 'that nothing listens on the port is an answer, and it is no good one',
  },
  {
    check: 'approval-gates/gates-enforced',
    key: /^gateway rpc exec\.approval\.grants\.list /,
    fault: 'not_found',
    why: 'the gateway says that it knows no standing grants, as older versions do: an answer, and there are none',
  },
  {
    check: 'approval-gates/',
    key: /^gateway rpc exec\.approval\.resolve .*"allow-once"/,
    fault: 'not_found',
    why: 'the gateway says that a decided approval is gone, as some versions do: the same answer as `conflict`',
  },
];

/** Whether a check needs what a call answers, by its key. */
export function isNeeded(check: string, key: string, fault: string): boolean {
  return !notNeeded.some((n) => check.startsWith(n.check) && n.key.test(key) && (n.fault ?? fault) === fault);
}
