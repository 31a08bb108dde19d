"""A database on Aurora in the whole program: variants of the shipped example, and how the parts are wired to a cluster."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import pytest

from policy import settings_fixes
from preview import stackfile, zone_loss
from preview.compare.difference import compare
from preview.compare.meaning import capacity, data, outage
from preview.compare.meaning.statement import Situation
from preview.graph import Graph
from preview.pricing import estimate
from preview.record import Mode
from tests import stacks
from tests.iam.evaluator import allows
from tests.iam.test_needs import GITHUB, granted, refused
from tests.invariants import faults
from tests.settings.files import as_engine, config
from tests.test_database_options import doors, environment, group, logins, urls

CLUSTER: Final = "aws:rds/cluster:Cluster"
INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
FILE: Final = "examples/aurora/Pulumi.prod.yaml"
ACCOUNT: Final = "123456789012"

VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "serverless": {},
    "mysql": {"engine": "aurora-mysql", "version": "8.0"},
    "of a class": {
        "serverless": None,
        "instanceClass": "db.r6g.large",
        "storageType": "aurora-iopt1",
        "readers": {"count": 2, "urlSecret": "ledger/reports-url"},
        "insights": "advanced",
    },
    "proxy": {"proxy": {}, "port": 5433},
    "iam": {"iamAuthentication": True, "managedPassword": False},
    "users": {
        "engine": "aurora-mysql",
        "version": "8.4",
        "users": {"app": {"rights": "write"}, "migrations": {"rights": "owner"}},
    },
    "tokens from end to end": {
        "proxy": {},
        "users": {"web": {"rights": "write", "login": "iam"}, "migrations": {"rights": "owner"}},
    },
    "restored": {"restoreFrom": {"source": "legacy", "time": "latest"}},
}


@cache
def recorded(name: str, mode: Mode = "update") -> Graph:
    return made(VARIANTS[name], mode=mode)


def made(changes: dict[str, Any], mode: Mode = "update", **sections: Any) -> Graph:
    """The example with changes of its database, a pipeline, and further sections."""
    values = config(stacks.ROOT / FILE)
    database = {**values["slipway:database"], **changes}
    values["slipway:database"] = {key: value for key, value in database.items() if value is not None}
    values |= {"slipway:delivery": {"github": GITHUB, "previewRoleName": "previews"}}
    values |= {f"slipway:{name}": value for name, value in sections.items()}
    if changes.get("readers") == ALONE:
        api = values["slipway:services"]["api"]
        api["environment"].pop("REPORTS_HOST")
        api["secrets"].pop("REPORTS_URL")
    return stacks.registered(stackfile.read(stacks.ROOT / FILE).stack, as_engine(values), mode=mode)


BY_DAY: Final = {"backupWindow": "10:00-11:00", "maintenanceWindow": "mon:12:00-mon:13:00"}
ALONE: Final[dict[str, Any]] = {"count": 0}


@pytest.mark.parametrize("mode", ["update", "preview"])
@pytest.mark.parametrize("name", VARIANTS)
def test_everything_still_holds(name: str, mode: Mode) -> None:
    graph = recorded(name, mode)
    assert faults(graph) == []
    verdict = stacks.evaluate(stacks.ROOT, stacks.ROOT / FILE, graph, mode)
    assert stacks.refusals(verdict) == []


@pytest.mark.parametrize("name", VARIANTS)
def test_a_preview_shows_what_an_update_makes(name: str) -> None:
    update, preview = recorded(name), recorded(name, "preview")
    assert sorted(r.urn for r in update.resources) == sorted(r.urn for r in preview.resources)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_pipeline_may_make_it(name: str) -> None:
    assert refused(recorded(name), "deploy", "create", "read", "update", "delete") == []


@pytest.mark.parametrize("name", [name for name, changes in VARIANTS.items() if "proxy" not in changes])
def test_everything_has_a_price(name: str) -> None:
    priced = estimate(recorded(name))
    assert (priced.missing, priced.unpriced) == ((), ())


def test_what_the_readme_says_it_costs() -> None:
    said = (stacks.ROOT / FILE).with_name("README.md").read_text(encoding="utf-8")
    priced = estimate(stacks.recorded(FILE))
    instances = [line.monthly for line in priced.lines if "serverless" in line.what]
    assert f"**{priced.total:.2f} USD**" in said
    assert f"{sum(instances):.2f} of it two instances" in said
    assert f"costs {instances[0]:.2f} a month for each instance" in said


def test_a_price_line_says_which_capacity_it_is_for() -> None:
    serverless = [line.what for line in estimate(stacks.recorded(FILE)).lines if "serverless" in line.what]
    assert "serverless, at the least 1 of 16 ACUs" in serverless[0]
    behind = [missing.what for missing in estimate(recorded("proxy")).missing]
    assert any(what.startswith("database proxy, at the least ") for what in behind)


def test_what_has_no_sourced_price_is_told() -> None:
    assert [missing.key for missing in estimate(recorded("proxy")).missing] == ["rds.proxy.acu_hour"]


def test_a_production_cluster_without_a_reader_is_found() -> None:
    graph = made({"readers": ALONE})
    verdict = stacks.evaluate(stacks.ROOT, stacks.ROOT / FILE, graph)
    (found,) = [f for f in verdict.findings if f.policy == "database-cluster-has-standby"]
    assert found.level == "mandatory"
    assert settings_fixes.SETTINGS[found.policy] == ("slipway:database", "{readers: {count: 1}}")


def test_services_reach_writer_and_readers_by_one_rule() -> None:
    graph = recorded("serverless")
    cluster = graph.one(CLUSTER)
    assert doors(graph, group(graph, "database")) == {"api-group": 5432}
    assert environment(graph, "api")["DATABASE_HOST"] == cluster.outputs["endpoint"]
    assert environment(graph, "api")["REPORTS_HOST"] == cluster.outputs["readerEndpoint"]
    own, reports = urls(graph)["ledger/database-url"], urls(graph)["ledger/reports-url"]
    assert (own["host"], reports["host"]) == (cluster.outputs["endpoint"], cluster.outputs["readerEndpoint"])
    assert graph.exports["databaseReplicaHost"] == cluster.outputs["readerEndpoint"]
    assert str(own["kind"] if "kind" in own else own["scheme"]).startswith("postgres")


def test_with_a_proxy_the_readers_are_reached_directly() -> None:
    graph = recorded("proxy")
    assert doors(graph, group(graph, "database")) == {"api-group": 5433, "database-proxy-group": 5433}
    assert doors(graph, group(graph, "database-proxy")) == {"api-group": 5432}


def test_the_advanced_mode_of_insights_is_asked_of_cluster_and_instances() -> None:
    graph = recorded("of a class")
    days = {"performanceInsightsEnabled": True, "performanceInsightsRetentionPeriod": 465}
    assert graph.has(CLUSTER, databaseInsightsMode="advanced", **days)
    assert len(graph.all(INSTANCE, **days)) == 3
    lines = [line for line in estimate(graph).lines if "Database Insights" in line.what]
    assert [line.what for line in lines] == ["Database Insights, advanced, 2 vCPU"] * 3


def test_instances_stand_in_the_networks_zones() -> None:
    zones = [str(each.inputs["availabilityZone"]) for each in recorded("of a class").of(INSTANCE)]
    assert sorted(zones) == ["us-east-1a", "us-east-1a", "us-east-1b"]


def test_the_cluster_is_what_iam_calls_the_database() -> None:
    graph = recorded("iam")
    resource = graph.one(CLUSTER).outputs["clusterResourceId"]
    assert logins(graph, "api") == [f"arn:aws:rds-db:us-east-1:{ACCOUNT}:dbuser:{resource}/app_user"]


def test_the_cluster_is_backed_up() -> None:
    graph = recorded("serverless")
    selection: Any = graph.one("aws:backup/selection:Selection").inputs["resources"]
    assert selection == [graph.one(CLUSTER).outputs["arn"]]


def test_it_sleeps_with_the_calls_of_a_cluster_and_costs_less() -> None:
    graph = made({**BY_DAY}, environment="staging", hibernation={})
    targets: list[Any] = [each.inputs["target"] for each in graph.of(SCHEDULE)]
    assert {each["arn"].rpartition(":")[2] for each in targets} == {"stopDBCluster", "startDBCluster"}
    assert [json.loads(each["input"]) for each in targets] == [{"DbClusterIdentifier": "ledger-staging"}] * 2
    assert refused(graph, "deploy", "create", "read", "update", "delete") == []
    lines = [line for line in estimate(graph).lines if "serverless" in line.what]
    assert lines
    assert all(line.asleep == 0 < line.monthly < line.awake for line in lines)
    commands: Any = graph.exports["wakeCommands"]
    assert any("start-db-cluster" in command for command in commands)


def test_the_loss_of_a_zone() -> None:
    both = {line.zone: (line.broken, line.degraded) for line in zone_loss.losses(recorded("serverless"))}
    for broken, degraded in both.values():
        assert not broken
        assert "database database-cluster fails over within a minute, if its writer is here" in degraded
    alone = zone_loss.losses(made({"readers": ALONE}))
    assert any("no reader is" in words for loss in alone for words in loss.broken)


def said(after: Graph, module: Any) -> list[str]:
    """What a module of preview.compare.meaning says of an update of the example."""
    comparison = compare(recorded("serverless"), after)
    return [statement.text for statement in module.say(Situation(comparison=comparison))]


@pytest.mark.parametrize("changes", [{"engine": "aurora-mysql", "version": "8.0"}, {"name": "books"}])
def test_another_engine_or_name_loses_the_data(changes: dict[str, Any]) -> None:
    after = made(changes)
    assert any("database-cluster" in text and "stays only in the last snapshot" in text for text in said(after, data))
    assert any("15 to 40 minutes without the database" in text for text in said(after, outage))


def test_capacity_changes_in_place_and_pausing_is_told() -> None:
    texts = said(made({"serverless": {"minCapacity": 0, "maxCapacity": 8}}), capacity)
    assert any("16 to 8 ACUs at the most" in text for text in texts)
    assert any("1 to 0 ACUs at the least: it pauses without connections" in text for text in texts)
    assert said(made({"serverless": {"minCapacity": 1, "maxCapacity": 32}}), outage) == []


def test_fewer_readers_are_told() -> None:
    texts = said(made({"readers": ALONE}), capacity)
    assert any("2 to 1" in text and "with one instance nothing takes over" in text for text in texts)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("rds:DeleteDBCluster", "cluster:payroll-production"),
        ("rds:ModifyDBCluster", "cluster:ledger-production-eu"),
        ("rds:DeleteDBInstance", "db:ledger-production-eu-1"),
        ("rds:DeleteDBInstance", "db:payroll-production-1"),
        ("rds:DeleteDBClusterSnapshot", "cluster-snapshot:ledger-production-final-1234abcd"),
        ("rds:RestoreDBClusterFromSnapshot", "cluster-snapshot:payroll-before-42"),
        ("rds:ModifyDBClusterSnapshotAttribute", "cluster-snapshot:ledger-production-backup-1"),
    ],
)
def test_a_pipeline_reaches_no_other_cluster_and_ends_no_backup(action: str, resource: str) -> None:
    assert not allows(granted(recorded("restored")), action, f"arn:aws:rds:us-east-1:{ACCOUNT}:{resource}", {})


def test_a_pipeline_may_make_it_from_the_backup_that_is_named() -> None:
    statements = granted(recorded("restored"))
    for resource in ("cluster:legacy", "cluster:ledger-production", "cluster-pg:ledger-production-database-1"):
        arn = f"arn:aws:rds:us-east-1:{ACCOUNT}:{resource}"
        assert allows(statements, "rds:RestoreDBClusterToPointInTime", arn, {}), resource
    assert not allows(granted(recorded("serverless")), "rds:RestoreDBClusterToPointInTime", arn, {})


def test_a_proxy_leaves_the_rules_of_the_cluster_s_group_alone() -> None:
    """EC2 takes no rule twice, and what a rule of another name replaces goes last: the update would fail."""

    def doors(graph: Graph) -> set[str]:
        group = graph.one("aws:ec2/securityGroup:SecurityGroup", name="database-group").outputs["id"]
        rules = graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        return {rule.urn for rule in rules if rule.inputs["securityGroupId"] == group}

    without, proxied = doors(made({})), doors(made({"proxy": {}}))
    assert without
    assert without < proxied, "the proxy's own comes on top"
