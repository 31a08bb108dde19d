"""The policy pack's misses and false alarms beside other tools' tests: each kind in both spellings, compliant and violating."""

import json
from typing import Any

import pytest

from policy.rules import BY_NAME
from tests.policy.harness import Case, Ref, Sample, evaluate, res
from tests.policy.networks import network

ACCOUNT = "123456789012"
ROLE, POLICY, ROLE_POLICY = "iam/role:Role", "iam/policy:Policy", "iam/rolePolicy:RolePolicy"
BUCKET, BUCKET_POLICY, OWNERSHIP = (
    "s3/bucket:Bucket",
    "s3/bucketPolicy:BucketPolicy",
    "s3/bucketOwnershipControls:BucketOwnershipControls",
)
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
TASK = "ecs/taskDefinition:TaskDefinition"
ABORT: dict[str, Any] = {
    "id": "abort",
    "status": "Enabled",
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
}


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def own_keys() -> list[tuple[str, Case]]:
    """Every control about keys of one's own, with each spelling of a key of AWS's."""
    kinds: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("database-under-own-key", "rds/instance:Instance", "kmsKeyId", "rds", {"storageEncrypted": True}),
        ("database-under-own-key", "rds/cluster:Cluster", "kmsKeyId", "rds", {"storageEncrypted": True}),
        ("cache-under-own-key", "elasticache/replicationGroup:ReplicationGroup", "kmsKeyId", "elasticache", {}),
        ("backup-vault-under-own-key", "backup/vault:Vault", "kmsKeyArn", "backup", {}),
        (
            "function-environment-under-own-key",
            "lambda/function:Function",
            "kmsKeyArn",
            "lambda",
            {"environment": {"variables": {"A": "b"}}},
        ),
        ("topics-encrypted", "sns/topic:Topic", "kmsMasterKeyId", "sns", {}),
        ("secrets-under-own-key", "secretsmanager/secret:Secret", "kmsKeyId", "secretsmanager", {}),
        ("log-groups-under-own-key", "cloudwatch/logGroup:LogGroup", "kmsKeyId", "logs", {}),
    ]
    made = []
    for control, token, path, service, rest in kinds:
        alias = f"alias/aws/{service}"
        for key in (alias, f"arn:aws:kms:eu-north-1:{ACCOUNT}:{alias}"):
            failing = Case(control, "fail", [res(token, "x", **{**rest, path: key})], path)
            made.append((f"F2 {token} {key}", failing))
        own: list[Any] = ["alias/shop", f"arn:aws:kms:eu-north-1:{ACCOUNT}:alias/shop", Ref("key", "arn")]
        for given in own:
            samples = [res("kms/key:Key", "key", enableKeyRotation=True), res(token, "x", **{**rest, path: given})]
            made.append((f"F2 {token} {given}", Case(control, "pass", samples)))
    encryption = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    for key, verdict in ((f"arn:aws:kms:eu-north-1:{ACCOUNT}:alias/aws/s3", "fail"), ("alias/shop", "pass")):
        rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}}
        says = "names no KMS key of one's own" if verdict == "fail" else ""
        apart = [res(BUCKET, "b"), res(encryption, "e", bucket=Ref("b"), rules=[rule])]
        inline = [res(BUCKET, "b", serverSideEncryptionConfiguration={"rule": rule})]
        made.append((f"F2 bucket apart {key}", Case("bucket-under-own-key", verdict, apart, says)))
        made.append((f"F2 bucket inline {key}", Case("bucket-under-own-key", verdict, inline, says)))
    return made


def repositories() -> list[tuple[str, Case]]:
    given: list[tuple[Any, str]] = [
        ({"encryptionType": "KMS"}, "kmsKey is not set, so it is ECR's own key"),
        ({"encryptionType": "KMS", "kmsKey": "alias/aws/ecr"}, "kmsKey is ECR's own key"),
        (
            {"encryptionType": "KMS", "kmsKey": f"arn:aws:kms:eu-north-1:{ACCOUNT}:alias/aws/ecr"},
            "kmsKey is ECR's own key",
        ),
        ({"encryptionType": "KMS", "kmsKey": f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/1"}, ""),
    ]
    return [
        (
            f"F1 {block}",
            Case(
                "repository-under-own-key",
                "fail" if says else "pass",
                [res("ecr/repository:Repository", "r", encryptionConfigurations=[block])],
                says,
            ),
        )
        for block, says in given
    ]


OPEN_TO_ALL: list[tuple[str, dict[str, Any]]] = [
    ("any account's roles", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
    ("any account's deploy role", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}),
    ("accounts by stars", {"StringLike": {"aws:PrincipalAccount": "*"}}),
    ("accounts by question marks", {"StringLike": {"aws:SourceAccount": "????????????"}}),
    ("a topic of any account", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:alarms"}}),
    ("a topic of any account and region", {"StringLike": {"aws:SourceArn": "arn:aws:sns:*"}}),
    ("any organisation", {"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
    ("any endpoint", {"StringLike": {"aws:SourceVpce": "vpce-*"}}),
    ("any VPC", {"StringLike": {"aws:SourceVpc": "*"}}),
    ("any VPC by its ARN", {"ArnLike": {"aws:SourceVpcArn": "arn:aws:ec2:*:*:vpc/*"}}),
    ("the whole internet", {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}),
]
LIMITED: list[tuple[str, dict[str, Any]]] = [
    ("roles of one account", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}),
    ("accounts that begin alike", {"StringLike": {"aws:PrincipalAccount": "1234567890*"}}),
    ("topics of one account", {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}}),
    ("one organisation", {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
    ("the account of an endpoint", {"StringEquals": {"aws:VpceAccount": ACCOUNT}}),
    ("the organisation of an endpoint", {"StringEquals": {"aws:VpceOrgID": "o-abcdefghij"}}),
    (
        "a part of an organisation's endpoints",
        {"ForAnyValue:StringLike": {"aws:VpceOrgPaths": "o-abcdefghij/r-ab12/*"}},
    ),
    ("a VPC by its ARN", {"ArnEquals": {"aws:SourceVpcArn": f"arn:aws:ec2:eu-north-1:{ACCOUNT}:vpc/vpc-1"}}),
    ("an API", {"ArnLike": {"aws:SourceArn": "arn:aws:execute-api:eu-north-1:*:abc123/*"}}),
    ("a bucket", {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::media"}}),
]


def holders(condition: dict[str, Any]) -> list[tuple[str, list[Sample]]]:
    """Everybody under a condition, in each kind of policy, apart and inline."""

    def everybody(action: str) -> str:
        return document(Principal="*", Action=action, Resource="*", Condition=condition)

    return [
        ("bucket-policy-not-public", [res(BUCKET_POLICY, "p", bucket="b", policy=everybody("s3:GetObject"))]),
        ("bucket-policy-not-public", [res(BUCKET, "b", policy=everybody("s3:GetObject"))]),
        (
            "topic-policy-not-public",
            [res("sns/topicPolicy:TopicPolicy", "p", arn="a", policy=everybody("sns:Publish"))],
        ),
        ("topic-policy-not-public", [res("sns/topic:Topic", "t", policy=everybody("sns:Publish"))]),
        ("key-policy-not-public", [res("kms/key:Key", "k", policy=everybody("kms:Decrypt"))]),
        (
            "secret-policy-not-public",
            [res("secretsmanager/secretPolicy:SecretPolicy", "p", policy=everybody("secretsmanager:GetSecretValue"))],
        ),
        (
            "repository-policy-not-public",
            [res("ecr/repositoryPolicy:RepositoryPolicy", "p", policy=everybody("ecr:BatchGetImage"))],
        ),
    ]


def narrowed() -> list[tuple[str, Case]]:
    made = []
    for what, condition in OPEN_TO_ALL:
        made += [
            (f"F3 {what} {samples[0].token}", Case(control, "fail", samples, "verybody" if "topic" in control else ""))
            for control, samples in holders(condition)
        ]
    for what, condition in LIMITED:
        made += [
            (f"F7 {what} {samples[0].token}", Case(control, "pass", samples)) for control, samples in holders(condition)
        ]
    return made


def policies() -> list[tuple[str, Case]]:
    def granted(action: Any, resource: Any = "*", **more: Any) -> list[list[Sample]]:
        text = document(Action=action, Resource=resource, **more)
        return [[res(POLICY, "p", policy=text)], [res(ROLE, "r", inlinePolicies=[{"name": "x", "policy": text}])]]

    bucket = "arn:aws:s3:::media/*"
    listed: list[tuple[str, str, str, list[list[Sample]], str]] = [
        (
            "F4 every action on a named resource",
            "no-service-wildcards",
            "fail",
            granted("*", bucket),
            "allows every action there is",
        ),
        (
            "F4 every action by colons",
            "no-service-wildcards",
            "fail",
            granted(["*:*"], bucket),
            "allows every action there is",
        ),
        ("F4 named actions", "no-service-wildcards", "pass", granted(["s3:GetObject"], bucket), ""),
        (
            "F18 X-Ray sampling",
            "no-resource-wildcards",
            "pass",
            granted(["xray:PutTraceSegments", "xray:GetSamplingRules", "xray:GetSamplingTargets"]),
            "",
        ),
        ("F18 a login to ECR", "no-resource-wildcards", "pass", granted("ecr:GetAuthorizationToken"), ""),
        ("F18 metrics", "no-resource-wildcards", "pass", granted("cloudwatch:PutMetricData"), ""),
        (
            "F18 sessions",
            "no-resource-wildcards",
            "pass",
            granted(["ssmmessages:CreateControlChannel", "ssmmessages:OpenDataChannel"]),
            "",
        ),
        (
            "F18 texts",
            "no-resource-wildcards",
            "pass",
            granted(["textract:DetectDocumentText", "ses:GetSendQuota"]),
            "",
        ),
        (
            "F18 an invalidation",
            "no-resource-wildcards",
            "fail",
            granted("cloudfront:CreateInvalidation"),
            "changes to every resource",
        ),
        ("F18 a message", "no-resource-wildcards", "fail", granted("sqs:SendMessage"), "changes to every resource"),
        (
            "F18 a wildcard that writes",
            "no-resource-wildcards",
            "fail",
            granted("dynamodb:Put*"),
            "changes to every resource",
        ),
        ("F18 a wildcard that reads", "no-resource-wildcards", "pass", granted("ec2:Describe*"), ""),
        (
            "F18 narrowed by a tag",
            "no-resource-wildcards",
            "pass",
            granted("sqs:SendMessage", Condition={"StringEquals": {"aws:ResourceTag/app": "shop"}}),
            "",
        ),
    ]
    return [
        (name, Case(control, verdict, samples, says))
        for name, control, verdict, spellings, says in listed
        for samples in spellings
    ]


def trusts() -> list[tuple[str, Case]]:
    github = "token.actions.githubusercontent.com"

    def role(**condition: Any) -> list[Sample]:
        provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{github}"}
        return [
            res(
                ROLE,
                "ci",
                assumeRolePolicy=document(
                    Principal=provider, Action="sts:AssumeRoleWithWebIdentity", Condition=condition
                ),
            )
        ]

    pinned: dict[str, Any] = {f"{github}:sub": "repo:acme/shop:ref:refs/heads/main"}
    return [
        ("F8 a pinned subject", Case("oidc-trust-pinned", "pass", role(StringEquals=pinned))),
        (
            "F8 a pinned subject and audience",
            Case("oidc-trust-pinned", "pass", role(StringEquals={**pinned, f"{github}:aud": "sts.amazonaws.com"})),
        ),
        (
            "F8 an audience alone",
            Case(
                "oidc-trust-pinned",
                "fail",
                role(StringEquals={f"{github}:aud": "sts.amazonaws.com"}),
                "repositories of any owner",
            ),
        ),
    ]


def buckets() -> list[tuple[str, Case]]:
    def apart(*rules: dict[str, Any]) -> list[Sample]:
        return [res(BUCKET, "b"), res(LIFECYCLE, "l", bucket=Ref("b"), rules=list(rules))]

    says, inline = (
        "no lifecycle rule for the whole bucket aborts",
        {"enabled": True, "abortIncompleteMultipartUploadDays": 7},
    )
    logs: dict[str, Any] = {"loggingConfig": {"bucket": "logs.s3.amazonaws.com"}}
    preferred: dict[str, Any] = {"rule": {"objectOwnership": "BucketOwnerPreferred"}}
    delivery = {
        "grantee": {"type": "CanonicalUser", "id": "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"},
        "permission": "FULL_CONTROL",
    }
    return [
        ("F6 the whole bucket", Case("bucket-uploads-aborted", "pass", apart(ABORT))),
        ("F6 an empty filter", Case("bucket-uploads-aborted", "pass", apart({**ABORT, "filter": {}}))),
        ("F6 an empty prefix", Case("bucket-uploads-aborted", "pass", apart({**ABORT, "filter": {"prefix": ""}}))),
        ("F6 one prefix", Case("bucket-uploads-aborted", "fail", apart({**ABORT, "filter": {"prefix": "tmp/"}}), says)),
        ("F6 one prefix, older", Case("bucket-uploads-aborted", "fail", apart({**ABORT, "prefix": "tmp/"}), says)),
        (
            "F6 a prefix and a tag",
            Case("bucket-uploads-aborted", "fail", apart({**ABORT, "filter": {"and": {"prefix": "tmp/"}}}), says),
        ),
        ("F6 inline", Case("bucket-uploads-aborted", "pass", [res(BUCKET, "b", lifecycleRules=[inline])])),
        (
            "F6 inline, one prefix",
            Case(
                "bucket-uploads-aborted",
                "fail",
                [res(BUCKET, "b", lifecycleRules=[{**inline, "prefix": "tmp/"}])],
                says,
            ),
        ),
        (
            "F20 CloudFront's classic log",
            Case(
                "bucket-acls-disabled",
                "pass",
                [
                    res(BUCKET, "b", bucket="logs"),
                    res(OWNERSHIP, "o", bucket=Ref("b"), **preferred),
                    res("cloudfront/distribution:Distribution", "d", **logs),
                ],
            ),
        ),
        (
            "F20 its access list, the distribution elsewhere",
            Case(
                "bucket-acls-disabled",
                "pass",
                [
                    res(BUCKET, "b"),
                    res(OWNERSHIP, "o", bucket=Ref("b"), **preferred),
                    res("s3/bucketAcl:BucketAcl", "a", bucket=Ref("b"), accessControlPolicy={"grants": [delivery]}),
                ],
            ),
        ),
        (
            "F20 the canned list",
            Case(
                "bucket-acls-disabled",
                "pass",
                [
                    res(BUCKET, "b"),
                    res(OWNERSHIP, "o", bucket=Ref("b"), **preferred),
                    res("s3/bucketAclV2:BucketAclV2", "a", bucket=Ref("b"), acl="log-delivery-write"),
                ],
            ),
        ),
        (
            "F20 no log",
            Case(
                "bucket-acls-disabled",
                "fail",
                [res(BUCKET, "b"), res(OWNERSHIP, "o", bucket=Ref("b"), **preferred)],
                "objectOwnership is BucketOwnerPreferred",
            ),
        ),
    ]


def databases() -> list[tuple[str, Case]]:
    first: dict[str, Any] = {"engine": "aurora-mysql", "engineMode": "serverless"}
    group = res("rds/parameterGroup:ParameterGroup", "g", family="postgres16", parameters=[])
    off = res(
        "rds/parameterGroup:ParameterGroup",
        "g",
        family="postgres16",
        parameters=[{"name": "rds.force_ssl", "value": "0"}],
    )
    cluster_group = res(
        "rds/clusterParameterGroup:ClusterParameterGroup", "g", family="aurora-postgresql15", parameters=[]
    )
    return [
        *(
            (f"F11 {control}", Case(control, "pass", [res("rds/cluster:Cluster", "c", **first)]))
            for control in (
                "database-iam-authentication",
                "database-logs-exported",
                "database-backtrack",
                "database-port-not-default",
                "database-cluster-has-standby",
            )
        ),
        (
            "F11 has ended",
            Case(
                "database-version-supported",
                "fail",
                [res("rds/cluster:Cluster", "c", **first)],
                "engineMode is serverless",
            ),
        ),
        (
            "F11 version 2 has not",
            Case(
                "database-version-supported",
                "pass",
                [
                    res(
                        "rds/cluster:Cluster",
                        "c",
                        engine="aurora-mysql",
                        engineVersion="8.0.mysql_aurora.3.10.1",
                        serverlessv2ScalingConfiguration={"maxCapacity": 2},
                    )
                ],
            ),
        ),
        (
            "F13 the family says so",
            Case(
                "database-tls-forced",
                "pass",
                [
                    group,
                    res("rds/instance:Instance", "db", snapshotIdentifier="s", parameterGroupName=Ref("g", "name")),
                ],
            ),
        ),
        (
            "F13 off in the family's group",
            Case(
                "database-tls-forced",
                "fail",
                [off, res("rds/instance:Instance", "db", snapshotIdentifier="s", parameterGroupName=Ref("g", "name"))],
                "rds.force_ssl is 0",
            ),
        ),
        (
            "F13 by default off",
            Case(
                "database-tls-forced",
                "fail",
                [res("rds/instance:Instance", "db", snapshotIdentifier="s", parameterGroupName="default.mysql8.0")],
                "require_secure_transport",
            ),
        ),
        (
            "F13 of a cluster",
            Case(
                "database-tls-forced",
                "fail",
                [
                    cluster_group,
                    res(
                        "rds/cluster:Cluster",
                        "db",
                        snapshotIdentifier="s",
                        dbClusterParameterGroupName=Ref("g", "name"),
                    ),
                ],
                "rds.force_ssl is not set",
            ),
        ),
        (
            "F13 no family",
            Case("database-tls-forced", "unknown", [res("rds/instance:Instance", "db", snapshotIdentifier="s")]),
        ),
        (
            "F17 Redis 6 is supported",
            Case(
                "cache-version-supported",
                "pass",
                [res("elasticache/replicationGroup:ReplicationGroup", "c", engine="redis", engineVersion="6.2")],
            ),
        ),
        (
            "F17 Redis 5 is not",
            Case(
                "cache-version-supported",
                "fail",
                [res("elasticache/replicationGroup:ReplicationGroup", "c", engine="redis", engineVersion="5.0.6")],
                'Fix: engine_version="6.0"',
            ),
        ),
        (
            "F17 a version that there is",
            Case(
                "database-version-supported",
                "fail",
                [res("rds/cluster:Cluster", "c", engine="aurora-mysql", engineVersion="5.7.mysql_aurora.2.11.4")],
                'engine_version="8.0.mysql_aurora.3',
            ),
        ),
    ]


def parts() -> list[tuple[str, Case]]:
    certificate = res("acm/certificate:Certificate", "c", domainName="shop.example.com", region="eu-north-1")
    viewer: dict[str, Any] = {"viewerCertificate": {"acmCertificateArn": Ref("c", "arn")}}
    literal: dict[str, Any] = {
        "viewerCertificate": {"acmCertificateArn": f"arn:aws:acm:eu-north-1:{ACCOUNT}:certificate/1"}
    }
    worker: dict[str, Any] = {"desiredCount": 2, "launchType": "FARGATE"}

    def placed(*names: str) -> list[Sample]:
        subnets: dict[str, Any] = {"networkConfiguration": {"subnets": [Ref(name) for name in names]}}
        return [*network(), res("ecs/service:Service", "worker", **worker, **subnets)]

    says = "its certificate is in eu-north-1, wanted us-east-1"
    distribution = "cloudfront/distribution:Distribution"
    return [
        (
            "F19 a certificate of another region",
            Case("cdn-parts-in-us-east-1", "fail", [certificate, res(distribution, "d", **viewer)], says),
        ),
        ("F19 by its ARN", Case("cdn-parts-in-us-east-1", "fail", [res(distribution, "d", **literal)], says)),
        (
            "F19 by its provider",
            Case(
                "cdn-parts-in-us-east-1",
                "fail",
                [res("acm/certificate:Certificate", "c", domainName="x"), res(distribution, "d", **viewer)],
                says,
                provider={"region": "eu-north-1"},
            ),
        ),
        (
            "F19 a short window",
            Case(
                "key-deletion-slow",
                "fail",
                [res("kms/key:Key", "k", deletionWindowInDays=7)],
                "deletionWindowInDays is 7",
            ),
        ),
        (
            "F19 a worker in one zone",
            Case("services-spread-over-zones", "fail", placed("private-a"), "lies in eu-north-1a only"),
        ),
        ("F19 a worker in two zones", Case("services-spread-over-zones", "pass", placed("private-a", "private-b"))),
    ]


LISTED = [*repositories(), *own_keys(), *narrowed(), *policies(), *trusts(), *buckets(), *databases(), *parts()]


@pytest.mark.parametrize("preview", [False, True], ids=["update", "preview"])
@pytest.mark.parametrize("case", [case for _, case in LISTED], ids=[name for name, _ in LISTED])
def test_a_verdict_that_strangers_expect(case: Case, *, preview: bool) -> None:
    outcome = evaluate(case.resources, preview=preview, config={case.control: case.config}, provider=case.provider)
    assert outcome.verdict(case.control) == case.verdict, outcome.of(case.control)
    if case.verdict == "fail":
        assert any(case.says in message for message in outcome.of(case.control)), outcome.of(case.control)


@pytest.mark.parametrize("control", ["key-deletion-slow", "services-spread-over-zones", "cdn-parts-in-us-east-1"])
def test_what_goes_wrong_in_production_stops_there(control: str) -> None:
    assert BY_NAME[control].levels["production"] == "mandatory"  # type: ignore[index] # an enumeration of strings


def secrets(statements: list[dict[str, Any]], attach: str = "inline") -> list[Sample]:
    """A task with a secret under a key, a parameter, a login and a log driver's token; its role has the statements."""
    arn = f"arn:aws:secretsmanager:eu-north-1:{ACCOUNT}:secret"
    key = f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/1"
    container = {
        "name": "app",
        "image": "shop:1",
        "secrets": [{"name": "DB", "valueFrom": f"{arn}:db-AbCdEf"}, {"name": "KEY", "valueFrom": "/shop/api-key"}],
        "repositoryCredentials": {"credentialsParameter": f"{arn}:login-AbCdEf"},
        "logConfiguration": {
            "logDriver": "splunk",
            "secretOptions": [{"name": "token", "valueFrom": f"{arn}:log-AbCdEf"}],
        },
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    given = {
        "inline": [res(ROLE_POLICY, "read", role=Ref("execution", "name"), policy=text)],
        "attachment": [
            res(POLICY, "read", policy=text),
            res(
                "iam/policyAttachment:PolicyAttachment",
                "a",
                roles=[Ref("execution", "name")],
                policyArn=Ref("read", "arn"),
            ),
        ],
        "exclusive": [
            res(POLICY, "read", policy=text),
            res(
                "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
                "a",
                roleName=Ref("execution", "name"),
                policyArns=[Ref("read", "arn")],
            ),
        ],
    }[attach]
    return [
        res("kms/key:Key", "key", computed={"arn": key}),
        res("secretsmanager/secret:Secret", "db", kmsKeyId=Ref("key", "arn"), computed={"arn": f"{arn}:db-AbCdEf"}),
        res(ROLE, "execution", name="execution"),
        *given,
        res(TASK, "t", executionRoleArn=Ref("execution", "arn"), containerDefinitions=json.dumps([container])),
    ]


SECRET = f"arn:aws:secretsmanager:eu-north-1:{ACCOUNT}:secret:*-AbCdEf"
READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": SECRET}
DECRYPT = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/1"}
PARAMETER = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "arn:aws:ssm:*:*:parameter/shop/*"}


@pytest.mark.parametrize("attach", ["inline", "attachment", "exclusive"])
@pytest.mark.parametrize(
    ("statements", "missing"),
    [
        ([READ, DECRYPT, PARAMETER], []),
        ([READ, PARAMETER], ["may not decrypt container app, DB"]),
        ([READ, DECRYPT], ["may not read container app, KEY"]),
        (
            [{**READ, "Resource": SECRET.replace("*-", "db-")}, DECRYPT, PARAMETER],
            ["container app, log driver, token", "container app, repositoryCredentials"],
        ),
    ],
    ids=["all", "no key", "no parameter", "one secret"],
)
def test_f15_and_f16_what_a_task_needs_to_start(
    statements: list[dict[str, Any]], missing: list[str], attach: str
) -> None:
    said = evaluate(secrets(statements, attach)).of("task-secrets-readable")
    assert len(said) == len(missing), said
    for words in missing:
        assert any(words in message for message in said), said


@pytest.mark.parametrize("attach", ["inline", "attachment", "exclusive"])
def test_f15_every_secret_is_too_many_however_the_policy_is_attached(attach: str) -> None:
    every = evaluate(secrets([{**READ, "Resource": "*"}], attach))
    assert every.verdict("execution-role-reads-named-secrets") == "fail"
    assert evaluate(secrets([READ, DECRYPT, PARAMETER], attach)).verdict("execution-role-reads-named-secrets") == "pass"


@pytest.mark.parametrize("attach", ["attachment", "exclusive"])
def test_f15_aws_s_own_policy_that_reads_every_secret_is_found(attach: str) -> None:
    samples = [item for item in secrets([READ], attach) if item.name not in ("a", "read")]
    arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
    given = (
        res("iam/policyAttachment:PolicyAttachment", "a", roles=[Ref("execution", "name")], policyArn=arn)
        if attach == "attachment"
        else res(
            "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
            "a",
            roleName=Ref("execution", "name"),
            policyArns=[arn],
        )
    )
    outcome = evaluate([*samples, given])
    assert outcome.verdict("execution-role-reads-named-secrets") == "fail"


def test_ids_of_checkov_are_claimed_where_they_are_judged() -> None:
    claimed = {name for control in BY_NAME.values() for name in control.checkov}
    evaluated = {
        f"CKV_AWS_{n}" for n in (11, 12, 14, 15, 107, 108, 109, 110, 111, 140, 229, 230, 283, 356, 358, 388, 389)
    } | {"CKV2_AWS_2"}
    assert evaluated <= claimed
    assert not {"CKV_AWS_61", "CKV2_AWS_35"} & claimed
