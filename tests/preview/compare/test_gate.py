"""Stopping what destroys, and the waivers that let it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from preview.compare import gate
from tests.preview.compare.graphs import BUCKET, DATABASE, edit, resource

TODAY = dt.date(2026, 11, 30)
WAIVER = """
- resource: aws:rds/instance:Instance::d*
  reason: the replica is not used
  owner: data team
  expires: 2026-12-05
"""


@pytest.fixture
def waivers(tmp_path: Path) -> Path:
    path = tmp_path / "waivers.yaml"
    path.write_text(WAIVER)
    return path


def test_what_holds_data_is_destroyed_only_with_a_waiver(waivers: Path) -> None:
    comparison = edit([resource(DATABASE, "d", {"identifier": "d"}), resource(BUCKET, "b", {})], [])
    assert [item.resource.name for item in gate.destroyed(comparison, [], TODAY)] == ["d", "b"]
    assert [item.resource.name for item in gate.destroyed(comparison, gate.read(waivers, TODAY), TODAY)] == ["b"]


def test_a_waiver_ends(waivers: Path) -> None:
    comparison = edit([resource(DATABASE, "d", {"identifier": "d"})], [])
    assert gate.destroyed(comparison, gate.read(waivers, TODAY), dt.date(2026, 12, 6))


def test_a_waiver_for_one_action_is_for_that(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(WAIVER + "  action: replaced\n")
    comparison = edit([resource(DATABASE, "d", {"identifier": "d"})], [])
    assert gate.destroyed(comparison, gate.read(path, TODAY), TODAY)


def test_what_stays_in_aws_is_not_destroyed() -> None:
    assert not gate.destroyed(edit([resource(BUCKET, "b", {}, retain_on_delete=True)], []), [], TODAY)
    assert not gate.destroyed(edit([resource("aws:iam/role:Role", "r", {})], []), [], TODAY)


def test_no_file_has_no_waivers(tmp_path: Path) -> None:
    assert gate.read(tmp_path / "none.yaml", TODAY) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "expected a list of waivers"),
        ("- 5", "waiver 1: expected resource"),
        (WAIVER.replace("reason: the replica is not used", "reason: ''"), "waiver 1: reason is missing"),
        (WAIVER.replace("2026-12-05", "soon"), "expires: 'soon' is no day"),
        (WAIVER.replace("2026-12-05", "2027-12-05"), "more than 31 days ahead"),
        (WAIVER + "  action: burned\n", "'burned' is not allowed"),
        (WAIVER + "  when: now\n", "when is not known"),
        ("[", "w.yaml"),
    ],
)
def test_a_file_that_is_not_in_order(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(text)
    with pytest.raises(gate.InvalidWaivers, match=said.replace("(", "\\(")):
        gate.read(path, TODAY)
