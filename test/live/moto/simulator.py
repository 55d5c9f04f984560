"""A small evaluator of identity policies over what moto stores. It shares no code with clawcheck.

Explicit deny over allow over implicit deny; wildcards in actions and resources, NotAction, NotResource, the permissions
boundary, and the condition operators that the deployments here use. An unknown condition operator never grants, and
counts as matching in a deny.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def alike(pattern: str, value: str) -> bool:
    """IAM wildcards: * and ? only; brackets are literal."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def parsed(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, str):
        document = json.loads(unquote(document) if document.startswith("%7B") else document)
    return listed(document.get("Statement"))


def default_document(policy: Any) -> list[dict[str, Any]]:
    """The version in force, which need not be the newest."""
    return parsed(next(v for v in policy.versions if v.version_id == policy.default_version_id).document)


def identity_policies(iam: Any, role: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    found = [(name, parsed(document)) for name, document in role.policies.items()]
    for policy in role.managed_policies.values():
        found.append((policy.name, default_document(policy)))
    return found


def boundary_policy(iam: Any, role: Any) -> list[dict[str, Any]] | None:
    arn = getattr(role, "permissions_boundary_arn", None) or getattr(role, "permissions_boundary", None)
    if isinstance(arn, dict):
        arn = arn.get("PermissionsBoundaryArn")
    return default_document(iam.managed_policies[arn]) if arn else None


def condition_holds(block: dict[str, Any], context: dict[str, list[str]], unknown: bool) -> bool:
    for operator, tests in (block or {}).items():
        for key, wanted in tests.items():
            values = context.get(key.lower())
            base = operator.removesuffix("IfExists")
            if values is None:
                if base == operator and not base.startswith("StringNot"):
                    return False
                continue
            texts = [str(w).lower() if base == "Bool" else str(w) for w in listed(wanted)]
            if base in ("StringEquals", "ArnEquals", "Bool"):
                held = any(value in texts for value in values)
            elif base in ("StringLike", "ArnLike"):
                held = any(alike(text, value) for text in texts for value in values)
            elif base == "StringNotEquals":
                held = not any(value in texts for value in values)
            else:
                held = unknown
            if not held:
                return False
    return True


def applies(statement: dict[str, Any], action: str, resource: str, context: dict[str, list[str]]) -> bool:
    lowered = action.lower()
    if "NotAction" in statement:
        acts = not any(alike(p.lower(), lowered) for p in listed(statement["NotAction"]))
    else:
        acts = any(alike(p.lower(), lowered) for p in listed(statement.get("Action")))
    if "NotResource" in statement:
        targets = not any(alike(p, resource) for p in listed(statement["NotResource"]))
    else:
        targets = any(alike(p, resource) for p in listed(statement.get("Resource")))
    denies = statement.get("Effect") == "Deny"
    return acts and targets and condition_holds(statement.get("Condition") or {}, context, unknown=denies)


def decide(statements: list[dict[str, Any]], action: str, resource: str, context: dict[str, list[str]]) -> str:
    effects = {s.get("Effect") for s in statements if applies(s, action, resource, context)}
    return "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"


def simulate(iam: Any, role: Any, action: str, resource: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """One row of EvaluationResults, with the policies that decided."""
    context = {entry["ContextKeyName"].lower(): [str(v) for v in entry.get("ContextKeyValues", [])] for entry in entries}
    policies = identity_policies(iam, role)
    decision = decide([s for _, statements in policies for s in statements], action, resource, context)
    boundary = boundary_policy(iam, role)
    row: dict[str, Any] = {"EvalActionName": action, "EvalResourceName": resource, "MissingContextValues": []}
    if boundary is not None:
        inside = decide(boundary, action, resource, context)
        row["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": inside == "allowed"}
        if decision == "allowed" and inside != "allowed":
            decision = inside
    row["EvalDecision"] = decision
    row["MatchedStatements"] = [
        {"SourcePolicyId": name, "SourcePolicyType": "IAM Policy"}
        for name, statements in policies if any(applies(s, action, resource, context) for s in statements)
    ]
    return row
