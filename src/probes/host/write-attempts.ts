import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { all, oneOf } from './records.ts';

/** How an attempt ended: the name of the errno, or that it succeeded. `skipped` when it was not safe to try. */
export const attemptResults = [
  'succeeded',
  'erofs',
  'eacces',
  'eperm',
  'enoent',
  'enotdir',
  'enospc',
  'edquot',
  'estale',
  'eio',
  'other',
  'skipped',
] as const;
export type AttemptResult = (typeof attemptResults)[number];

export interface WriteAttempts {
  /** A new file in the workspace. */
  readonly create: AttemptResult;
  /** Each configured document, opened for appending; nothing is appended. */
  readonly append: readonly { readonly document: string; readonly result: AttemptResult }[];
  /** A document, to another name in the workspace; only tried when a new file was refused as read-only. */
  readonly rename: AttemptResult;
  /** The control: a new file in the runtime directory, by the same user in the same place. */
  readonly control: AttemptResult;
  /** Whether something that was created could not be removed again. */
  readonly leftBehind: boolean;
}

/**
 * Tries, through the root directory of the gateway process, what the agent could do to its documents. Every path goes
 * through /proc/PID/root, so the mounts are those of the gateway, not those of the SSH login.
 */
const attempts = ({ soulDocuments }: Environment) => `
word() {
  case $1 in
    *': Read-only file system') echo erofs;;
    *': Permission denied') echo eacces;;
    *': Operation not permitted') echo eperm;;
    *': No such file or directory'|*': Directory nonexistent'|*': nonexistent directory') echo enoent;;
    *': Not a directory') echo enotdir;;
    *': No space left on device') echo enospc;;
    *': Disk quota exceeded') echo edquot;;
    *': Stale file handle') echo estale;;
    *': Input/output error') echo eio;;
    *) echo other;;
  esac
}
left=no
create() {
  if err=$( (set -C; : >"$1/$name") 2>&1); then
    rm -f "$1/$name" || left=yes
    echo succeeded
  else word "$err"; fi
}
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
root=/proc/$pid/root
name=.clawcheck-$N
workspace=$root${quote(soulDocuments.workspace)}
runtime=$root${quote(soulDocuments.runtime)}
ls -d "$root/" >/dev/null 2>&1 || { say state no-access; exit 0; }
trap 'rm -f "$workspace/$name" "$runtime/$name"' EXIT HUP INT TERM
say state tried
created=$(create "$workspace")
say create "$created"
first=
for document in ${soulDocuments.documents.map(quote).join(' ')}; do
  if [ ! -e "$workspace/$document" ]; then result=enoent
  elif err=$( (: >>"$workspace/$document") 2>&1); then result=succeeded
  else result=$(word "$err"); fi
  [ -n "$first" ] || [ "$result" != erofs ] || first=$document
  say append "$result $document"
done
renamed=skipped
if [ "$created" = erofs ] && [ -n "$first" ]; then
  if err=$(mv -f "$workspace/$first" "$workspace/$name" 2>&1); then
    mv -f "$workspace/$name" "$workspace/$first" || left=yes
    renamed=succeeded
  else renamed=$(word "$err"); fi
fi
say rename "$renamed"
say control "$(create "$runtime")"
if [ -e "$workspace/$name" ] || [ -e "$runtime/$name" ]; then left=yes; fi
say left "$left"
`;

function parseAttempts(records: HostRecords): WriteAttempts {
  return {
    create: oneOf(records, 'create', attemptResults),
    append: all(records, 'append').map((line) => {
      const [result = '', ...document] = line.split(' ');
      return { document: document.join(' '), result: oneOf([['append', result]], 'append', attemptResults) };
    }),
    rename: oneOf(records, 'rename', attemptResults),
    control: oneOf(records, 'control', attemptResults),
    leftBehind: oneOf(records, 'left', ['yes', 'no']) === 'yes',
  };
}

const noGateway = () =>
  new ProbeError('not_found', 'no gateway process runs as the agent user on the host', {
    next: 'Start the gateway, and compare host.agentUser and gateway.port with it.',
  });

/** What the agent's own user can do to the documents. */
export const agentWriteAttempts = hostProbe<WriteAttempts>({
  id: 'host/agent-write-attempts',
  as: 'agent',
  seconds: 15,
  script: attempts,
  parse(records) {
    const state = oneOf(records, 'state', ['tried', 'no-gateway', 'no-access']);
    if (state === 'no-gateway') throw noGateway();
    if (state === 'no-access') {
      throw new ProbeError('access_denied', 'the root directory of the gateway process cannot be entered as its user');
    }
    return parseAttempts(records);
  },
});

/** The same as root, where the login may become root without a password; `not-permitted` where it may not. */
export const rootWriteAttempts = hostProbe<WriteAttempts | 'not-permitted'>({
  id: 'host/root-write-attempts',
  as: 'root',
  seconds: 15,
  refused: { fact: 'not-permitted' },
  script: attempts,
  parse(records) {
    const state = oneOf(records, 'state', ['tried', 'no-gateway', 'no-access']);
    if (state === 'no-gateway') throw noGateway();
    if (state === 'no-access')
      throw new ProbeError('conflict', 'root cannot enter the root directory of the gateway process');
    return parseAttempts(records);
  },
});
