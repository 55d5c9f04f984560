import { describe, expect, it } from 'vitest';
import { expectedGroups, type RuleSet, securityGroups } from '../../../src/probes/aws/security-groups.ts';

const account = '123456789012';
const group = (id: string, more: object = {}) => ({
  GroupId: id,
  GroupName: `name of ${id}`,
  OwnerId: account,
  IpPermissions: [] as object[],
  IpPermissionsEgress: [] as object[],
  ...more,
});
const eni = { id: 'eni-1', vpc: 'vpc-1', securityGroups: ['sg-1'] };
const template = (data: object, next = true) => ({ subject: 'lt-1 version 1', next, data });
const named = template({ SecurityGroupIds: ['sg-1'] });

interface Input {
  readonly GroupIds?: string[];
  readonly Filters?: { Name: string; Values: string[] }[];
}

function gather(
  groups: readonly ReturnType<typeof group>[],
  templates: object[] = [named],
  interfaces: object[] = [eni],
  instances: object[] = [{ NetworkInterfaces: [{ Groups: [{ GroupId: 'sg-1' }] }] }],
) {
  const asked: Input[] = [];
  const aws = {
    account,
    read: async (_: string, input: Input) => {
      asked.push(input);
      const names = input.Filters?.find(({ Name }) => Name === 'group-name')?.Values;
      return {
        SecurityGroups: groups.filter((g) => input.GroupIds?.includes(g.GroupId) || names?.includes(g.GroupName)),
      };
    },
  };
  const facts = { instances, interfaces, launchVersions: templates };
  const gathered = async () => {
    const expected = await expectedGroups.gather(aws as never, facts as never, {} as never);
    return securityGroups.gather(aws as never, { ...facts, expectedGroups: expected } as never, {} as never);
  };
  return { asked, found: gathered() as Promise<readonly RuleSet[]> };
}

const inbound = async (permission: object) =>
  (await gather([group('sg-1', { IpPermissions: [permission] })]).found)[0]?.inbound;

describe('the rules of a security group', () => {
  it.each<[string, object, string, readonly [number, number] | null]>([
    ['one port', { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }, 'tcp', [22, 22]],
    ['a range', { IpProtocol: 'udp', FromPort: 1, ToPort: 9 }, 'udp', [1, 9]],
    ['every protocol', { IpProtocol: '-1' }, 'all', [0, 65_535]],
    ['TCP by number', { IpProtocol: '6', FromPort: 22, ToPort: 22 }, 'tcp', [22, 22]],
    ['UDP by number', { IpProtocol: '17', FromPort: 53, ToPort: 53 }, 'udp', [53, 53]],
    ['TCP without ports, which is all', { IpProtocol: 'tcp' }, 'tcp', [0, 65_535]],
    ['TCP with ports of -1', { IpProtocol: 'TCP', FromPort: -1, ToPort: -1 }, 'tcp', [0, 65_535]],
    ['ICMP', { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 }, 'icmp', null],
  ])('%s', async (_, permission, protocol, ports) => {
    const rules = await inbound({ ...permission, IpRanges: [{ CidrIp: '10.0.0.0/8' }] });
    expect(rules).toEqual([{ protocol, ports, peer: { kind: 'range', id: '10.0.0.0/8' } }]);
  });

  it('are one for each peer of any kind', async () => {
    const rules = await inbound({
      IpProtocol: 'tcp',
      FromPort: 1,
      ToPort: 1,
      IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '0.0.0.0/0' }],
      Ipv6Ranges: [{ CidrIpv6: '::/0' }],
      PrefixListIds: [{ PrefixListId: 'pl-1' }],
      UserIdGroupPairs: [{ GroupId: 'sg-9' }],
    });
    expect(rules?.map(({ peer }) => peer.id)).toEqual(['10.0.0.0/8', '0.0.0.0/0', '::/0', 'pl-1', 'sg-9']);
  });

  it.each([
    ['without a peer', { IpProtocol: 'tcp' }],
    ['with a range that is none', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: 'anywhere' }] }],
    ['with an empty range', { IpProtocol: 'tcp', IpRanges: [{}] }],
    ['with a group without id', { IpProtocol: 'tcp', UserIdGroupPairs: [{}] }],
    ['without a protocol', { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
  ])('%s are a bad answer', async (_, permission) => {
    await expect(inbound(permission)).rejects.toMatchObject({ reason: 'bad_response' });
  });
});

describe('the security groups', () => {
  it('are asked for once, where the interfaces have those that the instances are described with', async () => {
    const { found, asked } = gather([group('sg-1')]);
    expect((await found).map(({ id, on }) => ({ id, on }))).toEqual([{ id: 'sg-1', on: ['eni-1', 'lt-1 version 1'] }]);
    expect(asked).toEqual([{ GroupIds: ['sg-1'] }]);
  });

  it('are asked for again where an interface has others', async () => {
    const { found, asked } = gather(
      [group('sg-1'), group('sg-2')],
      [],
      [eni, { ...eni, id: 'eni-2', securityGroups: ['sg-2'] }],
    );
    expect((await found).map(({ id, on }) => ({ id, on }))).toEqual([
      { id: 'sg-1', on: ['eni-1'] },
      { id: 'sg-2', on: ['eni-2'] },
    ]);
    expect(asked).toEqual([{ GroupIds: ['sg-1'] }, { GroupIds: ['sg-1', 'sg-2'] }]);
  });

  it('are those of the interfaces alone, whatever the instances were described with', async () => {
    const { found } = gather([group('sg-1'), group('sg-2')], [], [{ ...eni, securityGroups: ['sg-2'] }]);
    expect((await found).map(({ id }) => id)).toEqual(['sg-2']);
    expect((await gather([group('sg-2')], [], [{ ...eni, securityGroups: ['sg-2'] }], []).found)[0]?.id).toBe('sg-2');
  });

  it('of the next instance are the default one of the VPC where the template names none', async () => {
    const groups = [group('sg-1'), group('sg-d', { GroupName: 'default' })];
    const { found, asked } = gather(groups, [template({ NetworkInterfaces: [{ DeviceIndex: 0 }] })]);
    expect((await found).map(({ id, on }) => [id, on])).toEqual([
      ['sg-1', ['eni-1']],
      ['sg-d', ['lt-1 version 1']],
    ]);
    expect(asked).toContainEqual({
      Filters: [
        { Name: 'vpc-id', Values: ['vpc-1'] },
        { Name: 'group-name', Values: ['default'] },
      ],
    });
  });

  it('of a template are found by name and on its interfaces too', async () => {
    const groups = [group('sg-1'), group('sg-2'), group('sg-3', { GroupName: 'old' })];
    const { found } = gather(groups, [
      template({ SecurityGroups: ['old'], NetworkInterfaces: [{ Groups: ['sg-2'] }] }),
    ]);
    expect((await found).map(({ id }) => id)).toEqual(['sg-1', 'sg-2', 'sg-3']);
  });

  it('of a version that nothing launches from any more do not matter', async () => {
    const { found } = gather([group('sg-1')], [named, template({ SecurityGroupIds: ['sg-old'] }, false)]);
    expect((await found).map(({ id }) => id)).toEqual(['sg-1']);
  });

  it.each<[string, ReturnType<typeof group>[], object[], object[], string]>([
    ['that are not described', [], [named], [eni], 'truncated'],
    ['of which one name is not found', [group('sg-1')], [template({})], [eni], 'truncated'],
    ['of another account', [group('sg-1', { OwnerId: '210987654321' })], [named], [eni], 'wrong_subject'],
    ['without an owner', [group('sg-1', { OwnerId: undefined })], [named], [eni], 'bad_response'],
    ['without inbound rules', [group('sg-1', { IpPermissions: undefined })], [named], [eni], 'bad_response'],
    ['without outbound rules', [group('sg-1', { IpPermissionsEgress: undefined })], [named], [eni], 'bad_response'],
    ['of an interface that has none', [group('sg-1')], [named], [{ ...eni, securityGroups: [] }], 'bad_response'],
  ])('%s are no answer', async (_, groups, templates, interfaces, reason) => {
    await expect(gather(groups, templates, interfaces).found).rejects.toMatchObject({ reason });
  });
});
