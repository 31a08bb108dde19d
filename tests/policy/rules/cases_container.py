import json
from collections.abc import Sequence
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res

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


CASES: list[Case] = [
    Case(SECRETS, "pass", task([("LOG_LEVEL", "info"), ("TOKEN_TTL", "3600"), ("DB_PASSWORD_FILE", "/run/x")])),
    Case(SECRETS, "pass", task([("CORS_ORIGINS", "https://app.example"), ("REDIS_URL", "rediss://cache:6379")])),
    Case(
        SECRETS, "fail", task([("DB_PASSWORD", "hunter2")]), "environment variable DB_PASSWORD is named like a secret"
    ),
    Case(SECRETS, "pass", task([("SESSION_TOKEN_LIFETIME", "3600"), ("MAX_OUTPUT_TOKENS", "4096")])),
    Case(SECRETS, "fail", task([("REDIS_AUTH", "abcd")]), "environment variable REDIS_AUTH is named like a secret"),
    Case(SECRETS, "fail", task([("DATABASE_URL", "postgres://shop:pw@db/shop")]), "looks like a credential"),
    Case(SECRETS, "fail", task([("HELPER", "AKIA" + "Q" * 16)]), "HELPER has a value"),
    Case(
        SECRETS,
        "fail",
        task([("PEM", "-----BEGIN RSA PRIVATE KEY-----")]),
        "container api, environment variable PEM has a value that looks like a credential",
    ),
    Case(SECRETS, "unknown", UNREAD),
    Case(
        SECRETS,
        "fail",
        [res(EXPRESS, "api", primaryContainer={"image": "x", "environments": [PASSWORD]})],
        "container 1",
    ),
    Case(
        SECRETS,
        "fail",
        [res(DAEMON, "api", containerDefinitions=[{"environments": [PASSWORD]}])],
        "container 1, environment variable DB_PASSWORD is named like a secret",
    ),
    Case(SECRETS, "unknown", [res(EXPRESS, "api", primaryContainer=UNKNOWN)]),
    Case(
        PINNED,
        "fail",
        [res(EXPRESS, "api", primaryContainer={"image": "shop/api:latest"})],
        "container 1 has an image with the moving tag latest, wanted a digest or a version",
    ),
    Case(PINNED, "pass", [res(DAEMON, "api", containerDefinitions=[{"image": "shop/agent:1.2.0"}])]),
    Case(PINNED, "pass", task(image="shop/api:1.4.2")),
    Case(PINNED, "pass", task(image=f"shop/api{DIGEST}")),
    Case(PINNED, "pass", task(image="registry.example:5000/api:9f2c1ab")),
    Case(PINNED, "fail", task(image="shop/api:latest"), "the moving tag latest"),
    Case(PINNED, "fail", task(image="registry.example:5000/api"), "an image with no tag"),
    Case(
        PINNED,
        "fail",
        task(image="shop/api:green"),
        "container api has an image with the moving tag green, wanted a digest or a version",
        config={"mutableTags": ["green"]},
    ),
    Case(PINNED, "unknown", UNREAD),
    Case("container-not-privileged", "pass", task()),
    Case("container-not-privileged", "fail", task(privileged=True), "container api has privileged true"),
    Case("container-not-privileged", "fail", task(privileged="true"), "container api has privileged true"),
    Case("container-not-privileged", "fail", capitals(Privileged=True), "container api has privileged true"),
    Case(
        "container-not-privileged",
        "fail",
        [res(TASK, "api", containerDefinitions={"privileged": True})],
        "container 1 has privileged true, wanted false",
    ),
    Case(
        "container-not-privileged",
        "unknown",
        [res(TASK, "api", containerDefinitions=[{"privileged": False}, UNKNOWN])],
    ),
    Case("container-not-privileged", "unknown", UNREAD),
    Case(
        SECRETS,
        "fail",
        capitals(Environment=[{"Name": "DB_PASSWORD", "Value": "hunter2"}]),
        "container api, environment variable DB_PASSWORD is named like a secret",
    ),
    Case("container-not-root", "pass", task(user="1000")),
    Case("container-not-root", "pass", task(user=1000)),
    Case("container-not-root", "fail", task(user=0), "has user 0"),
    Case("container-not-root", "fail", task(user="00:1000"), "has user 0"),
    Case("container-not-root", "fail", task(), "has no user"),
    Case("container-not-root", "pass", task(firelensConfiguration={"type": "fluentbit"})),
    Case("container-not-root", "fail", task(firelensConfiguration=None), "has no user"),
    Case("container-not-root", "fail", task(user="0:0"), "has user 0,"),
    Case("container-not-root", "fail", task(name=None), "container 1 has no user"),
    Case("container-not-root", "unknown", UNREAD),
    Case("container-root-filesystem-read-only", "pass", task(readonlyRootFilesystem=True)),
    Case("container-root-filesystem-read-only", "fail", task(), "readonlyRootFilesystem false"),
    Case("container-root-filesystem-read-only", "unknown", UNREAD),
    Case(NOT_ROOT, "pass", on(WINDOWS, user="ContainerUser")),
    Case(NOT_ROOT, "pass", on(WINDOWS, user="root")),
    Case(NOT_ROOT, "fail", on(WINDOWS), "has no user, wanted another than containeradministrator"),
    Case(NOT_ROOT, "fail", on(WINDOWS, user="ContainerAdministrator"), "user containeradministrator"),
    Case(NOT_ROOT, "unknown", on({"operatingSystemFamily": UNKNOWN}, user="root")),
    Case(READ_ONLY, "pass", on(WINDOWS)),
    Case(READ_ONLY, "unknown", on({"operatingSystemFamily": UNKNOWN})),
    Case(LOGS, "pass", task(logConfiguration={"logDriver": "awsfirelens"})),
    Case(LOGS, "fail", task(), "container api has no logConfiguration, wanted a log driver"),
    Case(LOGS, "fail", task(logConfiguration={"logDriver": "none"}), "has the log driver none"),
    Case(LOGS, "fail", task(logConfiguration=None), "container api has no logConfiguration, wanted a log driver"),
    Case(LOGS, "unknown", UNREAD),
    Case(OWN, "pass", task(image=f"{ECR}/shop/api:1.4.2")),
    Case(OWN, "pass", task(image=f"{ECR}.cn/shop/api{DIGEST}")),
    Case(OWN, "pass", task(image="ghcr.io/shop/api:1"), config={"registries": ["ghcr.io/shop/*"]}),
    Case(OWN, "fail", task(image="nginx:1.27"), "container api has an image of another registry"),
    Case(
        OWN,
        "fail",
        task(image="ghcr.io/shop/api:1"),
        "container api has an image of another registry than those allowed",
    ),
    Case(
        OWN,
        "fail",
        task(image=f"evil.example/{ECR}"),
        "container api has an image of another registry than those allowed",
    ),
    Case(OWN, "unknown", UNREAD),
    Case(NETWORK, "pass", [res(TASK, "api", networkMode="awsvpc")]),
    Case(NETWORK, "pass", [res(TASK, "api")]),
    Case(NETWORK, "fail", [res(TASK, "api", networkMode="host")], "networkMode is host, wanted awsvpc"),
    Case(NETWORK, "unknown", [res(TASK, "api", networkMode=UNKNOWN)]),
    Case(NAMESPACES, "pass", [res(TASK, "api", pidMode="task", ipcMode="none")]),
    Case(NAMESPACES, "fail", [res(TASK, "api", pidMode="host")], "pidMode is host"),
    Case(NAMESPACES, "fail", [res(TASK, "api", ipcMode="host")], "ipcMode is host"),
    Case(NAMESPACES, "unknown", [res(TASK, "api", pidMode=UNKNOWN)]),
    Case(FILES, "pass", mounting(fileSystemId="fs-1", transitEncryption="ENABLED")),
    Case(FILES, "pass", [res(TASK, "api")]),
    Case(FILES, "fail", mounting(fileSystemId="fs-1"), "transitEncryption of volumes[1] is DISABLED, wanted ENABLED"),
    Case(
        FILES,
        "fail",
        mounting(fileSystemId="fs-1", transitEncryption="DISABLED"),
        "transitEncryption of volumes[1] is DISABLED, wanted ENABLED",
    ),
    Case(FILES, "unknown", mounting(fileSystemId="fs-1", transitEncryption=UNKNOWN)),
    Case(FILES, "unknown", [res(TASK, "api", volumes=UNKNOWN)]),
]
