import json
from dataclasses import replace
from typing import Any

import pytest

from components import _database_password as passwords
from components._user_statements import UserArgs
from components.database_users import DatabaseUsers, DatabaseUsersArgs, UsersTaskArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

MASTER = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"
TASK, RUN = "aws:ecs/taskDefinition:TaskDefinition", "pulumi-python:dynamic/slipway:MigrationRun"
USERS = {
    "app": UserArgs(rights="write"),
    "Owner_1": UserArgs(rights="owner"),
    "tokens": UserArgs(rights="write", login="iam"),
}


def task(**changes: Any) -> UsersTaskArgs:
    return replace(
        UsersTaskArgs(
            users=USERS,
            image="public.ecr.aws/docker/library/postgres:17.6-alpine",
            family="shop-database-users",
            log_group_name="/ecs/shop-database-users",
            cluster_arn=f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/shop",
            subnet_ids=["subnet-a"],
        ),
        **changes,
    )


def args(**changes: Any) -> DatabaseUsersArgs:
    given: dict[str, Any] = {
        "task": task(),
        "name_prefix": "shop",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "vpc_id": "vpc-1",
        "engine": "postgres",
        "host": "db.example",
        "port": 5433,
        "database_name": "shop",
        "resource_id": "db-ABC",
        "security_group_id": "sg-database",
        "secret_arn": MASTER,
        "key_arn": KEY,
    }
    return DatabaseUsersArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: DatabaseUsers("users", args(**changes)))


def container(graph: Graph) -> dict[str, Any]:
    (found,) = json.loads(str(graph.one(TASK).inputs["containerDefinitions"]))
    return dict(found)


def test_contract() -> None:
    check_contract(lambda: DatabaseUsers("users", args()))


def test_the_task_is_given_secrets_and_no_password() -> None:
    graph = recorded()
    given = graph.one(VERSION, "users-given").outputs
    assert {secret["name"]: secret["valueFrom"] for secret in container(graph)["secrets"]} == {
        "PGUSER": f"{MASTER}:username::",
        "PGPASSWORD": f"{MASTER}:password::",
        "PASSWORD_app": f"{given['secretId']}:app::{given['versionId']}",
        "PASSWORD_Owner_1": f"{given['secretId']}:Owner_1::{given['versionId']}",
    }
    made = [str(password.outputs["result"]) for password in graph.of("random:index/randomPassword:RandomPassword")]
    assert len(made) == 2
    for resource in (graph.one(TASK), graph.one(RUN)):
        assert not any(password in str(resource.inputs) for password in made)


def test_it_connects_over_tls_to_the_database_itself() -> None:
    environment = {each["name"]: each["value"] for each in container(recorded())["environment"]}
    assert environment == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGDATABASE": "shop",
        "PGSSLMODE": "require",
        "PGCONNECT_TIMEOUT": "10",
        "DATABASE_RESOURCE_ID": "db-ABC",
    }
    mysql = recorded(engine="mysql", task=task(image="public.ecr.aws/docker/library/mysql:8.4.6"))
    names = {each["name"] for each in container(mysql)["environment"]} | {
        s["name"] for s in container(mysql)["secrets"]
    }
    assert {"DATABASE_HOST", "DATABASE_PORT", "DATABASE_USER", "MYSQL_PWD"} <= names
    assert "--ssl-mode=REQUIRED" in container(mysql)["command"][0]


def test_postgresql_is_told_what_it_keeps_and_mysql_the_password() -> None:
    graph = recorded()
    made = str(graph.one("random:index/randomPassword:RandomPassword", "users-password-app").outputs["result"])
    assert json.loads(str(graph.one(VERSION, "users-given").inputs["secretString"]))["app"] == passwords.scram(made)
    graph = recorded(engine="mysql")
    made = str(graph.one("random:index/randomPassword:RandomPassword", "users-password-app").outputs["result"])
    assert json.loads(str(graph.one(VERSION, "users-given").inputs["secretString"]))["app"] == made


def test_a_users_secret_says_a_password_once_the_database_takes_it() -> None:
    graph = recorded()
    version = graph.one(VERSION, "users-secret-app")
    made = graph.one("random:index/randomPassword:RandomPassword", "users-password-app").outputs["result"]
    assert json.loads(str(version.inputs["secretString"])) == {"username": "app", "password": made}
    assert graph.one(RUN) in graph.direct(version)
    assert graph.one(SECRET, "users-secret-app").inputs["kmsKeyId"] == KEY
    outputs: Any = graph.registered_outputs[graph.one("slipway:index:DatabaseUsers").urn]
    assert sorted(outputs["secret_arns"]) == ["Owner_1", "app"]


def test_what_it_does_is_said_and_another_user_is_another_revision() -> None:
    graph = recorded()
    assert graph.one(RUN).inputs["users"] == {
        "app": "write, by password",
        "Owner_1": "owner, by password",
        "tokens": "write, by iam",
    }
    fewer = recorded(task=task(users={"app": UserArgs(rights="read")}))
    assert container(fewer) != container(graph)
    assert container(recorded(resource_id="db-OTHER")) != container(graph)


def test_users_with_tokens_alone_have_no_secret() -> None:
    graph = recorded(task=task(users={"tokens": UserArgs(rights="write", login="iam")}))
    assert not graph.of(SECRET)
    assert "PASSWORD_tokens" not in str(container(graph))


def test_its_roles_read_two_secrets_and_pull_from_the_repository_that_is_named() -> None:
    def allowed(graph: Graph) -> dict[str, Any]:
        (policy,) = graph.of("aws:iam/rolePolicy:RolePolicy")
        return {s["Action"][0]: s["Resource"] for s in json.loads(str(policy.inputs["policy"]))["Statement"]}

    graph = recorded()
    secrets = [MASTER, graph.one(VERSION, "users-given").outputs["secretId"]]
    assert allowed(graph)["secretsmanager:GetSecretValue"] == secrets
    assert allowed(graph)["kms:Decrypt"] == [KEY]
    assert not any(action.startswith("ecr:") for action in allowed(graph))
    repository = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/postgres"
    pulling = allowed(recorded(task=task(repository_arns=[repository], cached_repository_arns=[repository])))
    assert pulling["ecr:BatchCheckLayerAvailability"] == [repository]
    assert pulling["ecr:BatchImportUpstreamImage"] == [repository]


@pytest.mark.parametrize(
    ("users", "problem"),
    [
        ({}, "none given; leave them out"),
        ({"app_admin": UserArgs(rights="read")}, "'app_admin' is the master user, which RDS looks after"),
        ({"rdsadmin": UserArgs(rights="read")}, "'rdsadmin' is reserved by postgres on RDS; choose another"),
        ({"App": UserArgs(rights="read"), "app": UserArgs(rights="read")}, "'app' and 'App' differ in punctuation or case at most; rename or remove one"),
        ({"a": UserArgs(rights="owner"), "b": UserArgs(rights="owner")}, "a and b cannot all own what is in the database: one does"),
        (
            {"a": UserArgs(rights="owner", login="iam")},
            "'a' owns what the master user has to reach as its member, which would then log in with tokens alone",
        ),
    ],
)  # fmt: skip
def test_what_the_engine_would_refuse_is_refused(users: dict[str, UserArgs], problem: str) -> None:
    found = [text for _, text in task(users=users).problems("postgres", "app_admin") if text]
    assert found == [problem]
