"""Findings, runs, what is not known, and money."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from preview.compare.meaning import alarms, findings, money, runs, statements, unknown
from preview.compare.meaning.statement import LEVELS, Situation
from preview.graph import Resource
from preview.pricing import Estimate, Line
from preview.verdict import Finding, Verdict
from tests.preview.compare.graphs import DATABASE, LOG_GROUP, edit, resource, said, urn

KEY = urn("aws:kms/key:Key", "k")


def finding(policy: str, level: str = "mandatory", message: str = "does not rotate") -> Finding:
    return Finding(policy=policy, level=level, severity="high", urn=KEY, message=message, description="")  # type: ignore[arg-type] # one of the two


def evaluated(*found: Finding) -> Verdict:
    return Verdict(pack="p", policies=1, findings=found)


def cost(**components: str) -> Estimate:
    lines = tuple(
        Line(component=name, urn="", name=name, what=name, monthly=usd, awake=usd, asleep=usd, confidence="seen")
        for name, usd in ((name, Decimal(amount)) for name, amount in components.items())
    )
    return Estimate(as_of="2026-11-01", lines=lines, missing=(), usage=(), unpriced=(), assumptions=())


def test_findings_appear_and_go() -> None:
    situation = Situation(
        comparison=edit([], []), verdict_before=evaluated(finding("old")), verdict_after=evaluated(finding("new"))
    )
    assert [(item.level, item.text) for item in findings.say(situation)] == [
        ("danger", "New finding, which refuses the update: new: encryption key k: does not rotate"),
        ("note", "Not found any more: old (encryption key k)"),
    ]


def test_a_finding_that_only_words_otherwise_is_the_same() -> None:
    before, after = finding("p", message="2 of 3"), finding("p", message="1 of 3")
    situation = Situation(comparison=edit([], []), verdict_before=evaluated(before), verdict_after=evaluated(after))
    assert not list(findings.say(situation))


def test_migrations_and_functions_run() -> None:
    run = "pulumi-python:dynamic/slipway:MigrationRun"
    old, new = (resource(run, "run", {"task_definition": value}) for value in ("t:1", "t:2"))
    assert [level for level, _ in said(runs.say, [old], [new])] == ["note"]
    assert not said(runs.say, [old], [resource(run, "run", {"task_definition": "t:1", "timeout_seconds": 5})])
    assert said(runs.say, [], [resource("aws:lambda/invocation:Invocation", "first", {})])


def test_users_of_the_database_are_made_and_shut_out() -> None:
    run = "pulumi-python:dynamic/slipway:MigrationRun"
    users = {"app": "write, by password", "reports": "read, by iam"}
    two = resource(run, "users-run", {"task_definition": "t:1", "users": users})
    one = resource(run, "users-run", {"task_definition": "t:2", "users": {"app": "write, by password"}})
    ((level, text),) = said(runs.say, [], [two])
    assert (level, "app (write, by password), reports (read, by iam)" in text) == ("note", True)
    assert [(level, text.split(";")[0]) for level, text in said(runs.say, [two], [one])][1:] == [
        ("caution", "reports can log in to the database no more")
    ]
    ((level, text),) = said(runs.say, [one], [])
    assert (level, text.startswith("app stay in the database with their rights")) == ("caution", True)


def test_a_password_that_is_made_anew() -> None:
    password = "random:index/randomPassword:RandomPassword"
    old, new = (resource(password, "p", {"length": length}) for length in (32, 64))
    ((level, text),) = said(runs.say, [old], [new])
    assert (level, "made anew (length)" in text) == ("caution", True)


def test_what_is_not_known_is_said() -> None:
    old, new = (resource("aws:new/thing:Thing", "t", {"size": size}) for size in (1, 2))
    ((level, text),) = said(unknown.say, [old], [new])
    assert level == "caution"
    assert "not known whether size of thing t can change in place" in text


def test_money_that_only_moves() -> None:
    situation = Situation(comparison=edit([], []), estimate_before=cost(worker="10"), estimate_after=cost(jobs="10"))
    (item,) = money.say(situation)
    assert item.text == "A month costs the same 10.00 USD, elsewhere: jobs +10.00, worker -10.00"


def test_money_up_and_down() -> None:
    situation = Situation(
        comparison=edit([], []), estimate_before=cost(api="10", db="50"), estimate_after=cost(api="40", db="49.5")
    )
    (item,) = money.say(situation)
    assert (item.level, item.text) == ("caution", "A month costs +29.50 USD, 60.00 to 89.50: api +30.00, db -0.50")
    same = dataclasses.replace(situation, estimate_after=situation.estimate_before)
    assert not list(money.say(same))


def test_the_dangerous_comes_first() -> None:
    old = [resource(LOG_GROUP, "l", {"name": "/l"}), resource(DATABASE, "d", {"identifier": "d"}, protect=True)]
    levels = [item.level for item in statements(Situation(comparison=edit(old, [])))]
    assert levels == sorted(levels, key=LEVELS.index)
    assert {"danger", "caution"} <= set(levels)


def test_windows_in_which_alarms_tell_nobody() -> None:
    def rule(minutes: str, *names: str) -> Resource:
        schedule = {"expression": "cron(0 3 * * *)", "duration": minutes, "timezone": "Europe/Berlin"}
        given = {"rule": {"schedule": schedule}, "muteTargets": {"alarmNames": list(names)}, "description": minutes}
        return resource("aws:cloudwatch/alarmMuteRule:AlarmMuteRule", "m", given)

    after = "for PT1H from cron(0 3 * * *) on, Europe/Berlin; what is still bad then is told afterwards"
    assert said(alarms.say, [], [rule("PT1H", "a")]) == [("caution", f"1 alarm (a) tells nobody {after}")]
    many = rule("PT1H", *"abcdef")
    assert said(alarms.say, [rule("PT1H", "a")], [many]) == [
        ("caution", f"6 alarms (a, b, c, d and 2 more) tell nobody {after}")
    ]
    assert not said(alarms.say, [many], [many])
    assert not said(alarms.say, [many], [])
