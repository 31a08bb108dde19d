import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped] # as above
from moto import mock_aws

from functions.report_secret_ages import handler

NAME = "shop/payments"
GONE = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/gone-abcdef"


@dataclass
class Account:
    """Secrets with versions of stated ages, and what the topic was told."""

    secrets: Any
    topic: str
    queue: str
    ages: dict[str, int] = field(default_factory=dict)
    """Days since each version was made, by its id."""

    def secret(self, name: str = NAME) -> str:
        return str(self.secrets.create_secret(Name=name)["ARN"])

    def version(self, secret: str, value: Mapping[str, str] | str, age: int) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        made = self.secrets.put_secret_value(SecretId=secret, SecretString=text)
        self.ages[made["VersionId"]] = age

    def said(self, *watched: Mapping[str, object]) -> str:
        """Run the function; return its message, or nothing."""
        handler.handle({"topic": self.topic, "secrets": list(watched)}, None)
        messages = boto3.client("sqs").receive_message(QueueUrl=self.queue).get("Messages", [])
        if not messages:
            return ""
        body = json.loads(messages[0]["Body"])
        return f"{body['Subject']}\n{body['Message']}"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    with mock_aws():
        topic = boto3.client("sns").create_topic(Name="team")["TopicArn"]
        queue = boto3.client("sqs").create_queue(QueueName="team")["QueueUrl"]
        arn = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
        found = Account(boto3.client("secretsmanager"), topic, queue)
        real = boto3.client

        def client(service: str) -> Any:
            made = real(service)
            if service == "secretsmanager":
                listed = made.list_secret_version_ids

                def aged(**given: Any) -> Any:
                    # The simulation makes all versions now, and forgets none.
                    if given["SecretId"] == GONE:
                        # The simulation answers this with a KeyError.
                        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "ListSecretVersionIds")
                    answer = listed(**given)
                    for version in answer["Versions"]:
                        days = found.ages.get(version["VersionId"], 0)
                        version["CreatedDate"] = datetime.now(UTC) - timedelta(days=days, hours=1)
                    return answer

                made.list_secret_version_ids = aged
            return made

        monkeypatch.setattr("functions.report_secret_ages.handler.boto3.client", client)
        yield found


def watched(secret: str, days: int | None = None, **keys: int) -> Mapping[str, object]:
    return {"name": NAME, "secret": secret, **({"days": days} if days else {"keys": keys})}


@pytest.mark.parametrize(("age", "told"), [(179, False), (180, True), (400, True)])
def test_a_whole_secret_is_as_old_as_its_current_version(account: Account, age: int, *, told: bool) -> None:
    secret = account.secret()
    account.version(secret, "one", 900)
    account.version(secret, "two", age)
    said = account.said(watched(secret, days=180))
    assert (f"- {NAME}: {age} days old, to be changed every 180" in said) is told
    assert told or not said


def test_a_key_is_as_old_as_the_first_version_with_its_value(account: Account) -> None:
    secret = account.secret()
    account.version(secret, {"api_key": "a", "token": "x"}, 400)
    account.version(secret, {"api_key": "a", "token": "y"}, 100)
    account.version(secret, {"api_key": "a", "token": "z"}, 10)
    said = account.said(watched(secret, api_key=180, token=90))
    assert said.startswith("Secrets to change\n")
    assert f"- {NAME}, key api_key: 400 days old, to be changed every 180" in said
    assert "token" not in said


def test_a_value_that_came_back_is_as_old_as_its_return(account: Account) -> None:
    secret = account.secret()
    account.version(secret, {"api_key": "a"}, 400)
    account.version(secret, {"api_key": "b"}, 300)
    account.version(secret, {"api_key": "a"}, 200)
    assert "200 days old" in account.said(watched(secret, api_key=180))


def test_young_keys_tell_nobody(account: Account) -> None:
    secret = account.secret()
    account.version(secret, {"api_key": "a"}, 179)
    assert not account.said(watched(secret, api_key=180))


def test_an_old_version_that_cannot_be_read_understates_the_age(account: Account) -> None:
    secret = account.secret()
    account.version(secret, {"api_key": "a"}, 400)
    account.version(secret, "not JSON", 300)
    account.version(secret, {"api_key": "a"}, 200)
    assert "200 days old" in account.said(watched(secret, api_key=180))


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (None, "it has no current version"),
        ("hunter2", "its value is not a JSON document"),
        ("[" * 100_000, "its value is not a JSON document"),
        ('["hunter2"]', "its value is not a JSON document"),
        ({"other": "hunter2"}, "its JSON document lacks api_key"),
    ],
)
def test_what_cannot_be_looked_at_is_said_beside_the_others(
    account: Account, value: Mapping[str, str] | str | None, cause: str
) -> None:
    secret, old = account.secret(), account.secret("shop/old")
    account.version(old, "value", 500)
    if value is not None:
        account.version(secret, value, 1)
    said = account.said(watched(secret, api_key=180), {"name": "shop/old", "secret": old, "days": 365})
    assert "- shop/old: 500 days old" in said
    assert f"The age of these secrets is not known:\n- {NAME}: {cause}" in said
    assert "hunter2" not in said


def test_a_secret_that_is_gone_is_said(account: Account) -> None:
    said = account.said(watched(GONE, days=1))
    assert said == (
        f"Secrets of unknown age\nThe age of these secrets is not known:\n- {NAME}: ResourceNotFoundException"
    )


def test_values_are_never_said(account: Account) -> None:
    secret = account.secret()
    account.version(secret, {"api_key": "hunter2"}, 400)
    said = account.said(watched(secret, api_key=180))
    assert "400 days old" in said
    assert "hunter2" not in said


def test_a_topic_that_cannot_be_told_fails_the_run(account: Account) -> None:
    secret = account.secret()
    account.version(secret, "value", 400)
    with pytest.raises(ClientError):
        handler.handle({"topic": account.topic + "x", "secrets": [watched(secret, days=180)]}, None)
