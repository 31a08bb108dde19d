"""Logging in to the database with tokens, from end to end: a service to the proxy, and the proxy to the database, as the users of the stack file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import pytest

from preview.graph import Graph
from tests.iam.evaluator import Request, Statement, decides
from tests.iam.test_boundary import boundary
from tests.settings.files import GONE, as_engine, changed
from tests.stacks import registered

DB, API, WORKER = "slipway:database", "slipway:services.api", "slipway:services.worker"
USERS: Final[dict[str, Any]] = {
    "web": {"rights": "write", "login": "iam"},
    "work": {"rights": "write", "login": "iam"},
    "owner": {"rights": "owner"},
}
GIVEN: Final[dict[str, Any]] = {
    f"{DB}.users": USERS,
    f"{DB}.proxy": {},
    f"{API}.databaseUser": "web",
    f"{API}.secrets.DATABASE_URL": GONE,
    f"{API}.environment.DATABASE_USER": "${database.user}",
    f"{API}.migrate.databaseUser": "owner",
    f"{API}.migrate.secrets": {"DATABASE_URL": "storefront/database-url"},
    f"{WORKER}.databaseUser": "work",
    f"{WORKER}.secrets.DATABASE_URL": GONE,
}
AURORA: Final[dict[str, Any]] = {
    f"{DB}.engine": "aurora-postgresql",
    f"{DB}.serverless": {"maxCapacity": 8},
    f"{DB}.readers": {},
    **{f"{DB}.{name}": GONE for name in ("instanceClass", "storageGib", "maxStorageGib", "multiAz")},
}


@cache
def recorded(*, clustered: bool) -> Graph:
    return registered("prod", as_engine(changed({**GIVEN, **(AURORA if clustered else {})})))


def policy(graph: Graph, role: str) -> Sequence[Statement]:
    found = [each for each in graph.of("aws:iam/rolePolicy:RolePolicy") if each.name == role]
    return [statement for each in found for statement in json.loads(str(each.inputs["policy"]))["Statement"]]


def may(graph: Graph, role: str, resource: object, user: str) -> bool:
    """Whether a role, within its boundary, may log in to a database or proxy as a user."""
    arn = f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{resource}/{user}"
    return decides(Request(action="rds-db:connect", resource=arn), policy(graph, role), boundary=boundary(graph))


def proxy_id(graph: Graph) -> str:
    return str(graph.one("aws:rds/proxy:Proxy").outputs["arn"]).rpartition(":")[2]


def server_id(graph: Graph, *, clustered: bool) -> str:
    type_, name = (
        ("aws:rds/cluster:Cluster", "clusterResourceId") if clustered else ("aws:rds/instance:Instance", "resourceId")
    )
    return str(graph.one(type_).outputs[name])


@pytest.mark.parametrize("clustered", [False, True])
def test_a_service_logs_in_to_the_proxy_as_its_own_user_alone(*, clustered: bool) -> None:
    graph = recorded(clustered=clustered)
    proxy = proxy_id(graph)
    assert proxy.startswith("prx-")
    for role, user in (("api-task", "web"), ("worker-task", "work")):
        allowed = [other for other in (*USERS, "app_user", "postgres", "*") if may(graph, role, proxy, other)]
        assert allowed == [user]
        assert not may(graph, role, "prx-0123456789abcdef0", user)
    assert not policy(graph, "frontend-task")


@pytest.mark.parametrize("clustered", [False, True])
def test_past_the_proxy_it_reaches_the_readers_of_a_cluster_alone(*, clustered: bool) -> None:
    graph = recorded(clustered=clustered)
    assert may(graph, "api-task", server_id(graph, clustered=clustered), "web") == clustered


@pytest.mark.parametrize("clustered", [False, True])
def test_the_proxy_logs_in_to_the_database_as_those_who_have_no_password(*, clustered: bool) -> None:
    graph = recorded(clustered=clustered)
    server = server_id(graph, clustered=clustered)
    assert [user for user in (*USERS, "app_user") if may(graph, "database-proxy-role", server, user)] == ["web", "work"]
    assert not may(graph, "database-proxy-role", "db-ANOTHER", "web")
    assert not may(graph, "database-proxy-role", proxy_id(graph), "web")


@pytest.mark.parametrize("clustered", [False, True])
def test_tokens_take_tls_and_users_with_passwords_keep_theirs(*, clustered: bool) -> None:
    graph = recorded(clustered=clustered)
    proxy: Any = graph.one("aws:rds/proxy:Proxy").inputs
    assert (proxy["defaultAuthScheme"], proxy["requireTls"]) == ("IAM_AUTH", True)
    owner = graph.one("aws:secretsmanager/secret:Secret", "database-users-secret-owner").outputs["arn"]
    assert [auth["iamAuth"] for auth in proxy["auths"]] == ["DISABLED", "DISABLED"]
    assert proxy["auths"][1]["secretArn"] == owner
    server = graph.one("aws:rds/cluster:Cluster" if clustered else "aws:rds/instance:Instance")
    assert server.inputs["iamDatabaseAuthenticationEnabled"] is True


@pytest.mark.parametrize("clustered", [False, True])
def test_nobody_comes_before_the_users_are_made(*, clustered: bool) -> None:
    graph = recorded(clustered=clustered)
    run = graph.one("pulumi-python:dynamic/slipway:MigrationRun", "database-users-run")
    for name in ("api-service", "worker-service"):
        assert run in graph.direct(graph.one("aws:ecs/service:Service", name))
    (container,) = json.loads(
        str(graph.one("aws:ecs/taskDefinition:TaskDefinition", "database-users-task").inputs["containerDefinitions"])
    )
    assert 'GRANT rds_iam TO "web"' in container["command"][0]
    assert 'GRANT rds_iam TO "owner"' not in container["command"][0]
