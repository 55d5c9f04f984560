"""Keys, secrets and roles: each role reads its own secret and no other."""

from __future__ import annotations

import json
from typing import Any

from lab import Lab, ago


def allow(actions: list[str], resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]})


def secret(lab: Lab, name: str, days: int, rotated: bool = True) -> str:
    """A secret that was last changed this many days ago. Its value is never read by clawcheck."""
    arn = lab.client("secretsmanager").create_secret(Name=name, SecretString='{"placeholder":"lab"}')["ARN"]
    dates: dict[str, Any] = {"CreatedDate": ago(days=200), "LastChangedDate": ago(days=days)}
    if rotated:
        dates.update(
            RotationEnabled=True, RotationLambdaARN=f"arn:aws:lambda:{lab.region}:{lab.account}:function:openclaw-rotate",
            RotationRules={"AutomaticallyAfterDays": 30}, LastRotatedDate=ago(days=days),
            NextRotationDate=ago(days=days - 30),
        )
    lab.state.secrets[arn] = dates
    return arn


def build(lab: Lab) -> None:
    iam, ids = lab.client("iam"), lab.ids
    ids["key"] = lab.client("kms").create_key(Description="openclaw")["KeyMetadata"]["Arn"]
    ids["secrets"] = {
        "gateway": secret(lab, "openclaw/prod/gateway", 12),
        "monitoring": secret(lab, "openclaw/prod/monitoring", 12),
        "unrelated": secret(lab, "billing/prod/database", 40),
    }
    group_arn = (f"arn:aws:autoscaling:{lab.region}:{lab.account}:autoScalingGroup:*:"
                 "autoScalingGroupName/openclaw-prod")
    logs = [f"arn:aws:logs:{lab.region}:{lab.account}:log-group:/openclaw/prod/{name}:*" for name in ("gateway", "session")]
    ids["role"], ids["roleArn"] = "openclaw-gateway", iam.create_role(
        RoleName="openclaw-gateway", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName=ids["role"], PolicyName="gateway", PolicyDocument=document(
        allow(["secretsmanager:GetSecretValue"], ids["secrets"]["gateway"]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs),
        allow(["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"], group_arn),
    ))
    # The metric behind the health alarm: this action has no resource to name, so the namespace limits it.
    metrics = iam.create_policy(PolicyName="openclaw-metrics", PolicyDocument=document(allow(
        ["cloudwatch:PutMetricData"], "*", Condition={"StringEquals": {"cloudwatch:namespace": "OpenClaw/Gateway"}})))
    iam.attach_role_policy(RoleName=ids["role"], PolicyArn=metrics["Policy"]["Arn"])
    iam.create_instance_profile(InstanceProfileName="openclaw-gateway")
    iam.add_role_to_instance_profile(InstanceProfileName="openclaw-gateway", RoleName=ids["role"])
    ids["instanceProfile"] = "openclaw-gateway"

    ids["alertRole"], ids["alertRoleArn"] = "openclaw-alert", iam.create_role(
        RoleName="openclaw-alert", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="openclaw-alert", PolicyName="alert", PolicyDocument=document(
        allow(["secretsmanager:GetSecretValue"], ids["secrets"]["monitoring"]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"],
              f"arn:aws:logs:{lab.region}:{lab.account}:log-group:/aws/lambda/openclaw-alert:*"),
    ))
    ids["backupRoleArn"] = iam.create_role(
        RoleName="openclaw-backup", AssumeRolePolicyDocument=trust("backup.amazonaws.com"))["Role"]["Arn"]
    ids["budgetRoleArn"] = iam.create_role(
        RoleName="openclaw-budget", AssumeRolePolicyDocument=trust("budgets.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="openclaw-budget", PolicyName="pause", PolicyDocument=document(
        allow(["iam:AttachRolePolicy", "iam:DetachRolePolicy"], ids["roleArn"])))
    ids["pausePolicy"] = iam.create_policy(PolicyName="openclaw-paused", PolicyDocument=document(
        {"Effect": "Deny", "Action": "*", "Resource": "*"}))["Policy"]["Arn"]
    on_call = f"arn:aws:iam::{lab.account}:saml-provider/staff"
    iam.create_role(RoleName="on-call", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Federated": on_call}, "Action": "sts:AssumeRoleWithSAML"}]}))
    iam.put_role_policy(RoleName="on-call", PolicyName="stop", PolicyDocument=document(allow(["ssm:SendCommand"], [
        f"arn:aws:ssm:{lab.region}:{lab.account}:document/openclaw-kill-switch",
        f"arn:aws:ec2:{lab.region}:{lab.account}:instance/*"])))
    # A person who signs in through the console: no access key.
    iam.create_user(UserName="on-call")
