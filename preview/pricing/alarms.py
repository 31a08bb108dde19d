"""What an alarm costs: each metric that it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from preview.pricing.meter import CostComponent, PricedResource

_FAST_PERIOD_SECONDS: Final = 60
"""Below this, AWS bills a metric as one of high resolution."""


def metric_alarm(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter each metric of an alarm, by how often it is looked at."""
    queries = priced.resource.inputs.get("metricQueries")
    metrics = [query["metric"] for query in queries if "metric" in query] if isinstance(queries, list) else []
    periods = [
        priced.number("period", _FAST_PERIOD_SECONDS),
        *(m.get("period", _FAST_PERIOD_SECONDS) for m in metrics),
    ]
    fast = min(periods) < _FAST_PERIOD_SECONDS
    count = max(1, len(metrics))
    kind = "high_resolution" if fast else "standard"
    yield CostComponent(
        what=f"alarm on {count} metric{'s'[: count > 1]}", key=f"cloudwatch.alarm.{kind}_month", quantity=Decimal(count)
    )
