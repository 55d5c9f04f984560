import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGateway, enterGatewayRoot } from './gateway-root.ts';
import { all, integer } from './records.ts';

/** A file of the workspace on the instance. */
export interface HashedDocument {
  /** Relative to the workspace. */
  readonly path: string;
  /** Its hash as a git blob, 40 hex digits; undefined for what is no regular file, such as a link. */
  readonly blob: string | undefined;
}

const mostFiles = 2000;

/**
 * Every file of the workspace, as the gateway sees it, hashed as git hashes a blob: SHA-1 of `blob SIZE`, a NUL and
 * the content. A `.git` folder at the top is left out: the gateway reads no document from it.
 */
export const documentHashes = hostProbe<readonly HashedDocument[]>({
  id: 'host/document-hashes',
  as: 'agent',
  seconds: 30,
  script: ({ soulDocuments }) => `
need find sha1sum wc cat
${enterGatewayRoot}
cd "$root"${quote(soulDocuments.workspace)} 2>/dev/null || { say workspace absent; exit 0; }
find . -path ./.git -prune -o -print >/dev/null 2>&1 || { say workspace unreadable; exit 0; }
say workspace present
count=$(find . -path ./.git -prune -o ! -type d -print | wc -l | tr -d ' ')
say count "$count"
[ "$count" -le ${mostFiles} ] || exit 0
find . -path ./.git -prune -o ! -type d -print | while IFS= read -r file; do
  if [ -f "$file" ] && [ ! -L "$file" ]; then
    hash=$({ printf 'blob %s\\000' "$(wc -c <"$file" | tr -d ' ')"; cat "$file"; } 2>/dev/null | sha1sum)
    [ -r "$file" ] || hash=unreadable
    say file "\${hash%% *} $file"
  else say file "- $file"; fi
done
`,
  parse(records) {
    demandGateway(records, 'read');
    const [workspace, ...more] = all(records, 'workspace');
    if (workspace === 'absent')
      throw new ProbeError('not_found', 'the gateway sees no workspace at soulDocuments.workspace');
    if (workspace === 'unreadable') throw denied();
    if (workspace !== 'present' || more.length > 0) throw malformed();
    const count = integer(records, 'count');
    if (count > mostFiles) throw new ProbeError('truncated', `the workspace has more than ${mostFiles} files`);
    const files = all(records, 'file').map((line): HashedDocument => {
      const [, hash = '', path = ''] = /^([0-9a-f]{40}|unreadable|-) \.\/(.+)$/.exec(line) ?? [];
      if (hash === 'unreadable') throw denied();
      if (path === '') throw malformed();
      return { path, blob: hash === '-' ? undefined : hash };
    });
    if (files.length !== count) throw malformed();
    return files;
  },
});

function denied(): ProbeError {
  return new ProbeError('access_denied', 'some files of the workspace cannot be read by the agent user');
}

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'the host did not list the workspace in the expected form');
}
