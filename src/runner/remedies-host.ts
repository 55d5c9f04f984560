import type { Remedy } from './remedies.ts';

/** One command for review and evaluations: the operation replaces all of the protection. */
const protect = `gh api --method PUT "repos/$REPOSITORY/branches/$BRANCH/protection" --input - <<PROTECTION
{"enforce_admins": true, "restrictions": null, "allow_force_pushes": false, "allow_deletions": false,
 "required_pull_request_reviews": {"required_approving_review_count": 1, "dismiss_stale_reviews": true},
 "required_status_checks": {"strict": true, "contexts": ["$JOB"]}}
PROTECTION`;

/** What is mended on the host, in the gateway or at the git host. */
export const hostRemedies: Readonly<Record<string, Remedy>> = {
  'soul-documents/mounted-read-only': {
    place: 'host',
    when: 'the workspace is mounted for writing',
    commands: [
      'systemctl stop "$UNIT"',
      'umount "$WORKSPACE"',
      'sed -i "\\#[[:space:]]$WORKSPACE[[:space:]]#d" /etc/fstab',
      `printf '%s\\n' "$FILE_SYSTEM:/ $WORKSPACE efs _netdev,tls,iam,ro,nosuid,nodev,accesspoint=$WORKSPACE_ACCESS_POINT 0 0" >>/etc/fstab`,
      'systemctl daemon-reload && mount "$WORKSPACE"',
      'systemctl start "$UNIT"',
    ],
    terraform: 'user-data.sh.tftpl',
  },
  'soul-documents/write-fails': {
    place: 'host',
    when: 'the workspace is mounted for writing',
    commands: [
      'systemctl stop "$UNIT"',
      'umount "$WORKSPACE"',
      'sed -i "\\#[[:space:]]$WORKSPACE[[:space:]]#d" /etc/fstab',
      `printf '%s\\n' "$FILE_SYSTEM:/ $WORKSPACE efs _netdev,tls,iam,ro,nosuid,nodev,accesspoint=$WORKSPACE_ACCESS_POINT 0 0" >>/etc/fstab`,
      'systemctl daemon-reload && mount "$WORKSPACE"',
      'systemctl start "$UNIT"',
    ],
    terraform: 'user-data.sh.tftpl',
  },
  'soul-documents/runtime-separate': {
    place: 'host',
    when: 'the runtime directory is a mount with the access point of the workspace',
    commands: [
      'systemctl stop "$UNIT"',
      'umount "$RUNTIME"',
      'sed -i "\\#[[:space:]]$RUNTIME[[:space:]]#d" /etc/fstab',
      `printf '%s\\n' "$FILE_SYSTEM:/ $RUNTIME efs _netdev,tls,iam,nosuid,nodev,accesspoint=$RUNTIME_ACCESS_POINT 0 0" >>/etc/fstab`,
      'systemctl daemon-reload && mount "$RUNTIME"',
      'systemctl start "$UNIT"',
    ],
    terraform: 'user-data.sh.tftpl',
  },
  'soul-documents/cannot-remount': {
    place: 'host',
    when: 'the unit leaves the gateway capabilities, or its user is in the group docker',
    commands: [
      'gpasswd --delete "$AGENT_USER" docker',
      'mkdir -p "/etc/systemd/system/$UNIT.d"',
      `printf '[Service]\\nNoNewPrivileges=yes\\nCapabilityBoundingSet=\\nAmbientCapabilities=\\n' >"/etc/systemd/system/$UNIT.d/privileges.conf"`,
      'systemctl daemon-reload && systemctl restart "$UNIT"',
    ],
  },
  'monitoring/gateway-healthy': {
    place: 'host',
    when: 'the gateway hangs',
    commands: ['systemctl restart "$UNIT"'],
  },
  'monitoring/logs-arrive': {
    place: 'host',
    when: 'the CloudWatch agent does not run',
    commands: ['systemctl enable --now amazon-cloudwatch-agent.service'],
    terraform: 'user-data.sh.tftpl',
  },
  'network/tailscale-admin': {
    place: 'host',
    when: 'the instance is logged out of the tailnet',
    commands: ['tailscale up --auth-key "file:$KEY_FILE"'],
  },
  'soul-documents/no-second-rulebook': {
    place: 'gateway',
    when: 'agents may write skills of their own',
    commands: ['openclaw config set skills.workshop.autonomous.mode off'],
  },
  'soul-documents/documents-present': {
    place: 'gateway',
    when: 'the agents work in another directory',
    commands: ['openclaw config set agents.defaults.workspace "$WORKSPACE"'],
  },
  'infrastructure/sandboxed-tools': {
    place: 'gateway',
    when: 'the default of the sandbox is too weak',
    commands: [
      'openclaw config set agents.defaults.sandbox.mode "$SANDBOX_MODE"',
      'openclaw config set tools.exec.host auto',
    ],
  },
  'network/gateway-not-exposed': {
    place: 'gateway',
    when: 'the gateway listens to the network',
    commands: [
      'openclaw config set gateway.bind loopback',
      'openclaw config set gateway.tailscale.mode off',
      'openclaw gateway restart',
    ],
  },
  'monitoring/runaway-limited': {
    place: 'gateway',
    when: 'no limits are set',
    commands: [
      'openclaw config set tools.loopDetection.enabled true --strict-json',
      'openclaw config set agents.defaults.timeoutSeconds 600 --strict-json',
      'openclaw config set agents.defaults.maxConcurrent 4 --strict-json',
      'openclaw config set tools.exec.timeoutSeconds 300 --strict-json',
      `openclaw config set gateway.auth.rateLimit '{"maxAttempts":10,"windowMs":60000,"lockoutMs":300000}' --strict-json`,
    ],
  },
  'monitoring/agent-answers': {
    place: 'gateway',
    when: 'the agent fails because it may not write its bootstrap files',
    commands: ['openclaw config set agents.defaults.skipBootstrap true --strict-json'],
  },
  'approval-gates/gates-enforced': {
    place: 'gateway',
    when: 'commands run without approval',
    commands: [
      'openclaw config set tools.exec.mode ask',
      'openclaw config set tools.elevated.enabled false --strict-json',
    ],
  },
  'approval-gates/approvers-authorised': {
    place: 'gateway',
    when: 'anyone may approve',
    commands: [`openclaw config set commands.ownerAllowFrom '["slack:U0123456789"]' --strict-json`],
  },
  'approval-gates/request-surfaces': {
    place: 'gateway',
    when: 'requests reach nobody',
    commands: [
      `openclaw config set approvals.exec '{"enabled":true,"mode":"targets","targets":[{"channel":"slack","to":"U0123456789"}]}' --strict-json`,
      `openclaw config set approvals.plugin '{"enabled":true,"mode":"targets","targets":[{"channel":"slack","to":"U0123456789"}]}' --strict-json`,
    ],
  },
  'skills/scheduled-evals': {
    place: 'git',
    when: 'the workflow was disabled',
    commands: ['gh workflow enable "$WORKFLOW" --repo "$REPOSITORY"'],
    console: 'the repository, Actions, the workflow, Enable workflow',
  },
  'soul-documents/reviewed-changes': {
    place: 'git',
    when: 'the branch is not protected (this replaces what protects it)',
    commands: [protect],
    console: 'the repository, Settings, Branches, Add classic branch protection rule',
  },
  'skills/regressions-block-merge': {
    place: 'git',
    when: 'the branch is not protected (this replaces what protects it)',
    commands: [protect],
    console: 'the repository, Settings, Branches, Add classic branch protection rule',
  },
};
