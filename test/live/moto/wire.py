"""Reading an AWS request and writing an AWS answer, on the service models that botocore carries.

The protocol serialisers and parsers are moto's own, so that supplied answers have the same wire form as moto's.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.parsers import create_parser
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.datastructures import Headers, MultiDict

# The name in the credential scope of a signature -> the name of the service in clawcheck's allow-list.
SERVICES = {
    "autoscaling": "autoscaling", "backup": "backup", "budgets": "budgets", "cloudtrail": "cloudtrail",
    "monitoring": "cloudwatch", "ec2": "ec2", "elasticfilesystem": "efs", "elasticloadbalancing": "elbv2",
    "iam": "iam", "kms": "kms", "lambda": "lambda", "logs": "logs", "secretsmanager": "secretsmanager",
    "sns": "sns", "ssm": "ssm", "sts": "sts", "s3": "s3",
}
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


class ServiceError(Exception):
    """An error that the service answers with; `code` is the code of the API reference."""

    def __init__(self, code: str, message: str = "supplied by the lab", status: int = 400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class Call:
    """One request: which operation of which service, with which parameters."""

    service: str
    operation: str
    params: dict[str, Any]
    protocol: str
    model: Any


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


@cache
def routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path pattern and operation of a REST service, the most literal path first."""
    model = get_service_model(service)
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = http["requestUri"].split("?")[0].rstrip("/")
        pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        found.append((path.count("{"), -len(path), http["method"], re.compile(pattern + "/?$"), name))
    found.sort(key=lambda row: row[:2])
    return [row[2:] for row in found]


def read_body(environ: dict[str, Any]) -> bytes:
    """The body of the request, which stays readable for whoever comes next."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def read_call(environ: dict[str, Any]) -> Call | None:
    """The operation that a signed request asks for; None for what is not one of the known services."""
    scope = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = SERVICES.get(scope.group(3)) if scope else None
    if not service or service == "s3":
        return None
    body = read_body(environ)
    model = get_service_model(service)
    target = environ.get("HTTP_X_AMZ_TARGET")
    path = environ.get("PATH_INFO", "/")
    raw_path = (environ.get("RAW_URI") or environ.get("REQUEST_URI") or path).split("?")[0]
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if not target else {}
    url_params: dict[str, str] = {}
    if target:
        protocol, operation = "json", target.split(".")[-1]
    elif "rest-json" in (model.metadata.get("protocols") or [model.protocol]):
        protocol, operation = "rest-json", ""
        for method, pattern, name in routes(service):
            match = pattern.match(raw_path) if method == environ["REQUEST_METHOD"] else None
            if match:
                operation = name
                url_params = {key: unquote(value) for key, value in match.groupdict().items()}
                break
    else:
        protocol = "ec2" if service == "ec2" else "query"
        operation = form.get("Action") or query.get("Action", "")
    if operation not in model.operation_names:
        return Call(service, operation or "?", {}, protocol, None)
    operation_model = model.operation_model(operation)
    values = MultiDict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if protocol in ("query", "ec2"):
        values.update(form)
    headers = Headers()
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            headers[key[5:].replace("_", "-").title()] = value
    params = PROTOCOL_PARSERS[protocol](operation_model).parse({
        "method": environ["REQUEST_METHOD"], "values": values, "headers": headers, "body": body,
        "url_path": path, "url_params": url_params,
    })
    return Call(service, operation, in_utc(dict(params or {})), protocol, operation_model)


def in_utc(value: Any) -> Any:
    """The parser reads a time of the query string without its zone, which is UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, dict):
        return {k: in_utc(v) for k, v in value.items()}
    return [in_utc(v) for v in value] if isinstance(value, list) else value


def milliseconds(value: Any) -> Any:
    """Times as exact as the wire is; a float would lose one of them each time it is read and written."""
    if isinstance(value, datetime):
        return datetime.fromtimestamp(round(value.timestamp() * 1000) / 1000, UTC)
    if isinstance(value, dict):
        return {k: milliseconds(v) for k, v in value.items()}
    return [milliseconds(v) for v in value] if isinstance(value, list) else value


def decode(call: Call, answer: Answer) -> dict[str, Any]:
    """What moto answered, as the values of the API."""
    parsed = create_parser(call.protocol).parse(
        {"body": answer.body, "headers": dict(answer.headers), "status_code": answer.status}, call.model.output_shape
    )
    parsed.pop("ResponseMetadata", None)
    return milliseconds(parsed)


def encode(call: Call, output: dict[str, Any]) -> Answer:
    serializer = get_serializer_class(call.service, call.protocol)(
        operation_model=call.model, context=SerializationContext("lab-request")
    )
    done = serializer.serialize(output)
    body = done["body"]
    headers = [(k, str(v)) for k, v in done["headers"].items()]
    return Answer(done["status_code"], headers, body.encode() if isinstance(body, str) else body)


def encode_error(call: Call, error: ServiceError) -> Answer:
    """An error in the form of the call's protocol. Messages are constants of the lab."""
    if call.protocol in ("json", "rest-json"):
        kind = "application/json" if call.protocol == "rest-json" else "application/x-amz-json-1.1"
        body = '{"__type":"%s","Type":"User","message":"%s"}' % (error.code, error.message)
        return Answer(error.status, [("Content-Type", kind), ("x-amzn-ErrorType", error.code)], body.encode())
    inner = f"<Code>{error.code}</Code><Message>{error.message}</Message>"
    if call.protocol == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>lab</RequestID></Response>"
    else:
        body = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>lab</RequestId></ErrorResponse>"
    return Answer(error.status, [("Content-Type", "text/xml")], body.encode())
