"""CloudWatch, SNS, Secrets Manager, Lambda, EFS and load balancers: what moto lacks or fixes at one value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lab import Lab, Proceed, ServiceError, supplies


@supplies("cloudwatch", "DescribeAlarmHistory")
def alarm_history(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    start, end = params.get("StartDate"), params.get("EndDate")
    rows = [row for row in lab.state.alarm_history
            if params.get("AlarmName") in (None, row["AlarmName"])
            and params.get("HistoryItemType") in (None, row["HistoryItemType"])
            and (not start or row["Timestamp"] >= start) and (not end or row["Timestamp"] <= end)]
    newest_first = params.get("ScanBy") != "TimestampAscending"
    return {"AlarmHistoryItems": sorted(rows, key=lambda row: row["Timestamp"], reverse=newest_first)}


@supplies("cloudwatch", "EnableAlarmActions")
def enable_alarm_actions(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    for name in params["AlarmNames"]:
        lab.backend("cloudwatch").alarms[name].actions_enabled = True
    return {}


@supplies("cloudwatch", "ListAlarmMuteRules")
def mute_rules(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    wanted = params.get("Statuses")
    return {"AlarmMuteRuleSummaries": [row for row in lab.state.mute_rules if not wanted or row["Status"] in wanted]}


@supplies("cloudwatch", "GetMetricData")
def metric_data(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    """Sums by period of the lab's metrics, which moto cannot be given for the namespaces of AWS."""
    results = []
    for query in params["MetricDataQueries"]:
        stat = query["MetricStat"]
        if stat["Stat"] != "Sum":
            raise NotImplementedError("only sums are supplied")
        metric, period = stat["Metric"], stat["Period"]
        values = [dimension["Value"] for dimension in metric["Dimensions"]]
        sums: dict[int, float] = {}
        for at, value in lab.state.metrics.get((metric["Namespace"], metric["MetricName"], *values), []):
            if params["StartTime"] <= at < params["EndTime"]:
                start = int(at.timestamp()) // period * period
                sums[start] = sums.get(start, 0) + value
        ordered = sorted(sums, reverse=params.get("ScanBy") != "TimestampAscending")
        results.append({"Id": query["Id"], "Label": metric["MetricName"], "StatusCode": "Complete", "Values": [sums[at] for at in ordered],
                        "Timestamps": [datetime.fromtimestamp(at, UTC) for at in ordered]})
    return {"MetricDataResults": results, "Messages": []}


@supplies("sns", "GetTopicAttributes")
def topic(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto counts no subscription and confirms each at once."""
    out = proceed()
    arns = [s.arn for s in lab.backend("sns").subscriptions.values() if s.topic.arn == params["TopicArn"]]
    pending = sum(arn in lab.state.pending_subscriptions for arn in arns)
    out["Attributes"].update(
        SubscriptionsConfirmed=str(len(arns) - pending), SubscriptionsPending=str(pending), SubscriptionsDeleted="0")
    return out


@supplies("sns", "ListSubscriptionsByTopic")
def subscriptions(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    for row in out["Subscriptions"]:
        if row["SubscriptionArn"] in lab.state.pending_subscriptions:
            row["SubscriptionArn"] = "PendingConfirmation"
    return out


def corrected_secret(lab: Lab, row: dict[str, Any]) -> dict[str, Any]:
    kept = {**row, **lab.state.secrets.get(row["ARN"], {})}
    return {key: value for key, value in kept.items() if value is not None}


@supplies("secretsmanager", "DescribeSecret")
def secret(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto's secrets are as old as the process; dates and rotation are the lab's."""
    return corrected_secret(lab, proceed())


@supplies("secretsmanager", "ListSecrets")
def secrets(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    out["SecretList"] = [corrected_secret(lab, row) for row in out["SecretList"]]
    return out


@supplies("secretsmanager", "ListSecretVersionIds")
def versions(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto gives the name as the ARN, and every version is made the moment that it is asked."""
    out = proceed()
    arn = next(s.arn for s in lab.backend("secretsmanager").secrets.values() if params["SecretId"] in (s.name, s.arn))
    changed = lab.state.secrets.get(arn, {}).get("LastChangedDate")
    dates = {"LastAccessedDate": lab.born, **({"CreatedDate": changed} if changed else {})}
    return {**out, "ARN": arn, "Versions": [{**row, **dates} for row in out["Versions"]]}


@supplies("lambda", "GetFunctionConfiguration")
def function(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    out.update({"LastUpdateStatus": "Successful", **lab.state.functions.get(out["FunctionName"], {})})
    return out


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_null(v) for k, v in value.items() if v is not None}
    return [without_null(v) for v in value] if isinstance(value, list) else value


@supplies("efs", "DescribeFileSystems")
def file_systems(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto writes JSON nulls, the resource policy as a member that the service does not have, and a size of now."""
    out = without_null(proceed())
    for row in out["FileSystems"]:
        row["SizeInBytes"]["Timestamp"] = lab.born
    return out


@supplies("cloudtrail", "GetTrailStatus")
def trail_status(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto delivers the moment that it is asked."""
    out = proceed()
    if out.get("LatestDeliveryTime"):
        delivered = lab.born - timedelta(minutes=4)
        out.update(LatestDeliveryTime=delivered, LatestDeliveryAttemptTime=f"{delivered:%Y-%m-%dT%H:%M:%SZ}")
    return out


@supplies("elbv2", "DescribeTargetHealth")
def target_health(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto answers for the port with `traffic-port`; the service, with its number."""
    out = proceed()
    for row in out["TargetHealthDescriptions"]:
        if row["HealthCheckPort"] == "traffic-port":
            row["HealthCheckPort"] = str(row["Target"]["Port"])
        changed = lab.state.target_health.get(row["Target"]["Id"])
        if changed:
            row["TargetHealth"] = changed
    return out


@supplies("budgets", "DescribeBudgetActionsForBudget")
def budget_actions(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    if params["BudgetName"] not in lab.backend("budgets").budgets.get(params["AccountId"], {}):
        raise ServiceError("NotFoundException", "no such budget")
    return {"Actions": lab.state.budget_actions.get(params["BudgetName"], [])}


@supplies("ssm", "DescribeDocument")
def ssm_document(_lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """moto names no platform."""
    out = proceed()
    out["Document"]["PlatformTypes"] = ["Linux"]
    return out


@supplies("ssm", "ListCommandInvocations")
def invocations(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    """moto does not list them. A command that it does not know is an error, as in AWS."""
    commands = [command for command in lab.backend("ssm")._commands
                if params.get("CommandId") in (None, command.command_id)]
    if params.get("CommandId") and not commands:
        raise ServiceError("InvalidCommandId", "")
    return {"CommandInvocations": [
        {"CommandId": command.command_id, "InstanceId": instance, "DocumentName": command.document_name,
         "RequestedDateTime": command.requested_date_time, "Status": command.status, "StatusDetails": command.status}
        for command in commands for instance in command.instance_ids]}


@supplies("ssm", "DescribeAutomationExecutions")
def executions(_lab: Lab, _params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    """No runbook runs in the lab."""
    return {"AutomationExecutionMetadataList": []}
