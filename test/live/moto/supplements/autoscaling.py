"""Auto Scaling: launches that follow the launch template, and what moto drops, invents or lacks."""

from __future__ import annotations

from typing import Any

from lab import Lab, Proceed, supplies
from moto.autoscaling import models

TAG = "aws:autoscaling:groupName"


def launch(group: Any, count: int, propagated: dict[str, str]) -> None:
    """Launches as the service does: the chosen template version, spread over the group's subnets.

    Plain moto ignores metadata options, instance profile, interfaces and version of the template, puts every instance
    in the first subnet and adds an unencrypted root volume.
    """
    ec2 = group.autoscaling_backend.ec2_backend
    version = group.ec2_launch_template.get_version(group.launch_template_version)
    data = version.data
    interface = (data.get("NetworkInterfaces") or [{}])[0]
    subnets = group.vpc_zone_identifier.split(",")
    profile = data.get("IamInstanceProfile") or {}
    for _ in range(count):
        subnet = subnets[len(group.instance_states) % len(subnets)]
        made = ec2.run_instances(
            data["ImageId"], 1, data.get("UserData"), [],
            instance_type=data.get("InstanceType", "t3.small"), is_instance_type_default=False,
            region_name=ec2.region_name, subnet_id=subnet,
            security_group_ids=list(data.get("SecurityGroupIds") or interface.get("Groups") or []),
            associate_public_ip=interface.get("AssociatePublicIpAddress"),
            metadata_options=data.get("MetadataOptions") or {}, block_device_mappings=data.get("BlockDeviceMappings") or [],
            launch_template={"LaunchTemplateId": version.template.id, "Version": str(version.number)},
            tags={"instance": {**propagated, TAG: group.name}}, client_token="lab",
        ).instances[0]
        made.root_device_name = "/dev/xvda"
        if profile:
            ec2.associate_iam_instance_profile(
                instance_id=made.id, iam_instance_profile_name=profile.get("Name"),
                iam_instance_profile_arn=profile.get("Arn"),
            )
        made.autoscaling_group = group
        state = models.InstanceState(made, protected_from_scale_in=group.new_instances_protected_from_scale_in)
        state.lab_version = str(version.number)  # type: ignore[attr-defined]
        group.instance_states.append(state)


def template_of(state: Any) -> dict[str, Any] | None:
    template = state.auto_scaling_group.ec2_launch_template
    if template is None:
        return None
    version = getattr(state, "lab_version", str(template.default_version_number))
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": version}


models.FakeAutoScalingGroup.replace_autoscaling_group_instances = launch
models.InstanceState.launch_template = property(template_of)  # type: ignore[assignment]


@supplies("autoscaling", "CreateAutoScalingGroup", "UpdateAutoScalingGroup")
def keep(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    kept = lab.state.groups.setdefault(params["AutoScalingGroupName"], {})
    for member in ("InstanceMaintenancePolicy", "DefaultInstanceWarmup"):
        if member in params:
            kept[member] = params[member]
    return out


@supplies("autoscaling", "DescribeAutoScalingGroups")
def groups(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    for group in out["AutoScalingGroups"]:
        group.update(lab.state.groups.get(group["AutoScalingGroupName"], {}))
    return out


@supplies("autoscaling", "DescribeLifecycleHooks")
def hooks(_lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto shows a role and a queue that nobody set."""
    out = proceed()
    for hook in out["LifecycleHooks"]:
        hook.pop("RoleARN", None)
        hook.pop("NotificationTargetARN", None)
    return out


@supplies("autoscaling", "DescribeScalingActivities")
def activities(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    name = params.get("AutoScalingGroupName")
    chosen = [a for group, rows in lab.state.activities.items() if name in (None, group) for a in rows]
    wanted = params.get("ActivityIds")
    chosen = [a for a in chosen if not wanted or a["ActivityId"] in wanted]
    return {"Activities": sorted(chosen, key=lambda a: a["StartTime"], reverse=True)}


@supplies("autoscaling", "DescribeInstanceRefreshes")
def refreshes(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    rows = lab.state.refreshes.get(params["AutoScalingGroupName"], [])
    wanted = params.get("InstanceRefreshIds")
    return {"InstanceRefreshes": [r for r in rows if not wanted or r["InstanceRefreshId"] in wanted]}


@supplies("autoscaling", "DescribeWarmPool")
def warm_pool(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    return lab.state.warm_pools.get(params["AutoScalingGroupName"], {"Instances": []})
