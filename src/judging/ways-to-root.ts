/** Capabilities that lead to another mount: directly, through another process, or through a file of root. */
export const strongCapabilities: Readonly<Record<number, string>> = {
  0: 'CAP_CHOWN',
  1: 'CAP_DAC_OVERRIDE',
  2: 'CAP_DAC_READ_SEARCH',
  3: 'CAP_FOWNER',
  6: 'CAP_SETGID',
  7: 'CAP_SETUID',
  8: 'CAP_SETPCAP',
  16: 'CAP_SYS_MODULE',
  17: 'CAP_SYS_RAWIO',
  18: 'CAP_SYS_CHROOT',
  19: 'CAP_SYS_PTRACE',
  21: 'CAP_SYS_ADMIN',
  27: 'CAP_MKNOD',
  31: 'CAP_SETFCAP',
  39: 'CAP_BPF',
};

/** Those of a program, as getcap prints them (`cap_setuid,cap_net_raw=ep`; `=ep` is all of them). */
export function strongOf(printed: string): string[] {
  if (/^[=+]/.test(printed)) return ['all capabilities'];
  const names = printed.toUpperCase().split(/[,=+]/);
  return Object.values(strongCapabilities).filter((name) => names.includes(name));
}

/** The setuid programs that distributions bring and that keep to their purpose. */
const known = new Set(
  `at chage chfn chsh crontab chrome-sandbox dbus-daemon-launch-helper doas fusermount fusermount3 gpasswd grub2-set-bootflag
  mount mount.cifs mount.nfs newgidmap newgrp newuidmap pam_timestamp_check passwd ping ping6 pkexec
  polkit-agent-helper-1 snap-confine ssh-keysign staprun su sudo umount unix_chkpwd userhelper usernetctl utempter
  `.split(/\s+/),
);
const system = /^\/(usr\/)?(bin|sbin|lib|lib64|libexec)\/|^\/snap\/|^\/opt\/google\/chrome\//;
/** Programs that start others or write files wherever they are told to, and directories that hold no program. */
const open =
  /\/(busybox|(ba|da|z|k|c|tc|fi|a)?sh|python[0-9.]*|perl[0-9.]*|ruby|node|lua|php|env|find|g?awk|sed|vim?|nano|less|more|cp|mv|tee|dd|tar|nmap|gdb|docker|systemctl|nsenter|unshare|chroot|chmod|chown)$|^\/(home|root|tmp|var|srv|mnt|dev|run)\//;

/** `unclear` for what is neither known to keep to its purpose nor known not to. */
export function setuidProgram(path: string): 'known' | 'open' | 'unclear' {
  if (open.test(path)) return 'open';
  return system.test(path) && known.has(path.slice(path.lastIndexOf('/') + 1)) ? 'known' : 'unclear';
}
