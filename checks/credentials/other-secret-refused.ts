import { check, fail, pass, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { allSecrets, isNamed } from '../../src/probes/aws/secrets.ts';
import { hostIdentity } from '../../src/probes/host/identity.ts';
import { secretReads } from '../../src/probes/host/secret-reads.ts';

export default check({
  title: 'Another secret is refused to the instance',
  failureTitle: 'The instance can read a secret that is not its own',
  why: 'Policies are read wrongly more often than they answer wrongly: only a refused read proves the refusal.',
  trap: 'Any error counts as refused; a secret that does not exist and a network without a way out give one, too.',
  remediation:
    'Name only the own secret by its full ARN in the policies of the instance role, and take the role out of the resource policies of others.',
  needs: { reads: secretReads, host: hostIdentity, allSecrets },
  judge({ reads, host, allSecrets }, { environment }) {
    if (reads instanceof ProbeError) throw reads;
    const { secret, foreignSecret, monitoringSecret } = environment.credentials;
    const other = foreignSecret ?? monitoringSecret ?? '';
    const tried = {
      fact: 'reads' as const,
      subject: `GetSecretValue of ${other}`,
      expected: 'AccessDeniedException',
      observed: reads.foreign,
    };
    const control = {
      fact: 'reads' as const,
      subject: `GetSecretValue of ${secret}`,
      expected: 'readable (the value stays on the instance)',
      observed: reads.own,
    };
    const [own, foreign] = [secret, other].map((id) => allSecrets.find((one) => isNamed(one, id)));
    if (own && foreign && own.ARN === foreign.ARN) {
      return undetermined('not_configured', 'credentials.foreignSecret is the own secret of the gateway');
    }
    const { account } = environment.aws;
    // EC2 names the session of a role after the instance that it is for.
    const [, owner, session] = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/[^/]+\/([^/]+)$/.exec(reads.caller) ?? [];
    if (owner !== account || session !== host.instanceId) {
      const message = `the calls were not made as the role of this instance in account ${account}`;
      return undetermined('conflict', message, [tried]);
    }
    if (reads.foreign === 'readable') return fail([tried]);
    if (reads.foreign !== 'AccessDeniedException') {
      return undetermined('no_control', 'the read failed, but not because access is denied', [tried]);
    }
    // Access is denied to what does not exist, too.
    if (!foreign)
      return undetermined('not_found', 'the other secret does not exist, so its refusal proves nothing', [tried]);
    if (reads.own !== 'readable') {
      return undetermined('no_control', 'the instance could not read its own secret either', [control, tried]);
    }
    return pass([tried], [control]);
  },
});
