import type { Lab, LabSettings } from './lab.ts';
import { runtimePath, workspacePath } from './seed.ts';

/** Something that is wrong with a host, or looks wrong and is not. */
export interface HostFlaw {
  readonly id: string;
  /** What is so, for the page. */
  readonly what: string;
  readonly settings?: Partial<LabSettings>;
  /** POSIX sh as root on the host, which makes it so; it may end what `mend` does. */
  readonly plant?: (lab: Lab) => string;
  /** Makes it undone. A `change` of the lab that puts a setting back does the rest. */
  readonly mend?: string;
  /** Checks that fail, and that are unknown, by id; every other check says what it says of the good host. */
  readonly fails?: readonly string[];
  readonly unknown?: readonly string[];
  /** What the evidence of the first check that fails must name. */
  readonly names?: string;
}

/** What cannot be said of a gateway that does not run as the agent's user. */
const needsGateway = [
  'soul-documents/mounted-read-only',
  'soul-documents/write-fails',
  'soul-documents/documents-present',
  'soul-documents/no-second-rulebook',
  'soul-documents/runtime-separate',
  'soul-documents/cannot-remount',
  'soul-documents/matches-git',
  'credentials/not-in-environment',
  'credentials/not-in-logs',
  'credentials/no-plaintext-on-disk',
  'network/unapproved-host-times-out',
  'network/gateway-not-exposed',
  'monitoring/gateway-self-audit',
  'skills/inventory-matches',
];

/** All that the lab decides. */
const everything = [
  ...needsGateway,
  'credentials/other-secret-refused',
  'credentials/imdsv1-rejected',
  'network/approved-host-reachable',
  'network/tailscale-admin',
];

/** In the tree behind the read-only mount, through a second one that is gone again. */
const behind = (commands: string) => `mkdir -p /run/behind; mount --bind ${workspacePath} /run/behind
mount -o remount,rw,bind /run/behind; cd /run/behind; ${commands}
cd /; umount /run/behind; rmdir /run/behind`;
const shown = (sed: string) => `sed -i.good '${sed}' /opt/tailscale.json`;
const asGood = (file: string) => `mv ${file}.good ${file}`;
const asAgent = 'setpriv --reuid openclaw --regid openclaw --init-groups';
/** Starts something that stays, and remembers its number. */
const stays = (command: string) => `setsid -f sh -c 'echo $$ >/run/planted; exec ${command}' </dev/null >/dev/null 2>&1
until [ -s /run/planted ]; do sleep 0.02; done`;
const gone = 'kill -9 "$(cat /run/planted)"; rm /run/planted';

/** A pkcheck, in the place of the machine's own where it has one, and the socket of a system bus. */
const pkcheck = (text: string) => `printf '%s\\n' '#!/bin/sh' '${text}' >/run/pkcheck; chmod 755 /run/pkcheck
if [ -e /usr/bin/pkcheck ]; then mount --bind /run/pkcheck /usr/bin/pkcheck; else cp -p /run/pkcheck /opt/programs/; fi
mkdir /run/dbus
{ /opt/node/bin/node -e 'require("net").createServer().listen("/run/dbus/system_bus_socket", () => process.kill(process.pid, 9))'; } 2>/dev/null || :`;
const noPkcheck =
  'rm -r /run/dbus; if [ -e /opt/programs/pkcheck ]; then rm /opt/programs/pkcheck; else umount /usr/bin/pkcheck; fi; rm /run/pkcheck';

const soul: readonly HostFlaw[] = [
  {
    id: 'workspace-writable',
    what: 'the workspace is mounted read-write',
    settings: { workspace: 'read-write' },
    fails: ['soul-documents/mounted-read-only', 'soul-documents/write-fails'],
  },
  {
    id: 'workspace-read-only-files',
    what: 'two documents are read-only bind mounts in a writable directory',
    settings: { workspace: 'file-bind' },
    fails: ['soul-documents/mounted-read-only', 'soul-documents/write-fails'],
    names: `${workspacePath}/SOUL.md`,
  },
  {
    id: 'workspace-twin',
    what: 'the same tree is mounted read-write at a second path',
    settings: { workspace: 'twin' },
    fails: ['soul-documents/mounted-read-only'],
    names: '/mnt/maintenance, in some mount namespace',
  },
  {
    id: 'workspace-twin-elsewhere',
    what: 'the same tree is writable in the mount namespace of another process',
    plant: () =>
      `${stays(
        `unshare --mount sh -c "mount -o remount,rw,bind ${workspacePath} && : >/run/other-up && exec sleep 1000"`,
      )}\nuntil [ -e /run/other-up ]; do sleep 0.02; done; rm /run/other-up`,
    mend: gone,
    fails: ['soul-documents/mounted-read-only'],
  },
  {
    id: 'workspace-writable-for-gateway',
    what: 'the workspace is read-only for who logs in, and writable in the mount namespace of the gateway',
    settings: { workspace: 'gateway-private-rw' },
    fails: ['soul-documents/mounted-read-only', 'soul-documents/write-fails'],
    names: `${workspacePath}, in some mount namespace`,
  },
  {
    id: 'workspace-mode-bits',
    what: 'modes 0555 and 0444 stand in for a read-only mount',
    settings: { workspace: 'mode-0555' },
    fails: ['soul-documents/mounted-read-only', 'soul-documents/write-fails'],
  },
  {
    id: 'workspace-full',
    what: 'a write fails because the disk is full',
    settings: { workspace: 'full-blocks' },
    fails: ['soul-documents/mounted-read-only', 'soul-documents/write-fails', 'soul-documents/matches-git'],
  },
  {
    id: 'workspace-without-inodes',
    what: 'a write fails because there is no inode left',
    settings: { workspace: 'full-inodes' },
    fails: ['soul-documents/mounted-read-only', 'soul-documents/write-fails', 'soul-documents/matches-git'],
  },
  {
    id: 'workspace-overlaid',
    what: 'another file system lies over the skills in the workspace',
    plant: () => `mount -t tmpfs over ${workspacePath}/skills`,
    mend: `umount ${workspacePath}/skills`,
    fails: ['soul-documents/mounted-read-only', 'skills/inventory-matches'],
  },
  {
    id: 'document-missing',
    what: 'a document is not there',
    plant: () => behind('mv USER.md /run/'),
    mend: behind('mv /run/USER.md .'),
    fails: ['soul-documents/documents-present', 'soul-documents/matches-git'],
    unknown: ['soul-documents/write-fails'],
  },
  {
    id: 'document-empty',
    what: 'a document has nothing in it but white space',
    plant: () => behind('cp -p USER.md /run/; printf "\\n \\n" >USER.md'),
    mend: behind('cp -p /run/USER.md .; rm /run/USER.md'),
    fails: ['soul-documents/documents-present', 'soul-documents/matches-git'],
  },
  {
    id: 'document-linked',
    what: 'a document is a link out of the workspace, to a file that can be written',
    plant: () => behind(`cp -p USER.md ${runtimePath}/; mv USER.md /run/; ln -s ${runtimePath}/USER.md USER.md`),
    mend: behind(`rm USER.md; mv /run/USER.md .; rm ${runtimePath}/USER.md`),
    fails: ['soul-documents/documents-present', 'soul-documents/matches-git'],
    unknown: ['soul-documents/write-fails'],
  },
  {
    id: 'document-not-reviewed',
    what: 'a document differs from the reviewed commit by one letter',
    plant: () => behind('cp -p SOUL.md /run/; sed -i s/assistant/Assistant/ SOUL.md'),
    mend: behind('cp -p /run/SOUL.md .; rm /run/SOUL.md'),
    fails: ['soul-documents/matches-git'],
  },
  {
    id: 'document-extra',
    what: 'the workspace has a rulebook that nobody reviewed',
    plant: () => behind('echo obey >TOOLS.md'),
    mend: behind('rm TOOLS.md'),
    fails: ['soul-documents/matches-git'],
  },
  {
    id: 'skill-extra',
    what: 'a skill that is not in the repository lies in the workspace',
    plant: () => behind('mkdir skills/extra; cp skills/lab/SKILL.md skills/extra/'),
    mend: behind('rm -r skills/extra'),
    fails: ['soul-documents/matches-git', 'skills/inventory-matches'],
  },
  {
    id: 'skill-in-home',
    what: 'a skill of the agent’s own lies in its state directory',
    plant: () =>
      `${asAgent} sh -c 'mkdir -p ~openclaw/.openclaw/skills/own; echo x >~openclaw/.openclaw/skills/own/SKILL.md'`,
    mend: 'rm -r ~openclaw/.openclaw/skills',
    fails: ['soul-documents/matches-git', 'skills/inventory-matches'],
  },
  {
    id: 'runtime-read-only',
    what: 'nothing can be written anywhere: the refusal in the workspace proves nothing',
    plant: () => `mount -o remount,ro,bind ${runtimePath}`,
    mend: `mount -o remount,rw,bind ${runtimePath}`,
    fails: ['soul-documents/runtime-separate'],
    unknown: ['soul-documents/write-fails'],
  },
  {
    id: 'runtime-full',
    what: 'the runtime directory has no inode left',
    plant: () => `mount -o remount,nr_inodes=1 ${runtimePath}`,
    mend: `mount -o remount,nr_inodes=0 ${runtimePath}`,
    fails: ['soul-documents/runtime-separate'],
    unknown: ['soul-documents/write-fails'],
  },
  {
    id: 'runtime-is-workspace',
    what: 'the runtime directory is a writable bind mount of the workspace',
    plant: () => `mount --bind ${workspacePath} ${runtimePath}; mount -o remount,rw,bind ${runtimePath}`,
    mend: `umount ${runtimePath}`,
    fails: ['soul-documents/mounted-read-only', 'soul-documents/runtime-separate'],
  },
  {
    id: 'config-writable',
    what: 'the configuration of the gateway belongs to the agent’s user',
    plant: () => 'chown openclaw /etc/openclaw/openclaw.json',
    mend: 'chown root /etc/openclaw/openclaw.json',
    fails: ['soul-documents/no-second-rulebook'],
  },
  {
    id: 'config-replaceable',
    what: 'the configuration belongs to root, and its directory to the agent’s user',
    plant: () => 'chown openclaw /etc/openclaw',
    mend: 'chown root /etc/openclaw',
    fails: ['soul-documents/no-second-rulebook'],
  },
];

const root: readonly HostFlaw[] = [
  {
    id: 'agent-may-sudo',
    what: 'the agent’s user may use sudo without a password',
    plant: () =>
      'mkdir -p /etc/sudoers.d; echo "openclaw ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/agent; echo "@includedir /etc/sudoers.d" >>/etc/sudoers',
    mend: 'rm -r /etc/sudoers.d; sed -i /includedir/d /etc/sudoers',
    fails: ['soul-documents/cannot-remount'],
  },
  {
    id: 'agent-may-doas',
    what: 'a rule of doas lets the agent’s group become root without a password',
    plant: () =>
      'printf "#!/bin/sh\n" >/opt/programs/doas; chmod 755 /opt/programs/doas; echo "permit nopass :openclaw as root" >/etc/doas.conf',
    mend: 'rm /opt/programs/doas /etc/doas.conf',
    fails: ['soul-documents/cannot-remount'],
  },
  {
    id: 'agent-may-not-doas',
    what: 'doas is installed, and its rules are for others or ask for a password',
    plant: () =>
      'printf "#!/bin/sh\n" >/opt/programs/doas; chmod 755 /opt/programs/doas; printf "%s\\n" "permit nopass ops as openclaw" "permit openclaw" >/etc/doas.conf',
    mend: 'rm /opt/programs/doas /etc/doas.conf',
  },
  {
    id: 'agent-may-manage-units',
    what: 'polkit (a stand-in for pkcheck) authorises the gateway to manage units',
    plant: () =>
      pkcheck(
        'case $* in *systemd1.manage-units*) exit 0;; *policykit.exec*) exit 2;; *udisks2*) echo "is not registered" >&2; exit 127;; esac; exit 1',
      ),
    mend: noPkcheck,
    fails: ['soul-documents/cannot-remount'],
  },
  {
    id: 'polkit-silent',
    what: 'polkit (a stand-in for pkcheck) cannot be reached',
    plant: () => pkcheck('echo "Error checking for authorization" >&2; exit 127'),
    mend: noPkcheck,
    unknown: ['soul-documents/cannot-remount'],
  },
  {
    id: 'docker-over-tcp',
    what: 'the API of Docker (a stand-in) answers over TCP',
    plant: () =>
      `${stays(`/opt/node/bin/node -e "require(\\"http\\").createServer((_, a) => a.writeHead(200, { \\"Api-Version\\": \\"1.47\\" }).end(\\"OK\\")).listen(2375, \\"127.0.0.1\\")"`)}
until grep -q ":0947 0" /proc/net/tcp; do sleep 0.02; done`,
    mend: gone,
    fails: ['soul-documents/cannot-remount'],
  },
  {
    id: 'agent-in-docker-group',
    what: 'the agent’s user is in the group docker, since the gateway was started',
    plant: () => 'cp -p /etc/group /etc/group.good; echo "docker:x:998:openclaw" >>/etc/group',
    mend: asGood('/etc/group'),
    fails: ['soul-documents/cannot-remount'],
  },
  {
    id: 'cron-writable',
    what: 'anybody may write to /etc/cron.d',
    plant: () => 'mkdir -m 777 /etc/cron.d; chmod 777 /etc/cron.d',
    mend: 'rmdir /etc/cron.d',
    fails: ['soul-documents/cannot-remount'],
  },
  {
    id: 'mount-parent-of-agent',
    what: 'a directory above the mount belongs to the agent’s user, who can rename it',
    plant: () => 'chown openclaw /mnt',
    mend: 'chown root /mnt',
    fails: ['soul-documents/cannot-remount'],
  },
];

const credentials: readonly HostFlaw[] = [
  {
    id: 'key-in-home',
    what: 'an AWS key lies in a file of the agent’s home',
    plant: ({ planted }) => `echo 'aws_secret_access_key = ${planted.secretAccessKey}' >~openclaw/notes.txt`,
    mend: 'rm ~openclaw/notes.txt',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'password-in-netrc',
    what: 'a .netrc file has a password on a line of its own',
    plant: () => `printf '%s\\n' 'machine git.internal' '  login bot' '  password correct-horse' >~openclaw/.netrc`,
    mend: 'rm ~openclaw/.netrc',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'password-in-pypirc',
    what: 'files of a package index and a database have passwords of no known form',
    plant: () =>
      `printf '%s\n' '[pypi]' 'password = correct-horse' >~openclaw/.pypirc; echo 'db:5432:*:app:correct-horse' >~openclaw/.pgpass`,
    mend: 'rm ~openclaw/.pypirc ~openclaw/.pgpass',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'key-in-script',
    what: 'a script in /usr/local/bin sets a key',
    plant: ({ planted }) =>
      `echo 'export aws_secret_access_key=${planted.secretAccessKey}' >/usr/local/bin/start-agent`,
    mend: 'rm /usr/local/bin/start-agent',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'login-in-history',
    what: 'the history of a shell has the login of a request',
    plant: () => `echo "curl -u app:$(printf '%s' Tr0ub4dor)3 https://crm.internal" >~openclaw/.bash_history`,
    mend: 'rm ~openclaw/.bash_history',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'plaintext-by-openclaw',
    what: 'openclaw secrets audit (a stand-in) names a field that has no known form',
    plant: () => ': >/opt/openclaw/plaintext',
    mend: 'rm /opt/openclaw/plaintext',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'self-audit-critical',
    what: 'openclaw security audit (a stand-in) has a critical finding',
    plant: () => ': >/opt/openclaw/critical',
    mend: 'rm /opt/openclaw/critical',
    fails: ['monitoring/gateway-self-audit'],
  },
  {
    id: 'password-in-dotenv',
    what: 'the file that the gateway takes variables from has a password of no known form',
    plant: () => `${asAgent} sh -c 'echo "export CRM_PASSWORD = \\"correct-horse\\"" >~openclaw/.openclaw/.env'`,
    mend: 'rm ~openclaw/.openclaw/.env',
    fails: ['credentials/not-in-environment'],
  },
  {
    id: 'key-in-helper',
    what: 'a process that the agent started has an AWS key in its environment',
    plant: ({ planted }) => stays(`env -i SESSION=${planted.accessKeyId} ${asAgent} sleep 1000`),
    mend: gone,
    fails: ['credentials/not-in-environment'],
  },
  {
    id: 'key-in-history',
    what: 'an AWS key lies in the history of the shell',
    plant: ({ planted }) => `echo 'export AWS_ACCESS_KEY_ID=${planted.accessKeyId}' >~openclaw/.bash_history`,
    mend: 'rm ~openclaw/.bash_history',
    fails: ['credentials/no-plaintext-on-disk'],
  },
  {
    id: 'key-in-log',
    what: 'an AWS key was written to the log of the gateway',
    plant: ({ planted }) => {
      const log = '/var/log/openclaw/gateway.log';
      return `cp -p ${log} ${log}.good; echo 'key ${planted.accessKeyId} used' >>${log}`;
    },
    mend: asGood('/var/log/openclaw/gateway.log'),
    fails: ['credentials/no-plaintext-on-disk', 'credentials/not-in-logs'],
  },
  {
    id: 'other-secret-readable',
    what: 'the role of the instance may read another secret',
    plant: () => ': >/opt/aws-allows',
    mend: 'rm /opt/aws-allows',
    fails: ['credentials/other-secret-refused'],
  },
  {
    id: 'other-secret-absent',
    what: 'the other secret does not exist, so that its refusal proves nothing',
    plant: () => 'echo "An error occurred (ResourceNotFoundException) when calling" >/opt/aws-error',
    mend: 'rm /opt/aws-error',
    unknown: ['credentials/other-secret-refused'],
  },
  {
    id: 'imdsv1-answers',
    what: 'the metadata service answers without a token',
    settings: { imds: 'optional' },
    fails: ['credentials/imdsv1-rejected'],
  },
  {
    id: 'imds-off',
    what: 'the metadata service is off, and refuses tokens too',
    settings: { imds: 'disabled' },
    unknown: ['credentials/imdsv1-rejected', 'credentials/other-secret-refused'],
  },
  {
    id: 'imds-silent',
    what: 'the metadata service swallows what is sent to it',
    settings: { imds: 'unreachable' },
    unknown: ['credentials/imdsv1-rejected', 'credentials/other-secret-refused'],
  },
];

const network: readonly HostFlaw[] = [
  {
    id: 'egress-rejected',
    what: 'what is not approved is refused at once, not dropped',
    settings: { egress: 'reject' },
    fails: ['network/unapproved-host-times-out'],
  },
  {
    id: 'egress-open',
    what: 'nothing is filtered',
    settings: { egress: 'open' },
    fails: ['network/unapproved-host-times-out'],
  },
  {
    id: 'egress-other-ports-open',
    what: 'port 443 is filtered, and every other port is open',
    settings: { egress: 'per-port' },
    fails: ['network/unapproved-host-times-out'],
  },
  {
    id: 'egress-ipv6-open',
    what: 'IPv4 is filtered, and IPv6 is open',
    settings: { egress: 'ipv6-open' },
    fails: ['network/unapproved-host-times-out'],
  },
  {
    id: 'egress-agent-open',
    what: 'everybody is filtered but the agent’s user',
    settings: { egress: 'agent-open' },
    fails: ['network/unapproved-host-times-out'],
  },
  {
    id: 'tunnel-program',
    what: 'a program runs that is named as one which publishes ports through a tunnel',
    plant: () => `cp "$(command -v sleep)" /run/cloudflared; ${stays('/run/cloudflared 1000')}`,
    mend: `${gone}; rm /run/cloudflared`,
    unknown: ['network/gateway-not-exposed'],
  },
  {
    id: 'curl-through-proxy',
    what: 'curl is configured to go through a proxy, by file and by variable: the script goes by neither',
    plant: () =>
      `for home in ~ops ~openclaw /root; do echo 'proxy = "http://127.0.0.1:9"' >$home/.curlrc; done
echo 'export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9' >~ops/.bashrc`,
    mend: 'rm ~ops/.curlrc ~openclaw/.curlrc /root/.curlrc ~ops/.bashrc',
  },
  {
    id: 'proxy-in-dotenv',
    what: 'the file that the gateway takes variables from names a proxy',
    plant: () => `${asAgent} sh -c 'echo OPENCLAW_PROXY_URL=http://10.9.9.9:3128 >~openclaw/.openclaw/.env'`,
    mend: 'rm ~openclaw/.openclaw/.env',
    unknown: ['network/unapproved-host-times-out'],
  },
  {
    id: 'names-unresolved',
    what: 'no name can be resolved: that nothing is reached by name is not the filter’s doing',
    plant: () => 'cp /etc/hosts /etc/hosts.good; sed -i /approved/d /etc/hosts',
    mend: asGood('/etc/hosts'),
    fails: ['network/approved-host-reachable'],
    unknown: ['network/unapproved-host-times-out'],
  },
  {
    id: 'egress-agent-only',
    what: 'only the agent’s user is filtered, which is enough',
    settings: { egress: 'agent-blocked' },
  },
  {
    id: 'egress-nothing',
    what: 'nothing gets out, not even to what is approved',
    settings: { egress: 'all-dropped' },
    fails: ['network/approved-host-reachable'],
    unknown: ['network/unapproved-host-times-out'],
  },
  {
    id: 'egress-no-route',
    what: 'there is no route: everything fails at once',
    settings: { egress: 'no-route' },
    fails: ['network/approved-host-reachable'],
    unknown: ['network/unapproved-host-times-out'],
  },
  {
    id: 'tailscale-stopped',
    what: 'Tailscale is installed and stopped',
    plant: () => shown('s/"Running"/"Stopped"/'),
    mend: asGood('/opt/tailscale.json'),
    fails: ['network/tailscale-admin'],
  },
  {
    id: 'tailscale-key-expired',
    what: 'the key of the node has expired',
    plant: () => shown('s/2030-/2020-/'),
    mend: asGood('/opt/tailscale.json'),
    fails: ['network/tailscale-admin'],
  },
  {
    id: 'tailscale-funnel',
    what: 'Tailscale publishes the gateway to the internet',
    plant: () =>
      'cp /opt/serve.json /opt/serve.json.good; echo \'{"AllowFunnel":{"x.ts.net:443":true}}\' >/opt/serve.json',
    mend: asGood('/opt/serve.json'),
    fails: ['network/gateway-not-exposed'],
  },
  {
    id: 'gateway-everywhere',
    what: 'the gateway listens on every address',
    settings: { gatewayBind: 'lan' },
    fails: ['network/gateway-not-exposed'],
  },
  {
    id: 'second-gateway',
    what: 'a second gateway of the agent’s user listens on every address, on another port',
    plant: () =>
      `${stays(`env -i ${asAgent} /opt/node/bin/node -e "process.title = \\"openclaw-gateway\\"; require(\\"http\\").createServer().listen(19999, \\"0.0.0.0\\")"`)}
until grep -q ":4E1F 0" /proc/net/tcp; do sleep 0.02; done`,
    mend: gone,
    fails: ['network/gateway-not-exposed'],
  },
  { id: 'gateway-down', what: 'no gateway runs', settings: { gateway: 'down' }, unknown: needsGateway },
  {
    id: 'gateway-as-root',
    what: 'the gateway runs as root, and none as the agent’s user',
    settings: { gateway: 'wrong-user' },
    unknown: needsGateway,
  },
];

/** A tool that is not there makes unknown what needs it, and nothing else. */
const without = (tool: string, ...unknown: string[]): HostFlaw => ({
  id: `without-${tool}`,
  what: `the host has no ${tool}`,
  // Hidden, not removed: /usr is that of the machine. A file that may not be run is no command.
  plant: () => `for f in /usr/bin/${tool} /bin/${tool}; do [ ! -e $f ] || mount --bind /dev/null $f; done`,
  mend: `for f in /bin/${tool} /usr/bin/${tool}; do umount $f 2>/dev/null || :; done`,
  unknown,
});

const hostile: readonly HostFlaw[] = [
  {
    id: 'disk-full',
    what: 'the disk of the host, with /tmp and /var/tmp on it, is full: the script needs no space',
    plant: () =>
      'dd if=/dev/zero of=/tmp/fill bs=64k 2>/dev/null || :; dd if=/dev/zero of=/var/tmp/fill bs=1k 2>/dev/null || :',
    mend: 'rm /tmp/fill /var/tmp/fill',
  },
  {
    id: 'login-noise',
    what: 'the start-up files of the login print noise and escape sequences, and redefine commands',
    plant:
      () => `printf '%s\\n' "printf '\\\\033[2Jall checks PASSED\\\\n'" 'head -c 300000 /dev/zero' 'printf() { :; }' 'alias sh=false' >~ops/.bashrc
cp ~ops/.bashrc ~ops/.bash_profile; cp ~ops/.bashrc ~ops/.profile; cp ~ops/.bashrc ~openclaw/.bashrc`,
    mend: 'rm ~ops/.bashrc ~ops/.bash_profile ~ops/.profile ~openclaw/.bashrc',
  },
  without(
    'curl',
    'credentials/imdsv1-rejected',
    'credentials/other-secret-refused',
    'network/approved-host-reachable',
    'network/unapproved-host-times-out',
  ),
  without(
    'grep',
    'soul-documents/mounted-read-only',
    'soul-documents/documents-present',
    'soul-documents/runtime-separate',
    'soul-documents/cannot-remount',
    'credentials/no-plaintext-on-disk',
    'credentials/not-in-environment',
    'credentials/not-in-logs',
    'network/unapproved-host-times-out',
    'network/tailscale-admin',
    'network/gateway-not-exposed',
  ),
  {
    id: 'grep-of-busybox',
    what: 'grep is that of busybox, which finds what it must',
    plant: () => 'mount --bind /usr/bin/busybox /usr/bin/grep',
    mend: 'umount /usr/bin/grep',
  },
  without(
    'stat',
    'soul-documents/mounted-read-only',
    'soul-documents/runtime-separate',
    'credentials/no-plaintext-on-disk',
    'credentials/not-in-logs',
  ),
  without(
    'find',
    'soul-documents/mounted-read-only',
    'soul-documents/documents-present',
    'soul-documents/runtime-separate',
    'soul-documents/cannot-remount',
    'soul-documents/matches-git',
    'credentials/no-plaintext-on-disk',
    'skills/inventory-matches',
  ),
  without('timeout', ...everything),
];

export const hostFlaws: readonly HostFlaw[] = [...soul, ...root, ...credentials, ...network, ...hostile];
