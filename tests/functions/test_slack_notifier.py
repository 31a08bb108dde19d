import email.message
import json
import logging
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped] # as above
from moto import mock_aws

from functions.slack_notifier import handler as notifier

SECRET = "power-pto/slack-webhook"
URL = "https://hooks.slack.com/services/T000/B000/SECRETPART"
NEW_URL = "https://hooks.slack.com/services/T000/B001/NEWSECRET"

ALARM = {
    "AlarmName": "rupaya-production-api-no-tasks",
    "AlarmDescription": "Critical: api has no running task",
    "AWSAccountId": "123456789012",
    "NewStateValue": "ALARM",
    "OldStateValue": "OK",
    "NewStateReason": "Threshold Crossed: 5 datapoints were less than the threshold (1.0).",
    "StateChangeTime": "2026-11-20T09:30:00.000+0000",
    "Region": "EU (Stockholm)",
    "AlarmArn": "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:rupaya-production-api-no-tasks",
    "Trigger": {"MetricName": "RunningTaskCount"},
}


def event(detail_type: str, detail: dict[str, Any], resources: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "version": "0",
        "source": "aws.ecs",
        "detail-type": detail_type,
        "region": "eu-north-1",
        "resources": list(resources),
        "detail": detail,
    }


SERVICE = "arn:aws:ecs:eu-north-1:123456789012:service/rupaya/api"
DEPLOYMENT = event(
    "ECS Deployment State Change",
    {
        "eventType": "ERROR",
        "eventName": "SERVICE_DEPLOYMENT_FAILED",
        "deploymentId": "ecs-svc/123",
        "reason": "ECS deployment circuit breaker: tasks failed to start.",
    },
    (SERVICE,),
)
TASK = event(
    "ECS Task State Change",
    {
        "group": "service:api",
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "CannotPullContainerError: image <none> & co. not found",
        "taskArn": "arn:aws:ecs:eu-north-1:123456789012:task/rupaya/0123456789abcdef",
        "containers": [{"name": "api", "reason": "not found"}, {"name": "log-router", "exitCode": 0}],
    },
)


def notification(message: object, subject: str | None = None) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Message": text, "Subject": subject, "TopicArn": "arn:aws:sns:eu-north-1:123456789012:team"}


def shown(message: object, subject: str | None = None) -> tuple[str, str, str]:
    """Title, colour and body of what Slack shows."""
    result: Any = notifier.slack_message(notification(message, subject))
    (attachment,) = result["attachments"]
    texts = [block["text"]["text"] for block in attachment["blocks"]]
    assert all(block["type"] == "section" and block["text"]["type"] == "mrkdwn" for block in attachment["blocks"])
    assert all(0 < len(text) <= 3000 for text in texts), "Slack refuses longer ones"
    return texts[0], attachment["color"], texts[1] if len(texts) > 1 else ""


def test_an_alarm() -> None:
    title, colour, body = shown(ALARM)
    assert title == "*Alarm: rupaya-production-api-no-tasks*"
    assert colour == notifier.RED
    link = (
        "<https://eu-north-1.console.aws.amazon.com/cloudwatch/home?region=eu-north-1"
        "#alarmsV2:alarm/rupaya-production-api-no-tasks|Open the alarm>"
    )
    assert body.splitlines() == [ALARM["AlarmDescription"], ALARM["NewStateReason"], link]


@pytest.mark.parametrize(
    ("state", "title", "colour"),
    [
        ("OK", "*Over: rupaya-production-api-no-tasks*", notifier.GREEN),
        ("INSUFFICIENT_DATA", "*INSUFFICIENT_DATA: rupaya-production-api-no-tasks*", notifier.YELLOW),
    ],
)
def test_an_alarm_changes(state: str, title: str, colour: str) -> None:
    assert shown({**ALARM, "NewStateValue": state})[:2] == (title, colour)


def test_an_alarm_without_a_description_or_a_known_console() -> None:
    alarm = {**ALARM, "AlarmDescription": None, "AlarmArn": "arn:aws-cn:cloudwatch:cn-north-1:1:alarm:x"}
    assert shown(alarm)[2] == ALARM["NewStateReason"]
    assert shown({"AlarmName": "x"}) == ("*Alarm: x*", notifier.YELLOW, "")


@pytest.mark.parametrize(
    ("name", "title", "colour"),
    [
        ("SERVICE_DEPLOYMENT_FAILED", "*Deployment of api has failed*", notifier.RED),
        ("SERVICE_DEPLOYMENT_COMPLETED", "*Deployment of api is complete*", notifier.GREEN),
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", "*Deployment of api has begun*", notifier.GREY),
        ("SOMETHING_NEW", "*Deployment of api*", notifier.YELLOW),
    ],
)
def test_a_deployment(name: str, title: str, colour: str) -> None:
    changed = {**DEPLOYMENT, "detail": {**DEPLOYMENT["detail"], "eventName": name}}
    assert shown(changed) == (title, colour, "ECS deployment circuit breaker: tasks failed to start.")


def test_a_task_that_did_not_start() -> None:
    title, colour, body = shown(TASK)
    assert (title, colour) == ("*A task of api did not start*", notifier.RED)
    assert body.splitlines() == [
        "CannotPullContainerError: image &lt;none&gt; &amp; co. not found",
        "api: not found",
        "Task `0123456789abcdef`",
    ]


def test_a_task_that_ended() -> None:
    detail = {
        "group": "family:power-pto-migrate",
        "stopCode": "EssentialContainerExited",
        "containers": [{"name": "api", "exitCode": 137, "reason": "OutOfMemoryError"}],
    }
    assert shown(event("ECS Task State Change", detail)) == (
        "*A task (power-pto-migrate) ended by itself*",
        notifier.RED,
        "api: exit code 137, OutOfMemoryError",
    )


def test_a_service_that_cannot_start_tasks() -> None:
    detail = {"eventType": "WARN", "eventName": "SERVICE_TASK_START_IMPAIRED", "reason": "see the events"}
    assert shown(event("ECS Service Action", detail, (SERVICE,))) == (
        "*api: Service task start impaired*",
        notifier.YELLOW,
        "see the events",
    )
    assert shown(event("ECS Service Action", {**detail, "eventType": "ERROR"}, (SERVICE,)))[1] == notifier.RED


def test_an_event_nobody_has_prepared_for() -> None:
    title, _, body = shown(event("Backup Job State Change", {"state": "FAILED"}))
    assert title == "*Backup Job State Change*"
    assert json.loads(body.strip("`")) == {"state": "FAILED"}


def test_a_plain_text() -> None:
    assert shown("You have spent <90 %>", "AWS Budgets: rupaya") == (
        "*AWS Budgets: rupaya*",
        notifier.YELLOW,
        "You have spent &lt;90 %&gt;",
    )
    assert shown("hello")[0] == "*Notification*"
    assert shown("[1, 2]")[2] == "[1, 2]"
    assert shown("")[2] == ""


def test_an_unknown_document() -> None:
    assert json.loads(shown({"Event Source": "db-instance"})[2].strip("`")) == {"Event Source": "db-instance"}


@pytest.mark.parametrize("filler", ["x", "<", "&"])
def test_long_texts_are_cut_to_what_slack_takes(filler: str) -> None:
    long = filler * 20000
    for message in (
        long,
        {"long": long},
        {**ALARM, "AlarmDescription": long, "NewStateReason": long, "AlarmName": filler * 255},
        {**DEPLOYMENT, "detail": {"reason": long}},
        {
            **TASK,
            "detail": {"stoppedReason": long, "containers": [{"name": long, "exitCode": 1}] * 20, "taskArn": long},
        },
        event("Other", {"long": long}),
    ):
        title, _, body = shown(message, long)
        assert len(title) <= 3000
        assert "..." in body


def test_mentions_in_a_message_are_not_followed() -> None:
    assert "<!channel>" not in json.dumps(notifier.slack_message(notification("<!channel> look", "<!here>")))


@dataclass
class Slack:
    """What the webhooks were sent, and what they answer."""

    secrets: Any
    requests: list[Any] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def open(self, request: Any, timeout: float) -> Any:
        assert timeout <= 10
        self.requests.append(request)
        code = self.answers.get(request.full_url, 200)
        if code != 200:
            raise urllib.error.HTTPError(request.full_url, code, "no", email.message.Message(), None)
        return _Answer()

    @property
    def urls(self) -> list[str]:
        return [request.full_url for request in self.requests]

    def put(self, url: str) -> None:
        self.secrets.put_secret_value(SecretId=SECRET, SecretString=url)


class _Answer:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self) -> bytes:
        return b"ok"


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "eu-north-1"),
        ("WEBHOOK_SECRET", SECRET),
    ):
        monkeypatch.setenv(name, value)
    with mock_aws():
        secrets = boto3.client("secretsmanager")
        secrets.create_secret(Name=SECRET, SecretString=URL)
        there = Slack(secrets)
        monkeypatch.setattr("urllib.request.urlopen", there.open)
        notifier.webhook.cache_clear()
        yield there
        notifier.webhook.cache_clear()


def sns(*messages: object) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": notification(message)} for message in messages]}


def test_posts_every_record(slack: Slack) -> None:
    notifier.handler(sns(ALARM, DEPLOYMENT), None)
    assert slack.urls == [URL, URL]
    request = slack.requests[0]
    assert request.get_method() == "POST"
    assert request.get_header("Content-type") == "application/json; charset=utf-8"
    assert json.loads(request.data) == notifier.slack_message(notification(ALARM))


def test_reads_the_secret_once(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    notifier.handler(sns(ALARM), None)
    monkeypatch.setattr(boto3, "client", lambda *_: pytest.fail("the secret is read again"))
    notifier.handler(sns(ALARM), None)
    assert slack.urls == [URL, URL]


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_replaced_url_is_read_anew(slack: Slack, code: int) -> None:
    notifier.handler(sns(ALARM), None)
    slack.answers[URL] = code
    slack.put(NEW_URL)
    notifier.handler(sns(DEPLOYMENT), None)
    assert slack.urls == [URL, URL, NEW_URL]
    assert slack.requests[1].data == slack.requests[2].data


@pytest.mark.parametrize(("code", "tries"), [(404, 2), (429, 1), (500, 1)])
def test_what_slack_does_not_take_is_an_error_for_lambda_to_retry(slack: Slack, code: int, tries: int) -> None:
    slack.answers[URL] = code
    with pytest.raises(urllib.error.HTTPError, match=str(code)) as error:
        notifier.handler(sns(ALARM), None)
    assert len(slack.requests) == tries
    assert "SECRETPART" not in str(error.value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SECRETPART",
        "http://hooks.slack.com/services/SECRETPART",
        f"{URL} x",
        '{"url": "SECRETPART"}',
        URL[:-20] + "\nX",
    ],
)
def test_a_secret_without_a_url_is_said_without_showing_it(slack: Slack, value: str) -> None:
    slack.put(value or " ")
    with pytest.raises(notifier.WebhookError, match=f"Secret {SECRET} holds no URL of a webhook") as error:
        notifier.handler(sns(ALARM), None)
    assert "SECRETPART" not in str(error.value)
    assert not slack.requests


def test_space_around_the_url_does_no_harm(slack: Slack) -> None:
    slack.put(f" {URL}\n")
    notifier.handler(sns(ALARM), None)
    assert slack.urls == [URL]


def test_a_missing_secret_is_named(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "gone")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        notifier.handler(sns(ALARM), None)
    assert not slack.requests


def test_nothing_secret_is_logged(
    slack: Slack, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        notifier.handler(sns(ALARM), None)
        slack.answers[URL] = 500
        with pytest.raises(urllib.error.HTTPError):
            notifier.handler(sns(ALARM), None)
    captured = capsys.readouterr()
    assert "SECRETPART" not in caplog.text + captured.out + captured.err


@pytest.mark.parametrize("region", ["eu-north-1.evil.example/|Reset your password>", "x|y> <https://evil.example", ""])
def test_no_link_is_made_of_what_is_no_region(region: str) -> None:
    alarm = {**ALARM, "AlarmArn": f"arn:aws:cloudwatch:{region}:123456789012:alarm:x"}
    sent = json.dumps(notifier.slack_message({"Message": json.dumps(alarm)}))
    assert "Open the alarm" not in sent
    assert "evil" not in sent


def test_a_deeply_nested_message_is_sent_as_it_is() -> None:
    nested = "[" * 100_000
    assert "[[[" in json.dumps(notifier.slack_message({"Message": nested}))
