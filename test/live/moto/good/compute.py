"""The launch template, the load balancer that asks /readyz, and the group with its hooks and history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from good.network import GATEWAY_PORT
from lab import Lab, ago

GROUP = "openclaw-prod"


def template_data(lab: Lab) -> dict[str, Any]:
    return {
        "ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.small",
        "IamInstanceProfile": {"Name": lab.ids["instanceProfile"]},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled",
                            "HttpProtocolIpv6": "disabled"},
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False, "DeleteOnTermination": True,
                               "Groups": [lab.ids["securityGroup"]]}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {
            "VolumeSize": 20, "VolumeType": "gp3", "Encrypted": True, "KmsKeyId": lab.ids["key"],
            "DeleteOnTermination": True}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "environment", "Value": "prod"}]}],
    }


def balancer(lab: Lab) -> None:
    elb, ids = lab.client("elbv2"), lab.ids
    ids["loadBalancer"] = elb.create_load_balancer(
        Name="openclaw-health", Subnets=ids["subnets"], SecurityGroups=[ids["loadBalancerSecurityGroup"]],
        Scheme="internal", Type="application")["LoadBalancers"][0]["LoadBalancerArn"]
    ids["targetGroup"] = elb.create_target_group(
        Name="openclaw-gateway", Protocol="HTTP", Port=GATEWAY_PORT, VpcId=ids["vpc"], TargetType="instance",
        HealthCheckEnabled=True, HealthCheckProtocol="HTTP", HealthCheckPort="traffic-port", HealthCheckPath="/readyz",
        HealthCheckIntervalSeconds=15, HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2, UnhealthyThresholdCount=2,
        Matcher={"HttpCode": "200"})["TargetGroups"][0]["TargetGroupArn"]
    ids["listener"] = elb.create_listener(
        LoadBalancerArn=ids["loadBalancer"], Protocol="HTTP", Port=GATEWAY_PORT,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": ids["targetGroup"]}])["Listeners"][0]["ListenerArn"]


def build(lab: Lab, desired: int = 2) -> None:
    ec2, scaling, ids = lab.client("ec2"), lab.client("autoscaling"), lab.ids
    ec2.enable_ebs_encryption_by_default()
    lab.state.metadata_defaults.update(HttpTokens="required", HttpPutResponseHopLimit=1, HttpEndpoint="enabled",
                                       InstanceMetadataTags="disabled", ManagedBy="account")
    ids["launchTemplate"] = ec2.create_launch_template(
        LaunchTemplateName="openclaw-gateway", LaunchTemplateData=template_data(lab))["LaunchTemplate"]["LaunchTemplateId"]
    balancer(lab)
    ids["group"] = GROUP
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP, MinSize=1, DesiredCapacity=desired, MaxSize=4, VPCZoneIdentifier=",".join(ids["subnets"]),
        LaunchTemplate={"LaunchTemplateId": ids["launchTemplate"], "Version": "1"}, TargetGroupARNs=[ids["targetGroup"]],
        HealthCheckType="ELB", HealthCheckGracePeriod=120, DefaultInstanceWarmup=60,
        InstanceMaintenancePolicy={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200},
        Tags=[{"Key": "environment", "Value": "prod", "PropagateAtLaunch": True}])
    for name, transition in (("ready", "LAUNCHING"), ("drain", "TERMINATING")):
        scaling.put_lifecycle_hook(
            AutoScalingGroupName=GROUP, LifecycleHookName=f"openclaw-{name}", HeartbeatTimeout=300, DefaultResult="ABANDON",
            LifecycleTransition=f"autoscaling:EC2_INSTANCE_{transition}")
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
    ids["groupArn"] = found["AutoScalingGroupARN"]
    ids["instances"] = [instance["InstanceId"] for instance in found["Instances"]]
    history(lab)


def activity(lab: Lab, what: str, cause: str, days: float, seconds: int) -> dict[str, Any]:
    rows = lab.state.activities.setdefault(GROUP, [])
    start = ago(days=days)
    row = {"ActivityId": f"ac71717e-0000-4000-8000-{len(rows):012d}", "AutoScalingGroupName": GROUP, "Description": what,
           "Cause": f"At {start:%Y-%m-%dT%H:%M:%SZ} {cause}", "StartTime": start,
           "EndTime": start + timedelta(seconds=seconds), "StatusCode": "Successful", "Progress": 100, "Details": "{}",
           "AutoScalingGroupARN": lab.ids["groupArn"]}
    rows.append(row)
    return row


def history(lab: Lab) -> None:
    """What the service would remember: the launches, an instance replaced for its health, and the last refresh.

    The group launches first, as its maintenance policy says, and ends the failed instance when the new one serves.
    """
    lost, (first, *others) = "i-00000000000000bad", lab.ids["instances"]
    for instance in others:
        activity(lab, f"Launching a new EC2 instance: {instance}",
                 "an instance was started in response to a difference between desired and actual capacity, increasing the "
                 "capacity from 0 to 2.", 9, 70)
    activity(lab, f"Launching a new EC2 instance: {first}",
             "an instance was launched in response to an unhealthy instance needing to be replaced.", 3, 70)
    activity(lab, f"Terminating EC2 instance: {lost}",
             "an instance was taken out of service in response to an ELB system health check failure.", 3 - 80 / 86_400, 95)
    for reservation in lab.backend("ec2").reservations.values():
        for instance in reservation.instances:
            instance.launch_time = ago(days=3 if instance.id == first else 9)
    lab.state.refreshes[GROUP] = [{
        "InstanceRefreshId": "4ef7e500-0000-4000-8000-000000000001", "AutoScalingGroupName": GROUP, "Status": "Successful",
        "StartTime": ago(days=9), "EndTime": ago(days=9, minutes=-12), "PercentageComplete": 100, "InstancesToUpdate": 0,
        "Preferences": {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200, "AutoRollback": True}}]
