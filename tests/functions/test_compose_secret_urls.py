import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError  # type: ignore[import-untyped] # as above
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from components.connection_string_secrets import fitting
from functions.compose_secret_urls import handler
from functions.compose_secret_urls.handler import ComposeError, Url, bring_up_to_date

PASSWORD = "first-p@ss:w/rd?#%"
ROTATED = "second password & more"
TOKEN = "TokenTokenToken"
CLUSTER = "shop"


@dataclass
class Aws:
    """An account with a database's and a cache's secret, two empty URL secrets and the services that run."""

    secrets: Any
    ecs: Any
    database: Url
    cache: Url
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Every write, as operation and what it is about."""

    def run(self, *urls: Url) -> Mapping[str, Sequence[str]]:
        return bring_up_to_date(urls or (self.database, self.cache), self.secrets, self.ecs)

    def value(self, url: Url) -> str:
        return str(self.secrets.get_secret_value(SecretId=url.target)["SecretString"])

    def rotate(self, password: str = ROTATED) -> None:
        document = json.dumps({"username": "app_admin", "password": password})
        self.secrets.put_secret_value(SecretId=self.database.source, SecretString=document)
        self.calls.clear()

    def start(self, *services: str) -> None:
        for service in services:
            self.ecs.create_service(cluster=CLUSTER, serviceName=service, taskDefinition="task", desiredCount=1)

    def restarts(self) -> list[str]:
        return [about for operation, about in self.calls if operation == "UpdateService"]

    def deployed_versions(self, url: Url) -> list[str]:
        versions = self.secrets.describe_secret(SecretId=url.target)["VersionIdsToStages"]
        return [version for version, stages in versions.items() if handler.DEPLOYED in stages]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    with mock_aws():
        secrets, ecs = boto3.client("secretsmanager"), boto3.client("ecs")

        def secret(name: str, value: Mapping[str, object] | None = None) -> str:
            content = {"SecretString": json.dumps(value)} if value else {}
            return str(secrets.create_secret(Name=name, **content)["ARN"])

        ecs.create_cluster(clusterName=CLUSTER)
        ecs.register_task_definition(
            family="task", containerDefinitions=[{"name": "api", "image": "x:1", "memory": 128, "cpu": 1}]
        )
        database = Url(
            name="shop/database-url",
            target=secret("shop/database-url"),
            source=secret("rds!db-1", {"username": "app_admin", "password": PASSWORD}),
            scheme="postgresql",
            host="db.example",
            port=5432,
            path="shop",
            parameters={"sslmode": "require"},
            username_key="username",
            password_key="password",
            cluster=CLUSTER,
            services=["api", "worker"],
        )
        cache = Url(
            name="shop/redis-url",
            target=secret("shop/redis-url"),
            source=secret("cache", {"token": TOKEN, "host": "h", "port": 6379}),
            scheme="rediss",
            host="cache.example",
            port=6379,
            path="",
            parameters={},
            username_key=None,
            password_key="token",
            cluster=CLUSTER,
            services=["worker"],
        )
        aws = Aws(secrets, ecs, database, cache)
        for client, operation, about in (
            (secrets, "PutSecretValue", "SecretId"),
            (secrets, "UpdateSecretVersionStage", "SecretId"),
            (ecs, "UpdateService", "service"),
        ):

            def note(params: Mapping[str, str], operation: str = operation, about: str = about, **_: object) -> None:
                aws.calls.append((operation, params[about]))

            client.meta.events.register(f"provide-client-params.*.{operation}", note)
        restart, describe = ecs.update_service, ecs.describe_services
        began: dict[str, datetime] = {}

        def restarted(**call: Any) -> object:
            answer = restart(**call)
            began[call["service"]] = datetime.now(UTC) + timedelta(seconds=1)
            return answer

        def described(**call: Any) -> object:
            # moto begins no deployment when a service restarts; ECS does. The services were there before any URL.
            answer: Any = describe(**call)
            for service in answer["services"]:
                for deployment in service["deployments"]:
                    deployment["createdAt"] = began.get(service["serviceName"], datetime(2026, 1, 1, tzinfo=UTC))
            return answer

        monkeypatch.setattr(ecs, "update_service", restarted)
        monkeypatch.setattr(ecs, "describe_services", described)
        yield aws


def test_first_run_writes_both_urls(account: Aws) -> None:
    assert account.run() == {"written": ["shop/database-url", "shop/redis-url"], "restarted": []}
    encoded = "first-p%40ss%3Aw%2Frd%3F%23%25"
    assert account.value(account.database) == f"postgresql://app_admin:{encoded}@db.example:5432/shop?sslmode=require"
    assert account.value(account.cache) == f"rediss://:{TOKEN}@cache.example:6379"


def test_first_version_restarts_nobody(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    account.run()
    assert not account.restarts(), "no task can have read a secret that had no value"


def test_unchanged_writes_and_restarts_nothing(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    account.calls.clear()
    assert account.run() == {"written": [], "restarted": []}
    assert not account.calls


def test_rotation_writes_the_url_and_restarts_each_reader_once(account: Aws) -> None:
    account.start("api", "worker", "frontend")
    account.run()
    account.rotate()
    assert account.run() == {"written": ["shop/database-url"], "restarted": ["shop/api", "shop/worker"]}
    assert "second%20password%20%26%20more@" in account.value(account.database)
    assert account.restarts() == ["api", "worker"]
    account.calls.clear()
    assert account.run() == {"written": [], "restarted": []}
    assert not account.calls


def test_a_service_that_reads_both_restarts_once(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    account.secrets.put_secret_value(SecretId=account.cache.source, SecretString=json.dumps({"token": "Other"}))
    account.rotate()
    account.run()
    assert account.restarts() == ["api", "worker"]
    assert account.value(account.cache) == "rediss://:Other@cache.example:6379"


def test_a_new_address_is_a_new_url(account: Aws) -> None:
    account.start("worker")
    account.run()
    moved = replace(account.cache, host="elsewhere.example")
    assert account.run(moved) == {"written": ["shop/redis-url"], "restarted": ["shop/worker"]}
    assert account.value(moved) == f"rediss://:{TOKEN}@elsewhere.example:6379"


def test_services_that_do_not_run_yet_are_no_problem(account: Aws) -> None:
    account.start("worker")
    account.run()
    account.rotate()
    assert account.run()["restarted"] == ["shop/worker"]
    account.calls.clear()
    account.run()
    assert not account.calls, "api reads the URL when it starts"


def refuse(account: Aws, operation: str, refused: str, about: str) -> dict[str, bool]:
    """Let AWS refuse an operation on one thing for as long as the answer's `on` says."""
    switch = {"on": True}

    def check(params: Mapping[str, str], **_: object) -> None:
        if switch["on"] and params[about] == refused:
            answer = {"Error": {"Code": "AccessDeniedException", "Message": f"not authorized to {operation}"}}
            raise ClientError(answer, operation)

    for client in (account.secrets, account.ecs):
        client.meta.events.register(f"provide-client-params.*.{operation}", check)
    return switch


def test_a_failed_restart_is_raised_and_the_next_run_completes_it(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    (before,) = account.deployed_versions(account.database)
    account.rotate()
    refusal = refuse(account, "UpdateService", "api", "service")
    with pytest.raises(
        ComposeError, match="shop/api cannot be restarted: UpdateService answered AccessDeniedException"
    ):
        account.run()
    assert "worker" in account.restarts(), "what could be done was done"
    assert "second%20password" in account.value(account.database)
    refusal["on"] = False
    # The label stays where it was; moto loses it with AWSCURRENT.
    account.secrets.update_secret_version_stage(
        SecretId=account.database.target, VersionStage=handler.DEPLOYED, MoveToVersionId=before
    )
    moves: list[Mapping[str, str]] = []
    account.secrets.meta.events.register(
        "provide-client-params.*.UpdateSecretVersionStage", lambda params, **_: moves.append(params)
    )
    assert account.run() == {"written": [], "restarted": ["shop/api"]}, "the worker has restarted since"
    assert [move["RemoveFromVersionId"] for move in moves] == [before], "Secrets Manager moves no label unasked"
    current = account.secrets.get_secret_value(SecretId=account.database.target)["VersionId"]
    assert account.deployed_versions(account.database) == [current]
    account.calls.clear()
    account.run()
    assert not account.calls


def test_a_failed_mark_is_raised_and_the_next_run_completes_it(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    account.rotate()
    refusal = refuse(account, "UpdateSecretVersionStage", account.database.target, "SecretId")
    with pytest.raises(ComposeError, match="cannot be marked as deployed"):
        account.run()
    refusal["on"] = False
    account.calls.clear()
    assert account.run()["restarted"] == [], "both have restarted since"
    assert account.calls == [("UpdateSecretVersionStage", account.database.target)]


def test_a_failed_write_restarts_nobody_and_leaves_the_others_alone(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    account.secrets.put_secret_value(SecretId=account.cache.source, SecretString=json.dumps({"token": "Other"}))
    account.rotate()
    refusal = refuse(account, "PutSecretValue", account.database.target, "SecretId")
    with pytest.raises(ComposeError, match=r"shop/database-url: .* cannot be written: PutSecretValue answered"):
        account.run()
    assert account.restarts() == ["worker"], "only the cache's URL changed"
    assert account.value(account.cache) == "rediss://:Other@cache.example:6379"
    refusal["on"] = False
    assert account.run() == {"written": ["shop/database-url"], "restarted": ["shop/api", "shop/worker"]}


def test_a_run_that_was_cut_off_after_writing_is_completed(account: Aws) -> None:
    account.start("api", "worker")
    account.run()
    account.rotate()
    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date([account.database], account.secrets, _Dies())
    assert account.run() == {"written": [], "restarted": ["shop/api", "shop/worker"]}


class _Dies:
    def update_service(self, **_: object) -> None:
        raise KeyboardInterrupt


def test_missing_source(account: Aws) -> None:
    gone = replace(account.database, source=account.database.source + "x")
    with pytest.raises(ComposeError, match=r"shop/database-url: the secret .* does not exist or has no value"):
        account.run(gone, account.cache)
    assert account.value(account.cache), "the other URL is written all the same"


def test_source_without_a_value(account: Aws) -> None:
    empty = account.secrets.create_secret(Name="empty")["ARN"]
    with pytest.raises(ComposeError, match=r"empty.* does not exist or has no value"):
        account.run(replace(account.database, source=empty))


def test_missing_target(account: Aws) -> None:
    with pytest.raises(ComposeError, match="cannot be written: PutSecretValue answered ResourceNotFoundException"):
        account.run(replace(account.database, target=account.database.target + "x"))


def test_binary_target_is_replaced(account: Aws) -> None:
    account.secrets.put_secret_value(SecretId=account.cache.target, SecretBinary=b"old")
    account.run(account.cache)
    assert account.value(account.cache).startswith("rediss://")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("not-json hunter2", "is not a JSON document"),
        ('["hunter2"]', "is not a JSON document"),
        ('"hunter2"', "is not a JSON document"),
        ('{"username": "hunter2"}', "has no text under password"),
        ('{"username": "", "password": "hunter2"}', "has no text under username"),
        ('{"username": 7, "password": null, "other": "hunter2"}', "has no text under username and password"),
    ],
)
def test_wrong_document(account: Aws, caplog: pytest.LogCaptureFixture, value: str, problem: str) -> None:
    account.secrets.put_secret_value(SecretId=account.database.source, SecretString=value)
    account.calls.clear()
    with caplog.at_level(logging.DEBUG, logger=handler.__name__), pytest.raises(ComposeError, match=problem) as error:
        account.run(account.database)
    assert "hunter2" not in caplog.text + str(error.value) + repr(error.value.__cause__)
    assert error.value.__suppress_context__ or error.value.__context__ is None, "a traceback would show the value"
    assert not account.calls


def test_binary_source(account: Aws) -> None:
    account.secrets.put_secret_value(SecretId=account.database.source, SecretBinary=b"{}")
    with pytest.raises(ComposeError, match="is not a JSON document"):
        account.run(account.database)


def test_no_way_to_secrets_manager(account: Aws) -> None:
    def time_out(**_: object) -> None:
        raise ConnectTimeoutError(endpoint_url="https://secretsmanager.us-east-1.amazonaws.com/")

    account.secrets.meta.events.register("before-call.secrets-manager.GetSecretValue", time_out)
    with pytest.raises(ComposeError, match=r"cannot be read: ConnectTimeoutError; is there a way .* endpoints\?"):
        account.run(account.database)


def test_nothing_secret_is_logged_or_returned(account: Aws, caplog: pytest.LogCaptureFixture) -> None:
    account.start("api")
    with caplog.at_level(logging.INFO):
        answers = [account.run()]
        account.rotate()
        answers.append(account.run())
        account.rotate("third-secret")
        refuse(account, "PutSecretValue", account.database.target, "SecretId")
        with pytest.raises(ComposeError) as error:
            account.run()
    seen = caplog.text + json.dumps(answers) + str(error.value)
    assert "shop/database-url" in caplog.text
    for secret in (PASSWORD, ROTATED, "third-secret", TOKEN, "first-p%40ss", "second%20password", "://"):
        assert secret not in seen


def test_handler_reads_its_configuration(account: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URLS", json.dumps([asdict(account.database), asdict(account.cache)]))
    assert handler.handle({"reason": "schedule"}, None)["written"] == ["shop/database-url", "shop/redis-url"]
    assert account.value(account.cache) == f"rediss://:{TOKEN}@cache.example:6379"


def test_a_long_configuration_is_packed_and_read_again(account: Aws) -> None:
    urls = [asdict(account.database), {**asdict(account.cache), "services": [f"service-{n}" for n in range(900)]}]
    plain, packed = fitting(json.dumps(urls[:1])), fitting(json.dumps(urls))
    assert plain == json.dumps(urls[:1])
    assert len(packed) < 4000 < len(json.dumps(urls))
    assert [asdict(url) for url in handler.configured({"URLS": packed})] == urls


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "URLS is not set"),
        ({"URLS": "{"}, "URLS is not a JSON list of URLs"),
        ({"URLS": '[{"name": "x"}]'}, "URLS is not a JSON list of URLs: .*missing"),
        ({"URLS": "x"}, "URLS is not a JSON list of URLs"),
        ({"URLS": "eHh4eA=="}, "URLS is not a JSON list of URLs"),
        ({"URLS": "[7]"}, "URLS is not a JSON list of URLs"),
    ],
)
def test_wrong_configuration(environment: Mapping[str, str], problem: str) -> None:
    with pytest.raises(ComposeError, match=problem):
        handler.configured(environment)


@given(user=st.text(min_size=1), password=st.text(min_size=1), path=st.text())
def test_any_character_survives(user: str, password: str, path: str) -> None:
    url = Url(
        name="n",
        target="t",
        source="s",
        scheme="postgresql",
        host="db.example",
        port=5432,
        path=path,
        parameters={"sslmode": "require", "application name": "a&b"},
        username_key="username",
        password_key="password",
        cluster="c",
        services=[],
    )
    parts = urlsplit(url.compose({"username": user, "password": password}))
    assert (parts.scheme, parts.hostname, parts.port) == ("postgresql", "db.example", 5432)
    assert unquote(parts.username or "") == user
    assert unquote(parts.password or "") == password
    assert unquote(parts.path.removeprefix("/")) == path
    assert parse_qs(parts.query) == {"sslmode": ["require"], "application name": ["a&b"]}


def test_a_reader_that_cannot_restart_does_not_have_the_others_restart_again(
    account: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.start("api", "worker")
    account.run(account.database)
    account.rotate()
    restart = account.ecs.update_service

    def not_the_worker(**call: object) -> object:
        if call["service"] == "worker":
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "UpdateService")
        return restart(**call)

    monkeypatch.setattr(account.ecs, "update_service", not_the_worker)
    for _ in range(3):
        with pytest.raises(ComposeError, match="the service shop/worker cannot be restarted"):
            account.run(account.database)
    assert account.restarts() == ["api"]
    monkeypatch.setattr(account.ecs, "update_service", restart)
    assert account.run(account.database)["restarted"] == ["shop/worker"]
    assert len(account.deployed_versions(account.database)) == 1


def test_a_password_that_changes_while_the_url_is_written_is_in_it(
    account: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.run(account.database)
    account.rotate("third")
    write = account.secrets.put_secret_value

    def then_rotate(**call: object) -> object:
        monkeypatch.setattr(account.secrets, "put_secret_value", write)
        made = write(**call)
        account.rotate("fourth")
        return made

    monkeypatch.setattr(account.secrets, "put_secret_value", then_rotate)
    account.run(account.database)
    assert ":fourth@" in account.value(account.database)


@pytest.mark.parametrize("value", ['{"username": "app_admin", "password": "\\ud800"}', "[" * 100_000])
def test_an_odd_secret_does_not_stop_the_others_and_is_not_quoted(account: Aws, value: str) -> None:
    account.secrets.put_secret_value(SecretId=account.database.source, SecretString=value)
    with pytest.raises(ComposeError) as caught:
        account.run()
    assert account.database.source in str(caught.value)
    assert "ud800" not in str(caught.value)
    assert account.value(account.cache) == f"rediss://:{TOKEN}@cache.example:6379"
