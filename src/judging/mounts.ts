/** One line of /proc/PID/mountinfo. */
export interface Mount {
  readonly id: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The directory of the file system that is mounted: `/`, or where a bind mount begins. */
  readonly root: string;
  readonly target: string;
  /** Whether the mount itself is read-only. */
  readonly readOnly: boolean;
  readonly type: string;
  readonly source: string;
  /** Options of the file system, which all its mounts share. */
  readonly superOptions: readonly string[];
}

const decoded = (text: string) =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Undefined for a line that is not of the documented form. */
export function parseMount(line: string): Mount | undefined {
  const [before = '', after = '', ...more] = line.split(' - ');
  const [id = '', parent, device = '', root, target, options] = before.split(' ');
  const [type, source, superOptions] = after.split(' ');
  if (more.length > 0 || !parent || !root || !target || !options || !type || source === undefined || !superOptions) {
    return undefined;
  }
  if (!/^\d{1,9}$/.test(id) || !/^\d{1,9}:\d{1,9}$/.test(device)) return undefined;
  return {
    id: Number(id),
    device,
    root: decoded(root),
    target: decoded(target),
    readOnly: options.split(',').includes('ro'),
    type,
    source: decoded(source),
    superOptions: superOptions.split(','),
  };
}

/** Whether nothing can be written through it: the mount and the file system both say so. */
export function isReadOnly({ readOnly, superOptions }: Mount): boolean {
  return readOnly && superOptions.includes('ro');
}

export function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** The mount that a path is on: the longest target above it, and the last of those, which lies on top. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (isWithin(path, mount.target) && mount.target.length >= (found?.target.length ?? 0)) found = mount;
  }
  return found;
}

/** Mounts that cover something inside a directory: another view of a part of it, or of a single file. */
export function mountsBelow(mounts: readonly Mount[], directory: string): Mount[] {
  return mounts.filter(({ target }) => target !== directory && isWithin(target, directory));
}

/** Whether two mounts show a part of the same tree. */
export function overlaps(a: Mount, b: Mount): boolean {
  return a.device === b.device && (isWithin(a.root, b.root) || isWithin(b.root, a.root));
}

/** The number that stat prints for a device. */
export function deviceNumber(device: string): number {
  const [major = 0, minor = 0] = device.split(':').map(Number);
  return (minor % 256) + major * 256 + Math.floor(minor / 256) * 1_048_576;
}

/** What is mounted from EFS: by name, through the TLS helper of efs-utils on a port of loopback, or by address. */
export type EfsSource =
  | { readonly kind: 'name'; readonly fileSystem: string; readonly path: string }
  | { readonly kind: 'helper'; readonly port: number; readonly path: string }
  | { readonly kind: 'address'; readonly path: string };

/** Undefined for what is no NFS 4 mount. */
export function efsSource({ type, source, superOptions }: Mount): EfsSource | undefined {
  if (type !== 'nfs4') return undefined;
  const colon = source.lastIndexOf(':/');
  if (colon < 1) return undefined;
  const [server, path] = [source.slice(0, colon), source.slice(colon + 1)];
  const named = /^(?:[a-z0-9-]+\.)?(fs-[0-9a-f]{8,17})\.efs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.exec(server);
  if (named?.[1]) return { kind: 'name', fileSystem: named[1], path };
  if (server !== '127.0.0.1' && server !== '::1' && server !== '[::1]') return { kind: 'address', path };
  const port = superOptions.map((option) => /^port=(\d{1,5})$/.exec(option)?.[1]).find((p) => p !== undefined);
  return port === undefined ? undefined : { kind: 'helper', port: Number(port), path };
}
