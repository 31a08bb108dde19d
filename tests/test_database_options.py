"""The database's options in the whole program: what each adds to the reference stack, and how the parts are wired to it."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any, Final

import pytest

from preview import summary
from preview.graph import Graph, Resource
from preview.pricing import estimate
from preview.record import Mode
from tests import stacks
from tests.iam.test_needs import refused
from tests.invariants import faults
from tests.settings.files import GONE, as_engine, changed

INSTANCE: Final = "aws:rds/instance:Instance"
PROXY: Final = "aws:rds/proxy:Proxy"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
FUNCTION: Final = "aws:lambda/function:Function"
PROD: Final = "Pulumi.prod.yaml"

DB, API = "slipway:database", "slipway:services.api"
USERS: Final[dict[str, Any]] = {
    "app": {"rights": "write"},
    "migrations": {"rights": "owner"},
    "reports": {"rights": "read"},
}
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "iam": {f"{DB}.iamAuthentication": True, f"{API}.environment.DATABASE_USER": "${database.iamUsername}"},
    "replica": {
        f"{DB}.managedPassword": False,
        f"{DB}.port": 5433,
        f"{DB}.readReplica": {"zone": "us-east-1b", "urlSecret": "storefront/replica-url"},
        f"{API}.secrets.READ_URL": "storefront/replica-url",
        f"{API}.environment.READ_HOST": "${database.replicaHost}",
        "slipway:alarms.replicaLagSeconds": 45,
    },
    "proxy": {
        f"{DB}.proxy": {"connectionsPercent": 80},
        f"{DB}.port": 5433,
        f"{API}.environment.DATABASE_HOST": "${database.host}:${database.port}",
    },
    "all that go together": {
        f"{DB}.managedPassword": False,
        f"{DB}.readReplica": {},
        f"{DB}.proxy": {},
        f"{DB}.port": 5433,
        "slipway:network.aclRules": 40,
    },
    "users": {
        f"{DB}.users": USERS,
        f"{API}.databaseUser": "app",
        f"{API}.migrate.databaseUser": "migrations",
        f"{API}.environment.DATABASE_USER": "${database.user}",
        f"{API}.secrets.DATABASE_PASSWORD": "database:password",
        "slipway:services.worker.databaseUser": "reports",
    },
    "users of mysql, some with tokens": {
        f"{DB}.engine": "mysql",
        f"{DB}.version": "8.4",
        f"{DB}.users": {**USERS, "tokens": {"rights": "write", "login": "iam"}},
        f"{API}.databaseUser": "app",
        f"{API}.migrate.secrets": {"DATABASE_URL": "storefront/database-url"},
        "slipway:services.worker.databaseUser": "tokens",
        "slipway:services.worker.secrets": GONE,
    },
    "users behind a proxy, of a copy": {
        f"{DB}.managedPassword": False,
        f"{DB}.proxy": {},
        f"{DB}.readReplica": {"urlSecret": "storefront/replica-url"},
        f"{DB}.users": USERS,
        f"{API}.databaseUser": "app",
        "slipway:services.worker.databaseUser": "reports",
        "slipway:services.worker.secrets.DATABASE_URL": "storefront/replica-url",
    },
    "users of a cluster": {
        f"{DB}.engine": "aurora-postgresql",
        f"{DB}.serverless": {"maxCapacity": 8},
        f"{DB}.instanceClass": GONE,
        f"{DB}.multiAz": GONE,
        f"{DB}.storageGib": GONE,
        f"{DB}.maxStorageGib": GONE,
        f"{DB}.users": USERS,
        f"{API}.databaseUser": "app",
        f"{API}.migrate.databaseUser": "migrations",
    },
    "iam on a replica": {
        f"{DB}.managedPassword": False,
        f"{DB}.readReplica": {},
        f"{DB}.iamAuthentication": True,
        f"{DB}.iamUsername": "reports",
    },
}


@cache
def recorded(name: str, mode: Mode = "update") -> Graph:
    return stacks.registered("prod", as_engine(changed(VARIANTS[name])), mode=mode)


def environment(graph: Graph, service: str) -> dict[str, str]:
    containers = json.loads(
        str(graph.one("aws:ecs/taskDefinition:TaskDefinition", name=f"{service}-task").inputs["containerDefinitions"])
    )
    return {variable["name"]: variable["value"] for variable in containers[0]["environment"]}


def urls(graph: Graph) -> dict[str, dict[str, Any]]:
    """What the function that composes URLs is told, by secret."""
    given: Any = graph.one(FUNCTION, name="secret-urls-function").inputs["environment"]
    return {url["name"]: url for url in json.loads(given["variables"]["URLS"])}


def statements(graph: Graph, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for policy in graph.of("aws:iam/rolePolicy:RolePolicy"):
        if policy.name == role:
            found += json.loads(str(policy.inputs["policy"]))["Statement"]
    return found


def logins(graph: Graph, service: str) -> list[str]:
    """The database users that a service may be."""
    return [
        arn
        for statement in statements(graph, f"{service}-task")
        if statement["Action"] == ["rds-db:connect"]
        for arn in statement["Resource"]
    ]


def doors(graph: Graph, group: Resource) -> dict[str, int]:
    """The security groups that are let into a group, and the port."""
    return {
        source.name: int(str(rule.inputs["fromPort"]))
        for rule in graph.of(INGRESS)
        if rule.inputs["securityGroupId"] == group.outputs["id"]
        for source in graph.of(GROUP)
        if rule.inputs.get("referencedSecurityGroupId") == source.outputs["id"]
    }


def group(graph: Graph, name: str) -> Resource:
    return graph.one(GROUP, name=f"{name}-group")


@pytest.mark.parametrize("mode", ["update", "preview"])
@pytest.mark.parametrize("name", VARIANTS)
def test_everything_still_holds(name: str, mode: Mode) -> None:
    graph = recorded(name, mode)
    assert faults(graph) == []
    verdict = stacks.evaluate(stacks.ROOT, stacks.ROOT / PROD, graph, mode)
    assert stacks.refusals(verdict) == []


@pytest.mark.parametrize("name", VARIANTS)
def test_a_preview_shows_what_an_update_makes(name: str) -> None:
    update, preview = recorded(name), recorded(name, "preview")
    assert sorted(r.urn for r in update.resources) == sorted(r.urn for r in preview.resources)
    assert sorted(update.exports) == sorted(preview.exports)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_pipeline_may_make_it(name: str) -> None:
    assert refused(recorded(name), "deploy", "create", "read", "update", "delete") == []


@pytest.mark.parametrize("name", VARIANTS)
def test_everything_has_a_price(name: str) -> None:
    priced = estimate(recorded(name))
    assert (priced.missing, priced.unpriced) == ((), ())


def test_no_shipped_stack_switches_any_of_it_on() -> None:
    for name in stacks.NAMES:
        graph = stacks.recorded(name)
        if "intranet" in name:
            assert graph.one(PROXY).inputs["defaultAuthScheme"] == "IAM_AUTH"
            continue
        assert not graph.of(PROXY), name
        for database in graph.of(INSTANCE):
            assert "replicateSourceDb" not in database.inputs
            assert database.inputs["iamDatabaseAuthenticationEnabled"] is False
            assert database.inputs["manageMasterUserPassword"] is True


def test_services_that_use_the_database_log_in_as_one_user_of_that_instance() -> None:
    graph = recorded("iam")
    instance = graph.one(INSTANCE)
    assert instance.inputs["iamDatabaseAuthenticationEnabled"] is True
    user = f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{instance.outputs['resourceId']}/app_user"
    assert logins(graph, "api") == logins(graph, "worker") == [user]
    assert logins(graph, "frontend") == []
    assert environment(graph, "api")["DATABASE_USER"] == "app_user"


def test_without_it_nobody_may_log_in_by_role() -> None:
    graph = stacks.recorded(PROD)
    assert [logins(graph, service) for service in ("api", "worker", "frontend")] == [[], [], []]


def test_a_replica_takes_the_same_tokens() -> None:
    graph = recorded("iam on a replica")
    resources = [instance.outputs["resourceId"] for instance in graph.of(INSTANCE)]
    assert len(resources) == 2
    assert logins(graph, "api") == [
        f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{resource}/reports" for resource in resources
    ]


def read(graph: Graph, task: str, container: int = 0) -> dict[str, str]:
    """The secrets that a task's own container reads, by variable."""
    definition = graph.one("aws:ecs/taskDefinition:TaskDefinition", name=f"{task}-task")
    containers = json.loads(str(definition.inputs["containerDefinitions"]))
    return {secret["name"]: secret["valueFrom"] for secret in containers[container]["secrets"]}


def secret(graph: Graph, name: str) -> str:
    return str(graph.one("aws:secretsmanager/secret:Secret", name=name).outputs["arn"])


def test_services_and_migrations_log_in_as_their_own_users() -> None:
    graph = recorded("users")
    app = secret(graph, "database-users-secret-app")
    assert read(graph, "api")["DATABASE_PASSWORD"] == f"{app}:password::"
    assert environment(graph, "api")["DATABASE_USER"] == "app"
    owner = secret(graph, "database-users-secret-migrations")
    assert read(graph, "api-migration")["DATABASE_PASSWORD"] == f"{owner}:password::"
    assert environment(graph, "api-migration")["DATABASE_USER"] == "migrations"
    url = "secret-urls-storefront-database-url"
    assert read(graph, "api")["DATABASE_URL"] == secret(graph, f"{url}-app")
    assert read(graph, "api-migration")["DATABASE_URL"] == secret(graph, f"{url}-migrations")
    assert read(graph, "worker")["DATABASE_URL"] == secret(graph, f"{url}-reports")
    told = urls(graph)
    assert told["storefront/database-url/app"]["source"] == app
    assert told["storefront/database-url/migrations"]["source"] == owner
    assert [told[f"storefront/database-url{user}"]["services"] for user in ("", "/app", "/migrations", "/reports")] == [
        [],
        ["api"],
        [],
        ["worker"],
    ]


def test_what_is_made_before_what() -> None:
    graph = recorded("users")
    users = graph.one("pulumi-python:dynamic/slipway:MigrationRun", name="database-users-run")
    migration = graph.one("pulumi-python:dynamic/slipway:MigrationRun", name="api-migration-run")
    assert graph.one(INSTANCE) in graph.direct(
        graph.one("aws:ecs/taskDefinition:TaskDefinition", "database-users-task")
    )
    assert users in graph.direct(migration)
    for service in ("api", "worker"):
        assert users in graph.direct(graph.one("aws:ecs/service:Service", f"{service}-service"))


def test_a_user_with_tokens_logs_in_by_its_services_role_alone() -> None:
    graph = recorded("users of mysql, some with tokens")
    instance = graph.one(INSTANCE)
    assert instance.inputs["iamDatabaseAuthenticationEnabled"] is True
    user = f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{instance.outputs['resourceId']}/tokens"
    assert (logins(graph, "worker"), logins(graph, "api")) == ([user], [])
    # The migration is the master user's, whose URL it has in place of the service's.
    assert read(graph, "api-migration")["DATABASE_URL"] == secret(graph, "secret-urls-storefront-database-url")
    assert read(graph, "api")["DATABASE_URL"] == secret(graph, "secret-urls-storefront-database-url-app")


def test_users_are_made_past_the_proxy_which_then_knows_them() -> None:
    graph = recorded("users behind a proxy, of a copy")
    assert environment(graph, "database-users")["PGHOST"] == graph.one(INSTANCE, "database-instance").outputs["address"]
    assert doors(graph, group(graph, "database")) == {"database-proxy-group": 5432, "database-users-group": 5432}
    proxy: Any = graph.one(PROXY).inputs
    known = [auth["secretArn"] for auth in proxy["auths"]]
    assert known == [
        secret(graph, name)
        for name in ("database-secret", *(f"database-users-secret-{user}" for user in ("app", "migrations", "reports")))
    ]
    reading, _ = statements(graph, "database-proxy-role")
    assert reading["Resource"] == known
    assert read(graph, "worker")["DATABASE_URL"] == secret(graph, "secret-urls-storefront-replica-url-reports")
    assert (
        urls(graph)["storefront/replica-url/reports"]["host"]
        == graph.one(INSTANCE, "database-replica").outputs["address"]
    )


def test_services_reach_the_replica_and_learn_where_it_is() -> None:
    graph = recorded("replica")
    source, replica = graph.one(INSTANCE, name="database-instance"), graph.one(INSTANCE, name="database-replica")
    assert replica.inputs["replicateSourceDb"] == source.outputs["arn"]
    assert replica.inputs["availabilityZone"] == "us-east-1b"
    for name in ("database", "database-replica"):
        assert doors(graph, group(graph, name)) == {"api-group": 5433, "worker-group": 5433}
    assert environment(graph, "api")["READ_HOST"] == replica.outputs["address"]
    assert graph.exports["databaseReplicaHost"] == replica.outputs["address"]
    assert graph.exports["databaseHost"] == source.outputs["address"]


def test_the_replicas_url_is_composed_from_the_same_password() -> None:
    graph = recorded("replica")
    own, copy = urls(graph)["storefront/database-url"], urls(graph)["storefront/replica-url"]
    assert copy["host"] == graph.one(INSTANCE, name="database-replica").outputs["address"] != own["host"]
    assert (copy["port"], copy["path"], copy["source"]) == (own["port"], own["path"], own["source"])
    assert copy["services"] == ["api"]
    assert graph.one("aws:secretsmanager/secret:Secret", name="database-secret").outputs["arn"] == own["source"]


def test_the_replicas_lag_is_an_alarm_and_on_the_dashboard() -> None:
    graph = recorded("replica")
    alarm = graph.one(ALARM, name="observability-alarms-database-replica-lag")
    assert (alarm.inputs["metricName"], alarm.inputs["threshold"]) == ("ReplicaLag", 45)
    assert alarm.inputs["dimensions"] == {"DBInstanceIdentifier": "storefront-production-replica"}
    body = json.loads(str(graph.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"]))
    lags = next(w["properties"] for w in body["widgets"] if w["properties"].get("title") == "Replication lag, s")
    assert "storefront-production-replica" in {metric[3] for metric in lags["metrics"]}


def test_services_reach_the_proxy_and_the_proxy_the_database() -> None:
    graph = recorded("proxy")
    assert doors(graph, group(graph, "database-proxy")) == {"api-group": 5432, "worker-group": 5432}
    assert doors(graph, group(graph, "database")) == {"database-proxy-group": 5433}
    out = [
        rule
        for rule in graph.of(EGRESS)
        if rule.inputs["securityGroupId"] == group(graph, "database-proxy").outputs["id"]
    ]
    assert [rule.inputs["referencedSecurityGroupId"] for rule in out] == [group(graph, "database").outputs["id"]]


def test_every_address_of_the_database_is_the_proxys() -> None:
    graph = recorded("proxy")
    endpoint = graph.one(PROXY).outputs["endpoint"]
    url = urls(graph)["storefront/database-url"]
    assert (url["host"], url["port"]) == (endpoint, 5432)
    assert environment(graph, "api")["DATABASE_HOST"] == f"{endpoint}:5432"
    assert graph.exports["databaseHost"] == endpoint
    alarm = graph.one(ALARM, name="observability-alarms-database-cpu")
    assert alarm.inputs["dimensions"] == {"DBInstanceIdentifier": "storefront-production"}


def test_the_proxy_logs_in_with_the_managed_secret() -> None:
    graph = recorded("proxy")
    proxy: Any = graph.one(PROXY).inputs
    secrets: Any = graph.one(INSTANCE).outputs["masterUserSecrets"]
    assert proxy["requireTls"] is True
    assert [auth["secretArn"] for auth in proxy["auths"]] == [secrets[0]["secretArn"]]
    reading, decrypting = statements(graph, "database-proxy-role")
    assert reading["Resource"] == [secrets[0]["secretArn"]]
    assert decrypting["Resource"] == [graph.one("aws:kms/key:Key", name="database-key-key").outputs["arn"]]
    pool: Any = graph.one("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup").inputs["connectionPoolConfig"]
    assert pool["maxConnectionsPercent"] == 80


def test_tasks_start_once_the_proxy_leads_to_the_database() -> None:
    graph = recorded("proxy", "preview")
    assert graph.one("aws:rds/proxyTarget:ProxyTarget") in graph.direct(
        graph.one("aws:ecs/taskDefinition:TaskDefinition", name="api-task")
    )


def test_with_a_proxy_the_replica_alone_is_reached_directly() -> None:
    graph = recorded("all that go together")
    assert doors(graph, group(graph, "database")) == {"database-proxy-group": 5433}
    assert doors(graph, group(graph, "database-replica")) == {"api-group": 5433, "worker-group": 5433}


def test_what_they_cost() -> None:
    def lines(name: str) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for line in estimate(recorded(name)).lines:
            found[line.name] = found.get(line.name, Decimal(0)) + line.monthly
        return found

    # 2 vCPU x 730 h x 0.015; db.t4g.medium in one zone 730 h x 0.065 and 50 GiB x 0.115
    assert lines("proxy")["database-proxy-proxy"] == Decimal("21.900")
    assert lines("replica")["database-replica"] == Decimal("53.200")
    assert lines("iam").keys() == {line.name for line in estimate(stacks.recorded(PROD)).lines}


def test_the_outline_tells_them_apart() -> None:
    text = str(summary.summarize(recorded("all that go together")))
    assert "read replica" in text
    assert "database proxy" in text


@pytest.mark.parametrize(
    ("changes", "type_", "expected"),
    [
        (
            {f"{DB}.allowMajorUpgrade": True, f"{DB}.applyImmediately": True},
            INSTANCE,
            {"allowMajorVersionUpgrade": True},
        ),
        ({f"{DB}.extendedSupport": True}, INSTANCE, {"engineLifecycleSupport": "open-source-rds-extended-support"}),
        (
            {"slipway:cache.snapshotWindow": "05:00-06:00", "slipway:cache.maintenanceWindow": "mon:07:00-mon:08:00"},
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"snapshotWindow": "05:00-06:00", "maintenanceWindow": "mon:07:00-mon:08:00"},
        ),
    ],
)
def test_further_settings_reach_the_resource(changes: dict[str, Any], type_: str, expected: dict[str, Any]) -> None:
    assert stacks.registered("prod", as_engine(changed(changes))).has(type_, **expected)
    assert not stacks.recorded(PROD).has(type_, **expected)
