#!/bin/sh
# Changes a running lab, or looks at it. Driven by lab.ts, needs root.
#
#   change.sh egress DIR MODE              replace the output filter of the host
#   change.sh imds-path DIR open|silent    let the metadata address answer, or swallow what is sent to it
#   change.sh workspace DIR MODE           remount the workspace
#   change.sh gateway DIR MODE BIND USER private|shared [NAME=VALUE...]   (re)start the gateway; MODE down only stops it
#   change.sh sshd DIR up|down             start or stop the SSH server
#   change.sh manifest DIR                 what is in the host's files and process table
set -eu
LC_ALL=C
export LC_ALL PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

verb=$1
dir=$2
shift 2

workspace=/mnt/openclaw/workspace
runtime=/mnt/openclaw/runtime
twin=/mnt/maintenance

state() { cat "$dir/state/$1"; }

in_host() { nsenter -t "$(state host-pid)" -m -n -p -u -i -- "$@"; }
on_host_net() { nsenter -t "$(state host-pid)" -n -- "$@"; }

# wait_for SECONDS COMMAND...: polls, as none of these events can be waited for otherwise.
wait_for() {
  left=$(($1 * 50))
  shift
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.02
  done
}

listening() {
  # 0A is LISTEN; the port is the last four hex digits of the local address.
  grep -q ":$1 [0-9A-F]*:0000 0A" "/proc/$(state host-pid)/net/tcp"
}
not_listening() { ! listening "$1"; }

# end_recorded NAME: ends the process that a launcher recorded, by its number inside the host's own pid namespace.
end_recorded() {
  [ -s "$dir/state/$1" ] || return 0
  in_host kill -9 "$(state "$1")" 2>/dev/null || :
  rm -f "$dir/state/$1"
}

# launch NAME COMMAND...: starts a command in the host, its parent the host's init, and records its number there.
launch() {
  name=$1
  shift
  # shellcheck disable=SC2016 # expanded by the inner shell
  in_host setsid -f sh -c 'echo "$$" >&3; exec 3>&-; exec "$@"' sh "$@" \
    </dev/null >>"$dir/$name.log" 2>&1 3>"$dir/state/$name"
}

set_sshd() {
  end_recorded sshd
  wait_for 5 not_listening 0016
  [ "$1" = up ] || return 0
  launch sshd env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config
  wait_for 10 listening 0016
}

set_gateway() {
  mode=$1 bind=$2 user=$3 namespace=$4
  shift 4
  end_recorded gateway
  wait_for 5 not_listening 4965
  [ "$mode" != down ] || return 0
  # shellcheck disable=SC2016 # expanded by the inner shell
  enter='exec "$@"'
  if [ "$namespace" = private ]; then
    # shellcheck disable=SC2016
    enter='exec unshare --mount sh -c '\''mount -o remount,rw,bind "$0" && exec "$@"'\'' '"$workspace"' "$@"'
  fi
  launch gateway sh -c "$enter" sh setpriv --no-new-privs --reuid "$user" --regid "$user" --init-groups \
    env -i "$@" /opt/node/bin/node /opt/openclaw/gateway.mjs "$mode" "$bind"
  wait_for 15 listening 4965
}

set_workspace() {
  in_host env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -eu -c '
    workspace=$1 twin=$2 mode=$3
    # Back to a plain read-write mount first, whatever the mode was.
    for target in "$twin" "$workspace/SOUL.md" "$workspace/IDENTITY.md"; do
      ! mountpoint -q "$target" 2>/dev/null || umount "$target"
    done
    [ ! -d "$twin" ] || rmdir "$twin"
    mount -o remount,rw,bind "$workspace"
    rm -rf "$workspace/.fill"
    chmod 755 "$workspace"
    find "$workspace" -maxdepth 1 -type f -exec chmod 644 {} +
    case $mode in
    read-write) ;;
    read-only | gateway-private-rw) mount -o remount,ro,bind "$workspace" ;;
    file-bind)
      for file in "$workspace/SOUL.md" "$workspace/IDENTITY.md"; do
        mount --bind "$file" "$file"
        mount -o remount,ro,bind "$file"
      done
      ;;
    twin)
      mkdir "$twin"
      mount --bind "$workspace" "$twin"
      mount -o remount,ro,bind "$workspace"
      ;;
    mode-0555)
      find "$workspace" -maxdepth 1 -type f -exec chmod 444 {} +
      chmod 555 "$workspace"
      ;;
    full-blocks | full-inodes)
      mkdir "$workspace/.fill"
      dd if=/dev/zero of="$workspace/.fill/blocks" bs=4k 2>/dev/null || :
      if [ "$mode" = full-inodes ]; then
        n=0
        while true >"$workspace/.fill/$n"; do n=$((n + 1)); done 2>/dev/null
      fi
      ;;
    *)
      echo "unknown workspace mode" >&2
      exit 64
      ;;
    esac
  ' sh "$workspace" "$twin" "$1"
}

set_imds_path() {
  nsenter -t "$(state internet-pid)" -n nft -f - <<NFT
table inet imds
delete table inet imds
$([ "$1" = open ] || echo 'table inet imds {
  chain input {
    type filter hook input priority 0; policy accept
    ip daddr 169.254.169.254 drop
    ip6 daddr fd00:ec2::254 drop
  }
}')
NFT
}

set_egress() {
  slot=$(state slot)
  agent=7001
  approved4="ip daddr 198.51.100.$((slot * 4 + 1)) tcp dport 443 accept"
  approved6="ip6 daddr 2001:db8:$slot::1 tcp dport 443 accept"
  policy=drop rules=
  case $1 in
  drop) ;;
  reject) rules='meta l4proto tcp reject with tcp reset
    reject with icmpx type admin-prohibited' ;;
  open | no-route) policy=accept ;;
  per-port) rules='tcp dport != 443 accept' ;;
  ipv6-open) rules='meta nfproto ipv6 accept' ;;
  agent-open) rules="meta skuid $agent accept" ;;
  agent-blocked) rules="meta skuid != $agent accept" ;;
  all-dropped) approved4= approved6= ;;
  *)
    echo "unknown egress mode" >&2
    exit 64
    ;;
  esac
  on_host_net nft -f - <<NFT
table inet egress
delete table inet egress
table inet egress {
  chain output {
    type filter hook output priority 0; policy $policy
    oif lo accept
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
    ip daddr 169.254.169.254 tcp dport 80 accept
    ip6 daddr fd00:ec2::254 tcp dport 80 accept
    $approved4
    $approved6
    $rules
  }
}
NFT
  route=replace
  [ "$1" != no-route ] || route=del
  on_host_net sh -c "
    ip route $route default via 10.203.$slot.9 2>/dev/null || :
    ip -6 route $route default via fdcc:$slot:2::1 2>/dev/null || :"
}

# --- looking --------------------------------------------------------------------------------------------------------

# From outside the pid namespace, so that the lookers are not in what they list. Directories have no time: a file that
# came and went is allowed (a positive control does that), one that stays is not.
manifest() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  nsenter -t "$(state host-pid)" -m -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -eu -c '
    {
      for top in / "$@"; do
        find "$top" -xdev \( -path /proc -o -path /sys -o -path /usr -o -path /dev/pts \) -prune -o \
          -type d -printf "dir %p %m %U:%G\n" -o \
          -type f -printf "file %p %m %U:%G %s %T@\n" -o \
          -type l -printf "link %p -> %l\n" -o -printf "other %p %m %U:%G %y\n"
        find "$top" -xdev \( -path /proc -o -path /sys -o -path /usr -o -path /dev/pts -o -path /opt/node \) -prune -o \
          -type f -exec sha256sum {} +
      done
      while read -r _ _ _ _ target options _; do echo "mount $target $options"; done </proc/1/mountinfo
      for process in /proc/[0-9]*; do
        # A process may end while it is read; the caller looks again until the list is at rest.
        {
          uid=$(sed -n "s/^Uid:[[:space:]]*\([0-9]*\).*/\1/p" "$process/status")
          echo "process ${process#/proc/} uid=$uid $(tr "\000" " " <"$process/cmdline")"
        } 2>/dev/null || :
      done
    } | sort' sh "$workspace" "$runtime" /dev /dev/shm
}

case $verb in
egress) set_egress "$@" ;;
imds-path) set_imds_path "$@" ;;
workspace) set_workspace "$@" ;;
gateway) set_gateway "$@" ;;
sshd) set_sshd "$@" ;;
manifest) manifest ;;
*)
  echo "usage: change.sh VERB DIR ..." >&2
  exit 64
  ;;
esac
