"""Neighbours in the same account that are not well kept. None of them is the deployment; a report must not turn on them."""

from __future__ import annotations

from good.identity import document, allow, secret, trust
from lab import Lab


def build(lab: Lab) -> None:
    ec2, ids = lab.client("ec2"), lab.ids
    vpc = ec2.create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.90.0.0/24", AvailabilityZone=lab.region + "a")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    group = ec2.create_security_group(GroupName="website", Description="website", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    template = ec2.create_launch_template(LaunchTemplateName="website", LaunchTemplateData={
        "ImageId": "ami-0fedcba9876543210", "InstanceType": "t3.small", "MetadataOptions": {"HttpTokens": "optional"},
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": [group]}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "Encrypted": False}}],
    })["LaunchTemplate"]["LaunchTemplateId"]
    lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="openclaw-prod-website", MinSize=1, DesiredCapacity=1, MaxSize=1, VPCZoneIdentifier=subnet,
        HealthCheckType="EC2", LaunchTemplate={"LaunchTemplateId": template, "Version": "1"})
    other = lab.client("efs").create_file_system(CreationToken="website", Encrypted=False)
    ids["decoy"] = {"group": "openclaw-prod-website", "fileSystem": other["FileSystemId"],
                    "fileSystemArn": other["FileSystemArn"], "securityGroup": group, "subnet": subnet, "vpc": vpc}
    secret(lab, "website/prod/session", 400, rotated=False)
    secret(lab, "openclaw/staging/gateway", 15)
    lab.client("cloudwatch").put_metric_alarm(
        AlarmName="website-cpu", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=300,
        EvaluationPeriods=3, Threshold=90, ComparisonOperator="GreaterThanThreshold", ActionsEnabled=False,
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": "openclaw-prod-website"}])
    lab.client("logs").create_log_group(logGroupName="/openclaw/prod/gateway-old")
    lab.client("sns").create_topic(Name="website")
    lab.client("iam").create_role(RoleName="website-admin", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    lab.client("iam").put_role_policy(
        RoleName="website-admin", PolicyName="all", PolicyDocument=document(allow(["*"], "*")))
    lab.client("iam").create_user(UserName="website-deploy")
    key = lab.client("iam").create_access_key(UserName="website-deploy")["AccessKey"]["AccessKeyId"]
    ids["decoy"].update(user="website-deploy", accessKey=key)
    lab.client("backup").create_backup_plan(BackupPlan={"BackupPlanName": "weekly", "Rules": [{
        "RuleName": "weekly", "TargetBackupVaultName": "openclaw-prod", "ScheduleExpression": "cron(0 3 ? * SUN *)"}]})
