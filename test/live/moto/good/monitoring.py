"""Logs, the alarm on the gateway's health and its way to a person, the trail, the budget and the kill switch."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import timedelta
from typing import Any

from lab import Lab, ago

SESSION = (
    {"type": "session", "sessionId": "s-1"},
    {"type": "prompt", "sessionId": "s-1", "chars": 41},
    {"type": "toolCall", "sessionId": "s-1", "tool": "read"},
    {"type": "toolResult", "sessionId": "s-1", "ok": True},
    {"type": "approval", "sessionId": "s-1", "decision": "allow-once"},
    {"type": "error", "sessionId": "s-1", "code": "tool_timeout"},
    {"type": "output", "sessionId": "s-1", "chars": 180},
)


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("index.py", "def handler(event, context):\n    return None\n")
    return out.getvalue()


def log_group(lab: Lab, name: str, lines: list[dict[str, Any]], days: int | None = 365) -> None:
    """A group with a stream an instance, named by the instance, whose last event is one minute old."""
    logs = lab.client("logs")
    logs.create_log_group(logGroupName=name, kmsKeyId=lab.ids["key"])
    if days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    now = int(time.time() * 1000)
    for instance in lab.ids["instances"]:
        logs.create_log_stream(logGroupName=name, logStreamName=instance)
        logs.put_log_events(logGroupName=name, logStreamName=instance, logEvents=[
            {"timestamp": now - 60_000 - 1_000 * (len(lines) - i), "message": json.dumps(line)} for i, line in enumerate(lines)])


def alarm(lab: Lab, **changes: Any) -> None:
    """Puts the alarm on gateway health; a flaw gives what it changes."""
    lab.client("cloudwatch").put_metric_alarm(**{
        "AlarmName": "openclaw-gateway-health", "Namespace": "OpenClaw/Gateway", "MetricName": "Ready",
        "Dimensions": [{"Name": "AutoScalingGroupName", "Value": lab.ids["group"]}], "Statistic": "Minimum", "Period": 60,
        "EvaluationPeriods": 2, "DatapointsToAlarm": 2, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching", "ActionsEnabled": True, "AlarmActions": [lab.ids["topic"]],
        "OKActions": [lab.ids["topic"]], **changes})
    lab.client("cloudwatch").set_alarm_state(
        AlarmName=changes.get("AlarmName", "openclaw-gateway-health"), StateValue="OK", StateReason="lab",
        StateReasonData="{}")


def build(lab: Lab) -> None:
    ids = lab.ids
    ids["logGroups"] = ["/openclaw/prod/gateway", "/openclaw/prod/session"]
    log_group(lab, ids["logGroups"][0], [{"level": "info", "subsystem": "gateway", "message": "ready"}])
    log_group(lab, ids["logGroups"][1], list(SESSION))
    alerts(lab)
    trail(lab)
    lab.client("budgets").create_budget(
        AccountId=lab.account,
        Budget={"BudgetName": "openclaw-prod", "BudgetType": "COST", "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": "300", "Unit": "USD"}},
        NotificationsWithSubscribers=[{
            "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80,
                             "ThresholdType": "PERCENTAGE"},
            "Subscribers": [{"SubscriptionType": "SNS", "Address": ids["topic"]}]}])
    budget_action(lab)
    ids["killSwitch"] = "openclaw-kill-switch"
    lab.client("ssm").create_document(
        Name=ids["killSwitch"], DocumentType="Command", DocumentFormat="JSON", Content=json.dumps({
            "schemaVersion": "2.2", "description": "Stops the gateway at once and keeps it stopped", "mainSteps": [{
                "action": "aws:runShellScript", "name": "stop", "inputs": {"runCommand": [
                    "systemctl mask --now --runtime openclaw-gateway.service", "systemctl kill -s KILL openclaw-gateway"]}}]}))


def budget_action(lab: Lab) -> None:
    """At the limit the role of the instances loses every right, without anybody's approval."""
    lab.ids["budget"] = "openclaw-prod"
    lab.state.budget_actions["openclaw-prod"] = [{
        "ActionId": "0ac71000-0000-4000-8000-000000000001", "BudgetName": "openclaw-prod", "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY", "ApprovalModel": "AUTOMATIC", "Status": "STANDBY",
        "ActionThreshold": {"ActionThresholdValue": 100.0, "ActionThresholdType": "PERCENTAGE"},
        "Definition": {"IamActionDefinition": {"PolicyArn": lab.ids["pausePolicy"], "Roles": [lab.ids["role"]]}},
        "ExecutionRoleArn": lab.ids["budgetRoleArn"],
        "Subscribers": [{"SubscriptionType": "SNS", "Address": lab.ids["topic"]}]}]


def alerts(lab: Lab) -> None:
    """Alarm, topic, function: each hop permitted, and a history with one alarm that was raised and cleared."""
    sns, functions, ids = lab.client("sns"), lab.client("lambda"), lab.ids
    topic = ids["topic"] = sns.create_topic(Name="openclaw-alerts")["TopicArn"]
    made = functions.create_function(
        FunctionName="openclaw-alert", Runtime="python3.12", Handler="index.handler", Role=ids["alertRoleArn"],
        Code={"ZipFile": archive()}, Timeout=10, Environment={"Variables": {"SECRET_ID": "openclaw/prod/monitoring"}})
    ids["function"], ids["functionArn"] = "openclaw-alert", made["FunctionArn"]
    functions.add_permission(
        FunctionName="openclaw-alert", StatementId="topic", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com",
        SourceArn=topic)
    ids["subscription"] = sns.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=ids["functionArn"], ReturnSubscriptionArn=True)["SubscriptionArn"]
    log_group_of_function(lab)
    ids["alarm"] = "openclaw-gateway-health"
    alarm(lab)
    raised = ago(days=3, seconds=45)
    rows = [("ConfigurationUpdate", ago(days=120), 'Alarm "openclaw-gateway-health" created', {"type": "Create"})]
    for old, new, when in (("OK", "ALARM", raised), ("ALARM", "OK", raised + timedelta(minutes=4))):
        value, start = (0.0 if new == "ALARM" else 1.0), f"{when - timedelta(seconds=120):%Y-%m-%dT%H:%M:%S}.000+0000"
        measured = {"version": "1.0", "startDate": start, "statistic": "Minimum", "period": 60, "threshold": 1.0,
                    "recentDatapoints": [value, value], "evaluatedDatapoints": [{"timestamp": start, "value": value}]}
        rows.append(("StateUpdate", when, f"Alarm updated from {old} to {new}",
                     {"version": "1.0", "oldState": {"stateValue": old},
                      "newState": {"stateValue": new, "stateReason": "lab", "stateReasonData": measured}}))
        rows.append(("Action", when + timedelta(seconds=1), f"Successfully executed action {topic}",
                     {"actionState": "Succeeded", "notificationResource": topic, "stateUpdateTimestamp": int(when.timestamp() * 1000)}))
    lab.state.alarm_history.extend({
        "AlarmName": ids["alarm"], "AlarmType": "MetricAlarm", "HistoryItemType": kind, "Timestamp": when,
        "HistorySummary": summary, "HistoryData": json.dumps(data)} for kind, when, summary, data in rows)
    for name, value in (("Invocations", 1.0), ("Errors", 0.0)):
        lab.state.metrics["AWS/Lambda", name, ids["function"]] = [(raised + timedelta(seconds=2), value)]


def log_group_of_function(lab: Lab) -> None:
    logs, name = lab.client("logs"), "/aws/lambda/openclaw-alert"
    lab.ids["functionLogGroup"] = name
    existing = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    if not existing:
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=365)
    stream = "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef"
    logs.create_log_stream(logGroupName=name, logStreamName=stream)
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=[
        {"timestamp": now - 120_000 + i, "message": text} for i, text in enumerate((
            "START RequestId: 00000000-0000-4000-8000-000000000001 Version: $LATEST\n",
            "END RequestId: 00000000-0000-4000-8000-000000000001\n",
            "REPORT RequestId: 00000000-0000-4000-8000-000000000001\tDuration: 12.00 ms\n"))])


def trail(lab: Lab) -> None:
    lab.backend("s3").create_bucket("openclaw-trail", lab.region)
    trails = lab.client("cloudtrail")
    lab.ids["trail"] = trails.create_trail(
        Name="openclaw", S3BucketName="openclaw-trail", IsMultiRegionTrail=True, IncludeGlobalServiceEvents=True,
        EnableLogFileValidation=True)["TrailARN"]
    trails.start_logging(Name="openclaw")
