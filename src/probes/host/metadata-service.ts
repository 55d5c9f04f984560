import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { HostRecords } from '../../ports/host.ts';
import { single } from './records.ts';

/** An answer of the metadata service: its HTTP status, or how curl failed (0 is never both). */
export interface MetadataAnswer {
  /** 0 without an answer. */
  readonly status: number;
  /** curl's exit code: 0 answered, 7 could not connect, 28 timed out. */
  readonly exit: number;
}

export interface MetadataService {
  /** A plain GET, as IMDSv1 would serve it. */
  readonly withoutToken: MetadataAnswer;
  /** The request for a token. */
  readonly token: MetadataAnswer;
  /** The same GET with the token. */
  readonly withToken: MetadataAnswer;
  /** A plain GET to the IPv6 address of the service. */
  readonly withoutTokenV6: MetadataAnswer;
}

/** Asks the metadata service from the instance, without any proxy and without the login's curl configuration. */
export const metadataService = hostProbe<MetadataService>({
  id: 'host/metadata-service',
  as: 'login',
  seconds: 15,
  script: `
need curl
get() { curl -q --noproxy '*' -g -s -m 4 "$@"; }
v4=http://169.254.169.254/latest
document=meta-data/instance-id
ask() {
  key=$1; shift
  code=$(get -o /dev/null -w '%{http_code}' "$@")
  say "$key" "\${code:-000} $?"
}
ask without-token "$v4/$document" &
ask without-token-v6 "http://[fd00:ec2::254]/latest/$document" &
answer=$(get -w '|%{http_code}' -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$v4/api/token")
rc=$?
say token "\${answer##*|} $rc"
token=\${answer%|*}
case $token in
  *[!A-Za-z0-9_=+/-]*|'') say with-token '000 22';;
  *)
    code=$(printf 'header = "X-aws-ec2-metadata-token: %s"\\n' "$token" | get -o /dev/null -w '%{http_code}' -K - "$v4/$document")
    say with-token "\${code:-000} $?";;
esac
wait
`,
  parse: (records) => ({
    withoutToken: answer(records, 'without-token'),
    token: answer(records, 'token'),
    withToken: answer(records, 'with-token'),
    withoutTokenV6: answer(records, 'without-token-v6'),
  }),
});

function answer(records: HostRecords, key: string): MetadataAnswer {
  const [status = '', exit = ''] = single(records, key).split(' ');
  if (!/^\d{3}$/.test(status) || !/^\d{1,3}$/.test(exit)) {
    throw new ProbeError('bad_response', 'curl on the host did not say how the metadata service answered');
  }
  return { status: Number(status), exit: Number(exit) };
}
