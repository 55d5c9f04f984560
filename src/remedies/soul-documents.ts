import type { Remedy } from './remedy.ts';
import { deployed, efsPolicy, mounted, protect } from './shared.ts';

/** Of the area `soul-documents`, by name of the check. */
export const soulDocuments: Readonly<Record<string, Remedy>> = {
  'mounted-read-only': {
    place: 'host',
    tried: { lab: 'host', flaw: 'workspace-writable' },
    when: 'the workspace is mounted for writing',
    commands: mounted('$WORKSPACE', '$WORKSPACE_ACCESS_POINT', 'ro,'),
  },
  'write-fails': {
    place: 'host',
    tried: { lab: 'host', flaw: 'workspace-writable' },
    when: 'the workspace is mounted for writing',
    commands: mounted('$WORKSPACE', '$WORKSPACE_ACCESS_POINT', 'ro,'),
  },
  'documents-present': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'the agents work in another directory',
    commands: ['openclaw config set agents.defaults.workspace "$WORKSPACE"'],
  },
  'no-second-rulebook': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'agents may write skills of their own',
    commands: [
      'openclaw config set skills.workshop.autonomous.mode off',
      'openclaw config set skills.workshop.approvalPolicy pending',
    ],
  },
  'runtime-separate': {
    place: 'host',
    tried: { lab: 'host', flaw: 'runtime-is-workspace' },
    when: 'the runtime directory is a mount with the access point of the workspace',
    commands: mounted('$RUNTIME', '$RUNTIME_ACCESS_POINT', ''),
  },
  'cannot-remount': {
    place: 'host',
    tried: { lab: 'host', flaw: 'agent-in-docker-group' },
    when: 'the unit leaves the gateway capabilities, or its user is in the group docker',
    commands: [
      'gpasswd --delete "$AGENT_USER" docker',
      'mkdir -p "/etc/systemd/system/$UNIT.d"',
      `printf '[Service]\\nNoNewPrivileges=yes\\nCapabilityBoundingSet=\\nAmbientCapabilities=\\n' >"/etc/systemd/system/$UNIT.d/privileges.conf"`,
      'systemctl daemon-reload && systemctl restart "$UNIT"',
    ],
  },
  'server-side-read-only': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'efs-policy-missing' },
    when: 'the file system has no policy',
    commands: [efsPolicy],
    console: 'EFS, File systems, the file system, File system policy, Edit',
    terraform: 'aws_efs_file_system_policy.workspace',
  },
  'encrypted-in-transit': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'efs-no-secure-transport' },
    when: 'the policy lets clients in without TLS',
    commands: [efsPolicy],
    console: 'EFS, File systems, the file system, File system policy, Edit',
    terraform: 'aws_efs_file_system_policy.workspace',
  },
  'reviewed-changes': {
    place: 'git',
    tried: { lab: 'github', flaw: 'branch-not-protected' },
    when: 'the branch is not protected (this replaces what protects it), or workflows may approve',
    commands: [
      protect,
      'gh api --method PUT "repos/$REPOSITORY/actions/permissions/workflow" --field can_approve_pull_request_reviews=false',
    ],
    console:
      'the repository, Settings, Branches, Add classic branch protection rule; Actions, General, Workflow permissions',
  },
  'matches-git': {
    place: 'host',
    tried: { lab: 'host', flaw: 'document-not-reviewed' },
    when: 'a document differs (on the machine that deploys, which alone has the file system mounted for writing)',
    commands: deployed(''),
    console: 'the pipeline that deploys the workspace: run it again for the head of the branch',
    terraform: 'aws_efs_file_system_policy.workspace',
  },
};
