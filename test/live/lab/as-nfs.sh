# Run on the host: shows each process's table of mounts with nfs4 in the place of the lab's tmpfs, and `ro` for the file
# system where the mount is `ro`, as it is with NFS. A copy: to be made anew after every change of the mounts.
if [ "$1" = on ]; then
  mkdir -p /run/as-nfs
  # The disk of the host may be full, where that is the flaw.
  mountpoint -q /run/as-nfs || mount -t tmpfs -o size=1m copies /run/as-nfs
fi
for process in /proc/[0-9]*; do
  copy=/run/as-nfs/${process##*/}
  umount "$process/mountinfo" 2>/dev/null || :
  [ "$1" = on ] || continue
  sed -e 's/ - tmpfs fs-/ - nfs4 fs-/' -e '/ ro,.* - nfs4 /s/ rw\(,[^ ]*\)\{0,1\}$/ ro\1/' "$process/mountinfo" >"$copy" 2>/dev/null || continue
  mount --bind "$copy" "$process/mountinfo" 2>/dev/null || :
done
if [ "$1" != on ]; then
  umount /run/as-nfs
  rmdir /run/as-nfs
fi
