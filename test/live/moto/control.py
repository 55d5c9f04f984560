"""What stands between a client and the lab: the record of calls, pages, faults, and the control endpoint."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import dynamics
import flaws
from botocore.exceptions import DataNotFoundError
from botocore.session import get_session
from faults import Faults
from lab import Lab
from wire import Answer, Call, decode, encode, read_body, read_call

PREFIX = "/clawcheck-lab/"


@cache
def pagination(service: str) -> dict[str, Any]:
    loader = get_session().get_component("data_loader")
    try:
        return loader.load_service_model(service, "paginators-1")["pagination"]
    except DataNotFoundError:
        return {}


def first(value: Any) -> str:
    return (value[0] if isinstance(value, list) else value).split(" || ")[0]


def asked(call: Call) -> int | None:
    """The length of a page that the client asks for."""
    sizes = [call.params.get(name) for name in ("MaxResults", "MaxRecords", "MaxItems", "PageSize")]
    return next((int(size) for size in sizes if size), None)


class Pager:
    """Cuts answers into pages of a chosen size, or of a lower one that is asked for: a client must follow every token."""

    def __init__(self) -> None:
        self.size: int | None = None
        self.rest: dict[str, dict[str, Any]] = {}

    def token_in(self, call: Call) -> str | None:
        rule = pagination(call.service).get(call.operation)
        token = call.params.get(first(rule["input_token"])) if rule else None
        return token if isinstance(token, str) and token.startswith("lab-") else None

    def page(self, call: Call, output: dict[str, Any]) -> dict[str, Any]:
        size = min(self.size or 0, asked(call) or self.size or 0)
        rule = pagination(call.service)[call.operation]
        keys = rule["result_key"] if isinstance(rule["result_key"], list) else [rule["result_key"]]
        keys = [key for key in keys if isinstance(output.get(key), (list, dict))]
        shown, left = dict(output), dict(output)
        more = False
        for key in keys:
            value = output[key]
            if isinstance(value, dict):
                items = list(value.items())
                shown[key], left[key] = dict(items[:size]), dict(items[size:])
            else:
                shown[key], left[key] = value[:size], value[size:]
            more = more or bool(left[key])
        if more:
            token = f"lab-{uuid.uuid4().hex}"
            self.rest[token] = left
            shown[first(rule["output_token"])] = token
            if rule.get("more_results"):
                shown[rule["more_results"]] = True
        elif rule.get("more_results"):
            shown[rule["more_results"]] = False
        return shown


def plain(value: Any) -> Any:
    """Parameters of a call as JSON; a date in ISO form, bytes by their length."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{len(value)} bytes" if isinstance(value, bytes) else value


class Front:
    """The WSGI application that a client talks to. `end` is called after a reset has been answered."""

    def __init__(self, lab: Lab, end: Callable[[], None]):
        self.lab, self.end = lab, end
        self.faults, self.pager = Faults(), Pager()
        self.calls: list[dict[str, Any]] = []
        self.applied: list[str] = []
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            answer = self.control(environ["PATH_INFO"][len(PREFIX):], environ)
        else:
            answer = self.serve(environ)
        headers = [(k, v) for k, v in answer.headers if k.lower() not in ("content-length", "connection")]
        phrase = HTTPStatus(answer.status).phrase
        start(f"{answer.status} {phrase}", [*headers, ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def serve(self, environ: dict[str, Any]) -> Answer:
        call = read_call(environ)
        if not call:
            return self.lab.plain(environ)
        with self.lock:
            fault = self.faults.take(call)
            self.calls.append({"service": call.service, "action": call.operation, "parameters": plain(call.params),
                               **({"fault": fault[0]} if fault else {})})
        answer = self.paged(call, environ)
        if all(name.lower() != "x-amzn-requestid" for name, _ in answer.headers):
            answer = Answer(answer.status, [*answer.headers, ("x-amzn-requestid", str(uuid.uuid4()))], answer.body)
        return self.faults.show(fault, call, answer) if fault and call.model else answer

    def paged(self, call: Call, environ: dict[str, Any]) -> Answer:
        token = self.pager.token_in(call) if call.model else None
        if token:
            return encode(call, self.pager.page(call, self.pager.rest.get(token, {})))
        answer = self.lab.answer(environ, call)[1]
        if self.pager.size and call.model and answer.status == 200 and call.operation in pagination(call.service):
            return encode(call, self.pager.page(call, decode(call, answer)))
        return answer

    def control(self, what: str, environ: dict[str, Any]) -> Answer:
        try:
            body = json.loads(read_body(environ) or b"{}")
            answered = self.command(what, body)
        except Exception as error:  # the lab's user is a test: it gets the reason, whatever it is
            return reply(400, {"error": f"{type(error).__name__}: {error}"})
        return reply(200, answered)

    def command(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        if what == "flaw":
            flaws.apply(self.lab, body["flaw"])
            self.applied.append(body["flaw"])
        elif what == "reset":
            self.faults.clear()
            self.end()
        elif what == "fault":
            self.faults.add(body["operation"], body["fault"], body.get("times"), body.get("skip", 0))
        elif what == "clear-faults":
            self.faults.clear()
        elif what == "page-size":
            self.pager.size = body.get("size")
        elif what == "calls":
            with self.lock:
                taken = list(self.calls)
                if body.get("clear"):
                    self.calls.clear()
            return {"calls": taken}
        elif what == "console":
            self.lab.state.console[body["instanceId"]] = body["text"]
        elif what == "start":
            dynamics.start(self.lab, body["machines"], body["behaviour"])
        elif what == "look":
            return dynamics.look(self.lab)
        elif what == "flaws":
            return {"flaws": flaws.listed()}
        elif what != "state":
            raise LookupError(f"no such command: {what}")
        return {"account": self.lab.account, "region": self.lab.region, "ids": self.lab.ids, "flaws": self.applied}


def reply(status: int, value: dict[str, Any]) -> Answer:
    return Answer(status, [("Content-Type", "application/json")], json.dumps(value).encode())
