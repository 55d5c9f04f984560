#!/bin/sh
# A virtual machine with a real NFS 4.1 server and client, in the shape that efs-utils makes: the workspace and the
# runtime directory are mounted from 127.0.0.1 through a port each. Driven by nfs.test.ts.
#
#   guest.sh build SOURCES DIR CLIENT_KEY.pub   DIR/kernel and DIR/initrd, from unpacked Debian packages in SOURCES
#   guest.sh run DIR SSH_PORT                   boots it; sshd of the guest answers on 127.0.0.1:SSH_PORT
#
# SOURCES holds, unpacked with dpkg -x: linux-image-*-cloud-amd64, nfs-kernel-server, nfs-common.
set -eu

build() {
  sources=$1 dir=$2 key=$3
  set -- "$sources"/lib/modules/*
  modules=$1 release=${1##*/}
  cp "$sources/boot/vmlinuz-$release" "$dir/kernel"
  root=$dir/root
  mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/run/sshd" "$root/run/efs" "$root/tmp" "$root/root/.ssh" \
    "$root/etc/ssh" "$root/etc/ssl/certs" "$root/export" "$root/mnt/openclaw/workspace" "$root/mnt/openclaw/runtime" \
    "$root/srv/maintenance" "$root/home/openclaw" "$root/var/lib/nfs/v4recovery" "$root/var/log" "$root/lib/modules/$release"
  for library in lib lib64 sbin usr; do mkdir -p "$root/$library"; done
  ln -s ../bin ../sbin ../lib "$root/usr/"
  ln -s ../run "$root/var/run"

  # Programs with the libraries that they name. Everything else is busybox.
  for program in /usr/sbin/sshd /usr/bin/mount /usr/bin/umount /usr/bin/busybox /usr/bin/sleep /usr/bin/setpriv /usr/bin/cksum \
    "$sources/usr/sbin/rpc.mountd" "$sources/usr/sbin/rpc.nfsd" "$sources/usr/sbin/exportfs"; do
    cp -L "$program" "$root/bin/"
    ldd "$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
      [ -e "$root$library" ] || { mkdir -p "$root${library%/*}" && cp -L "$library" "$root$library"; }
    done
  done
  # By the name of the process, as the gateway has it.
  cp "$root/bin/sleep" "$root/bin/openclaw-gateway"
  for applet in $(busybox --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done

  cp -r "$modules/kernel" "$modules"/modules.* "$root/lib/modules/$release/"
  find "$root/lib/modules/$release/kernel" -mindepth 1 -maxdepth 1 ! -name fs ! -name net ! -name drivers ! -name lib \
    ! -name crypto ! -name arch -exec rm -rf {} +
  for big in fs/btrfs fs/xfs fs/ceph fs/smb fs/f2fs net/netfilter net/openvswitch net/sctp; do
    rm -rf "$root/lib/modules/$release/kernel/$big"
  done
  find "$root/lib/modules/$release/kernel/drivers" -mindepth 1 -maxdepth 1 ! -name net ! -name virtio -exec rm -rf {} +

  busybox depmod -b "$root" "$release"

  printf '%s\n' root:x:0:0:root:/root:/bin/sh sshd:x:101:65534::/run/sshd:/bin/false \
    openclaw:x:7001:7001::/home/openclaw:/bin/sh nobody:x:65534:65534::/:/bin/false >"$root/etc/passwd"
  printf '%s\n' root:x:0: openclaw:x:7001: nogroup:x:65534: >"$root/etc/group"
  printf '%s\n' 'root:*:19000::::::' 'openclaw:*:19000::::::' >"$root/etc/shadow"
  printf '%s\n' /bin/sh >"$root/etc/shells"
  printf 'tcp 6 TCP\nudp 17 UDP\n' >"$root/etc/protocols"
  printf 'nfs 2049/tcp\nsunrpc 111/tcp\n' >"$root/etc/services"
  printf '%s\n' 'tcp tpi_cots_ord v inet tcp - -' 'tcp6 tpi_cots_ord v inet6 tcp - -' >"$root/etc/netconfig"
  printf '%s\n' '/export 127.0.0.1(rw,fsid=0,no_root_squash,no_subtree_check,insecure)' >"$root/etc/exports"
  cp "$key" "$root/root/.ssh/authorized_keys"
  chmod 700 "$root/root" "$root/root/.ssh"
  chmod 600 "$root/root/.ssh/authorized_keys"
  ssh-keygen -q -t ed25519 -N '' -C guest -f "$root/etc/ssh/ssh_host_ed25519_key"
  cp "$root/etc/ssh/ssh_host_ed25519_key.pub" "$dir/host-key.pub"
  printf '%s\n' 'Port 22' 'HostKey /etc/ssh/ssh_host_ed25519_key' 'UsePAM no' 'UseDNS no' 'PidFile none' \
    'PasswordAuthentication no' 'PermitRootLogin prohibit-password' >"$root/etc/ssh/sshd_config"
  cp "$0" "$root/guest.sh"
  printf '#!/bin/sh\nexec /bin/sh /guest.sh init\n' >"$root/init"
  chmod 755 "$root/init"
  (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$dir/initrd"
  rm -rf "$root"
}

run() {
  exec qemu-system-x86_64 -accel tcg -cpu max -m 512 -smp 1 -nodefaults -no-reboot -nographic -serial stdio \
    -kernel "$1/kernel" -initrd "$1/initrd" -append 'console=ttyS0 quiet edd=off panic=-1' \
    -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$2-:22" -device virtio-net-pci,netdev=net,romfile=
}

# In the guest, as process 1.
init() {
  PATH=/bin export PATH
  mount -t devtmpfs dev /dev
  mkdir -p /dev/pts
  mount -t devpts devpts /dev/pts
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  for module in virtio_pci virtio_net nfsd nfsv4; do modprobe "$module"; done
  ip link set lo up
  ip addr add 10.0.2.15/24 dev eth0
  ip link set eth0 up

  mount -t tmpfs -o size=32m tmpfs /export
  mkdir -p /export/workspace /export/runtime/state /export/other
  for name in SOUL IDENTITY AGENTS; do echo "# $name" >"/export/workspace/$name.md"; done
  chown -R 7001:7001 /export/workspace /export/runtime
  mount -t nfsd nfsd /proc/fs/nfsd
  rpc.mountd --no-udp -N 3
  exportfs -r
  rpc.nfsd -N 3 --no-udp --port 20049 2
  for port in 20050 20051; do echo "tcp $port" >/proc/fs/nfsd/portlist; done
  mount_nfs() { mount -i -t nfs4 -o "$1,vers=4.1,port=$2,addr=127.0.0.1,clientaddr=127.0.0.1" "127.0.0.1:$3" "$4"; }
  mount_nfs ro 20049 /workspace /mnt/openclaw/workspace
  mount_nfs rw 20050 /runtime /mnt/openclaw/runtime
  for port in 20049 20050 20051; do
    printf '%s\n' '[efs]' 'client = yes' "accept = 127.0.0.1:$port" \
      'connect = fs-0a1b2c3d4e5f60001.efs.eu-west-1.amazonaws.com:2049' >"/run/efs/stunnel-config.fs-0a1b2c3d4e5f60001.mnt.$port"
  done
  setpriv --reuid 7001 --regid 7001 --clear-groups openclaw-gateway infinity &
  /bin/sshd -D -e &
  until netstat -ltn | grep -q ':22 '; do sleep 0.2; done
  echo "guest is up"
  wait
}

verb=$1
shift
case $verb in
build | run | init) "$verb" "$@" ;;
*)
  echo "usage: guest.sh build|run ..." >&2
  exit 64
  ;;
esac
