import { fromProcNet } from '../../judging/listen-address.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { all, integer, oneOf } from './records.ts';

const holders = ['ssh', 'init', 'gateway', 'proxy', 'other'] as const;

/** A TCP socket that listens on the host, in the network namespace of the login. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** What holds it; `init` may hand what comes in to any service, sshd among them, and so may a `proxy`. */
  readonly holder: (typeof holders)[number];
}

export interface Listeners {
  readonly listeners: readonly Listener[];
  /** Sockets that listen and that no process could be found for. */
  readonly unowned: number;
}

/** By root, who alone sees which process holds a socket. */
export const listeners = hostProbe<Listeners | ProbeError>({
  id: 'host/listeners',
  as: 'root',
  lost: (error) => error,
  seconds: 10,
  script: `
need ls grep tr sort cat
sockets=$(listening /proc | while read -r _ at _ state _ _ _ _ _ inode _; do
  [ "$state" != 0A ] || echo "$inode=$at"
done | sort -u)
sockets=" $(echo $sockets) "
found=' '
pid=
set -f
for word in $(set +f; ls -l /proc/[0-9]*/fd | grep -o -e '^/proc/[0-9]*' -e 'socket:.[0-9]*'); do
  case $word in
    /proc/*) pid=\${word#/proc/}; continue;;
  esac
  inode=\${word#socket:?}
  case $sockets in *" $inode="*) ;; *) continue;; esac
  at=\${sockets#*" $inode="}
  at=\${at%% *}
  read -r name <"/proc/$pid/comm" || continue
  case $name in
    sshd*|dropbear*|tinysshd*) holder=ssh;;
    systemd|init|inetd|xinetd) holder=init;;
    openclaw*) holder=gateway;;
    nginx|caddy|haproxy|envoy|traefik|httpd|apache2|socat|stunnel*|systemd-socket-|ssh) holder=proxy;;
    *)
      holder=other
      case $(tr '\\0' ' ' <"/proc/$pid/cmdline") in *openclaw*gateway*) holder=gateway;; esac;;
  esac
  found="$found$inode "
  say listener "$at $holder"
done
unowned=0
for one in $sockets; do
  case $found in *" \${one%%=*} "*) ;; *) unowned=$((unowned + 1));; esac
done
say unowned "$unowned"
say end complete
`,
  parse(records) {
    oneOf(records, 'end', ['complete']);
    return { listeners: [...new Set(all(records, 'listener'))].map(listener), unowned: integer(records, 'unowned') };
  },
});

function listener(text: string): Listener {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([a-z]+)$/.exec(text);
  const holder = holders.find((one) => one === match?.[3]);
  if (!match?.[1] || !match[2] || !holder) {
    throw new ProbeError('bad_response', 'the host named a listening socket out of form');
  }
  return { address: fromProcNet(match[1]), port: Number.parseInt(match[2], 16), holder };
}
