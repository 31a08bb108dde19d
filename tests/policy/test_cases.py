"""Every control on its samples, as an update and as a first preview."""

import pytest

from policy.catalogue import CONTROLS
from policy.rules import RULES
from tests.policy import (
    cases_cache,
    cases_cdn,
    cases_containers,
    cases_database,
    cases_database_operations,
    cases_dns,
    cases_functions,
    cases_identity,
    cases_instances,
    cases_keys,
    cases_kms,
    cases_load_balancing,
    cases_network,
    cases_network_acls,
    cases_observability,
    cases_program,
    cases_registry,
    cases_secrets,
    cases_security_groups,
    cases_services,
    cases_storage,
    cases_vpcs,
    cases_web_acl,
)
from tests.policy.harness import Case, judge

MODULES = (
    cases_program,
    cases_observability,
    cases_identity,
    cases_database,
    cases_database_operations,
    cases_cache,
    cases_storage,
    cases_secrets,
    cases_kms,
    cases_keys,
    cases_registry,
    cases_functions,
    cases_network,
    cases_security_groups,
    cases_network_acls,
    cases_vpcs,
    cases_instances,
    cases_services,
    cases_containers,
    cases_load_balancing,
    cases_cdn,
    cases_web_acl,
    cases_dns,
)
CASES = [case for module in MODULES for case in module.CASES]
NAMES = [rule.name for rule in RULES]


def _id(case: Case) -> str:
    return f"{case.control}-{case.verdict}"


@pytest.mark.parametrize("preview", [False, True], ids=["update", "preview"])
@pytest.mark.parametrize("case", CASES, ids=_id)
def test_case(case: Case, *, preview: bool) -> None:
    outcome = judge(case.resources, preview=preview, config={case.control: case.config}, provider=case.provider)
    assert outcome.verdict(case.control) == case.expected(preview=preview), outcome.diagnostics
    if case.expected(preview=preview) == "fail":
        assert any(case.says in message for message in outcome.of(case.control)), outcome.of(case.control)


def test_every_control_has_a_rule_and_every_rule_a_row() -> None:
    assert sorted(NAMES) == sorted(control.name for control in CONTROLS)
    assert len(set(NAMES)) == len(NAMES)


def test_the_resources_of_a_case_are_different_ones() -> None:
    twice = [case.control for case in CASES if len({sample.urn for sample in case.resources}) < len(case.resources)]
    assert not twice


def test_no_sample_names_an_unknown_control() -> None:
    assert {case.control for case in CASES} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_its_three_samples(name: str) -> None:
    own = [case for case in CASES if case.control == name]
    assert any(case.verdict == "pass" for case in own), "no compliant sample"
    assert any(case.verdict == "fail" and case.says for case in own), "no violating sample that checks the message"
    assert any(case.has_unknown for case in own), "no sample of a first preview"
