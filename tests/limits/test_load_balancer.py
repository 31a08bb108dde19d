# ruff: noqa: E501 - a case reads best on one line
"""What AWS accepts, limits.load_balancer: for every check what passes, and what does not, in words."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limits
from tests.limits.evaluation import Case, evaluate, evaluate_text

CHECKS: list[Case] = [
    (limits.tls_policy, ["ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-FS-1-2-Res-2020-10", "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09"], [("ELBSecurityPolicy-2016-08", "'ELBSecurityPolicy-2016-08' lets TLSv1 in, and TLS 1.2 is the least; allowed: ELBSecurityPolicy-TLS13-1-2-2021-06, ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 or the 3"), ("ELBSecurityPolicy-TLS13-1-2-2021-6", "'ELBSecurityPolicy-TLS13-1-2-2021-6' is not a policy of the load balancer; did you mean ELBSecurityPolicy-TLS13-1-2-2021-06?; allowed: ELB"), ("ELBSecurityPolicy-TLS-1-1-2017-01", "'ELBSecurityPolicy-TLS-1-1-2017-01' lets TLSv1.1 in")]),
    (limits.load_balancer_name, ["a", "A-1", "x" * 32], [("internal-a", "'internal-a' is not a load balancer's name: at most 32"), ("-a", "'-a'"), ("a-", "'a-'"), ("a_b", "'a_b'"), ("x" * 33, "'xxx")]),
    (limits.path_pattern, ["/", "/api/*", "/a_-.$/~\"'@:+&?Z9", "/" + "a" * 127], [("api", "'api' is not a path pattern, such as /api/*"), ("/ü", "'/ü'"), ("/a{b}", "'/a{b}'"), ("/a b", "'/a b'"), ("/" + "a" * 128, "a text of 129")]),
    (limits.status_codes, ["200", "200-299", "200,302", "200-204,302", "299-299"], [("299-200", "'299-200' is not a list of status codes from 200 to 499"), ("500", "'500'"), ("200-", "'200-'"), ("", "''")]),
    (limits.grpc_codes, ["0", "12", "0-99", "0,12"], [("200", "'200' is not a list of gRPC's status codes from 0 to 99"), ("9-1", "'9-1'"), ("", "''")]),
    (limits.success_codes, ["200-299", "0"], [("500", "'500' is not a list of status codes from 200 to 499"), ("", "''")]),
    (limits.grpc_path, ["/grpc.health.v1.Health/Check"], [("/health", "'/health' is not a gRPC method, such as /grpc.health.v1.Health/Check")]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS, ids=[check.__name__ for check, _, _ in CHECKS])
def test_check(check: Callable[..., str | None], good: Sequence[object], bad: Sequence[tuple[object, str]]) -> None:
    evaluate(check, good, bad)


@given(text=st.text())
def test_any_text_is_judged(text: str) -> None:
    evaluate_text(CHECKS, text)


@pytest.mark.parametrize(
    ("wide", "narrow", "covers"),
    [
        ("/*", "/api/*", True),
        ("/api/*", "/*", False),
        ("/api/*", "/api", False),
        ("*", "a.example.com", True),
        ("*.example.com", "a.example.com", True),
        ("/a?c", "/abc", True),
        ("/a?c", "/a*c", False),
        ("/a*", "/a?*", True),
        ("/a*b", "/ab", True),
        ("/a*b", "/abc", False),
        ("/**", "/x*", True),
        ("", "", True),
    ],
)
def test_a_pattern_that_takes_all_of_another(wide: str, narrow: str, covers: bool) -> None:  # noqa: FBT001 - a column
    assert limits.pattern_covers(wide, narrow) is covers


@given(wide=st.text("ab*?", max_size=6), text=st.text("ab", max_size=6))
def test_a_pattern_covers_the_texts_it_matches(wide: str, text: str) -> None:
    assert limits.pattern_covers(wide, text) is fnmatch.fnmatchcase(text, wide)
