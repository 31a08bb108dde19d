# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts: for every check what passes, and what does not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from policy.common import versions

CHECKS: list[tuple[Callable[..., str | None], list[object], list[tuple[object, str]]]] = [
    (limits.log_retention, [1, 90, 3653], [(0, "0 is not a retention CloudWatch Logs offers; allowed: 1, 3, 5,"), (91, "91 is not"), (-1, "-1 is not")]),
    (limits.tls_policy, ["ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-FS-1-2-Res-2020-10", "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09"], [("ELBSecurityPolicy-2016-08", "'ELBSecurityPolicy-2016-08' lets TLSv1 in, and TLS 1.2 is the least; allowed: ELBSecurityPolicy-TLS13-1-2-2021-06, ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 or the 3"), ("ELBSecurityPolicy-TLS13-1-2-2021-6", "'ELBSecurityPolicy-TLS13-1-2-2021-6' is not a policy of the load balancer; did you mean ELBSecurityPolicy-TLS13-1-2-2021-06?; allowed: ELB"), ("ELBSecurityPolicy-TLS-1-1-2017-01", "'ELBSecurityPolicy-TLS-1-1-2017-01' lets TLSv1.1 in")]),
    (limits.time_zone, ["UTC", "Europe/Berlin", "America/New_York"], [("Europe/Berln", "'Europe/Berln' is not a time zone, such as Europe/Berlin or UTC"), ("Europe", "'Europe' is not"), ("../etc/passwd", "'../etc"), ("", "''")]),
    (limits.schedule, ["0 8 ? * MON-FRI *", "*/5 0-6 1,15 JAN ? 2026-2030", "0 8 L * ? *", "0 8 15W * ? *", "0 8 ? * 2#1 *", "0/15 * ? * 1-7/2 *"], [("0 8 * * *", "'0 8 * * *' is not a schedule: six fields are needed, such as 0 8 ? * MON-FRI *"), ("cron(0 8 ? * * *)", "'cron(0 8 ? * * *)' is not a schedule: 'cron(0' is not allowed for minutes; allowed: 0 to 59"), ("0 8 * * * *", "'0 8 * * * *' is not a schedule: exactly one of day of month and day of week must be ?"), ("0 8 ? * ? *", "'0 8 ? * ? *' is not a schedule: exactly one"), ("60 8 ? * * *", "'60 8 ? * * *' is not a schedule: '60' is not allowed for minutes; allowed: 0 to 59"), ("0 24 ? * * *", "'0 24 ? * * *' is"), ("0 8 32 * ? *", "'0 8 32 * ? *' is"), ("0 8 1 13 ? *", "'0 8 1 13 ? *' is"), ("0 8 ? * MO *", "'0 8 ? * MO *' is"), ("0 8 ? * FRI-MON *", "'0 8 ? * FRI-MON *' is"), ("0/0 8 ? * * *", "'0/0 8 ? * * *' is"), ("0 8 ? * * ?", "'0 8 ? * * ?' is not a schedule: ? can only stand for a day"), ("0 8 ? *  *", "'0 8 ? *  *' is"), ("x" * 300, "a text of 300 characters is not a schedule")]),
    (limits.region, ["us-east-1", "ap-southeast-7", "us-gov-west-1", "cn-northwest-1"], [("us-esat-1", "'us-esat-1' is not an AWS region, such as us-east-1"), ("us-east-1\n", "'us-east-1\\n'"), ("us-east-1a", "'us-east-1a'"), ("US-EAST-1", "'US"), ("xx-east-1", "'xx"), ("", "''")]),
    (limits.network_cidr, ["10.0.0.0/16", "172.16.0.0/22", "192.168.4.0/22", "100.64.0.0/16"], [("10.0.0.0", "'10.0.0.0' is not an IPv4 range, such as 10.0.0.0/16"), ("10.0.0.0/255.255.0.0", "'10.0.0.0/255.255.0.0' is not an IPv4 range"), ("10.0.0.1/16", "'10.0.0.1/16' is not an IPv4 range: bits are set beyond its length; use 10.0.0.0/16"), ("8.8.0.0/16", "8.8.0.0/16 is not a private range; use one inside 10.0.0.0/8,"), ("10.0.0.0/23", "10.0.0.0/23 leaves no room for eight zones"), ("10.0.0.0/15", "10.0.0.0/15 leaves no room"), ("fd00::/16", "'fd00::/16' is not")]),
    (limits.address_range, ["0.0.0.0/0", "203.0.113.7/32"], [("999.1.1.1/8", "'999.1.1.1/8' is not an IPv4 range"), ("1.2.3.4/33", "'1.2.3.4/33' is not"), ("x" * 300, "a text of 300 characters is not an IPv4 range")]),
    (limits.host, ["app.example.com", "*.example.com", "xn--bcher-kva.example"], [("app", "'app' is not a host name, such as app.example.com"), ("App.example.com", "'App"), ("https://a.b", "'https"), ("a..b", "'a..b'"), ("a.b/", "'a.b/'"), ("a.com\n", "'a.com"), ("*.*.a.com", "'*"), (f"{'a' * 64}.com", "a text of 68 characters")]),
    (limits.rate_limit, [10, 2_000_000_000], [(9, "9 is outside 10 to 2000000000"), (2_000_000_001, "2000000001 is outside")]),
    (limits.rate_window, [60, 120, 300, 600], [(0, "0 is not a window WAF counts in; allowed: 60, 120, 300 or 600 seconds"), (180, "180 is not")]),
    (limits.rate_limit_path, ["/", "/*", "/api/*", "/api*", "/.well-known/a.b", "/A_b~c-1", "/" + "x" * 199], [("api/*", "'api/*' is not the beginning of a path, such as /api/*: at most 200"), ("//", "'//'"), ("/*/a", "'/*/a'"), ("/a/../b", "'/a/../b'"), ("/./a", "'/./a'"), ("/%61", "'/%61'"), ("/a?b", "'/a?b'"), ("/a\n", "'/a\\n'"), ("", "''"), ("/" + "x" * 200, "a text of 201 characters")]),
    (limits.load_balancer_name, ["a", "A-1", "x" * 32], [("internal-a", "'internal-a' is not a load balancer's name: at most 32"), ("-a", "'-a'"), ("a-", "'a-'"), ("a_b", "'a_b'"), ("x" * 33, "'xxx")]),
    (limits.bucket_name, ["abc", "a.b-c", "x" * 63], [("ab", "'ab' is not a bucket name: 3 to 63"), ("a..b", "'a..b'"), ("1.2.3.4", "'1.2.3.4'"), ("Abc", "'Abc'"), ("xn--a", "'xn--a'"), ("a--x-s3", "'a--x-s3'"), ("a_b", "'a_b'"), ("x" * 64, "'xxx")]),
    (limits.secret_name, ["a/b_c+d=e.f@g-h", "x" * 512, "power-pto/jwt-signing-key"], [("a b", "'a b' is not a secret's name: at most 512"), ("db-AbCd12", "'db-AbCd12' ends in a hyphen and six characters"), ("", "'' is not"), ("x" * 513, "a text of 513 characters")]),
    (limits.repository_name, ["ab", "a/b-c.d_e", "a--b", "a---b/c__d", "x" * 256], [("a", "'a' is not an ECR repository's name: 2 to 256"), ("A/b", "'A/b'"), ("a//b", "'a//b'"), ("a-", "'a-'"), ("a..b", "'a..b'"), ("a___b", "'a___b'"), ("x" * 257, "a text of 257")]),
    (limits.ecs_name, ["A_b-1", "x" * 255], [("a b", "'a b' is not an ECS name: at most 255"), ("", "''"), ("x" * 256, "a text of 256")]),
    (limits.log_group_name, ["/ecs/a_b#1.c", "x" * 512], [("a b", "'a b' is not a log group's name: at most 512"), ("a:b", "'a:b'"), ("x" * 513, "a text of 513")]),
    (limits.rds_identifier, ["a", "rupaya-prod", "x" * 63], [("1a", "'1a' is not an RDS identifier: at most 63"), ("a--b", "'a--b'"), ("a-", "'a-'"), ("A", "'A'"), ("x" * 64, "'xxx"), ("x" * 300, "a text of 300 characters")]),
    (limits.cache_identifier, ["a", "rupaya-prod", "x" * 40], [("a--b", "'a--b' is not an ElastiCache identifier: at most 40"), ("x" * 41, "'xxx")]),
    (limits.rds_class, ["db.r6g.large", "db.m7g.large", "db.t3.micro", "db.t4g.2xlarge", "db.r8g.48xlarge", "db.m5.24xlarge", "db.x2iedn.xlarge", "db.m9g.xlarge", "db.r8a.large", "db.m8a.xlarge"], [("db.t4g.mediun", "'db.t4g.mediun' is not a current RDS instance class; did you mean db.t4g.medium?; allowed: db.t4g. with micro, small, medium, large, xlarge or 2xlarge"), ("db.m4.large", "'db.m4.large' is not a current RDS instance class; did you mean"), ("db.r6g.micro", "'db.r6g.micro'"), ("db.t3.48xlarge", "'db.t3"), ("db.m7g.3xlarge", "'db.m7g"), ("db.x2iezn.6xlarge", "'db.x2iezn"), ("m7g.large", "'m7g.large'"), ("db.m7g.large ", "'db.m7g.large '"), ("cache.r6g.large", "'cache")]),
    (limits.cache_node, ["cache.r6g.large", "cache.t3.micro", "cache.m7g.large", "cache.r6gd.xlarge", "cache.r8g.16xlarge", "cache.r5.24xlarge"], [("cache.t4g.large", "'cache.t4g.large' is not a current ElastiCache node type; did you mean"), ("cache.r6gd.large", "'cache.r6gd.large'"), ("cache.t2.micro", "'cache.t2"), ("cache.m5.8xlarge", "'cache.m5"), ("db.t3.micro", "'db")]),
    (limits.endpoint, ["ecr", "xray"], [("ecs-", "'ecs-' is not an endpoint; did you mean ecs?; allowed: ecr, logs")]),
    (limits.cache_window, ["03:00-04:00", "23:30-00:30", "sun:23:30-mon:00:30"], [("03:00-03:59", "03:00-03:59 is 59 minutes long; ElastiCache takes 60 at least"), ("sun:23:30-mon:00:00", "sun:23:30-mon:00:00 is 30 minutes long")]),
    (limits.backup_window, ["03:00-04:00", "23:45-00:15"], [("3:00-4:00", "'3:00-4:00' is not a backup window, such as 03:00-04:00 (UTC)"), ("24:00-01:00", "'24"), ("03:00-03:29", "'03:00-03:29' lasts 29 minutes; at least 30 are needed"), ("03:00-03:00", "'03:00-03:00' lasts 0")]),
    (limits.maintenance_window, ["sun:04:30-sun:05:30", "sun:23:45-mon:00:15"], [("Sun:04:30-Sun:05:30", "'Sun:04:30-Sun:05:30' is not a maintenance window, such as"), ("04:30-05:30", "'04"), ("mon:01:00-mon:01:10", "'mon:01:00-mon:01:10' lasts 10 minutes")]),
    (limits.tag_key, ["costCentre", "a b", "k:1/2=3+4@5-6_7.8", "Größe"], [("aws:x", "'aws:x' is not a tag's key"), ("AWS:x", "'AWS:x'"), ("", "''"), ("a\tb", "'a\\tb'"), ("x" * 129, "a text of 129")]),
    (limits.web_origin, ["https://app.example.com", "http://localhost:3000", "https://*.example.com"], [("*", "'*' is not a web origin, such as https://app.example.com"), ("https://a.example.com/", "'https://a.example.com/' is not a web origin"), ("Ünï", "'Ünï' is not a web origin")]),
    (limits.certificate_name, ["a" * 64], [("a" * 65, "a text of 65 characters is longer than the 64")]),
    (limits.path_pattern, ["/", "/api/*", "/a_-.$/~\"'@:+&?Z9", "/" + "a" * 127], [("api", "'api' is not a path pattern, such as /api/*"), ("/ü", "'/ü'"), ("/a{b}", "'/a{b}'"), ("/a b", "'/a b'"), ("/" + "a" * 128, "a text of 129")]),
    (limits.status_codes, ["200", "200-299", "200,302", "200-204,302", "299-299"], [("299-200", "'299-200' is not a list of status codes from 200 to 499"), ("500", "'500'"), ("200-", "'200-'"), ("", "''")]),
    (limits.tag_value, ["", "a b", "x" * 256], [("a(b)", "'a(b)' is not a tag's value: at most 256"), ("x" * 257, "a text of 257")]),
]  # fmt: skip
NAMES = [check.__name__ for check, _, _ in CHECKS]


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=NAMES)
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    assert {value: check(value) for value in good} == dict.fromkeys(good)
    for value, message in bad:
        problem = check(value)
        assert problem is not None, value
        assert problem.startswith(message)
        assert "x" * 65 not in problem


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    for check, good, _ in CHECKS:
        if isinstance(good[0], str):
            assert check(text) is None or len(str(check(text))) < 2000


@pytest.mark.parametrize(
    ("check", "arguments", "expected"),
    [
        (limits.fargate_size, (256, 2048), None),
        (limits.fargate_size, (32768, 249856), None),
        (limits.fargate_size, (300, 512), "cpu 300 is not a Fargate size; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768"),
        (limits.fargate_size, (256, 4096), "4096 MiB does not go with cpu 256; allowed: 512, 1024 or 2048 MiB"),
        (limits.fargate_size, (8192, 20000), "20000 MiB does not go with cpu 8192; allowed: 16384 to 61440 in steps of 4096 MiB"),
        (limits.zone, ("us-east-1f", "us-east-1"), None),
        (limits.zone, ("us-east-1-bos-1a", "us-east-1"), "'us-east-1-bos-1a' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f"),
        (limits.zone, ("us-east-1", "us-east-1"), "'us-east-1' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f"),
        (limits.zone, ("", ""), "'' is not a zone of , whose zones are not known"),
        (limits.zones, (["a", "b", "c"],), None),
        (limits.zones, ([],), "0 zones given; two to six are needed, because load balancers and databases span two"),
        (limits.zones, (list("abcdefg"),), "7 zones given; two to six are needed, because load balancers and databases span two"),
        (limits.rate_limits, (["/api/*", "/api"], 2), None),
        (limits.rate_limits, (["/api/*", "/API/"], 2), "'/API/' is there twice; each path has one limit"),
        (limits.rate_limits, (["/a", "/b", "/c"], 2), "3 given; at most 2"),
        (limits.name_length, ("abc", 3), None),
        (limits.name_length, ("abcd", 3), "'abcd' is longer than the 3 characters allowed"),
        (limits.rds_username, ("mysql", "a" * 16), None),
        (limits.rds_username, ("mysql", "a" * 17), "'aaaaaaaaaaaaaaaaa' is not a mysql user name: at most 16 letters, digits and underscores, a letter first"),
        (limits.rds_username, ("postgres", "Admin"), "'Admin' is reserved by postgres on RDS; choose another"),
        (limits.rds_username, ("mysql", "admin"), None),
        (limits.rds_database, ("mysql", "expense_settlement"), None),
        (limits.rds_database, ("mysql", "sys"), "'sys' is reserved by mysql on RDS; choose another"),
        (limits.rds_database, ("postgres", "a-b"), "'a-b' is not a postgres database name: at most 63 letters, digits and underscores, a letter first"),
        (limits.rds_version, ("postgres", "16"), None),
        (limits.rds_version, ("mysql", "8.0.46-rds.20260908"), None),
        (limits.rds_version, ("mysql", "8"), "'8' is not a mysql version RDS creates; allowed: 8.4 or 9.7, alone or with a minor version; under Extended Support 5.7 or 8.0"),
        (limits.rds_version, ("postgres", "16.1.2"), "'16.1.2' is not a postgres version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13"),
        (limits.rds_insights, ("mysql", "db.t4g.small"), "Performance Insights does not exist for mysql on db.t4g.small; switch it off or take a medium class"),
        (limits.rds_insights, ("postgres", "db.t4g.micro"), None),
        (limits.cache_version, ("redis", "7.1"), None),
        (limits.cache_version, ("redis", "7.2"), "'7.2' is not a redis version ElastiCache creates; allowed: 6.2, 7.0 or 7.1"),
        (limits.cache_node_engine, ("valkey", "cache.m8g.large"), None),
        (limits.cache_node_engine, ("redis", "cache.m7g.large"), None),
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


def test_mutable_tags() -> None:
    assert all(limits.mutable_tag(tag) for tag in ("latest", "Main", "1-latest", "prod"))
    assert not any(limits.mutable_tag(tag) for tag in ("1.2.3", "9f2c1ab", "mainline"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("databse", "; did you mean database?"),
        ("DATABASE", "; did you mean database?"),
        ("zzz", ""),
        ("x" * 100_000, ""),
    ],
)
def test_meant(word: str, expected: str) -> None:
    assert limits.meant(word, ["database", "cache"]) == expected


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


def test_names_that_become_one() -> None:
    assert list(limits.apart(["a/b", "a-c", "A-B", "=", "a/b"])) == [
        ("A-B", "'A-B' and 'a/b' differ in punctuation or case at most; rename or remove one"),
        ("=", "'=' has neither a letter nor a digit"),
        ("a/b", "'a/b' and 'A-B' differ in punctuation or case at most; rename or remove one"),
    ]


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


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(versions, "today", lambda: date.fromisoformat(day))


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


def test_node_types_of_a_region() -> None:
    assert limits.cache_node_here("cache.m8g.large", "eu-central-1") is None
    found = limits.cache_node_here("cache.c7gn.large", "af-south-1")
    assert found
    assert found.startswith(
        "af-south-1 has no cache.c7gn.large; allowed: cache.<family>.<size>, of the families c8gn, "
    )


@pytest.mark.parametrize(
    ("region", "problem"),
    [
        ("us-east-9", "'us-east-9' is not an AWS region, such as us-east-1; did you mean us-east-"),
        (
            "eusc-de-east-1",
            "eusc-de-east-1 is in the partition aws-eusc, which is not supported; supported: aws, aws-cn or aws-us-gov",
        ),
        ("us-iso-east-1", "us-iso-east-1 is in the partition aws-iso, which is not supported"),
        ("us-isob-east-1", "us-isob-east-1 is in the partition aws-iso-b, which is not supported"),
        ("aws-global", "'aws-global' is not an AWS region"),
    ],
)
def test_regions_that_are_none_or_not_supported(region: str, problem: str) -> None:
    found = limits.region(region)
    assert found
    assert found.startswith(problem)


def test_zones_are_those_of_the_region() -> None:
    assert limits.zone("eu-central-1c", "eu-central-1") is None
    assert limits.zone("us-west-1b", "us-west-1") is None
    assert limits.zone("eu-central-1h", "eu-central-1") == (
        "'eu-central-1h' is not a zone of eu-central-1; its zones are eu-central-1a, eu-central-1b or eu-central-1c"
    )


def test_wildcards_of_one_rule() -> None:
    assert limits.wildcards(["/a*", "/b?*", "*.example.com", "/c**"]) is None
    assert limits.wildcards(["/a*?*", "/b*?*", "*.x"]) == "7 wildcards (* and ?) are too many for one rule; at most 6"
