"""The lab: moto's WSGI application, what is supplied or corrected on top of it, and clients that need no socket."""

from __future__ import annotations

import io
import os
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
os.environ["MOTO_ACCOUNT_ID"] = os.environ.get("MOTO_ACCOUNT_ID", "123456789012")

import boto3  # noqa: E402
import moto.backends as backends  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402

from wire import Answer, Call, ServiceError, decode, encode, encode_error, read_call  # noqa: E402

ACCOUNT = os.environ["MOTO_ACCOUNT_ID"]
Proceed = Callable[[], dict[str, Any]]
Handler = Callable[["Lab", dict[str, Any], Proceed], dict[str, Any]]
HANDLERS: dict[tuple[str, str], Handler] = {}


def supplies(service: str, *operations: str) -> Callable[[Handler], Handler]:
    """Registers a handler that answers these operations, alone or on top of what moto answers (`proceed`)."""

    def register(handler: Handler) -> Handler:
        for operation in operations:
            HANDLERS[service, operation] = handler
        return handler

    return register


def ago(**parts: float) -> datetime:
    """A point in time before now, in UTC and whole seconds."""
    return (datetime.now(UTC) - timedelta(**parts)).replace(microsecond=0)


class _Refused(Exception):
    def __init__(self, answer: Answer):
        self.answer = answer


@dataclass
class State:
    """What moto does not keep. All of it is plain data, which a flaw can change."""

    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    activities: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refreshes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    warm_pools: dict[str, dict[str, Any]] = field(default_factory=dict)
    metadata_defaults: dict[str, Any] = field(default_factory=dict)
    selections: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    backup_jobs: list[dict[str, Any]] = field(default_factory=list)
    restore_jobs: list[dict[str, Any]] = field(default_factory=list)
    recovery_points: list[dict[str, Any]] = field(default_factory=list)
    vault_policies: dict[str, str] = field(default_factory=dict)
    restore_testing_plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    restore_testing_selections: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    alarm_history: list[dict[str, Any]] = field(default_factory=list)
    mute_rules: list[dict[str, Any]] = field(default_factory=list)
    # Namespace, metric and the value of one dimension, with the time and the value of each datapoint.
    metrics: dict[tuple[str, str, str], list[tuple[datetime, float]]] = field(default_factory=dict)
    pending_subscriptions: set[str] = field(default_factory=set)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    target_health: dict[str, dict[str, Any]] = field(default_factory=dict)
    interfaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    budget_actions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    console: dict[str, str] = field(default_factory=dict)


class Lab:
    """One account in one region. `ids` names what the deployment made; `state` is what moto lacks."""

    def __init__(self, region: str = "eu-west-1"):
        self.region, self.account = region, ACCOUNT
        # What would tick in moto's answers stands still at this time, so that two answers differ by what changed.
        self.born = ago()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.state = State()
        self.ids: dict[str, Any] = {}
        # What happens by itself, where a test has started that (dynamics.py).
        self.dynamics: Any = None
        self._clients: dict[str, Any] = {}
        self._lock = threading.RLock()

    def backend(self, service: str) -> Any:
        """moto's own object of a service, for what no call can change."""
        found = backends.get_backend(service)[self.account]
        return found["aws"] if service in ("budgets", "iam", "s3") else found[self.region]

    def client(self, service: str) -> Any:
        """A boto3 client whose requests go to this lab without a socket and without being recorded."""
        if service not in self._clients:
            made = boto3.client(
                service, region_name=self.region, endpoint_url="http://lab.invalid",
                aws_access_key_id="lab", aws_secret_access_key="lab",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=True,
                              s3={"addressing_style": "path"}),
            )
            made.meta.events.register_first("before-send", self._send)
            self._clients[service] = made
        return self._clients[service]

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        body = body.encode() if isinstance(body, str) else bytes(body)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": url.path or "/",
            "RAW_URI": url.path or "/", "QUERY_STRING": url.query, "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "lab.invalid", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }
        for key, value in request.headers.items():
            text = value.decode() if isinstance(value, bytes) else str(value)
            name = key.upper().replace("-", "_")
            environ[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"] = text
        environ.update(CONTENT_LENGTH=str(len(body)), HTTP_HOST="lab.invalid")
        answer = self.answer(environ)[1]
        raw = io.BytesIO(answer.body)
        raw.stream = lambda **_: iter([answer.body])  # type: ignore[attr-defined]
        return AWSResponse(request.url, answer.status, dict(answer.headers), raw)

    def plain(self, environ: dict[str, Any]) -> Answer:
        """What moto alone answers."""
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
            seen.update(status=int(status.split()[0]), headers=headers)

        chunks = self.moto(environ, start)
        body = b"".join(chunks)
        return Answer(seen["status"], seen["headers"], body)

    def answer(self, environ: dict[str, Any], call: Call | None = None) -> tuple[Call | None, Answer]:
        """moto's answer, or the supplied one, or moto's with corrections. One request at a time, as moto is one state."""
        with self._lock:
            call = call or read_call(environ)
            handler = HANDLERS.get((call.service, call.operation)) if call else None
            if not call or not handler or not call.model:
                return call, self.plain(environ)

            def proceed() -> dict[str, Any]:
                answer = self.plain(environ)
                if answer.status >= 300:
                    raise _Refused(answer)
                return decode(call, answer)

            try:
                return call, encode(call, handler(self, call.params, proceed))
            except _Refused as refused:
                return call, refused.answer
            except ServiceError as error:
                return call, encode_error(call, error)
            except Exception:
                # A mistake of the lab must look like one, and not like a fault of the service.
                traceback.print_exc()
                return call, Answer(501, [("Content-Type", "text/plain")], b"the lab failed; see its standard error")
