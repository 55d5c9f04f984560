import { approverLists, identity, targetedPersons } from '../../src/judging/approvers.ts';
import { commandChannels } from '../../src/judging/command-senders.ts';
import { shown } from '../../src/judging/gateway-config.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { count, some } from '../../src/model/text.ts';
import { declaration } from '../../src/probes/files/declaration.ts';
import { approvingDevices } from '../../src/probes/gateway/approving-devices.ts';
import { gatewayConfig } from '../../src/probes/gateway/config.ts';

export default check({
  title: 'Only named people can approve',
  failureTitle: 'People who are not named can approve',
  why: 'An approval by anyone, or by whoever built the action, is a formality.',
  trap: 'There is a list of approvers: with a wildcard on it, or with whoever builds the action; in a channel without one, whoever may write there approves; a device that somebody paired once, or whoever a proxy signs in, approves without any list.',
  remediation:
    'List approvers by id in commands.ownerAllowFrom or execApprovals.approvers without wildcards, for each channel that is on, and each of them under approvalGates.people with the role operator or admin; so too paired devices that may approve (openclaw devices list), as device:ID, or remove them, and logins of a proxy or of Tailscale, as identity:LOGIN.',
  needs: { config: gatewayConfig, declaration, devices: approvingDevices },
  judge({ config: { inForce }, declaration: { people, gates }, devices }) {
    const findings: Finding<'config' | 'declaration' | 'devices'>[] = [];
    const mayApprove = people.filter(({ role }) => role === 'admin' || role === 'operator');
    const known = new Set(mayApprove.flatMap(({ ids }) => ids.map(likeGateway)));
    const lists = approverLists(inForce);
    const total = lists.reduce((sum, { ids }) => sum + (ids?.length ?? 0), 0);
    findings.push({
      fact: 'config',
      subject: 'approvers of the gateway',
      expected: 'at least one, by id',
      observed: count(total, 'approver'),
      ok: total > 0,
    });
    for (const { path, ids } of lists) {
      const wild = ids?.filter((id) => id.includes('*')) ?? [];
      const strangers = ids?.filter((id) => !known.has(id) && !id.includes('*')) ?? [];
      const problems = [
        ...(wild.length > 0 ? ['a wildcard'] : []),
        ...(strangers.length > 0 ? [`${count(strangers.length, 'id')} of nobody with the role operator or admin`] : []),
      ];
      findings.push({
        fact: 'config',
        subject: path,
        expected: 'only ids of people with the role operator or admin',
        observed: ids === undefined ? 'not a list of ids' : problems.join(' and ') || count(ids.length, 'named id'),
        ok: ids !== undefined && problems.length === 0,
      });
    }
    const strange = devices.filter((id) => !known.has(`device:${id}`));
    findings.push({
      fact: 'devices',
      subject: 'paired devices that may approve',
      expected: 'only those of people with the role operator or admin',
      observed:
        strange.length > 0
          ? `${count(strange.length, 'device')} of nobody with such a role: ${some(strange.map((id) => shown(id.slice(0, 16))))}`
          : count(devices.length, 'named device'),
      ok: strange.length === 0,
    });
    const targeted = targetedPersons(inForce);
    const unknown = targeted.filter((id) => !known.has(id));
    findings.push({
      fact: 'config',
      subject: 'persons whom requests are sent to',
      expected: 'only people with the role operator or admin',
      observed:
        unknown.length > 0
          ? `${count(unknown.length, 'id')} of nobody with such a role`
          : count(targeted.length, 'named id'),
      ok: unknown.length === 0,
    });
    for (const { channel, strangers, ownApprovers } of commandChannels(inForce, known)) {
      findings.push({
        fact: 'config',
        subject: `/approve in channel ${shown(channel)}`,
        expected: 'only of approvers of the channel, or of senders with the role operator or admin',
        observed: ownApprovers ? 'of approvers of the channel' : (strangers ?? 'of nobody else'),
        ok: ownApprovers || strangers === undefined,
      });
    }
    const unnamed = [...new Set(gates.flatMap(({ approvers }) => approvers))].filter(
      (approver) => !mayApprove.some(({ name }) => name === approver),
    );
    findings.push({
      fact: 'declaration',
      subject: 'approvers of the documented gates',
      expected: 'each is a person with the role operator or admin',
      observed: unnamed.length > 0 ? `not: ${some(unnamed)}` : 'each is',
      ok: unnamed.length === 0,
    });
    const twice = people.filter(({ name }, n) => people.findIndex((other) => other.name === name) !== n);
    const shared = mayApprove
      .flatMap(({ ids }) => ids)
      .filter((id) => people.filter((p) => p.ids.includes(id)).length > 1);
    findings.push({
      fact: 'declaration',
      subject: 'roles',
      expected: 'an admin and an operator at least, and one role for each person and id',
      observed:
        twice.length + shared.length > 0
          ? 'a person or an id has two roles'
          : ['admin', 'builder', 'operator', 'viewer']
              .map((role) => `${role} ${people.filter((p) => p.role === role).length}`)
              .join(', '),
      ok:
        twice.length + shared.length === 0 &&
        people.some(({ role }) => role === 'admin') &&
        people.some(({ role }) => role === 'operator'),
    });
    return judgeAll(findings);
  },
});

const likeGateway = (id: string) => id.replace(/^identity:(.*)$/, (_, login: string) => identity(login));
