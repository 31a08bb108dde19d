"""Every requirement of the five documents on the program, looked at in the recorded stacks."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from preview.graph import Graph
from tests import stacks
from tests.conformance import costs, elsewhere, evidence, tables
from tests.conformance.elsewhere import Pointer
from tests.conformance.evidence import CHECKS
from tests.conformance.tables import Requirement


@pytest.fixture(scope="module")
def graphs() -> Mapping[str, Graph]:
    return tables.recorded()


@pytest.mark.parametrize("row", tables.requirements(), ids=lambda row: row.name)
def test_requirement(row: Requirement, graphs: Mapping[str, Graph]) -> None:
    if row.open:
        assert tables.met(row, graphs) is None, f"{row.name} is met: take its `open` out of requirements.yaml"
    else:
        for stack, evidence in row.seen(graphs).items():
            assert evidence.parts, stack
            assert all(value for _, value in evidence.parts), stack


def test_every_requirement_has_a_check_and_every_check_a_requirement() -> None:
    assert sorted(CHECKS) == sorted(row.name for row in tables.requirements())


def test_every_stack_file_of_a_document_is_looked_at(graphs: Mapping[str, Graph]) -> None:
    # Other examples show what no document asks for.
    documents = {file for file in graphs if (stacks.ROOT / file).with_name("CONFORMANCE.md").is_file()}
    assert {file for row in tables.requirements() for file in row.files} == documents


ABOUT_THE_STATE = {"E-04", "E-05", "S-27", "S-35"}
"""Met by what `operations.bootstrap` makes, whatever the stack."""


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_an_empty_stack_meets_nothing(name: str) -> None:
    empty = Graph(project="slipway", stack="prod", resources=(), exports={})
    if name not in ABOUT_THE_STATE:
        with pytest.raises((AssertionError, LookupError)):
            CHECKS[name](empty)


@pytest.mark.parametrize("row", [row for row in tables.requirements() if row.optional], ids=lambda row: row.name)
def test_an_optional_requirement_is_also_looked_at_in_a_variant(
    row: Requirement, graphs: Mapping[str, Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    varied: list[str] = []
    record = evidence.varied

    def recorded(file: str, change: Callable[[dict[str, Any]], None]) -> Graph:
        varied.append(file)
        return record(file, change)

    monkeypatch.setattr(evidence, "varied", recorded)
    row.seen(graphs)
    assert {file.partition("/")[0] for file in varied} == {row.example}


@pytest.mark.parametrize("example", tables.EXAMPLES)
def test_tables_are_up_to_date(example: str, graphs: Mapping[str, Graph]) -> None:
    """`make conformance` writes them."""
    assert tables.path(example).read_text(encoding="utf-8") == tables.table(example, graphs)


@pytest.mark.parametrize("example", tables.EXAMPLES)
def test_cost_tables_are_up_to_date(example: str, graphs: Mapping[str, Graph]) -> None:
    """`make conformance` writes them."""
    assert costs.readme(example).read_text(encoding="utf-8") == costs.renewed(example, graphs)


@pytest.mark.parametrize("pointer", elsewhere.pointers(), ids=lambda pointer: f"{pointer.name}: {pointer.at[:70]}")
def test_what_is_met_elsewhere_is_there(pointer: Pointer) -> None:
    assert not pointer.missing(), pointer.name


def test_all_of_the_documents_requirements_are_met_somewhere() -> None:
    """220 in five documents: some on the program, some elsewhere, some on both."""
    names = {row.name for row in tables.requirements()} | {pointer.name for pointer in elsewhere.pointers()}
    counts = {letter: sum(name.startswith(letter) for name in names) for letter in "ERPMS"}
    assert sum(counts.values()) == 220, counts
    for letter, count in counts.items():
        numbers = sorted(int(name.partition("-")[2]) for name in names if name.startswith(letter))
        assert numbers == list(range(1, count + 1)), letter
