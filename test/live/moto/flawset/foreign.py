"""Deployments that others would build: not as the good one is, and what each comes to."""

from __future__ import annotations

import json

from flawset.registry import flaw
from good.compute import template_data
from good.network import GATEWAY_PORT
from lab import Lab


@flaw("second-group-of-the-same-tags")
def second_group(lab: Lab) -> None:
    """Another group has the same tags, role and template name, and public instances: it is not the one asked about."""
    ec2, scaling = lab.client("ec2"), lab.client("autoscaling")
    subnet = ec2.create_subnet(VpcId=lab.ids["vpc"], CidrBlock="10.40.250.0/24")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    data = template_data(lab)
    data["NetworkInterfaces"] = [{**data["NetworkInterfaces"][0], "AssociatePublicIpAddress": True}]
    data["MetadataOptions"] = {"HttpTokens": "optional", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 3}
    template = ec2.create_launch_template(LaunchTemplateName="openclaw-gateway-2", LaunchTemplateData=data)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="openclaw-prod-2", MinSize=1, DesiredCapacity=1, MaxSize=1, VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"},
        Tags=[{"Key": "environment", "Value": "prod", "PropagateAtLaunch": True}])


@flaw("address-targets", "infrastructure/health-check-is-gateway")
def address_targets(lab: Lab) -> None:
    """The load balancer has the instances by their addresses, so the group neither asks it nor adds the next one."""
    elb, ids = lab.client("elbv2"), lab.ids
    made = elb.create_target_group(
        Name="openclaw-addresses", Protocol="HTTP", Port=GATEWAY_PORT, VpcId=ids["vpc"], TargetType="ip",
        HealthCheckPath="/readyz", HealthCheckIntervalSeconds=15, UnhealthyThresholdCount=2, Matcher={"HttpCode": "200"})
    found = lab.client("ec2").describe_instances(InstanceIds=ids["instances"])["Reservations"]
    elb.register_targets(TargetGroupArn=made["TargetGroups"][0]["TargetGroupArn"], Targets=[
        {"Id": one["PrivateIpAddress"], "Port": GATEWAY_PORT} for part in found for one in part["Instances"]])
    elb.modify_listener(ListenerArn=ids["listener"], DefaultActions=[
        {"Type": "forward", "TargetGroupArn": made["TargetGroups"][0]["TargetGroupArn"]}])
    lab.client("autoscaling").detach_load_balancer_target_groups(
        AutoScalingGroupName=ids["group"], TargetGroupARNs=[ids["targetGroup"]])


@flaw("role-for-several-accounts", "credentials/role-least-privilege")
def several_accounts(lab: Lab) -> None:
    """One role serves the instances and two accounts beside this one."""
    lab.client("iam").update_assume_role_policy(RoleName=lab.ids["role"], PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": ["111111111111", "arn:aws:iam::222222222222:root"]},
             "Action": "sts:AssumeRole"}]}))


@flaw("newest-version-launched")
def newest_version(lab: Lab) -> None:
    """The group launches `$Latest`, and the newest version is as good as the one that runs."""
    lab.client("ec2").create_launch_template_version(
        LaunchTemplateId=lab.ids["launchTemplate"], LaunchTemplateData=template_data(lab))
    lab.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=lab.ids["group"],
        LaunchTemplate={"LaunchTemplateId": lab.ids["launchTemplate"], "Version": "$Latest"})


@flaw("newest-version-public", "infrastructure/no-public-ip")
def newest_public(lab: Lab) -> None:
    """The group launches `$Latest`, and somebody made a newer version with a public address."""
    newest_version(lab)
    data = template_data(lab)
    data["NetworkInterfaces"] = [{**data["NetworkInterfaces"][0], "AssociatePublicIpAddress": True}]
    lab.client("ec2").create_launch_template_version(LaunchTemplateId=lab.ids["launchTemplate"], LaunchTemplateData=data)


@flaw("public-neighbour")
def neighbour(lab: Lab) -> None:
    """A plain instance with a public address, the same tags and another security group is in the VPC: not one of ours."""
    ec2 = lab.client("ec2")
    group = ec2.create_security_group(GroupName="jump", Description="jump host", VpcId=lab.ids["vpc"])["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    subnet = ec2.create_subnet(VpcId=lab.ids["vpc"], CidrBlock="10.40.251.0/24")["Subnet"]["SubnetId"]
    ec2.run_instances(
        ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "environment", "Value": "prod"}]}],
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet, "Groups": [group], "AssociatePublicIpAddress": True}])
