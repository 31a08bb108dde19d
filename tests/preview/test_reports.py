"""The reports, read by what reads them: SARIF's schema, a JUnit reader, a JSON parser, people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml

from preview import export
from preview.graph import Graph, Message
from preview.reports import FORMATS, Format, Report, write
from preview.verdict import Finding, Policy, Verdict
from tests.preview.exports import export_of
from tests.preview.test_export import FOREIGN, foreign
from tests.stacks import evaluated, recorded

# From the schema store, Apache-2.0; the text is the OASIS standard's.
SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
PROD = "Pulumi.prod.yaml"
URN = "urn:pulumi:prod::shop::slipway:index:Database$aws:rds/instance:Instance::orders <&>"
OPEN = Finding(
    policy="not-public", level="mandatory", severity="critical", urn=URN, message="is <public> & \x08", description="D."
)
LOG = Finding(policy="logged", level="advisory", severity="low", urn="", message="no log | at all", description="L.")
LATER = Finding(policy="sized", level="advisory", severity="", urn="", message="size is not known", description="S.")
VERDICT = Verdict(
    pack="Guard",
    name="guard",
    version="1.2.3",
    policies=4,
    findings=(OPEN, LOG),
    undecided=(LATER,),
    catalogue=(
        Policy(
            name="not-public",
            title="Databases are not public",
            description="Databases are not public.",
            level="mandatory",
            severity="critical",
            remediation="publicly_accessible=False",
            url="https://docs.aws.amazon.com/rds",
            framework="FSBP RDS.2",
            tags=("Network", "CIS 2.2.3"),
        ),
        Policy(name="logged", title="Logged", description="", level="advisory", severity="low"),
        Policy(name="sized", title="sized", description="S.", level="advisory"),
        Policy(name="fine", title="Fine", description="F.", level="mandatory", severity="medium"),
        Policy(name="off", title="Off", description="O.", level="disabled", severity="high"),
    ),
)
GRAPH = Graph(
    project="shop", stack="prod", resources=(), exports={}, messages=(Message(severity="warning", text="half done"),)
)
REPORT = Report(source="stacks/Pulumi prod.json", graph=GRAPH, verdict=VERDICT, lines={URN: 7})


def sarif(report: Report) -> dict[str, Any]:
    document = json.loads(write(report, "sarif"))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def prod_report() -> Report:
    return Report(source=PROD, graph=recorded(PROD), verdict=evaluated(PROD))


def foreign_report() -> Report:
    exported = export.read(FOREIGN)
    return Report(source=FOREIGN.name, graph=exported.graph, verdict=foreign(), lines=exported.lines)


def made_up_report() -> Report:
    return REPORT


@pytest.mark.parametrize("make", [prod_report, foreign_report, made_up_report])
def test_sarif_is_valid_and_has_one_result_for_each_finding(make: Callable[[], Report]) -> None:
    report = make()
    run = sarif(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [policy.name for policy in report.verdict.catalogue]
    assert len(run["results"]) == len(report.verdict.findings)
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])
    hashes = [item["partialFingerprints"]["primaryLocationLineHash"] for item in run["results"]]
    assert len({*hashes}) == len(hashes)


def test_a_validator_that_would_object() -> None:
    document = json.loads(write(REPORT, "sarif"))
    document["runs"][0]["results"][0]["level"] = "severe"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(document)


def test_sarif_rules_say_what_the_pack_says_of_its_policies() -> None:
    run = sarif(REPORT)
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["fullName"], driver["version"]) == ("guard", "Guard", "1.2.3")
    rule = driver["rules"][0]
    assert rule["shortDescription"]["text"] == "Databases are not public"
    assert rule["helpUri"] == "https://docs.aws.amazon.com/rds"
    assert "Remediation: publicly_accessible=False" in rule["help"]["text"]
    assert rule["properties"]["tags"] == ["security", "Network", "CIS 2.2.3"]
    assert rule["properties"]["security-severity"] == "9.5"
    levels = [item["defaultConfiguration"] for item in driver["rules"]]
    assert [item["level"] for item in levels] == ["error", "note", "warning", "error", "warning"]
    assert [item["enabled"] for item in levels] == [True, True, True, True, False]
    assert "security-severity" not in driver["rules"][2]["properties"]


def test_sarif_results_name_place_and_resource() -> None:
    by_rule = {item["ruleId"]: item for item in sarif(REPORT)["results"]}
    public, logged = by_rule["not-public"], by_rule["logged"]
    assert (public["level"], logged["level"]) == ("error", "note")
    (where,) = public["locations"]
    assert where["physicalLocation"]["artifactLocation"]["uri"] == "stacks/Pulumi%20prod.json"
    assert where["physicalLocation"]["region"]["startLine"] == 7
    (logical,) = where["logicalLocations"]
    assert (logical["name"], logical["fullyQualifiedName"]) == ("orders <&>", URN)
    assert logical["properties"]["type"] == "aws:rds/instance:Instance"
    assert logged["locations"][0]["logicalLocations"][0]["name"] == "shop-prod"
    assert logged["locations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_sarif_notifications_for_what_is_no_finding() -> None:
    broken = dataclasses.replace(VERDICT, rule_errors=("the stack: oops",))
    (invocation,) = sarif(dataclasses.replace(REPORT, verdict=broken))["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [(item["level"], item["message"]["text"]) for item in invocation["toolExecutionNotifications"]]
    assert told == [
        ("error", "A policy failed to run on the stack: oops"),
        ("note", "size is not known"),
        ("warning", "half done"),
    ]


def test_fingerprints_survive_other_values_other_lines_and_another_order() -> None:
    def prints(report: Report) -> set[str]:
        return {item["partialFingerprints"]["policyAndResource/v1"] for item in sarif(report)["results"]}

    reworded = dataclasses.replace(OPEN, message="is still public")
    other = dataclasses.replace(VERDICT, findings=(LOG, reworded))
    assert prints(dataclasses.replace(REPORT, verdict=other, lines={})) == prints(REPORT)
    elsewhere = dataclasses.replace(VERDICT, findings=(LOG, dataclasses.replace(OPEN, urn=f"{URN}2")))
    assert prints(dataclasses.replace(REPORT, verdict=elsewhere)) != prints(REPORT)


def test_junit_has_a_case_for_each_policy_and_resource() -> None:
    (suite,) = JUnitXml.fromstring(write(REPORT, "junit").encode())
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("guard", 4, 1, 0, 2)
    cases = {case.name: case for case in suite}
    assert set(cases) == {"not-public[database orders <&>]", "logged", "sized", "fine"}
    assert cases["fine"].is_passed
    failed = cases["not-public[database orders <&>]"]
    assert failed.is_failure
    assert failed.result[0].message == "is <public> & \N{REPLACEMENT CHARACTER}"
    assert "Remediation: publicly_accessible=False" in failed.result[0].text
    assert URN in failed.result[0].text
    assert cases["logged"].is_skipped
    assert cases["sized"].is_skipped


def test_junit_counts_a_broken_policy_as_an_error() -> None:
    broken = dataclasses.replace(VERDICT, rule_errors=("the stack: oops",))
    (suite,) = JUnitXml.fromstring(write(dataclasses.replace(REPORT, verdict=broken), "junit").encode())
    assert suite.errors == 1
    assert [case.result[0].message for case in suite if case.is_error] == ["a policy failed to run on the stack: oops"]


def test_junit_of_a_real_stack_fails_exactly_where_it_is_refused() -> None:
    (suite,) = JUnitXml.fromstring(write(foreign_report(), "junit").encode())
    mandatory = {(item.policy, item.urn) for item in foreign().findings if item.level == "mandatory"}
    assert suite.failures == len(mandatory) > 0
    names = [(case.classname, case.name) for case in suite]
    assert len({*names}) == len(names)


def test_json_has_everything() -> None:
    document = json.loads(write(REPORT, "json"))
    assert document["refused"] is True
    assert document["pack"] == {"name": "guard", "displayName": "Guard", "version": "1.2.3"}
    assert [item["policy"] for item in document["findings"]] == ["not-public", "logged"]
    assert document["policies"][0]["remediation"] == "publicly_accessible=False"
    assert document["messages"][0]["text"] == "half done"


def test_text_says_what_to_do() -> None:
    plain = write(REPORT, "plain")
    assert plain.startswith(
        "shop prod: refused by policy (0 resources in stacks/Pulumi prod.json)\nwarning: half done\n"
    )
    assert "Remediation: publicly_accessible=False" in plain
    markdown = write(REPORT, "markdown")
    assert "| [`not-public`](https://docs.aws.amazon.com/rds) | critical |" in markdown
    assert "no log \\| at all" in markdown
    assert "publicly_accessible=False" in write(REPORT, "rich")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("shown", [False, True], ids=["encrypted", "readable"])
def test_no_format_shows_a_secret(tmp_path: Path, format_: Format, *, shown: bool) -> None:
    canary = "tr0ub4dor-and-3"
    graph = recorded(PROD)
    resources = tuple(
        dataclasses.replace(
            item,
            inputs={**item.inputs, **dict.fromkeys(item.secrets, canary)},
            outputs={**item.outputs, **dict.fromkeys(item.secrets, canary)},
        )
        for item in graph.resources
    )
    content = export_of(dataclasses.replace(graph, resources=resources), show_secrets=shown)
    path = tmp_path / "export.json"
    path.write_text(json.dumps(content))
    assert (canary in path.read_text()) is shown
    exported = export.read(path)
    careless = dataclasses.replace(OPEN, message=f"password is {canary if shown else export.SECRET}")
    verdict = exported.redacted(dataclasses.replace(VERDICT, findings=(careless,)))
    report = Report(source="export.json", graph=exported.graph, verdict=verdict, lines=exported.lines)
    assert canary not in write(report, format_)


def test_every_format_is_the_same_twice() -> None:
    assert all(write(REPORT, format_) == write(REPORT, format_) for format_ in ("sarif", "junit", "json"))


def test_exceptions_and_exemptions_are_suppressed_results() -> None:
    listed = Finding(
        policy="exempted-findings",
        level="advisory",
        severity="low",
        urn="",
        message="not-public of db, old: until 2027-03-31: It moves in May. (data, T-1)",
        description="What is exempt.",
    )
    own = replace(listed, message="logged of db: suppressed by its own tag")
    excepted = replace(OPEN, level="advisory", excepted="EXC-1: it moves in May")
    run = sarif(replace(REPORT, verdict=replace(VERDICT, findings=(excepted, LOG, listed, own))))
    suppressed = [
        (result["ruleId"], result["suppressions"][0]["kind"], result["suppressions"][0]["justification"])
        for result in run["results"]
        if "suppressions" in result
    ]
    why = "until 2027-03-31: It moves in May. (data, T-1)"
    assert suppressed == [
        ("not-public", "external", "EXC-1: it moves in May"),
        ("not-public", "external", why),
        ("not-public", "external", why),
        ("logged", "inSource", "suppressed by its own tag"),
    ]
    assert {result["ruleId"] for result in run["results"] if "suppressions" not in result} == {"logged"}
