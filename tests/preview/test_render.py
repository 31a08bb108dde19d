from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from decimal import Decimal

import pytest

from preview.graph import UNKNOWN, Graph, Message, Resource
from preview.pricing import MissingPrice, estimate
from preview.render import FORMATS, Format, Preview, headline, money, render
from preview.summary import kind, summarize
from preview.verdict import Finding, Verdict
from preview.words import between, count

NETWORK = Resource(urn="u::network", type="toy:index:Network", name="network", custom=False)
DATABASE = Resource(urn="u::database", type="toy:index:Database", name="database", custom=False)


def made(type_: str, name: str, parent: Resource, /, **inputs: object) -> Resource:
    return Resource(urn=f"u::{type_}::{name}", type=type_, name=name, parent=parent.urn, inputs=inputs)


def subnet(tier: str, zone: str) -> Resource:
    return made("aws:ec2/subnet:Subnet", f"network-{tier}-{zone}", NETWORK, availabilityZone=zone)


INSTANCE = dataclasses.replace(
    made(
        "aws:rds/instance:Instance",
        "database",
        DATABASE,
        engine="postgres",
        engineVersion="17",
        instanceClass="db.t4g.medium",
        allocatedStorage=50,
        storageType="gp3",
        multiAz=True,
        backupRetentionPeriod=7,
        storageEncrypted=True,
        deletionProtection=True,
        password="hunter2",
        kmsKeyId=UNKNOWN,
    ),
    secrets=frozenset({"password"}),
    protect=True,
)
RESOURCES = (
    NETWORK,
    DATABASE,
    made("aws:ec2/vpc:Vpc", "network-vpc", NETWORK, cidrBlock="10.20.0.0/16"),
    *(subnet(tier, zone) for tier in ("public", "private", "isolated") for zone in ("us-east-1a", "us-east-1b")),
    made("aws:ec2/routeTable:RouteTable", "network-a", NETWORK),
    made("aws:ec2/routeTable:RouteTable", "network-b", NETWORK),
    INSTANCE,
    Resource(urn="u::p", type="pulumi:providers:aws", name="aws"),
)
FINDING = Finding(
    policy="multi-az",
    level="mandatory",
    severity="high",
    urn=INSTANCE.urn,
    message="Instance database: multiAz is | false",
    description="Databases have a standby.",
)


def preview(
    *, findings: Sequence[Finding] = (), resources: Sequence[Resource] = RESOURCES, verdict: bool = True
) -> Preview:
    graph = Graph(
        project="toy",
        stack="prod",
        resources=tuple(resources),
        exports={"url": "https://a.example", "password": "hunter2"},
        secret_exports=frozenset({"password"}),
        messages=(Message(severity="warning", text="version 12 is old"),),
    )
    evaluated = Verdict(
        pack="Guard",
        policies=3,
        findings=tuple(findings),
        undecided=(dataclasses.replace(FINDING, policy="tls"), dataclasses.replace(FINDING, policy="tls")),
    )
    return Preview(
        source="Pulumi.prod.yaml", graph=graph, estimate=estimate(graph), verdict=evaluated if verdict else None
    )


def test_the_outline_groups_counts_and_describes() -> None:
    network, database = summarize(preview().graph, {"database": Decimal(5)})
    assert (network.name, network.kind, network.resources) == ("network", "Network", 9)
    assert [(row.label, row.text) for row in network.rows] == [
        ("VPC", "10.20.0.0/16"),
        ("6 subnets", "2 public, 2 private, 2 isolated in us-east-1a, us-east-1b"),
    ]
    assert network.also == "2 route tables"
    assert [(row.label, row.text) for row in database.rows] == [
        ("database", "postgres 17, db.t4g.medium, 50 GiB gp3, Multi-AZ, 7 days of backups")
    ]
    assert (database.protected, database.monthly) == (1, Decimal(5))


def test_a_database_cluster() -> None:
    cluster = made(
        "aws:rds/cluster:Cluster",
        "database-cluster",
        DATABASE,
        engine="aurora-postgresql",
        engineVersion="17",
        serverlessv2ScalingConfiguration={"minCapacity": 0.5, "maxCapacity": 8},
        storageType="aurora-iopt1",
        backupRetentionPeriod=14,
        storageEncrypted=True,
        deletionProtection=True,
    )
    instances = [
        made(
            "aws:rds/clusterInstance:ClusterInstance",
            f"database-instance-{zone}",
            DATABASE,
            instanceClass="db.serverless",
            availabilityZone=zone,
        )
        for zone in ("us-east-1a", "us-east-1b")
    ]
    (section,) = summarize(preview(resources=[DATABASE, cluster, *instances]).graph)
    assert [(row.label, row.text) for row in section.rows] == [
        (
            "database cluster",
            "aurora-postgresql 17, serverless, 0.5 to 8 capacity units, I/O-Optimized, 14 days of backups",
        ),
        ("2 instances", "db.serverless in us-east-1a, us-east-1b"),
    ]


def test_the_outline_points_out_what_is_missing() -> None:
    bare = made("aws:rds/instance:Instance", "database", DATABASE, engine="mysql", multiAz=False)
    (section,) = summarize(preview(resources=[DATABASE, bare]).graph)
    assert section.rows[0].text == "mysql, one zone, no backups, not encrypted, no deletion protection"


def test_unknown_values_are_left_out_of_the_outline() -> None:
    vpc = made("aws:ec2/vpc:Vpc", "vpc", NETWORK, cidrBlock=UNKNOWN)
    (section,) = summarize(preview(resources=[NETWORK, vpc]).graph)
    assert section.rows[0].text == ""


def test_many_of_a_kind_are_cut_short() -> None:
    records = [made("aws:route53/record:Record", f"r{i}", NETWORK, name=f"{i}.a.example", type="A") for i in range(6)]
    (section,) = summarize(preview(resources=[NETWORK, *records]).graph)
    assert section.rows[0].label == "6 DNS records"
    assert section.rows[0].text.endswith("3.a.example A; and 2 more")


def test_an_ecs_service() -> None:
    task = made(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        NETWORK,
        family="api",
        cpu="512",
        memory="1024",
        containerDefinitions='[{"image": "repo/api@sha256:1"}]',
    )
    service = made("aws:ecs/service:Service", "service", NETWORK, name="api", desiredCount=2)
    target = dataclasses.replace(
        made("aws:appautoscaling/target:Target", "target", NETWORK, minCapacity=2, maxCapacity=6),
        dependencies=(service.urn,),
    )
    (section,) = summarize(preview(resources=[NETWORK, task, service, target]).graph)
    assert [(row.label, row.text) for row in section.rows] == [
        ("service", "api, 2 to 6 tasks"),
        ("task", "api, 0.5 vCPU, 1024 MiB, repo/api@sha256:1"),
    ]


def test_what_is_unusual_about_an_ecs_service() -> None:
    spot: list[object] = [{"capacityProvider": "FARGATE_SPOT", "weight": 50}]
    strategy = {"strategy": "BLUE_GREEN"}
    service = made(
        "aws:ecs/service:Service",
        "service",
        NETWORK,
        name="api",
        desiredCount=1,
        capacityProviderStrategies=spot,
        deploymentConfiguration=strategy,
        networkConfiguration={"assignPublicIp": True},
    )
    (section,) = summarize(preview(resources=[NETWORK, service]).graph)
    assert section.rows[0].text == "api, 1 task, all on Spot, blue/green, public IP"


def test_words() -> None:
    assert count(1, "policy") == "1 policy"
    assert count(1200, "policy") == "1,200 policies"
    assert count(2, "key") == "2 keys"
    assert count(0, "address") == "0 addresses"
    assert count(1, "address") == "1 address"
    assert count(2, "bush") == "2 bushes"
    assert count(2, "alias") == "2 aliases"
    assert count(1, "ownership controls") == "1 set of ownership controls"
    assert count(2, "ownership controls") == "2 sets of ownership controls"
    assert between(2, 8, "task") == "2 to 8 tasks"
    assert between(1, 1, "task") == "1 task"
    assert between(3, 3, "task") == "3 tasks"
    assert between("2", "2", "task") == "2 tasks"
    assert kind("aws:rds/subnetGroup:SubnetGroup") == "subnet group"
    assert money(Decimal("1234.505")) == "1,234.51"


def test_plain_reads_at_a_glance() -> None:
    text = render(preview(findings=[FINDING]), "plain")
    lines = text.splitlines()
    assert lines[0] == "toy prod: refused by policy, 1 warning, about 105.67 USD a month, 10 resources"
    assert lines[1] == "from Pulumi.prod.yaml; nothing was changed; it will be reached at https://a.example"
    assert lines[-1] == lines[0]
    assert "warning: version 12 is old" in lines
    assert any(line.startswith("database  Database") and line.endswith("105.67 USD") for line in lines)
    assert "  MANDATORY  multi-az: instance database: multiAz is | false".replace("instance", "database") in lines
    assert "  undecided  2 questions cannot be decided before the update: tls (2)" in lines
    assert any(line.split() == ["total", "105.67"] for line in lines)
    assert not any(line.split() == ["password", "[secret]"] for line in lines)
    assert any("List prices of 2026-11-21" in line for line in lines)
    assert max(map(len, lines)) <= 120
    assert "hunter2" not in text


def test_what_is_said_of_several_resources_is_said_once() -> None:
    findings = [
        dataclasses.replace(FINDING, urn=INSTANCE.urn + str(n), message=f"Instance database{n}: no owner")
        for n in range(5)
    ]
    other = dataclasses.replace(findings[1], level="advisory")
    subjects = "database database0, database database1, database database2 and 2 more"
    lines = render(preview(findings=[*findings, other]), "plain").splitlines()
    assert [line for line in lines if "no owner" in line] == [
        f"  MANDATORY  multi-az: {subjects}: no owner",
        "  advisory   multi-az: database database1: no owner",
    ]
    assert f"| **mandatory** | `multi-az` | {subjects} | no owner |" in render(preview(findings=findings), "markdown")
    assert "and 2 more" in render(preview(findings=findings), "rich")
    assert len(json.loads(render(preview(findings=findings), "json"))["policy"]["findings"]) == 5


def test_a_sum_without_all_prices_says_so() -> None:
    shown = preview()
    gaps = (MissingPrice(component="", urn="", name="x", what="hour", key="k", region="eu-west-9"),)
    incomplete = dataclasses.replace(shown, estimate=dataclasses.replace(shown.estimate, missing=gaps))
    assert (
        headline(incomplete)
        == "toy prod: passes policy, 1 warning, more than 105.67 USD a month (1 price missing), 10 resources"
    )


def test_rich_says_what_plain_says() -> None:
    text = render(preview(findings=[FINDING]), "rich")
    for words in ("refused by policy", "105.67", "MANDATORY", "6 subnets", "List prices of 2026-11-21"):
        assert words in text
    assert "\x1b[" in text
    assert "hunter2" not in text


def test_markdown_is_ready_for_a_pull_request() -> None:
    text = render(preview(findings=[FINDING]), "markdown")
    lines = text.splitlines()
    assert lines[0] == "### toy prod: refused by policy, 1 warning, about 105.67 USD a month, 10 resources"
    assert r"| **mandatory** | `multi-az` | database database | multiAz is \| false |" in lines
    assert "| **total** | **10** | **105.67** | estimate |" in lines
    assert lines.count("```text") == lines.count("```mermaid") == 1
    assert lines.count("```") == 2
    assert "hunter2" not in text


def test_json_is_complete_and_hides_secrets() -> None:
    text = render(preview(findings=[FINDING]), "json")
    document = json.loads(text)
    assert document["version"] == 1
    assert [resource["urn"] for resource in document["resources"]] == [resource.urn for resource in RESOURCES]
    (instance,) = [r for r in document["resources"] if r["name"] == "database" and r["custom"]]
    assert instance["inputs"]["password"] == "[secret]"
    assert instance["inputs"]["kmsKeyId"] == "(known after update)"
    assert instance["component"] == "database"
    assert document["exports"] == {"url": "https://a.example", "password": "[secret]"}
    assert document["policy"]["refused"] is True
    assert document["policy"]["findings"][0]["urn"] == INSTANCE.urn
    assert document["estimate"]["monthly"] == "105.67"
    assert document["estimate"]["components"] == {"database": "105.67"}
    assert "hunter2" not in text


@pytest.mark.parametrize("format_", FORMATS)
def test_no_pack_no_findings_and_missing_prices(format_: Format) -> None:
    odd = made("aws:rds/instance:Instance", "odd", DATABASE, engine="oracle", instanceClass="db.m1.tiny")
    text = render(
        preview(resources=[DATABASE, odd, made("aws:mq/broker:Broker", "q", DATABASE)], verdict=False), format_
    )
    assert "db.m1.tiny, one zone" in text
    assert "broker" in text.lower()
    assert "no policy" in text or '"policy": null' in text


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_preview_renders_the_same(format_: Format) -> None:
    assert render(preview(), format_) == render(preview(), format_)


def test_passing_is_said() -> None:
    assert "passes policy" in render(preview(), "plain").splitlines()[0]
    advice = dataclasses.replace(FINDING, level="advisory")
    assert "passes policy with 1 remark" in render(preview(findings=[advice]), "plain").splitlines()[0]


def service(name: str, group: str = "") -> tuple[Resource, ...]:
    """Return a service's component, task definition and ECS service."""
    component = Resource(urn=f"u::{name}", type="toy:index:Service", name=name, custom=False)
    task = made("aws:ecs/taskDefinition:TaskDefinition", f"{name}-task", component, cpu="512", memory="1024")
    made_service = made("aws:ecs/service:Service", f"{name}-service", component, name=name, desiredCount=2)
    ecs = dataclasses.replace(
        made_service,
        dependencies=(task.urn,),
        property_dependencies={"taskDefinition": (task.urn,), "loadBalancers": (group,) if group else ()},
    )
    return component, task, ecs


GROUP = made("aws:lb/targetGroup:TargetGroup", "targets", NETWORK)


def with_services() -> Preview:
    condition = {"pathPattern": {"values": ["/api/*", "/api"]}}
    rule = dataclasses.replace(
        made("aws:lb/listenerRule:ListenerRule", "rule", NETWORK, conditions=[condition], priority=100),
        property_dependencies={"actions": (GROUP.urn,)},
    )
    return preview(resources=[NETWORK, GROUP, rule, *service("api", GROUP.urn), *service("worker")])


def test_a_rule_s_header_is_named_without_its_value() -> None:
    conditions = [
        {"pathPattern": {"values": ["/*"]}},
        {"httpHeader": {"httpHeaderName": "x-origin", "values": ["a-secret"]}},
    ]
    rule = made("aws:lb/listenerRule:ListenerRule", "rule", NETWORK, conditions=conditions, priority=5)
    shown = render(preview(resources=[NETWORK, rule]), "plain")
    assert "/*, header x-origin at priority 5" in shown
    assert "a-secret" not in shown


def test_a_rule_shows_its_query_and_where_it_leads() -> None:
    rule = made(
        "aws:lb/listenerRule:ListenerRule",
        "rule",
        NETWORK,
        conditions=[{"queryStrings": [{"key": "v", "value": "2"}]}, {"hostHeader": {"values": ["www.example.com"]}}],
        actions=[{"type": "redirect", "redirect": {"host": "example.com", "path": "/new"}}],
        priority=5,
    )
    shown = render(preview(resources=[NETWORK, rule]), "plain")
    assert "?v=2, www.example.com at priority 5 to example.com/new" in shown


@pytest.mark.parametrize("format_", ["plain", "markdown", "rich"])
def test_a_service_of_unknown_price_is_not_free(format_: Format) -> None:
    shown = with_services()
    gap = MissingPrice(component="worker", urn="u", name="worker", what="tasks", key="k", region="eu-central-1")
    known = tuple(line for line in shown.estimate.lines if line.component != "worker")
    incomplete = dataclasses.replace(shown.estimate, lines=known, missing=(gap,))
    [line] = [
        line
        for line in render(dataclasses.replace(shown, estimate=incomplete), format_).splitlines()
        if "worker" in line and "vCPU" in line and "2 tasks" in line
    ]
    assert "no price" in line
    assert "0.00" not in line


def test_services_are_a_table_near_the_top() -> None:
    lines = render(with_services(), "plain").splitlines()
    begin = next(index for index, line in enumerate(lines) if line.startswith("Services"))
    assert begin < 6
    assert lines[begin].endswith("USD a month")
    assert re.fullmatch(r"  api     https://a\.example/api/\*  0\.5 vCPU, 1024 MiB  2 tasks +36\.04", lines[begin + 1])
    assert re.fullmatch(r"  worker +0\.5 vCPU, 1024 MiB  2 tasks +36\.04", lines[begin + 2])
    assert "| api | https://a.example/api/* | 0.5 vCPU, 1024 MiB | 2 tasks | 36.04 |" in render(
        with_services(), "markdown"
    )
    assert "https://a.example/api/*" in render(with_services(), "rich")


@pytest.mark.parametrize("width", [70, 80, 120, 160])
def test_plain_text_keeps_to_the_width_of_the_terminal(width: int) -> None:
    for shown in (with_services(), preview(findings=[FINDING])):
        lines = render(dataclasses.replace(shown, width=width), "plain").splitlines()
        assert max(map(len, lines)) <= width
        assert any(len(line) > width * 3 // 4 for line in lines)
