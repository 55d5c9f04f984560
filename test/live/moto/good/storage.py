"""The file system with its two access points, and its backups as AWS Backup would show them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from lab import Lab, ago

VAULT = "openclaw-prod"


def file_system_policy(lab: Lab) -> dict[str, Any]:
    """TLS only; the instance role mounts both access points and writes through the runtime one alone."""
    ids, role, arn = lab.ids, {"AWS": lab.ids["roleArn"]}, lab.ids["fileSystemArn"]
    point = "elasticfilesystem:AccessPointArn"
    workspace, runtime = ids["accessPoints"]["workspace"], ids["accessPoints"]["runtime"]
    mount, write, root = ("elasticfilesystem:" + name for name in ("ClientMount", "ClientWrite", "ClientRootAccess"))
    return {"Version": "2012-10-17", "Statement": [
        {"Sid": "tls", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Resource": arn,
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "workspace", "Effect": "Allow", "Principal": role, "Action": mount, "Resource": arn,
         "Condition": {"StringEquals": {point: workspace}}},
        {"Sid": "runtime", "Effect": "Allow", "Principal": role, "Action": [mount, write], "Resource": arn,
         "Condition": {"StringEquals": {point: runtime}}},
        {"Sid": "readonly", "Effect": "Deny", "Principal": role, "Action": [write, root], "Resource": arn,
         "Condition": {"StringNotEquals": {point: runtime}}},
    ]}


def build(lab: Lab) -> None:
    efs, ids = lab.client("efs"), lab.ids
    made = efs.create_file_system(
        CreationToken="openclaw", Encrypted=True, KmsKeyId=ids["key"], Backup=True,
        Tags=[{"Key": "Name", "Value": "openclaw"}, {"Key": "backup", "Value": "daily"}])
    ids["fileSystem"], ids["fileSystemArn"] = made["FileSystemId"], made["FileSystemArn"]
    ids["accessPoints"] = {name: efs.create_access_point(
        ClientToken=name, FileSystemId=ids["fileSystem"], PosixUser={"Uid": 1100, "Gid": 1100},
        RootDirectory={"Path": f"/{name}", "CreationInfo": {"OwnerUid": 1100, "OwnerGid": 1100, "Permissions": "0750"}},
        Tags=[{"Key": "Name", "Value": name}],
    )["AccessPointArn"] for name in ("workspace", "runtime")}
    ids["mountTargets"] = [efs.create_mount_target(
        FileSystemId=ids["fileSystem"], SubnetId=subnet, SecurityGroups=[ids["fileSystemSecurityGroup"]]
    )["MountTargetId"] for subnet in ids["subnets"]]
    efs.put_file_system_policy(FileSystemId=ids["fileSystem"], Policy=json.dumps(file_system_policy(lab)))
    backups(lab)


def backups(lab: Lab) -> None:
    backup, ids = lab.client("backup"), lab.ids
    vault = backup.create_backup_vault(BackupVaultName=VAULT, EncryptionKeyArn=ids["key"])
    ids["vault"], ids["vaultArn"] = VAULT, vault["BackupVaultArn"]
    # In compliance mode: the cooling-off has passed, so that nobody can take the lock away.
    backup.put_backup_vault_lock_configuration(
        BackupVaultName=VAULT, MinRetentionDays=35, MaxRetentionDays=365, ChangeableForDays=3)
    lab.backend("backup").vaults[VAULT].lock_date = ago(days=90).timestamp()
    lab.state.vault_policies[VAULT] = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": {"AWS": "*"}, "Resource": "*", "Action": [
            "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"]}]})
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "openclaw-daily", "Rules": [{
        "RuleName": "daily", "TargetBackupVaultName": VAULT, "ScheduleExpression": "cron(0 3 * * ? *)",
        "StartWindowMinutes": 60, "CompletionWindowMinutes": 180, "Lifecycle": {"DeleteAfterDays": 35}}]})
    ids["plan"], ids["planArn"] = plan["BackupPlanId"], plan["BackupPlanArn"]
    ids["selection"] = backup.create_backup_selection(BackupPlanId=ids["plan"], BackupSelection={
        "SelectionName": "openclaw-efs", "IamRoleArn": ids["backupRoleArn"], "Resources": [ids["fileSystemArn"]],
    })["SelectionId"]
    for day in range(34):
        point(lab, ids["fileSystemArn"], day * 24 + 5, f"{day:012d}")
    restored = lab.state.recovery_points[10]
    start = ago(days=9)
    ids["restoreTestingPlan"] = "openclaw_monthly"
    arn = f"arn:aws:backup:{lab.region}:{lab.account}:restore-testing-plan:openclaw_monthly-0001"
    lab.state.restore_testing_plans["openclaw_monthly"] = {
        "RestoreTestingPlanArn": arn, "RestoreTestingPlanName": "openclaw_monthly", "CreationTime": ago(days=120),
        "ScheduleExpression": "cron(0 6 1,15 * ? *)", "ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 8,
        "LastExecutionTime": start, "RecoveryPointSelection": {
            "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": [ids["vaultArn"]], "ExcludeVaults": [],
            "RecoveryPointTypes": ["SNAPSHOT"], "SelectionWindowDays": 7}}
    lab.state.restore_testing_selections["openclaw_monthly"] = [{
        "RestoreTestingPlanName": "openclaw_monthly", "RestoreTestingSelectionName": "efs", "CreationTime": ago(days=120),
        "IamRoleArn": ids["backupRoleArn"], "ProtectedResourceType": "EFS", "ValidationWindowHours": 24}]
    lab.state.restore_jobs.append({
        "AccountId": lab.account, "RestoreJobId": "7e570000-0000-4000-8000-000000000001", "ResourceType": "EFS",
        "RecoveryPointArn": restored["RecoveryPointArn"], "RecoveryPointCreationDate": restored["CreationDate"],
        "CreationDate": start, "CompletionDate": start + timedelta(minutes=38), "Status": "COMPLETED", "PercentDone": "100.00%",
        "BackupSizeInBytes": 48_234_496, "IamRoleArn": ids["backupRoleArn"], "SourceResourceArn": ids["fileSystemArn"],
        "CreatedResourceArn": f"arn:aws:elasticfilesystem:{lab.region}:{lab.account}:file-system/fs-0e57a7ed0e57a7ed0",
        "BackupVaultArn": ids["vaultArn"], "ValidationStatus": "SUCCESSFUL", "CreatedBy": {"RestoreTestingPlanArn": arn}})
    ids["restoreJob"] = lab.state.restore_jobs[0]["RestoreJobId"]


def point(lab: Lab, resource: str, hours: float, number: str) -> None:
    """A completed scheduled backup of this resource: its job and its recovery point."""
    created = ago(hours=hours)
    arn = f"arn:aws:backup:{lab.region}:{lab.account}:recovery-point:0c0e0000-0000-4000-8000-{number}"
    lab.state.recovery_points.append({
        "RecoveryPointArn": arn, "ResourceArn": resource, "CreationDate": created, "Status": "COMPLETED",
        "EncryptionKeyArn": lab.ids["key"], "BackupSizeBytes": 48_234_496, "BackupVaultName": VAULT, "IsParent": False,
        "VaultType": "BACKUP_VAULT", "Lifecycle": {"DeleteAfterDays": 35},
        "CalculatedLifecycle": {"DeleteAt": created + timedelta(days=35)}, "CreatedBy": created_by(lab)})
    lab.state.backup_jobs.append({
        "AccountId": lab.account, "BackupJobId": f"0b0b0000-0000-4000-8000-{number}", "BackupVaultName": VAULT,
        "BackupVaultArn": lab.ids["vaultArn"], "RecoveryPointArn": arn, "ResourceArn": resource, "ResourceType": "EFS",
        "CreationDate": created, "StartBy": created + timedelta(hours=1), "CompletionDate": created + timedelta(minutes=14),
        "State": "COMPLETED", "PercentDone": "100.0", "BackupSizeInBytes": 48_234_496, "IsParent": False,
        "IamRoleArn": lab.ids["backupRoleArn"], "CreatedBy": created_by(lab)})


def created_by(lab: Lab) -> dict[str, str]:
    """The plan as the creator: what tells a scheduled backup from one that a person asked for."""
    return {"BackupPlanId": lab.ids["plan"], "BackupPlanArn": lab.ids["planArn"], "BackupPlanVersion": "1",
            "BackupRuleId": lab.backend("backup").plans[lab.ids["plan"]].backup_plan["Rules"][0]["RuleId"]}
