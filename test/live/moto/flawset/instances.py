"""Flaws of addresses, metadata and volumes of the instances and their template."""

from __future__ import annotations

from typing import Any

from flawset.registry import flaw
from good.compute import template_data
from lab import Lab

PUBLIC = ("infrastructure/no-public-ip",)


def instance(lab: Lab, index: int = 0) -> Any:
    """moto's object of one of the gateway's instances."""
    wanted = lab.ids["instances"][index]
    return next(i for r in lab.backend("ec2").reservations.values() for i in r.instances if i.id == wanted)


def template_in_use(lab: Lab, **changes: Any) -> None:
    """A new template version that becomes the one that the group launches from, as the running ones keep theirs."""
    ec2, data = lab.client("ec2"), template_data(lab)
    data.update(changes)
    number = ec2.create_launch_template_version(
        LaunchTemplateId=lab.ids["launchTemplate"], LaunchTemplateData=data)["LaunchTemplateVersion"]["VersionNumber"]
    lab.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=lab.ids["group"],
        LaunchTemplate={"LaunchTemplateId": lab.ids["launchTemplate"], "Version": str(number)})


def extra_interface(lab: Lab, index: int = 1, **more: Any) -> str:
    """A second interface on an instance, which a look at the primary one does not see."""
    ec2 = lab.client("ec2")
    made = ec2.create_network_interface(
        SubnetId=more.get("subnet", lab.ids["subnets"][0]), Groups=more.get("groups", [lab.ids["securityGroup"]])
    )["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=made, InstanceId=lab.ids["instances"][0], DeviceIndex=index)
    return made


@flaw("public-ip-on-secondary-interface", *PUBLIC)
def secondary_interface(lab: Lab) -> None:
    """A public address on the second interface; the instance's own PublicIpAddress stays empty."""
    address = lab.client("ec2").allocate_address(Domain="vpc")
    lab.client("ec2").associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=extra_interface(lab))


@flaw("eip-on-instance", *PUBLIC)
def elastic_address(lab: Lab) -> None:
    """An elastic IP on the second instance; the first one has none."""
    address = lab.client("ec2").allocate_address(Domain="vpc")
    lab.client("ec2").associate_address(AllocationId=address["AllocationId"], InstanceId=lab.ids["instances"][1])


@flaw("ipv6-gua", *PUBLIC, "infrastructure/private-subnets")
def global_ipv6(lab: Lab) -> None:
    """A global IPv6 address on an interface that has no public IPv4, in a subnet with an IPv6 route to the internet gateway."""
    interface = instance(lab).nics[0].id
    table = lab.ids["routeTables"][lab.ids["subnets"].index(instance(lab).subnet_id)]
    lab.client("ec2").create_route(
        RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=lab.ids["internetGateway"])
    lab.state.interfaces[interface] = {
        "Ipv6Addresses": [{"Ipv6Address": "2a05:d018:1234:5600::10", "IsPrimaryIpv6": False}],
        "Ipv6Address": "2a05:d018:1234:5600::10"}


@flaw("template-assigns-public-ip", *PUBLIC)
def template_public(lab: Lab) -> None:
    """The running instances are private; the next one from the template is not."""
    data = template_data(lab)["NetworkInterfaces"]
    template_in_use(lab, NetworkInterfaces=[{**data[0], "AssociatePublicIpAddress": True}])


@flaw("imdsv1-optional-instance", "credentials/imdsv2-required")
def instance_optional(lab: Lab) -> None:
    """One instance was changed after its launch; the template is right."""
    instance(lab, 1).metadata_options.http_tokens = "optional"


@flaw("imdsv1-optional-template", "credentials/imdsv2-required")
def template_optional(lab: Lab) -> None:
    """The instances are right; the template gives the next one IMDSv1."""
    template_in_use(lab, MetadataOptions={"HttpTokens": "optional", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1})


@flaw("imds-hop-limit-two", "credentials/imdsv2-required")
def hop_limit(lab: Lab) -> None:
    """Tokens are required, yet a container one hop away gets one."""
    instance(lab).metadata_options.http_put_response_hop_limit = 2


@flaw("imds-change-pending", "credentials/imdsv2-required")
def change_pending(lab: Lab) -> None:
    """`required` was asked for and is not applied yet."""
    instance(lab).metadata_options.state = "pending"


@flaw("unencrypted-volume", "infrastructure/storage-encrypted")
def second_volume(lab: Lab) -> None:
    """The root volume is encrypted, a second one is not."""
    ec2, found = lab.client("ec2"), instance(lab, 1)
    volume = ec2.create_volume(Size=5, AvailabilityZone=found.placement.zone, Encrypted=False)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=found.id, Device="/dev/sdf")


@flaw("template-unencrypted-volume", "infrastructure/storage-encrypted")
def template_volume(lab: Lab) -> None:
    """The template asks for no encryption, and the account default is off: the next volume is plain."""
    lab.client("ec2").disable_ebs_encryption_by_default()
    template_in_use(lab, BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3"}}])


@flaw("efs-unencrypted", "infrastructure/storage-encrypted")
def plain_file_system(lab: Lab) -> None:
    """The volumes are encrypted, the file system is not."""
    lab.backend("efs").file_systems_by_id[lab.ids["fileSystem"]].encrypted = False
