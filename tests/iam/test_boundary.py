"""The boundary leaves room for all that the stack's own roles are given, and each of them carries it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from components._permissions.packing import DOCUMENT_SIZE
from policy.common import iam_actions
from preview.graph import Graph
from preview.record import InvalidStack
from tests import stacks
from tests.components.conftest import ACCOUNT
from tests.iam.calls import Stack, told_by
from tests.iam.evaluator import Request, Statement, decides, listed
from tests.iam.test_needs import granted, usual, with_given_boundary
from tests.settings.files import as_engine, changed, config
from tests.stacks import ROOT, recorded, registered

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
STACKS = pytest.mark.parametrize("name", stacks.NAMES)
MANAGED: Mapping[str, Any] = json.loads(aws_managed_policies_data)


def boundary(graph: Graph) -> Sequence[Statement]:
    found: Sequence[Statement] = json.loads(str(graph.one(POLICY, "boundary-policy").inputs["policy"]))["Statement"]
    return found


def own_roles(graph: Graph) -> list[Any]:
    return [role for role in graph.of(ROLE) if not role.name.startswith("delivery-")]


@STACKS
def test_every_role_carries_it_with_a_pipeline_and_without(name: str) -> None:
    graph = recorded(name)
    arn = graph.one(POLICY, "boundary-policy").outputs["arn"]
    assert own_roles(graph)
    assert {role.inputs.get("permissionsBoundary") for role in own_roles(graph)} == {arn}


@STACKS
def test_every_role_carries_the_one_that_the_stack_file_names(name: str) -> None:
    graph = with_given_boundary(name)
    assert not [policy for policy in graph.of(POLICY) if policy.name == "boundary-policy"]
    given = f"arn:aws:iam::{ACCOUNT}:policy/organisation/tasks"
    assert {role.inputs.get("permissionsBoundary") for role in own_roles(graph)} == {given}


def asked(graph: Graph, statements: Sequence[Statement]) -> Iterator[Request]:
    """What a role's own policy lets it do, call by call."""
    stack = Stack(graph)
    for statement in statements:
        if statement["Effect"] != "Allow":
            continue
        met = {key: listed(value)[0] for keys in statement.get("Condition", {}).values() for key, value in keys.items()}
        context = {**stack.context(tagged=True, requested=False), **met, **told_by(graph)}
        for action in listed(statement["Action"]):
            # A log group's ARN without its streams is nothing that a stream is made in.
            about = [
                on for on in listed(statement["Resource"]) if iam_actions.is_about(iam_actions.matches(action)[0], on)
            ]
            # Interfaces have no names before they are made: the policy says `*`, the call is about one in the stack's region.
            if about == ["*"] and action.startswith("ec2:") and iam_actions.resources(action):
                about = [f"arn:aws:ec2:{stack.region}:{ACCOUNT}:network-interface/eni-1"]
            for resource in about:
                yield Request(action=action, resource=resource, context=context)


@STACKS
def test_no_policy_of_a_role_goes_beyond_it(name: str) -> None:
    check_none_goes_beyond(recorded(name))


def test_everything_at_once_fits_and_no_policy_of_a_role_goes_beyond_it() -> None:
    everything = {
        "slipway:jobs": {"nightly": {"service": "api", "command": ["run"], "schedule": "cron(0 3 * * ? *)"}},
        "slipway:queues": {"mail": {}},
        "slipway:volumes": {"uploads": {}},
        "slipway:services.worker.receives": ["mail"],
        "slipway:services.api.volumes": {"uploads": "/data"},
        "slipway:services.frontend.exec": True,
        "slipway:database.iamAuthentication": True,
        "slipway:database.users": {"app": {"rights": "write"}, "tokens": {"rights": "read", "login": "iam"}},
        "slipway:services.api.databaseUser": "app",
        "slipway:services.frontend.uses": ["database"],
        "slipway:services.frontend.databaseUser": "tokens",
    }
    graph = registered("prod", as_engine(changed(everything)))
    assert len(str(graph.one(POLICY, "boundary-policy").inputs["policy"])) <= DOCUMENT_SIZE
    check_none_goes_beyond(graph)


def test_a_stack_with_a_long_name_on_aurora_with_jobs_and_a_pipeline_fits() -> None:
    values = config(ROOT / "examples/aurora/Pulumi.prod.yaml")
    values |= {"slipway:app": "quartz-billing-workflows", "slipway:environment": "staging"}
    values |= {"slipway:ownerId": "janedoe12345", "slipway:backup": {"copyRegion": "eu-west-1"}}
    values["slipway:jobs"] = {"report": {"service": "api", "command": ["run"], "schedule": "rate(1 day)"}}
    values["slipway:database"] |= {"iamAuthentication": True}
    image = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/postgres:17"
    values["slipway:database"] |= {"users": {"app": {"rights": "write"}}, "usersImage": image}
    values["slipway:services"]["api"] |= {"databaseUser": "app"}
    graph = registered("prod", as_engine(values))
    text = str(graph.one(POLICY, "boundary-policy").inputs["policy"])
    assert len(text) <= DOCUMENT_SIZE
    check_none_goes_beyond(graph)
    # What a pattern holds is not said again.
    for statement in json.loads(text)["Statement"]:
        for said in (listed(statement["Action"]), listed(statement["Resource"])):
            wide = [one[:-1] for one in said if one.endswith("*")]
            assert [one for one in said for start in wide if one.startswith(start) and one != f"{start}*"] == []


def check_none_goes_beyond(graph: Graph) -> None:
    policies = [p for p in graph.of("aws:iam/rolePolicy:RolePolicy") if not p.name.startswith("delivery-")]
    assert policies
    for policy in policies:
        statements = json.loads(str(policy.inputs["policy"]))["Statement"]
        for request in asked(graph, statements):
            assert decides(request, statements, boundary=boundary(graph)), (policy.name, request)


def managed(name: str) -> Sequence[str]:
    """The actions of one of AWS's ready policies."""
    document = MANAGED[name]["Document"]
    return [a for s in document["Statement"] if s["Effect"] == "Allow" for a in listed(s["Action"])]


SAVED = ("rds", "s3", "kms", "backup", "events", "tag")
NOT_OURS = re.compile(
    r"rds:.*(Cluster|TenantDatabase).*|rds:(ModifyDBSnapshotAttribute|DeleteDBInstanceAutomatedBackup)|kms:CreateGrant|.*:PassRole"
)  # clusters are not saved, snapshots not shared

OF_INSTANCES = re.compile(
    r"rds:.*(DBInstance|DBSnapshot|TenantDatabase).*|rds:(ModifyDBClusterSnapshotAttribute|DeleteDBClusterAutomatedBackup)|kms:CreateGrant|.*:PassRole"
)


@pytest.mark.parametrize(
    "policy",
    [
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
        "AWSBackupServiceRolePolicyForS3Backup",
        "AWSBackupServiceRolePolicyForS3Restore",
    ],
)
@pytest.mark.parametrize("name", ["Pulumi.prod.yaml", "examples/aurora/Pulumi.prod.yaml"])
def test_backups_are_made_and_restored(name: str, policy: str) -> None:
    graph = recorded(name)
    stack, clustered = Stack(graph), bool(graph.of("aws:rds/cluster:Cluster"))
    server, snapshot = ("cluster", "cluster-snapshot") if clustered else ("db", "snapshot")
    on = {
        "rds": [
            f"arn:aws:rds:us-east-1:{ACCOUNT}:{what}"
            for what in (
                f"{server}:{stack.name_prefix}",
                f"{server}:{stack.name_prefix}-restored",
                f"{snapshot}:awsbackup:job-1",
            )
        ],
        "s3": ["arn:aws:s3:::storefront-production-media-1", "arn:aws:s3:::storefront-production-restored", "arn:aws:s3:::storefront-production-restored/a"],
        "kms": [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"],
        "backup": [f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:{stack.name_prefix}", "*"],
        "events": [f"arn:aws:events:us-east-1:{ACCOUNT}:rule/AwsBackupManagedRule-1", "*"],
        "tag": ["*"],
    }  # fmt: skip
    context = stack.context(tagged=True, requested=False)
    for action in managed(policy):
        service = action.partition(":")[0]
        if service not in SAVED or (OF_INSTANCES if clustered else NOT_OURS).fullmatch(action):
            continue
        if service == "s3" and not graph.of("aws:s3/bucketVersioning:BucketVersioning"):
            continue
        wanted = [Request(action=action, resource=resource, context=context) for resource in [*on[service], "*"]]
        assert any(decides(request, boundary(graph)) for request in wanted), action


FILES_ANEW = ("CreateFilesystem", "DeleteFilesystem", "TagResource")
"""What a restore into another file system takes: they are restored into their own."""


@pytest.mark.parametrize("policy", ["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])
def test_files_are_saved_and_restored_into_their_own_file_system(policy: str) -> None:
    graph = recorded("examples/extended/Pulumi.dev.yaml")
    system = str(graph.one("aws:efs/fileSystem:FileSystem", "volumes-uploads").outputs["arn"])
    context = Stack(graph).context(tagged=True, requested=False)
    files = [a for a in managed(policy) if a.startswith("elasticfilesystem:") and a.partition(":")[2] not in FILES_ANEW]
    assert files
    for action in files:
        assert decides(Request(action=action, resource=system, context=context), boundary(graph)), action
        assert not decides(Request(action=action, resource=system, context={}), boundary(graph)), action


@pytest.mark.parametrize(
    ("policy", "file"),
    [
        ("AmazonRDSEnhancedMonitoringRole", "Pulumi.prod.yaml"),
        ("AmazonECSInfrastructureRolePolicyForLoadBalancers", "Pulumi.prod.yaml"),
    ],
)
def test_what_aws_attaches_for_a_service_has_room(policy: str, file: str) -> None:
    graph = recorded(file)
    context = Stack(graph).context(tagged=True, requested=False)
    stream = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:RDSOSMetrics:log-stream:db-1"
    # The group is there, or made by RDS itself; nothing reads it by this role.
    left_out = ("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:GetLogEvents")
    for action in managed(policy):
        if action not in left_out:
            on = stream if action.startswith("logs:") else "*"
            assert decides(Request(action=action, resource=on, context=context), boundary(graph)), action


def test_certificates_of_calls_between_services_have_room() -> None:
    """AWS's policy for them tells the authority by a tag; the boundary names it."""
    graph = recorded("examples/jobs/Pulumi.prod.yaml")
    authority = f"arn:aws:acm-pca:us-east-1:{ACCOUNT}:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab"
    secret = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecs-sc!api-AbCdEf"
    for action in managed("AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"):
        on, other = (
            (authority, f"{authority}0") if action.startswith("acm-pca:") else (secret, secret.replace("ecs-sc!", "x"))
        )
        assert decides(Request(action=action, resource=on, context={}), boundary(graph)), action
        assert not decides(Request(action=action, resource=other, context={}), boundary(graph)), action


@STACKS
def test_it_is_of_the_size_that_iam_takes_and_gives_nothing_of_iam(name: str) -> None:
    graph = recorded(name)
    text = str(graph.one(POLICY, "boundary-policy").inputs["policy"])
    assert len(text) <= DOCUMENT_SIZE
    granted_ = {a for s in json.loads(text)["Statement"] if s["Effect"] == "Allow" for a in listed(s["Action"])}
    of_iam = {a for a in granted_ if a.partition(":")[0] in {"iam", "organizations", "account", "*"}}
    # The function that runs jobs hands their roles to their tasks.
    assert of_iam == ({"iam:PassRole"} if graph.of("slipway:index:Jobs") else set())
    assert {a for s in json.loads(text)["Statement"] for a in listed(s["Action"]) if a.startswith("sts:")} == {
        "sts:GetCallerIdentity"
    }


# A running stack gets it: an administrator's update makes the boundary; it may be cut off before or after the pipeline's own policies.


@STACKS
def test_a_pipeline_with_its_new_policies_completes_roles_that_do_not_carry_it_yet(name: str) -> None:
    graph = usual(name)
    statements = granted(graph)
    tags = Stack(graph).context(tagged=True, requested=False)
    for role in own_roles(graph):
        on, bound = str(role.outputs["arn"]), {"iam:PermissionsBoundary": role.inputs["permissionsBoundary"]}
        assert not decides(Request(action="iam:PutRolePolicy", resource=on, context=tags), statements)
        for action in ("PutRolePermissionsBoundary", "PutRolePolicy"):
            assert decides(Request(action=f"iam:{action}", resource=on, context={**tags, **bound}), statements)


BEFORE: Sequence[Statement] = [
    {
        "Effect": "Allow",
        "Action": [
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UpdateAssumeRolePolicy",
        ],
        "Resource": [f"arn:aws:iam::{ACCOUNT}:role/storefront-production/*"],
    },
    {"Effect": "Deny", "Action": ["iam:CreatePolicy*", "iam:DeletePolicy*"], "Resource": ["*"]},
]
"""What a pipeline was granted of roles before there was a boundary."""


def test_a_pipeline_with_its_old_policies_still_deploys_to_roles_that_carry_it() -> None:
    graph = usual("Pulumi.prod.yaml")
    for role in own_roles(graph):
        bound = {"iam:PermissionsBoundary": role.inputs["permissionsBoundary"]}
        for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:TagRole"):
            assert decides(Request(action=action, resource=str(role.outputs["arn"]), context=bound), BEFORE)
    # It cannot make the boundary itself: the first update with it is an administrator's.
    policy = graph.one(POLICY, "boundary-policy")
    assert not decides(Request(action="iam:CreatePolicy", resource=str(policy.outputs["arn"])), BEFORE)
    assert not decides(Request(action="iam:CreatePolicy", resource=str(policy.outputs["arn"])), granted(graph))


def test_services_are_given_nothing_of_iam_within_it() -> None:
    permissions = [{"actions": ["iam:GetRole"], "resources": [f"arn:aws:iam::{ACCOUNT}:role/x"]}]
    with pytest.raises(InvalidStack, match="iam:GetRole is beyond what a role of a stack may have"):
        registered("prod", as_engine(changed({"slipway:services.api.permissions": permissions})))


@cache
def of_many(count: int) -> Graph:
    service = {"image": {"repository": "storefront/api", "tag": "1"}, "cpu": 256, "memoryMib": 512, "port": 8000}
    wanted = {
        f"slipway:services.worker-{n:03}": {
            **service,
            "tasks": {"count": 1},
            "logGroup": f"/teams/{n % 7}/service-{n:03}/log",
        }
        for n in range(count)
    }
    return registered("prod", as_engine(changed(wanted)))


def test_with_jobs_roles_are_handed_to_tasks_and_nothing_else_of_iam_is_done() -> None:
    graph = recorded("examples/jobs/Pulumi.prod.yaml")
    role = str(graph.one(ROLE, "api-task").outputs["arn"])
    foreign = f"arn:aws:iam::{ACCOUNT}:role/admin"
    to_tasks = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    everything = [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]

    def may(action: str, on: str, **context: str) -> bool:
        return decides(Request(action=action, resource=on, context=context), everything, boundary=boundary(graph))

    assert may("iam:PassRole", role, **to_tasks)
    assert not may("iam:PassRole", role, **{"iam:PassedToService": "lambda.amazonaws.com"})
    assert not may("iam:PassRole", foreign, **to_tasks)
    assert not may("iam:PutRolePolicy", role)
    assert not may("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x")


def test_two_hundred_services_with_log_groups_of_their_own_fit() -> None:
    graph = of_many(200)
    policies = [p for p in graph.of(POLICY) if p.name.startswith("delivery-deploy-")]
    most = 10
    assert len(policies) <= most
    assert all(len(str(p.inputs["policy"])) <= DOCUMENT_SIZE for p in graph.of(POLICY))
    for group in graph.of("aws:cloudwatch/logGroup:LogGroup"):
        if str(group.inputs.get("name", "")).startswith("/teams/"):
            stream = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group.inputs['name']}:log-stream:1"
            assert decides(Request(action="logs:PutLogEvents", resource=stream), boundary(graph)), stream
