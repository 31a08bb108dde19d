# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.cache: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:cache.version": "7.1"}, "slipway:cache.version: '7.1' is not a valkey version ElastiCache creates; allowed: 7.2, 8.0, 8.1, 8.2, 9.0 or 9.1", {"slipway:cache.version": "8.2"}),
    ({"slipway:cache.engine": "redis", "slipway:cache.version": "7.1", "slipway:cache.nodeType": "cache.r8g.large"}, "slipway:cache.nodeType: cache.r8g.large runs valkey, not redis; allowed for redis: c7gn, m5, m6g, m7g, r5, r6g, r6gd, r7g, t3 or t4g", {"slipway:cache.nodeType": "cache.r8g.large"}),
    ({"slipway:cache.multiAz": True, "slipway:cache.replicas": 0}, "slipway:cache.multiAz: a second zone needs a replica to stand in it: set replicas to 1 or more", {"slipway:cache.multiAz": False, "slipway:cache.replicas": 0}),
    ({"slipway:cache.parameters": {"maxmemory-polcy": "noeviction"}}, "slipway:cache.parameters.maxmemory-polcy: 'maxmemory-polcy' is no parameter of the cache; did you mean maxmemory-policy?", {"slipway:cache.parameters": {"maxmemory-policy": "noeviction"}}),
    ({"slipway:cache.parameters": {"maxmemory-policy": "lru"}}, "slipway:cache.parameters.maxmemory-policy: 'lru' is not allowed; allowed: volatile-lru, allkeys-lru, volatile-lfu, allkeys-lfu, volatile-random, allkeys-random, volatile-ttl or noeviction", {"slipway:cache.parameters": {"maxmemory-policy": "allkeys-lru"}}),
    ({"slipway:cache.shards": 46}, "slipway:cache.shards: 92 nodes are too many; shards x (1 + replicas) may be at most 90", {"slipway:cache.shards": 45}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
