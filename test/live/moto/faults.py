"""Faults on the wire: what a client sees when an operation is refused, cut short or answered with something else."""

from __future__ import annotations

import threading
from typing import Any

from wire import Answer, Call, ServiceError, decode, encode, encode_error

FAULTS = ("AccessDenied", "Throttling", "500", "html", "empty", "{}", "truncate", "drop-token", "hang")
# The code by which each service refuses; the others say AccessDeniedException.
REFUSALS = {"ec2": "UnauthorizedOperation", **dict.fromkeys(
    ("autoscaling", "iam", "cloudwatch", "elbv2", "sts"), "AccessDenied"), "sns": "AuthorizationError"}
THROTTLES = {"ec2": "RequestLimitExceeded", **dict.fromkeys(
    ("autoscaling", "iam", "cloudwatch", "elbv2", "sns", "sts"), "Throttling")}
TOKENS = ("NextToken", "nextToken", "NextMarker", "Marker")


def empty_object(call: Call) -> Answer:
    """The smallest well-formed answer that has none of the members."""
    if call.protocol in ("json", "rest-json"):
        return Answer(200, [("Content-Type", "application/x-amz-json-1.1")], b"{}")
    name = call.operation
    inner = "" if call.protocol == "ec2" else f"<{name}Result/>"
    return Answer(200, [("Content-Type", "text/xml")], f"<{name}Response>{inner}</{name}Response>".encode())


def without_token(call: Call, answer: Answer) -> Answer:
    output = decode(call, answer)
    for token in TOKENS:
        output.pop(token, None)
    output.pop("IsTruncated", None)
    return encode(call, output)


class Faults:
    """The faults in force. `times` is how often one is shown; without it, until it is cleared."""

    def __init__(self) -> None:
        self.rules: list[dict[str, Any]] = []
        self.released = threading.Event()

    def add(self, operation: str, fault: str, times: int | None, skip: int) -> None:
        if fault not in FAULTS:
            raise ValueError(f"no such fault; one of {', '.join(FAULTS)}")
        self.rules.append({"operation": operation, "fault": fault, "times": times, "skip": skip})

    def clear(self) -> None:
        """Ends every fault; a request that hangs is let go."""
        self.rules.clear()
        self.released.set()
        self.released = threading.Event()

    def take(self, call: Call) -> tuple[str, threading.Event] | None:
        """The fault for this call, counted, and what would let it go if it hangs. `*` names every operation, `ec2:*` every one of a service."""
        for rule in self.rules:
            if rule["operation"] not in ("*", f"{call.service}:*", f"{call.service}:{call.operation}"):
                continue
            if rule["skip"]:
                rule["skip"] -= 1
                continue
            if rule["times"] == 0:
                continue
            if rule["times"]:
                rule["times"] -= 1
            return rule["fault"], self.released
        return None

    def show(self, taken: tuple[str, threading.Event], call: Call, answer: Answer) -> Answer:
        """What the client sees instead of the answer."""
        fault, released = taken
        if fault == "AccessDenied":
            return encode_error(call, ServiceError(REFUSALS.get(call.service, "AccessDeniedException"), "not authorized", 403))
        if fault == "Throttling":
            return encode_error(call, ServiceError(THROTTLES.get(call.service, "ThrottlingException"), "rate exceeded", 400))
        if fault == "500":
            return encode_error(call, ServiceError("InternalFailure", "internal", 500))
        if fault == "html":
            return Answer(200, [("Content-Type", "text/html")], b"<html><body><h1>Welcome</h1></body></html>")
        if fault == "empty":
            return Answer(200, [("Content-Type", dict(answer.headers).get("Content-Type", "text/plain"))], b"")
        if fault == "{}":
            return empty_object(call)
        if fault == "truncate":
            return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        if fault == "drop-token":
            return without_token(call, answer)
        released.wait()
        return answer
