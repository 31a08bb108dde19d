import json
from collections.abc import Sequence
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import network

SERVICE, TASK = "ecs/service:Service", "ecs/taskDefinition:TaskDefinition"
TARGET = "appautoscaling/target:Target"
BEHIND = [{"targetGroupArn": "arn", "containerName": "api", "containerPort": 8000}]
DIGEST = "@sha256:" + "0" * 64


def service(*subnets: str, **props: Any) -> Sample:
    placed = {"subnets": [Ref(name) for name in subnets], "assignPublicIp": False}
    return res(SERVICE, "api", networkConfiguration=placed, **props)


def web(*subnets: str, **props: Any) -> list[Sample]:
    chosen = subnets or ("private-a", "private-b")
    return [*network(), service(*chosen, **{"loadBalancers": BEHIND, "desiredCount": 2, **props})]


def task(environment: Sequence[tuple[str, str]] = (), **props: Any) -> list[Sample]:
    variables = [{"name": name, "value": value} for name, value in environment]
    container = {"name": "api", "image": "shop/api:1.4.2", "environment": variables, **props}
    return [res(TASK, "api", containerDefinitions=json.dumps([container]))]


UNREAD = [res(TASK, "api", containerDefinitions=UNKNOWN)]
SECRETS, PINNED = "container-secrets-not-in-environment", "container-images-pinned"
SPREAD = "services-spread-over-zones"

CASES = [
    Case("services-without-public-ip", "pass", [service()]),
    Case(
        "services-without-public-ip",
        "fail",
        [res(SERVICE, "s", networkConfiguration={"assignPublicIp": True})],
        "is true",
    ),
    Case(
        "services-without-public-ip", "undecided", [res(SERVICE, "s", networkConfiguration={"assignPublicIp": UNKNOWN})]
    ),
    Case("services-in-private-subnets", "pass", [*network(), service("private-a", "private-b")]),
    Case("services-in-private-subnets", "fail", [*network(), service("private-a", "public-b")], "subnet public-b"),
    Case(
        "services-in-private-subnets", "undecided", [res(SERVICE, "s", networkConfiguration={"subnets": ["subnet-1"]})]
    ),
    Case(SPREAD, "pass", web()),
    Case(SPREAD, "pass", [service(desiredCount=1)]),
    Case(SPREAD, "pass", web(desiredCount=1, schedulingStrategy="DAEMON")),
    Case(SPREAD, "fail", web(desiredCount=1), "desiredCount is 1, wanted at least 2 tasks"),
    Case(SPREAD, "fail", web("private-a"), "networkConfiguration.subnets lies in eu-north-1a only"),
    Case(SPREAD, "fail", web(desiredCount=2), "at least 3", config={"minTasks": 3}),
    Case(SPREAD, "undecided", web(desiredCount=UNKNOWN)),
    Case(
        SPREAD,
        "pass",
        [*web(desiredCount=1), res(TARGET, "scale", resourceId=Ref("api"), minCapacity=2)],
    ),
    Case(
        SPREAD,
        "fail",
        [
            *web(desiredCount=4, name="shop-api"),
            res(TARGET, "scale", resourceId="service/shop/shop-api", minCapacity=1),
        ],
        "minCapacity of Target scale is 1",
    ),
    Case(SECRETS, "pass", task([("LOG_LEVEL", "info"), ("TOKEN_TTL", "3600"), ("DB_PASSWORD_FILE", "/run/x")])),
    Case(SECRETS, "pass", task([("CORS_ORIGINS", "https://app.example"), ("REDIS_URL", "rediss://cache:6379")])),
    Case(
        SECRETS, "fail", task([("DB_PASSWORD", "hunter2")]), "environment variable DB_PASSWORD is named like a secret"
    ),
    Case(SECRETS, "fail", task([("DATABASE_URL", "postgres://shop:pw@db/shop")]), "looks like a credential"),
    Case(SECRETS, "fail", task([("HELPER", "AKIA" + "Q" * 16)]), "HELPER has a value"),
    Case(SECRETS, "fail", task([("PEM", "-----BEGIN RSA PRIVATE KEY-----")])),
    Case(SECRETS, "undecided", UNREAD),
    Case(PINNED, "pass", task(image="shop/api:1.4.2")),
    Case(PINNED, "pass", task(image=f"shop/api{DIGEST}")),
    Case(PINNED, "pass", task(image="registry.example:5000/api:9f2c1ab")),
    Case(PINNED, "fail", task(image="shop/api:latest"), "the moving tag latest"),
    Case(PINNED, "fail", task(image="registry.example:5000/api"), "an image with no tag"),
    Case(PINNED, "fail", task(image="shop/api:green"), config={"mutableTags": ["green"]}),
    Case(PINNED, "undecided", UNREAD),
    Case("container-not-privileged", "pass", task()),
    Case("container-not-privileged", "fail", task(privileged=True), "container api has privileged true"),
    Case("container-not-privileged", "undecided", UNREAD),
    Case("container-not-root", "pass", task(user="1000")),
    Case("container-not-root", "fail", task(), "has no user"),
    Case("container-not-root", "fail", task(user="0:0"), "has user 0,"),
    Case("container-not-root", "fail", task(name=None), "container 1 has no user"),
    Case("container-not-root", "undecided", UNREAD),
    Case("container-root-filesystem-read-only", "pass", task(readonlyRootFilesystem=True)),
    Case("container-root-filesystem-read-only", "fail", task(), "readonlyRootFilesystem false"),
    Case("container-root-filesystem-read-only", "undecided", UNREAD),
]

ROLE, ROLE_POLICY = "iam/role:Role", "iam/rolePolicy:RolePolicy"
ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"


def granting(**statement: Any) -> str:
    return json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}})


TAGS = {"app": "shop", "environment": "production", "owner": "platform"}

CASES += [
    Case("no-administrator-policies", "pass", [res(ROLE_POLICY, "p", policy=granting(Action=["s3:GetObject"]))]),
    Case("no-administrator-policies", "pass", [res(ROLE_POLICY, "p", policy=granting(Resource="arn:aws:s3:::x"))]),
    Case("no-administrator-policies", "pass", [res(ROLE_POLICY, "p", policy=granting(Effect="Deny"))]),
    Case("no-administrator-policies", "fail", [res(ROLE_POLICY, "p", policy=granting())], "statement 1 allows"),
    Case("no-administrator-policies", "fail", [res(ROLE_POLICY, "p", policy=granting(Action=["IAM:*"]))]),
    Case("no-administrator-policies", "fail", [res(ROLE, "r", inlinePolicies=[{"name": "x", "policy": granting()}])]),
    Case("no-administrator-policies", "undecided", [res(ROLE_POLICY, "p", policy=UNKNOWN)]),
    Case(
        "no-administrator-attachments",
        "pass",
        [res(ATTACHMENT, "a", policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")],
    ),
    Case(
        "no-administrator-attachments",
        "fail",
        [res(ATTACHMENT, "a", policyArn="arn:aws:iam::aws:policy/AdministratorAccess")],
        "policyArn is AdministratorAccess",
    ),
    Case(
        "no-administrator-attachments",
        "fail",
        [res(ROLE, "r", managedPolicyArns=["arn:aws:iam::aws:policy/IAMFullAccess"])],
    ),
    Case("no-administrator-attachments", "undecided", [res(ATTACHMENT, "a", policyArn=UNKNOWN)]),
    Case("required-tags", "pass", [res("kms/key:Key", "k", tags=TAGS)]),
    Case("required-tags", "pass", [res("kms/key:Key", "k")], provider={"defaultTags": json.dumps({"tags": TAGS})}),
    Case(
        "required-tags",
        "pass",
        [res("kms/key:Key", "k", tags={"owner": "platform"})],
        provider={"defaultTags": {"tags": {"app": "shop", "environment": "production"}}},
    ),
    Case("required-tags", "pass", [res("kms/alias:Alias", "untaggable")]),
    Case("required-tags", "fail", [res("kms/key:Key", "k", tags={"app": "shop"})], "tags environment, owner missing"),
    Case("required-tags", "fail", [res("kms/key:Key", "k", tags={**TAGS, "owner": ""})], "tag owner missing"),
    Case("required-tags", "fail", [res("kms/key:Key", "k", tags=TAGS)], "tag cost missing", config={"tags": ["cost"]}),
    Case("required-tags", "undecided", [res("kms/key:Key", "k", tags=UNKNOWN)]),
    Case("required-tags", "pass", [res("kms/key:Key", "k", tags={**TAGS, "owner": UNKNOWN})]),
]
