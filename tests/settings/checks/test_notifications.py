# ruff: noqa: E501 - a case reads best on one line
"""Who is told of what: each rule with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.files import GONE, ROOT, changed, config, mistakes

P, T = "slipway:notify.page", "slipway:notify.team"
METRIC = {"namespace": "Shop", "metric": "Failed", "above": 0}
CHANNEL = {"slackTeamId": "T07EA123LEP", "slackChannelId": "C07EZ1ABC23"}
HOOK = "slipway:secrets|storefront/slack-webhook"
ONE_OF = "give one of email, https, slackWebhookSecret, or slackTeamId with slackChannelId"
BIG = 10**16
NO_BUDGET = {"slipway:budget": GONE}

CASES: list[tuple[dict[str, Any], list[str], dict[str, Any]]] = [
    ({**NO_BUDGET, "slipway:notify": GONE, "slipway:uptimeCheck": GONE}, ["slipway:alarms: there is nobody to tell: add slipway:notify"], {**NO_BUDGET, "slipway:notify": GONE, "slipway:uptimeCheck": GONE, "slipway:alarms": GONE}),
    ({**NO_BUDGET, "slipway:notify": GONE, "slipway:alarms": GONE}, ["slipway:uptimeCheck: there is nobody to tell: add slipway:notify"], {**NO_BUDGET, "slipway:notify": {"enabled": False}, "slipway:alarms": {"enabled": False}, "slipway:uptimeCheck": {"enabled": False}}),
    ({**NO_BUDGET, "slipway:notify": {}}, ["slipway:notify: there is nobody in it: give page, database or team"], {**NO_BUDGET, "slipway:notify": {"database": [{"email": "dba@example.com"}]}}),
    ({f"{T}.0": {}}, [f"slipway:notify.team[0]: {ONE_OF}; none given"], {f"{T}.0": CHANNEL}),
    ({f"{T}.0.https": "https://example.com"}, [f"slipway:notify.team[0]: {ONE_OF}; email and https given"], {f"{T}.0": {"https": "https://example.com"}}),
    ({f"{T}.0": {"slackTeamId": "T07EA123LEP"}}, ["slipway:notify.team[0]: Amazon Q Developer in chat applications needs slackTeamId and slackChannelId, both"], {f"{T}.0": CHANNEL}),
    ({f"{T}.0": {"slackTeamId": "#ops", "slackChannelId": "C07EZ1ABC23"}}, ["slipway:notify.team[0].slackTeamId: '#ops' is not a Slack workspace's id, such as T07EA123LEP"], {f"{T}.0": CHANNEL}),
    ({"slipway:notify.chatbotRegion": "eu-central-1"}, ["slipway:notify.chatbotRegion: 'eu-central-1' is not allowed; allowed: us-east-2, us-west-2, eu-west-1 or ap-southeast-1"], {"slipway:notify.chatbotRegion": "eu-west-1"}),
    ({f"{T}.0.name": "mail"}, ["slipway:notify.team[0].name: only an https endpoint has a name here"], {f"{P}.0.name": "pagerduty"}),
    ({f"{T}.0.email": "team"}, ["slipway:notify.team[0].email: 'team' is not an e-mail address"], {f"{T}.0.email": "a@b.example"}),
    ({f"{P}.0.https": "http://events.example.com/KEY"}, ["slipway:notify.page[0].https: the value (not shown, it may be a secret) is not an address that begins with https://"], {f"{P}.0.https": "[secret]"}),
    ({f"{P}.0.https": "https://hooks.slack.com/services/T0/B0/x"}, ["slipway:notify.page[0].https: Slack does not take SNS's messages, and its address is a secret: keep it in one, and name that in slackWebhookSecret"], {f"{P}.0.https": "https://example.com/hook"}),
    ({f"{T}.1.slackWebhookSecret": "storefront/slack"}, ["slipway:notify.team[1].slackWebhookSecret: names no secret of this stack; did you mean storefront/payments?; declare it in slipway:secrets (a value never belongs here)"], {f"{T}.1.slackWebhookSecret": "storefront/session-key"}),
    ({f"{T}.1.slackWebhookSecret": "storefront/payments"}, ["slipway:notify.team[1].slackWebhookSecret: the secret storefront/payments is a document; a webhook's address is a whole secret"], {f"{T}.1.slackWebhookSecret": "storefront/session-key"}),
    ({T: [{"email": "a@b.example"}, {"email": "A@b.example"}]}, ["slipway:notify.team[1]: this address is in the list already"], {T: [{"email": "a@b.example"}], P: [{"email": "a@b.example"}]}),
    ({T: [{"https": "https://a.example"}, {"https": "https://b.example"}]}, ["slipway:notify.team[1]: an endpoint of the list is called like this already: give each a name"], {T: [{"https": "https://a.example"}, {"https": "https://b.example", "name": "b"}]}),
    ({T: [CHANNEL, CHANNEL]}, ["slipway:notify.team[1]: this channel is in the list already"], {T: [CHANNEL], P: [CHANNEL]}),
    ({T: [CHANNEL], P: [{**CHANNEL, "slackTeamId": "T1"}]}, ["slipway:notify.team[0]: is called nearly like another webhook or channel"], {T: [CHANNEL], P: [CHANNEL]}),
    ({"slipway:alarms.p99Seconds": 0}, ["slipway:alarms.p99Seconds: 0 is outside 0.001 to 4000 (Seconds within which 99 % of a service's requests are answered, such as 1.5, over five minutes)"], {"slipway:alarms.p99Seconds": 0.5}),
    ({"slipway:alarms.databaseCpuPercent": 100}, ["slipway:alarms.databaseCpuPercent: 100 is outside 0.1 to 99.9 (CPU of the database for five minutes, percent, such as 80; tells whoever looks after it)"], {"slipway:alarms.databaseCpuPercent": None}),
    ({"slipway:alarms.databaseCpuPercent": "90"}, ["slipway:alarms.databaseCpuPercent: '90' must be a number (CPU of the database for five minutes, percent, such as 80; tells whoever looks after it)"], {"slipway:alarms.databaseCpuPercent": 92.5}),
    ({"slipway:alarms.metrics.orders": {**METRIC, "severity": "fatal"}}, ["slipway:alarms.metrics.orders.severity: 'fatal' is not allowed; allowed: critical, database or warning"], {"slipway:alarms.metrics.orders": {**METRIC, "severity": "database"}}),
    ({"slipway:alarms.metrics.orders": {**METRIC, "namespace": "AWS/RDS"}}, ["slipway:alarms.metrics.orders.namespace: 'AWS/RDS' is not an application's namespace: at most 255 letters, digits, spaces and . _ / # : -, beginning neither with AWS/ nor :"], {"slipway:alarms.metrics.orders": {**METRIC, "namespace": "Shop/Orders"}}),
    ({"slipway:alarms.metrics.orders": {**METRIC, "above": BIG}}, [f"slipway:alarms.metrics.orders.above: {BIG} is outside -1000000000000000.0 to 1000000000000000.0 (The value above which there is an alarm, in the metric's own unit: `0` for the first failed order)"], {"slipway:alarms.metrics.orders": {**METRIC, "above": -0.5}}),
    ({"slipway:alarms.metrics.Orders": METRIC}, ["slipway:alarms.metrics.Orders: 'Orders' is not an alarm's name: at most 64 lower-case letters, digits and hyphens"], {"slipway:alarms.metrics.orders": METRIC}),
    ({"slipway:services.database": {"image": {"uri": "a/b:1"}}}, ["slipway:services.database: alarms of another part are called 'database': choose another name"], {"slipway:services.databases": {"image": {"uri": "a/b:1"}}}),
    ({"slipway:services.cache-001": {"image": {"uri": "a/b:1"}}}, ["slipway:services.cache-001: alarms of another part are called 'cache-001': choose another name"], {"slipway:services.cache-01": {"image": {"uri": "a/b:1"}}}),
    ({"slipway:database.parameters": {"max_connections": "many"}}, ["slipway:database.parameters.max_connections: 'many' is no number of connections to derive alarms from; allowed: a number, or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)"], {"slipway:database.parameters": {"max_connections": "many"}, "slipway:alarms": GONE, "slipway:dashboard": GONE}),
    ({"slipway:domain.host": "*.shop.example.com"}, ["slipway:uptimeCheck: *.shop.example.com is many hosts; give the domain one to ask"], {"slipway:domain.host": "*.shop.example.com", "slipway:uptimeCheck": GONE}),
    ({"slipway:uptimeCheck.intervalSeconds": 20}, ["slipway:uptimeCheck.intervalSeconds: 20 is not allowed; allowed: 10 or 30"], {"slipway:uptimeCheck.intervalSeconds": 10}),
    ({"slipway:uptimeCheck.failures": 11}, ["slipway:uptimeCheck.failures: 11 is outside 1 to 10 (Failures in a row that count as down, such as 2: with `intervalSeconds` they decide how soon people are paged)"], {"slipway:uptimeCheck.failures": 1}),
    ({"slipway:uptimeCheck.path": "health"}, ["slipway:uptimeCheck.path: 'health' is not a path: a slash, then at most 254 characters without spaces"], {"slipway:uptimeCheck.path": "/"}),
    ({"slipway:dashboard.name": "my dashboard"}, ["slipway:dashboard.name: 'my dashboard' is not a dashboard's name: letters, digits, - and _"], {"slipway:dashboard.name": "storefront"}),
    ({HOOK: GONE}, ["slipway:notify.team[1].slackWebhookSecret: names no secret of this stack; declare it in slipway:secrets (a value never belongs here)"], {HOOK: {"description": "Webhook"}}),
]  # fmt: skip


@pytest.mark.parametrize(("breaking", "messages", "twin"), CASES, ids=[messages[0][:80] for _, messages, _ in CASES])
def test_a_rule(breaking: dict[str, Any], messages: list[str], twin: dict[str, Any]) -> None:
    assert mistakes(changed(breaking)) == messages
    assert mistakes(changed(twin)) == []


@pytest.mark.parametrize(
    ("part", "setting", "value", "why"),
    [
        ("database", "databaseStoragePercent", 70, "this stack has no database"),
        ("database", "databaseExhaustedPercent", 90, "this stack has no database"),
        ("cache", "cacheEvictions", 0, "this stack has no cache"),
        ("loadBalancer", "errors4xxPercent", 5, "this stack has no load balancer"),
        ("services", "serviceCpuPercent", 70, "this stack has no service"),
        ("services", "p99Seconds", 1, "no service of this stack has a route"),
    ],
)
def test_an_alarm_needs_a_part_to_watch(part: str, setting: str, value: int, why: str) -> None:
    message = f"slipway:alarms.{setting}: {why}: leave it out, or say null"
    without = {f"slipway:{part}": GONE, "slipway:alarms": {setting: value}}
    assert message in mistakes(changed(without))
    assert message not in mistakes(changed({**without, "slipway:alarms": {setting: None}}))
    assert mistakes(changed({"slipway:alarms": {setting: value}})) == []


def test_the_defaults_ask_for_nothing_that_is_not_there() -> None:
    without = {f"slipway:{part}": GONE for part in ("database", "cache", "services", "media", "loadBalancer", "domain")}
    assert not [line for line in mistakes(changed({**without, "slipway:alarms": {}})) if "alarms" in line]


def test_what_other_partitions_of_aws_lack() -> None:
    region = {"aws:region": "us-gov-west-1", "slipway:network.zones": ["us-gov-west-1a", "us-gov-west-1b"]}
    found = mistakes(changed({**region, f"{T}.0": CHANNEL}))
    assert (
        "slipway:notify.team[0].slackTeamId: Amazon Q Developer in chat applications does not serve us-gov-west-1: use slackWebhookSecret"
        in found
    )
    assert "slipway:uptimeCheck: its alarm stands in us-east-1, out of reach of us-gov-west-1" in found
    assert not [line for line in mistakes(changed({f"{T}.0": CHANNEL})) if "notify" in line or "uptimeCheck" in line]


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, []),
        ({"slipway:uptimeCheck": {}}, ["slipway:uptimeCheck: pages every night, when nothing answers: leave it or slipway:hibernation out"]),
        ({"slipway:cluster": {"containerInsights": "disabled"}}, ["slipway:cluster.containerInsights: disabled, it cannot tell alarms that services sleep, not fail: choose enabled, or leave slipway:alarms out"]),
        ({"slipway:uptimeCheck": {}, "slipway:hibernation": GONE}, []),
    ],
)  # fmt: skip
def test_a_stack_that_sleeps_is_not_to_page_at_night(changes: dict[str, Any], warned: list[str]) -> None:
    staging = config(ROOT / "Pulumi.staging.yaml")
    assert "slipway:hibernation" in staging
    values = {key: value for key, value in (staging | changes).items() if value is not GONE}
    parsed = settings.parse(values, "test")
    assert [str(warning) for warning in checks.warnings(parsed)] == warned
