import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { all, integer, oneOf } from './records.ts';
import { demandSelfTest, searchedRules, searchRules, searchSelfTest } from './secret-search.ts';

/** Lines of a file that hold a form of credential; what they say stays on the host. */
export interface SecretFinding {
  readonly rule: string;
  readonly lines: number;
  /** The path, or `hashed-N` where its own name could be a secret or is not plain text. */
  readonly path: string;
}

export interface SecretsOnDisk {
  readonly findings: readonly SecretFinding[];
  /** Where was looked, and whether it exists. */
  readonly roots: readonly { readonly path: string; readonly exists: boolean }[];
  readonly files: number;
  readonly bytes: number;
  /** Files and directories that could not be read. */
  readonly unreadable: number;
  /** Files that were left out, each for a reason that `exclusions` names. */
  readonly exempt: number;
}

/** What is looked at beside the roots, and what is not, in the words of the report. */
export const exclusions =
  'looked at too: scripts in /usr/local, crontabs; not looked at: installed packages (node_modules, site-packages), .git/objects, sockets and devices; not found: compressed, encoded or UTF-16 text; private keys exempt: SSH host keys, the device identity of the gateway';

/** Where scripts and crontabs of one's own are, whatever else is named; large programs among them are left out. */
const alsoSearched = ['/usr/local/bin', '/usr/local/sbin', '/usr/local/etc', '/var/spool/cron'];

const scanSeconds = 60;
const most = 100;

/** The directories to look at, those that may hold others first. */
export function scanRoots({ host, soulDocuments, credentials }: Environment): string[] {
  const files = host.configFile === undefined ? [] : [host.configFile];
  const all = [host.stateDirectory, soulDocuments.workspace, ...files, soulDocuments.runtime, ...credentials.scanPaths];
  return [...new Set(all)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/**
 * Runs for each batch of files. One grep looks for all rules in all of them; only where it finds something is each
 * file looked at by itself. Names are searched like contents: a path can be a secret too.
 */
const batch = `
[ "$(date +%s)" -lt "$STOP" ] || { echo "$N cut 1"; exit 255; }
bytes=$(stat -c %s -- "$@" | { t=0; while read -r s; do t=$((t + s)); done; echo "$t"; })
echo "$N files $#"
echo "$N bytes $bytes"
# There a password may stand on a line of its own, which elsewhere is any sentence.
for file do
  case $file in
    */.netrc|*/_netrc|*/.authinfo|*/.pypirc|*/.my.cnf) line="[[:space:]]*password[[:space:]=:]+[^[:space:]=:]";;
    */.pgpass) line="[^#:]*(:[^:]*){3}:.";;
    *) continue;;
  esac
  lines=$(grep -c -a -E -e "^$line" -- "$file")
  case $lines in ""|0|*[!0-9]*) continue;; esac
  path=\${file#"$BASE"}
  case $path in *[!A-Za-z0-9._/@+:-]*) path=hashed-$(printf "%s" "$N$path" | cksum | sed "s/ .*//");; esac
  echo "$N hit netrc $lines $path"
done
grep -q -a -E -e "$ALL" -- "$@"
found=$?
names=1
printf "%s\\n" "$@" | grep -q -a -E -e "$ALL" && names=0
[ "$found" != 1 ] || [ "$names" = 0 ] || exit 0
for file do
  [ -e "$file" ] || continue
  path=\${file#"$BASE"}
  shown=$path
  case $path in *[!A-Za-z0-9._/@+:-]*) shown=;; esac
  [ \${#path} -le 200 ] || shown=
  if [ "$names" = 0 ] && printf "%s\\n" "$path" | grep -q -a -E -e "$ALL"; then
    shown=
    named=yes
  else named=no; fi
  [ -n "$shown" ] || { shown=$(printf "%s" "$N$path" | cksum); shown=hashed-\${shown%% *}; }
  [ "$named" = no ] || echo "$N hit name 1 $shown"
  grep -q -a -E -e "$ALL" -- "$file"
  case $? in
    0) ;;
    1) continue;;
    *) echo "$N unreadable 1"; continue;;
  esac
  printf "%s\\n" "$RULES" | while read -r id pattern; do
    lines=$(grep -c -a -E -e "$pattern" -- "$file")
    case $lines in ''|0|*[!0-9]*) continue;; esac
    case "$id $path" in
      "private-key $STATE"/identity/*|"private-key $STATE"/state/*.sqlite*|"private-key /etc/ssh/ssh_host_"*_key|"private-key /etc/ssl/private/ssl-cert-snakeoil.key")
        echo "$N exempt 1"; continue;;
    esac
    echo "$N hit $id $lines $shown"
  done
done
exit 0
`;

const script = (environment: Environment) => `
need grep find xargs stat cksum date sed timeout
${searchRules(environment)}
STATE=${quote(environment.host.stateDirectory)}
STOP=$(($(date +%s) + ${scanSeconds}))
BASE=
pid=$(gateway_pid)
[ -z "$pid" ] || [ ! -d "/proc/$pid/root/." ] || BASE=/proc/$pid/root
export N RULES ALL STATE STOP BASE
${searchSelfTest(environment)}
set --
i=0
for root in ${scanRoots(environment).map(quote).join(' ')}; do
  if [ -e "$BASE$root" ]; then
    say root "$i yes"
    # Inside a root that is searched anyway, unless a link on the way leads out of it.
    inside=no linked=no at=$BASE rest=\${root#/}
    while [ -n "$rest" ]; do
      at=$at/\${rest%%/*}
      [ ! -L "$at" ] || linked=yes
      case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
    done
    for other; do
      case $BASE$root in "$other"/*) inside=yes;; esac
    done
    if [ "$inside" = no ] || [ "$linked" = yes ]; then set -- "$@" "$BASE$root"; fi
  else say root "$i no"; fi
  i=$((i + 1))
done
for place in ${alsoSearched.join(' ')}; do
  if [ -d "$BASE$place" ]; then set -- "$@" "$BASE$place"; fi
done
answer=$(
  {
    find -H "$@" \\( -name node_modules -o -name site-packages -o -name dist-packages -o -path '*/.git/objects' -o -path '*/usr/local/*bin/*' -size +2048k \\) -prune -o -type f -print0 -o -type l -path "$BASE$STATE/*" -exec test -f {} \\; -print0 |
      xargs -0 -n 200 sh -c ${quote(batch)} sh 2>/dev/null
    echo "$N done 1"
  } 2>&1
)
files=0 bytes=0 unreadable=0 exempt=0 hits=0 cut=no ended=no
while IFS= read -r line; do
  case $line in
    "$N "*) line=\${line#* };;
    *': Permission denied'|*': Input/output error'|*': Stale file handle'|*': Operation not permitted')
      unreadable=$((unreadable + 1)); continue;;
    *) continue;;
  esac
  n=\${line#* }
  case $line in
    'files '*) files=$((files + n));;
    'bytes '*) bytes=$((bytes + n));;
    'unreadable '*) unreadable=$((unreadable + 1));;
    'exempt '*) exempt=$((exempt + 1));;
    'cut '*) cut=yes;;
    'done '*) ended=yes;;
    'hit '*) hits=$((hits + 1)); [ "$hits" -gt ${most} ] || say hit "$n";;
  esac
done <<ANSWER
$answer
ANSWER
say files "$files"
say bytes "$bytes"
say unreadable "$unreadable"
say exempt "$exempt"
say hits "$hits"
say cut "$cut"
say ended "$ended"
`;

function parse(records: HostRecords, environment: Environment): SecretsOnDisk {
  demandSelfTest(records, environment);
  const hits = all(records, 'hit').map((text) => {
    const match = /^([a-z-]+) (\d{1,9}) ([A-Za-z0-9._/@+:-]{1,220})$/.exec(text);
    const rule = match?.[1] === 'name' ? 'name' : searchedRules(environment).find(({ id }) => id === match?.[1])?.id;
    if (!match?.[3] || !rule) throw new ProbeError('bad_response', 'the host named a finding out of form');
    return { rule, lines: Number(match[2]), path: match[3] };
  });
  if (hits.length < Math.min(most, integer(records, 'hits'))) {
    throw new ProbeError('truncated', 'findings of the search are missing');
  }
  const ended = oneOf(records, 'ended', ['yes', 'no']) === 'yes' && oneOf(records, 'cut', ['yes', 'no']) === 'no';
  if (!ended && hits.length === 0) {
    throw new ProbeError('timeout', `the search did not end within ${scanSeconds} s`, {
      next: 'Name fewer directories in credentials.scanPaths.',
    });
  }
  const found = all(records, 'root');
  return {
    findings: hits,
    roots: scanRoots(environment).map((path, i) => {
      const [line, ...more] = found.filter((text) => text.startsWith(`${i} `));
      if (!line || more.length > 0) throw new ProbeError('truncated', 'the host did not say where it looked');
      return { path, exists: line === `${i} yes` };
    }),
    files: integer(records, 'files'),
    bytes: integer(records, 'bytes'),
    unreadable: integer(records, 'unreadable'),
    exempt: integer(records, 'exempt'),
  };
}

/** A search for credentials by root in files, as the gateway sees them. Only rules, counts and paths leave the host. */
export const secretsOnDisk = hostProbe<SecretsOnDisk | ProbeError>({
  id: 'host/secrets-on-disk',
  as: 'root',
  lost: (error) => error,
  seconds: scanSeconds + 20,
  script,
  parse: (records, { environment }) => parse(records, environment),
});
