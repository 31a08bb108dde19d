"""What holds for every rule: verdicts depend neither on order nor on strangers, and what is unknown excuses nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import pack
from policy.model import IDENTITIES
from policy.rules import RULES
from tests.policy.deployed import deployed
from tests.policy.harness import UNKNOWN, Case, Outcome, Ref, Sample, evaluate, leaves, only, res
from tests.policy.rules import CASES

ABOUT_ALL = {
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": "closes every bucket of the account",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": "scans every repository of the account",
}
"""Types that are about all resources of an account, so never strangers, with what they do."""

NAMES = {*IDENTITIES, "resourceId"}
"""Properties by which samples could mean each other after all."""

PRESENCE = {
    ("no-plaintext-credentials", "*"): "what another resource answers is not written in the program",
    ("alarm-has-actions", "alarmActions"): "any action will do",
    ("cdn-hsts", "defaultCacheBehavior"): "a policy that is not made yet is none of those that AWS keeps ready",
    ("database-groups-chosen", "vpcSecurityGroupIds"): "any group will do",
    ("database-under-own-key", "kmsKeyId"): "any key will do",
    ("secrets-under-own-key", "kmsKeyId"): "any key will do, and the one that will not is no output of anything",
    ("table-under-own-key", "serverSideEncryption"): "any key will do",
    ("search-domain-under-own-key", "encryptAtRest"): "any key will do",
    ("topics-encrypted", "kmsMasterKeyId"): "any key will do, and the one that will not is no output of anything",
    ("function-grants-name-source", "sourceArn"): "what another resource answers names one",
    ("group-rules-described", "description"): "any text will do",
    ("group-rules-described", "ingress"): "any text will do",
    ("required-tags", "tags"): "any value of a tag will do",
}
"""Properties (``*`` for all) of which an unknown value is as good as any, by control, with the reason."""

UPDATE_CASES = [case for case in CASES if case.verdict != "unknown"]


def said(outcome: Outcome, case: Case) -> set[tuple[str, str]]:
    """Return what the case's control says about the case's own resources."""
    own = {sample.urn for sample in case.resources}
    return {(item.urn, item.message) for item in outcome.diagnostics if item.policy == case.control and item.urn in own}


def run(case: Case, *samples: Sample, preview: bool = False) -> Outcome:
    return evaluate(
        samples, preview=preview, config={case.control: case.config}, provider=case.provider, server=only(case.control)
    )


@settings(max_examples=150)
@given(st.data())
def test_the_order_of_resources_changes_nothing(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(UPDATE_CASES))
    shuffled = data.draw(st.permutations(case.resources))
    assert said(run(case, *shuffled), case) == said(run(case, *case.resources), case)


def loose(value: Any) -> Any:
    """Return a value whose references lead nowhere."""
    if isinstance(value, Mapping):
        return {key: loose(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [loose(item) for item in value]
    return f"elsewhere-{value.attribute}" if isinstance(value, Ref) else value


def strangers() -> Iterator[Sample]:
    """Return a resource of each type that has nothing to do with any other, and nothing unknown."""
    known = {
        sample.token: sample
        for case in CASES
        for sample in case.resources
        if sample.token not in ABOUT_ALL and UNKNOWN not in leaves(sample.props)
    }
    for number, sample in enumerate(known.values()):
        props = {key: value for key, value in sample.props.items() if key not in NAMES}
        yield res(sample.token, f"stranger-{number}", **loose(props))


STRANGERS = tuple(strangers())


@pytest.mark.parametrize("control", [rule.name for rule in RULES])
def test_strangers_change_no_verdict_about_others(control: str) -> None:
    for case in UPDATE_CASES:
        if case.control == control:
            assert said(run(case, *case.resources, *STRANGERS), case) == said(run(case, *case.resources), case)


@pytest.mark.parametrize("control", [rule.name for rule in RULES])
def test_what_the_provider_fills_in_changes_no_verdict(control: str) -> None:
    """Rules judge what the program writes, before its first update and ever after."""
    for case in UPDATE_CASES:
        if case.control == control:
            assert said(run(case, *deployed(case.resources)), case) == said(run(case, *case.resources), case)


def blurred(value: Any) -> Iterator[Any]:
    """Return copies of a value, each with one part that is not known yet."""
    if value != UNKNOWN:
        yield UNKNOWN
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from ({**value, key: changed} for changed in blurred(item))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from ([*value[:index], changed, *value[index + 1 :]] for changed in blurred(item))


@pytest.mark.parametrize("control", [rule.name for rule in RULES])
def test_an_unknown_never_turns_a_failure_into_a_pass(control: str) -> None:
    for case in CASES:
        if case.control != control or case.expected(preview=True) != "fail":
            continue
        for index, sample in enumerate(case.resources):
            for key, value in sample.props.items():
                if PRESENCE.keys() & {(control, key), (control, "*")}:
                    continue
                for changed in blurred(value):
                    props = {**sample.props, key: changed}
                    others = [*case.resources[:index], replace(sample, props=props), *case.resources[index + 1 :]]
                    verdict = run(case, *others, preview=True).verdict(control)
                    assert verdict in ("fail", "unknown"), (sample.name, key, changed)


NONSENSE: tuple[Any, ...] = (
    None, True, -1, 3.5, "", "x", "{}", "{", '{"Statement": [null, "x", {"Effect": 1, "Principal": [], "Condition": "x"}]}',
    [], [None], ["x"], [[{}]], {}, {"a": None}, {"a": UNKNOWN}, "10.0.0.0/99",
)  # fmt: skip


@settings(max_examples=300)
@given(st.data())
def test_nonsense_breaks_no_rule(data: st.DataObject) -> None:
    """AWS would refuse such values, but a rule that raises judges nothing else either."""
    case = data.draw(st.sampled_from(CASES))
    changed = [
        replace(sample, props={**sample.props, key: value})
        for sample in case.resources
        for key in data.draw(st.sets(st.sampled_from(sorted(sample.props) or ["tags"]), max_size=2))
        for value in [data.draw(st.sampled_from(NONSENSE))]
    ]
    names = {sample.name for sample in changed}
    kept = [sample for sample in case.resources if sample.name not in names]
    latest = {sample.name: sample for sample in changed}.values()
    outcome = run(case, *kept, *latest, preview=data.draw(st.booleans()))
    assert pack.RULE_ERRORS not in {item.policy for item in outcome.diagnostics}


@pytest.mark.parametrize(
    ("control", "path", "nonsense"),
    [
        ("alarms-on-what-matters", "identifier", {"a": None}),
        ("bucket-versioned", "bucket", ["x"]),
        ("record-follows-resource", "publicIp", [[{}]]),
        ("execution-role-reads-named-secrets", "policyArn", {"a": None}),
    ],
)
def test_nonsense_that_broke_a_rule(control: str, path: str, nonsense: object) -> None:
    for case in CASES:
        if case.control == control:
            changed = [replace(sample, props={**sample.props, path: nonsense}) for sample in case.resources]
            assert pack.RULE_ERRORS not in {item.policy for item in run(case, *changed).diagnostics}


@pytest.mark.parametrize("control", [rule.name for rule in RULES])
def test_a_message_is_one_line_that_names_the_resource_and_ends_with_a_fix(control: str) -> None:
    for case in CASES:
        if case.control != control or case.verdict != "fail":
            continue
        labels = {
            sample.urn: f"{sample.token.rpartition(':')[2].removesuffix('V2')} {sample.name}"
            for sample in case.resources
        }
        for urn, message in said(run(case, *case.resources), case):
            assert re.fullmatch(rf"{re.escape(labels[urn])}: \S.+\. Fix: \S.*[^\s.]", message), message
