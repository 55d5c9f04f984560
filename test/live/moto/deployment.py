"""Builds the good deployment of the catalogue in a lab, with neighbours beside it."""

from __future__ import annotations

import supplements  # noqa: F401  registers what moto lacks
from good import compute, decoys, identity, monitoring, network, storage
from lab import Lab, ago
from moto.moto_api._internal import mock_random


def host_key_block(instance: str) -> str:
    """The block that cloud-init prints to the console. The key is made up; `/clawcheck-lab/console` puts a real one."""
    return (
        "cloud-init: lab\n-----BEGIN SSH HOST KEY FINGERPRINTS-----\n"
        f"256 SHA256:{'A' * 43} root@{instance} (ED25519)\n-----END SSH HOST KEY FINGERPRINTS-----\n"
    )


def backdate(lab: Lab) -> None:
    """Nothing of the deployment was changed after what its history shows of it: a trial before a change proves less."""
    ids, months = lab.ids, ago(days=120)
    for version in lab.backend("ec2").launch_templates[ids["launchTemplate"]].versions:
        version.create_time = months
    lab.backend("autoscaling").autoscaling_groups[ids["group"]].created_time = months.isoformat()
    alarm = lab.backend("cloudwatch").alarms[ids["alarm"]]
    alarm.configuration_updated_timestamp, alarm.state_updated_timestamp = months, ago(days=3)
    backup = lab.backend("backup")
    backup.vaults[ids["vault"]].creation_date = backup.plans[ids["plan"]].creation_date = months.timestamp()
    lab.backend("efs").file_systems_by_id[ids["fileSystem"]].creation_time = months.timestamp()
    for group in ids["logGroups"]:
        lab.backend("logs").groups[group].creation_time = int(months.timestamp() * 1000)


def build(region: str = "eu-west-1", desired: int = 2) -> Lab:
    # The same names in every lab of a release, so that two runs can be compared.
    mock_random.seed(20260101)
    lab = Lab(region)
    network.build(lab)
    identity.build(lab)
    compute.build(lab, desired)
    storage.build(lab)
    monitoring.build(lab)
    decoys.build(lab)
    backdate(lab)
    for instance in lab.ids["instances"]:
        lab.state.console[instance] = host_key_block(instance)
    return lab


if __name__ == "__main__":
    import json

    print(json.dumps(build().ids, indent=2))
