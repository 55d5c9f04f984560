import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGateway } from './gateway-root.ts';
import { all } from './records.ts';

const kinds = ['file', 'symlink', 'other', 'missing'] as const;

/** A document, looked at as the agent's user through the root directory of the gateway process. */
export interface DocumentState {
  readonly document: string;
  readonly kind: (typeof kinds)[number];
  readonly bytes: number;
  /** Whether all of it could be read. */
  readonly readable: boolean;
  /** Whether there is anything in it but white space. */
  readonly hasText: boolean;
}

export const documents = hostProbe<readonly DocumentState[]>({
  id: 'host/documents',
  as: 'agent',
  seconds: 10,
  script: ({ soulDocuments }: Environment) => `
need wc grep cat
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
root=/proc/$pid/root
[ -d "$root/." ] || { say state no-access; exit 0; }
say state seen
top=$root${quote(soulDocuments.workspace)}
for document in ${soulDocuments.documents.map(quote).join(' ')}; do
  kind=other bytes=0 readable=no text=no rest=$document at=$top
  while [ -n "$rest" ]; do
    at=$at/\${rest%%/*}
    [ ! -L "$at" ] || kind=symlink
    case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
  done
  file=$top/$document
  if [ "$kind" = symlink ]; then :
  elif [ ! -e "$file" ]; then kind=missing
  elif [ -f "$file" ]; then
    kind=file
    if bytes=$(wc -c <"$file") && cat "$file" >/dev/null; then readable=yes; else bytes=0; fi
    if grep -q '[^[:space:]]' "$file"; then text=yes; fi
  fi
  say document "$kind $((bytes)) $readable $text $document"
done
`,
  parse(records, { environment }) {
    demandGateway(records, 'seen');
    const lines = all(records, 'document').map((line) => /^([a-z]+) (\d{1,15}) (yes|no) (yes|no) (.+)$/.exec(line));
    return environment.soulDocuments.documents.map((document) => {
      const [match, ...more] = lines.filter((line) => line?.[5] === document);
      const kind = kinds.find((k) => k === match?.[1]);
      if (!match || !kind || more.length > 0) {
        throw new ProbeError('truncated', 'the host did not say of each document whether it is there');
      }
      return { document, kind, bytes: Number(match[2]), readable: match[3] === 'yes', hasText: match[4] === 'yes' };
    });
  },
});
