"""What AWS does by itself while a drill is on, about hosts that are really there.

The load balancer's question is asked of each host's gateway, over HTTP and from the host's own network. What follows
(datapoints, alarm, topic, function, replacement, restore) happens in the order and with the records of the services,
in seconds where they have minutes. How well the deployment does it is given by the test.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from good.compute import activity
from lab import Lab, Proceed, supplies
from supplements.requested import restore

TICK = 0.1
ELB = "an instance was taken out of service in response to an ELB system health check failure."
EC2 = "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."
LAUNCHED = "an instance was launched in response to an unhealthy instance needing to be replaced."


@dataclass
class Machine:
    """A host of the live host lab: where its files are, the first process of it, its address and its host key."""

    directory: str
    pid: int
    address: str
    hostKey: str
    instance: str | None = None
    running: bool = False
    used: bool = False

    def run(self, script: str) -> None:
        subprocess.run(["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-u", "-i", "--", "sh", "-euc", script],
                       check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def power(self, on: bool) -> None:
        """A machine that is off: no gateway, and nobody who answers SSH."""
        self.running = on
        self.run("systemctl start openclaw-gateway" if on else "systemctl kill openclaw-gateway")
        subprocess.run(["sh", f"{self.directory}/change.sh", "sshd", self.directory, "up" if on else "down"],
                       check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def serve_metadata(self, instance: str | None = None, mode: str | None = None) -> None:
        """Of this instance, with tokens `required` or `optional`; as before where one is not named."""
        path = f"{self.directory}/imds.json"
        with open(path, encoding="utf8") as file:
            metadata = json.load(file)
        metadata["document"]["instanceId"] = instance or metadata["document"]["instanceId"]
        metadata["mode"] = mode or metadata["mode"]
        # Renamed into place by nobody: the service reads the file as a whole for every request, and it is small.
        with open(path, "w", encoding="utf8") as file:
            json.dump(metadata, file)

    def healthy(self) -> bool:
        if not self.running:
            return False
        done = subprocess.run(
            ["nsenter", "-t", str(self.pid), "-n", "curl", "-q", "-s", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}",
             "http://127.0.0.1:18789/readyz"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10)
        return done.stdout == b"200"


@dataclass
class Behaviour:
    """Seconds after which something happens; None for never."""

    alarmAfter: float | None = 0.4
    replaceAfter: float | None = 0.8
    # The function that carries the alert on ends with an error.
    alertFails: bool = False
    restoreSeconds: float = 0.4
    # What the restore brings back: same, differs (one byte of one file), misses (one file).
    restored: str = "same"
    # Whether what the gateways keep of their sessions is brought to the log group.
    ships: bool = False
    # By name of a document: what its run does on each host, and whether it keeps the group from healing (or lets it).
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)


class Dynamics(threading.Thread):
    """Belongs to one lab; ends with its process, and so with a reset."""

    def __init__(self, lab: Lab, machines: list[Machine], behaviour: Behaviour):
        super().__init__(daemon=True)
        self.lab, self.machines, self.behaviour = lab, machines, behaviour
        self.failing: dict[str, datetime] = {}
        self.due: list[tuple[float, Any]] = []
        self.shipped: set[str] = set()
        for instance in lab.ids["instances"]:
            self.become(instance)

    @property
    def group(self) -> Any:
        return self.lab.backend("autoscaling").autoscaling_groups[self.lab.ids["group"]]

    def instance(self, wanted: str) -> Any:
        return self.lab.backend("ec2").get_instance(wanted)

    def become(self, instance: str) -> None:
        """A free machine is the instance from now on: its address, its metadata, its console."""
        machine = next((one for one in self.machines if not one.used), None)
        if machine is None:
            raise RuntimeError("there is no machine left for an instance")
        machine.instance, machine.used = instance, True
        self.instance(instance).nics[0].private_ip_address = machine.address
        self.lab.state.console[instance] = (
            f"-----BEGIN SSH HOST KEY FINGERPRINTS-----\n256 {machine.hostKey} root@lab (ED25519)\n"
            "-----END SSH HOST KEY FINGERPRINTS-----\n")
        machine.serve_metadata(instance=instance)
        machine.power(True)

    def later(self, seconds: float, work: Any) -> None:
        self.due.append((time.monotonic() + seconds, work))

    def run(self) -> None:
        while True:
            time.sleep(TICK)
            seen = {machine.instance: machine.healthy() for machine in self.machines if machine.instance}
            with self.lab._lock:
                ready = [work for at, work in self.due if at <= time.monotonic()]
                self.due = [item for item in self.due if item[0] > time.monotonic()]
                for work in ready:
                    work()
                self.power()
                self.judge(seen)
                if self.behaviour.ships:
                    self.ship()

    def power(self) -> None:
        for machine in self.machines:
            if machine.instance:
                on = self.instance(machine.instance).state == "running"
                if on != machine.running:
                    machine.power(on)

    def ship(self) -> None:
        """As an agent of CloudWatch that exports the sessions: what a test message says, once."""
        for machine in self.machines:
            if not machine.running:
                continue
            found = subprocess.run(
                ["nsenter", "-t", str(machine.pid), "-m", "--", "grep", "-arohE", "clawcheck-said-[0-9a-z-]+",
                 "/home/openclaw/.openclaw/agents"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
            lines = set(found.stdout.decode("latin1").split()) - self.shipped
            self.shipped |= lines
            logs = self.lab.client("logs")
            for name in self.lab.ids["logGroups"] if lines else []:
                if name.endswith("session"):
                    stream = logs.describe_log_streams(logGroupName=name)["logStreams"][0]["logStreamName"]
                    logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=[
                        {"timestamp": int(time.time() * 1000), "message": line} for line in sorted(lines)])

    def judge(self, seen: dict[str | None, bool]) -> None:
        now = datetime.now(UTC)
        members = [state.instance.id for state in self.group.instance_states if state.lifecycle_state == "InService"]
        for member in members:
            if seen.get(member, True):
                self.failing.pop(member, None)
            else:
                self.failing.setdefault(member, now)
        self.failing = {one: since for one, since in self.failing.items() if one in members}
        oldest = min(self.failing.values(), default=None)
        alarm = self.lab.backend("cloudwatch").alarms[self.lab.ids["alarm"]]
        after = self.behaviour.alarmAfter
        if oldest is None and members and alarm.state_value == "ALARM":
            self.set_alarm(alarm, "OK", now, 1.0)
        elif oldest and after is not None and alarm.state_value == "OK" and now - oldest >= timedelta(seconds=after):
            self.set_alarm(alarm, "ALARM", oldest, 0.0)
        healing = "ReplaceUnhealthy" not in [p["ProcessName"] for p in self.group.suspended_processes]
        patience = self.behaviour.replaceAfter
        for member, since in list(self.failing.items()):
            if healing and patience is not None and now - since >= timedelta(seconds=patience):
                self.replace(member)

    def history(self, kind: str, summary: str, data: dict[str, Any]) -> None:
        self.lab.state.alarm_history.append({
            "AlarmName": self.lab.ids["alarm"], "AlarmType": "MetricAlarm", "HistoryItemType": kind,
            "Timestamp": datetime.now(UTC), "HistorySummary": summary, "HistoryData": json.dumps(data)})

    def set_alarm(self, alarm: Any, state: str, since: datetime, value: float) -> None:
        old, start = alarm.state_value, f"{since:%Y-%m-%dT%H:%M:%S}.{since.microsecond // 1000:03d}+0000"
        measured = {"version": "1.0", "startDate": start, "statistic": "Minimum", "period": 10, "threshold": 1.0,
                    "recentDatapoints": [value], "evaluatedDatapoints": [{"timestamp": start, "value": value}]}
        alarm.update_state("lab", json.dumps(measured), state)
        self.history("StateUpdate", f"Alarm updated from {old} to {state}", {
            "version": "1.0", "oldState": {"stateValue": old},
            "newState": {"stateValue": state, "stateReason": "lab", "stateReasonData": measured}})
        topic = self.lab.ids["topic"]
        self.history("Action", f"Successfully executed action {topic}", {
            "actionState": "Succeeded", "notificationResource": topic})
        self.later(0.2, self.alert)

    def alert(self) -> None:
        """A run of the function, by the lines that Lambda itself writes."""
        request, now = str(uuid.uuid4()), int(time.time() * 1000)
        failed = self.behaviour.alertFails
        lines = [f"START RequestId: {request} Version: $LATEST\n",
                 *([f"[ERROR] {request} channel refused\n"] if failed else []),
                 f"END RequestId: {request}\n",
                 f"REPORT RequestId: {request}\tDuration: 90.00 ms\tStatus: {'error' if failed else 'success'}\n"]
        logs, name = self.lab.client("logs"), self.lab.ids["functionLogGroup"]
        stream = logs.describe_log_streams(logGroupName=name)["logStreams"][0]["logStreamName"]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=[
            {"timestamp": now + i, "message": line} for i, line in enumerate(lines)])

    def replace(self, failed: str) -> None:
        cause = ELB if self.instance(failed).state == "running" else EC2
        self.lab.backend("autoscaling").terminate_instance(failed, False)
        known = set()
        for machine in self.machines:
            if machine.instance == failed:
                machine.power(False)
                machine.instance = None
            known.add(machine.instance)
        made = next(s.instance.id for s in self.group.instance_states if s.instance.id not in known)
        self.become(made)
        now = datetime.now(UTC)
        for what, why in ((f"Terminating EC2 instance: {failed}", cause), (f"Launching a new EC2 instance: {made}", LAUNCHED)):
            activity(self.lab, what, why, 0, 0).update(StartTime=now - timedelta(milliseconds=200), EndTime=now)


@supplies("ec2", "ModifyInstanceMetadataOptions")
def metadata_options(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """The metadata service of the machine does what its instance is set to."""
    out = proceed()
    for machine in lab.dynamics.machines if lab.dynamics and "HttpTokens" in params else []:
        if machine.instance == params["InstanceId"]:
            machine.serve_metadata(mode=params["HttpTokens"])
    return out


@supplies("ssm", "SendCommand")
def send_command(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """The document is run on the machines: moto alone says Success and does nothing."""
    out = proceed()
    document = lab.dynamics.behaviour.documents.get(params["DocumentName"]) if lab.dynamics else None
    if document:
        healing = {"suspend": "suspend_processes", "resume": "resume_processes"}.get(document.get("healing", ""))
        if healing:
            getattr(lab.client("autoscaling"), healing)(AutoScalingGroupName=lab.ids["group"])
        for machine in lab.dynamics.machines:
            if machine.instance:
                machine.run(document["run"])
    return out


@supplies("backup", "StartRestoreJob")
def start_restore(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    """A job that makes a new file system after a while; what is in it is put on the machine when it is mounted."""
    if not lab.dynamics:
        return restore(lab, params)
    metadata, now = params["Metadata"], datetime.now(UTC)
    point = next(p for p in lab.state.recovery_points if p["RecoveryPointArn"] == params["RecoveryPointArn"])
    job = {"AccountId": lab.account, "RestoreJobId": str(uuid.uuid4()), "ResourceType": "EFS", "Status": "RUNNING",
           "RecoveryPointArn": params["RecoveryPointArn"], "RecoveryPointCreationDate": point["CreationDate"],
           "CreationDate": now, "PercentDone": "0.00%", "IamRoleArn": params["IamRoleArn"],
           "BackupSizeInBytes": 48_234_496, "SourceResourceArn": point["ResourceArn"], "BackupVaultArn": lab.ids["vaultArn"]}

    def complete() -> None:
        made = lab.client("efs").create_file_system(
            CreationToken=metadata["CreationToken"], Encrypted=True, PerformanceMode=metadata["PerformanceMode"])
        job.update(Status="COMPLETED", CompletionDate=datetime.now(UTC), PercentDone="100.00%",
                   CreatedResourceArn=made["FileSystemArn"])

    lab.state.restore_jobs.append(job)
    lab.dynamics.later(lab.dynamics.behaviour.restoreSeconds, complete)
    return {"RestoreJobId": job["RestoreJobId"], "CreationDate": now}


RESTORED = {"same": ":", "differs": "touch -r SOUL.md /tmp/clawcheck-lab-time; echo more >>SOUL.md; "
            "touch -r /tmp/clawcheck-lab-time SOUL.md; rm /tmp/clawcheck-lab-time", "misses": "rm IDENTITY.md"}


@supplies("efs", "CreateMountTarget")
def create_mount_target(lab: Lab, params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    """The export that the stand-in for NFS on the machines mounts: a copy of the workspace, as it was restored."""
    out = proceed()
    if lab.dynamics and params["FileSystemId"] != lab.ids["fileSystem"]:
        folder = f"/srv/efs/{out['IpAddress']}/aws-backup-restore_{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
        for machine in lab.dynamics.machines:
            machine.run(f"rm -rf /srv; mkdir -p {folder}; cp -a /mnt/openclaw/workspace {folder}/workspace; cd {folder}/workspace; "
                        f"{RESTORED[lab.dynamics.behaviour.restored]}")
    return out


@supplies("efs", "DeleteMountTarget")
def delete_mount_target(lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    out = proceed()
    for machine in lab.dynamics.machines if lab.dynamics else []:
        machine.run("rm -rf /srv")
    return out


def start(lab: Lab, machines: list[dict[str, Any]], behaviour: dict[str, Any]) -> None:
    """From now on things happen by themselves. What is not named in the behaviour is as in a good deployment."""
    lab.dynamics = Dynamics(lab, [Machine(**one) for one in machines], Behaviour(**behaviour))
    lab.dynamics.start()


def marks_of(lab: Lab) -> list[str]:
    answer = lab.client("ssm").get_parameters_by_path(Path="/clawcheck", Recursive=True)
    return [parameter["Name"] for parameter in answer["Parameters"]]


def look(lab: Lab) -> dict[str, Any]:
    """What an undo has to bring back, of what AWS knows."""
    with lab._lock:
        group, efs = lab.dynamics.group, lab.backend("efs")
        return {
            "members": [f"{s.instance.id} {s.lifecycle_state} {s.health_status} {s.instance.state}" for s in group.instance_states],
            "suspended": sorted(process["ProcessName"] for process in group.suspended_processes),
            "alarm": lab.backend("cloudwatch").alarms[lab.ids["alarm"]].state_value,
            "marks": sorted(marks_of(lab)),
            "fileSystems": sorted(efs.file_systems_by_id), "mountTargets": sorted(efs.mount_targets_by_id)}
