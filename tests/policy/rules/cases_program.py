import base64
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res

PROVIDER, DATABASE, BUCKET = "pulumi:providers:aws", "rds/instance:Instance", "s3/bucket:Bucket"

REGIONS = {"regions": ["eu-central-1", "us-east-1"]}

ACCOUNTS = {"accounts": ["123456789012"]}

URL = "postgres://shop:hunter2@db/shop"

ENCODED = base64.encodebytes(b"#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n").decode()

PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----"

TWO_TEXTS = '{"cache":"redis://sessions:6379","owner":"web@example.com"}'


CASES: list[Case] = [
    Case("regions-allowed", "pass", [res(PROVIDER, "aws", region="eu-central-1")], config=REGIONS),
    Case("regions-allowed", "pass", [res(PROVIDER, "aws", region="ap-south-1")]),
    Case("regions-allowed", "unknown", [res(BUCKET, "b", region=UNKNOWN)], config=REGIONS),
    Case(
        "regions-allowed", "fail", [res(PROVIDER, "aws", region="ap-south-1")], "region is ap-south-1", config=REGIONS
    ),
    Case(
        "regions-allowed",
        "fail",
        [res(BUCKET, "b", region="us-west-2")],
        "Bucket b: region is us-west-2",
        config=REGIONS,
    ),
    Case("regions-allowed", "fail", [res(PROVIDER, "aws")], "allowedAccountIds is not held", config=ACCOUNTS),
    Case("regions-allowed", "pass", [res(PROVIDER, "aws", allowedAccountIds='["123456789012"]')], config=ACCOUNTS),
    Case(
        "regions-allowed",
        "fail",
        [res(PROVIDER, "aws", allowedAccountIds=["210987654321"])],
        "allowedAccountIds is not held to the organisation's accounts",
        config=ACCOUNTS,
    ),
    Case("stateful-resources-protected", "pass", [res(DATABASE, "db", protect=True)]),
    Case("stateful-resources-protected", "fail", [res(BUCKET, "b", bucket=UNKNOWN)], "its option protect is off"),
    Case("guarded-properties-not-ignored", "pass", [res(DATABASE, "db", ignore_changes=["engineVersion"])]),
    Case("guarded-properties-not-ignored", "pass", [res(DATABASE, "db", multiAz=UNKNOWN)]),
    Case(
        "guarded-properties-not-ignored",
        "fail",
        [res(DATABASE, "db", ignore_changes=["publiclyAccessible", "engineVersion"])],
        "ignore_changes holds publiclyAccessible",
    ),
    Case(
        "guarded-properties-not-ignored",
        "fail",
        [res("ec2/securityGroup:SecurityGroup", "g", ignore_changes=["policy.statement[0]"])],
        "ignore_changes holds policy",
    ),
    Case("built-by-approved-components", "pass", [res(DATABASE, "db", identifier=UNKNOWN)]),
    Case(
        "built-by-approved-components",
        "fail",
        [res(DATABASE, "db")],
        "no approved component built it",
        config={"types": [f"aws:{DATABASE}"], "components": ["slipway:index:*"]},
    ),
    Case(
        "no-plaintext-credentials",
        "pass",
        [res("lambda/function:Function", "f", environment={"variables": {"A": "b"}})],
    ),
    Case("no-plaintext-credentials", "pass", [res(BUCKET, "b", tags=UNKNOWN)]),
    Case(
        "no-plaintext-credentials",
        "fail",
        [res("codebuild/project:Project", "b", environment={"environmentVariables": [{"name": "URL", "value": URL}]})],
        "environment.environmentVariables.0.value holds what looks like a credential",
    ),
    Case(
        "no-plaintext-credentials",
        "pass",
        [res("lambda/function:Function", "f", environment={"variables": {"U": URL}})],
    ),
    Case(
        "no-plaintext-credentials",
        "pass",
        [res("iam/serverCertificate:ServerCertificate", "c", privateKey=PRIVATE_KEY)],
    ),
    Case("no-plaintext-credentials", "pass", [res(BUCKET, "b", tags={"a": "postgres://{user}:{password}@db/shop"})]),
    Case("no-plaintext-credentials", "pass", [res("cloudwatch/dashboard:Dashboard", "d", dashboardBody=TWO_TEXTS)]),
    Case(
        "no-plaintext-credentials",
        "fail",
        [res("ec2/instance:Instance", "i", userData="export K=AKIAIOSFODNN7EXAMPLE")],
        "userData holds what looks like a credential",
    ),
    *(
        Case("no-plaintext-credentials", "fail", [holder], "holds what looks like a credential")
        for holder in (
            res("ec2/launchTemplate:LaunchTemplate", "t", userData=ENCODED),
            res("ec2/instance:Instance", "i", userDataBase64=ENCODED),
            res("ec2/spotInstanceRequest:SpotInstanceRequest", "i", userDataBase64=ENCODED),
            res("ec2/launchConfiguration:LaunchConfiguration", "c", userDataBase64=ENCODED),
        )
    ),
    *(
        Case("no-plaintext-credentials", "pass", [res("ec2/launchTemplate:LaunchTemplate", "t", userData=text)])
        for text in (base64.b64encode(b"#!/bin/sh\nyum update -y\n").decode(), "no base64 \N{SNOWMAN}", UNKNOWN)
    ),
    Case(
        "no-plaintext-credentials",
        "pass",
        [res("secretsmanager/secretVersion:SecretVersion", "v", secretString="postgres://shop:hunter2@db/shop")],
    ),
    Case("instance-classes-allowed", "pass", [res(DATABASE, "db", instanceClass="db.r8g.16xlarge")]),
    Case(
        "instance-classes-allowed",
        "fail",
        [res(DATABASE, "db", instanceClass="db.r8g.16xlarge")],
        "instanceClass is db.r8g.16xlarge, wanted db.t4g.*",
        config={"classes": ["db.t4g.*"]},
    ),
    Case(
        "instance-classes-allowed", "pass", [res("ecs/taskDefinition:TaskDefinition", "t", cpu="1024", memory="2048")]
    ),
    Case(
        "instance-classes-allowed",
        "fail",
        [res("ecs/taskDefinition:TaskDefinition", "t", cpu="4 vCPU", memory="2048")],
        "cpu is 4096, wanted at most 1024",
        config={"maxCpu": 1024},
    ),
    Case("instance-classes-allowed", "unknown", [res("ecs/taskDefinition:TaskDefinition", "t", cpu=UNKNOWN)]),
    Case(
        "instance-classes-allowed",
        "fail",
        [res("rds/cluster:Cluster", "c", dbClusterInstanceClass="db.m6gd.large")],
        "dbClusterInstanceClass is db.m6gd.large",
        config={"classes": ["db.t4g.*"]},
    ),
    Case("instance-classes-allowed", "unknown", [res(DATABASE, "db", instanceClass=UNKNOWN)]),
]

CREDENTIALS = "no-plaintext-credentials"
PROJECT, APP_RUNNER, PARAMETER = "codebuild/project:Project", "apprunner/service:Service", "ssm/parameter:Parameter"


def built(*variables: dict[str, Any], **props: Any) -> Sample:
    return res(PROJECT, "b", environment={"environmentVariables": list(variables)}, **props)


CASES += [
    Case(
        CREDENTIALS, "fail", [built({"name": "DB_PASSWORD", "value": "Tr0ub4dor"})], "DB_PASSWORD looks like a secret"
    ),
    Case(CREDENTIALS, "pass", [built({"name": "DB_PASSWORD", "value": "/shop/db", "type": "PARAMETER_STORE"})]),
    Case(CREDENTIALS, "pass", [built({"name": "STAGE", "value": "prod"}, {"name": "TOKEN", "value": UNKNOWN})]),
    Case(
        CREDENTIALS,
        "pass",
        [built({"name": "DB_PASSWORD", "value": "Tr0ub4dor"}, tags={"slipway:not-secret": "DB_PASSWORD"})],
    ),
    Case(
        CREDENTIALS,
        "fail",
        [
            res(
                APP_RUNNER,
                "s",
                sourceConfiguration={
                    "imageRepository": {
                        "imageConfiguration": {"runtimeEnvironmentVariables": {"SESSION_SECRET": "Tr0ub4dor"}}
                    }
                },
            )
        ],
        "SESSION_SECRET looks like a secret",
    ),
    Case(CREDENTIALS, "fail", [res(PARAMETER, "p", type="String", value=URL)], "value holds what looks like"),
    Case(
        CREDENTIALS,
        "fail",
        [res(PARAMETER, "db-password", type="String", value="Tr0ub4dor")],
        "value of a String looks like",
    ),
    Case(
        CREDENTIALS,
        "fail",
        [res(PARAMETER, "p", name="/shop/db/password", type="String", insecureValue="Tr0ub4dor")],
        "insecureValue of a String looks like",
    ),
    Case(CREDENTIALS, "pass", [res(PARAMETER, "p", name="/shop/db/password", type="SecureString", value=URL)]),
    Case(CREDENTIALS, "pass", [res(PARAMETER, "p", name="/shop/db/host", type="String", value="db.internal")]),
]

CASES += [
    Case(CREDENTIALS, "fail", [res(PROVIDER, "aws", accessKey="AKIAIOSFODNN7EXAMPLE", secretKey="x")], "never ends"),
    *(Case(CREDENTIALS, "pass", [res(PROVIDER, "aws", accessKey=key)]) for key in ("ASIAIOSFODNN7EXAMPLE", UNKNOWN)),
]
