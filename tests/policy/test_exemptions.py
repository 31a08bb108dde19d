"""The exemptions file: what counts, what does not, and what the run says about it."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies
from pulumi.runtime.proto import analyzer_pb2

from policy import pack, results
from policy.control import Environment
from policy.exemptions import Exemptions, load
from tests.policy.harness import Outcome, Ref, Sample, evaluate, made_of, res
from tests.policy.networks import network

TODAY = dt.date(2026, 6, 15)
IN_ORDER: dict[str, Any] = {
    "control": "database-not-public",
    "resource": "aws:rds/instance:Instance::reports-*",
    "reason": "Read by the auditors until the new portal is open.",
    "owner": "data-team",
    "ticket": "OPS-1234",
    "expires": dt.date(2026, 9, 30),
}
PUBLIC = res("rds/instance:Instance", "reports-db", publiclyAccessible=True)


def written(tmp_path: Path, *entries: Any) -> Exemptions:
    path = tmp_path / "exemptions.yaml"
    path.write_text(yaml.safe_dump({"exemptions": list(entries)}))
    return load(path, TODAY)


def outcome(exempt: Exemptions, *samples: Sample) -> Outcome:
    return evaluate(samples, server=made_of(pack.policies(Environment.PRODUCTION, exempt=exempt)))


@pytest.mark.parametrize(
    "resource",
    ["aws:rds/instance:Instance::reports-*", "aws:rds/*::reports-db", "*::reports-db", PUBLIC.urn],
)
def test_an_exemption_in_order_takes_its_finding_and_is_listed(tmp_path: Path, resource: str) -> None:
    said = outcome(written(tmp_path, {**IN_ORDER, "resource": resource}), PUBLIC)
    assert said.verdict("database-not-public") == "pass"
    why = "until 2026-09-30: Read by the auditors until the new portal is open. (data-team, OPS-1234)"
    assert said.of(pack.EXEMPTED) == [f"database-not-public of reports-db: {why}"]
    assert not said.of(results.IN_ORDER)
    assert {item.level for item in said.diagnostics if item.policy == pack.EXEMPTED} == {analyzer_pb2.ADVISORY}


@pytest.mark.parametrize(
    "change",
    [
        {"resource": "aws:rds/instance:Instance::reports"},
        {"resource": "aws:rds/cluster:Cluster::reports-*"},
        {"resource": "urn:pulumi:prod::shop::aws:rds/instance:Instance::reports-*"},
        {"control": "database-multi-az"},
    ],
)
def test_an_exemption_of_something_else_takes_nothing_and_is_called_unused(
    tmp_path: Path, change: dict[str, str]
) -> None:
    said = outcome(written(tmp_path, {**IN_ORDER, **change}), PUBLIC)
    assert said.verdict("database-not-public") == "fail"
    if "control" not in change:
        assert any("is not used here (data-team)" in message for message in said.of(results.IN_ORDER))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": "because"}, "exemption 1: reason: String should have at least 20 characters"),
        ({"reason": " " * 30}, "exemption 1: reason: String should have at least 20 characters"),
        ({"owner": ""}, "exemption 1: owner: "),
        ({"ticket": None}, "exemption 1: ticket: "),
        ({"expires": "soon"}, "exemption 1: expires: "),
        ({"expires": dt.date(2026, 6, 14)}, "expired on 2026-06-14"),
        ({"expires": dt.date(2027, 6, 16)}, "which is more than 365 days ahead"),
        ({"control": "database-public"}, "there is no such control"),
        ({"until": "2026-09-30"}, "exemption 1: until: "),
    ],
)
def test_what_is_not_in_order_exempts_nothing_and_is_told(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    said = outcome(written(tmp_path, {**IN_ORDER, **change}), PUBLIC)
    assert said.verdict("database-not-public") == "fail"
    assert [why in message for message in said.of(results.IN_ORDER)] == [True], said.of(results.IN_ORDER)


@pytest.mark.parametrize("missing", IN_ORDER)
def test_every_part_is_needed(tmp_path: Path, missing: str) -> None:
    entry = {key: value for key, value in IN_ORDER.items() if key != missing}
    assert [missing in problem for problem in written(tmp_path, entry).problems] == [True]


def test_one_bad_entry_leaves_the_others_in_force(tmp_path: Path) -> None:
    said = outcome(written(tmp_path, "nonsense", IN_ORDER), PUBLIC)
    assert said.verdict("database-not-public") == "pass"
    assert "exemption 1: entry: " in said.of(results.IN_ORDER)[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("exemptions: [", "line 1: it is not YAML, so nothing is exempt"),
        ("exemptions: 3", "exemptions is not a list, so nothing is exempt"),
        ("just words", "exemptions is not a list, so nothing is exempt"),
    ],
)
def test_a_file_that_is_none_exempts_nothing(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "exemptions.yaml"
    path.write_text(text)
    found = load(path, TODAY)
    assert not found.entries
    assert [why in problem for problem in found.problems] == [True], found.problems


@pytest.mark.parametrize("text", ["", "# nothing\n", "exemptions:\n", "exemptions: []\n"])
def test_an_empty_file_is_in_order(tmp_path: Path, text: str) -> None:
    path = tmp_path / "exemptions.yaml"
    path.write_text(text)
    assert load(path, TODAY) == load(tmp_path / "missing.yaml", TODAY) == Exemptions(today=TODAY)


@pytest.mark.parametrize(
    ("expires", "reminded"), [(dt.date(2026, 6, 15), 1), (dt.date(2026, 7, 15), 1), (dt.date(2026, 7, 16), 0)]
)
def test_the_last_day_counts_and_the_last_thirty_days_remind(tmp_path: Path, expires: dt.date, reminded: int) -> None:
    said = outcome(written(tmp_path, {**IN_ORDER, "expires": expires}), PUBLIC)
    assert said.verdict("database-not-public") == "pass"
    assert len(said.of(results.IN_ORDER)) == reminded


def test_findings_about_relations_are_exempted_by_their_resource(tmp_path: Path) -> None:
    samples = [
        *network(),
        res("rds/subnetGroup:SubnetGroup", "dbs", subnetIds=[Ref("public-a"), Ref("public-b")]),
        res("rds/instance:Instance", "reports-db", dbSubnetGroupName=Ref("dbs")),
        res("rds/instance:Instance", "main-db", dbSubnetGroupName=Ref("dbs")),
    ]
    said = outcome(written(tmp_path, {**IN_ORDER, "control": "database-in-private-subnets"}), *samples)
    assert [item.urn.rsplit("::")[-1] for item in said.diagnostics if item.policy == "database-in-private-subnets"] == [
        "main-db"
    ]
    assert len(said.of(pack.EXEMPTED)) == 1


def test_a_child_is_found_by_its_own_type(tmp_path: Path) -> None:
    exempt = written(tmp_path, IN_ORDER)
    urn = "urn:pulumi:prod::shop::slipway:index:Database$aws:rds/instance:Instance::reports-db"
    assert exempt.of("database-not-public", urn)
    assert not exempt.of("database-not-public", urn.replace("Instance::", "Cluster::"))


def test_the_variable_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump({"exemptions": [{**IN_ORDER, "expires": dt.date(1999, 1, 1)}]}))
    monkeypatch.setenv(pack.EXEMPTIONS_VARIABLE, str(path))
    assert "expired on 1999-01-01" in pack.exemptions().problems[0]
    monkeypatch.setenv(pack.EXEMPTIONS_VARIABLE, str(tmp_path / "gone.yaml"))
    with pytest.raises(ValueError, match=r"SLIPWAY_POLICY_EXEMPTIONS: .*gone\.yaml is not a file"):
        pack.exemptions()
