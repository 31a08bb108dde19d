"""What the stubbed AWS of these tests refuses beyond botocore."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.conftest import Operator

GROUP = "/slipway/web"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"logGroupName": GROUP, "limit": 10_001}, "limit: 10001"),
        ({"logGroupName": "a" * 513}, "logGroupName: 513 characters"),
        ({"logGroupName": "shop logs?"}, "logGroupName: 'shop logs\\?' does not match"),
    ],
)
def test_refuses_what_is_beyond_the_model(operator: Operator, request_: dict[str, Any], said: str) -> None:
    """Botocore holds requests against the least only."""
    operator.answer("logs", "filter_log_events", {"events": []})
    logs = operator.context().client("logs")
    with pytest.raises(AssertionError, match=said):
        logs.filter_log_events(**request_)
    assert logs.filter_log_events(logGroupName=GROUP, limit=10_000)["events"] == []
