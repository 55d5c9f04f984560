"""The network: two private subnets with own route tables through NAT, and a gateway that nothing outside can reach."""

from __future__ import annotations

from typing import Any

from lab import Lab

GATEWAY_PORT = 18789
VPC_CIDR = "10.40.0.0/16"
# Documentation ranges that stand for the model provider and the integrations.
APPROVED = ("198.51.100.0/24", "203.0.113.16/28")


def tags(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "environment", "Value": "prod"}]}]


def security_group(lab: Lab, vpc: str, name: str) -> str:
    """A group without the rule that opens all egress, which EC2 adds to a new one."""
    ec2 = lab.client("ec2")
    group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    ec2.revoke_security_group_egress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    return group


def rule(port: int, **source: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}]


def build(lab: Lab) -> None:
    ec2, ids = lab.client("ec2"), lab.ids
    vpc = ids["vpc"] = ec2.create_vpc(CidrBlock=VPC_CIDR, TagSpecifications=tags("vpc", "openclaw"))["Vpc"]["VpcId"]
    gateway = ids["internetGateway"] = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)

    def subnet(cidr: str, zone: str, name: str) -> str:
        return ec2.create_subnet(
            VpcId=vpc, CidrBlock=cidr, AvailabilityZone=lab.region + zone, TagSpecifications=tags("subnet", name)
        )["Subnet"]["SubnetId"]

    def table(subnet_id: str, name: str, **target: str) -> str:
        made = ec2.create_route_table(VpcId=vpc, TagSpecifications=tags("route-table", name))["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=made, DestinationCidrBlock="0.0.0.0/0", **target)
        associated = ec2.associate_route_table(RouteTableId=made, SubnetId=subnet_id)["AssociationId"]
        ids.setdefault("routeAssociations", {})[subnet_id] = associated
        return made

    public = ids["publicSubnet"] = subnet("10.40.0.0/24", "a", "openclaw-public")
    ids["publicRouteTable"] = table(public, "openclaw-public", GatewayId=gateway)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ids["natGateway"] = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ids["subnets"] = [subnet("10.40.1.0/24", "a", "openclaw-private-a"), subnet("10.40.2.0/24", "b", "openclaw-private-b")]
    ids["routeTables"] = [table(s, f"openclaw-private-{i}", NatGatewayId=nat) for i, s in enumerate(ids["subnets"])]
    ids["mainRouteTable"] = ec2.describe_route_tables(Filters=[
        {"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]},
    ])["RouteTables"][0]["RouteTableId"]
    ids["networkAcl"] = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"][0]["NetworkAclId"]
    ids["prefixList"] = ec2.create_managed_prefix_list(
        PrefixListName="openclaw-approved", MaxEntries=10, AddressFamily="IPv4",
        Entries=[{"Cidr": cidr, "Description": "approved"} for cidr in APPROVED],
    )["PrefixList"]["PrefixListId"]
    security(lab, vpc)


def security(lab: Lab, vpc: str) -> None:
    """The gateway admits the health checks of its load balancer, by group, and nothing else."""
    ec2, ids = lab.client("ec2"), lab.ids
    own = ids["securityGroup"] = security_group(lab, vpc, "openclaw-gateway")
    balancer = ids["loadBalancerSecurityGroup"] = security_group(lab, vpc, "openclaw-health")
    files = ids["fileSystemSecurityGroup"] = security_group(lab, vpc, "openclaw-efs")

    def peer(group: str) -> dict[str, Any]:
        return {"UserIdGroupPairs": [{"GroupId": group, "UserId": lab.account}]}

    ec2.authorize_security_group_ingress(GroupId=own, IpPermissions=rule(GATEWAY_PORT, **peer(balancer)))
    ec2.authorize_security_group_egress(GroupId=own, IpPermissions=[
        *rule(443, PrefixListIds=[{"PrefixListId": ids["prefixList"]}]),
        *rule(443, IpRanges=[{"CidrIp": VPC_CIDR}]),
        *rule(2049, **peer(files)),
    ])
    ec2.authorize_security_group_egress(GroupId=balancer, IpPermissions=rule(GATEWAY_PORT, **peer(own)))
    ec2.authorize_security_group_ingress(GroupId=files, IpPermissions=rule(2049, **peer(own)))
