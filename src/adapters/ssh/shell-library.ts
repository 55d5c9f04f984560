/**
 * The shell text that every part of the batch gets before its own script. POSIX sh only: dash, bash and busybox ash
 * run it. It expects N (nonce), I (id of the part), CLAWCHECK_USER and CLAWCHECK_PORT, and answers on descriptor 9,
 * so that what a tool prints by itself never becomes an answer.
 *
 * `listening` gives the rows of the sockets that listen. The kernel hands its table out in blocks and goes by positions:
 * a socket that closes meanwhile can hide the one behind it. So the blocks are large, and the table is read twice.
 */
export const partLibrary = `
say() {
  if [ $# -ne 2 ]; then printf '%s %s !usage\\n' "$N" "$I" >&9; return 1; fi
  case $1 in ''|[!a-z]*|*[!a-z0-9_.-]*) printf '%s %s !usage\\n' "$N" "$I" >&9; return 1;; esac
  case $2 in *[!\\ -~]*) printf '%s %s !text\\n' "$N" "$I" >&9; return 1;; esac
  if [ \${#2} -gt 4000 ]; then printf '%s %s !long\\n' "$N" "$I" >&9; return 1; fi
  printf '%s %s %s %s\\n' "$N" "$I" "$1" "$2" >&9
}
need() {
  for _tool in "$@"; do
    command -v "$_tool" >/dev/null 2>&1 && continue
    printf '%s %s !tool %s\\n' "$N" "$I" "$_tool" >&9
    exit 0
  done
}
listening() { cat "$1/net/tcp" "$1/net/tcp6" "$1/net/tcp" "$1/net/tcp6" | grep ' 0A '; } 2>/dev/null
gateway_pid() (
  user=$(id -u "$CLAWCHECK_USER" 2>/dev/null) || exit 0
  mine() {
    while read -r k u _; do
      [ "$k" = Uid: ] || continue
      [ "$u" = "$user" ]
      return
    done 2>/dev/null <"/proc/$1/status"
    return 1
  }
  titled() {
    read -r c 2>/dev/null <"/proc/$1/comm" || return 1
    case $c in openclaw-gatewa*|openclaw) return 0;; esac
    return 1
  }
  called() {
    c=$(tr '\\0' ' ' 2>/dev/null <"/proc/$1/cmdline") || return 1
    case $c in *openclaw*) ;; *) return 1;; esac
    case $c in *gateway*) return 0;; esac
    return 1
  }
  hex=$(printf '%04X' "\${CLAWCHECK_PORT:-0}")
  sockets=$(listening /proc | while read -r _ at _ state _ _ _ _ _ inode _; do
    case "$at $state" in *":$hex 0A") printf ' -e socket:.%s]' "$inode";; esac
  done)
  owner=
  if [ -n "$sockets" ]; then
    found=$(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -o -e '^/proc/[0-9]*' $sockets)
    set -f
    for w in $found; do
      case $w in
        /proc/*) p=\${w#/proc/}; continue;;
      esac
      mine "$p" || continue
      if titled "$p" || called "$p"; then echo "$p"; exit 0; fi
      [ -n "$owner" ] || owner=$p
    done
    set +f
  fi
  if [ -n "$owner" ]; then echo "$owner"; exit 0; fi
  all=
  for d in /proc/[0-9]*; do
    p=\${d#/proc/}
    mine "$p" || continue
    if titled "$p"; then echo "$p"; exit 0; fi
    all="$all $p"
  done
  for p in $all; do
    # A gateway that starts takes its title in between: then it is called so no more.
    if called "$p" || titled "$p"; then echo "$p"; exit 0; fi
  done
)
`;

/** Set first in every shell of ours: nothing of the login's environment decides what runs or in which language. */
export const sane = `PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/snap/bin LC_ALL=C; export PATH LC_ALL
unset ENV BASH_ENV CDPATH IFS TMOUT
umask 077
`;

/**
 * Runs in each group of parts (one group a user), below the elevation.
 *
 * `part` runs one script under `timeout`, in a process group of its own, so that what a part left behind is ended with
 * the group. coreutils' timeout makes one itself; that of busybox does not, and ends no more than the shell. `turn` runs a part and then waits for its turn: the stages of a pipeline run side by
 * side, and each prints only when the one before has closed its end, so no two answers mix and no file is needed.
 * `stop` ends every descendant when the standard input is closed, which is how the death of the client is seen: there
 * is no terminal, so no hangup would come. Each is halted when it is found, so that none starts another meanwhile, and
 * signalled once, children first: what a part does to clean up is let be. The shell itself is not halted, as sudo would
 * halt with it, nor ended: all are found through it. It ends when they have, so it is looked at until then for what it
 * has started since.
 */
export const groupLibrary = `
apart=
if command -v setsid >/dev/null; then apart=setsid; fi
part() {
  printf '%s\\n' "$H" "I='$1'" "$L" '{' "$3" '} </dev/null 9>&1 >/dev/null' 'exit 0' | $apart timeout -k 1 "$2" sh -s &
  t=$!
  wait "$t"
  rc=$?
  kill -s KILL -- "-$t" 2>/dev/null
  printf '%s %s !end %s\\n' "$N" "$1" "$rc"
}
turn() {
  exec 4<&0 </dev/null
  o=$(part "$@" 4<&- 5>&- | head -c 524288 4<&- 5>&-)
  read -r _ <&4
  set -f
  IFS='
'
  set -- "$1" $o
  printf '%s\\n' "$o" >&5
  printf '%s %s !count %s\\n' "$N" "$1" "$(($# - 1))" >&5
}
stop() {
  read -r me _ </proc/self/stat
  seen=" $me "
  while read -r l </proc/$$/stat; do
    set -- \${l##*) }
    [ "$1" != Z ] || break
    fresh=" $$ "
    last=
    while [ "$fresh" != "$last" ]; do
      last=$fresh
      for f in /proc/[0-9]*/stat; do
        read -r l <"$f" || continue
        p=\${f#/proc/}
        p=\${p%/stat}
        set -- \${l##*) }
        case $seen$fresh in *" $p "*) continue;; esac
        case $fresh in *" $2 "*) ;; *) continue;; esac
        kill -s STOP "$p"
        fresh=" $p$fresh"
      done
    done
    for p in $fresh; do
      [ "$p" = $$ ] && continue
      seen="$seen$p "
      kill "$p"
      kill -s CONT "$p"
    done
  done
}
`;
