"""AWS Backup: selections, jobs, recovery points, restore tests and vault policies, which moto does not have."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lab import Lab, Proceed, ServiceError, ago, supplies


def missing() -> ServiceError:
    return ServiceError("ResourceNotFoundException", "no such resource", 400)


def plan_of(lab: Lab, plan_id: str) -> Any:
    plan = lab.backend("backup").plans.get(plan_id)
    if plan is None:
        raise missing()
    return plan


@supplies("backup", "CreateBackupSelection")
def create_selection(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    plan_of(lab, params["BackupPlanId"])
    chosen = lab.state.selections.setdefault(params["BackupPlanId"], {})
    selection_id = f"5e1ec710-0000-4000-8000-{len(chosen) + 1:012d}"
    row = {"SelectionId": selection_id, "BackupPlanId": params["BackupPlanId"], "CreationDate": ago(days=200)}
    chosen[selection_id] = {**row, "BackupSelection": params["BackupSelection"]}
    return row


@supplies("backup", "DeleteBackupSelection")
def delete_selection(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    lab.state.selections.get(params["BackupPlanId"], {}).pop(params["SelectionId"], None)
    return {}


@supplies("backup", "ListBackupSelections")
def list_selections(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    plan_of(lab, params["BackupPlanId"])
    rows = lab.state.selections.get(params["BackupPlanId"], {}).values()
    return {"BackupSelectionsList": [
        {**{k: v for k, v in row.items() if k != "BackupSelection"},
         "SelectionName": row["BackupSelection"]["SelectionName"],
         "IamRoleArn": row["BackupSelection"]["IamRoleArn"]} for row in rows
    ]}


@supplies("backup", "GetBackupSelection")
def get_selection(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    row = lab.state.selections.get(params["BackupPlanId"], {}).get(params["SelectionId"])
    if row is None:
        raise missing()
    return row


@supplies("backup", "GetBackupPlan")
def get_plan(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto still answers for a deleted plan."""
    if plan_of(lab, params["BackupPlanId"]).deletion_date is not None:
        raise missing()
    return proceed()


@supplies("backup", "UpdateBackupPlan")
def update_plan(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    plan = plan_of(lab, params["BackupPlanId"])
    plan.backup_plan.update(params["BackupPlan"])
    return {"BackupPlanId": params["BackupPlanId"], "BackupPlanArn": plan.backup_plan_arn}


@supplies("backup", "DescribeBackupVault")
def describe_vault(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    vault = lab.backend("backup").vaults.get(params["BackupVaultName"])
    if vault is None:
        raise missing()
    return {"VaultType": "BACKUP_VAULT", **vault.to_list_dict(), "NumberOfRecoveryPoints": sum(
        point["BackupVaultName"] == params["BackupVaultName"] for point in lab.state.recovery_points)}


@supplies("backup", "PutBackupVaultAccessPolicy")
def put_vault_policy(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    if params["BackupVaultName"] not in lab.backend("backup").vaults:
        raise missing()
    lab.state.vault_policies[params["BackupVaultName"]] = params["Policy"]
    return {}


@supplies("backup", "GetBackupVaultAccessPolicy")
def vault_policy(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    name = params["BackupVaultName"]
    vault = lab.backend("backup").vaults.get(name)
    if vault is None or name not in lab.state.vault_policies:
        raise missing()
    return {"BackupVaultName": name, "BackupVaultArn": vault.backup_vault_arn, "Policy": lab.state.vault_policies[name]}


def within(row: dict[str, Any], member: str, after: datetime | None, before: datetime | None) -> bool:
    value = row.get(member)
    return (not after or (value is not None and value >= after)) and (not before or (value is not None and value < before))


def chosen_jobs(rows: list[dict[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    """The filters that both lists of jobs share; newest first, as the service orders them."""
    pairs = (("ByResourceArn", "ResourceArn"), ("ByState", "State"), ("ByStatus", "Status"), ("ByAccountId", "AccountId"),
             ("ByBackupVaultName", "BackupVaultName"), ("ByResourceType", "ResourceType"),
             ("ByParentJobId", "ParentJobId"), ("ByRestoreTestingPlanArn", "RestoreTestingPlanArn"))
    kept = [row for row in rows if all(
        by not in params or params[by] in ("*", row.get(member)) for by, member in pairs
    ) and within(row, "CreationDate", params.get("ByCreatedAfter"), params.get("ByCreatedBefore"))
        and within(row, "CompletionDate", params.get("ByCompleteAfter"), params.get("ByCompleteBefore"))]
    return sorted(kept, key=lambda row: row["CreationDate"], reverse=True)


@supplies("backup", "ListBackupJobs")
def backup_jobs(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    return {"BackupJobs": chosen_jobs(lab.state.backup_jobs, params)}


@supplies("backup", "ListRestoreJobs")
def restore_jobs(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    return {"RestoreJobs": chosen_jobs(lab.state.restore_jobs, params)}


@supplies("backup", "ListRecoveryPointsByResource")
def recovery_points(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    rows = [point for point in lab.state.recovery_points if point["ResourceArn"] == params["ResourceArn"]]
    return {"RecoveryPoints": sorted(rows, key=lambda row: row["CreationDate"], reverse=True)}


@supplies("backup", "ListRecoveryPointsByBackupVault")
def points_of_vault(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    vault = lab.backend("backup").vaults.get(params["BackupVaultName"])
    if vault is None:
        raise missing()
    rows = [row for row in lab.state.recovery_points
            if row["BackupVaultName"] == params["BackupVaultName"]
            and params.get("ByResourceArn") in (None, row["ResourceArn"])
            and within(row, "CreationDate", params.get("ByCreatedAfter"), params.get("ByCreatedBefore"))]
    return {"RecoveryPoints": sorted(({
        **row, "BackupVaultArn": vault.backup_vault_arn, "ResourceType": "EFS", "IsEncrypted": True,
        "CompletionDate": row["CreationDate"] + timedelta(minutes=14), "IamRoleArn": lab.ids["backupRoleArn"],
    } for row in rows), key=lambda row: row["CreationDate"], reverse=True)}


@supplies("backup", "ListRestoreTestingPlans")
def testing_plans(lab: Lab, _params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    members = ("RestoreTestingPlanArn", "RestoreTestingPlanName", "CreationTime", "ScheduleExpression",
               "ScheduleExpressionTimezone", "StartWindowHours", "LastExecutionTime", "LastUpdateTime")
    return {"RestoreTestingPlans": [
        {k: v for k, v in plan.items() if k in members} for plan in lab.state.restore_testing_plans.values()]}


@supplies("backup", "GetRestoreTestingPlan")
def testing_plan(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    plan = lab.state.restore_testing_plans.get(params["RestoreTestingPlanName"])
    if plan is None:
        raise missing()
    return {"RestoreTestingPlan": plan}


@supplies("backup", "ListRestoreTestingSelections")
def testing_selections(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    if params["RestoreTestingPlanName"] not in lab.state.restore_testing_plans:
        raise missing()
    return {"RestoreTestingSelections": lab.state.restore_testing_selections.get(params["RestoreTestingPlanName"], [])}


@supplies("backup", "ListTags")
def tags(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    """moto takes the wrong segment of the path unless it ends in a slash."""
    return {"Tags": dict(lab.backend("backup").tagger.get_tag_dict_for_resource(params["ResourceArn"]))}
