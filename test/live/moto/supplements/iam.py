"""IAM: policy documents in the URL encoding that the API documents, and the policy simulator."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from lab import Lab, Proceed, ServiceError, supplies
from simulator import simulate

DOCUMENTS = {"AssumeRolePolicyDocument", "PolicyDocument", "Document"}


def encoded(value: Any) -> Any:
    """The same answer with every policy document URL-encoded once, whatever moto did."""
    if isinstance(value, list):
        return [encoded(item) for item in value]
    if isinstance(value, dict):
        return {k: quote(unquote(v) if v.startswith("%7B") else v, safe="") if k in DOCUMENTS and isinstance(v, str)
                else encoded(v) for k, v in value.items()}
    return value


@supplies("iam", "GetRole", "ListRoles", "GetRolePolicy", "GetPolicyVersion", "ListPolicyVersions", "GetInstanceProfile",
          "GetAccountAuthorizationDetails", "ListInstanceProfiles", "ListInstanceProfilesForRole", "GetUserPolicy", "GetGroupPolicy")
def documents(_lab: Lab, _params: dict[str, Any], proceed: Proceed) -> dict[str, Any]:
    return encoded(proceed())


@supplies("iam", "SimulatePrincipalPolicy")
def simulate_principal(lab: Lab, params: dict[str, Any], _proceed: Proceed) -> dict[str, Any]:
    iam = lab.backend("iam")
    roles = [role for role in iam.roles.values() if role.arn == params["PolicySourceArn"]]
    if not roles:
        raise ServiceError("NoSuchEntity", "no such role", 404)
    resources = params.get("ResourceArns") or ["*"]
    return {"EvaluationResults": [
        simulate(iam, roles[0], action, resource, params.get("ContextEntries") or [])
        for action in params["ActionNames"] for resource in resources
    ], "IsTruncated": False}
