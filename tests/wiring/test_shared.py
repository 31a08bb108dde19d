# ruff: noqa: E501 - a case reads best on one line
"""Parts of one stack that another uses: examples/platform, recorded together and each by itself."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from preview import stack_references, stackfile
from preview.graph import Graph
from preview.record import InvalidStack, record
from preview.stack_references import StackOutputs
from tests import stacks
from tests.components.conftest import ACCOUNT
from tests.iam.evaluator import allows
from tests.iam.test_needs import granted

FOLDER = stacks.ROOT / "examples" / "platform"
PLATFORM, SHOP = (f"examples/platform/Pulumi.{stack}.yaml" for stack in ("platform", "shop"))
OTHER = "acme/slipway/platform"
PARTS: dict[str, Any] = {"parts": ["network", "cluster", "loadBalancer", "zone", "registry"], "priorityBase": 1000}


def values(name: str, **sections: object) -> dict[str, Any]:
    """The configuration of an example, with other sections; None leaves one out."""
    given = copy.deepcopy(dict(stackfile.read(stacks.ROOT / name).config))
    changed = {**given, **{f"slipway:{section}": value for section, value in sections.items()}}
    return {key: value for key, value in changed.items() if value is not None}


def shop(beside: Path | None = FOLDER, **sections: object) -> Graph:
    return record(stacks.ROOT, "shop", values(SHOP, **sections), beside=beside)


def platform(**sections: object) -> Graph:
    return record(stacks.ROOT, "platform", values(PLATFORM, **sections))


def offer() -> dict[str, Any]:
    found: Any = stacks.recorded(PLATFORM).exports["shared"]
    return copy.deepcopy(dict(found))


def refused(**sections: object) -> list[str]:
    with pytest.raises(InvalidStack) as error:
        shop(FOLDER, **sections)
    return [line.removeprefix("  - ") for line in str(error.value).splitlines()[1:]]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The outputs of the other stack, which a test may change."""
    outputs: dict[str, Any] = {"shared": offer()}
    monkeypatch.setattr(stack_references, "answers", lambda *_: {OTHER: StackOutputs(outputs=outputs)})
    return outputs


def test_a_stack_offers_its_parts_in_one_output_and_keeps_them() -> None:
    graph, found = stacks.recorded(PLATFORM), offer()
    vpc, cluster = graph.one("aws:ec2/vpc:Vpc"), graph.one("aws:ecs/cluster:Cluster")
    assert (found["version"], found["namePrefix"], found["region"]) == (1, "platform-production", "us-east-1")
    assert found["network"]["vpcId"] == vpc.outputs["id"]
    for tier in ("public", "private", "isolated"):
        subnets = {
            s.inputs["availabilityZone"]: s.outputs["id"]
            for s in graph.of("aws:ec2/subnet:Subnet")
            if f"-{tier}-" in s.name
        }
        assert found["network"][tier] == subnets, tier
    assert found["network"]["wayOut"] is True
    assert found["cluster"] == {
        "arn": cluster.outputs["arn"], "name": "platform-production", "containerInsights": "enabled"
    }  # fmt: skip
    assert vpc.protect
    assert cluster.protect
    # Whoever has shells in it needs the record of them.
    assert (
        graph.one("aws:cloudwatch/logGroup:LogGroup", "cluster-exec").inputs["name"] == "/ecs/platform-production/exec"
    )


def test_whoever_shares_nothing_offers_nothing_and_protects_no_more() -> None:
    graph = platform(sharing=None)
    assert "shared" not in graph.exports
    assert not graph.one("aws:ec2/vpc:Vpc").protect
    assert not graph.one("aws:ecs/cluster:Cluster").protect
    assert not graph.has("aws:cloudwatch/logGroup:LogGroup", name="/ecs/platform-production/exec")
    only = platform(sharing={"parts": ["cluster"]})
    shared: Any = only.exports["shared"]
    assert "network" not in shared
    assert only.one("aws:ecs/cluster:Cluster").protect
    assert not only.one("aws:ec2/vpc:Vpc").protect


def test_protection_that_is_off_is_off_for_what_is_shared_and_warned_of() -> None:
    graph = platform(protection={"protect": False})
    assert not graph.one("aws:ec2/vpc:Vpc").protect
    assert any("protection.protect is off" in message.text for message in graph.messages)


def test_a_stack_uses_them_and_makes_none() -> None:
    graph, given = stacks.recorded(SHOP), offer()
    for type_ in (
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/natGateway:NatGateway",
        "aws:ecs/cluster:Cluster",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/listener:Listener",
        "aws:ecr/repository:Repository",
    ):
        assert not graph.of(type_), type_
    network: Any = given["network"]
    zones = ["us-east-1a", "us-east-1b"]
    for service in graph.of("aws:ecs/service:Service"):
        placed: Any = service.inputs["networkConfiguration"]
        assert placed["subnets"] == [network["private"][zone] for zone in zones]
        assert service.inputs["cluster"] == given["cluster"]["arn"]
    assert graph.one("aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"] == [network["isolated"][z] for z in zones]
    assert {group.inputs["vpcId"] for group in graph.of("aws:ec2/securityGroup:SecurityGroup")} == {network["vpcId"]}
    reference = graph.one("pulumi:pulumi:StackReference")
    assert (reference.inputs["name"], reference.external) == (OTHER, True)
    assert not [message for message in graph.messages if "offline" in message.text]


def test_names_in_a_shared_cluster_begin_with_the_stacks_own() -> None:
    graph = stacks.recorded(SHOP)
    assert {s.inputs["name"] for s in graph.of("aws:ecs/service:Service")} == {
        "shop-production-api", "shop-production-worker"
    }  # fmt: skip
    assert graph.one("aws:servicediscovery/httpNamespace:HttpNamespace").inputs["name"] == "shop-production"
    assert {t.inputs["resourceId"] for t in graph.of("aws:appautoscaling/target:Target")} == {
        "service/platform-production/shop-production-api"
    }


def test_fewer_zones_than_the_other_stack_has_are_enough() -> None:
    three = {"cidr": "10.50.0.0/16", "zones": [f"us-east-1{letter}" for letter in "abc"]}
    assert shop(network=three | {"zones": three["zones"][:2]}).of("aws:ecs/service:Service")


def test_all_that_differs_is_told_at_once_before_anything_is_made() -> None:
    assert refused(
        network={"cidr": "10.51.0.0/16", "zones": ["us-east-1a", "us-east-1c"]},
        cluster={"name": "plat", "containerInsights": "enhanced"},
    ) == [
        f"slipway:network.cidr: 10.51.0.0/16 is not the range of the network of {OTHER}: write 10.50.0.0/16",
        f"slipway:network.zones[1]: us-east-1c is no zone of the network of {OTHER}, which has us-east-1a and us-east-1b",
        f"slipway:cluster.name: plat is not what the cluster of {OTHER} has: write platform-production",
        f"slipway:cluster.containerInsights: enhanced is not what the cluster of {OTHER} has: write enabled",
    ]


def test_another_region_or_account_is_refused(says: dict[str, Any]) -> None:
    says["shared"] |= {"region": "eu-west-1", "accountId": "210987654321"}
    assert refused() == [
        f"slipway:shared.stack: {OTHER} is in eu-west-1, and this stack in us-east-1: its parts are used in their own region",
        f"slipway:shared.stack: {OTHER} is in the account 210987654321, and this stack in {ACCOUNT}: its parts are used in their own account",
    ]


def test_a_network_without_a_way_out_takes_no_private_tasks(says: dict[str, Any]) -> None:
    says["shared"]["network"]["wayOut"] = False
    (told,) = refused()
    assert told.startswith(f"slipway:network.tasks: the private subnets of {OTHER} have no way out")
    public = {"cidr": "10.50.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "tasks": "public"}
    assert shop(network=public).one("aws:ecs/service:Service", "api-service").inputs["networkConfiguration"] == {
        "assignPublicIp": True,
        "securityGroups": [shop(network=public).one("aws:ec2/securityGroup:SecurityGroup", "api-group").outputs["id"]],
        "subnets": list(says["shared"]["network"]["public"].values()),
    }


NEEDS = "; its file needs slipway:sharing with parts: [network, cluster, loadBalancer, zone, registry], and it has to be brought up to date (pulumi up) before this one"


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ({}, f"slipway:shared.stack: {OTHER} has no output shared: it lets nobody use its parts{NEEDS}"),
        ({"shared": {"version": 2}}, f"slipway:shared.stack: the output shared of {OTHER} is of version 2, and this program reads 1: bring both stacks up to date with the same version of the program, that one first"),
        ({"shared": "x"}, f"slipway:shared.stack: the output shared of {OTHER} is of version None, and this program reads 1: bring both stacks up to date with the same version of the program, that one first"),
        ({"shared": {"version": 1, "namePrefix": "p", "region": "us-east-1"}}, f"slipway:shared.stack: {OTHER} has an output that is not the program's (shared.accountId: Field required){NEEDS}"),
    ],
)  # fmt: skip
def test_an_output_that_is_missing_or_foreign_is_told(
    says: dict[str, Any], outputs: Mapping[str, Any], told: str
) -> None:
    says.clear()
    says.update(outputs)
    assert refused() == [told]


def test_a_part_that_is_not_shared_is_told_with_its_place(says: dict[str, Any]) -> None:
    del says["shared"]["cluster"]
    assert refused() == [
        f"slipway:shared.parts[1]: {OTHER} does not share its cluster: add it to slipway:sharing.parts there, and bring that stack up to date before this one"
    ]


def test_what_a_newer_program_adds_is_passed_over(says: dict[str, Any]) -> None:
    says["shared"] |= {"more": 1}
    says["shared"]["network"] |= {"ipv6": "x"}
    assert shop().of("aws:ecs/service:Service")


def test_a_stack_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_references, "answers", lambda *_: {})
    (told,) = refused()
    assert told.startswith(f"slipway:shared.stack: {OTHER} cannot be read: ")
    assert told.endswith(NEEDS)


def test_a_stack_does_not_use_itself() -> None:
    told = refused(shared={"stack": "acme/slipway/shop", **PARTS})
    assert told == [
        "slipway:shared.stack: acme/slipway/shop is this stack itself: name the one that makes the parts, or leave shared out"
    ]


def test_without_the_other_file_what_it_makes_is_taken_as_expected_and_said(tmp_path: Path) -> None:
    graph = shop(beside=tmp_path)
    assert sorted(r.urn for r in graph.resources) == sorted(r.urn for r in stacks.recorded(SHOP).resources)
    (said,) = [message.text for message in graph.messages if "offline" in message.text]
    assert said.startswith(f"slipway:shared.stack: what {OTHER} makes is not known offline, as no Pulumi.platform.yaml")
    assert graph.one("aws:ecs/service:Service", "api-service").inputs["cluster"] == (
        f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/platform-production"
    )


def test_a_stack_of_another_project_is_not_looked_for_beside_it() -> None:
    graph = shop(shared={"stack": "acme/network/platform", **PARTS})
    assert [message for message in graph.messages if "acme/network/platform makes is not known offline" in message.text]


def test_the_other_file_with_mistakes_is_told(tmp_path: Path) -> None:
    text = (FOLDER / "Pulumi.platform.yaml").read_text(encoding="utf-8")
    (tmp_path / "Pulumi.platform.yaml").write_text(text.replace("us-east-1b", "us-east-9b"), encoding="utf-8")
    with pytest.raises(InvalidStack, match=re.escape(str(tmp_path / "Pulumi.platform.yaml"))) as error:
        shop(beside=tmp_path)
    assert "us-east-9b" in str(error.value)
    (tmp_path / "Pulumi.platform.yaml").write_text("config: [", encoding="utf-8")
    with pytest.raises(InvalidStack, match=r"it uses parts of another stack: .*not valid YAML"):
        shop(beside=tmp_path)


ACME = {"aws:RequestedRegion": "us-east-1"}
OWN = {
    f"aws:{kind}Tag/{tag}": value
    for kind in ("Request", "Resource")
    for tag, value in (("app", "shop"), ("environment", "production"))
}
THEIRS = {"aws:ResourceTag/app": "platform", "aws:ResourceTag/environment": "production"}


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{rest}"


def test_its_pipeline_works_in_them_and_changes_none() -> None:
    statements, given = granted(stacks.recorded(SHOP)), offer()
    vpc = arn("ec2", f"vpc/{given['network']['vpcId']}")
    cluster = given["cluster"]["arn"]
    assert allows(statements, "ec2:CreateSecurityGroup", vpc, {**ACME, **THEIRS})
    assert allows(statements, "ecs:DescribeClusters", cluster, {**ACME, **THEIRS})
    for action, on in (
        ("ec2:DeleteVpc", vpc), ("ec2:ModifyVpcAttribute", vpc), ("ec2:CreateTags", vpc), ("ec2:CreateSubnet", vpc),
        ("ecs:DeleteCluster", cluster), ("ecs:UpdateCluster", cluster), ("ecs:UpdateClusterSettings", cluster),
        ("ecs:PutClusterCapacityProviders", cluster), ("ecs:TagResource", cluster), ("ecs:CreateCluster", cluster),
    ):  # fmt: skip
        for tags in (THEIRS, {**THEIRS, **{k: v for k, v in OWN.items() if "Request" in k}}):
            assert not allows(statements, action, on, {**ACME, **tags}), action
    elsewhere = arn("ec2", "vpc/vpc-0other")
    assert not allows(statements, "ec2:CreateSecurityGroup", elsewhere, {**ACME, **THEIRS})


def test_its_pipeline_reaches_no_service_or_task_of_others_in_the_cluster() -> None:
    statements = granted(stacks.recorded(SHOP))
    own = arn("ecs", "service/platform-production/shop-production-api")
    other = arn("ecs", "service/platform-production/blog-production-api")
    task = arn("ecs", "task/platform-production/0123456789abcdef0123456789abcdef")
    for action in ("ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService"):
        assert allows(statements, action, own, {**ACME, **OWN}), action
        assert not allows(statements, action, other, {**ACME}), action
    assert allows(statements, "ecs:StopTask", task, {**ACME, **OWN})
    assert not allows(
        statements,
        "ecs:StopTask",
        task,
        {**ACME, "aws:ResourceTag/app": "blog", "aws:ResourceTag/environment": "production"},
    )
    shells = arn("logs", "log-group:/ecs/platform-production/exec")
    assert not allows(statements, "logs:DeleteLogGroup", shells, {**ACME})


def test_shells_in_a_shared_cluster_are_recorded_within_the_boundary() -> None:
    boundary = json.loads(str(stacks.recorded(SHOP).one("aws:iam/policy:Policy", "boundary-policy").inputs["policy"]))[
        "Statement"
    ]
    stream = arn("logs", "log-group:/ecs/platform-production/exec:log-stream:x")
    assert allows(boundary, "logs:PutLogEvents", stream, {})
    without = values(SHOP)
    del without["slipway:services"]["worker"]["exec"]
    graph = record(stacks.ROOT, "shop", without, beside=FOLDER)
    boundary = json.loads(str(graph.one("aws:iam/policy:Policy", "boundary-policy").inputs["policy"]))["Statement"]
    assert not allows(boundary, "logs:PutLogEvents", stream, {})


def test_its_pipeline_reads_the_others_state_and_writes_none() -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    delivery = {
        "github": {"repository": "acme/shop", "environment": "production"}, "stateBucket": "acme-state", "stateKeyArn": key
    }  # fmt: skip
    statements = granted(shop(delivery=delivery))
    state = "arn:aws:s3:::acme-state/.pulumi/stacks/slipway/{}.json"
    theirs = {"kms:EncryptionContext:stack": "slipway/platform"}
    assert allows(statements, "s3:GetObject", state.format("platform"), ACME)
    assert not allows(statements, "s3:GetObject", state.format("payroll"), ACME)
    assert not allows(statements, "s3:PutObject", state.format("platform"), ACME)
    assert allows(statements, "kms:Decrypt", key, {**ACME, **theirs})
    assert not allows(statements, "kms:Encrypt", key, {**ACME, **theirs})
    assert not allows(statements, "kms:Decrypt", key, {**ACME, "kms:EncryptionContext:stack": "slipway/payroll"})


def rules(graph: Graph) -> dict[int, dict[str, Any]]:
    """The conditions of a stack's rules by priority, each kind with its values."""
    found: dict[int, dict[str, Any]] = {}
    for rule in graph.of("aws:lb/listenerRule:ListenerRule"):
        conditions: Any = rule.inputs["conditions"]
        found[int(str(rule.inputs["priority"]))] = {
            kind: part["values"] for condition in conditions for kind, part in condition.items() if "values" in part
        }
    return found


def test_a_stack_adds_its_rules_and_its_certificate_to_the_shared_balancer() -> None:
    graph, balancer = stacks.recorded(SHOP), offer()["loadBalancer"]
    assert rules(graph) == {
        1010: {"pathPattern": ["/old/*", "/old"], "hostHeader": ["shop.acme.example"]},
        1020: {
            "pathPattern": ["/admin/*", "/admin"],
            "hostHeader": ["shop.acme.example"],
            "sourceIp": ["198.51.100.0/24"],
        },
        1990: {"hostHeader": ["shop.acme.example"]},
    }
    assert {r.inputs["listenerArn"] for r in graph.of("aws:lb/listenerRule:ListenerRule")} == {balancer["listenerArn"]}
    shown = graph.one("aws:lb/listenerCertificate:ListenerCertificate")
    assert shown.inputs == {
        "listenerArn": balancer["listenerArn"],
        "certificateArn": graph.one("aws:acm/certificate:Certificate").outputs["arn"],
    }
    assert graph.one("aws:acm/certificate:Certificate").inputs["domainName"] == "shop.acme.example"
    # Nobody is sent there before the certificate is shown.
    record_ = graph.one("aws:route53/record:Record", "dns-shop-acme-example-a")
    assert shown in graph.direct(record_)
    assert record_.inputs["aliases"] == [
        {"name": balancer["dnsName"], "zoneId": balancer["zoneId"], "evaluateTargetHealth": False}
    ]


def test_its_tasks_and_the_shared_balancer_let_each_other_by_rules_of_their_own() -> None:
    graph, balancer = stacks.recorded(SHOP), offer()["loadBalancer"]
    tasks = graph.one("aws:ec2/securityGroup:SecurityGroup", "api-group").outputs["id"]
    out = graph.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "api-requests-8000-out").inputs
    into = graph.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "api-requests-8000-in").inputs
    assert (out["securityGroupId"], out["referencedSecurityGroupId"]) == (balancer["securityGroupId"], tasks)
    assert (into["securityGroupId"], into["referencedSecurityGroupId"]) == (tasks, balancer["securityGroupId"])
    # The group itself has no rules inside of it, which would take these away.
    group = stacks.recorded(PLATFORM).one("aws:ec2/securityGroup:SecurityGroup", "load-balancer-group")
    assert not {"ingress", "egress"} & group.inputs.keys()


def test_services_wait_for_their_rules() -> None:
    graph = stacks.recorded(SHOP)
    service = graph.one("aws:ecs/service:Service", "api-service")
    for rule in graph.of("aws:lb/listenerRule:ListenerRule"):
        if rule.name != "load-balancer-rule-1010":
            assert graph.reaches(service, rule), rule


def test_many_hosts_become_several_rules_within_the_stacks_own_priorities() -> None:
    hosts = [f"{name}.acme.example" for name in "abcdefgh"]
    graph = shop(domain={"host": "shop.acme.example", "alternativeHosts": hosts})
    last = {priority: asked for priority, asked in rules(graph).items() if priority >= 1990}
    assert len(last) > 1
    assert max(last) < 2000
    assert {host for asked in last.values() for host in asked["hostHeader"]} == {"shop.acme.example", *hosts}


def test_blue_green_moves_requests_at_the_shared_balancer() -> None:
    services = values(SHOP)["slipway:services"]
    del services["api"]["routes"], services["worker"]["calls"], services["api"]["internal"]
    services["worker"]["environment"].pop("API")
    services["api"]["deployment"] = {"strategy": "blueGreen"}
    graph = shop(services=services)
    (weighted,) = [r for r in graph.of("aws:lb/listenerRule:ListenerRule") if "weighted" in r.name]
    assert (weighted.inputs["priority"], weighted.inputs["listenerArn"]) == (
        1990,
        offer()["loadBalancer"]["listenerArn"],
    )
    assert rules(graph)[1990] == {"hostHeader": ["shop.acme.example"]}
    assert len(graph.of("aws:lb/targetGroup:TargetGroup")) == 2


def test_what_the_balancer_does_as_a_whole_is_not_this_stacks_to_watch() -> None:
    sections = {"alarms": {}, "notify": {"page": [{"email": "on-call@acme.example"}]}, "dashboard": {}}
    graph, alone = shop(FOLDER, **sections), platform(**sections)
    suffix = offer()["loadBalancer"]["arnSuffix"]

    def looked_at(found: Graph) -> dict[str, set[str]]:
        """By each alarm on requests, what its figures are told apart by."""
        return {
            alarm.name.removeprefix("observability-alarms-"): {
                key
                for query in alarm.inputs.get("metricQueries", [])  # type: ignore[attr-defined] # a list
                for key in query.get("metric", {}).get("dimensions", {})
            }
            for alarm in found.of("aws:cloudwatch/metricAlarm:MetricAlarm")
            if "errors-" in alarm.name
        }

    by_group = {"LoadBalancer", "TargetGroup"}
    assert looked_at(graph) == {"api-errors-5xx": by_group, "api-errors-4xx": by_group}
    assert looked_at(alone) == {"errors-5xx": {"LoadBalancer"}, "errors-4xx": {"LoadBalancer"}}
    assert suffix in json.dumps([a.inputs for a in graph.of("aws:cloudwatch/metricAlarm:MetricAlarm")], default=str)
    board = str(graph.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    assert "## Load balancer" not in board
    assert "## Load balancer" in str(alone.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])


def test_records_are_made_in_the_shared_zone() -> None:
    graph, zone = stacks.recorded(SHOP), offer()["zone"]
    assert zone["name"] == "acme.example"
    assert {record_.inputs["zoneId"] for record_ in graph.of("aws:route53/record:Record")} == {zone["zoneId"]}


def test_hosts_outside_the_shared_zone_are_refused() -> None:
    assert refused(domain={"host": "shop.example", "alternativeHosts": ["www.shop.example"]}) == [
        f"slipway:domain.host: shop.example is not inside the zone acme.example of {OTHER}",
        f"slipway:domain.alternativeHosts[0]: www.shop.example is not inside the zone acme.example of {OTHER}",
    ]
    assert refused(domain={"zone": "shop.example", "host": "shop.example"}) == [
        f"slipway:domain.zone: shop.example is not the zone of {OTHER}: write acme.example, or leave it out"
    ]
    assert shop(domain={"zone": "acme.example", "host": "shop.acme.example"}).of("aws:route53/record:Record")


def test_images_come_from_the_shared_repositories() -> None:
    graph, urls = stacks.recorded(SHOP), offer()["registry"]["urls"]
    task = graph.one("aws:ecs/taskDefinition:TaskDefinition", "api-task")
    (container,) = json.loads(str(task.inputs["containerDefinitions"]))
    assert container["image"] == f"{urls['shop/api']}:4f0c2d9"
    pulling = json.loads(str(graph.one("aws:iam/rolePolicy:RolePolicy", "api-execution").inputs["policy"]))["Statement"]
    repository = arn("ecr", "repository/shop/api")
    assert allows(pulling, "ecr:BatchGetImage", repository, {})
    boundary = json.loads(str(graph.one("aws:iam/policy:Policy", "boundary-policy").inputs["policy"]))["Statement"]
    assert allows(boundary, "ecr:BatchGetImage", repository, {})
    assert not allows(boundary, "ecr:BatchGetImage", arn("ecr", "repository/blog/web"), {})
    assert not allows(boundary, "ecr:CreateRepository", repository, {}), "it is no pull-through cache's"


def test_a_repository_that_is_not_there_is_told() -> None:
    services = values(SHOP)["slipway:services"]
    services["worker"]["image"]["repository"] = "shop/mail"
    assert refused(services=services) == [
        f"slipway:registry.repositories: shop/mail is not among those of {OTHER}: add it to slipway:registry.repositories there, and bring that stack up to date before this one"
    ]


def test_its_pipeline_has_rules_at_the_shared_balancer_and_pushes_images_and_no_more() -> None:
    statements, given = granted(stacks.recorded(SHOP)), offer()
    listener = given["loadBalancer"]["listenerArn"]
    group = arn("ec2", f"security-group/{given['loadBalancer']['securityGroupId']}")
    repository = arn("ecr", "repository/shop/api")
    asked = {key: value for key, value in OWN.items() if "Request" in key}
    assert allows(statements, "elasticloadbalancing:CreateRule", listener, {**ACME, **THEIRS, **asked})
    assert allows(statements, "elasticloadbalancing:AddListenerCertificates", listener, {**ACME, **THEIRS})
    assert allows(statements, "ec2:AuthorizeSecurityGroupEgress", group, {**ACME, **THEIRS, **asked})
    assert allows(statements, "ec2:RevokeSecurityGroupEgress", group, {**ACME, **THEIRS})
    assert allows(statements, "ecr:PutImage", repository, {**ACME, **THEIRS})
    other_rule = listener.replace(":listener/", ":listener-rule/") + "/0123456789abcdef"
    blog = {"aws:ResourceTag/app": "blog", "aws:ResourceTag/environment": "production"}
    assert not allows(statements, "elasticloadbalancing:CreateRule", listener, {**ACME, **THEIRS})
    for action, on, tags in (
        ("elasticloadbalancing:ModifyListener", listener, THEIRS), ("elasticloadbalancing:DeleteListener", listener, THEIRS),
        ("elasticloadbalancing:DeleteLoadBalancer", given["loadBalancer"]["arn"], THEIRS),
        ("elasticloadbalancing:DeleteRule", other_rule, blog), ("elasticloadbalancing:ModifyRule", other_rule, blog),
        ("ec2:AuthorizeSecurityGroupIngress", group, {**THEIRS, **asked}), ("ec2:DeleteSecurityGroup", group, THEIRS),
        ("ecr:DeleteRepository", repository, THEIRS), ("ecr:PutLifecyclePolicy", repository, THEIRS),
        ("ecr:PutImageTagMutability", repository, THEIRS), ("ecr:PutImage", arn("ecr", "repository/blog/web"), THEIRS),
    ):  # fmt: skip
        assert not allows(statements, action, on, {**ACME, **tags}), action
