"""What AWS does by itself after a request of a person, done at once: backups, restores, replacements, rotation.

While a drill is on, things take their own course (dynamics.py).
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from good.compute import activity
from lab import Lab, Proceed, ServiceError, supplies

USER = "an instance was taken out of service in response to a user health-check."
LAUNCHED = "an instance was launched in response to an unhealthy instance needing to be replaced."


def restore(lab: Lab, params: dict[str, Any]) -> dict[str, Any]:
    """The new file system is there, and nobody has compared what is in it."""
    metadata, now = params["Metadata"], datetime.now(UTC)
    if metadata.get("newFileSystem") != "true":
        raise ServiceError("InvalidParameterValueException", "the lab restores to new file systems only", 400)
    chosen = [row for row in lab.state.recovery_points if row["RecoveryPointArn"] == params["RecoveryPointArn"]]
    if not chosen or not chosen[0]["ResourceArn"].endswith(metadata["file-system-id"]):
        raise ServiceError("ResourceNotFoundException", "no such recovery point of this file system", 400)
    made = lab.client("efs").create_file_system(
        CreationToken=metadata["CreationToken"], Encrypted=metadata["Encrypted"] == "true",
        PerformanceMode=metadata["PerformanceMode"])
    job = str(uuid.uuid4())
    lab.state.restore_jobs.append({
        "AccountId": lab.account, "RestoreJobId": job, "ResourceType": params["ResourceType"], "Status": "COMPLETED",
        "RecoveryPointArn": params["RecoveryPointArn"], "RecoveryPointCreationDate": chosen[0]["CreationDate"],
        "CreationDate": now - timedelta(minutes=38), "CompletionDate": now, "PercentDone": "100.00%",
        "IamRoleArn": params["IamRoleArn"], "BackupSizeInBytes": 48_234_496,
        "SourceResourceArn": chosen[0]["ResourceArn"], "CreatedResourceArn": made["FileSystemArn"],
        "BackupVaultArn": lab.ids["vaultArn"]})
    return {"RestoreJobId": job}


@supplies("autoscaling", "SetInstanceHealth")
def set_health(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """The group launches another and ends the unhealthy one, within two minutes."""
    out = proceed()
    if lab.dynamics or params["HealthStatus"] != "Unhealthy":
        return out
    group = lab.backend("autoscaling").autoscaling_groups[lab.ids["group"]]
    known = {state.instance.id for state in group.instance_states}
    lab.backend("autoscaling").terminate_instance(params["InstanceId"], False)
    made = next(state.instance.id for state in group.instance_states if state.instance.id not in known)
    now = datetime.now(UTC).replace(microsecond=0)
    for what, why, began in ((f"Terminating EC2 instance: {params['InstanceId']}", USER, 90),
                             (f"Launching a new EC2 instance: {made}", LAUNCHED, 80)):
        start = now - timedelta(seconds=began)
        activity(lab, what, why, 0, 0).update(
            StartTime=start, EndTime=now, Cause=f"At {start:%Y-%m-%dT%H:%M:%SZ} {why}")
    return out


@supplies("autoscaling", "StartInstanceRefresh")
def start_refresh(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    rows, now = lab.state.refreshes.setdefault(params["AutoScalingGroupName"], []), datetime.now(UTC)
    refresh = str(uuid.uuid4())
    rows.insert(0, {
        "InstanceRefreshId": refresh, "AutoScalingGroupName": params["AutoScalingGroupName"], "Status": "Successful",
        "StartTime": now - timedelta(minutes=12), "EndTime": now, "PercentageComplete": 100, "InstancesToUpdate": 0,
        "Preferences": params["Preferences"]})
    return {"InstanceRefreshId": refresh}


@supplies("secretsmanager", "RotateSecret")
def rotate(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    """The function succeeds: the value is new, and the next one is planned."""
    found = lab.client("secretsmanager").describe_secret(SecretId=params["SecretId"])
    function = params["RotationLambdaARN"]
    if function not in {row["FunctionArn"] for row in lab.client("lambda").list_functions()["Functions"]}:
        raise ServiceError("ResourceNotFoundException", "the rotation function does not exist", 400)
    now, rules = datetime.now(UTC).replace(microsecond=0), params["RotationRules"]
    lab.state.secrets.setdefault(found["ARN"], {}).update(
        LastChangedDate=now, LastRotatedDate=now, RotationEnabled=True, RotationLambdaARN=function, RotationRules=rules,
        NextRotationDate=now + timedelta(days=rules["AutomaticallyAfterDays"]))
    return {"ARN": found["ARN"], "Name": found["Name"]}
