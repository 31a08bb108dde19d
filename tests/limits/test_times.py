# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.times: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.time_zone, ["UTC", "Europe/Berlin", "America/New_York"], [("Europe/Berln", "'Europe/Berln' is not a time zone, such as Europe/Berlin or UTC"), ("Europe", "'Europe' is not"), ("../etc/passwd", "'../etc"), ("", "''")]),
    (limits.schedule, ["0 8 ? * MON-FRI *", "*/5 0-6 1,15 JAN ? 2026-2030", "0 8 L * ? *", "0 8 15W * ? *", "0 8 ? * 2#1 *", "0/15 * ? * 1-7/2 *"], [("0 8 * * *", "'0 8 * * *' is not a schedule: six fields are needed, such as 0 8 ? * MON-FRI *"), ("cron(0 8 ? * * *)", "'cron(0 8 ? * * *)' is not a schedule: 'cron(0' is not allowed for minutes; allowed: 0 to 59"), ("0 8 * * * *", "'0 8 * * * *' is not a schedule: exactly one of day of month and day of week must be ?"), ("0 8 ? * ? *", "'0 8 ? * ? *' is not a schedule: exactly one"), ("60 8 ? * * *", "'60 8 ? * * *' is not a schedule: '60' is not allowed for minutes; allowed: 0 to 59"), ("0 24 ? * * *", "'0 24 ? * * *' is"), ("0 8 32 * ? *", "'0 8 32 * ? *' is"), ("0 8 1 13 ? *", "'0 8 1 13 ? *' is"), ("0 8 ? * MO *", "'0 8 ? * MO *' is"), ("0 8 ? * FRI-MON *", "'0 8 ? * FRI-MON *' is"), ("0/0 8 ? * * *", "'0/0 8 ? * * *' is"), ("0 8 ? * * ?", "'0 8 ? * * ?' is not a schedule: ? can only stand for a day"), ("0 8 ? *  *", "'0 8 ? *  *' is"), ("x" * 300, "a text of 300 characters is not a schedule")]),
    (limits.cache_window, ["03:00-04:00", "23:30-00:30", "sun:23:30-mon:00:30"], [("03:00-03:59", "03:00-03:59 is 59 minutes long; ElastiCache takes 60 at least"), ("sun:23:30-mon:00:00", "sun:23:30-mon:00:00 is 30 minutes long")]),
    (limits.backup_window, ["03:00-04:00", "23:45-00:15"], [("3:00-4:00", "'3:00-4:00' is not a backup window, such as 03:00-04:00 (UTC)"), ("24:00-01:00", "'24"), ("03:00-03:29", "'03:00-03:29' lasts 29 minutes; at least 30 are needed"), ("03:00-03:00", "'03:00-03:00' lasts 0")]),
    (limits.maintenance_window, ["sun:04:30-sun:05:30", "sun:23:45-mon:00:15"], [("Sun:04:30-Sun:05:30", "'Sun:04:30-Sun:05:30' is not a maintenance window, such as"), ("04:30-05:30", "'04"), ("mon:01:00-mon:01:10", "'mon:01:00-mon:01:10' lasts 10 minutes")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)


@pytest.mark.parametrize(
    ("check", "arguments", "expected"),
    [
        (limits.windows, ("03:00-04:00", "sun:04:00-sun:05:00"), None),
        (limits.windows, ("x", "y"), "'x' is not a backup window, such as 03:00-04:00 (UTC)"),
        (limits.windows, ("03:00-04:00", "y"), "'y' is not a maintenance window, such as sun:04:30-sun:05:30 (UTC)"),
        (limits.windows, ("23:30-00:30", "mon:00:00-mon:01:00"), "the backup window 23:30-00:30 overlaps the maintenance window mon:00:00-mon:01:00"),
        (limits.windows, ("00:00-01:00", "sun:23:30-mon:00:30"), "the backup window 00:00-01:00 overlaps the maintenance window sun:23:30-mon:00:30"),
        (limits.windows, ("12:00-13:00", "sat:13:00-sun:11:00"), None),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected


@pytest.mark.parametrize(
    ("window", "night", "weekends", "awake"),
    [
        ("06:00-07:00", ("07:00", "20:00", "Europe/Berlin"), False, True),
        ("05:30-06:30", ("07:00", "20:00", "Europe/Berlin"), False, False),  # 06:30 in winter
        ("18:00-19:00", ("07:00", "20:00", "Europe/Berlin"), False, False),  # 21:00 in summer
        ("17:00-18:00", ("07:00", "20:00", "Europe/Berlin"), False, True),
        ("03:00-04:00", ("07:00", "20:00", "Asia/Tokyo"), False, True),
        ("03:00-04:00", ("22:00", "06:00", "UTC"), False, True),  # awake over midnight
        ("12:00-13:00", ("22:00", "06:00", "UTC"), False, False),
        ("fri:12:00-fri:13:00", ("07:00", "20:00", "UTC"), False, True),
        ("sat:12:00-sat:13:00", ("07:00", "20:00", "UTC"), False, False),
        ("sat:12:00-sat:13:00", ("07:00", "20:00", "UTC"), True, True),
        ("sun:23:00-sun:23:30", ("07:00", "20:00", "Asia/Tokyo"), False, True),  # Monday morning there
        ("nonsense", ("07:00", "20:00", "UTC"), False, True),  # told elsewhere
    ],
)
def test_awake(window: str, night: tuple[str, str, str], *, weekends: bool, awake: bool) -> None:
    problem = limits.awake(window, *night, weekends=weekends)
    assert (problem is None) is awake, problem


@pytest.mark.parametrize(
    ("clock", "window", "fine"),
    [
        ("01:59", "03:00-04:00", True),
        ("02:00", "03:00-04:00", False),
        ("03:59", "03:00-04:00", False),
        ("04:00", "03:00-04:00", True),
        ("23:10", "00:00-00:30", False),
        ("00:10", "23:45-00:15", False),
        ("03:30", "sun:04:30-sun:05:30", False),
        ("05:30", "sun:04:30-sun:05:30", True),
        ("00:00", "", True),
    ],
)
def test_backups_keep_clear_of_a_databases_windows(clock: str, window: str, fine: bool) -> None:  # noqa: FBT001 - a column
    assert (limits.backup_start(clock, window) is None) is fine


@pytest.mark.parametrize(
    "expression",
    ["0 8 29 2 ? *", "0 8 31 4,7 ? *", "0 8 31W * ? *", "0 8 L 2 ? *", "0 8 1-31/10 FEB ? *", "0 8 ? * * 2019-2199"],
)
def test_days_that_come(expression: str) -> None:
    assert limits.schedule(expression) is None


@pytest.mark.parametrize(
    "expression", ["0 8 30 2 ? *", "0 8 31 4,6,9,NOV ? *", "0 8 29 2 ? 2027", "0 8 ? * MON 2020", "0 8 30-31 FEB ? *"]
)
def test_days_that_never_come(expression: str) -> None:
    assert str(limits.schedule(expression)).endswith("is not a schedule: that day never comes, or is past")


@pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules"])
def test_a_systems_own_names_are_no_time_zones(name: str) -> None:
    assert limits.time_zone(name) is not None
