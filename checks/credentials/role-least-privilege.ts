import { identityAllows } from '../../src/judging/iam-policy.ts';
import { outsiders } from '../../src/judging/outside-access.ts';
import { powers, simulatedActions, sweeping, unbounded, unseenPowers } from '../../src/judging/role-powers.ts';
import { mayTakeOn } from '../../src/judging/role-trust.ts';
import { readAccess } from '../../src/judging/secret-access.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { some } from '../../src/model/text.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';
import { roleTrusts } from '../../src/probes/aws/role-trusts.ts';
import { instanceSimulation } from '../../src/probes/aws/secret-readers.ts';
import { guardedSecrets, ownSecret } from '../../src/probes/aws/secrets.ts';

export default check({
  title: 'The instance role can do no more than run the gateway',
  failureTitle: 'The instance role can do more than run the gateway',
  why: 'What the role can change, whoever steers the agent can change.',
  trap: 'The policy is searched for a lone asterisk; NotAction, or every action of one service, says nearly the same, and another role may let this one in by its trust policy alone.',
  remediation:
    'Replace wildcards and NotAction by the actions that the gateway needs, and remove iam, sts:AssumeRole and secret writes from the policies of the role, and take it out of the trust policies of other roles.',
  needs: { instanceRoles, roleTrusts, ownSecret, guardedSecrets, instanceSimulation },
  judge({ instanceRoles, roleTrusts, ownSecret, guardedSecrets, instanceSimulation }) {
    const findings = instanceRoles.flatMap((role): Finding<'instanceRoles' | 'roleTrusts'>[] => {
      const strangers = role.trust ? outsiders(role.trust, role.account) : [];
      const others = roleTrusts.filter(({ arn, trust }) => arn !== role.arn && trust);
      const open = others.filter((other) => mayTakeOn(role, other) !== 'no').map(({ arn }) => arn);
      const broad = [...sweeping(role.policies), ...unbounded(role).map((what) => `${what} everywhere`)];
      return [
        {
          fact: 'instanceRoles',
          subject: role.arn,
          expected:
            'no statement that allows every action, every action but some, or all of a service or its data everywhere',
          observed: broad.length > 0 ? broad.join(', ') : `none in ${role.policies.length} policies`,
          ok: broad.length === 0,
        },
        {
          fact: 'instanceRoles',
          subject: role.arn,
          expected: 'taken on by nobody outside the account',
          observed:
            strangers.length > 0 ? `may be taken on by ${strangers.join(', ')}` : 'by nobody outside the account',
          ok: strangers.length === 0,
        },
        {
          fact: 'roleTrusts',
          subject: role.arn,
          expected: 'let in by no other role of the account',
          observed: open.length > 0 ? `may take on ${some(open, 4)}` : `by none of ${others.length}`,
          ok: open.length === 0,
        },
        ...Object.entries(powers).map(([power, actions]) => {
          const may = actions.filter((action) => identityAllows(role, { action, resource: undefined }) !== 'no');
          return {
            fact: 'instanceRoles' as const,
            subject: role.arn,
            expected: `may not ${power}`,
            observed: may.length > 0 ? `allowed: ${some(may, 4)}` : `none of ${actions.length} actions allowed`,
            ok: may.length === 0,
          };
        }),
      ];
    });
    if (findings.some(({ ok }) => !ok)) return judgeAll(findings);
    if ([...instanceRoles, ...roleTrusts].some(({ trust }) => !trust)) {
      return undetermined('bad_response', 'who may take on a role is not said in the grammar of IAM policies');
    }
    // Control: policies that do not even give the role its own secret are not all of its policies.
    const own = guardedSecrets.find(({ arn }) => arn === ownSecret.ARN);
    if (!own || instanceRoles.some((role) => readAccess(role, own).allowed === 'no')) {
      return undetermined('no_control', 'the policies that were seen do not even let the role read its own secret');
    }
    const more = instanceRoles.flatMap((role) =>
      unseenPowers(role, instanceSimulation.find((s) => s.role === role.arn)?.allowed),
    );
    if (more.length > 0) {
      return undetermined('conflict', `the policy simulation of IAM allows ${some(more, 4)}, the policies do not`);
    }
    const heard = instanceSimulation.map(({ role, allowed }) => ({
      fact: 'instanceSimulation' as const,
      subject: role,
      expected: 'the policy simulation of IAM agrees',
      observed: `it allows ${allowed.length} of ${simulatedActions.length} actions on every resource`,
      ok: true,
    }));
    return judgeAll(findings.length > 0 ? [...findings, ...heard] : [], { empty: 'the instances have no role' });
  },
});
