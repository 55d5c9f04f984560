import { isAbsolute } from 'node:path/posix';
import { ProbeError } from '../model/reason.ts';
import type { HostPort, HostProgram, HostRecords } from '../ports/host.ts';
import type { EnvironmentValues } from './write-config.ts';

/** What was found on a host, and what could not be told. Names, paths and ports only. */
export interface HostDiscovery {
  readonly values: EnvironmentValues;
  /** The folders of the gateway's custom skills that are there. */
  readonly skills: readonly string[];
  /** One line for each thing that could not be told. */
  readonly lost: readonly string[];
}

/**
 * Names every process that may be a gateway, whoever runs it, and what the kernel says of it. Of its environment three
 * variables are read, which hold paths. Nothing is opened for writing.
 */
const script = `
need tr id ls sed grep cat sort
for at in /proc/[0-9]*; do
  pid=\${at#/proc/}
  name= ; read -r name 2>/dev/null <"$at/comm" || continue
  case $name in
    openclaw-gatewa*) ;;
    openclaw|node|node-*|MainThread)
      line=$(tr '\\0' ' ' 2>/dev/null <"$at/cmdline") || continue
      case $line in *openclaw*gateway*) ;; *) continue;; esac;;
    *) continue;;
  esac
  uid=
  while read -r key real _; do [ "$key" != Uid: ] || uid=$real; done 2>/dev/null <"$at/status"
  user=$(id -nu "$uid" 2>/dev/null) || continue
  say process "$pid $user"
  while IFS=: read -r _ _ group; do
    case $group in /system.slice/*.service) say unit "$pid \${group##*/}";; esac
  done 2>/dev/null <"$at/cgroup"
  if ls "$at/fd" >/dev/null 2>&1; then
    held=" $(ls -l "$at/fd" 2>/dev/null | sed -n 's/.*socket:\\[\\([0-9]*\\)\\]$/\\1/p' | tr '\\n' ' ')"
    listening "$at" | while read -r _ where _ state _ _ _ _ _ inode _; do
      [ "$state" = 0A ] || continue
      case $held in *" $inode "*) echo "$((0x\${where##*:}))";; esac
    done | sort -u | while read -r port; do say port "$pid $port"; done
  fi
  home=
  while IFS=: read -r who _ _ _ _ its _; do [ "$who" != "$user" ] || home=$its; done </etc/passwd
  state= config=
  if tr '\\0' '\\n' >/dev/null 2>&1 <"$at/environ"; then
    its=$(tr '\\0' '\\n' <"$at/environ" | sed -n '/^HOME=/{s///p;q;}')
    home=\${its:-$home}
    state=$(tr '\\0' '\\n' <"$at/environ" | sed -n '/^OPENCLAW_STATE_DIR=/{s///p;q;}')
    config=$(tr '\\0' '\\n' <"$at/environ" | sed -n '/^OPENCLAW_CONFIG_PATH=/{s///p;q;}')
    say state "$pid \${state:-$home/.openclaw}"
    [ -z "$config" ] || say config "$pid $config"
  fi
  while read -r _ _ _ _ where options rest; do
    kind=\${rest#*- }
    case $kind in nfs\\ *|nfs4\\ *|efs\\ *) ;; *) continue;; esac
    case $options in ro|ro,*) mode=ro;; *) mode=rw;; esac
    say mount "$pid $mode $where"
    for folder in "$where" "$where/workspace"; do
      [ ! -f "$at/root$folder/SOUL.md" ] || say documents "$pid $folder"
      [ ! -d "$at/root$folder/skills" ] || say skills "$pid $folder/skills"
    done
  done 2>/dev/null <"$at/mountinfo"
done
[ ! -S /run/tailscale/tailscaled.sock ] || say administration tailscale
[ ! -d /var/lib/amazon/ssm ] || say administration ssm
say end complete
`;

/** The login may not look into processes of others; root may, where sudo lets it. */
export const hostParts: readonly HostProgram[] = (['login', 'root'] as const).map((as) => ({
  id: `init/${as}`,
  as,
  script,
  seconds: 15,
}));

/** Looks on a host for the gateway. @throws ProbeError when the host did not answer either part */
export async function discoverHost(host: HostPort, signal: AbortSignal): Promise<HostDiscovery> {
  const answers = await host.run(hostParts, signal);
  const [login, root] = hostParts.map(({ id }) => answers.get(id));
  for (const answer of [root, login]) {
    if (answer !== undefined && !(answer instanceof ProbeError)) return readHost(answer, answer === root);
  }
  throw login ?? new ProbeError('bad_response', `${host.label} gave no answer`);
}

/** @param whole whether root looked, who sees all of a process */
export function readHost(records: HostRecords, whole: boolean): HostDiscovery {
  if (!records.some(([key]) => key === 'end')) {
    throw new ProbeError('truncated', 'what the host said of its processes has no end');
  }
  const lost: string[] = [];
  const processes = records.flatMap(([key, value]) => (key === 'process' ? [value.split(' ')] : []));
  const listening = processes.filter(([pid]) => records.some(([key, value]) => key === 'port' && of(pid, value)));
  // What starts a gateway has its name as well; the gateway itself is what listens.
  const [found, ...more] = listening.length > 0 ? listening : processes;
  const administration = records.flatMap(([key, value]) => (key === 'administration' ? [value] : []));
  const network = { administration: administration.join() === 'ssm' ? 'ssm' : undefined };
  if (!found || more.length > 0) {
    const what = found ? `${more.length + 1} processes may be the gateway` : 'no process of a gateway was found';
    return { values: { network }, skills: [], lost: [what] };
  }
  const [pid, user] = found;
  const own = (wanted: string) =>
    records.flatMap(([key, value]) => (key === wanted && of(pid, value) ? [value.slice(`${pid} `.length)] : []));
  const paths = (wanted: string) => own(wanted).filter(isPlainPath);
  const alone = (what: string, values: readonly string[], key: string): string | undefined => {
    const different = [...new Set(values)];
    if (different.length > 1) lost.push(`${key}: the gateway has ${different.length} ${what}`);
    return different.length === 1 ? different[0] : undefined;
  };
  const ports = own('port');
  const port = ports.includes('18789') ? '18789' : alone('listening ports', ports, 'gateway.port');
  const mounts = own('mount').map((line) => ({ mode: line.slice(0, 2), path: line.slice(3) }));
  const mounted = (mode: string) => mounts.filter((one) => one.mode === mode && isPlainPath(one.path));
  const written = mounted('rw').map(({ path }) => path);
  const documents = paths('documents');
  const workspaces = documents.length > 0 ? documents : mounted('ro').map(({ path }) => path);
  const workspace = alone('mounts that may be the workspace', workspaces, 'soulDocuments.workspace');
  const beside = written.filter((path) => path !== workspace);
  if (!whole) lost.push('the login may not become root, so that the port and the paths of the gateway were not seen');
  return {
    values: {
      host: {
        agentUser: user,
        unit: alone(
          'units',
          own('unit').filter((unit) => /^[\w@.:-]+$/.test(unit)),
          'host.unit',
        ),
        stateDirectory: alone('state directories', paths('state'), 'host.stateDirectory'),
        configFile: alone('configurations', paths('config'), 'host.configFile'),
      },
      gateway: { port: port === undefined ? undefined : Number(port) },
      soulDocuments: { workspace, runtime: alone('writable NFS mounts', beside, 'soulDocuments.runtime') },
      network,
    },
    skills: paths('skills'),
    lost,
  };
}

const of = (pid: string | undefined, value: string) => value.startsWith(`${pid} `);

/** The kernel writes blanks in paths as octal numbers: such a path is left to the person. */
const isPlainPath = (path: string) => isAbsolute(path) && /^[\w./@:+-]+$/.test(path);
