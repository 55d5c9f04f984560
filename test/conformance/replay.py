"""Replays recorded scenarios on a moto server of its own.

Says `{"port": …}`, then answers each scenario that comes in on a line with `{"ids": {old: new}}` once its calls are made.
Ids differ at every run, so the recorded and the new response are walked side by side and old ids replaced before the
next call.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from datetime import datetime
from typing import Any

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ["MOTO_ACCOUNT_ID"] = "123456789012"

import boto3  # noqa: E402
from botocore import xform_name  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

import urllib.request  # noqa: E402


def decoded(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"__b64__"}:
            return base64.b64decode(value["__b64__"])
        if set(value) == {"__dt__"}:
            return datetime.fromisoformat(value["__dt__"])
        return {key: decoded(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [decoded(item, ids) for item in value]
    if isinstance(value, str):
        for old, new in sorted(ids.items(), key=lambda pair: -len(pair[0])):
            value = value.replace(old, new)
    return value


def learn(old: Any, new: Any, ids: dict[str, str]) -> None:
    """Each text that was one thing in the record and is another thing now."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            learn(value, new.get(key), ids)
    elif isinstance(old, list) and isinstance(new, list):
        for pair in zip(old, new):
            learn(*pair, ids)
    elif isinstance(old, str) and isinstance(new, str) and old != new and len(old) > 8:
        ids[old] = new


def method(name: str) -> str:
    return xform_name(name)


def replay(scenario: dict[str, Any], url: str) -> dict[str, Any]:
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).read()
    ids: dict[str, str] = {}
    clients: dict[tuple[str, str], Any] = {}
    for call in scenario["calls"]:
        key = call["svc"], call["region"]
        clients[key] = clients.get(key) or boto3.client(
            call["svc"], region_name=call["region"], endpoint_url=url, aws_access_key_id="lab", aws_secret_access_key="lab")
        try:
            answer = getattr(clients[key], method(call["op"]))(**decoded(call["params"], ids))
        except Exception as error:
            if "error" in call:
                continue
            return {"ids": ids, "failed": f"{call['svc']}:{call['op']}: {type(error).__name__}"}
        learn(call.get("resp"), answer, ids)
    return {"ids": ids}


def main() -> None:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(json.dumps({"port": port}), flush=True)
    for line in sys.stdin:
        print(json.dumps(replay(json.loads(line), f"http://{host}:{port}")), flush=True)
    server.stop()


if __name__ == "__main__":
    main()
