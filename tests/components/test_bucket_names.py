import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._bucket_names import PURPOSES, kept, prefix, prefixes
from components._permissions.scope import Scope
from tests.iam.evaluator import Statement, allows

LABELS = st.from_regex(r"[a-z][a-z0-9]{1,10}(-[a-z0-9]{1,11}){1,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("name_prefix", "expected"),
    [
        ("storefront-production", ["storefront-production-media-"]),
        ("spendsense-development-chuong", ["spendsense-d-chuong-bd96e3a-media-", "spendsense-developme-chuong-media-"]),
        ("a-very-long-application-name-production-jane", ["", "a-very-long-applicatio-jane-media-"]),
        ("a" * 30, ["", f"{'a' * 27}-media-"]),
    ],
)
def test_a_label_that_does_not_fit_has_a_hash_and_keeps_its_former_prefix(
    name_prefix: str, expected: list[str]
) -> None:
    media = [found for found in prefixes(name_prefix) if found.endswith("-media-")]
    assert media[0] == prefix(name_prefix, "media")
    assert media[0] == (expected[0] or media[0])
    assert media[1:] == expected[1:]
    assert kept(name_prefix) == (["bucketPrefix"] if len(expected) > 1 else [])


@given(LABELS)
def test_bucket_prefixes_fit(name_prefix: str) -> None:
    for purpose in PURPOSES:
        name = prefix(name_prefix, purpose)
        assert len(name) <= 37
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-", name)
        assert name in prefixes(name_prefix)


@pytest.mark.parametrize(
    ("name_prefix", "other"),
    [
        ("marketplace-checkout-service-production", "marketplace-checkout-service-staging"),
        ("marketplace-checkout-service-eu-production", "marketplace-checkout-service-us-production"),
        ("marketplace-checkout-production-jane", "marketplace-checkout-preproduction-jane"),
    ],
)
def test_new_buckets_of_prefixes_that_begin_alike_are_out_of_each_others_reach(name_prefix: str, other: str) -> None:
    for mine, theirs in ((name_prefix, other), (other, name_prefix)):
        patterns = granted(mine)
        for purpose in PURPOSES:
            assert reaches(patterns, f"{prefix(mine, purpose)}20261130120000000000000001")
            assert not reaches(patterns, f"{prefix(theirs, purpose)}20261130120000000000000001")


def granted(name_prefix: str) -> list[str]:
    scope = Scope(name_prefix=name_prefix, regions=["eu-central-1"], tags={}, parts=["bucket"])
    return scope.arns("s3", ["::{bucket}"])


def reaches(patterns: list[str], bucket: str) -> bool:
    statement: Statement = {"Effect": "Allow", "Action": ["s3:DeleteBucket"], "Resource": patterns}
    return allows([statement], "s3:DeleteBucket", f"arn:aws:s3:::{bucket}", {})


def test_buckets_from_before_the_hash_stay_in_reach() -> None:
    patterns = granted("marketplace-checkout-service-production")
    assert reaches(patterns, "marketplace-chec-production-media-20261130120000000000000001")
