/** How the workspace is mounted. Only `read-only` is right; every other mode looks protected in some way and is not. */
export type WorkspaceMode =
  | 'read-only'
  | 'read-write'
  /** Only SOUL.md and IDENTITY.md are read-only bind mounts; a new file can be added. */
  | 'file-bind'
  /** Read-only at its path, and the same tree writable at a second one. */
  | 'twin'
  /** Read-only for everyone who logs in, writable in the mount namespace of the gateway. */
  | 'gateway-private-rw'
  /** Modes 0555 and 0444 on a writable mount. */
  | 'mode-0555'
  /** Writable, without a free block: a file can be created, but not filled. */
  | 'full-blocks'
  /** Writable, without a free inode: a new file ends in ENOSPC. */
  | 'full-inodes';

/** `unreachable` swallows what is sent; `disabled` answers 403. */
export type ImdsMode = 'required' | 'optional' | 'disabled' | 'unreachable';

/** The output filter of the host. Loopback, the metadata service and replies always pass. */
export type EgressMode =
  /** Only the approved endpoint; the rest is dropped in silence. */
  | 'drop'
  /** Only the approved endpoint; the rest is refused at once. */
  | 'reject'
  | 'open'
  /** Port 443 is filtered, all other ports are open. */
  | 'per-port'
  /** IPv4 is filtered, IPv6 is open. */
  | 'ipv6-open'
  /** Everybody is filtered but the agent's user. */
  | 'agent-open'
  /** Only the agent's user is filtered. */
  | 'agent-blocked'
  /** Nothing gets out, the approved endpoint neither. */
  | 'all-dropped'
  /** No filter and no default route: everything fails at once. */
  | 'no-route';

/** `old` answers like a release without /startupz; `wrong-user` is ready, but runs as root. */
export type GatewayMode = 'ready' | 'draining' | 'starting' | 'html-only' | 'old' | 'wrong-user' | 'down';

/** Where a made-up AWS key pair is put. */
export type Plant = 'agent-home-file' | 'bash-history' | 'process-env' | 'openclaw-config';

/** The instance identity document, as far as it is read. */
export interface IdentityDocument {
  readonly instanceId: string;
  readonly accountId: string;
  readonly region: string;
  readonly privateIp: string;
}

export interface HostFile {
  /** Absolute path on the host. Missing parents are made, owned like the file. */
  readonly path: string;
  readonly content: string;
  readonly owner?: 'root' | 'ops' | 'openclaw';
  readonly mode?: number;
}

/** What a running lab can change without being built anew. */
export interface LabSettings {
  readonly workspace: WorkspaceMode;
  readonly imds: ImdsMode;
  readonly egress: EgressMode;
  readonly gateway: GatewayMode;
  /** `lan` listens on every address. */
  readonly gatewayBind: 'loopback' | 'lan';
  readonly ssh: 'up' | 'down';
}

/** What is decided when the lab is built. */
export interface LabPlan {
  /** Who logs in, with the key of the lab. */
  readonly login: 'ops' | 'openclaw' | 'root';
  /** Passwordless sudo for `ops`. */
  readonly sudo: boolean;
  /** Passwordless sudo for `openclaw`: the agent can then remount its own workspace. */
  readonly agentSudo: boolean;
  readonly shell: string;
  readonly tcpForwarding: boolean;
  readonly plant: readonly Plant[];
  /** The files of the workspace, by name. */
  readonly documents: Readonly<Record<string, string>>;
  readonly files: readonly HostFile[];
  /** A folder of this machine that the host has, too, read-only and at the same path. */
  readonly folder?: string;
  /** Added to the environment of the gateway's process. */
  readonly gatewayEnvironment: Readonly<Record<string, string>>;
  readonly identity: Partial<IdentityDocument>;
  /** The source that the mount table shows for the workspace. Its type is tmpfs whatever this says. */
  readonly workspaceSource: string;
}

export type LabOptions = Partial<LabSettings & LabPlan>;

export const defaultSettings: LabSettings = {
  workspace: 'read-only',
  imds: 'required',
  egress: 'drop',
  gateway: 'ready',
  gatewayBind: 'loopback',
  ssh: 'up',
};

export const defaultPlan: LabPlan = {
  login: 'ops',
  sudo: true,
  agentSudo: false,
  shell: '/bin/bash',
  tcpForwarding: true,
  plant: [],
  documents: {
    'SOUL.md': '# Soul\n\nYou are the assistant of the lab.\n',
    'IDENTITY.md': '# Identity\n\nName: Lab\n',
    'AGENTS.md': '# Agents\n\nAsk before you act.\n',
    'USER.md': '# User\n\nName: Ops\n',
  },
  files: [],
  gatewayEnvironment: {},
  identity: {},
  workspaceSource: 'fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/workspace',
};
