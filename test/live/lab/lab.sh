#!/bin/sh
# The live host lab: a small machine of its own (network, mount, pid, uts and ipc namespaces; root file system on tmpfs)
# behind a router namespace that also plays the internet and the metadata service. Driven by lab.ts, needs root.
#
#   lab.sh run DIR SLOT NODE            build the lab, print "ready HOSTPID", stay until stdin closes, remove everything
#   lab.sh egress DIR MODE              replace the output filter of the host
#   lab.sh imds-path DIR open|silent    let the metadata address answer, or swallow what is sent to it
#   lab.sh workspace DIR MODE           remount the workspace
#   lab.sh gateway DIR MODE BIND USER private|shared [NAME=VALUE...]   (re)start the gateway; MODE down only stops it
#   lab.sh sshd DIR up|down             start or stop the SSH server
#   lab.sh manifest DIR                 what is in the host's files and process table
#
# Nothing is pinned: every process of the host lives under one pid namespace whose init dies with this script, and the
# kernel takes the namespaces, mounts and links with it, also when this script or its parent is killed.
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

# --- building -------------------------------------------------------------------------------------------------------

cleanup() {
  trap - EXIT TERM INT HUP
  for pid in $(cat "$dir/state/host-pid" "$dir/state/host-unshare" "$dir/state/internet-pid" 2>/dev/null); do
    kill -9 "$pid" 2>/dev/null || :
  done
  wait || :
  ip link del "cclab$slot" 2>/dev/null || :
  rm -rf --one-file-system "$dir"
}

first_child() {
  child=$(pgrep -P "$1") && [ -n "$child" ] && echo "$child" >"$dir/state/host-pid"
}

run() {
  slot=$1 node=$2
  trap cleanup EXIT
  trap 'exit 143' TERM INT HUP
  mkdir -p "$dir/state" "$dir/root"
  echo "$slot" >"$dir/state/slot"
  echo "$node" >"$dir/state/node"

  # The link of this slot exists already (lab.ts claimed the slot by creating it); its other end goes to the router.
  setpriv --pdeathsig KILL unshare --net sh "$dir/lab.sh" internet-init "$dir" "$slot" "$node" 2>"$dir/internet.log" &
  internet=$!
  echo "$internet" >"$dir/state/internet-pid"
  setpriv --pdeathsig KILL unshare --net --mount --pid --uts --ipc --fork --kill-child=KILL \
    sh "$dir/lab.sh" host-init "$dir" "$slot" "$node" 2>"$dir/host.log" &
  echo "$!" >"$dir/state/host-unshare"
  wait_for 10 first_child "$!"
  host=$(state host-pid)

  wait_for 15 test -e "$dir/state/internet-up"
  link="10.203.$slot"
  docs=$((slot * 4))
  ip link set "cclabp$slot" netns "$internet" name mgmt
  ip addr add "$link.1/30" dev "cclab$slot"
  ip link set "cclab$slot" up
  nsenter -t "$internet" -n sh -eu -c "
    ip addr add $link.2/30 dev mgmt; ip link set mgmt up
    ip -6 addr add fdcc:$slot:1::2/64 dev mgmt nodad 2>/dev/null || :"
  ip -6 addr add "fdcc:$slot:1::1/64" dev "cclab$slot" nodad 2>/dev/null || :
  for range in "$link.8/30" "198.51.100.$docs/30" "203.0.113.$docs/30"; do
    ip route add "$range" via "$link.2" dev "cclab$slot"
  done
  ip -6 route add "2001:db8:$slot::/64" via "fdcc:$slot:1::2" dev "cclab$slot" 2>/dev/null || :

  wait_for 15 test -e "$dir/state/host-up"
  ip link add name eth0 netns "$host" type veth peer name lan netns "$internet"
  nsenter -t "$internet" -n sh -eu -c "
    ip addr add $link.9/30 dev lan; ip link set lan up
    ip -6 addr add fdcc:$slot:2::1/64 dev lan nodad 2>/dev/null || :"
  on_host_net sh -eu -c "
    ip link set lo up
    ip addr add $link.10/30 dev eth0; ip link set eth0 up
    ip -6 addr add fdcc:$slot:2::2/64 dev eth0 nodad 2>/dev/null || :
    ip route add $link.0/30 via $link.9
    ip route add 169.254.169.254/32 via $link.9
    ip -6 route add fd00:ec2::254/128 via fdcc:$slot:2::1 2>/dev/null || :"
  set_sshd up
  echo "ready $host"
  # Until the owner closes the pipe, by calling stop() or by dying.
  read -r _ || :
}

# In the router's network namespace. The addresses are on lo, so the servers can listen before any link is there.
internet_init() {
  slot=$1 node=$2
  docs=$((slot * 4))
  ip link set lo up
  for address in "198.51.100.$((docs + 1))/32" "203.0.113.$((docs + 1))/32" 169.254.169.254/32; do
    ip addr add "$address" dev lo
  done
  for address in "2001:db8:$slot::1/128" "2001:db8:$slot::a/128" fd00:ec2::254/128; do
    ip -6 addr add "$address" dev lo nodad 2>/dev/null || :
  done
  echo 1 >/proc/sys/net/ipv4/ip_forward
  exec "$node" "$dir/internet.mjs" "$dir" "$slot"
}

# Process 1 of the host. Its root holds nothing of the machine but /usr (read-only) and a few files of /etc.
host_init() {
  slot=$1 node=$2
  hostname "ip-10-203-$slot-10"
  mount -t tmpfs -o mode=755,size=64m host-root "$dir/root"
  cd "$dir/root"
  mkdir -p usr etc proc sys dev run/sshd tmp var/tmp var/log var/lib/sudo home root mnt opt/node/bin old \
    ".$workspace" ".$runtime"
  chmod 1777 tmp var/tmp
  chmod 700 root
  mount --bind /usr usr
  mount -o remount,ro,bind usr
  for name in bin sbin lib lib32 lib64 libx32; do
    if [ -L "/$name" ]; then
      cp -P "/$name" "$name"
    elif [ -d "/$name" ]; then
      mkdir "$name"
      mount --bind "/$name" "$name"
      mount -o remount,ro,bind "$name"
    fi
  done
  for name in alternatives bash.bashrc debian_version default/locale environment ld.so.cache ld.so.conf ld.so.conf.d \
    localtime login.defs nsswitch.conf os-release pam.d profile protocols security services shells ssl/openssl.cnf; do
    if [ -e "/etc/$name" ]; then
      mkdir -p "$(dirname "etc/$name")"
      cp -a "/etc/$name" "etc/$name"
    fi
  done
  touch opt/node/bin/node
  mount --bind "$node" opt/node/bin/node
  mount -o remount,ro,bind opt/node/bin/node

  # Few blocks and inodes on purpose: a full disk is then quickly made.
  source=$(cat "$dir/workspace-source")
  mount -t tmpfs -o "mode=755,size=2m,nr_inodes=256" "$source" ".$workspace"
  mount -t tmpfs -o "mode=755,size=16m" openclaw-runtime ".$runtime"
  cp -a "$dir/seed/." .

  mount -t tmpfs -o mode=755 dev dev
  for node_spec in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
    # shellcheck disable=SC2086 # three words
    set -- $node_spec
    mknod -m 666 "dev/$1" c "$2" "$3"
  done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  ln -s /proc/self/fd/0 dev/stdin
  ln -s /proc/self/fd/1 dev/stdout
  ln -s /proc/self/fd/2 dev/stderr
  mount -t tmpfs -o mode=1777 shm dev/shm
  mount -t proc proc proc
  mount -t sysfs -o ro sysfs sys

  : >"$dir/state/host-up"
  pivot_root . old
  cd /
  umount -l /old
  rmdir /old
  # An init that only reaps: sh collects adopted processes while it waits for its own.
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c 'sleep infinity & wait' </dev/null >/dev/null 2>&1
}

# --- changing -------------------------------------------------------------------------------------------------------

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
  launch gateway sh -c "$enter" sh setpriv --reuid "$user" --regid "$user" --init-groups \
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
run) run "$@" ;;
internet-init) internet_init "$@" ;;
host-init) host_init "$@" ;;
egress) set_egress "$@" ;;
imds-path) set_imds_path "$@" ;;
workspace) set_workspace "$@" ;;
gateway) set_gateway "$@" ;;
sshd) set_sshd "$@" ;;
manifest) manifest ;;
*)
  echo "usage: lab.sh VERB DIR ..." >&2
  exit 64
  ;;
esac
