"""Flaws of routes, security groups and load balancers."""

from __future__ import annotations

from typing import Any

from flawset.instances import extra_interface
from flawset.registry import flaw
from good.network import rule, security_group
from lab import Lab

SUBNETS = ("infrastructure/private-subnets",)
INGRESS = ("infrastructure/no-inbound-rules", "network/no-public-ingress")
SSH = ("network/ssh-not-public",)
EGRESS = ("network/egress-allowlisted",)


def ingress(lab: Lab, permissions: list[dict[str, Any]]) -> None:
    lab.client("ec2").authorize_security_group_ingress(GroupId=lab.ids["securityGroup"], IpPermissions=permissions)


def egress(lab: Lab, permissions: list[dict[str, Any]]) -> None:
    lab.client("ec2").authorize_security_group_egress(GroupId=lab.ids["securityGroup"], IpPermissions=permissions)


@flaw("subnet-auto-assign", *SUBNETS)
def auto_assign(lab: Lab) -> None:
    """The second subnet gives each new instance a public address."""
    lab.client("ec2").modify_subnet_attribute(SubnetId=lab.ids["subnets"][1], MapPublicIpOnLaunch={"Value": True})


@flaw("subnet-auto-assign-ipv6", *SUBNETS)
def auto_assign_ipv6(lab: Lab) -> None:
    """The subnet gives no public IPv4 and a public IPv6."""
    ec2 = lab.client("ec2")
    ec2.modify_subnet_attribute(SubnetId=lab.ids["subnets"][0], AssignIpv6AddressOnCreation={"Value": True})


@flaw("route-to-igw", *SUBNETS)
def direct_route(lab: Lab) -> None:
    """The subnet is called private, and its own route table leads to the internet gateway."""
    ec2, table = lab.client("ec2"), lab.ids["routeTables"][0]
    ec2.replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=lab.ids["internetGateway"])


@flaw("main-route-table-to-igw", *SUBNETS)
def main_table(lab: Lab) -> None:
    """A subnet without an association falls back on the main route table, which leads to the internet gateway."""
    ec2, subnet = lab.client("ec2"), lab.ids["subnets"][1]
    ec2.create_route(RouteTableId=lab.ids["mainRouteTable"], DestinationCidrBlock="0.0.0.0/0", GatewayId=lab.ids["internetGateway"])
    ec2.disassociate_route_table(AssociationId=lab.ids["routeAssociations"][subnet])


@flaw("ipv6-route-to-igw", *SUBNETS)
def ipv6_route(lab: Lab) -> None:
    """IPv4 goes through NAT; ::/0 goes to the internet gateway."""
    lab.client("ec2").create_route(
        RouteTableId=lab.ids["routeTables"][1], DestinationIpv6CidrBlock="::/0", GatewayId=lab.ids["internetGateway"])


@flaw("sg-ssh-open", *INGRESS, *SSH)
def ssh_open(lab: Lab) -> None:
    """Port 22 from anywhere."""
    ingress(lab, rule(22, IpRanges=[{"CidrIp": "0.0.0.0/0"}]))


@flaw("sg-split-range-ingress", *INGRESS, unknown=SSH)
def split_range(lab: Lab) -> None:
    """The whole internet in two halves, neither of which is 0.0.0.0/0."""
    ingress(lab, rule(443, IpRanges=[{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}]))


@flaw("sg-ipv6-ingress", *INGRESS, *SSH)
def ipv6_ingress(lab: Lab) -> None:
    """Nothing in IPv4, everything in IPv6."""
    ingress(lab, rule(22, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))


@flaw("sg-prefix-list-ingress", *INGRESS, *SSH)
def prefix_ingress(lab: Lab) -> None:
    """The rule names a prefix list, and the list is the whole internet."""
    made = lab.client("ec2").create_managed_prefix_list(
        PrefixListName="everyone", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "0.0.0.0/0", "Description": "all"}])
    ingress(lab, rule(22, PrefixListIds=[{"PrefixListId": made["PrefixList"]["PrefixListId"]}]))


@flaw("sg-open-on-secondary-interface", *INGRESS, *SSH)
def secondary_group(lab: Lab) -> None:
    """The primary interface's group is right; the second interface has another group."""
    group = security_group(lab, lab.ids["vpc"], "temporary")
    lab.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=rule(22, IpRanges=[{"CidrIp": "0.0.0.0/0"}]))
    extra_interface(lab, groups=[group])


@flaw("sg-ingress-vpc-wide", "infrastructure/no-inbound-rules")
def vpc_wide(lab: Lab) -> None:
    """Every host of the VPC may reach the gateway's port, which nobody approved."""
    ingress(lab, [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.40.0.0/16"}]}])


@flaw("egress-any-443", *EGRESS)
def any_443(lab: Lab) -> None:
    """Only port 443, to the whole internet."""
    egress(lab, rule(443, IpRanges=[{"CidrIp": "0.0.0.0/0"}]))


@flaw("egress-any-ipv6", *EGRESS)
def any_ipv6(lab: Lab) -> None:
    """IPv4 is approved; IPv6 goes anywhere."""
    egress(lab, [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}])


@flaw("egress-udp-53", *EGRESS)
def udp_53(lab: Lab) -> None:
    """DNS to anywhere carries anything out."""
    egress(lab, [{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])


@flaw("egress-broad-range", *EGRESS)
def broad_range(lab: Lab) -> None:
    """A /8 that happens to hold today's address of a provider."""
    egress(lab, rule(443, IpRanges=[{"CidrIp": "198.0.0.0/8"}]))


@flaw("egress-prefix-list-with-zero", *EGRESS)
def prefix_zero(lab: Lab) -> None:
    """The approved prefix list got an entry for the whole internet."""
    lab.client("ec2").modify_managed_prefix_list(
        PrefixListId=lab.ids["prefixList"], CurrentVersion=1, AddEntries=[{"Cidr": "0.0.0.0/0", "Description": "temporary"}])


@flaw("egress-second-group", *EGRESS)
def second_group(lab: Lab) -> None:
    """One of two groups on the interface allows everything."""
    ec2 = lab.client("ec2")
    group = security_group(lab, lab.ids["vpc"], "everything")
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    ec2.modify_instance_attribute(InstanceId=lab.ids["instances"][0], Groups=[lab.ids["securityGroup"], group])


@flaw("load-balancer-internet-facing", "network/no-public-ingress", unknown=SSH)
def public_balancer(lab: Lab) -> None:
    """The instances are private; the load balancer in front of them is not."""
    lab.backend("elbv2").load_balancers[lab.ids["loadBalancer"]].scheme = "internet-facing"


@flaw("private-link-to-balancer", unknown=("network/no-public-ingress", *SSH))
def private_link(lab: Lab) -> None:
    """An internal load balancer of another kind leads to the instances, and an endpoint service hands it to others."""
    elb = lab.client("elbv2")
    vpc = lab.client("ec2").describe_subnets(SubnetIds=lab.ids["subnets"])["Subnets"][0]["VpcId"]
    balancer = elb.create_load_balancer(
        Name="shared", Type="network", Scheme="internal", Subnets=lab.ids["subnets"])["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(
        Name="shared", Protocol="TCP", Port=18789, VpcId=vpc, TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": i} for i in lab.ids["instances"]])
    elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=443,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    lab.client("ec2").create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[balancer])
