#!/bin/sh
# The live host lab: a small machine of its own (network, mount, pid, uts and ipc namespaces; root file system on tmpfs)
# behind a router namespace that also plays the internet and the metadata service. Driven by lab.ts, needs root.
#
#   lab.sh run DIR SLOT NODE    build the lab, print "ready HOSTPID", stay until stdin closes, remove everything
#
# change.sh turns a lab into a flawed one and back. Nothing is pinned: every process of the host lives under one pid
# namespace whose init dies with this script, and the kernel takes the namespaces, mounts and links with it, also when
# this script or its parent is killed.
set -eu
LC_ALL=C
export LC_ALL PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

verb=$1
dir=$2
slot=$3
node=$4

workspace=/mnt/openclaw/workspace
runtime=/mnt/openclaw/runtime

state() { cat "$dir/state/$1"; }

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

cleanup() {
  status=$?
  trap - EXIT TERM INT HUP
  [ "$status" -eq 0 ] || cat "$dir/internet.log" "$dir/host.log" "$dir/sshd.log" >&2 2>/dev/null || :
  # First of all, while it is surely ours: once it is gone, the next lab may take the name.
  if [ "$(cat "/sys/class/net/cclab$slot/ifalias" 2>/dev/null)" = "$dir" ]; then
    ip link del "cclab$slot" || :
  fi
  for pid in $(cat "$dir/state/host-pid" "$dir/state/host-unshare" "$dir/state/internet-pid" 2>/dev/null); do
    kill -9 "$pid" 2>/dev/null || :
  done
  wait || :
  rm -rf --one-file-system "$dir"
}

first_child() {
  child=$(pgrep -P "$1") && [ -n "$child" ] && echo "$child" >"$dir/state/host-pid"
}

run() {
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
    ip -6 addr add fdcc:$slot:1::2/64 dev mgmt nodad"
  ip -6 addr add "fdcc:$slot:1::1/64" dev "cclab$slot" nodad
  for range in "$link.8/30" "100.64.$slot.10/32" "198.51.100.$docs/30" "203.0.113.$docs/30"; do
    ip route add "$range" via "$link.2" dev "cclab$slot"
  done
  ip -6 route add "2001:db8:$slot::/64" via "fdcc:$slot:1::2" dev "cclab$slot"

  wait_for 15 test -e "$dir/state/host-up"
  ip link add name eth0 netns "$host" type veth peer name lan netns "$internet"
  nsenter -t "$internet" -n sh -eu -c "
    ip addr add $link.9/30 dev lan; ip link set lan up
    ip route add 100.64.$slot.10/32 via $link.10 dev lan
    ip -6 addr add fdcc:$slot:2::1/64 dev lan nodad"
  on_host_net sh -eu -c "
    ip link set lo up
    # An address of the range that Tailscale uses, as a second way in.
    ip addr add 100.64.$slot.10/32 dev lo
    ip addr add $link.10/30 dev eth0; ip link set eth0 up
    ip -6 addr add fdcc:$slot:2::2/64 dev eth0 nodad
    ip route add $link.0/30 via $link.9
    ip route add 169.254.169.254/32 via $link.9
    ip -6 route add fd00:ec2::254/128 via fdcc:$slot:2::1"
  sh "$dir/change.sh" sshd "$dir" up
  echo "ready $host"
  # Until the owner closes the pipe, by calling stop() or by dying.
  read -r _ || :
}

# In the router's network namespace. The addresses are on lo, so the servers can listen before any link is there.
internet_init() {
  docs=$((slot * 4))
  ip link set lo up
  for address in "198.51.100.$((docs + 1))/32" "203.0.113.$((docs + 1))/32" 169.254.169.254/32; do
    ip addr add "$address" dev lo
  done
  for address in "2001:db8:$slot::1/128" "2001:db8:$slot::a/128" fd00:ec2::254/128; do
    ip -6 addr add "$address" dev lo nodad
  done
  echo 1 >/proc/sys/net/ipv4/ip_forward
  exec "$node" "$dir/internet.mjs" "$dir" "$slot"
}

# Process 1 of the host. Its root holds nothing of the machine but /usr (read-only) and a few files of /etc.
host_init() {
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

  if [ -e "$dir/folder" ]; then
    folder=$(cat "$dir/folder")
    mkdir -p ".$folder"
    mount --bind "$folder" ".$folder"
    mount -o remount,ro,bind ".$folder"
  fi

  # Few blocks and inodes on purpose: a full disk is then quickly made.
  source=$(cat "$dir/workspace-source")
  mount -t tmpfs -o "mode=755,size=2m,nr_inodes=256" "$source" ".$workspace"
  mount -t tmpfs -o "mode=755,size=16m" openclaw-runtime ".$runtime"
  cp -a "$dir/seed/." .
  # Programs of the test; /usr itself is that of the machine.
  if [ -d opt/programs ]; then mount --bind opt/programs usr/local/bin; fi

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

case $verb in
run) run ;;
internet-init) internet_init ;;
host-init) host_init ;;
*)
  echo "usage: lab.sh run DIR SLOT NODE" >&2
  exit 64
  ;;
esac
