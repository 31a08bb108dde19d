"""Permissions of services: on every resource only what IAM cannot restrict, and nothing that can never work."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.files import changed, mistakes

PLACE = "slipway:services.worker.permissions"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:jobs"


def grant(actions: list[str], *resources: str) -> dict[str, Any]:
    return changed({PLACE: [{"actions": actions, "resources": list(resources)}]})


@pytest.mark.parametrize(
    "actions",
    [
        ["cloudwatch:PutMetricData", "cloudwatch:GetMetricData"],
        ["xray:GetSamplingRules", "xray:GetSamplingTargets"],
        ["rekognition:DetectLabels", "textract:DetectDocumentText"],
        ["ec2:Describe*"],
    ],
)
def test_actions_without_resources_take_a_star(actions: list[str]) -> None:
    assert mistakes(grant(actions, "*")) == []


@pytest.mark.parametrize("actions", [["s3:GetObject"], ["cloudwatch:PutMetricData", "s3:GetObject"]])
def test_other_actions_name_what_they_are_allowed_on(actions: list[str]) -> None:
    (found,) = mistakes(grant(actions, "*"))
    assert found.startswith(
        f"{PLACE}[0].resources[0]: '*' allows s3:GetObject on everything: name ARNs, such as arn:${{Partition}}:s3:::"
    )
    assert mistakes(grant(["s3:GetObject"], "arn:aws:s3:::files/*")) == []


def test_a_star_inside_an_arn_is_none() -> None:
    found = mistakes(grant(["s3:GetObject"], "*/files"))
    assert len(found) == 1
    assert "an ARN" in found[0]


@pytest.mark.parametrize(
    ("actions", "resource", "place", "words"),
    [
        (["sqs:SendMesage"], QUEUE, "actions[0]", "did you mean sqs:SendMessage?"),
        (["sns:Publish"], QUEUE, "actions[0]", "sns:Publish allows nothing on these resources: it is about arn:"),
        (["cloudwatch:PutMetricData"], QUEUE, "actions[0]", "IAM allows it on '*' only"),
        (["s3:GetObject"], "arn:aws:s3:::files", "actions[0]", "${BucketName}/${ObjectName}"),
        (["sqs:SendMessage"], QUEUE.replace("arn:aws:", "arn:aws-cn:"), "resources[0]", "begin it with arn:aws:"),
        (
            ["sqs:SendMessage"],
            "arn:aws:sqs:us-east-1:12345678901:jobs",
            "resources[0]",
            "'arn:aws:sqs:us-east-1:12345678901:jobs' is not an ARN",
        ),
    ],
)
def test_grants_that_can_never_work(actions: list[str], resource: str, place: str, words: str) -> None:
    (found,) = mistakes(grant(actions, resource))
    assert found.startswith(f"{PLACE}[0].{place}: ")
    assert words in found


def test_what_aws_may_have_added_since_is_a_warning() -> None:
    parsed = settings.parse(grant(["sqs:PeekMessage*"], QUEUE), "test")
    (warning,) = checks.warnings(parsed)
    assert str(warning).startswith(f"{PLACE}[0].actions[0]: sqs:PeekMessage* covers no action known when the table")


def test_what_an_extension_is_granted_is_judged_alike() -> None:
    given = {"module": "own.py", "permissions": [{"actions": ["sqs:CreateQueue"], "resources": ["*"]}]}
    (found,) = mistakes(changed({"slipway:extension": given}))
    assert found.startswith("slipway:extension.permissions[0].resources[0]: '*' allows sqs:CreateQueue on everything")
