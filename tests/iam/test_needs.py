"""Every call that making, reading, changing and removing a stack takes is allowed to its pipeline."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from policy.common import iam_actions
from preview import stackfile
from preview.graph import Graph
from tests import stacks
from tests.components.conftest import ACCOUNT
from tests.iam import calls
from tests.iam.calls import Stack
from tests.iam.evaluator import Statement, allows, decides
from tests.settings.files import as_engine, config

GITHUB = {"repository": "octo-org/storefront", "environment": "production"}
ROLE = "aws:iam/role:Role"
MIGRATION, ROLLOUT = f"{calls.DYNAMIC}MigrationRun", f"{calls.DYNAMIC}RolloutCheck"
WATCHED = {MIGRATION: "_one_off_task.py", ROLLOUT: "_rollout.py"}


def with_pipeline(name: str, **delivery: Any) -> Graph:
    """A shipped stack, with a pipeline where it has none."""
    values = config(stacks.ROOT / name)
    given = {"github": GITHUB, "previewRoleName": "previews", **(values.get("slipway:delivery") or {}), **delivery}
    values["slipway:delivery"] = given
    file = stacks.ROOT / name
    return stacks.registered(stackfile.read(file).stack, as_engine(values), beside=file.parent)


@cache
def usual(name: str) -> Graph:
    return with_pipeline(name)


@cache
def with_given_boundary(name: str) -> Graph:
    return with_pipeline(name, boundaryArn=f"arn:aws:iam::{ACCOUNT}:policy/organisation/tasks")


def granted(graph: Graph, role: str = "deploy") -> Sequence[Statement]:
    policies = [p for p in graph.of("aws:iam/policy:Policy") if re.fullmatch(rf"delivery-{role}-policy-\d+", p.name)]
    assert policies
    return [statement for p in policies for statement in json.loads(str(p.inputs["policy"]))["Statement"]]


def own(graph: Graph) -> Iterator[Any]:
    """What a pipeline makes: all but the pipeline's own, and what administrators make."""
    for resource in graph.resources:
        mine = resource.name.startswith("delivery-")
        if resource.type.startswith("aws:") and resource.type not in calls.ADMINISTRATORS and not mine:
            yield resource


def refused(graph: Graph, role: str, *verbs: calls.Verb) -> list[str]:
    stack, statements = Stack(graph), granted(graph, role)
    return [
        f"{resource.name} {verb}: {request.action} on {request.resource} {dict(request.context)}"
        for resource in own(graph)
        if resource.type not in calls.APART
        for verb in verbs
        for request in calls.requests(stack, resource, verb)
        if not decides(request, statements)
    ]


GRAPHS = pytest.mark.parametrize("made", [usual, with_given_boundary], ids=["own-boundary", "given-boundary"])
STACKS = pytest.mark.parametrize("name", stacks.NAMES)


@STACKS
def test_a_deployment_may_make_read_change_and_remove_all_of_a_stack(name: str) -> None:
    assert refused(usual(name), "deploy", *calls.VERBS) == []


@STACKS
def test_a_deployment_may_run_migrations_and_watch_what_it_rolls_out(name: str) -> None:
    graph = usual(name)
    stack, statements = Stack(graph), granted(graph)
    found = [r for r in graph.resources if r.type in WATCHED]
    if not graph.of("aws:ecs/service:Service"):
        pytest.skip("it rolls nothing out")
    assert {r.type for r in found} >= {ROLLOUT}
    asked = [request for r in found for request in calls.watching_requests(stack, r)]
    assert [(request.action, request.resource) for request in asked if not decides(request, statements)] == []
    # No wider: nothing of another cluster, and no logs of others.
    cluster = next(str(r.inputs["cluster"]) for r in found)
    for request in asked:
        other = {**request.context, "ecs:cluster": f"{cluster}2"}
        if request.action == "ecs:ListTasks":
            assert not decides(replace(request, context=other), statements)
        elif request.resource != "*":
            kind, _, rest = request.resource.split(":", 5)[-1].partition(":" if "logs:" in request.action else "/")
            if rest:
                elsewhere = request.resource.replace(rest, f"payroll-{rest.lstrip('/')}")
                assert not decides(replace(request, resource=elsewhere), statements), (kind, elsewhere)


@pytest.mark.parametrize("type_", WATCHED)
def test_what_dynamic_resources_call_is_in_the_table(type_: str) -> None:
    clients = {"ecs": "ecs", "logs": "logs", "cloudwatch": "cloudwatch", "balancer": "elasticloadbalancing"}
    source = (stacks.ROOT / "components" / WATCHED[type_]).read_text(encoding="utf-8")
    called = re.findall(rf"\b({'|'.join(clients)})\.([a-z]+(?:_[a-z]+)+)\(", source)
    named = {f"{clients[who]}:{''.join(word.capitalize() for word in what.split('_'))}" for who, what in called}
    assert named == set(calls.watching(type_)) - {"ecs:TagResource"}


NOT_READ_BY_PULL_REQUESTS = "ecs:DescribeTaskDefinition"


@STACKS
def test_a_pull_request_may_read_all_of_a_stack_but_values_of_secrets(name: str) -> None:
    left = [line for line in refused(usual(name), "preview", "read") if "secretsmanager:GetSecretValue" not in line]
    assert [line for line in left if NOT_READ_BY_PULL_REQUESTS not in line] == []


@STACKS
@GRAPHS
def test_roles_are_made_within_the_boundary_and_passed_on(name: str, made: Any) -> None:
    graph = made(name)
    statements, tags = granted(graph), Stack(graph).tags
    requested = {f"aws:RequestTag/{tag}": value for tag, value in tags.items()}
    tagged = {f"aws:ResourceTag/{tag}": value for tag, value in tags.items()}
    roles = [role for role in own(graph) if role.type == ROLE]
    assert roles
    for role in roles:
        on, bound = str(role.outputs["arn"]), {"iam:PermissionsBoundary": role.inputs["permissionsBoundary"]}
        service = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]["Principal"]["Service"]
        assert allows(statements, "iam:CreateRole", on, {**bound, **requested})
        assert allows(statements, "iam:TagRole", on, requested)
        assert allows(statements, "iam:PassRole", on, {"iam:PassedToService": service})
        for action in ("PutRolePolicy", "DeleteRolePolicy", "PutRolePermissionsBoundary"):
            assert allows(statements, f"iam:{action}", on, bound), action
        for action in (
            "UpdateAssumeRolePolicy",
            "UpdateRole",
            "UpdateRoleDescription",
            "DeleteRole",
            "UntagRole",
            "GetRole",
        ):
            assert allows(statements, f"iam:{action}", on, tagged), action
    for attached in own(graph):
        if attached.type == "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
            (role,) = [r for r in roles if r.outputs["name"] == attached.inputs["role"]]
            context = {
                "iam:PermissionsBoundary": role.inputs["permissionsBoundary"],
                "iam:PolicyARN": attached.inputs["policyArn"],
            }
            for action in ("AttachRolePolicy", "DetachRolePolicy"):
                assert allows(statements, f"iam:{action}", str(role.outputs["arn"]), context), attached.name


@STACKS
def test_keys_are_made_and_managed(name: str) -> None:
    graph = usual(name)
    stack, statements = Stack(graph), granted(graph)
    for key in graph.of("aws:kms/key:Key"):
        new, there = (stack.context(key, tagged=tagged, requested=not tagged) for tagged in (False, True))
        for action in ("CreateKey", "TagResource"):
            assert allows(statements, f"kms:{action}", "*", new), action
        for action in (
            "PutKeyPolicy",
            "EnableKeyRotation",
            "DescribeKey",
            "GetKeyPolicy",
            "ScheduleKeyDeletion",
            "TagResource",
        ):
            assert allows(statements, f"kms:{action}", str(key.outputs["arn"]), {**there, **new}), action


@STACKS
def test_the_master_password_is_rotated_and_never_read(name: str) -> None:
    graph = usual(name)
    for rotation in graph.of("aws:secretsmanager/secretRotation:SecretRotation"):
        secret = str(rotation.inputs["secretId"])
        context = calls.told_by(graph)
        for action in ("RotateSecret", "CancelRotateSecret", "DescribeSecret"):
            assert allows(granted(graph), f"secretsmanager:{action}", secret, context)
            assert not allows(granted(graph), f"secretsmanager:{action}", secret, {})
        assert allows(granted(graph, "preview"), "secretsmanager:DescribeSecret", secret, context)
        assert not allows(granted(graph), "secretsmanager:GetSecretValue", secret, context)


@pytest.mark.parametrize(
    ("backup", "needed", "foreign"),
    [
        ({"snapshot": "before-42"}, "snapshot:before-42", "snapshot:payroll"),
        ({"source": "legacy", "time": "latest"}, "db:legacy", "db:payroll"),
        (
            {"source": f"arn:aws:rds:us-east-1:{ACCOUNT}:auto-backup:ab-1", "time": "latest"},
            "auto-backup:ab-1",
            "auto-backup:ab-2",
        ),
        # The id of one that was deleted does not say which automated backup is its.
        ({"source": "db-ABCDEFGHIJKL0123", "time": "latest"}, "auto-backup:ab-1", "snapshot:payroll"),
    ],
)
def test_the_backup_that_is_named_may_be_restored_and_no_other(
    backup: dict[str, str], needed: str, foreign: str
) -> None:
    values = config(stacks.ROOT / "Pulumi.prod.yaml")
    values["slipway:database"] = {**values["slipway:database"], "restoreFrom": backup}
    statements = granted(stacks.registered("prod", as_engine(values)))
    action = "rds:RestoreDBInstanceToPointInTime" if "source" in backup else "rds:RestoreDBInstanceFromDBSnapshot"
    start = f"arn:aws:rds:us-east-1:{ACCOUNT}:"
    for own in (
        needed,
        "db:storefront-production",
        "subgrp:storefront-production-database-1",
        "og:default:postgres-17",
    ):
        assert allows(statements, action, f"{start}{own}", {}), own
    for other in (foreign, "db:payroll-production"):
        assert not allows(statements, action, f"{start}{other}", {}), other
    assert not allows(granted(usual("Pulumi.prod.yaml")), action, f"{start}{needed}", {})
    key, through = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1", {"kms:ViaService": "rds.us-east-1.amazonaws.com"}
    assert allows(statements, "kms:CreateGrant", key, {**through, "kms:GrantIsForAWSResource": "true"})
    assert not allows(statements, "kms:CreateGrant", key, through)
    assert not allows(statements, "kms:Decrypt", key, through)


def test_a_deleted_cluster_may_be_restored_by_its_id() -> None:
    values = config(stacks.ROOT / "examples/aurora/Pulumi.prod.yaml")
    backup = {"source": "cluster-ABCDEFGHIJKL0123", "time": "latest"}
    values["slipway:database"] = {**values["slipway:database"], "restoreFrom": backup}
    delivery = {"github": {"repository": "octo-org/ledger", "environment": "production"}}
    statements = granted(stacks.registered("prod", as_engine({**values, "slipway:delivery": delivery})))
    action, start = "rds:RestoreDBClusterToPointInTime", f"arn:aws:rds:us-east-1:{ACCOUNT}:"
    assert allows(statements, action, f"{start}cluster-auto-backup:ab-1", {})
    for other in ("cluster:payroll", "cluster-snapshot:payroll"):
        assert not allows(statements, action, f"{start}{other}", {}), other


@STACKS
def test_records_are_written(name: str) -> None:
    graph = usual(name)
    for record_ in graph.of("aws:route53/record:Record"):
        named = str(record_.inputs["name"]).rstrip(".").replace("*", "\\052")
        context = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [named]}
        zone = f"arn:aws:route53:::hostedzone/{record_.inputs['zoneId']}"
        assert allows(granted(graph), "route53:ChangeResourceRecordSets", zone, context), named


@STACKS
def test_a_pipeline_is_granted_nothing_of_parts_that_the_stack_does_not_have(name: str) -> None:
    graph = usual(name)
    words = {
        "elasticache": "aws:elasticache/", "cloudfront": "aws:cloudfront/", "wafv2": "aws:wafv2/", "backup": "aws:backup/",
        "chatbot": "aws:chatbot/", "rds": "aws:rds/", "ecr": "aws:ecr/", "budgets": "aws:budgets/", "lambda": "aws:lambda/",
        "scheduler": "aws:scheduler/", "events": "aws:cloudwatch/event", "sns": "aws:sns/", "acm": "aws:acm/",
        "s3": "aws:s3/", "secretsmanager": "aws:secretsmanager/", "elasticloadbalancing": "aws:lb/",
    }  # fmt: skip
    services = {a.partition(":")[0] for s in granted(graph) if s["Effect"] == "Allow" for a in s["Action"]}
    there = {service for service, start in words.items() if any(r.type.startswith(start) for r in graph.resources)}
    # The firewall of a balancer is asked of it, and the master password is a secret of RDS's own.
    # Images go into repositories that another stack lets this one use.
    shared = {"ecr"} if graph.of("pulumi:pulumi:StackReference") else set()
    assert services & set(words) - there <= {"secretsmanager", *shared}
    assert there <= services


def test_every_type_of_the_shipped_stacks_has_its_calls() -> None:
    types = {r.type for name in stacks.NAMES for r in own(usual(name))}
    assert [
        t for t in sorted(types) if t not in calls.APART and not any(calls.actions(t, v) for v in calls.VERBS)
    ] == []


def test_what_is_never_called_is_named_by_aws_somewhere() -> None:
    said = {a for row in calls.HANDLERS.values() for found in row.values() for a in found}
    assert [p for p in calls.NOT_CALLED if not any(re.fullmatch(p, a) for a in said)] == []


@STACKS
def test_every_action_exists_and_fits_what_it_is_granted_on(name: str) -> None:
    for role in ("deploy", "preview"):
        for statement in granted(usual(name), role):
            for pattern in statement.get("Action", ()):
                found = iam_actions.matches(pattern)
                assert found, pattern
                if statement["Effect"] == "Allow":
                    assert any(iam_actions.is_about(found[0], resource) for resource in statement["Resource"]), pattern


@STACKS
def test_no_action_without_resources_is_granted_on_one(name: str) -> None:
    for statement in granted(usual(name)):
        if statement["Effect"] == "Allow" and statement["Resource"] != ["*"]:
            assert [a for a in statement["Action"] if not iam_actions.resources(a)] == []


def test_a_pipeline_makes_groups_in_a_network_that_was_there_and_changes_nothing_else_in_it() -> None:
    vpc = "vpc-0123456789abcdef0"
    values = config(stacks.ROOT / "Pulumi.prod.yaml")
    network = values["slipway:network"]
    subnets = {
        f"{tier}SubnetIds": [f"subnet-000000{n}a", f"subnet-000000{n}b"]
        for n, tier in enumerate(("public", "private", "isolated"))
    }
    values["slipway:network"] = {
        "cidr": network["cidr"],
        "zones": network["zones"],
        "existing": {"vpcId": vpc, **subnets},
    }
    values["slipway:delivery"] = {"github": GITHUB}
    graph = stacks.registered("prod", as_engine(values))
    made = {resource.type for resource in graph.resources}
    assert not made & {
        f"aws:ec2/{kind[0].lower()}{kind[1:]}:{kind}" for kind in ("Vpc", "Subnet", "Route", "NetworkAcl")
    }
    arn = f"arn:aws:ec2:*:{ACCOUNT}:vpc/{vpc}"
    about = {
        action
        for statement in granted(graph)
        if statement["Effect"] == "Allow"
        and (arn in statement["Resource"] or arn in json.dumps(statement.get("Condition", {})))
        for action in statement["Action"]
    }
    assert about == {"ec2:CreateSecurityGroup"}


def test_a_pipeline_gives_nat_gateways_addresses_that_were_there() -> None:
    values = config(stacks.ROOT / "Pulumi.prod.yaml")
    values["slipway:network"]["natAllocationIds"] = ["eipalloc-00000000", "eipalloc-00000001"]
    values["slipway:delivery"] = {"github": GITHUB}
    graph = stacks.registered("prod", as_engine(values))
    given = [s for s in granted(graph) if s.get("Sid") == "GivenAddresses"]
    assert [(s["Action"], [arn.rpartition("/")[2] for arn in s["Resource"]]) for s in given] == [
        (["ec2:CreateNatGateway"], ["eipalloc-00000000", "eipalloc-00000001"])
    ]
