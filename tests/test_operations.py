"""Delivery, backups, budget, off-hours, access lists and copies, as the shipped stacks have them wired."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from preview.graph import Graph
from tests import stacks
from tests.settings.files import GONE, as_engine, changed

PROD, STAGING = "Pulumi.prod.yaml", "Pulumi.staging.yaml"
RUPAYA = ("examples/rupaya/Pulumi.prod.yaml", "examples/rupaya/Pulumi.staging.yaml")
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
SCHEDULED = "aws:appautoscaling/scheduledAction:ScheduledAction"
TARGET = "aws:appautoscaling/target:Target"
SERVICE = "aws:ecs/service:Service"
SECRET = "aws:secretsmanager/secret:Secret"


def test_the_access_lists_let_through_what_the_security_groups_do() -> None:
    graph = stacks.recorded(PROD)
    rules = [r.inputs for r in graph.of(ACL_RULE)]
    opened = {(r["egress"], r["fromPort"]) for r in rules if r["protocol"] == "tcp" and r["fromPort"] == r["toPort"]}
    into: set[Any] = {
        r.inputs["fromPort"] for r in graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    }
    out: set[Any] = {r.inputs["fromPort"] for r in graph.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")}
    assert {80, 443, 5432, 6379, 8000, 8080} <= into
    assert opened == {(False, port) for port in into} | {(True, port) for port in out}
    assert len(graph.of("aws:ec2/networkAclAssociation:NetworkAclAssociation")) == 6


def test_without_acls_there_are_none() -> None:
    assert not stacks.recorded(STAGING).of("aws:ec2/networkAcl:NetworkAcl")


def test_uploads_are_copied_to_another_region() -> None:
    graph = stacks.recorded(PROD)
    rule = graph.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    source, copy = (
        graph.one("aws:s3/bucket:Bucket", "media-bucket"),
        graph.one("aws:s3/bucket:Bucket", "media-copy-bucket"),
    )
    assert rule.inputs["bucket"] == source.outputs["bucket"]
    assert copy.inputs["region"] == "us-west-2"
    rules: Any = rule.inputs["rules"]
    assert rules[0]["destination"]["bucket"] == copy.outputs["arn"]
    versioning = graph.one("aws:s3/bucketVersioning:BucketVersioning", "media-versioning")
    assert graph.reaches(rule, versioning), "S3 replicates only versioned buckets"


def test_backups_hold_the_database_and_the_uploads() -> None:
    graph = stacks.recorded(PROD)
    selected = graph.one("aws:backup/selection:Selection").inputs["resources"]
    database = graph.one("aws:rds/instance:Instance").outputs["arn"]
    assert selected == [database, graph.one("aws:s3/bucket:Bucket", "media-bucket").outputs["arn"]]
    plan: Any = graph.one("aws:backup/plan:Plan").inputs
    assert plan["rules"][0]["lifecycle"] == {"deleteAfter": 35}
    assert plan["rules"][0]["copyActions"][0]["lifecycle"] == {"deleteAfter": 30}
    assert plan["tags"] == {"rto-minutes": "60", "rpo-minutes": "15"}
    vaults = {r.inputs["region"] for r in graph.of("aws:backup/vault:Vault")}
    assert vaults == {"us-east-1", "us-west-2"}
    topics = {r.outputs["arn"] for r in graph.of("aws:sns/topic:Topic") if r.name.endswith("-team")}
    told = {r.inputs["arn"] for r in graph.of("aws:cloudwatch/eventTarget:EventTarget") if r.name.startswith("backup-")}
    assert told == topics
    assert topics


@pytest.mark.parametrize(("name", "figure"), [(PROD, "600.00"), ("examples/power-pto/Pulumi.prod.yaml", "265.00")])
def test_the_budget_is_the_stack_files(name: str, figure: str) -> None:
    graph = stacks.recorded(name)
    budget: Any = graph.one("aws:budgets/budget:Budget").inputs
    assert (budget["limitAmount"], budget["limitUnit"], budget["timeUnit"]) == (figure, "USD", "MONTHLY")
    kinds = {(n["notificationType"], n["threshold"]) for n in budget["notifications"]}
    assert kinds == {("FORECASTED", 80), ("ACTUAL", 100)}
    assert all(n["subscriberEmailAddresses"] for n in budget["notifications"])


def test_the_budget_tells_the_audience_too() -> None:
    graph = stacks.recorded(PROD)
    notifications: Any = graph.one("aws:budgets/budget:Budget").inputs["notifications"]
    team = [r.outputs["arn"] for r in graph.of("aws:sns/topic:Topic") if r.name.endswith("-team")]
    assert [n["subscriberSnsTopicArns"] for n in notifications] == [team, team]


def test_one_stack_of_an_account_makes_the_identity_provider() -> None:
    prod, staging = (stacks.recorded(name) for name in RUPAYA)
    provider = prod.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").outputs["arn"]
    assert not staging.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    for graph, environment in ((prod, "production"), (staging, "staging")):
        trust = json.loads(str(graph.one("aws:iam/role:Role", "delivery-deploy-role").inputs["assumeRolePolicy"]))
        statement = trust["Statement"][0]
        assert statement["Principal"] == {"Federated": provider}
        subjects = statement["Condition"]["StringLike"]["token.actions.githubusercontent.com:sub"]
        assert f"repo:rupaya/rupaya:environment:{environment}" in subjects
        assert not [subject for subject in subjects if not subject.endswith(f":environment:{environment}")]


def test_pipelines_find_their_roles() -> None:
    exports = stacks.recorded(PROD).exports
    assert str(exports["deployRoleArn"]).endswith(":role/storefront-production-deploy")
    assert str(exports["previewRoleArn"]).endswith(":role/storefront-production-preview")
    pto = stacks.recorded("examples/power-pto/Pulumi.prod.yaml").exports
    assert str(pto["deployRoleArn"]).endswith(":role/github-actions-deploy")
    assert "previewRoleArn" not in pto
    assert "deployRoleArn" not in stacks.recorded(STAGING).exports


@pytest.mark.parametrize("name", [STAGING, "examples/rupaya/Pulumi.staging.yaml"])
def test_every_service_and_the_database_sleep(name: str) -> None:
    graph = stacks.recorded(name)
    services = graph.of(SERVICE)
    targets = {str(r.inputs["resourceId"]).rpartition("/")[2]: r for r in graph.of(TARGET)}
    assert set(targets) == {str(service.inputs["name"]) for service in services}
    for service in services:
        target = targets[str(service.inputs["name"])]
        actions = graph.all(SCHEDULED, resourceId=target.inputs["resourceId"])
        bounds: Any = sorted((a.inputs["scalableTargetAction"] for a in actions), key=str)
        day = {"minCapacity": target.inputs["minCapacity"], "maxCapacity": target.inputs["maxCapacity"]}
        assert bounds == sorted([{"minCapacity": 0, "maxCapacity": 0}, day], key=str)
        assert all(graph.reaches(action, target) for action in actions)
        assert "desiredCount" in service.ignore_changes, "an update at night wakes nothing"
    asleep = [r for r in graph.of("aws:scheduler/schedule:Schedule") if r.name.startswith("hibernation-")]
    schedules: list[Any] = [r.inputs["target"] for r in asleep]
    inputs = [json.loads(schedule["input"]) for schedule in schedules]
    identifier = graph.one("aws:rds/instance:Instance").inputs["identifier"]
    assert inputs == [{"DbInstanceIdentifier": identifier}] * 2
    commands: Any = graph.exports["wakeCommands"]
    assert len(commands) == len(services) + 1


def test_known_hours_have_their_own_bounds() -> None:
    graph = stacks.recorded(PROD)
    actions = [r.inputs for r in graph.of(SCHEDULED)]
    assert [(a["schedule"], a["timezone"], a["scalableTargetAction"]) for a in actions] == [
        ("cron(0 7 ? * MON-FRI *)", "America/New_York", {"minCapacity": 3, "maxCapacity": 8}),
        ("cron(0 20 ? * * *)", "America/New_York", {"minCapacity": 2, "maxCapacity": 8}),
    ]


OWNER = "chuong"


@cache
def owned() -> Graph:
    """The reference application as somebody's own copy in a shared account."""
    values = changed({"slipway:ownerId": OWNER, "slipway:delivery": GONE})
    return stacks.registered("prod", as_engine(values))


NAMED = {
    "aws:ec2/vpc:Vpc": "tags",
    "aws:s3/bucket:Bucket": "bucketPrefix",
    "aws:rds/instance:Instance": "identifier",
    "aws:rds/parameterGroup:ParameterGroup": "namePrefix",
    "aws:rds/subnetGroup:SubnetGroup": "namePrefix",
    "aws:elasticache/parameterGroup:ParameterGroup": "name",
    "aws:elasticache/subnetGroup:SubnetGroup": "name",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:ec2/securityGroup:SecurityGroup": "namePrefix",
}


@pytest.mark.parametrize("kind", NAMED)
def test_the_owner_is_in_the_names(kind: str) -> None:
    resources = owned().of(kind)
    assert resources
    assert [r.name for r in resources if OWNER not in str(r.inputs[NAMED[kind]])] == []


def test_the_owner_is_in_the_names_of_secrets() -> None:
    secrets = owned().of(SECRET)
    names = [str(r.inputs.get("name") or r.inputs["namePrefix"]) for r in secrets]
    assert "storefront/session-key/chuong" in names
    assert [name for name in names if OWNER not in name] == []


def test_services_read_the_owners_secrets() -> None:
    graph = owned()
    definition = graph.one("aws:ecs/taskDefinition:TaskDefinition", "api-task")
    container = json.loads(str(definition.inputs["containerDefinitions"]))[0]
    sources = {secret["name"]: secret["valueFrom"] for secret in container["secrets"]}
    session = graph.one(SECRET, name="secrets-storefront-session-key")
    assert sources["SESSION_KEY"] == session.outputs["arn"]


def test_a_new_family_is_a_new_parameter_group() -> None:
    group = owned().one("aws:elasticache/parameterGroup:ParameterGroup")
    assert group.inputs["name"] == "storefront-production-chuong-cache-valkey8"
