import { check, fail, pass, undetermined } from '../../src/model/check.ts';
import { type MetadataAnswer, metadataService } from '../../src/probes/host/metadata-service.ts';

const subject = 'http://169.254.169.254/latest/meta-data/instance-id';

export default check({
  title: 'An IMDSv1 query is rejected on the instance',
  failureTitle: 'The instance answers IMDSv1 queries',
  why: 'With IMDSv1, anything that can make the agent fetch a URL can fetch the credentials of the instance.',
  trap: 'No answer counts as rejected; a service that is switched off or out of reach looks the same, and IPv6 is not asked.',
  remediation:
    'Set HttpTokens to required on the instance and in the launch template (aws ec2 modify-instance-metadata-options --http-tokens required).',
  needs: { metadata: metadataService },
  judge({ metadata }) {
    const { withoutToken, withToken, token, withoutTokenV6 } = metadata;
    const seen = (answer: MetadataAnswer, what: string, at = subject) => ({
      fact: 'metadata' as const,
      subject: at,
      expected: what,
      observed: described(answer),
    });
    const rejected = seen(withoutToken, 'a GET without a token is answered with 401');
    const v6 = seen(
      withoutTokenV6,
      'no answer, or 401, without a token',
      subject.replace('169.254.169.254', '[fd00:ec2::254]'),
    );
    if (isServed(withoutToken)) return fail([rejected]);
    if (isServed(withoutTokenV6)) return fail([v6]);
    if (!isComplete(withoutToken, 401)) {
      return undetermined('no_control', 'the metadata service did not answer 401, so nothing shows that it rejects', [
        rejected,
      ]);
    }
    if (!isAbsent(withoutTokenV6) && withoutTokenV6.status !== 401 && withoutTokenV6.status !== 403) {
      return undetermined('no_control', 'it is not clear what the IPv6 address of the metadata service answers', [v6]);
    }
    const controls = [
      seen(token, 'a request for a token is answered with 200'),
      seen(withToken, 'the same GET with the token is answered with 200'),
    ];
    if (!isComplete(token, 200) || !isComplete(withToken, 200)) {
      return undetermined('no_control', 'the same query with a token did not succeed either', controls);
    }
    return pass([rejected, v6], controls);
  },
});

function isServed({ status }: MetadataAnswer): boolean {
  return status >= 200 && status < 400;
}

function isComplete(answer: MetadataAnswer, status: number): boolean {
  return answer.status === status && answer.exit === 0;
}

/** Off, or no route to it: no connection, or none in time. */
function isAbsent({ status, exit }: MetadataAnswer): boolean {
  return status === 0 && (exit === 7 || exit === 28);
}

function described({ status, exit }: MetadataAnswer): string {
  if (status > 0) return exit === 0 ? `status ${status}` : `status ${status}, cut off`;
  if (exit === 28) return 'no answer in time';
  return exit === 7 ? 'could not connect' : `no answer (curl exit ${exit})`;
}
