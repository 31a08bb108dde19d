"""Parameters of Redis and Valkey."""

import pytest

from limits.cache_parameters import cache_parameter


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxmemory-policy", "noeviction"),
        ("activedefrag", "yes"),
        ("timeout", "0"),
        ("slowlog-log-slower-than", "-1"),
        ("notify-keyspace-events", "Ex"),
        ("notify-keyspace-events", ""),
        ("set-max-intset-entries", "512"),
    ],
)
def test_right(name: str, value: str) -> None:
    assert cache_parameter(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("maxmemory-policy", "none", "'none' is not allowed; allowed: volatile-lru"),
        ("activedefrag", "true", "'true' is not allowed; allowed: yes or no"),
        ("timeout", "1m", "'1m' is not a whole number from 0 to 2147483647"),
        ("reserved-memory-percent", "101", "'101' is not a whole number from 0 to 100"),
        ("notify-keyspace-events", "Q", "'Q' is not made of the letters"),
        ("maxmemory_policy", "noeviction", "did you mean maxmemory-policy?"),
        ("maxmemory", "1gb", "cannot be set: it follows from the node type"),
        ("appendonly", "yes", "cannot be set: ElastiCache keeps snapshots"),
        ("Some Thing", "1", "is not a parameter's name"),
    ],
)
def test_wrong(name: str, value: str, told: str) -> None:
    assert told in (cache_parameter(name, value) or "")
