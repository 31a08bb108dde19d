"""Expressions of EventBridge Scheduler, and what follows from them."""

import pytest

import limits


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 3 * * ? *)",
        "cron(0/15 8-18 ? * MON-FRI *)",
        "rate(1 minute)",
        "rate(2 days)",
        "at(2027-01-31T03:00:00)",
        "at(2028-02-29T23:59:59)",
    ],
)
def test_expressions(text: str) -> None:
    assert limits.expression(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0 3 * * ? *", "'0 3 * * ? *' is not a schedule; allowed: cron(0 3 * * ? *), rate(15 minutes), at("),
        ("cron(0 3 * * *)", "six fields are needed"),
        ("cron(0 3 * * * *)", "exactly one of day of month and day of week must be ?"),
        ("cron(61 3 * * ? *)", "'61' is not allowed for minutes; allowed: 0 to 59"),
        ("cron(0 3 31 2 ? *)", "that day never comes, or is past"),
        ("rate(0 minutes)", "'rate(0 minutes)' is no rate, such as rate(15 minutes), 1 or more"),
        ("rate(1 week)", "is no rate"),
        ("rate(1.5 hours)", "is no rate"),
        ("at(2027-02-29T03:00:00)", "'at(2027-02-29T03:00:00)' is no moment, such as at(2027-01-31T03:00:00)"),
        ("at(2027-01-31 03:00)", "is no moment"),
        ("Cron(0 3 * * ? *)", "is not a schedule; allowed"),
        ("cron()", "is not a schedule; allowed"),
    ],
)
def test_what_scheduler_would_refuse(text: str, told: str) -> None:
    assert told in str(limits.expression(text))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("rate(15 minutes)", 15),
        ("rate(2 days)", 2880),
        ("cron(*/5 * * * ? *)", 5),
        ("cron(7/20 * * * ? *)", 20),
        ("cron(0 3 * * ? *)", 1440),
        ("cron(0 3,4 * * ? *)", 23 * 60),
        ("cron(0 3 ? * MON-FRI *)", 3 * 1440),
        ("cron(0 3 ? * SUN *)", 7 * 1440),
        ("cron(0 3 1 * ? *)", 31 * 1440),
        ("cron(0 3 1/2 * ? *)", 2 * 1440),
        ("cron(0 3 L * ? *)", None),
        ("cron(0 3 ? * 2#1 *)", None),
        ("cron(0 3 * * ? 2030)", None),
        ("at(2027-01-31T03:00:00)", None),
        ("nonsense", None),
        ("cron(1 2)", None),
    ],
)
def test_the_longest_time_between_two_firings(text: str, minutes: int | None) -> None:
    assert limits.longest_gap(text) == minutes


def test_what_is_over() -> None:
    assert limits.past("at(2020-01-01T00:00:00)")
    assert not limits.past("at(2199-01-01T00:00:00)")
    assert not limits.past("cron(0 3 * * ? *)")


def test_the_days_and_minutes_of_a_week() -> None:
    assert limits.firing_times("cron(30 8 ? * MON,SUN *)") == [(6, 510), (0, 510)]
    assert [day for day, _ in limits.firing_times("cron(0 3 L * ? *)")] == [6, 0, 1, 2, 3, 4, 5]
    assert limits.firing_times("rate(5 minutes)") == []
    assert limits.firing_times("cron(1 2)") == []
