import type { Remedy } from './remedy.ts';

/** Of the area `network`, by name of the check. */
export const network: Readonly<Record<string, Remedy>> = {
  'no-public-ingress': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'sg-ssh-open' },
    when: 'a security group lets SSH in from everywhere',
    commands: [
      'aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol tcp --port 22 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'aws_security_group.gateway',
  },
  'egress-allowlisted': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'egress-any-443' },
    when: 'a security group lets HTTPS out to everywhere',
    commands: [
      'aws ec2 revoke-security-group-egress --group-id "$SECURITY_GROUP" --protocol tcp --port 443 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Outbound rules, Edit',
    terraform: 'aws_vpc_security_group_egress_rule.approved',
  },
  'approved-host-reachable': {
    place: 'aws',
    tried: { lab: 'none', why: 'the network of a host of the tests is not that of its AWS' },
    when: 'an approved range is missing in the prefix list',
    commands: [
      `aws ec2 modify-managed-prefix-list --prefix-list-id "$PREFIX_LIST" --add-entries "Cidr=$RANGE" --current-version "$(aws ec2 describe-managed-prefix-lists --prefix-list-ids "$PREFIX_LIST" --query 'PrefixLists[0].Version' --output text)"`,
    ],
    console: 'VPC, Managed prefix lists, the list, Entries, Modify entries',
    terraform: 'aws_ec2_managed_prefix_list.approved',
  },
  'unapproved-host-times-out': {
    place: 'aws',
    tried: { lab: 'none', why: 'the network of a host of the tests is not that of its AWS' },
    when: 'a security group lets HTTPS out to everywhere',
    commands: [
      'aws ec2 revoke-security-group-egress --group-id "$SECURITY_GROUP" --protocol tcp --port 443 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Outbound rules, Edit',
    terraform: 'aws_vpc_security_group_egress_rule.approved',
  },
  'tailscale-admin': {
    place: 'host',
    tried: { lab: 'none', why: 'no tailnet was at hand' },
    when: 'the instance is logged out of the tailnet',
    commands: ['tailscale up --auth-key "file:$KEY_FILE"'],
  },
  'ssh-not-public': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'sg-ssh-open' },
    when: 'a security group lets SSH in from everywhere',
    commands: [
      'aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol tcp --port 22 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'aws_security_group.gateway',
  },
  'gateway-not-exposed': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'the gateway listens to the network',
    commands: [
      'openclaw config set gateway.bind loopback',
      'openclaw config set gateway.tailscale.mode off',
      'openclaw gateway restart',
    ],
  },
};
