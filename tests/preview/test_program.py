"""The preview of the project's own program, for every stack file that is shipped."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from preview import bench
from preview.graph import UNKNOWN, Resource
from preview.pricing import estimate
from preview.provider_fakes import TAGGABLE
from tests.stacks import recorded

ROOT = Path(__file__).parents[2]
FILES = [str(path.relative_to(ROOT)) for path in bench.shipped()]

_spec = importlib.util.find_spec("pulumi_aws")
assert _spec
assert _spec.origin
SDK = Path(_spec.origin).parent


def takes_tags(resource: Resource) -> bool:
    package, module, _ = resource.type.split(":")
    service, _, name = module.partition("/")
    if package != "aws":
        return False
    file = re.sub("([A-Z])", lambda upper: f"_{upper[1].lower()}", name)
    path = SDK / {"lambda": "lambda_"}.get(service, service) / f"{file}.py"
    return "def tags_all(self)" in path.read_text(encoding="utf-8")


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("file", FILES)
def test_both_modes_register_the_same(file: str) -> None:
    update, preview = recorded(file, "update"), recorded(file, "preview")
    assert sorted(r.urn for r in update.resources) == sorted(r.urn for r in preview.resources)
    assert set(update.exports) == set(preview.exports)


@pytest.mark.parametrize("file", FILES)
def test_after_an_update_everything_is_known(file: str) -> None:
    graph = recorded(file, "update")
    for resource in graph.resources:
        assert UNKNOWN not in resource.inputs.values(), resource
        # An output nobody answered reaches a text as "None", an Output in an f-string as a note on how to use it.
        spoilt = [t for t in strings(dict(resource.inputs)) if re.search(r"\bNone\b", t) or "Calling __str__" in t]
        assert spoilt == [], resource


@pytest.mark.parametrize("file", FILES)
def test_every_type_that_takes_tags_gets_the_default_ones(file: str) -> None:
    unknown = {r.type for r in recorded(file, "update").resources if r.custom and takes_tags(r)} - TAGGABLE
    assert unknown == set()


UNREAD = {
    *(("us-west-1", part) for part in ("fargate", "nat_gateway", "alb")),
    ("eu-north-1", "fargate"),
}
"""Prices without a source of their own, which the list that ships leaves out: `make prices` reads them, and the page says so."""


@pytest.mark.parametrize("file", FILES)
def test_everything_has_a_price_or_is_known_to_have_none(file: str) -> None:
    found = estimate(recorded(file, "update"))
    assert found.unpriced == ()
    assert {(item.region, item.key.partition(".")[0]) for item in found.missing} <= UNREAD
    assert found.total > 0


@pytest.mark.parametrize("file", FILES)
def test_the_estimate_needs_no_update(file: str) -> None:
    assert estimate(recorded(file, "preview")).total == estimate(recorded(file, "update")).total
