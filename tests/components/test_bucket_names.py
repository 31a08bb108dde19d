import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._bucket_names import stem


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("storefront-production", "storefront-production"),
        ("spendsense-development-chuong", "spendsense-developme-chuong"),
        ("a-very-long-application-name-production-jane", "a-very-long-applicatio-jane"),
        ("a" * 30, "a" * 27),
    ],
)
def test_a_long_label_keeps_its_end(label: str, expected: str) -> None:
    assert stem(label) == expected


@given(st.from_regex(r"[a-z][a-z0-9]{1,10}(-[a-z0-9]{1,11}){1,3}", fullmatch=True))
def test_bucket_prefixes_fit_and_tell_the_owner(label: str) -> None:
    name = stem(label)
    assert len(f"{name}-requests-") <= 37
    assert name.rpartition("-")[2] == label.rpartition("-")[2]
    assert "--" not in name
