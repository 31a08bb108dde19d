# ruff: noqa: E501 - a case reads best on one line
"""What all parts have in common: parts that others need, warnings, derived names."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from policy.common import versions
from settings import checks, derived
from tests.settings.checks.rules import A, W
from tests.settings.files import GONE, changed, mistakes


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("loadBalancer", ["slipway:domain: there is nothing to point it at: add slipway:loadBalancer", "slipway:services.api.route: requests come through the load balancer: add slipway:loadBalancer", "slipway:services.frontend.route: requests come through the load balancer: add slipway:loadBalancer", "slipway:alarms.errors5xxPercent: this stack has no load balancer: leave it out, or say null"]),
        ("domain", ["slipway:loadBalancer: it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn", "slipway:media.cdn.host: 'media.shop.example.com' needs a record: add slipway:domain with the zone it lives in", "slipway:uptimeCheck: there is no host to ask: add slipway:domain"]),
        ("media", ["slipway:services.api.environment.MEDIA_BUCKET: ${media.bucket} needs slipway:media, which this stack does not have", "slipway:services.api.environment.MEDIA_URL: ${media.url} needs slipway:media, which this stack does not have", "slipway:services.api.uses[2]: 'media' is not in this stack: add slipway:media"]),
        ("registry", [f"slipway:services.{key}.image.repository: 'storefront/{key}' is in no registry: add slipway:registry (`slipway:registry: {{}}` is enough), or give uri" for key in ("api", "worker", "frontend")]),
    ],
)  # fmt: skip
def test_a_part_that_others_need_is_missed(part: str, expected: list[str]) -> None:
    assert mistakes(changed({f"slipway:{part}": GONE})) == expected


def test_a_missing_part_s_secrets_are_missed() -> None:
    assert "slipway:services.worker.secrets.CACHE_URL: cache is not in this stack: add slipway:cache" in mistakes(
        changed({"slipway:cache": GONE, f"{W}.secrets.CACHE_URL": "cache:url"})
    )
    assert mistakes(changed({"slipway:cdn": {}, "slipway:domain": GONE, "slipway:loadBalancer": {}}))[:2] == [
        "slipway:loadBalancer: it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn",
        "slipway:cdn: CloudFront stands in front of the load balancer under the domain's name: add slipway:domain and slipway:loadBalancer",
    ]  # fmt: skip


def test_warnings() -> None:
    paid = {"engine": "mysql", "version": "8.0.46", "extendedSupport": True}
    parsed = settings.parse(changed({f"slipway:database.{name}": value for name, value in paid.items()}), "test")
    (warning,) = checks.warnings(parsed)
    assert str(warning) == (
        "slipway:database.version: standard support of mysql 8.0 ended on 2026-07-31: AWS charges Extended Support by vCPU and "
        "hour, more from the third year on, until 2029-07-31; use 8.4 or newer"
    )
    assert checks.warnings(settings.parse(changed({}), "test")) == []


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"slipway:tags": {}}, "slipway:tags: there is no owner among them, which the policy required-tags asks for in production"),
        ({"slipway:domain.alternativeHosts": [f"{n}.shop.example.com" for n in range(10)]}, "slipway:domain.alternativeHosts: 11 hosts on one certificate; AWS allows an account 10 until it is asked for more"),
        ({f"{W}.image": {"repository": "x/y", "build": {"context": "no/such"}}}, "slipway:services.worker.image.build.context: there is no folder 'no/such' here to build from"),
        ({f"{A}.sidecars.agent.image": {"repository": "x/y", "build": {"context": "no/such"}}}, "slipway:services.api.sidecars.agent.image.build.context: there is no folder 'no/such' here to build from"),
        ({"slipway:delivery": {"github": {"repository": "a/b", "branch": "main"}}}, "slipway:delivery.github.branch: whoever may push to this branch deploys, without anybody's approval: an environment with required reviewers is one"),
        ({"slipway:delivery.stateBucket": "storefront-tfstate"}, "slipway:delivery.stateBucket: no stateKeyArn is given: a passphrase, or whoever else holds the key, keeps the secrets in the state"),
        ({"slipway:delivery.previewReadsState": True}, "slipway:delivery.previewReadsState: whoever may push a branch reads the state, and every secret in it"),
        ({"slipway:delivery.boundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess"}, "slipway:delivery.boundaryArn: what this policy allows is not known here: it must allow what the stack's own boundary does (docs/security.md), or tasks fail at their start"),
        ({"slipway:database.parameters": {"frobnicate_rows": "1"}}, "slipway:database.parameters.frobnicate_rows: is known here as no parameter of postgres: the update fails unless RDS has it for this version"),
        ({"slipway:database.version": "17.99"}, f"slipway:database.version: no postgres 17.99 was known when the table of versions was made ({versions.source('postgres')}); the newest then was 17.11"),
    ],
)  # fmt: skip
def test_warns_of(changes: dict[str, Any], warning: str) -> None:
    assert [str(found) for found in checks.warnings(settings.parse(changed(changes), "test"))] == [warning]


@pytest.mark.parametrize(
    "changes",
    [
        {"slipway:tags": {}, "slipway:environment": "staging"},
        {"slipway:domain.alternativeHosts": [f"{n}.shop.example.com" for n in range(9)]},
        {f"{W}.image": {"repository": "x/y", "build": {"context": "tests"}}},
        {"slipway:database.parameters": {"work_mem": "65536", "my_extension.setting": "1"}},
    ],
)
def test_does_not_warn_of(changes: dict[str, Any]) -> None:
    assert checks.warnings(settings.parse(changed(changes), "test")) == []


def test_names() -> None:
    parsed = settings.parse(changed({"slipway:ownerId": "jane", f"{W}.name": "jobs"}), "test")
    api, worker = parsed.services["api"], parsed.services["worker"]
    assert derived.service_name(parsed, "api", api) == "api"
    assert derived.family(parsed, "api", api) == "storefront-production-jane-api"
    assert derived.log_group(parsed, "api", api) == "/ecs/storefront-production-jane-api"
    assert derived.family(parsed, "worker", worker) == "jobs"
    assert parsed.database is not None
    assert derived.database_name(parsed, parsed.database) == "storefront"
    assert parsed.cache is not None
    assert derived.cache_spans_zones(parsed.cache)
    assert not derived.cache_spans_zones(parsed.cache.model_copy(update={"replicas": 0}))
