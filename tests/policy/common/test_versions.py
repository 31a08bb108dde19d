"""Versions of engines: which are created, and until when AWS supports them."""

from __future__ import annotations

import datetime as dt

import pytest

from policy.common import lambda_runtimes, tables, tls, versions

DAY = dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("engine", "created"),
    [("postgres", ("11", "12", "13", "14", "15", "16", "17", "18")), ("mysql", ("5.7", "8.0", "8.4", "9.7"))],
)
def test_major_versions_that_rds_creates(engine: str, created: tuple[str, ...]) -> None:
    assert versions.majors(engine) == created


@pytest.mark.parametrize("version", ["14.17", "15.12", "16.8", "16.10", "17.4", "17.6"])
def test_closed_minor_versions_of_postgres(version: str) -> None:
    assert version in versions.known("postgres")
    assert version not in versions.created("postgres")


@pytest.mark.parametrize("version", ["8.0.11", "8.0.41", "8.4.3", "8.4.4"])
def test_closed_minor_versions_of_mysql(version: str) -> None:
    assert version in versions.known("mysql")
    assert version not in versions.created("mysql")


@pytest.mark.parametrize(
    ("engine", "version"), [("postgres", "18.5"), ("postgres", "17.0"), ("mysql", "8.0.38"), ("mysql", "8.4.2")]
)
def test_versions_that_never_were(engine: str, version: str) -> None:
    assert version not in versions.known(engine)
    assert not versions.is_newer(engine, version)


@pytest.mark.parametrize(
    ("engine", "version"),
    [("postgres", "17.99"), ("mysql", "8.4.99"), ("mysql", "9.7.0"), ("postgres", "11.22-rds.20991231")],
)
def test_what_may_have_come_since_is_newer(engine: str, version: str) -> None:
    assert versions.is_newer(engine, version)


def test_another_major_version_is_not_newer() -> None:
    assert not versions.is_newer("postgres", "99.1")


def test_the_newest_is_one_that_is_created() -> None:
    for engine in ("postgres", "mysql", "aurora-postgresql", "aurora-mysql", "redis", "valkey"):
        for major in versions.majors(engine):
            newest = versions.newest(engine, major)
            assert newest is None or newest in versions.created(engine)
    assert versions.newest("mysql", "8.0") == "8.0.46"


@pytest.mark.parametrize(
    ("engine", "major", "ended", "year"),
    [
        ("postgres", "17", False, 0),
        ("postgres", "13", True, 1),
        ("postgres", "12", True, 2),
        ("postgres", "11", True, 3),
        ("mysql", "8.0", True, 1),
        ("mysql", "5.7", True, 3),
        ("mysql", "8.4", False, 0),
        ("redis", "6.2", False, 0),
        ("redis", "5.0", True, 1),
    ],
)
def test_support_ends_on_its_day(engine: str, major: str, year: int, *, ended: bool) -> None:
    support = versions.support(engine, major)
    assert support.has_ended(DAY) is ended
    assert support.extended_year(DAY) == year


def test_support_holds_on_its_last_day() -> None:
    support = versions.support("mysql", "8.0")
    assert not support.has_ended(dt.date(2026, 7, 31))
    assert support.has_ended(dt.date(2026, 8, 1))
    assert [support.extended_year(dt.date(year, 8, 2)) for year in (2026, 2027, 2028)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("engine", "oldest"),
    [("postgres", "14"), ("mysql", "8.4"), ("redis", "6.0"), ("valkey", "7.2"), ("oracle-ee", None)],
)
def test_the_oldest_in_standard_support(engine: str, oldest: str | None) -> None:
    assert versions.oldest_supported(engine, DAY) == oldest


def test_what_is_kept_by_hand_names_its_source() -> None:
    for row in tables.rows(tables.DATA / "by_hand.jsonl"):
        assert len(row["source"]) > 20


def test_every_major_version_has_its_support_looked_up() -> None:
    rows = tables.rows(tables.DATA / "by_hand.jsonl")
    found = {row["support"] for row in rows if "support" in row}
    for engine in ("postgres", "mysql", "redis"):
        assert {f"{engine} {major}" for major in versions.majors(engine)} <= found


@pytest.mark.parametrize(
    ("policy", "oldest"),
    [
        ("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09", "TLSv1.2"),
        ("ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09", "TLSv1.2"),
        ("ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09", "TLSv1.3"),
        ("ELBSecurityPolicy-2016-08", "TLSv1"),
        ("ELBSecurityPolicy-TLS13-1-1-2021-06", "TLSv1.1"),
        ("ELBSecurityPolicy-TLS13-1-2-New-2027-01", "TLSv1.2"),
        ("ELBSecurityPolicy-TLS13-1-0-New-2027-01", "TLSv1"),
        ("ELBSecurityPolicy-TLS13-1-2-2021-07", None),
        ("ELBSecurityPolicy-Mine", None),
    ],
)
def test_policies_of_the_load_balancer(policy: str, oldest: str | None) -> None:
    assert tls.load_balancer_oldest(policy) == oldest
    assert tls.is_modern(oldest) is (oldest in ("TLSv1.2", "TLSv1.3"))


@pytest.mark.parametrize(
    ("runtime", "ended"),
    [
        ("python3.8", True),
        ("nodejs20.x", True),
        ("python3.13", False),
        ("provided.al2023", False),
        ("python3.99", False),
    ],
)
def test_runtimes_end(runtime: str, *, ended: bool) -> None:
    assert lambda_runtimes.has_ended(runtime, DAY) is ended


def test_a_runtime_is_supported_until_its_day() -> None:
    assert not lambda_runtimes.has_ended("dotnet8", dt.date(2026, 11, 9))
    assert lambda_runtimes.has_ended("dotnet8", dt.date(2026, 11, 10))
