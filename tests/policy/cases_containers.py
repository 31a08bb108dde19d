import json
from collections.abc import Sequence
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

TASK = "ecs/taskDefinition:TaskDefinition"
DIGEST = "@sha256:" + "0" * 64


def task(environment: Sequence[tuple[str, str]] = (), **props: Any) -> list[Sample]:
    variables = [{"name": name, "value": value} for name, value in environment]
    container = {"name": "api", "image": "shop/api:1.4.2", "environment": variables, **props}
    return [res(TASK, "api", containerDefinitions=json.dumps([container]))]


def capitals(**props: Any) -> list[Sample]:
    """Return a task whose container is described as in CloudFormation."""
    return [res(TASK, "api", containerDefinitions=json.dumps([{"Name": "api", "Image": "shop/api:1.4.2", **props}]))]


UNREAD = [res(TASK, "api", containerDefinitions=UNKNOWN)]
DAEMON, EXPRESS = "ecs/daemonTaskDefinition:DaemonTaskDefinition", "ecs/expressGatewayService:ExpressGatewayService"
PASSWORD = {"name": "DB_PASSWORD", "value": "hunter2"}
SECRETS, PINNED = "container-secrets-not-in-environment", "container-images-pinned"

CASES = [
    Case(SECRETS, "pass", task([("LOG_LEVEL", "info"), ("TOKEN_TTL", "3600"), ("DB_PASSWORD_FILE", "/run/x")])),
    Case(SECRETS, "pass", task([("CORS_ORIGINS", "https://app.example"), ("REDIS_URL", "rediss://cache:6379")])),
    Case(
        SECRETS, "fail", task([("DB_PASSWORD", "hunter2")]), "environment variable DB_PASSWORD is named like a secret"
    ),
    Case(SECRETS, "pass", task([("SESSION_TOKEN_LIFETIME", "3600"), ("MAX_OUTPUT_TOKENS", "4096")])),
    Case(SECRETS, "fail", task([("REDIS_AUTH", "abcd")]), "environment variable REDIS_AUTH is named like a secret"),
    Case(SECRETS, "fail", task([("DATABASE_URL", "postgres://shop:pw@db/shop")]), "looks like a credential"),
    Case(SECRETS, "fail", task([("HELPER", "AKIA" + "Q" * 16)]), "HELPER has a value"),
    Case(SECRETS, "fail", task([("PEM", "-----BEGIN RSA PRIVATE KEY-----")])),
    Case(SECRETS, "undecided", UNREAD),
    Case(
        SECRETS,
        "fail",
        [res(EXPRESS, "api", primaryContainer={"image": "x", "environments": [PASSWORD]})],
        "container 1",
    ),
    Case(SECRETS, "fail", [res(DAEMON, "api", containerDefinitions=[{"environments": [PASSWORD]}])]),
    Case(SECRETS, "undecided", [res(EXPRESS, "api", primaryContainer=UNKNOWN)]),
    Case(PINNED, "fail", [res(EXPRESS, "api", primaryContainer={"image": "shop/api:latest"})]),
    Case(PINNED, "pass", [res(DAEMON, "api", containerDefinitions=[{"image": "shop/agent:1.2.0"}])]),
    Case(PINNED, "pass", task(image="shop/api:1.4.2")),
    Case(PINNED, "pass", task(image=f"shop/api{DIGEST}")),
    Case(PINNED, "pass", task(image="registry.example:5000/api:9f2c1ab")),
    Case(PINNED, "fail", task(image="shop/api:latest"), "the moving tag latest"),
    Case(PINNED, "fail", task(image="registry.example:5000/api"), "an image with no tag"),
    Case(PINNED, "fail", task(image="shop/api:green"), config={"mutableTags": ["green"]}),
    Case(PINNED, "undecided", UNREAD),
    Case("container-not-privileged", "pass", task()),
    Case("container-not-privileged", "fail", task(privileged=True), "container api has privileged true"),
    Case("container-not-privileged", "fail", task(privileged="true"), "container api has privileged true"),
    Case("container-not-privileged", "fail", capitals(Privileged=True), "container api has privileged true"),
    Case("container-not-privileged", "fail", [res(TASK, "api", containerDefinitions={"privileged": True})]),
    Case(
        "container-not-privileged",
        "undecided",
        [res(TASK, "api", containerDefinitions=[{"privileged": False}, UNKNOWN])],
    ),
    Case("container-not-privileged", "undecided", UNREAD),
    Case(SECRETS, "fail", capitals(Environment=[{"Name": "DB_PASSWORD", "Value": "hunter2"}])),
    Case("container-not-root", "pass", task(user="1000")),
    Case("container-not-root", "pass", task(user=1000)),
    Case("container-not-root", "fail", task(user=0), "has user 0"),
    Case("container-not-root", "fail", task(user="00:1000"), "has user 0"),
    Case("container-not-root", "fail", task(), "has no user"),
    Case("container-not-root", "fail", task(user="0:0"), "has user 0,"),
    Case("container-not-root", "fail", task(name=None), "container 1 has no user"),
    Case("container-not-root", "undecided", UNREAD),
    Case("container-root-filesystem-read-only", "pass", task(readonlyRootFilesystem=True)),
    Case("container-root-filesystem-read-only", "fail", task(), "readonlyRootFilesystem false"),
    Case("container-root-filesystem-read-only", "undecided", UNREAD),
]

WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}


def on(platform: Any, **container: Any) -> list[Sample]:
    """A task of another platform than Linux."""
    listed = json.dumps([{"name": "api", **container}])
    return [res(TASK, "api", containerDefinitions=listed, runtimePlatform=platform)]


NOT_ROOT, READ_ONLY, LOGS = "container-not-root", "container-root-filesystem-read-only", "container-logs-sent"
OWN = "container-images-from-own-registries"
ECR = "123456789012.dkr.ecr.eu-north-1.amazonaws.com"
NETWORK, NAMESPACES = "task-network-not-host", "task-namespaces-not-host"
FILES = "task-file-systems-encrypted-in-transit"


def mounting(**efs: Any) -> list[Sample]:
    return [res(TASK, "api", volumes=[{"name": "tmp"}, {"name": "files", "efsVolumeConfiguration": efs}])]


CASES += [
    Case(NOT_ROOT, "pass", on(WINDOWS, user="ContainerUser")),
    Case(NOT_ROOT, "pass", on(WINDOWS, user="root")),
    Case(NOT_ROOT, "fail", on(WINDOWS), "has no user, wanted another than containeradministrator"),
    Case(NOT_ROOT, "fail", on(WINDOWS, user="ContainerAdministrator"), "user containeradministrator"),
    Case(NOT_ROOT, "undecided", on({"operatingSystemFamily": UNKNOWN}, user="root")),
    Case(READ_ONLY, "pass", on(WINDOWS)),
    Case(READ_ONLY, "undecided", on({"operatingSystemFamily": UNKNOWN})),
    Case(LOGS, "pass", task(logConfiguration={"logDriver": "awsfirelens"})),
    Case(LOGS, "fail", task(), "container api has no logConfiguration, wanted a log driver"),
    Case(LOGS, "fail", task(logConfiguration={"logDriver": "none"}), "has the log driver none"),
    Case(LOGS, "fail", task(logConfiguration=None)),
    Case(LOGS, "undecided", UNREAD),
    Case(OWN, "pass", task(image=f"{ECR}/shop/api:1.4.2")),
    Case(OWN, "pass", task(image=f"{ECR}.cn/shop/api{DIGEST}")),
    Case(OWN, "pass", task(image="ghcr.io/shop/api:1"), config={"registries": ["ghcr.io/shop/*"]}),
    Case(OWN, "fail", task(image="nginx:1.27"), "container api has an image of another registry"),
    Case(OWN, "fail", task(image="ghcr.io/shop/api:1")),
    Case(OWN, "fail", task(image=f"evil.example/{ECR}")),
    Case(OWN, "undecided", UNREAD),
    Case(NETWORK, "pass", [res(TASK, "api", networkMode="awsvpc")]),
    Case(NETWORK, "pass", [res(TASK, "api")]),
    Case(NETWORK, "fail", [res(TASK, "api", networkMode="host")], "networkMode is host, wanted awsvpc"),
    Case(NETWORK, "undecided", [res(TASK, "api", networkMode=UNKNOWN)]),
    Case(NAMESPACES, "pass", [res(TASK, "api", pidMode="task", ipcMode="none")]),
    Case(NAMESPACES, "fail", [res(TASK, "api", pidMode="host")], "pidMode is host"),
    Case(NAMESPACES, "fail", [res(TASK, "api", ipcMode="host")], "ipcMode is host"),
    Case(NAMESPACES, "undecided", [res(TASK, "api", pidMode=UNKNOWN)]),
    Case(FILES, "pass", mounting(fileSystemId="fs-1", transitEncryption="ENABLED")),
    Case(FILES, "pass", [res(TASK, "api")]),
    Case(FILES, "fail", mounting(fileSystemId="fs-1"), "transitEncryption of volumes[1] is DISABLED, wanted ENABLED"),
    Case(FILES, "fail", mounting(fileSystemId="fs-1", transitEncryption="DISABLED")),
    Case(FILES, "undecided", mounting(fileSystemId="fs-1", transitEncryption=UNKNOWN)),
    Case(FILES, "undecided", [res(TASK, "api", volumes=UNKNOWN)]),
]

ROLE, ROLE_POLICY, POLICY = "iam/role:Role", "iam/rolePolicy:RolePolicy", "iam/policy:Policy"
ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"
STARTER = Ref("starts", "arn")
DIFFER, NAMED, READABLE = "task-roles-differ", "execution-role-reads-named-secrets", "task-secrets-readable"
ACCOUNT = "arn:aws:iam::123456789012:role/"
SECRET = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:"
READY = "arn:aws:iam::aws:policy/"
STARTS = READY + "service-role/AmazonECSTaskExecutionRolePolicy"


def roles(starts: Any, works: Any) -> list[Sample]:
    made = [res(ROLE, "starts"), res(ROLE, "works")]
    return [*made, res(TASK, "api", executionRoleArn=starts, taskRoleArn=works)]


def allowing(*resources: str, action: Any = "secretsmanager:GetSecretValue", **statement: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": list(resources), **statement}]})


def starting(*policies: Any, secret: str = "", role: Any = STARTER, **props: Any) -> list[Sample]:
    """A task and its execution role with inline policies."""
    reference = [{"name": "KEY", "valueFrom": secret}] if secret else []
    inline = [
        res(ROLE_POLICY, f"policy-{place}", role=Ref("starts"), policy=policy) for place, policy in enumerate(policies)
    ]
    api = task(secrets=reference)[0].props
    return [res(ROLE, "starts", **props), *inline, res(TASK, "api", executionRoleArn=role, **api)]


def attached(policy: Any) -> Sample:
    return res(ATTACHMENT, "attached", role=Ref("starts", "name"), policyArn=policy)


ONE, OTHER, OPEN = SECRET + "shop/key-AbCdEf", SECRET + "other-AbCdEf", SECRET + "open-AbCdEf"

CASES += [
    Case(DIFFER, "pass", roles(Ref("starts", "arn"), Ref("works", "arn"))),
    Case(DIFFER, "pass", roles(ACCOUNT + "starts", ACCOUNT + "works")),
    Case(DIFFER, "pass", roles(ACCOUNT + "starts", Ref("works", "arn"))),
    Case(DIFFER, "pass", [res(TASK, "api", executionRoleArn=ACCOUNT + "starts")]),
    Case(DIFFER, "fail", roles(Ref("starts", "arn"), Ref("starts", "arn")), "are the same role"),
    Case(DIFFER, "fail", roles(ACCOUNT + "both", ACCOUNT + "both")),
    Case(DIFFER, "fail", roles(Ref("starts", "arn"), Ref("starts", "name"))),
    Case(DIFFER, "undecided", roles(Ref("starts", "arn"), UNKNOWN)),
    Case(DIFFER, "undecided", roles(ACCOUNT + "starts", UNKNOWN)),
    Case(NAMED, "pass", starting(allowing(ONE), allowing("*", action="logs:PutLogEvents"))),
    Case(NAMED, "pass", starting(allowing(SECRET + "shop/*"))),
    Case(NAMED, "pass", starting(allowing("*", Effect="Deny"))),
    Case(
        NAMED, "pass", starting(json.dumps({"Statement": {"Effect": "Allow", "NotAction": ["s*:*"], "Resource": "*"}}))
    ),
    Case(NAMED, "pass", starting(allowing("*", Condition={"StringEquals": {"aws:ResourceTag/app": "shop"}}))),
    Case(NAMED, "pass", [*starting(), attached(STARTS)]),
    Case(
        NAMED, "pass", [*starting(), res(ROLE_POLICY, "task", role="other", policy=allowing("*"))], preview="undecided"
    ),
    Case(NAMED, "fail", starting(allowing("*")), "statement 1 lets execution role starts read every secret"),
    Case(NAMED, "fail", starting(allowing(SECRET + "*", action=["ecr:*", "SecretsManager:Get*"]))),
    Case(NAMED, "fail", starting(allowing("arn:aws:secretsmanager:*"))),
    Case(NAMED, "fail", starting(allowing("arn:aws:secretsmanager:*:*:secret*"))),
    Case(NAMED, "fail", starting(allowing(NotResource=[ONE]))),
    Case(
        NAMED, "fail", starting(json.dumps({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}))
    ),
    Case(NAMED, "fail", starting(allowing("arn:aws:ssm:*:*:parameter/*", action="ssm:GetParameters"))),
    Case(NAMED, "fail", starting(inlinePolicies=[{"name": "x", "policy": allowing("*")}])),
    Case(NAMED, "fail", [*starting(), attached(READY + "SecretsManagerReadWrite")], "SecretsManagerReadWrite lets"),
    Case(NAMED, "fail", starting(managedPolicyArns=[READY + "AmazonSSMReadOnlyAccess"])),
    Case(
        NAMED,
        "fail",
        [*starting(), attached(Ref("wide", "arn")), res(POLICY, "wide", policy=allowing("*"))],
        "Policy wide: statement 1",
    ),
    Case(NAMED, "undecided", starting(UNKNOWN)),
    Case(NAMED, "undecided", [*starting(), attached(UNKNOWN)]),
    Case(NAMED, "undecided", starting(allowing("*"), role=UNKNOWN)),
    Case(READABLE, "pass", starting(allowing(ONE), secret=ONE)),
    Case(READABLE, "pass", starting(allowing(SECRET + "shop/*"), secret=ONE + ":password::")),
    Case(READABLE, "pass", starting(allowing(OTHER))),
    Case(READABLE, "pass", starting(secret=ONE, role=ACCOUNT + "elsewhere")),
    Case(READABLE, "pass", [*starting(secret=ONE), attached(READY + "SecretsManagerReadWrite")]),
    Case(
        READABLE,
        "pass",
        [*starting(secret=OPEN), res("secretsmanager/secretPolicy:SecretPolicy", "open", secretArn=OPEN)],
    ),
    Case(READABLE, "fail", [*starting(secret=ONE), attached(STARTS)], "role may not read container api, KEY"),
    Case(READABLE, "fail", starting(allowing(OTHER), secret=ONE)),
    Case(READABLE, "fail", starting(allowing(ONE, action="secretsmanager:DescribeSecret"), secret=ONE)),
    Case(READABLE, "undecided", starting(UNKNOWN, secret=ONE)),
    Case(READABLE, "undecided", [*starting(secret=ONE), attached(UNKNOWN)]),
    Case(READABLE, "undecided", starting(secret=ONE, role=UNKNOWN)),
    Case(READABLE, "undecided", UNREAD),
]
