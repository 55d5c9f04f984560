import { createHash } from 'node:crypto';
import type { Environment } from '../environment/schema.ts';
import { type HostProbe, hostProbe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import { type HostRecords, type HostRunAs, quote } from '../ports/host.ts';
import { all, integer, oneOf } from '../probes/host/records.ts';

/**
 * Every file and link below a directory, in 256 parts by the first two digits of their hash: equal parts hold equal
 * files, so that only those of the others need to be named, however many there are.
 */
export interface Manifest {
  readonly count: number;
  readonly parts: ReadonlyMap<string, { readonly count: number; readonly digest: string }>;
}

export interface ManifestEntry {
  /** As it can be shown: what is not ASCII is a question mark. */
  readonly path: string;
  /** SHA-256 of the bytes of a file, or of the target of a link. */
  readonly hash: string;
  readonly kind: 'file' | 'link';
  /** Seconds since the epoch. */
  readonly modified: number;
}

/** The files and links of some parts, by the start of the SHA-256 of their path. */
export type Entries = ReadonlyMap<string, ManifestEntry>;

/** How many files of each side are named at the most. */
export const mostNamed = 2000;

/** As long as some hundred gigabytes take to be read over NFS. */
const seconds = 1500;

/** Lines `HASH KIND PATH`. sha256sum of GNU escapes a backslash, and begins the line with one. */
const listing = `
need find sha256sum sort awk sed readlink stat
find . -print >/dev/null 2>&1 || { say state unreadable; exit 0; }
[ -z "$(find . -name '*
*' -print)" ] || { say state unnameable; exit 0; }
say state listed
list() {
  find . -type f -exec sha256sum {} + 2>/dev/null |
    sed -e '/^\\\\/{s/^\\\\//;s/\\\\\\\\/\\\\/g;}' -e 's/^\\([0-9a-f]*\\) [ *]/\\1 file /'
  find . -type l -print | while IFS= read -r link; do
    hash=$(readlink -n "$link" | sha256sum)
    printf '%s link %s\\n' "\${hash%% *}" "$link"
  done
}
`;

const counting = `
say count "$(find . ! -type d -print | wc -l | tr -d ' ')"
list | LC_ALL=C sort | awk '
  { part = substr($0, 1, 2); count[part]++ }
  part != last { if (last != "") close(digest); last = part; digest = "sha256sum | sed \\"s/ .*//; s/^/digest " part " /\\"" }
  { print | digest }
  END { if (last != "") close(digest); for (part in count) print "size " part " " count[part] }' |
while read -r key part value; do say "$key" "$part $value"; done
say end complete
`;

const naming = (parts: readonly string[]) => `
list | LC_ALL=C sort | awk -v wanted=${quote(` ${parts.join(' ')} `)} 'index(wanted, " " substr($0, 1, 2) " ")' | head -n ${mostNamed + 1} |
while IFS= read -r line; do
  rest=\${line#* }
  path=\${rest#* }
  id=$(printf %s "$path" | sha256sum)
  say file "\${line%% *} \${rest%% *} $(stat -c %Y "$path") \${id%% *} $(printf %s "$path" | tr -c ' -~' '?' | cut -c 1-300)"
done
say end complete
`;

interface Side {
  readonly name: string;
  readonly as: HostRunAs;
  /** Goes to the directory, or says why that cannot be. */
  enter(environment: Environment): string;
}

/** What the gateway reads, through its own mounts. */
const source: Side = {
  name: 'source',
  as: 'agent',
  enter: ({ soulDocuments }) => `
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
cd "/proc/$pid/root"${quote(soulDocuments.workspace)} || { say state absent; exit 0; }
`,
};

/**
 * What the restore brought back. AWS Backup puts it into a folder of its own, aws-backup-restore_TIME, at the root of a
 * new file system, or straight into the root. A folder of that name beside others is one that was backed up.
 */
const restored = (mount: string, path: string): Side => ({
  name: 'restored',
  as: 'root',
  enter: () => `
cd ${quote(mount)} || { say state absent; exit 0; }
set -- aws-backup-restore_*
if [ -d "$1" ] && [ -z "$(find . -mindepth 1 -maxdepth 1 ! -name 'aws-backup-restore_*' ! -name lost+found)" ]; then
  [ $# = 1 ] || { say state ambiguous; exit 0; }
  cd "$1" || exit 1
fi
cd ./${quote(path.replace(/^\/+/, ''))} || { say state absent; exit 0; }
`,
});

function manifestOf({ name, as, enter }: Side): HostProbe<Manifest> {
  return hostProbe<Manifest>({
    id: `drill/${name}-manifest`,
    as,
    seconds,
    script: (environment) => `${enter(environment)}${listing}${counting}`,
    parse: parseManifest,
  });
}

function entriesOf({ name, as, enter }: Side, parts: readonly string[]): HostProbe<Entries> {
  return hostProbe<Entries>({
    id: `drill/${name}-files`,
    as,
    seconds,
    script: (environment) => `${enter(environment)}${listing}${naming(parts)}`,
    parse: parseEntries,
  });
}

/**
 * The manifests of both sides.
 * @param mount where the restored file system is mounted
 * @param path of the workspace in the file system
 */
export function manifests(mount: string, path: string) {
  return { source: manifestOf(source), back: manifestOf(restored(mount, path)) };
}

/** The files of some parts, of both sides. */
export function namedFiles(mount: string, path: string, parts: readonly string[]) {
  return { source: entriesOf(source, parts), back: entriesOf(restored(mount, path), parts) };
}

function demandListed(records: HostRecords): void {
  const words = ['listed', 'no-gateway', 'absent', 'unreadable', 'unnameable', 'ambiguous'] as const;
  switch (oneOf(records, 'state', words)) {
    case 'no-gateway':
      throw new ProbeError('empty_subject', 'no gateway process runs as the agent user on the host');
    case 'absent':
      throw new ProbeError('empty_subject', 'the directory to compare is not there');
    case 'ambiguous':
      throw new ProbeError('conflict', 'the restored file system has more than one folder of a restore');
    case 'unreadable':
      throw new ProbeError('access_denied', 'some of the files to compare cannot be read');
    case 'unnameable':
      throw new ProbeError('bad_response', 'a file to compare has a line break in its name');
    case 'listed':
  }
  oneOf(records, 'end', ['complete']);
}

function parseManifest(records: HostRecords): Manifest {
  demandListed(records);
  const sizes = new Map(all(records, 'size').map((line) => partOf(line, /^([0-9a-f]{2}) (\d{1,12})$/)));
  const parts = all(records, 'digest').map((line): [string, { count: number; digest: string }] => {
    const [part, digest] = partOf(line, /^([0-9a-f]{2}) ([0-9a-f]{64})$/);
    return [part, { count: Number(sizes.get(part)), digest }];
  });
  const manifest = { count: integer(records, 'count'), parts: new Map(parts) };
  const counted = parts.reduce((sum, [, { count }]) => sum + count, 0);
  if (counted !== manifest.count || manifest.parts.size !== parts.length || sizes.size !== parts.length) {
    throw new ProbeError('access_denied', 'a file cannot be read, or is neither a file nor a link');
  }
  return manifest;
}

function partOf(line: string, grammar: RegExp): [part: string, value: string] {
  const [, part, value] = grammar.exec(line) ?? [];
  if (part === undefined || value === undefined) throw new ProbeError('bad_response', 'the host answered no manifest');
  return [part, value];
}

function parseEntries(records: HostRecords): Entries {
  demandListed(records);
  const lines = all(records, 'file');
  const grammar = /^([0-9a-f]{64}) (file|link) (\d{1,12}) ([0-9a-f]{64}) \.\/(.+)$/;
  const entries = new Map(
    lines.map((line): [string, ManifestEntry] => {
      const [, hash = '', kind, modified, id, path] = grammar.exec(line) ?? [];
      if ((kind !== 'file' && kind !== 'link') || id === undefined || path === undefined) {
        throw new ProbeError('bad_response', 'the host named a file in a way that is not understood');
      }
      return [id, { path, hash, kind, modified: Number(modified) }];
    }),
  );
  if (entries.size !== lines.length) throw new ProbeError('bad_response', 'the host named a file twice');
  if (entries.size > mostNamed) throw new ProbeError('stale', 'files came while they were compared');
  return entries;
}

/** The parts that are not the same on both sides, and as many of them as can be named. */
export function differingParts(source: Manifest, back: Manifest): { all: readonly string[]; named: readonly string[] } {
  const all = [...new Set([...source.parts.keys(), ...back.parts.keys()])]
    .filter((part) => source.parts.get(part)?.digest !== back.parts.get(part)?.digest)
    .sort();
  const named: string[] = [];
  let left = mostNamed;
  for (const part of all) {
    const most = Math.max(source.parts.get(part)?.count ?? 0, back.parts.get(part)?.count ?? 0);
    if (most > left) continue;
    named.push(part);
    left -= most;
  }
  return { all, named };
}

export interface Comparison {
  /** Not as in the source, although the source was not touched since the recovery point. */
  readonly differing: readonly string[];
  /** Touched since the recovery point: the restore could not bring back what it is now. */
  readonly changedSince: readonly string[];
  /** Whether some path is on both sides. */
  readonly shared: boolean;
}

/** Judges what was named of both sides. */
export function compareEntries(source: Entries, back: Entries, point: Date): Comparison {
  const differing: string[] = [];
  const changedSince: string[] = [];
  for (const [id, { path, hash, kind, modified }] of source) {
    const other = back.get(id);
    if (other?.hash === hash && other.kind === kind) continue;
    if (modified * 1000 >= point.getTime()) changedSince.push(path);
    else differing.push(path);
  }
  // What is restored and no longer there was removed since, or was never there: that cannot be told apart.
  for (const [id, { path }] of back) if (!source.has(id)) changedSince.push(path);
  return { differing, changedSince, shared: [...source.keys()].some((id) => back.has(id)) };
}

/** One digest for the whole. */
export function digestOf({ parts }: Manifest): string {
  const lines = [...parts].map(([part, { digest }]) => `${part} ${digest}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
