"""Each control catches its own mistake in the reference production stack, and no other control says a word unstated."""

import pytest

from policy.control import Environment, Level
from policy.rules import CONTROLS, RULES
from tests.policy.reference import Mistake, Reference
from tests.policy.violation_fixtures import ALREADY_SAID, MISTAKES, NOT_IN_THE_REFERENCE


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


@pytest.mark.parametrize("what", MISTAKES, ids=lambda item: f"{item.control}-{item.token.rpartition(':')[2]}")
def test_a_mistake_is_caught_by_its_control_and_those_stated(reference: Reference, what: Mistake) -> None:
    assert reference.catches(what) == {what.control, *what.others}


def test_what_is_said_about_the_unchanged_stack_is_known_and_stops_nothing(reference: Reference) -> None:
    assert {item.policy for item in reference.before} == ALREADY_SAID.keys()
    levels = {control.name: control.levels[Environment.PRODUCTION] for control in CONTROLS}
    assert Level.MANDATORY not in {levels[name] for name in ALREADY_SAID}


def test_every_control_has_a_mistake_or_nothing_to_go_wrong() -> None:
    tried = {what.control for what in MISTAKES}
    assert not NOT_IN_THE_REFERENCE.keys() & (tried | ALREADY_SAID.keys())
    assert {rule.name for rule in RULES} == tried | NOT_IN_THE_REFERENCE.keys() | ALREADY_SAID.keys()
