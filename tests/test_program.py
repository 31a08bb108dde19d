from collections.abc import Callable, Iterator

import pytest

from preview.graph import UNKNOWN, Graph
from preview.record import Mode
from tests import stacks
from tests.invariants import INVARIANTS

MODES: tuple[Mode, ...] = ("update", "preview")

pytestmark = [pytest.mark.parametrize("name", stacks.NAMES)]


def test_all_shipped_stack_files_are_here(name: str) -> None:
    assert len(stacks.NAMES) >= 6
    assert (stacks.ROOT / name).is_file()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.__name__)
def test_invariant(name: str, invariant: Callable[[Graph], Iterator[str]], mode: Mode) -> None:
    assert list(invariant(stacks.recorded(name, mode))) == []


def test_preview_shows_what_an_update_makes(name: str) -> None:
    update, preview = (stacks.recorded(name, mode) for mode in MODES)
    assert sorted(r.urn for r in update.resources) == sorted(r.urn for r in preview.resources)
    assert sorted(update.exports) == sorted(preview.exports)


def test_nothing_is_left_unknown_in_an_update(name: str) -> None:
    unknown = [
        f"{r}.{key}" for r in stacks.recorded(name).resources for key, value in r.inputs.items() if value is UNKNOWN
    ]
    assert unknown == []


def test_order_carries_the_same_edges_in_preview_and_update(name: str) -> None:
    update, preview = (stacks.recorded(name, mode) for mode in MODES)
    for resource in update.resources:
        assert set(resource.dependencies) <= set(preview.urn(resource.urn).dependencies), resource


@pytest.mark.parametrize("mode", MODES)
def test_no_mandatory_finding(name: str, mode: Mode) -> None:
    verdict = stacks.evaluated(name, mode)
    assert stacks.refusals(verdict) == []
    assert verdict.policies >= 30


def test_urns_stay_what_they_were(name: str) -> None:
    """A renamed resource is a replaced one: the list changes on purpose or not at all (`make golden` writes it)."""
    assert stacks.urns(name) == stacks.golden(name).read_text(encoding="utf-8")
