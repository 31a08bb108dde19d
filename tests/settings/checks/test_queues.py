# ruff: noqa: E501 - a case reads best on one line
"""Rules of queues: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case
from tests.settings.files import changed, mistakes

Q, W = "slipway:queues.mail", "slipway:services.worker"
USED: dict[str, Any] = {Q: {}, f"{W}.receives": ["mail"], "slipway:services.api.sends": ["mail"]}
TO_ZERO: dict[str, Any] = {
    **USED,
    f"{W}.tasks": {"min": 0, "max": 10},
    f"{W}.scaling": {"queue": {"name": "mail", "messagesPerTask": 100}},
}

CASES: list[Case] = [
    ({**USED, Q: {"visibilitySeconds": 43_201}}, f"{Q}.visibilitySeconds: 43201 is outside 0 to 43200", {**USED, Q: {"visibilitySeconds": 43_200}}),
    ({**USED, Q: {"retentionDays": 15}}, f"{Q}.retentionDays: 15 is outside 1 to 14", {**USED, Q: {"retentionDays": 14}}),
    ({**USED, Q: {"contentDeduplication": True}}, f"{Q}.contentDeduplication: goes with fifo: true alone", {**USED, Q: {"contentDeduplication": True, "fifo": True}}),
    ({**USED, f"{W}.receives": ["mails"]}, f"{W}.receives[0]: 'mails' is no queue of this stack; did you mean mail?; declare it in slipway:queues", USED),
    ({**USED, f"{W}.receives": ["mail", "mail"]}, f"{W}.receives[1]: mail is there already", USED),
    ({**USED, f"{W}.environment": {"MAIL": "${queues.male.url}"}}, f"{W}.environment.MAIL: ${{queues.male.url}}: 'male' is no queue of this stack; did you mean mail?", {**USED, f"{W}.environment": {"MAIL": "${queues.mail.url} ${queues.mail.arn}"}}),
    ({**USED, "slipway:services.frontend.environment": {"MAIL": "${queues.mail.url}"}}, "slipway:services.frontend.environment.MAIL: ${queues.mail.url} is out of this service's reach: add mail to its sends or receives", {**USED, "slipway:services.frontend.sends": ["mail"], "slipway:services.frontend.environment": {"MAIL": "${queues.mail.url}"}}),
    ({**USED, f"{W}.environment": {"MAIL": "${queues.mail.name}"}}, f"{W}.environment.MAIL: ${{queues.mail.name}} stands for nothing", USED),
    ({**TO_ZERO, f"{W}.scaling": {"queue": {"name": "mail"}}}, f"{W}.scaling.queue.messagesPerTask: missing", TO_ZERO),
    ({**TO_ZERO, f"{W}.receives": []}, f"{W}.scaling.queue.name: 'mail' is not among what this service receives: more tasks would not work on it", TO_ZERO),
    ({**TO_ZERO, f"{W}.tasks": {"count": 2}}, f"{W}.scaling: a fixed count does not scale: give tasks.min and tasks.max", TO_ZERO),
    ({**TO_ZERO, "slipway:cluster.containerInsights": "disabled"}, f"{W}.scaling.queue: the number of running tasks is known by Container Insights alone: choose enabled", TO_ZERO),
    ({**TO_ZERO, f"{W}.scaling": {"queue": {"name": "mail", "messagesPerTask": 9}, "steps": {"cpuPercent": {"up": 70, "down": 30}}}}, f"{W}.scaling.steps: would add and remove tasks against the queue: leave steps out, or keep tasks.min above 0", {**TO_ZERO, f"{W}.tasks": {"min": 1, "max": 3}, f"{W}.scaling": {"queue": {"name": "mail", "messagesPerTask": 9}, "steps": {"cpuPercent": {"up": 70, "down": 30}}}}),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "told", "right"), CASES)
def test_rules(wrong: dict[str, Any], told: str, right: dict[str, Any]) -> None:
    found = mistakes(changed(wrong))
    assert [line for line in found if line.startswith(told)], found
    assert len(found) == 1, found
    assert mistakes(changed(right)) == []


def test_without_a_way_to_sqs_a_queue_is_out_of_reach() -> None:
    alone = {"slipway:services.worker.egress": [{"port": 587}]}
    assert mistakes(changed({**USED, **alone})) == [
        f"{W}.receives: is out of the tasks' reach: add sqs to network.endpoints, or let them out to HTTPS anywhere, through NAT"
    ]
    assert mistakes(changed({**USED, **alone, "slipway:network.endpoints": ["sqs"]})) == []


def warned(changes: dict[str, Any]) -> list[str]:
    found = checks.warnings(settings.parse(changed(changes), "test"))
    return [str(each) for each in found if "queue" in str(each)]


def test_queues_that_nobody_empties_or_fills_are_told_of() -> None:
    assert warned(USED) == []
    assert warned({Q: {}}) == [f"{Q}: no service receives from it: messages wait until they are lost"]
    assert warned({**USED, "slipway:services.api.sends": []}) == [f"{Q}: no service of this stack sends to it"]


def test_a_message_that_comes_back_before_its_task_has_ended_is_told_of() -> None:
    slow = {**USED, Q: {"visibilitySeconds": 20}, f"{W}.stopSeconds": 60}
    assert warned(slow) == [
        f"{W}.stopSeconds: 60 s are longer than a message of its queue is hidden, 20 s: another task gets it while this one still works"
    ]
    assert warned({**slow, f"{W}.stopSeconds": 20}) == []
