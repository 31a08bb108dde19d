"""Edits of the reference application: the numbers of created, updated, replaced and deleted that the real engine gave.

Pulumi 3.260, pulumi-aws 7.51, an emulator behind it, 2026-11-30, production stack. Resources that the program did not have on that
day are left out of the numbers.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from preview import stackfile
from preview.compare.difference import Comparison, compare
from preview.compare.meaning import statements
from preview.compare.meaning.statement import Situation
from preview.graph import Graph
from preview.record import record
from tests.stacks import ROOT, recorded

Config = dict[str, Any]
PROD = "Pulumi.prod.yaml"
STAGING = "Pulumi.staging.yaml"
SINCE = {"pulumi-python:dynamic/slipway:RolloutCheck"}


def image_tag(config: Config) -> None:
    config["slipway:services"]["api"]["image"]["tag"] = "4be01d7"


def third_zone(config: Config) -> None:
    config["slipway:network"]["zones"] = ["us-east-1a", "us-east-1b", "us-east-1c"]


def worker_removed(config: Config) -> None:
    del config["slipway:services"]["worker"]


def worker_renamed(config: Config) -> None:
    services = config["slipway:services"]
    config["slipway:services"] = {("jobs" if name == "worker" else name): of for name, of in services.items()}


def scaled(config: Config) -> None:
    api = config["slipway:services"]["api"]
    api["tasks"] = {"min": 3, "max": 12}
    api["scaling"]["schedule"][1] |= {"min": 3, "max": 12}


def database_class(config: Config) -> None:
    config["slipway:database"]["instanceClass"] = "db.t4g.large"


def media_cdn_off(config: Config) -> None:
    del config["slipway:media"]["cdn"]


def cache_removed(config: Config) -> None:
    del config["slipway:cache"]
    for service in config["slipway:services"].values():
        service["uses"] = [name for name in service.get("uses", []) if name != "cache"]
        service.get("secrets", {}).pop("CACHE_URL", None)
        service.get("environment", {}).pop("CACHE_HOST", None)


def protection_off(config: Config) -> None:
    config["slipway:protection"] = {"protect": False, "deletionProtection": False, "emptyOnDestroy": True}


@cache
def edited(change: Callable[[Config], None], name: str = PROD) -> Graph:
    file = stackfile.read(ROOT / name)
    config = copy.deepcopy(dict(file.config))
    change(config)
    return record(ROOT, file.stack, config)


def counts(comparison: Comparison) -> tuple[int, int, int, int]:
    found = Counter(item.kind for item in comparison.changed if item.resource.type not in SINCE)
    assert not found["renamed"]
    return found["created"], found["updated"], found["replaced"], found["deleted"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (image_tag, (0, 2, 2, 0)),
        (third_zone, (24, 12, 0, 0)),
        (worker_removed, (0, 5, 1, 24)),
        (worker_renamed, (21, 5, 1, 21)),
        (scaled, (0, 3, 0, 0)),
        (media_cdn_off, (0, 6, 2, 13)),
    ],
)
def test_as_many_as_the_engine_counts(change: Callable[[Config], None], expected: tuple[int, int, int, int]) -> None:
    assert counts(compare(recorded(PROD), edited(change))) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [(third_zone, (0, 12, 0, 24)), (worker_removed, (24, 5, 1, 0))],
    ids=["two zones", "put back"],
)
def test_as_many_on_the_way_back(change: Callable[[Config], None], expected: tuple[int, int, int, int]) -> None:
    assert counts(compare(edited(change), recorded(PROD))) == expected


def test_a_new_image_runs_the_migration_and_updates_one_service() -> None:
    changed = compare(recorded(PROD), edited(image_tag)).changed
    assert sorted(f"{item.kind} {item.resource.name}" for item in changed) == [
        "replaced api-migration-task",
        "replaced api-task",
        "updated api-migration-run",
        "updated api-service",
        "updated rollout-api",
    ]


def test_a_renamed_service_runs_no_migration() -> None:
    names = [item.resource.type for item in compare(recorded(PROD), edited(worker_renamed)).changed]
    assert "pulumi-python:dynamic/slipway:MigrationRun" not in names


def test_a_larger_database_is_updated_in_place() -> None:
    comparison = compare(recorded(PROD), edited(database_class))
    (database,) = [item for item in comparison.changed if item.resource.type == "aws:rds/instance:Instance"]
    assert database.kind == "updated"
    assert comparison.counts["replaced"] == comparison.counts["deleted"] == comparison.counts["created"] == 0


def test_protection_off_updates_what_is_protected() -> None:
    comparison = compare(recorded(STAGING), edited(protection_off, STAGING))
    kinds = sorted(item.resource.type.rpartition(":")[2] for item in comparison.kind("updated"))
    assert {"Bucket", "Instance", "LoadBalancer", "Repository"} <= set(kinds)
    assert comparison.counts["replaced"] == comparison.counts["deleted"] == comparison.counts["created"] == 0


def test_a_cache_that_is_protected_stops_the_update() -> None:
    comparison = compare(recorded(PROD), edited(cache_removed))
    stopped = [item for item in comparison.changed if item.gone and item.before and item.before.protect]
    said = [item.text for item in statements(Situation(comparison=comparison)) if item.concern == "stops"]
    # The engine named the cache's own three before it gave up; the secret with its address is protected as well.
    assert sorted(item.resource.name for item in stopped) == [
        "cache-key-key",
        "cache-nodes",
        "cache-secret",
        "secret-urls-storefront-cache-url",
    ]
    for item in stopped:
        assert any(item.resource.name in text and "Pulumi's protection" in text for text in said)
