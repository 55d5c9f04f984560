"""Flaws of the group, its health check and the file system's policy."""

from __future__ import annotations

import json
from typing import Any

from flawset.registry import flaw
from good.storage import file_system_policy
from lab import Lab, ago

HEALTH = ("infrastructure/health-check-is-gateway",)
HEALING = ("infrastructure/self-healing-on",)
HOOKS = ("infrastructure/lifecycle-hooks",)


def update(lab: Lab, **changes: Any) -> None:
    lab.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=lab.ids["group"], **changes)


def group(lab: Lab) -> Any:
    return lab.backend("autoscaling").autoscaling_groups[lab.ids["group"]]


def target_group(lab: Lab, **changes: Any) -> None:
    lab.client("elbv2").modify_target_group(TargetGroupArn=lab.ids["targetGroup"], **changes)


def hook(lab: Lab, name: str, transition: str, **changes: Any) -> None:
    lab.client("autoscaling").put_lifecycle_hook(**{
        "AutoScalingGroupName": lab.ids["group"], "LifecycleHookName": name, "HeartbeatTimeout": 300,
        "LifecycleTransition": f"autoscaling:EC2_INSTANCE_{transition}", "DefaultResult": "ABANDON", **changes})


# What is judged on instances, their interfaces, their template or their role.
ON_INSTANCES = (
    "infrastructure/private-subnets", "infrastructure/no-public-ip",
    "infrastructure/no-inbound-rules", "infrastructure/health-check-is-gateway", "infrastructure/storage-encrypted",
    "infrastructure/environments-separate", "soul-documents/server-side-read-only", "soul-documents/encrypted-in-transit",
    "credentials/role-reads-one-secret", "credentials/role-least-privilege", "credentials/imdsv2-required",
    "credentials/monitoring-secret-isolated", "credentials/rotation", "credentials/no-static-keys",
    "network/no-public-ingress", "network/egress-allowlisted", "network/ssh-not-public", "monitoring/logs-arrive",
    "monitoring/cost-limits", "backup/vault-protected",
)


@flaw("group-empty", *HEALING, "infrastructure/runs-in-asg", unknown=ON_INSTANCES)
def empty(lab: Lab) -> None:
    """No instance, so that no instance has a flaw."""
    update(lab, MinSize=0, DesiredCapacity=0)


@flaw("instance-not-in-service", "infrastructure/runs-in-asg", unknown=("monitoring/logs-arrive",))
def not_in_service(lab: Lab) -> None:
    """Every instance waits in its launch hook for ever."""
    for state in group(lab).instance_states:
        state.lifecycle_state = "Pending:Wait"


@flaw("hook-continue", *HOOKS)
def hook_continue(lab: Lab) -> None:
    """The launch hook lets an instance in service that never became ready."""
    hook(lab, "openclaw-ready", "LAUNCHING", DefaultResult="CONTINUE")


@flaw("hook-launch-only", *HOOKS)
def launch_only(lab: Lab) -> None:
    """There is a hook, and none on termination."""
    lab.client("autoscaling").delete_lifecycle_hook(AutoScalingGroupName=lab.ids["group"], LifecycleHookName="openclaw-drain")


@flaw("hook-timeout-too-long", *HOOKS)
def long_hook(lab: Lab) -> None:
    """A failed launch holds its place for two hours."""
    hook(lab, "openclaw-ready", "LAUNCHING", HeartbeatTimeout=7200)


@flaw("process-suspended", *HEALING)
def suspended(lab: Lab) -> None:
    """Someone suspended ReplaceUnhealthy in a maintenance and left it so."""
    lab.client("autoscaling").suspend_processes(AutoScalingGroupName=lab.ids["group"], ScalingProcesses=["ReplaceUnhealthy"])


@flaw("launch-suspended", *HEALING)
def launch_suspended(lab: Lab) -> None:
    """Unhealthy instances are ended and none comes in their place."""
    lab.client("autoscaling").suspend_processes(AutoScalingGroupName=lab.ids["group"], ScalingProcesses=["Launch"])


@flaw("instance-standby", *HEALING, "infrastructure/runs-in-asg")
def standby(lab: Lab) -> None:
    """An instance in Standby is not watched."""
    group(lab).instance_states[1].lifecycle_state = "Standby"


@flaw("minimum-zero", *HEALING)
def minimum_zero(lab: Lab) -> None:
    """The group runs, and may shrink to nothing."""
    update(lab, MinSize=0)


@flaw("single-zone", *HEALING)
def single_zone(lab: Lab) -> None:
    """All subnets of the group are in one zone."""
    update(lab, VPCZoneIdentifier=lab.ids["subnets"][0])


@flaw("health-check-ec2-only", *HEALTH)
def ec2_only(lab: Lab) -> None:
    """A target group is attached, and the group's health check does not ask it."""
    update(lab, HealthCheckType="EC2")


@flaw("target-group-missing", *HEALTH)
def no_target_group(lab: Lab) -> None:
    """The type is ELB and nothing is attached: only the machine is checked."""
    lab.client("autoscaling").detach_load_balancer_target_groups(
        AutoScalingGroupName=lab.ids["group"], TargetGroupARNs=[lab.ids["targetGroup"]])


@flaw("tg-path-root", *HEALTH)
def root_path(lab: Lab) -> None:
    """The health check asks /, which any web server answers."""
    target_group(lab, HealthCheckPath="/")


@flaw("tg-matcher-wide", *HEALTH)
def wide_matcher(lab: Lab) -> None:
    """Every status below 500 counts as healthy."""
    target_group(lab, Matcher={"HttpCode": "200-499"})


@flaw("tg-other-port", *HEALTH)
def other_port(lab: Lab) -> None:
    """The health check asks another port than the gateway's."""
    target_group(lab, HealthCheckPort="8080")


@flaw("target-unhealthy", *HEALTH)
def unhealthy(lab: Lab) -> None:
    """One of the two targets fails its checks."""
    lab.state.target_health[lab.ids["instances"][1]] = {
        "State": "unhealthy", "Reason": "Target.ResponseCodeMismatch", "Description": "Health checks failed with these codes: [503]"}


@flaw("maintenance-policy-gap", "infrastructure/zero-downtime-deploys")
def gap(lab: Lab) -> None:
    """A deploy may take the only instance away first."""
    lab.state.groups[lab.ids["group"]]["InstanceMaintenancePolicy"] = {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100}
    lab.state.refreshes[lab.ids["group"]][0]["Preferences"] = {"MinHealthyPercentage": 0}


@flaw("refresh-without-minimum", "infrastructure/zero-downtime-deploys")
def low_refresh(lab: Lab) -> None:
    """The policy of the group is right; the last refresh named a lower minimum, which won."""
    rows = lab.state.refreshes[lab.ids["group"]]
    rows.insert(0, {**rows[0], "InstanceRefreshId": "4ef7e500-0000-4000-8000-000000000002",
                    "StartTime": ago(days=1), "EndTime": ago(days=1, minutes=-20),
                    "Preferences": {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100}})


@flaw("staging-shares-role", "infrastructure/environments-separate")
def shared_role(lab: Lab) -> None:
    """Staging has a group of its own, whose instances run as the role of production."""
    lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="openclaw-staging", MinSize=1, DesiredCapacity=1, MaxSize=1,
        VPCZoneIdentifier=lab.ids["subnets"][0], LaunchTemplate={"LaunchTemplateId": lab.ids["launchTemplate"], "Version": "1"})


@flaw("efs-policy-allows-write", "soul-documents/server-side-read-only")
def policy_writes(lab: Lab) -> None:
    """The policy lets the instance role write through the workspace access point."""
    policy = file_system_policy(lab)
    policy["Statement"] = [s for s in policy["Statement"] if s["Sid"] != "readonly"]
    policy["Statement"][1]["Action"] = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    put_policy(lab, policy)


@flaw("efs-policy-wildcard-principal", "soul-documents/server-side-read-only")
def policy_anyone(lab: Lab) -> None:
    """Anyone in the VPC may mount and write as root; the role's own statement is right."""
    policy = file_system_policy(lab)
    policy["Statement"] = [policy["Statement"][0], {
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:Client*", "Resource": "*"}]
    put_policy(lab, policy)


@flaw("efs-policy-missing", "soul-documents/server-side-read-only", "soul-documents/encrypted-in-transit")
def no_policy(lab: Lab) -> None:
    """Without a policy every client that reaches the file system may write."""
    lab.backend("efs").file_systems_by_id[lab.ids["fileSystem"]].file_system_policy = None


@flaw("role-writes-efs", "soul-documents/server-side-read-only")
def role_writes(lab: Lab) -> None:
    """The policy does not deny, and the role's own policy grants ClientWrite."""
    policy = file_system_policy(lab)
    policy["Statement"] = [s for s in policy["Statement"] if s["Sid"] != "readonly"]
    put_policy(lab, policy)
    lab.client("iam").put_role_policy(RoleName=lab.ids["role"], PolicyName="files", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "elasticfilesystem:Client*", "Resource": "*"}]}))


@flaw("efs-no-secure-transport", "soul-documents/encrypted-in-transit")
def plain_transport(lab: Lab) -> None:
    """A client may mount without TLS."""
    policy = file_system_policy(lab)
    policy["Statement"] = policy["Statement"][1:]
    put_policy(lab, policy)


def put_policy(lab: Lab, policy: dict[str, Any]) -> None:
    lab.client("efs").put_file_system_policy(FileSystemId=lab.ids["fileSystem"], Policy=json.dumps(policy))
