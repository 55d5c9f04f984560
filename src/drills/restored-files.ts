import { createHash } from 'node:crypto';
import type { Environment } from '../environment/schema.ts';
import { type HostProbe, hostProbe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import { type HostRecords, type HostRunAs, quote } from '../ports/host.ts';
import { all, integer, oneOf } from '../probes/host/records.ts';

export interface ManifestEntry {
  /** SHA-256 of the bytes of a file, or of the target of a link. */
  readonly hash: string;
  readonly kind: 'file' | 'link';
  /** Seconds since the epoch. */
  readonly modified: number;
}

/** Every file and link below a directory, by path. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

const mostFiles = 2000;

const listing = `
need find sha256sum stat wc readlink
find . -print >/dev/null 2>&1 || { say state unreadable; exit 0; }
say state listed
say count "$(find . ! -type d -print | wc -l | tr -d ' ')"
find . ! -type d -print | while IFS= read -r file; do
  if [ -L "$file" ]; then kind=link hash=$(readlink -n "$file" | sha256sum)
  elif [ -f "$file" ] && [ -r "$file" ]; then kind=file hash=$(sha256sum <"$file")
  else say file "other - 0 $file"; continue; fi
  say file "$kind \${hash%% *} $(stat -c %Y "$file") $file"
done
say end complete
`;

const manifestProbe = (id: string, as: HostRunAs, enter: (environment: Environment) => string): HostProbe<Manifest> =>
  hostProbe<Manifest>({
    id,
    as,
    seconds: 300,
    script: (environment) => `${enter(environment)}${listing}`,
    parse: parseManifest,
  });

/** What the gateway reads, through its own mounts. */
export const sourceManifest = manifestProbe(
  'drill/source-manifest',
  'agent',
  ({ soulDocuments }) => `
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
cd "/proc/$pid/root"${quote(soulDocuments.workspace)} || { say state absent; exit 0; }
`,
);

/**
 * What the restore brought back. AWS Backup puts it into a folder of its own, aws-backup-restore_TIME, at the root of a
 * new file system, or straight into the root. A folder of that name beside others is one that was backed up.
 * @param mount where the restored file system is mounted
 * @param path of the workspace in the file system
 */
export function restoredManifest(mount: string, path: string): HostProbe<Manifest> {
  return manifestProbe(
    'drill/restored-manifest',
    'root',
    () => `
cd ${quote(mount)} || { say state absent; exit 0; }
set -- aws-backup-restore_*
if [ -d "$1" ] && [ -z "$(find . -mindepth 1 -maxdepth 1 ! -name 'aws-backup-restore_*' ! -name lost+found)" ]; then
  [ $# = 1 ] || { say state ambiguous; exit 0; }
  cd "$1" || exit 1
fi
cd ./${quote(path.replace(/^\/+/, ''))} || { say state absent; exit 0; }
`,
  );
}

function parseManifest(records: HostRecords): Manifest {
  switch (oneOf(records, 'state', ['listed', 'no-gateway', 'absent', 'unreadable', 'ambiguous'])) {
    case 'no-gateway':
      throw new ProbeError('empty_subject', 'no gateway process runs as the agent user on the host');
    case 'absent':
      throw new ProbeError('empty_subject', 'the directory to compare is not there');
    case 'ambiguous':
      throw new ProbeError('conflict', 'the restored file system has more than one folder of a restore');
    case 'unreadable':
      throw new ProbeError('access_denied', 'some of the files to compare cannot be read');
    case 'listed':
  }
  const count = integer(records, 'count');
  if (count > mostFiles) throw new ProbeError('bad_response', `there are more than ${mostFiles} files to compare`);
  oneOf(records, 'end', ['complete']);
  const entries = all(records, 'file').map((line): [string, ManifestEntry] => {
    const [, kind, hash = '', modified, path] = /^(file|link) ([0-9a-f]{64}) (\d{1,12}) \.\/(.+)$/.exec(line) ?? [];
    if ((kind !== 'file' && kind !== 'link') || path === undefined) {
      throw new ProbeError('access_denied', 'a file cannot be read, or is neither a file nor a link');
    }
    return [path, { hash, kind, modified: Number(modified) }];
  });
  const manifest = new Map(entries);
  if (manifest.size !== count) throw new ProbeError('bad_response', 'the host did not name every file once');
  return manifest;
}

export interface Comparison {
  readonly equal: number;
  /** Not as in the source, although the source was not touched since the recovery point. */
  readonly differing: readonly string[];
  /** Touched since the recovery point: the restore could not bring back what it is now. */
  readonly changedSince: readonly string[];
}

export function compareManifests(source: Manifest, restored: Manifest, point: Date): Comparison {
  const differing: string[] = [];
  const changedSince: string[] = [];
  let equal = 0;
  for (const [path, { hash, kind, modified }] of source) {
    const other = restored.get(path);
    if (other?.hash === hash && other.kind === kind) equal += 1;
    else if (modified * 1000 >= point.getTime()) changedSince.push(path);
    else differing.push(path);
  }
  // What is restored and no longer there was removed since, or was never there: that cannot be told apart.
  for (const path of restored.keys()) if (!source.has(path)) changedSince.push(path);
  return { equal, differing, changedSince };
}

/** One digest for the whole: of its lines, sorted by path. */
export function digestOf(manifest: Manifest): string {
  const lines = [...manifest].map(([path, { hash, kind }]) => `${kind} ${hash} ${path}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
