"""IAM policy documents as canonical JSON, so that an unchanged program never shows a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input, Output

from limits import partition

__all__ = ["Statement", "allow", "deny", "partition", "policy", "trust"]

Statement = Mapping[str, object]


def allow(
    actions: Sequence[str],
    resources: Sequence[Input[str]],
    conditions: Mapping[str, Mapping[str, Input[object]]] | None = None,
    *,
    principal: Mapping[str, object] | str | None = None,
    sid: str | None = None,
) -> Statement:
    """Return a statement that allows `actions` on `resources`; `principal` only in policies attached to a resource."""
    return _statement("Allow", actions, resources, conditions, principal, sid)


def deny(
    actions: Sequence[str],
    resources: Sequence[Input[str]],
    conditions: Mapping[str, Mapping[str, Input[object]]] | None = None,
    *,
    principal: Mapping[str, object] | str | None = None,
    sid: str | None = None,
) -> Statement:
    """Return a statement that denies `actions` on `resources`."""
    return _statement("Deny", actions, resources, conditions, principal, sid)


def policy(*statements: Statement) -> Output[str]:
    """Return the document of these statements."""
    return Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def trust(service: str, account_id: Input[str] | None = None, source_arn: Input[str] | None = None) -> Output[str]:
    """Return the trust policy that lets a service assume a role, only on behalf of an account and a resource where these are given."""
    asked = {"aws:SourceAccount": account_id, "aws:SourceArn": source_arn}
    given = {key: value for key, value in asked.items() if value is not None}
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": service}}
    return policy({**statement, **({"Condition": {"StringEquals": given}} if given else {})})


def _statement(
    effect: str,
    actions: Sequence[str],
    resources: Sequence[Input[str]],
    conditions: Mapping[str, Mapping[str, Input[object]]] | None,
    principal: Mapping[str, object] | str | None,
    sid: str | None,
) -> Statement:
    optional = {"Condition": conditions, "Principal": principal, "Sid": sid}
    return {
        "Action": sorted(actions),
        "Effect": effect,
        "Resource": list(resources),
        **{key: value for key, value in optional.items() if value is not None},
    }


def database_users(
    region: str, account_id: Input[str], resource_ids: Sequence[Input[str]], users: Sequence[str]
) -> list[Output[str]]:
    """Return what IAM calls users of databases and proxies, in permissions to log in with tokens."""
    start = Output.format("arn:{0}:rds-db:{1}:{2}:dbuser:", partition(region), region, account_id)
    return [Output.concat(start, resource, "/", user) for resource in resource_ids for user in users]
