# ruff: noqa: E501 - a case reads best on one line
"""Rules of the database's options and the cache's windows: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import derived
from tests.settings.files import GONE, changed, mistakes

DB, REPLICA, PROXY, CACHE, API = (
    "slipway:database",
    "slipway:database.readReplica",
    "slipway:database.proxy",
    "slipway:cache",
    "slipway:services.api",
)
OWN: dict[str, Any] = {f"{DB}.managedPassword": False}
COPY: dict[str, Any] = {**OWN, REPLICA: {}}
IAM: dict[str, Any] = {f"{DB}.iamAuthentication": True}
SLEEPS: dict[str, Any] = {
    "slipway:uptimeCheck": GONE,
    f"{API}.scaling.schedule": GONE,
    "slipway:hibernation": {"allowInProduction": True},
    f"{DB}.backupWindow": "10:00-11:00",
    f"{DB}.maintenanceWindow": "wed:12:00-wed:13:00",
}
ALONE: dict[str, Any] = {"slipway:services": {}, "slipway:alarms": GONE, CACHE: GONE}
MYSQL: dict[str, Any] = {f"{DB}.engine": "mysql", f"{DB}.version": "8.4"}

CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({f"{DB}.version": "17", f"{DB}.autoMinorUpgrade": False}, f"{DB}.version: '17' alone lets AWS choose the minor version, which autoMinorUpgrade: false forbids: name one, such as 17.11", {f"{DB}.version": "17.11", f"{DB}.autoMinorUpgrade": False}),
    ({REPLICA: {}}, f"{REPLICA}: AWS makes no replica of a database whose password RDS keeps (managedPassword: true); say managedPassword: false, or leave readReplica out", COPY),
    ({**COPY, **SLEEPS}, f"{REPLICA}: RDS stops no database that has a replica: leave it or slipway:hibernation out", {**OWN, **SLEEPS}),
    ({**OWN, REPLICA: {"zone": "us-east-1f"}}, f"{REPLICA}.zone: 'us-east-1f' is not a zone of this network; allowed: us-east-1a or us-east-1b", {**OWN, REPLICA: {"zone": "us-east-1b"}}),
    ({**OWN, REPLICA: {"instanceClass": "db.t4g.medum"}}, f"{REPLICA}.instanceClass: 'db.t4g.medum' is not a current RDS instance class; did you mean db.t4g.medium?; allowed: db.t4g. with micro, small, medium, large, xlarge or 2xlarge", {**OWN, REPLICA: {"instanceClass": "db.t4g.medium"}}),
    ({**OWN, **MYSQL, REPLICA: {"instanceClass": "db.t4g.micro"}}, f"{REPLICA}.instanceClass: Database Insights does not exist for mysql on db.t4g.micro; switch it off or take a medium class", {**OWN, **MYSQL, REPLICA: {"instanceClass": "db.t4g.micro"}, f"{DB}.insightsDays": None}),
    ({**COPY, f"{DB}.name": "a" * 56}, f"{REPLICA}: '{'a' * 56}-replica' is not an RDS identifier: at most 63 lower-case letters, digits and single inner hyphens, a letter first", {**COPY, f"{DB}.name": "a" * 55}),
    ({**OWN, REPLICA: {"urlSecret": "storefront/session-key"}}, f"{REPLICA}.urlSecret: 'storefront/session-key' is filled by the program: take it out of slipway:secrets", {**OWN, REPLICA: {"urlSecret": "storefront/reads"}}),
    ({**OWN, REPLICA: {"urlSecret": "storefront/database-url"}}, f"{REPLICA}.urlSecret: 'storefront/database-url' is also that of the database; each needs its own", {**OWN, REPLICA: {"urlSecret": "storefront/replica-url"}}),
    ({**OWN, REPLICA: {"urlSecret": "storefront/cache-url"}}, f"{REPLICA}.urlSecret: 'storefront/cache-url' is also that of the cache; each needs its own", {**OWN, REPLICA: {"urlSecret": "storefront/cache-url-2"}}),
    ({f"{API}.environment.READ_HOST": "${database.replicaHost}"}, f"{API}.environment.READ_HOST: ${{database.replicaHost}} needs a replica: add database.readReplica", {**COPY, f"{API}.environment.READ_HOST": "${database.replicaHost}"}),
    ({"slipway:alarms.replicaLagSeconds": 10}, "slipway:alarms.replicaLagSeconds: this stack has no read replica: leave it out, or say null", {**COPY, "slipway:alarms.replicaLagSeconds": 10}),
    ({**COPY, "slipway:alarms.replicaLagSeconds": 0}, "slipway:alarms.replicaLagSeconds: 0 is outside 1 to 86400 (Seconds that the read replica is behind, for five minutes, such as 60)", {**COPY, "slipway:alarms.replicaLagSeconds": 86400}),
    ({**OWN, f"{DB}.rotateDays": 30}, f"{DB}.rotateDays: 30, but RDS changes only a password that it keeps: leave it out, or managedPassword at true", {f"{DB}.rotateDays": 30}),
    ({f"{DB}.iamUsername": "reports"}, f"{DB}.iamUsername: 'reports' is of no use: say iamAuthentication: true, or leave it out", {**IAM, f"{DB}.iamUsername": "reports"}),
    ({**IAM, f"{DB}.iamUsername": "9"}, f"{DB}.iamUsername: '9' is not a postgres user name: at most 16 letters, digits and underscores, a letter first", {**IAM, f"{DB}.iamUsername": "n9"}),
    ({**IAM, f"{DB}.iamUsername": "same", f"{DB}.username": "same"}, f"{DB}.iamUsername: 'same' is the master user, whose password would no longer work: choose another", {**IAM, f"{DB}.iamUsername": "other", f"{DB}.username": "same"}),
    ({f"{DB}.iamAuthentication": "yes"}, f"{DB}.iamAuthentication: 'yes' must be true or false without quotes (Whether services that use the database may log in as `iamUsername` with a token of their role's, which lasts 15 minutes, instead of a password)", IAM),
    ({f"{API}.environment.DATABASE_USER": "${database.iamUsername}"}, f"{API}.environment.DATABASE_USER: ${{database.iamUsername}} needs IAM authentication: say database.iamAuthentication: true", {**IAM, f"{API}.environment.DATABASE_USER": "${database.iamUsername}"}),
    ({PROXY: {"connectionsPercent": 101}}, f"{PROXY}.connectionsPercent: 101 is outside 1 to 100 (Connections it opens at most, of what the database takes, percent, such as 80; the rest is for people and migrations by hand)", {PROXY: {"connectionsPercent": 100}}),
    ({PROXY: {"idleMinutes": 481}}, f"{PROXY}.idleMinutes: 481 is outside 1 to 480 (Minutes after which it closes the connection of a client that says nothing, such as 30)", {PROXY: {"idleMinutes": 480}}),
    ({f"{CACHE}.snapshotWindow": "02:00-02:45"}, f"{CACHE}.snapshotWindow: 02:00-02:45 is 45 minutes long; ElastiCache takes 60 at least", {f"{CACHE}.snapshotWindow": "02:00-03:00"}),
    ({f"{CACHE}.maintenanceWindow": "sun:06:00-sun:06:30"}, f"{CACHE}.maintenanceWindow: sun:06:00-sun:06:30 is 30 minutes long; ElastiCache takes 60 at least", {f"{CACHE}.maintenanceWindow": "sun:06:00-sun:07:00"}),
    ({f"{CACHE}.maintenanceWindow": "someday"}, f"{CACHE}.maintenanceWindow: 'someday' is not a maintenance window, such as sun:04:30-sun:05:30 (UTC)", {f"{CACHE}.maintenanceWindow": "mon:06:00-mon:07:00"}),
    ({f"{CACHE}.snapshotWindow": "04:00-05:00"}, f"{CACHE}.snapshotWindow: the backup window 04:00-05:00 overlaps the maintenance window sun:04:30-sun:05:30", {f"{CACHE}.snapshotWindow": "04:00-05:00", f"{CACHE}.maintenanceWindow": "sun:05:00-sun:06:00"}),
    ({f"{DB}.allowMajorUpgrade": "no"}, f"{DB}.allowMajorUpgrade: 'no' must be true or false without quotes (Whether a change of `version` may be one of the major version, which takes the database away for minutes and cannot be undone)", {f"{DB}.allowMajorUpgrade": True, f"{DB}.applyImmediately": True}),
    ({f"{DB}.extendedSupport": 1}, f"{DB}.extendedSupport: 1 must be true or false (Whether AWS may bill Extended Support once the version's standard support ends, at about 0.10 USD and later 0.20 USD an hour and vCPU; otherwise RDS then upgrades it by itself)", {f"{DB}.extendedSupport": True}),
]  # fmt: skip


@pytest.mark.parametrize(("breaking", "message", "twin"), CASES, ids=[message[:90] for _, message, _ in CASES])
def test_a_rule_between_settings(breaking: dict[str, Any], message: str, twin: dict[str, Any]) -> None:
    assert mistakes(changed(breaking)) == [message]
    assert mistakes(changed(twin)) == []


def test_everything_is_off_by_default() -> None:
    database = settings.parse(changed({}), "prod").database
    assert database is not None
    assert (database.managed_password, database.iam_authentication) == (True, False)
    assert (database.read_replica, database.proxy) == (None, None)
    assert (database.allow_major_upgrade, database.extended_support) == (False, False)


def test_both_urls_lead_to_the_database() -> None:
    values = changed({**OWN, REPLICA: {"urlSecret": "storefront/reads"}})
    assert settings.parse(values, "prod").url_secrets == {
        "storefront/cache-url": "cache",
        "storefront/database-url": "database",
        "storefront/reads": "database",
    }


@pytest.mark.parametrize(
    ("changes", "private", "isolated"),
    [
        ({}, [5433], []),
        (COPY, [5433], [5433]),
        ({PROXY: {}}, [5432], [5433]),
        ({**COPY, PROXY: {}}, [5432, 5433], [5433]),
    ],
)
def test_access_lists_let_through_what_leads_to_the_database(
    changes: dict[str, Any], private: list[int], isolated: list[int]
) -> None:
    flows = derived.flows(settings.parse(changed({**ALONE, f"{DB}.port": 5433, **changes}), "prod"))
    inside = [flow for flow in flows if flow.destination == "isolated"]
    assert [flow.port for flow in inside if flow.source == "private"] == private
    assert [flow.port for flow in inside if flow.source == "isolated"] == isolated
