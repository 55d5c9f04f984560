"""Flaws of logs, the alarm, its route, the trail, the budget and the kill switch."""

from __future__ import annotations

import json
from datetime import timedelta

from flawset.registry import flaw
from good.monitoring import alarm
from lab import Lab, ago

ALARM = ("monitoring/alarm-on-health",)
ROUTE = ("monitoring/alert-route",)
KEEP = ("monitoring/log-retention",)
ARRIVE = ("monitoring/logs-arrive",)
# Changing the alarm makes what it did before a proof of nothing.
DRILL = ("monitoring/alert-in-time",)


@flaw("alarm-actions-off", *ALARM, unknown=DRILL)
def actions_off(lab: Lab) -> None:
    """The alarm exists and its actions are switched off."""
    alarm(lab, ActionsEnabled=False)


@flaw("alarm-missing-not-breaching", *ALARM, unknown=DRILL)
def not_breaching(lab: Lab) -> None:
    """A dead gateway sends nothing, and nothing counts as well."""
    alarm(lab, TreatMissingData="notBreaching")


@flaw("alarm-wrong-dimension", *ALARM, unknown=DRILL)
def wrong_dimension(lab: Lab) -> None:
    """The alarm watches another group."""
    alarm(lab, Dimensions=[{"Name": "AutoScalingGroupName", "Value": lab.ids["decoy"]["group"]}])


@flaw("alarm-too-slow", *ALARM, unknown=DRILL)
def too_slow(lab: Lab) -> None:
    """Five minutes, three times."""
    alarm(lab, Period=300, EvaluationPeriods=3, DatapointsToAlarm=3)


@flaw("alarm-insufficient-data", *ALARM)
def insufficient(lab: Lab) -> None:
    """The alarm has never seen a value."""
    lab.client("cloudwatch").set_alarm_state(
        AlarmName=lab.ids["alarm"], StateValue="INSUFFICIENT_DATA", StateReason="lab", StateReasonData="{}")


@flaw("alarm-missing", *ALARM, *ROUTE, unknown=DRILL)
def no_alarm(lab: Lab) -> None:
    """There are alarms in the account, and none on the gateway."""
    lab.client("cloudwatch").delete_alarms(AlarmNames=[lab.ids["alarm"]])


@flaw("alarm-no-actions", *ALARM, *ROUTE, unknown=DRILL)
def no_actions(lab: Lab) -> None:
    """Actions are enabled, and the list of them is empty."""
    alarm(lab, AlarmActions=[])


@flaw("alarm-other-topic", *ROUTE, unknown=DRILL)
def other_topic(lab: Lab) -> None:
    """The alarm tells a topic that nobody listens to."""
    alarm(lab, AlarmActions=[f"arn:aws:sns:{lab.region}:{lab.account}:website"])


@flaw("subscription-pending", *ROUTE)
def pending(lab: Lab) -> None:
    """The subscription was never confirmed."""
    lab.state.pending_subscriptions.add(lab.ids["subscription"])


@flaw("subscription-missing", *ROUTE)
def unsubscribed(lab: Lab) -> None:
    """The topic has no subscription."""
    lab.client("sns").unsubscribe(SubscriptionArn=lab.ids["subscription"])


@flaw("lambda-permission-missing", *ROUTE)
def no_permission(lab: Lab) -> None:
    """The function is subscribed, and SNS may not call it."""
    lab.client("lambda").remove_permission(FunctionName=lab.ids["function"], StatementId="topic")


@flaw("lambda-permission-other-topic", *ROUTE)
def other_permission(lab: Lab) -> None:
    """SNS may call the function for another topic only."""
    functions = lab.client("lambda")
    functions.remove_permission(FunctionName=lab.ids["function"], StatementId="topic")
    functions.add_permission(
        FunctionName=lab.ids["function"], StatementId="topic", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com",
        SourceArn=f"arn:aws:sns:{lab.region}:{lab.account}:website")


@flaw("lambda-deleted", *ROUTE, unknown=("credentials/monitoring-secret-isolated", "credentials/no-static-keys"))
def no_function(lab: Lab) -> None:
    """The subscription is confirmed and its function is gone."""
    lab.client("lambda").delete_function(FunctionName=lab.ids["function"])


@flaw("lambda-failed-state", *ROUTE)
def failed_function(lab: Lab) -> None:
    """The function exists and cannot run."""
    lab.state.functions[lab.ids["function"]] = {
        "State": "Failed", "StateReason": "lab", "StateReasonCode": "InvalidRuntime", "LastUpdateStatus": "Failed"}


@flaw("retention-too-short", *KEEP)
def short(lab: Lab) -> None:
    """The session log is kept for a week; the other group is right."""
    lab.client("logs").put_retention_policy(logGroupName=lab.ids["logGroups"][1], retentionInDays=7)


@flaw("retention-never-set", *KEEP)
def unset(lab: Lab) -> None:
    """No retention is set, which nobody decided."""
    lab.client("logs").delete_retention_policy(logGroupName=lab.ids["logGroups"][0])


@flaw("log-group-missing", *KEEP, *ARRIVE)
def no_group(lab: Lab) -> None:
    """The group does not exist; one whose name begins alike does."""
    lab.client("logs").delete_log_group(logGroupName=lab.ids["logGroups"][0])


@flaw("logs-from-another-instance", *ARRIVE)
def another_instance(lab: Lab) -> None:
    """The group has recent events, all from an instance that is gone."""
    group = lab.backend("logs").groups[lab.ids["logGroups"][0]]
    for instance in lab.ids["instances"]:
        stream = group.streams.pop(instance)
        stream.log_stream_name = "i-00000000000000bad"
        group.streams["i-00000000000000bad"] = stream


@flaw("logs-stale", *ARRIVE, unknown=("monitoring/audit-trail",))
def stale(lab: Lab) -> None:
    """The streams are the right ones, and the last event is two days old."""
    two_days = 2 * 86_400_000
    for name in lab.ids["logGroups"]:
        for stream in lab.backend("logs").groups[name].streams.values():
            for event in stream.events:
                event.timestamp -= two_days
                event.ingestion_time -= two_days
            for member in ("first_event_timestamp", "last_event_timestamp", "last_ingestion_time"):
                value = getattr(stream, member, None)
                if value:
                    setattr(stream, member, value - two_days)


@flaw("trail-stopped", "monitoring/audit-trail")
def stopped(lab: Lab) -> None:
    """The trail exists and is not logging."""
    lab.client("cloudtrail").stop_logging(Name="openclaw")


@flaw("trail-missing", "monitoring/audit-trail")
def no_trail(lab: Lab) -> None:
    """There is no trail."""
    lab.client("cloudtrail").delete_trail(Name="openclaw")


@flaw("budget-missing", "monitoring/cost-limits")
def no_budget(lab: Lab) -> None:
    """There is no budget."""
    lab.client("budgets").delete_budget(AccountId=lab.account, BudgetName="openclaw-prod")


@flaw("budget-without-alert", "monitoring/cost-limits")
def no_notification(lab: Lab) -> None:
    """There is a limit, and nobody is told."""
    budgets = lab.client("budgets")
    for found in budgets.describe_notifications_for_budget(AccountId=lab.account, BudgetName="openclaw-prod")["Notifications"]:
        budgets.delete_notification(AccountId=lab.account, BudgetName="openclaw-prod", Notification={
            key: found[key] for key in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")})


@flaw("budget-action-manual", "monitoring/cost-limits")
def manual_action(lab: Lab) -> None:
    """The pause waits for a person to approve it."""
    lab.state.budget_actions["openclaw-prod"][0]["ApprovalModel"] = "MANUAL"


@flaw("budget-of-other-account", "monitoring/cost-limits")
def narrowed(lab: Lab) -> None:
    """There is a budget, and it counts what another account of the organization spends."""
    budgets = lab.client("budgets")
    found = budgets.describe_budget(AccountId=lab.account, BudgetName="openclaw-prod")["Budget"]
    alerts = budgets.describe_notifications_for_budget(AccountId=lab.account, BudgetName="openclaw-prod")["Notifications"]
    budgets.delete_budget(AccountId=lab.account, BudgetName="openclaw-prod")
    kept = {key: found[key] for key in ("BudgetName", "BudgetType", "TimeUnit", "BudgetLimit")}
    budgets.create_budget(
        AccountId=lab.account, Budget={**kept, "CostFilters": {"LinkedAccount": ["999999999999"]}},
        NotificationsWithSubscribers=[{
            "Notification": {key: alert[key] for key in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")},
            "Subscribers": [{"SubscriptionType": "SNS", "Address": lab.ids["topic"]}]} for alert in alerts])


@flaw("budget-stops-what-the-group-replaces", "monitoring/cost-limits")
def replaced(lab: Lab) -> None:
    """The action stops the instances, and the group launches others at once."""
    action = lab.state.budget_actions["openclaw-prod"][0]
    action["ActionType"], action["Definition"] = "RUN_SSM_DOCUMENTS", {"SsmActionDefinition": {
        "ActionSubType": "STOP_EC2_INSTANCES", "Region": lab.region, "InstanceIds": lab.ids["instances"]}}


@flaw("budget-pauses-other-role", "monitoring/cost-limits")
def other_role(lab: Lab) -> None:
    """The action takes the rights of the alerting function, and the gateway keeps its own."""
    lab.state.budget_actions["openclaw-prod"][0]["Definition"]["IamActionDefinition"]["Roles"] = [lab.ids["alertRole"]]


@flaw("kill-switch-missing", "monitoring/kill-switch")
def no_switch(lab: Lab) -> None:
    """The document that the environment names does not exist."""
    lab.client("ssm").delete_document(Name=lab.ids["killSwitch"])


@flaw("alarm-history-empty", unknown=DRILL)
def no_history(lab: Lab) -> None:
    """The drill's record says that the alarm was raised; AWS remembers none."""
    lab.state.alarm_history = [row for row in lab.state.alarm_history if row["HistoryItemType"] == "ConfigurationUpdate"]


@flaw("alarm-late", *DRILL)
def late(lab: Lab) -> None:
    """The alarm rang ten minutes after the first breaching period."""
    for row in lab.state.alarm_history:
        data = json.loads(row["HistoryData"])
        if data.get("newState", {}).get("stateValue") == "ALARM":
            start = f"{row['Timestamp'] - timedelta(minutes=11):%Y-%m-%dT%H:%M:%S}.000+0000"
            data["newState"]["stateReasonData"].update(startDate=start, evaluatedDatapoints=[{"timestamp": start, "value": 0.0}])
            row["HistoryData"] = json.dumps(data)


@flaw("replacement-slow", "infrastructure/failure-is-replaced", *DRILL)
def slow_replacement(lab: Lab) -> None:
    """The instance in the place of the failed one was in service after an hour."""
    for row in lab.state.activities[lab.ids["group"]]:
        if "unhealthy instance" in row["Cause"]:
            row["EndTime"] = row["StartTime"] + timedelta(hours=1)


@flaw("activities-disagree", unknown=("infrastructure/failure-is-replaced", *DRILL))
def disagreeing(lab: Lab) -> None:
    """Each activity was a scale-in by a person, none the replacement of a failed instance."""
    for row in lab.state.activities[lab.ids["group"]]:
        row["Cause"] = f"At {ago(days=3):%Y-%m-%dT%H:%M:%SZ} a user request set the desired capacity from 3 to 2."
