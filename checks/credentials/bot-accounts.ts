import { personalMarks } from '../../src/judging/bot-account.ts';
import { accountMarks, isUsable } from '../../src/judging/connected-account.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { composioAccounts } from '../../src/probes/composio/accounts.ts';
import { integrations } from '../../src/probes/files/integrations.ts';

export default check({
  title: 'Each integration goes through a named bot account',
  failureTitle: 'An integration does not go through a documented bot account',
  why: 'An agent that acts as a person has all that this person may do, and leaves with them.',
  trap: 'An empty list counts as complete, an account that belongs to a person as one of a bot, and what is declared as what is granted.',
  remediation:
    'Create a bot account for each connected service, list it in credentials.integrations with its owner, purpose and scopes (and the id of its account where Composio connects it), and have somebody attest it.',
  // What the file says of accounts elsewhere is a claim: that they are bot accounts, somebody has to state.
  attestable: true,
  needs: { integrations, connected: composioAccounts },
  judge({ integrations, connected }, { environment }) {
    if (integrations.length === 0) {
      // No attestation makes up for it: nobody can vouch for accounts that are not named.
      const expected = 'each integration listed, or this check declared not applicable';
      return fail([
        { fact: 'integrations', subject: 'credentials.integrations', expected, observed: 'none is listed' },
      ]);
    }
    const people = [
      ...Object.values(environment.owners).flatMap((owner) => (owner ? [owner.name, owner.contact] : [])),
      ...environment.approvalGates.people.flatMap(({ name, ids }) => [name, ...ids, ...ids.map(withoutChannel)]),
    ];
    const findings = integrations.map((integration): Finding<'integrations' | 'connected'> => {
      const marks = personalMarks(integration, people);
      const { name, account, owner, purpose, scopes } = integration;
      return {
        fact: 'integrations',
        subject: name,
        expected: 'a bot account with owner, purpose and scopes',
        observed: marks.length > 0 ? marks.join('; ') : `${account} of ${owner}: ${purpose} (${scopes.join(', ')})`,
        ok: marks.length === 0,
      };
    });
    for (const { name, composio, scopes } of integrations) {
      if (composio === undefined) continue;
      const subject = `${name}: ${composio}`;
      if (!connected) {
        const observed = 'credentials.composio is not there, so nothing can be compared';
        findings.push({ fact: 'integrations', subject, expected: 'Composio is asked for it', observed, ok: false });
        continue;
      }
      const account = connected.find(({ id }) => id === composio);
      const marks = accountMarks(account, scopes);
      findings.push({
        fact: 'connected',
        subject,
        expected: `an account that works and may do no more than ${scopes.join(', ')}`,
        observed:
          marks.length > 0
            ? marks.join('; ')
            : `${account?.toolkit}: ${account?.scopes?.join(', ') ?? 'in use; Composio does not tell its scopes'}`,
        ok: marks.length === 0,
      });
    }
    for (const account of connected ?? []) {
      const named = integrations.filter(({ composio }) => composio === account.id).length;
      // One that cannot be used and is named has failed above, however often.
      if (named === 1 || !isUsable(account)) continue;
      findings.push({
        fact: 'connected',
        subject: `${account.toolkit}: ${account.id}`,
        expected: 'listed once in credentials.integrations',
        observed: named === 0 ? 'connected, and not listed' : `listed ${named} times`,
        ok: false,
      });
    }
    const judged = judgeAll(findings);
    if (judged.outcome !== 'pass') return judged;
    const message = 'the environment file declares the accounts; that they are what it says, nobody has attested';
    return undetermined('not_attested', message, judged.evidence);
  },
});

const withoutChannel = (id: string) => id.slice(id.indexOf(':') + 1);
