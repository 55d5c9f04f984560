#!/bin/sh
# Stand-ins on a host of the lab for what no namespace has: a service manager, and an NFS server of the region. They
# shadow /usr/sbin of the host alone, which comes first in the path of every script.
#
#   systemctl  signals and starts the gateway with what it started; a stop is SIGTERM, as systemd's is, and then SIGKILL
#   mount      of type nfs4 binds the folder /srv/efs/ADDRESS, read-only; all else is the real program
#
# usage: sh stand-ins.sh STOPSECONDS COMMAND...   the command that the unit of the gateway runs
set -eu
stop=$1
shift

[ ! -d /opt/sbin ] || exit 0
mkdir -p /opt/sbin /opt/unit
mount --bind /usr/sbin /opt/sbin
mount -t tmpfs -o mode=755 stand-ins /usr/sbin
ln -s /opt/sbin/* /usr/sbin/
rm -f /usr/sbin/systemctl /usr/sbin/mount

{
  echo '#!/bin/sh'
  printf 'exec'
  for word in "$@"; do printf " '%s'" "$word"; done
  echo
} >/opt/unit/start
echo "$stop" >/opt/unit/stop-seconds
chmod 755 /opt/unit/start

cat >/usr/sbin/systemctl <<'STAND_IN'
#!/bin/sh
verb=$1
unit=/opt/unit
session=$(cat $unit/session 2>/dev/null) || session=
alive() { [ -n "$session" ] && pgrep -s "$session" >/dev/null; }
gone() {
  left=$(($1 * 20))
  while alive; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.05
  done
}
case $verb in
stop)
  alive || exit 0
  : >$unit/stopping
  pkill -TERM -s "$session"
  gone "$(cat $unit/stop-seconds)" || pkill -KILL -s "$session"
  gone 5
  rm -f $unit/stopping
  ;;
kill)
  alive || exit 0
  pkill -KILL -s "$session"
  gone 5
  ;;
start)
  # A unit that is being stopped is started after that.
  while [ -e $unit/stopping ] && alive; do sleep 0.05; done
  alive || setsid -f sh -c "echo \$\$ >$unit/session; exec $unit/start" </dev/null >>$unit/log 2>&1
  ;;
restart)
  "$0" stop "$2"
  exec "$0" start "$2"
  ;;
*) exit 1 ;;
esac
STAND_IN

cat >/usr/sbin/mount <<'STAND_IN'
#!/bin/sh
[ "$1 $2" = '-t nfs4' ] || exec /usr/bin/mount "$@"
for last; do :; done
from=
for word; do case $word in *:/) from=${word%:/} ;; esac; done
[ -d "/srv/efs/$from" ] || exit 32
/usr/bin/mount --bind "/srv/efs/$from" "$last" && /usr/bin/mount -o remount,ro,bind "$last"
STAND_IN
chmod 755 /usr/sbin/systemctl /usr/sbin/mount
