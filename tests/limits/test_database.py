# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.database: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from policy.common import versions
from tests.limits.evaluation import Case, evaluate, evaluate_text


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(versions, "today", lambda: date.fromisoformat(day))


CHECKS: list[Case] = [
    (limits.rds_identifier, ["a", "rupaya-prod", "x" * 63], [("1a", "'1a' is not an RDS identifier: at most 63"), ("a--b", "'a--b'"), ("a-", "'a-'"), ("A", "'A'"), ("x" * 64, "'xxx"), ("x" * 300, "a text of 300 characters")]),
    (limits.rds_class, ["db.r6g.large", "db.m7g.large", "db.t3.micro", "db.t4g.2xlarge", "db.r8g.48xlarge", "db.m5.24xlarge", "db.x2iedn.xlarge", "db.m9g.xlarge", "db.r8a.large", "db.m8a.xlarge"], [("db.t4g.mediun", "'db.t4g.mediun' is not a current RDS instance class; did you mean db.t4g.medium?; allowed: db.t4g. with micro, small, medium, large, xlarge or 2xlarge"), ("db.m4.large", "'db.m4.large' is not a current RDS instance class; did you mean"), ("db.r6g.micro", "'db.r6g.micro'"), ("db.t3.48xlarge", "'db.t3"), ("db.m7g.3xlarge", "'db.m7g"), ("db.x2iezn.6xlarge", "'db.x2iezn"), ("m7g.large", "'m7g.large'"), ("db.m7g.large ", "'db.m7g.large '"), ("cache.r6g.large", "'cache")]),
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
        (limits.rds_username, ("mysql", "a" * 16), None),
        (limits.rds_username, ("mysql", "a" * 17), "'aaaaaaaaaaaaaaaaa' is not a mysql user name: at most 16 letters, digits and underscores, a letter first"),
        (limits.rds_username, ("postgres", "Admin"), "'Admin' is reserved by postgres on RDS; choose another"),
        (limits.rds_username, ("mysql", "admin"), None),
        (limits.rds_username, ("aurora-postgresql", "owner"), "'owner' is a key word of SQL, which RDS refuses with aurora-postgresql; choose another, such as app_owner"),
        (limits.rds_username, ("postgres", "pg_dba"), "'pg_dba' is not to be had: PostgreSQL keeps what begins with pg_ for its own roles; choose another"),
        (limits.rds_username, ("postgres", "postgres"), None),
        (limits.rds_user, ("postgres", "owner"), None),
        (limits.rds_user, ("postgres", "pg_x"), "'pg_x' is not to be had: PostgreSQL keeps what begins with pg_ for its own roles; choose another"),
        (limits.rds_user, ("mysql", "pg_x"), None),
        (limits.rds_user, ("aurora-postgresql", "rds_iam"), "'rds_iam' is reserved by aurora-postgresql on RDS; choose another"),
        (limits.rds_user, ("mysql", "rdsproxyadmin"), "'rdsproxyadmin' is reserved by mysql on RDS; choose another"),
        (limits.rds_database, ("postgres", "Catalog"), "'Catalog' is a key word of SQL, which RDS refuses with postgres; choose another, such as app_Catalog"),
        (limits.rds_database, ("aurora-postgresql", "flag"), "'flag' is a key word of SQL, which RDS refuses with aurora-postgresql; choose another, such as app_flag"),
        (limits.rds_database, ("postgres", "app"), None),
        (limits.rds_database, ("mysql", "catalog"), None),
        (limits.rds_database, ("mysql", "expense_settlement"), None),
        (limits.rds_database, ("mysql", "sys"), "'sys' is reserved by mysql on RDS; choose another"),
        (limits.rds_database, ("postgres", "a-b"), "'a-b' is not a postgres database name: at most 63 letters, digits and underscores, a letter first"),
        (limits.rds_version, ("postgres", "16"), None),
        (limits.rds_version, ("mysql", "8.0.46-rds.20260908"), None),
        (limits.rds_version, ("mysql", "8"), "'8' is not a mysql version RDS creates; allowed: 8.4 or 9.7, alone or with a minor version; under Extended Support 5.7 or 8.0"),
        (limits.rds_version, ("postgres", "16.1.2"), "'16.1.2' is not a postgres version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13"),
        (limits.rds_insights, ("mysql", "db.t4g.small"), "Database Insights does not exist for mysql on db.t4g.small; switch it off or take a medium class"),
        (limits.rds_insights, ("postgres", "db.t4g.micro"), None),
        (limits.rds_insights, ("aurora-mysql", "db.t3.medium"), "Database Insights does not exist for aurora-mysql on db.t3.medium; switch it off or take a class of another family, such as db.t4g.medium"),
        (limits.rds_insights, ("aurora-mysql", "db.t4g.medium"), None),
        (limits.rds_insights, ("aurora-postgresql", "db.t3.medium"), None),
    ],
)  # fmt: skip
def test_checks_of_several_values(
    check: Callable[..., str | None], arguments: Sequence[object], expected: str | None
) -> None:
    assert check(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("gp3", 20, None, None, None), []),
        (("gp3", 400, 12000, 500, 440), []),
        (("gp2", 65536, None, None, 65536), [("max_storage_gib", "the storage limit of 65536 GiB must be at least 72090 GiB, 10 % above the 65536 GiB allocated, and at most 65536 GiB")]),
        (("io2", 500, 3000, None, None), []),
        (("io1", 100, 1000, None, 110), []),
        (("io2", 99, None, None, None), [("storage_gib", "99 GiB is outside 100 to 65536 GiB, what io2 storage takes")]),
        (("gp3", 19, None, None, None), [("storage_gib", "19 GiB is outside 20 to 65536 GiB, what gp3 storage takes")]),
        (("io2", 500, None, None, None), [("iops", "io2 storage needs iops; allowed: 1000 to 256000 with 500 GiB")]),
        (("io1", 100, 5001, None, None), [("iops", "5001 iops are outside 1000 to 5000, what 100 GiB of io1 takes (0.5 to 50 per GiB)")]),
        (("io2", 100, 10000, None, None), []),
        (("io2", 256, 256000, None, None), []),
        (("io2", 100, 100001, None, None), [("iops", "100001 iops are outside 1000 to 100000, what 100 GiB of io2 takes (0.5 to 1000 per GiB)")]),
        (("io2", 10000, 4999, None, None), [("iops", "4999 iops are outside 5000 to 256000, what 10000 GiB of io2 takes (0.5 to 1000 per GiB)")]),
        (("io1", 100, 1000, None, 2000), []),
        (("io1", 100, 1000, None, 3000), [("max_storage_gib", "1000 iops are 0.33 per GiB of the 3000 GiB that storage may grow to, and 0.5 is the least: at most 2000 GiB go with 1000 iops")]),
        (("io2", 100, 1500, None, 3001), [("max_storage_gib", "1500 iops are 0.50 per GiB of the 3001 GiB that storage may grow to, and 0.5 is the least: at most 3000 GiB go with 1500 iops")]),
        (("gp3", 400, 12000, 500, 65536), []),
        (("gp2", 100, 3000, 125, None), [("iops", "gp2 storage takes no iops; use gp3, io1 or io2"), ("throughput", "gp2 storage takes no throughput; only gp3 does")]),
        (("gp3", 399, 3000, 125, None), [("iops", "gp3 storage under 400 GiB has fixed 3000 iops: leave iops out"), ("throughput", "gp3 storage under 400 GiB has fixed 125 MiB/s: leave throughput out")]),
        (("gp3", 400, 3000, 125, 439), [("iops", "3000 iops are outside 12000 to 64000, what gp3 storage of 400 GiB and more takes"), ("throughput", "125 MiB/s are outside 500 to 4000, what gp3 storage of 400 GiB and more takes"), ("max_storage_gib", "the storage limit of 439 GiB must be at least 440 GiB, 10 % above the 400 GiB allocated, and at most 65536 GiB")]),
        (("gp3", 50, None, None, 55), []),
        (("gp3", 400, 14000, 3501, None), [("throughput", "3501 MiB/s are too many for 14000 iops: at most a quarter of them, 3500")]),
        (("gp3", 400, 14000, 3500, None), []),
    ],
)  # fmt: skip
def test_storage(
    arguments: tuple[str, int, int | None, int | None, int | None], expected: list[tuple[str, str]]
) -> None:
    assert list(limits.rds_storage(*arguments)) == expected


@pytest.mark.parametrize(
    ("engine", "version"), [("postgres", "16"), ("postgres", "16.15"), ("mysql", "8.4.11"), ("postgres", "17.9")]
)
def test_a_known_minor_version_is_no_surprise(engine: str, version: str) -> None:
    assert limits.rds_unknown_minor(engine, version) is None


@pytest.mark.parametrize(
    ("engine", "version", "newest"), [("postgres", "16.99", "16.15"), ("mysql", "8.4.12", "8.4.11")]
)
def test_a_minor_version_nobody_knew(engine: str, version: str, newest: str) -> None:
    assert limits.rds_unknown_minor(engine, version) == (
        f"no {engine} {version} was known when the table of versions was made ({versions.source(engine)}); the newest then was {newest}"
    )


@pytest.mark.parametrize(
    ("engine", "version", "problem"),
    [
        ("postgres", "16.8", "RDS creates no new postgres 16.8 instances; allowed: 16.11, 16.12, 16.13, 16.14, 16.15 or 16 alone"),
        ("postgres", "16.10", "RDS creates no new postgres 16.10 instances; allowed: 16.11"),
        ("postgres", "18.5", "RDS has no postgres 18.5; allowed: 18.1, 18.2, 18.3, 18.4, 18.6 or 18 alone"),
        ("postgres", "17.0", "RDS has no postgres 17.0; allowed: 17.7"),
        ("mysql", "8.4.4", "RDS creates no new mysql 8.4.4 instances; allowed: 8.4.5"),
        ("mysql", "8.0.38", "RDS has no mysql 8.0.38; allowed: 8.0.42"),
        ("postgres", "9.6", "'9.6' is not a postgres version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13"),
        ("mysql", "9.7", None),
        ("mysql", "9.7.3", None),
        ("postgres", "13.23-rds.20260514", None),
        ("mysql", "5.7", None),
    ],
)  # fmt: skip
def test_versions_that_rds_creates(engine: str, version: str, problem: str | None) -> None:
    found = limits.rds_version(engine, version)
    assert found is None if problem is None else found and found.startswith(problem)


def test_extended_support_must_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-11-30")
    assert limits.rds_extended_support("mysql", "8.0", allowed=False) == (
        "standard support of mysql 8.0 ended on 2026-07-31: use 8.4 or newer, or allow Extended Support, billed by vCPU and hour"
    )
    assert limits.rds_extended_support("mysql", "8.0.46", allowed=True) is None
    assert limits.rds_extended_support("mysql", "8.4", allowed=False) is None
    assert limits.rds_charged_support("mysql", "8.4") is None
    assert limits.rds_charged_support("postgres", "13") == (
        "standard support of postgres 13 ended on 2026-02-28: AWS charges Extended Support by vCPU and hour, "
        "more from the third year on, until 2029-02-28; use 14 or newer"
    )


def test_extended_support_ends_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2027-04-01")
    problem = "all support of postgres 11 ended on 2027-03-31: use 15 or newer"
    assert limits.rds_extended_support("postgres", "11", allowed=True) == problem


def test_extended_support_begins_with_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2027-02-28")
    assert limits.rds_extended_support("postgres", "14", allowed=False) is None
    on(monkeypatch, "2027-03-01")
    assert limits.rds_extended_support("postgres", "14", allowed=False)


@pytest.mark.parametrize(
    ("version", "name", "region", "problem"),
    [
        ("17", "db.r8a.large", "us-east-1", None),
        ("17", "db.m9g.large", "af-south-1", "af-south-1 has no db.m9g.large for postgres 17; allowed: db.<family>.<size>, of the families "),
        ("13", "db.r8a.large", "us-east-1", "db.r8a.large does not run postgres 13; allowed: "),
        ("17", "db.t4g.micro", "nowhere-1", None),
    ],
)  # fmt: skip
def test_classes_of_a_region_and_version(version: str, name: str, region: str, problem: str | None) -> None:
    found = limits.rds_class_here("postgres", version, name, region)
    assert found is None if problem is None else found and found.startswith(problem)
