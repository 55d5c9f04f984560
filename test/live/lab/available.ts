import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Requirement } from '../live.ts';

/** Programs of the machine that build the lab or run in it. */
const programs = [
  ...['ip', 'nft', 'unshare', 'nsenter', 'setpriv', 'setsid', 'pivot_root', 'mount', 'mountpoint', 'pgrep', 'hostname'],
  ...['sshd', 'ssh', 'ssh-keygen', 'sudo', 'openssl', 'curl', 'find', 'sha256sum'],
];

/** Whether the lab can be built here: Linux, root, the programs, and a kernel that allows the namespaces. */
export function labAvailable(): Requirement {
  if (process.platform !== 'linux') return { ok: false, reason: 'the lab needs Linux' };
  if (process.getuid?.() !== 0) return { ok: false, reason: 'the lab needs root' };
  const env = { ...process.env, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`], { env }).status !== 0);
  if (missing.length > 0) return { ok: false, reason: `the lab needs ${missing.join(', ')}` };
  if (!existsSync('/proc/net/if_inet6')) return { ok: false, reason: 'the lab needs IPv6' };
  const trial = ['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', 'nft', 'list', 'ruleset'];
  if (spawnSync('unshare', trial, { env, timeout: 10_000 }).status !== 0) {
    return { ok: false, reason: 'the lab needs namespaces and nftables' };
  }
  return { ok: true };
}
