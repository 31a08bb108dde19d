"""Permissions on every resource: only for actions that IAM cannot restrict."""

from __future__ import annotations

import pytest

from tests.settings.files import changed, mistakes

PLACE = "slipway:services.worker.permissions"


@pytest.mark.parametrize("action", ["cloudwatch:PutMetricData", "xray:PutTraceSegments"])
def test_actions_without_resources_take_a_star(action: str) -> None:
    assert mistakes(changed({PLACE: [{"actions": [action], "resources": ["*"]}]})) == []


@pytest.mark.parametrize("actions", [["s3:GetObject"], ["cloudwatch:PutMetricData", "s3:GetObject"]])
def test_other_actions_name_what_they_are_allowed_on(actions: list[str]) -> None:
    wanted = (
        "'*' allows s3:GetObject on everything: name ARNs; only cloudwatch:PutMetricData, xray:PutTelemetryRecords or"
    )
    (found,) = mistakes(changed({PLACE: [{"actions": actions, "resources": ["*"]}]}))
    assert found == f"{PLACE}[0].resources: {wanted} xray:PutTraceSegments know none"
    assert mistakes(changed({PLACE: [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::files/*"]}]})) == []


def test_a_star_inside_an_arn_is_none() -> None:
    found = mistakes(changed({PLACE: [{"actions": ["s3:GetObject"], "resources": ["*/files"]}]}))
    assert len(found) == 1
    assert "an ARN" in found[0]
