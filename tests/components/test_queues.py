import json
from functools import cache
from typing import Any

import pytest

from components.queues import QueueArgs, Queues, QueuesArgs, access
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

QUEUE, POLICY, ALLOW = (
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
)
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:desk-production"


def args(**changes: Any) -> QueuesArgs:
    given: dict[str, Any] = {
        "name_prefix": "desk-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "queues": {"mail": QueueArgs(), "orders": QueueArgs(fifo=True, content_deduplication=True, max_receives=3)},
    }
    return QueuesArgs(**{**given, **changes})


@cache
def usual() -> Graph:
    return build(lambda: Queues("queues", args()))


def one(type_: str, name: str) -> Any:
    return usual().one(type_, f"queues-{name}").inputs


def test_contract() -> None:
    check_contract(lambda: Queues("queues", args()))


def test_what_fails_is_kept_in_a_queue_of_the_same_kind() -> None:
    mail, orders = one(QUEUE, "mail-queue"), one(QUEUE, "orders-queue")
    assert (mail["name"], orders["name"]) == ("desk-production-mail", "desk-production-orders.fifo")
    assert "fifoQueue" not in mail
    assert orders["fifoQueue"] is orders["contentBasedDeduplication"] is True
    assert json.loads(mail["redrivePolicy"]) == {"deadLetterTargetArn": f"{ARN}-mail-failed", "maxReceiveCount": 5}
    assert json.loads(orders["redrivePolicy"]) == {
        "deadLetterTargetArn": f"{ARN}-orders-failed.fifo",
        "maxReceiveCount": 3,
    }
    assert one(QUEUE, "orders-failed")["fifoQueue"] is True
    assert one(QUEUE, "mail-failed")["messageRetentionSeconds"] == 14 * 86400
    assert mail["messageRetentionSeconds"] == 4 * 86400


def test_a_queue_of_dead_letters_takes_those_of_its_own_queue_alone() -> None:
    allow = one(ALLOW, "mail-failed")
    assert json.loads(allow["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [f"{ARN}-mail"],
    }


def test_all_are_encrypted_with_one_key_and_refuse_plain_http() -> None:
    key = usual().one("aws:kms/key:Key").outputs["arn"]
    queues = usual().of(QUEUE)
    assert len(queues) == 4
    assert {queue.inputs["kmsMasterKeyId"] for queue in queues} == {key}
    refused = {policy.inputs["queueUrl"]: json.loads(str(policy.inputs["policy"])) for policy in usual().of(POLICY)}
    assert refused.keys() == {queue.outputs["url"] for queue in queues}
    for policy in refused.values():
        (statement,) = policy["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_messages_are_protected_as_data_is() -> None:
    assert all(queue.protect for queue in usual().of(QUEUE))
    free = build(lambda: Queues("queues", args(protect=False)))
    assert not any(queue.protect for queue in free.of(QUEUE))


def test_a_role_gets_what_it_names() -> None:
    def granted(sends: list[str], receives: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}

        def program() -> None:
            import pulumi  # noqa: PLC0415 - the program's own

            made = Queues("queues", args())
            for statement in access(made, sends, receives):
                pulumi.Output.json_dumps(statement).apply(
                    lambda text: found.update(
                        {action: json.loads(text)["Resource"] for action in json.loads(text)["Action"]}
                    )
                )

        build(program)
        return found

    sender = granted(["mail"], [])
    assert sender["sqs:SendMessage"] == [f"{ARN}-mail"]
    assert "sqs:ReceiveMessage" not in sender
    assert "kms:GenerateDataKey" in sender
    worker = granted([], ["orders"])
    assert worker["sqs:ReceiveMessage"] == worker["sqs:DeleteMessage"] == [f"{ARN}-orders.fifo"]
    assert "sqs:SendMessage" not in worker
    assert "kms:GenerateDataKey" not in worker
    assert granted([], []) == {}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"visibility_seconds": 43_201}, "visibility_seconds 43201 is outside 0 to 43200"),
        ({"retention_days": 15}, "retention_days 15 is outside 1 to 14"),
        ({"delay_seconds": 901}, "delay_seconds 901 is outside 0 to 900"),
        ({"max_receives": 0}, "max_receives 0 is outside 1 to 1000"),
        ({"content_deduplication": True}, "only FIFO queues know content_deduplication"),
    ],
)
def test_refusals(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=r"QueuesArgs\.queues") as error:
        args(queues={"mail": QueueArgs(**given)})
    assert str(error.value) == f"QueuesArgs.queues: mail: {told}"
    with pytest.raises(ValueError, match="none given"):
        args(queues={})
    with pytest.raises(ValueError, match="has 89 characters; SQS takes 80"):
        args(queues={"x" * 61: QueueArgs(fifo=True)}, name_prefix="desk-production")
