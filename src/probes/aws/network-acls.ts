import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demand, demandOwner, distinct } from './demand.ts';
import { subnets } from './subnets.ts';

export interface SubnetAcl {
  readonly subnet: string;
  readonly acl: string;
  /** Inbound entries that allow something, as `CIDR protocol`. */
  readonly allowsIn: readonly string[];
}

/** The network ACL of each subnet. It can only narrow what the security groups let in. */
export const networkAcls = awsProbe({
  id: 'aws/network-acls',
  needs: { subnets },
  async gather(aws, { subnets }): Promise<readonly SubnetAcl[]> {
    const { NetworkAcls } = await aws.read('ec2:DescribeNetworkAcls', {
      Filters: [{ Name: 'vpc-id', Values: distinct(subnets.map(({ vpc }) => vpc)) }],
    });
    return subnets.map(({ id }) => {
      const [acl, ...others] = (NetworkAcls ?? []).filter((a) =>
        a.Associations?.some(({ SubnetId }) => SubnetId === id),
      );
      if (!acl || others.length > 0)
        throw new ProbeError('bad_response', `which network ACL ${id} has was not answered`);
      const aclId = demand(acl.NetworkAclId, 'the id of a network ACL');
      demandOwner(aws.account, acl.OwnerId, `the network ACL ${aclId}`);
      const entries = demand(acl.Entries, `the entries of ${aclId}`);
      return {
        subnet: id,
        acl: aclId,
        allowsIn: entries
          .filter((e) => e.Egress === false && e.RuleAction === 'allow')
          .map((e) => `${e.CidrBlock ?? e.Ipv6CidrBlock} ${e.Protocol === '-1' ? 'all' : e.Protocol}`),
      };
    });
  },
});
