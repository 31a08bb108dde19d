import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from components._permissions.scope import KINDS
from components.delivery import Delivery, DeliveryArgs, GitHubArgs, StateArgs
from preview.graph import Graph, Resource
from tests.components.conftest import ACCOUNT, build, check_contract
from tests.iam.evaluator import allows, fits

PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ISSUER = "token.actions.githubusercontent.com"
NAME_PREFIX = "storefront-production"
REGION = "eu-central-1"
TAGS = {"app": "storefront", "environment": "production"}
OURS = {f"aws:ResourceTag/{tag}": value for tag, value in TAGS.items()}
THEIRS = {"aws:ResourceTag/app": "storefront", "aws:ResourceTag/environment": "staging"}
HERE = {"aws:RequestedRegion": REGION}
ROLES = f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}"
KEY = f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/1111"
STATE = StateArgs(stack="slipway/prod", bucket="storefront-tfstate", key_arn=KEY)
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/{NAME_PREFIX}-boundary"
BOUND = {"iam:PermissionsBoundary": BOUNDARY}
ASKED = {f"aws:RequestTag/{tag}": value for tag, value in TAGS.items()}


def github(**changes: Any) -> GitHubArgs:
    return GitHubArgs(**{"repository": "octo-org/storefront", "environments": ["production"], **changes})


def args(**changes: Any) -> DeliveryArgs:
    given_: dict[str, Any] = {
        "name_prefix": NAME_PREFIX,
        "account_id": ACCOUNT,
        "regions": [REGION],
        "github": github(),
        "tags": TAGS,
        "names": {
            "bucket": ["storefront-media-prod"],
            "secret": ["storefront/production/secrets", "storefront/production/redis-url"],
            "repository": ["storefront/api"],
            "cluster": ["storefront-prod"],
            "database": ["storefront"],
            "cache": ["storefront"],
        },
        "hosts": ["app.example.com", "*.example.com"],
        "state": STATE,
        "boundary_arn": BOUNDARY,
        "vpc_id": "vpc-22bd14f1128f554d1",
        "preview_role_name": "github-actions-preview",
    }
    return DeliveryArgs(**{**given_, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Delivery("delivery", args(**changes)))


@cache
def usual() -> Graph:
    return recorded()


def documents(graph: Graph, role: Resource) -> list[Any]:
    return [
        json.loads(str(graph.one(POLICY, arn_of(graph, attachment)).inputs["policy"]))
        for attachment in graph.all(ATTACHMENT, role=role.outputs["name"])
    ]


def arn_of(graph: Graph, attachment: Resource) -> str:
    arn = attachment.inputs["policyArn"]
    return next(policy.name for policy in graph.of(POLICY) if policy.outputs["arn"] == arn)


def decides(graph: Graph, role: str, action: str, resource: str, context: Mapping[str, object]) -> bool:
    statements = [s for document in documents(graph, graph.one(ROLE, role)) for s in document["Statement"]]
    assert statements
    return allows(statements, action, resource, context)


def may(action: str, resource: str = "*", context: Mapping[str, object] | None = None, **changes: Any) -> bool:
    graph = recorded(**changes) if changes else usual()
    return decides(graph, "delivery-deploy-role", action, resource, context or {})


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def test_contract() -> None:
    check_contract(lambda: Delivery("delivery", args()))


def test_makes_the_identity_provider_or_uses_the_one_there_is() -> None:
    provider = usual().one(PROVIDER)
    assert provider.inputs["url"] == f"https://{ISSUER}"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    existing = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
    graph = recorded(provider_arn=existing)
    assert not graph.of(PROVIDER)
    trust = json.loads(str(graph.one(ROLE, "delivery-deploy-role").inputs["assumeRolePolicy"]))
    assert trust["Statement"][0]["Principal"] == {"Federated": existing}


@pytest.mark.parametrize(
    ("given_", "subjects"),
    [
        (
            {},
            [
                "repo:octo-org/storefront:environment:production",
                "repo:octo-org@*/storefront@*:environment:production",
            ],
        ),
        (
            {"owner_id": 12, "repository_id": 345, "refs": ["refs/heads/main"]},
            [
                "repo:octo-org/storefront:environment:production",
                "repo:octo-org@12/storefront@345:environment:production",
                "repo:octo-org/storefront:ref:refs/heads/main",
                "repo:octo-org@12/storefront@345:ref:refs/heads/main",
            ],
        ),
    ],
)
def test_trusts_both_forms_of_the_subject_and_the_audience(given_: dict[str, Any], subjects: list[str]) -> None:
    graph = recorded(github=github(**given_))
    document = json.loads(str(graph.one(ROLE, "delivery-deploy-role").inputs["assumeRolePolicy"]))
    (statement,) = document["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": graph.one(PROVIDER).outputs["arn"]}
    assert statement["Condition"] == {
        "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{ISSUER}:sub": subjects},
    }


@pytest.mark.parametrize(
    ("subject", "comes_in"),
    [
        ("repo:octo-org/storefront:environment:production", True),
        ("repo:octo-org@1/storefront@2:environment:production", True),
        ("repo:octo-org/storefront:environment:staging", False),
        ("repo:octo-org/storefront:pull_request", False),
        ("repo:octo-org/storefront:ref:refs/heads/main", False),
        ("repo:octo-org-2/storefront:environment:production", False),
        ("repo:evil/octo-org/storefront:environment:production", False),
        ("repo:octo-org/storefront-fork:environment:production", False),
        ("repo:octo-org@1/storefront-fork@2:environment:production", False),
    ],
)
def test_lets_in_the_repositorys_environment_only(subject: str, *, comes_in: bool) -> None:
    trust = json.loads(str(usual().one(ROLE, "delivery-deploy-role").inputs["assumeRolePolicy"]))
    wanted = trust["Statement"][0]["Condition"]["StringLike"][f"{ISSUER}:sub"]
    assert any(fits(pattern, subject) for pattern in wanted) is comes_in


def test_role_is_named_and_lasts_as_asked() -> None:
    role = recorded(role_name="github-actions-deploy", session_hours=2).one(ROLE, "delivery-deploy-role")
    assert role.inputs["name"] == "github-actions-deploy"
    assert role.inputs["maxSessionDuration"] == 7200
    assert role.outputs["arn"] == f"arn:aws:iam::{ACCOUNT}:role/github-actions-deploy"
    assert usual().one(ROLE, "delivery-deploy-role").inputs["name"] == f"{NAME_PREFIX}-deploy"


def test_role_is_known_once_it_has_its_policies() -> None:
    graph = usual()
    outputs = graph.registered_outputs[graph.one("slipway:index:Delivery").urn]
    assert outputs["role_arn"] == graph.one(ROLE, "delivery-deploy-role").outputs["arn"]
    assert outputs["preview_role_arn"] == graph.one(ROLE, "delivery-preview-role").outputs["arn"]
    assert outputs["provider_arn"] == graph.one(PROVIDER).outputs["arn"]


def test_no_document_is_larger_than_iam_takes_and_no_statement_is_everything() -> None:
    graph = usual()
    policies = graph.of(POLICY)
    of_each = Counter(policy.name.rpartition("-policy-")[0] for policy in policies)
    assert set(of_each) == {"delivery-deploy", "delivery-preview"}
    assert max(of_each.values()) <= 10
    for policy in policies:
        text = str(policy.inputs["policy"])
        assert len(re.sub(r"\s", "", text)) <= 6144
        assert "<" not in text
        for statement in json.loads(text)["Statement"]:
            if statement["Effect"] == "Allow":
                assert not {"*", "iam:*"} & set(statement["Action"])
                assert not any(action.endswith(":*") for action in statement["Action"])


ALLOWED = [
    ("ec2:CreateVpc", arn("ec2", "vpc/*"), {**HERE, **ASKED}),
    ("ec2:CreateSubnet", arn("ec2", "vpc/vpc-1"), {**HERE, **ASKED, **OURS}),
    ("ec2:CreateTags", arn("ec2", "vpc/vpc-1"), {**HERE, **ASKED, "ec2:CreateAction": "CreateVpc"}),
    ("ec2:DeleteVpc", arn("ec2", "vpc/vpc-1"), {**HERE, **OURS}),
    ("ecs:CreateService", arn("ecs", "service/storefront-prod/api"), HERE),
    ("ecs:RunTask", arn("ecs", f"task-definition/{NAME_PREFIX}-migrate:3"), HERE),
    ("rds:CreateDBInstance", arn("rds", "db:storefront"), HERE),
    ("rds:CreateDBProxy", "*", {**HERE, **ASKED}),
    ("acm:RequestCertificate", "*", {**HERE, **ASKED}),
    ("iam:CreateRole", f"{ROLES}/api-task-1", BOUND),
    ("iam:PassRole", f"{ROLES}/api-task-1", {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
    ("s3:CreateBucket", "arn:aws:s3:::storefront-media-prod", {}),
    ("s3:PutBucketPolicy", f"arn:aws:s3:::{NAME_PREFIX}-media-1a2b", {}),
    ("secretsmanager:CreateSecret", arn("secretsmanager", "secret:storefront/production/secrets-a1B2c3"), HERE),
    ("secretsmanager:GetSecretValue", arn("secretsmanager", f"secret:{NAME_PREFIX}-cache-secret-1-a1B2c3"), HERE),
    ("cloudwatch:PutMetricAlarm", arn("cloudwatch", f"alarm:{NAME_PREFIX}-api-cpu"), HERE),
    ("elasticache:CreateReplicationGroup", arn("elasticache", "replicationgroup:storefront"), HERE),
    ("ecr:PutImage", arn("ecr", "repository/storefront/api"), HERE),
    ("kms:CreateKey", "*", ASKED),
    ("kms:PutKeyPolicy", arn("kms", "key/1"), OURS),
    ("budgets:ViewBudget", f"arn:aws:budgets::{ACCOUNT}:budget/{NAME_PREFIX}", {}),
    ("billing:GetBillingViewData", f"arn:aws:billing::{ACCOUNT}:billingview/primary", {}),
    (
        "elasticloadbalancing:GetLoadBalancerWebACL",
        arn("elasticloadbalancing", "loadbalancer/app/a/1"),
        {**HERE, **OURS},
    ),
    (
        "route53:ChangeResourceRecordSets",
        "arn:aws:route53:::hostedzone/Z1",
        {"route53:ChangeResourceRecordSetsNormalizedRecordNames": ["app.example.com", "_x1.app.example.com"]},
    ),
    ("s3:PutObject", "arn:aws:s3:::storefront-tfstate/.pulumi/stacks/slipway/prod.json", {}),
    ("s3:PutObject", "arn:aws:s3:::storefront-tfstate/.pulumi/locks/organization/slipway/prod/1.json", {}),
    ("kms:Encrypt", KEY, {"kms:EncryptionContext:stack": "slipway/prod"}),
    (
        "kms:GenerateDataKey",
        KEY,
        {
            "kms:ViaService": "s3.eu-north-1.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::storefront-tfstate",
        },
    ),
]


@pytest.mark.parametrize(("action", "resource", "context"), ALLOWED, ids=lambda value: str(value)[:40])
def test_a_deployment_may(action: str, resource: str, context: Mapping[str, object]) -> None:
    assert may(action, resource, context)


EVERYTHING = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/backdoor", {}),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/admin", {}),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/{NAME_PREFIX}-deploy-1", {}),
        ("iam:CreateOpenIDConnectProvider", "*", {}),
        ("iam:UpdateAccountPasswordPolicy", "*", {}),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-deploy", {}),
        ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-deploy", {}),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/github-actions-preview", {}),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-deploy", {}),
        ("organizations:LeaveOrganization", "*", {}),
        ("account:CloseAccount", "*", {}),
        ("cloudtrail:StopLogging", "*", {}),
        ("s3:PutAccountPublicAccessBlock", "*", {}),
        ("backup:DeleteRecoveryPoint", "*", {}),
        ("rds:DeleteDBSnapshot", "*", {}),
        ("kms:PutKeyPolicy", "*", {**OURS, "kms:BypassPolicyLockoutSafetyCheck": "true"}),
        ("ec2:DeleteVpc", "*", THEIRS),
        ("iam:CreateRole", f"{ROLES}/api-task-1", {}),
        ("iam:DeleteRolePermissionsBoundary", f"{ROLES}/api-task-1", BOUND),
        ("kms:TagResource", arn("kms", "key/1234"), ASKED),
        ("kms:TagResource", "*", THEIRS),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_refusals_hold_whatever_else_is_attached(action: str, resource: str, context: Mapping[str, object]) -> None:
    role = usual().one(ROLE, "delivery-deploy-role")
    statements = [s for document in documents(usual(), role) for s in document["Statement"]]
    assert allows([*statements, EVERYTHING], "sqs:CreateQueue", "*", {})
    assert not allows([*statements, EVERYTHING], action, resource, context)


STATE_FILE = "arn:aws:s3:::storefront-tfstate/.pulumi/stacks/slipway/prod.json"
OWN_SECRETS = {"kms:EncryptionContext:stack": "slipway/prod"}


@pytest.mark.parametrize(("previewed", "allowed"), [(False, False), (True, True)])
def test_a_pull_request_reads_the_state_and_its_secrets_only_where_asked(*, previewed: bool, allowed: bool) -> None:
    graph = recorded(state=replace(STATE, previewed=previewed))
    for action, on, context in (("s3:GetObject", STATE_FILE, {}), ("kms:Decrypt", KEY, OWN_SECRETS)):
        assert decides(graph, "delivery-preview-role", action, on, context) is allowed
    for action in ("s3:PutObject", "s3:DeleteObject"):
        assert not decides(graph, "delivery-preview-role", action, STATE_FILE, {})


@pytest.mark.parametrize("stack", ["slipway/staging", "slipway/prod-eu", "other/prod", None])
def test_the_state_and_secrets_of_other_stacks_in_the_bucket_are_out_of_reach(stack: str | None) -> None:
    context = {"kms:EncryptionContext:stack": stack} if stack else {}
    assert not may("kms:Decrypt", KEY, context)
    for kind in ("stacks", "history", "backups", "locks/organization"):
        assert not may("s3:GetObject", f"arn:aws:s3:::storefront-tfstate/.pulumi/{kind}/{stack}.json")
        assert not may("s3:PutObject", f"arn:aws:s3:::storefront-tfstate/.pulumi/{kind}/{stack}/1.json")
    through = {
        "kms:ViaService": "s3.eu-north-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::other-tfstate/.pulumi/stacks/slipway/prod.json",
    }
    assert not may("kms:Decrypt", KEY, through)


def test_a_key_of_the_stacks_own_needs_no_context() -> None:
    assert may("kms:Decrypt", KEY, {}, state=replace(STATE, own_key=True))
    assert not may("kms:Decrypt", KEY, {})


def test_pull_requests_get_their_role_only_where_it_is_asked_for() -> None:
    trust = json.loads(str(usual().one(ROLE, "delivery-preview-role").inputs["assumeRolePolicy"]))
    assert trust["Statement"][0]["Condition"]["StringLike"][f"{ISSUER}:sub"] == [
        "repo:octo-org/storefront:pull_request",
        "repo:octo-org@*/storefront@*:pull_request",
    ]
    assert len(recorded(preview_role_name=None).of(ROLE)) == 1


def test_roles_need_the_boundary() -> None:
    role = f"{ROLES}/api-task-1"
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert may(action, role, BOUND)
        assert not may(action, role, {})
        assert not may(action, role, {"iam:PermissionsBoundary": f"{BOUNDARY}-2"})
    assert not may("iam:DeleteRolePermissionsBoundary", role, BOUND)


def test_empties_buckets_only_where_asked() -> None:
    held = "arn:aws:s3:::storefront-media-prod/face.png"
    assert may("s3:DeleteObjectVersion", held, empty_buckets=True)
    assert not may("s3:GetObject", held, empty_buckets=True)


def test_several_regions() -> None:
    regions = [REGION, "us-east-1"]
    elsewhere = {"aws:RequestedRegion": "us-east-1", **ASKED}
    assert may("acm:RequestCertificate", "*", elsewhere, regions=regions)
    assert may(
        "logs:CreateLogGroup",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/{NAME_PREFIX}-api",
        elsewhere,
        regions=regions,
    )
    assert not may("acm:RequestCertificate", "*", elsewhere)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"session_hours": 13}, "DeliveryArgs.session_hours: 13 is outside 1 to 12"),
        ({"session_hours": 0}, "DeliveryArgs.session_hours: 0 is outside 1 to 12"),
        ({"role_name": "a" * 65}, "DeliveryArgs.role_name: 'aaaa"),
        ({"preview_role_name": "with space"}, "DeliveryArgs.preview_role_name: 'with space' is not a role's name"),
        ({"regions": []}, "DeliveryArgs.regions: none given"),
        ({"regions": ["europe"]}, "DeliveryArgs.regions: 'europe' is not an AWS region"),
        ({"tags": {}}, "DeliveryArgs.tags: none given"),
        ({"parts": ["mainframe"]}, "DeliveryArgs.parts: 'mainframe' is not a part; allowed: network, "),
        ({"names": {"bucket": ["*"]}}, "DeliveryArgs.names: '*' is not a name: it is empty, or has spaces, * or ?"),
        (
            {"names": {"database-backup": [":*"]}},
            "DeliveryArgs.names: ':*' is not a name: it is empty, or has spaces, * or ?",
        ),
        ({"names": {"bucket": ["a b"]}}, "DeliveryArgs.names: 'a b' is not a name"),
        ({"names": {"bucket": [""]}}, "DeliveryArgs.names: '' is not a name"),
        ({"names": {"queue": ["jobs"]}}, "DeliveryArgs.names: 'queue' is not granted by name; allowed: cluster, "),
        (
            {"github": github(environments=[f"environment-{n}" for n in range(30)])},
            "characters; at most 2048 are allowed",
        ),
        (
            {"names": {kind: [f"{n:060}" for n in range(99)] for kind in KINDS}},
            "policies; a role has 10 at most",
        ),
    ],
)
def test_what_is_refused_before_aws_does(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"DeliveryArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repository": "storefront"}, "GitHubArgs.repository: 'storefront' is not a repository"),
        ({"environments": []}, "GitHubArgs.environments: neither these nor refs given: nobody could deploy"),
        ({"refs": ["main"]}, "GitHubArgs.refs: 'main' is not a branch or tag, such as refs/heads/main"),
        ({"refs": ["refs/heads/*"]}, "GitHubArgs.refs: 'refs/heads/*' is not a branch or tag"),
        ({"environments": ["*"]}, "GitHubArgs.environments: '*' is not an environment"),
    ],
)
def test_nobody_comes_in_by_a_wildcard(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"GitHubArgs\.") as caught:
        github(**changes)
    assert message in str(caught.value)
