"""Flaws of the plan, its selection, the recovery points, the vault and the restore test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flawset.registry import flaw
from good.storage import VAULT, point
from lab import Lab, ago

KEEP = ("backup/retention",)
PLAN = ("backup/daily-plan-covers-efs", *KEEP)
POINT = ("backup/recent-recovery-point", "backup/rto-rpo", *KEEP)
RESTORE = ("backup/restore-test-exists",)
# Without a test restore that counts, nothing was compared and nothing was measured.
UNTRIED = ("backup/restore-matches-source", "backup/rto-rpo")
GUARD = ("backup/vault-protected",)


def plan_rule(lab: Lab) -> dict[str, Any]:
    return lab.backend("backup").plans[lab.ids["plan"]].backup_plan["Rules"][0]


def select(lab: Lab, **selection: Any) -> None:
    """Replaces the selection of the plan."""
    backup = lab.client("backup")
    backup.delete_backup_selection(BackupPlanId=lab.ids["plan"], SelectionId=lab.ids["selection"])
    backup.create_backup_selection(BackupPlanId=lab.ids["plan"], BackupSelection={
        "SelectionName": "openclaw-efs", "IamRoleArn": lab.ids["backupRoleArn"], **selection})


@flaw("plan-not-daily", *PLAN)
def weekly(lab: Lab) -> None:
    """The plan is called daily and runs on Sundays."""
    plan_rule(lab)["ScheduleExpression"] = "cron(0 3 ? * SUN *)"


@flaw("plan-weekdays-only", *PLAN)
def weekdays(lab: Lab) -> None:
    """No backup at the weekend."""
    plan_rule(lab)["ScheduleExpression"] = "cron(0 3 ? * MON-FRI *)"


@flaw("plan-deleted", *PLAN)
def deleted(lab: Lab) -> None:
    """The plan is gone; its recovery points are still there."""
    lab.client("backup").delete_backup_selection(BackupPlanId=lab.ids["plan"], SelectionId=lab.ids["selection"])
    lab.client("backup").delete_backup_plan(BackupPlanId=lab.ids["plan"])


@flaw("selection-misses-efs", *PLAN)
def misses(lab: Lab) -> None:
    """The selection names another file system."""
    select(lab, Resources=[lab.ids["decoy"]["fileSystemArn"]])


@flaw("selection-excludes-efs", *PLAN)
def excludes(lab: Lab) -> None:
    """Everything is selected, and the file system is excluded."""
    select(lab, Resources=["*"], NotResources=[lab.ids["fileSystemArn"]])


@flaw("selection-tag-mismatch", *PLAN)
def tag_mismatch(lab: Lab) -> None:
    """Selection by a tag that the file system does not have."""
    select(lab, Resources=["*"], ListOfTags=[
        {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "hourly"}])


@flaw("selection-missing", *PLAN)
def no_selection(lab: Lab) -> None:
    """A daily plan that selects nothing."""
    lab.client("backup").delete_backup_selection(BackupPlanId=lab.ids["plan"], SelectionId=lab.ids["selection"])


@flaw("recovery-point-old", *POINT)
def old_point(lab: Lab) -> None:
    """The last recovery point is four days old."""
    limit = ago(days=4)
    lab.state.recovery_points = [row for row in lab.state.recovery_points if row["CreationDate"] < limit]
    lab.state.backup_jobs = [row for row in lab.state.backup_jobs if row["CreationDate"] < limit]


@flaw("recovery-point-gap", *POINT)
def gap(lab: Lab) -> None:
    """Today's point is there, and three days before it are not."""
    for rows in (lab.state.recovery_points, lab.state.backup_jobs):
        rows[:] = [row for row in rows if not ago(days=6) < row["CreationDate"] < ago(days=2)]


@flaw("recovery-points-of-other-efs", *POINT)
def other_points(lab: Lab) -> None:
    """Every recent point belongs to another file system."""
    lab.state.recovery_points.clear()
    lab.state.backup_jobs.clear()
    for day in range(10):
        point(lab, lab.ids["decoy"]["fileSystemArn"], day * 24 + 5, f"{900 + day:012d}")


@flaw("recovery-point-partial", *POINT)
def partial(lab: Lab) -> None:
    """The points of the last three days are partial; the jobs were aborted."""
    for rows, member, value in ((lab.state.recovery_points, "Status", "PARTIAL"), (lab.state.backup_jobs, "State", "ABORTED")):
        for row in rows:
            if row["CreationDate"] > ago(days=3):
                row[member] = value


@flaw("retention-one-week", *KEEP)
def one_week(lab: Lab) -> None:
    """The plan deletes after seven days, and the vault's lock allows it."""
    plan_rule(lab)["Lifecycle"] = {"DeleteAfterDays": 7}
    lab.backend("backup").vaults[VAULT].min_retention_days = 7


@flaw("vault-unlocked", *GUARD)
def unlocked(lab: Lab) -> None:
    """No lock, and no policy that denies deletion."""
    vault = lab.backend("backup").vaults[VAULT]
    vault.locked, vault.lock_date, vault.min_retention_days, vault.max_retention_days = False, None, None, None
    lab.state.vault_policies.pop(VAULT)


@flaw("role-deletes-recovery-points", *GUARD)
def role_deletes(lab: Lab) -> None:
    """The vault is open to deletion, and the instance role may delete."""
    unlocked(lab)
    lab.client("iam").put_role_policy(RoleName=lab.ids["role"], PolicyName="backup", PolicyDocument=(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"backup:Delete*","Resource":"*"}]}'))


@flaw("restore-job-other-resource", *RESTORE, unknown=UNTRIED)
def other_resource(lab: Lab) -> None:
    """A restore was tested, of another file system."""
    lab.state.restore_jobs[0]["SourceResourceArn"] = lab.ids["decoy"]["fileSystemArn"]


@flaw("restore-to-same-fs", *RESTORE, unknown=UNTRIED)
def same_target(lab: Lab) -> None:
    """The restore wrote into the file system that it came from."""
    lab.state.restore_jobs[0]["CreatedResourceArn"] = lab.ids["fileSystemArn"]


@flaw("restore-failed", *RESTORE, unknown=UNTRIED)
def failed(lab: Lab) -> None:
    """The only restore job failed."""
    lab.state.restore_jobs[0].update(Status="FAILED", StatusMessage="lab", PercentDone="40.00%")
    del lab.state.restore_jobs[0]["CreatedResourceArn"]


@flaw("restore-running", *RESTORE, unknown=UNTRIED)
def running(lab: Lab) -> None:
    """The restore job has not ended."""
    lab.state.restore_jobs[0].update(Status="RUNNING", CreationDate=ago(minutes=20), PercentDone="12.00%")
    for member in ("CompletionDate", "CreatedResourceArn", "ValidationStatus"):
        lab.state.restore_jobs[0].pop(member, None)


@flaw("restore-too-old", *RESTORE, unknown=UNTRIED)
def too_old(lab: Lab) -> None:
    """The last restore test was a year ago."""
    for member in ("CreationDate", "CompletionDate", "RecoveryPointCreationDate"):
        lab.state.restore_jobs[0][member] -= timedelta(days=365)


@flaw("restore-validation-failed", "backup/restore-matches-source")
def not_valid(lab: Lab) -> None:
    """The job completed and its validation failed."""
    lab.state.restore_jobs[0]["ValidationStatus"] = "FAILED"


@flaw("restore-missing", *RESTORE, unknown=UNTRIED)
def none(lab: Lab) -> None:
    """No restore was ever tested."""
    lab.state.restore_jobs.clear()
