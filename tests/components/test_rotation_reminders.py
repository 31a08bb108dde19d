import json
from functools import cache
from typing import Any

import pytest

from components.rotation_reminders import RotationReminderArgs, RotationReminders, RotationRemindersArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:shop"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/secrets"
TOPIC_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/topics"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:team"


def args(**changes: Any) -> RotationRemindersArgs:
    given: dict[str, Any] = {
        "name_prefix": "shop-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "secrets": {
            "shop/session": RotationReminderArgs(arn=f"{ARN}/session", days=180),
            "shop/payments": RotationReminderArgs(arn=f"{ARN}/payments", keys={"api_key": 90, "webhook": 180}),
        },
        "secrets_key_arn": KEY,
        "topic_arn": TOPIC,
        "topic_key_arn": TOPIC_KEY,
    }
    return RotationRemindersArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: RotationReminders("ages", args(**changes)))


@cache
def usual() -> Graph:
    return recorded()


def allowed(graph: Graph, policy: str) -> dict[str, list[str]]:
    """Return what each action is allowed on."""
    document = json.loads(str(graph.one("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"]))
    found: dict[str, list[str]] = {}
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        resources = statement["Resource"]
        for action in [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]:
            found.setdefault(action, []).extend([resources] if isinstance(resources, str) else resources)
    return found


def test_contract() -> None:
    check_contract(lambda: RotationReminders("ages", args()))


def test_every_day_the_function_is_told_what_to_look_at() -> None:
    schedule = usual().one("aws:scheduler/schedule:Schedule")
    target: Any = schedule.inputs["target"]
    function = usual().one("aws:lambda/function:Function")
    assert schedule.inputs["scheduleExpression"] == "rate(1 day)"
    assert target["arn"] == function.outputs["arn"]
    assert json.loads(target["input"]) == {
        "topic": TOPIC,
        "secrets": [
            {"name": "shop/payments", "secret": f"{ARN}/payments", "keys": {"api_key": 90, "webhook": 180}},
            {"name": "shop/session", "secret": f"{ARN}/session", "days": 180},
        ],
    }


def test_the_schedule_starts_this_function_and_no_other() -> None:
    function = usual().one("aws:lambda/function:Function").outputs["arn"]
    assert allowed(usual(), "ages-schedule") == {"lambda:InvokeFunction": [function]}
    trust = json.loads(str(usual().one("aws:iam/role:Role", "ages-schedule").inputs["assumeRolePolicy"]))
    assert trust["Statement"][0]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_values_are_read_only_where_keys_have_days_of_their_own() -> None:
    may = allowed(usual(), "ages-function")
    assert may["secretsmanager:ListSecretVersionIds"] == [f"{ARN}/payments", f"{ARN}/session"]
    assert may["secretsmanager:GetSecretValue"] == [f"{ARN}/payments"]
    assert may["kms:Decrypt"] == [KEY, TOPIC_KEY]
    assert may["sns:Publish"] == [TOPIC]
    whole = allowed(
        recorded(secrets={"shop/session": RotationReminderArgs(arn=f"{ARN}/session", days=180)}), "ages-function"
    )
    assert "secretsmanager:GetSecretValue" not in whole
    assert whole["kms:Decrypt"] == [TOPIC_KEY]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"secrets": {}}, "secrets: none given"),
        ({"secrets": {"a": RotationReminderArgs(arn=ARN)}}, "secrets.a: either days or keys"),
        ({"secrets": {"a": RotationReminderArgs(arn=ARN, days=1, keys={"b": 1})}}, "secrets.a: either days or keys"),
        ({"secrets": {"a": RotationReminderArgs(arn=ARN, keys={"b": 0})}}, "secrets.a: 0 days are below 1"),
        ({"log_days": 2}, "log_days: 2"),
    ],
)
def test_what_aws_or_sense_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"RotationRemindersArgs.{message}"):
        args(**changes)
