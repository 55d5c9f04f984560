"""EC2: values that moto shows wrongly on private interfaces, and the account defaults that it lacks."""

from __future__ import annotations

import base64
from typing import Any

from lab import Lab, Proceed, ServiceError, supplies
from moto.ec2.models import elastic_ip_addresses
from moto.moto_api._internal import mock_random


def public_address() -> str:
    """moto's elastic IPs are of 127.0.0.0/8, which is public to nobody; these are of a range of the region."""
    return f"52.17.{mock_random.randint(0, 255)}.{mock_random.randint(1, 254)}"


elastic_ip_addresses.random_ip = public_address


def without_empty_association(interface: dict[str, Any]) -> None:
    """moto writes an empty Association on every private interface; the service leaves it out."""
    for row in (interface, *interface.get("PrivateIpAddresses", [])):
        found = row.get("Association")
        if found is not None and not found.get("PublicIp"):
            del row["Association"]


@supplies("ec2", "DescribeInstances")
def instances(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    for reservation in out.get("Reservations", []):
        for instance in reservation["Instances"]:
            for interface in instance.get("NetworkInterfaces", []):
                without_empty_association(interface)
                interface.update(lab.state.interfaces.get(interface["NetworkInterfaceId"], {}))
            for member in ("PublicIpAddress", "PublicDnsName"):
                if not instance.get(member):
                    instance.pop(member, None)
            profile = instance.get("IamInstanceProfile")
            if profile:
                profile["Id"] = next(p.id for p in lab.backend("iam").instance_profiles.values() if p.arn == profile["Arn"])
            options = instance.setdefault("MetadataOptions", {})
            options.setdefault("State", "applied")
    return out


@supplies("ec2", "ReplaceIamInstanceProfileAssociation")
def replace_profile(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto changes the association and leaves the instance with the profile that it had."""
    out = proceed()
    for instance, association in lab.backend("ec2").iam_instance_profile_associations.items():
        lab.backend("ec2").get_instance(instance).iam_instance_profile = association.iam_instance_profile
    return out


@supplies("ec2", "DescribeNetworkInterfaces")
def interfaces(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    for interface in out.get("NetworkInterfaces", []):
        without_empty_association(interface)
        interface.update(lab.state.interfaces.get(interface["NetworkInterfaceId"], {}))
    return out


@supplies("ec2", "GetInstanceMetadataDefaults")
def metadata_defaults(lab: Lab, _params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    return {"AccountLevel": lab.state.metadata_defaults}


@supplies("ec2", "GetConsoleOutput")
def console(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    known = {i.id for r in lab.backend("ec2").reservations.values() for i in r.instances}
    if params["InstanceId"] not in known:
        raise ServiceError("InvalidInstanceID.NotFound", "no such instance")
    text = lab.state.console.get(params["InstanceId"], "")
    return {"InstanceId": params["InstanceId"], "Timestamp": lab.born, "Output": base64.b64encode(text.encode()).decode()}
