"""Every control on its samples, as an update and as a first preview."""

import pytest

from policy.rules import RULES
from tests.policy.harness import Case, evaluate
from tests.policy.rules import CASES

NAMES = [rule.name for rule in RULES]


@pytest.mark.parametrize("preview", [False, True], ids=["update", "preview"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.control}-{case.verdict}-{case.shows}")
def test_case(case: Case, *, preview: bool) -> None:
    outcome = evaluate(case.resources, preview=preview, config={case.control: case.config}, provider=case.provider)
    assert outcome.verdict(case.control) == case.expected(preview=preview), outcome.diagnostics
    if case.expected(preview=preview) == "fail":
        assert any(case.says in message for message in outcome.of(case.control)), outcome.of(case.control)


def test_names_are_unique_and_no_alias_is_a_name() -> None:
    aliases = [alias for rule in RULES for alias in rule.control.aliases]
    assert len({*NAMES, *aliases}) == len(NAMES) + len(aliases)


def test_the_resources_of_a_case_are_different_ones() -> None:
    twice = [case.control for case in CASES if len({sample.urn for sample in case.resources}) < len(case.resources)]
    assert not twice


def test_no_sample_names_an_unknown_control() -> None:
    assert {case.control for case in CASES} <= set(NAMES)


def test_every_violating_sample_asserts_words_of_its_message() -> None:
    assert not [case for case in CASES if "fail" in (case.verdict, case.preview) and not case.says]


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_its_three_samples(name: str) -> None:
    own = [case for case in CASES if case.control == name]
    assert any(case.verdict == "pass" for case in own), "no compliant sample"
    assert any(case.verdict == "fail" and case.says for case in own), "no violating sample that checks the message"
    assert any(case.has_unknown for case in own), "no sample of a first preview"
