"""Metrics as lines in CloudWatch's embedded metric format: no SDK, no call and no permission is needed for them."""

from __future__ import annotations

import json
import sys
import time

NAMESPACE = "Storefront"
"""The namespace that the stack file's `alarms.metrics` watch."""


def count(name: str, value: float = 1, unit: str = "Count", **dimensions: str) -> None:
    """Write a value; a failure counts 1, a success counts 0, so that the alarm sees both and their absence.

    Args:
        name: the metric, such as OrdersFailed.
        value: the value.
        unit: CloudWatch's unit, such as Count or Milliseconds.
        dimensions: what the value is about; a metric without any is what an alarm on the whole reads.
    """
    described = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [
            {"Namespace": NAMESPACE, "Dimensions": [sorted(dimensions)], "Metrics": [{"Name": name, "Unit": unit}]}
        ],
    }
    sys.stdout.write(json.dumps({"_aws": described, name: value, **dimensions}) + "\n")
    sys.stdout.flush()
