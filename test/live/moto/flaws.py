"""Flaws to plant in a live lab. `python flaws.py --list` prints them as JSON."""

from __future__ import annotations

import json
from typing import Any

from flawset import backup, credentials, foreign, infrastructure, instances, monitoring, network
from flawset.registry import FLAWS
from lab import Lab

__all__ = ["apply", "backup", "credentials", "foreign", "infrastructure", "instances", "listed", "monitoring", "network"]


def apply(lab: Lab, flaw_id: str) -> None:
    if flaw_id not in FLAWS:
        raise LookupError(f"no such flaw: {flaw_id}")
    FLAWS[flaw_id].plant(lab)


def listed() -> list[dict[str, Any]]:
    return [{"id": f.id, "expects": list(f.expects), "unknown": list(f.unknown), "trap": f.trap} for f in FLAWS.values()]


if __name__ == "__main__":
    print(json.dumps(listed(), indent=2))
