"""Every requirement of the five documents on the program, looked at in the recorded stacks."""

from collections.abc import Mapping

import pytest

from preview.graph import Graph
from tests.conformance import costs, tables
from tests.conformance.evidence import CHECKS
from tests.conformance.tables import Requirement

pytestmark = pytest.mark.xdist_group("conformance")


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


def test_every_stack_file_of_the_examples_is_looked_at(graphs: Mapping[str, Graph]) -> None:
    assert {file for row in tables.requirements() for file in row.files} == set(graphs)


ABOUT_THE_REPOSITORY = {"E-04", "E-05", "E-29", "S-27", "S-29", "S-35"}
"""Met by files of this repository, whatever the stack."""


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_an_empty_stack_meets_nothing(name: str) -> None:
    empty = Graph(project="slipway", stack="prod", resources=(), exports={})
    if name not in ABOUT_THE_REPOSITORY:
        with pytest.raises((AssertionError, LookupError)):
            CHECKS[name](empty)


@pytest.mark.parametrize("example", tables.EXAMPLES)
def test_tables_are_up_to_date(example: str, graphs: Mapping[str, Graph]) -> None:
    """`make conformance` writes them."""
    assert tables.path(example).read_text(encoding="utf-8") == tables.table(example, graphs)


@pytest.mark.parametrize("example", tables.EXAMPLES)
def test_cost_tables_are_up_to_date(example: str, graphs: Mapping[str, Graph]) -> None:
    """`make conformance` writes them."""
    assert costs.readme(example).read_text(encoding="utf-8") == costs.renewed(example, graphs)
