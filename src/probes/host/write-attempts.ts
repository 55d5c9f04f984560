import type { Environment } from '../../environment/schema.ts';
import { type HostProbe, hostProbe } from '../../model/probe.ts';
import type { ProbeError } from '../../model/reason.ts';
import { type HostRecords, type HostRunAs, quote } from '../../ports/host.ts';
import { demandGateway } from './gateway-root.ts';
import { all, oneOf } from './records.ts';

/**
 * How an attempt ended: the name of the errno, or that it succeeded. `symlink` and `skipped` when it was not tried:
 * a symbolic link would lead out of the root directory of the gateway, a rename is tried only where it cannot succeed.
 */
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
  'symlink',
  'skipped',
  'other',
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
  /** Whether something that was created or renamed could not be undone. */
  readonly leftBehind: boolean;
}

/**
 * Tries, through the root directory of the gateway process, what the agent could do to its documents. Every path goes
 * through /proc/PID/root, so the mounts are those of the gateway, not those of the SSH login. A file is created with
 * O_EXCL under a name that nobody can foresee, and removed at once; a trap undoes what a signal interrupts.
 */
const script = ({ soulDocuments }: Environment) => `
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
linked() {
  rest=\${2#/}
  at=$1
  while [ -n "$rest" ]; do
    at=$at/\${rest%%/*}
    [ ! -L "$at" ] || return 0
    case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
  done
  return 1
}
create() {
  if linked "$root" "$1"; then echo symlink
  elif err=$( (set -C; : >"$root$1/$name") 2>&1); then
    rm -f "$root$1/$name"
    echo succeeded
  else word "$err"; fi
}
undo() {
  trap '' HUP INT TERM
  [ ! -e "$root$workspace/$moved" ] || mv -f "$root$workspace/$moved" "$root$workspace/$first"
  rm -f "$root$workspace/$name" "$root$runtime/$name"
}
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
root=/proc/$pid/root
[ -d "$root/." ] || { say state no-access; exit 0; }
# Of its own for each user: both try at the same time.
name=.clawcheck-$N-\${I##*/}
moved=$name.moved
first=
workspace=${quote(soulDocuments.workspace)}
runtime=${quote(soulDocuments.runtime)}
trap undo EXIT
trap 'exit 1' HUP INT TERM
say state tried
created=$(create "$workspace")
say create "$created"
for document in ${soulDocuments.documents.map(quote).join(' ')}; do
  file=$root$workspace/$document
  if linked "$root" "$workspace/$document"; then result=symlink
  elif [ ! -e "$file" ]; then result=enoent
  elif err=$( (: >>"$file") 2>&1); then result=succeeded
  else result=$(word "$err"); fi
  [ -n "$first" ] || [ "$result" != erofs ] || first=$document
  say append "$result $document"
done
renamed=skipped
if [ "$created" = erofs ] && [ -n "$first" ]; then
  if err=$(mv -f "$root$workspace/$first" "$root$workspace/$moved" 2>&1); then renamed=succeeded
  else renamed=$(word "$err"); fi
fi
say rename "$renamed"
say control "$(create "$runtime")"
undo
left=no
for file in "$root$workspace/$name" "$root$workspace/$moved" "$root$runtime/$name"; do
  [ ! -e "$file" ] || left=yes
done
say left "$left"
`;

function parse(records: HostRecords): WriteAttempts {
  demandGateway(records, 'tried', 'the root directory of the gateway process cannot be entered');
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

/** A `ProbeError` in place of the attempts: one user's loss must not hide that the other one could write. */
const attemptsAs = (as: HostRunAs): HostProbe<WriteAttempts | ProbeError> =>
  hostProbe<WriteAttempts | ProbeError>({
    id: `host/${as}-write-attempts`,
    as,
    seconds: 15,
    script,
    lost: (error) => error,
    parse,
  });

/** What the agent's own user can do to the documents. */
export const agentWriteAttempts = attemptsAs('agent');

/** The same as root, where the login may become root without a password; else its error is `access_denied`. */
export const rootWriteAttempts = attemptsAs('root');
