"""Flaws of secrets, roles and keys."""

from __future__ import annotations

import json
from typing import Any

from flawset.instances import template_in_use
from flawset.registry import flaw
from lab import Lab, ago

ONE_SECRET = ("credentials/role-reads-one-secret",)
LEAST = ("credentials/role-least-privilege",)
SECRET = ("credentials/secret-in-secrets-manager",)
APART = ("credentials/monitoring-secret-isolated",)
READ = "secretsmanager:GetSecretValue"


def grant(lab: Lab, *statements: dict[str, Any], role: str = "role") -> None:
    lab.client("iam").put_role_policy(
        RoleName=lab.ids[role], PolicyName="extra",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def managed(lab: Lab, name: str, *statements: dict[str, Any]) -> str:
    return lab.client("iam").create_policy(
        PolicyName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))["Policy"]["Arn"]


def secret_policy(lab: Lab, which: str, statement: dict[str, Any]) -> None:
    lab.client("secretsmanager").put_resource_policy(
        SecretId=lab.ids["secrets"][which], ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


@flaw("role-wildcard-secret", *ONE_SECRET, *APART)
def wildcard(lab: Lab) -> None:
    """A pattern for the environment matches the monitoring secret too."""
    grant(lab, {"Effect": "Allow", "Action": READ,
                "Resource": f"arn:aws:secretsmanager:{lab.region}:{lab.account}:secret:openclaw/prod/*"})


@flaw("role-notaction", *ONE_SECRET, *LEAST, *APART, "backup/vault-protected")
def not_action(lab: Lab) -> None:
    """Allow with NotAction: all but IAM, which includes every secret."""
    grant(lab, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})


@flaw("next-role-reads-every-secret", *ONE_SECRET, *APART, "monitoring/cost-limits")
def next_role(lab: Lab) -> None:
    """The running instances have the narrow role; the template gives the next one another."""
    iam = lab.client("iam")
    role = iam.get_role(RoleName=lab.ids["role"])["Role"]
    iam.create_role(RoleName="openclaw-next", AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]))
    iam.put_role_policy(RoleName="openclaw-next", PolicyName="gateway", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": READ, "Resource": "*"}]}))
    iam.create_instance_profile(InstanceProfileName="openclaw-next")
    iam.add_role_to_instance_profile(InstanceProfileName="openclaw-next", RoleName="openclaw-next")
    template_in_use(lab, IamInstanceProfile={"Name": "openclaw-next"})


@flaw("role-notresource", *ONE_SECRET)
def not_resource(lab: Lab) -> None:
    """Allow with NotResource: every secret but the one that is named."""
    grant(lab, {"Effect": "Allow", "Action": READ, "NotResource": lab.ids["secrets"]["monitoring"]})


@flaw("role-admin", *ONE_SECRET, *LEAST, *APART, "backup/vault-protected")
def admin(lab: Lab) -> None:
    """A managed policy that allows everything, beside a careful inline one."""
    arn = managed(lab, "temporary", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    lab.client("iam").attach_role_policy(RoleName=lab.ids["role"], PolicyArn=arn)


@flaw("role-managed-new-default-version", *ONE_SECRET, *APART)
def new_version(lab: Lab) -> None:
    """An attached policy was harmless in version 1; version 2 is the default one and reads every secret."""
    iam = lab.client("iam")
    arn = next(p["PolicyArn"] for p in iam.list_attached_role_policies(RoleName=lab.ids["role"])["AttachedPolicies"])
    iam.create_policy_version(PolicyArn=arn, SetAsDefault=True, PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:Get*", "Resource": "*"}]}))


@flaw("role-passrole", *LEAST)
def pass_role(lab: Lab) -> None:
    """The role can hand any role to a new function."""
    grant(lab, {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction"], "Resource": "*"})


@flaw("role-secret-write", *LEAST)
def secret_write(lab: Lab) -> None:
    """The role may change the secret that it reads."""
    grant(lab, {"Effect": "Allow", "Action": "secretsmanager:PutSecretValue", "Resource": lab.ids["secrets"]["gateway"]})


@flaw("role-cannot-read-own", *ONE_SECRET, unknown=LEAST)
def denied_own(lab: Lab) -> None:
    """No other secret is readable, and the own one neither: the positive control fails."""
    grant(lab, {"Effect": "Deny", "Action": READ, "Resource": "*"})


@flaw("boundary-blocks-own", *ONE_SECRET, unknown=LEAST)
def boundary(lab: Lab) -> None:
    """The policy allows the own secret, the permissions boundary does not."""
    arn = managed(lab, "boundary", {"Effect": "Allow", "Action": ["logs:*", "autoscaling:*"], "Resource": "*"})
    lab.client("iam").put_role_permissions_boundary(RoleName=lab.ids["role"], PermissionsBoundary=arn)


@flaw("alert-role-reads-main", *APART)
def alert_reads_main(lab: Lab) -> None:
    """The alert function's role can read the gateway's secret."""
    grant(lab, {"Effect": "Allow", "Action": READ, "Resource": lab.ids["secrets"]["gateway"]}, role="alertRole")


@flaw("alert-role-lets-main-in", *LEAST, *APART)
def lets_in(lab: Lab) -> None:
    """No policy of the gateway's role says so; the trust policy of the alert function's role lets it in by name."""
    trusted = {"Service": "lambda.amazonaws.com", "AWS": lab.ids["roleArn"]}
    lab.client("iam").update_assume_role_policy(RoleName=lab.ids["alertRole"], PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}]}))


@flaw("main-role-reads-alert", *APART, *ONE_SECRET)
def main_reads_alert(lab: Lab) -> None:
    """The gateway's role can read the monitoring secret by its exact ARN."""
    grant(lab, {"Effect": "Allow", "Action": READ, "Resource": lab.ids["secrets"]["monitoring"]})


@flaw("monitoring-secret-resource-policy", *APART, *ONE_SECRET)
def granted_by_secret(lab: Lab) -> None:
    """No role policy grants it; the monitoring secret's own policy lets the gateway's role read."""
    secret_policy(lab, "monitoring", {
        "Effect": "Allow", "Principal": {"AWS": lab.ids["roleArn"]}, "Action": READ, "Resource": "*"})


@flaw("secret-public-policy", *SECRET, *APART)
def public_policy(lab: Lab) -> None:
    """The secret's policy lets any principal of AWS read."""
    secret_policy(lab, "gateway", {"Effect": "Allow", "Principal": "*", "Action": READ, "Resource": "*"})


@flaw("secret-scheduled-for-deletion", *SECRET)
def deletion(lab: Lab) -> None:
    """The secret is still described, and gone in a week."""
    lab.client("secretsmanager").delete_secret(SecretId=lab.ids["secrets"]["gateway"], RecoveryWindowInDays=7)


@flaw("secret-missing", *SECRET, unknown=(*ONE_SECRET, *LEAST, *APART, "credentials/rotation"))
def missing(lab: Lab) -> None:
    """The secret that the environment names does not exist; one with a longer name does."""
    manager = lab.client("secretsmanager")
    manager.delete_secret(SecretId=lab.ids["secrets"]["gateway"], ForceDeleteWithoutRecovery=True)
    manager.create_secret(Name="openclaw/prod/gateway-old", SecretString="{}")


@flaw("secret-too-old", *SECRET, "credentials/rotation")
def old_secret(lab: Lab) -> None:
    """Rotation was turned off, and the value is more than a year old."""
    lab.state.secrets[lab.ids["secrets"]["gateway"]].update(
        LastChangedDate=ago(days=400), LastRotatedDate=ago(days=400), RotationEnabled=False, NextRotationDate=None)


@flaw("rotation-stuck", *SECRET)
def stuck(lab: Lab) -> None:
    """Rotation is on and its last run failed: a pending version that never became the current one."""
    arn = lab.ids["secrets"]["gateway"]
    stages = {"11111111-1111-4111-8111-111111111111": ["AWSCURRENT"],
              "22222222-2222-4222-8222-222222222222": ["AWSPENDING"]}
    # The same under two names: in the description, and in the list.
    lab.state.secrets[arn].update(
        LastRotatedDate=ago(days=80), NextRotationDate=ago(days=50), LastChangedDate=ago(days=80),
        VersionIdsToStages=stages, SecretVersionsToStages=stages)


@flaw("iam-user-key", "credentials/no-static-keys", "credentials/rotation")
def user_key(lab: Lab) -> None:
    """An IAM user has an active access key."""
    lab.client("iam").create_user(UserName="openclaw-bot")
    lab.client("iam").create_access_key(UserName="openclaw-bot")
