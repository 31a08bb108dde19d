# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.aurora: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any, Final

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case, evaluate, evaluate_among_others
from tests.settings.files import changed

DB: Final = "slipway:database"


def aurora(**changes: Any) -> dict[str, Any]:
    """The reference stack on Aurora, with changes of its database."""
    given = {
        "engine": "aurora-postgresql",
        "version": "17",
        "serverless": {"maxCapacity": 8},
        "urlSecret": "storefront/database-url",
    }
    return {DB: {key: value for key, value in {**given, **changes}.items() if value is not None}}


CASES: list[Case] = [
    ({f"{DB}.serverless": {"maxCapacity": 4}}, f"{DB}.serverless: postgres has none, only aurora-postgresql and aurora-mysql: use instanceClass", aurora()),
    ({f"{DB}.readers": {}}, f"{DB}.readers: postgres has none, only aurora-postgresql and aurora-mysql: use readReplica", aurora(readers={})),
    ({f"{DB}.storageType": "aurora"}, f"{DB}.storageType: aurora is Aurora's; allowed with postgres: gp3, io2, io1 or gp2", aurora(storageType="aurora-iopt1")),
    (aurora(engine="aurora-mysql", version="8.0", serverless=None, instanceClass="db.t3.medium"), f"{DB}.insightsDays: Database Insights does not exist for aurora-mysql on db.t3.medium; switch it off or take a class of another family, such as db.t4g.medium", aurora(engine="aurora-mysql", version="8.0", serverless=None, instanceClass="db.t4g.medium")),
    (aurora(storageGib=50), f"{DB}.storageGib: Aurora's storage grows by itself: leave it out with aurora-postgresql", aurora()),
    (aurora(iops=3000), f"{DB}.iops: Aurora's storage has no such number: leave it out with aurora-postgresql", aurora()),
    (aurora(multiAz=True), f"{DB}.multiAz: Aurora's storage is in three zones, and the first of readers takes over in another: leave it out with aurora-postgresql", aurora(readers={"count": 2})),
    (aurora(readReplica={}), f"{DB}.readReplica: Aurora has readers, such as readers: {{count: 2}}: leave it out with aurora-postgresql", aurora(readers={"count": 2})),
    (aurora(storageType="gp3"), f"{DB}.storageType: gp3 is an instance's; allowed with aurora-postgresql: aurora or aurora-iopt1", aurora(storageType="aurora")),
    (aurora(serverless=None), f"{DB}.instanceClass: a size such as db.r7g.large, or serverless: {{maxCapacity: 8}}, and neither is given", aurora(serverless=None, instanceClass="db.r7g.large")),
    (aurora(instanceClass="db.r7g.large"), f"{DB}.serverless: a size such as db.r7g.large, or serverless: {{maxCapacity: 8}}, and both are given", aurora()),
    (aurora(serverless=None, instanceClass="db.m7g.large"), f"{DB}.instanceClass: us-east-1 has no db.m7g.large for aurora-postgresql 17; allowed: db.<family>.<size>, of the families r5, r6g, r6gd, r6i, r6id, r7g, r7i, r8a, r8g, r8gd, t3, t4g or x2g", aurora(serverless=None, instanceClass="db.t4g.medium")),
    (aurora(version="17.99.1"), f"{DB}.version: '17.99.1' is not an aurora-postgresql version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13", aurora(version="17.11")),
    (aurora(version="16.10-limitless"), f"{DB}.version: '16.10-limitless' is not an aurora-postgresql version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13", aurora(version="16.10")),
    (aurora(engine="aurora-mysql", version="8.0.mysql_aurora.3.04.1", serverless={"minCapacity": 0, "maxCapacity": 4}), f"{DB}.serverless.minCapacity: aurora-mysql 8.0.mysql_aurora.3.04.1 does not pause at 0 ACUs; 8.0.mysql_aurora.3.08.0 and newer do, or 0.5 and more are allowed", aurora(engine="aurora-mysql", version="8.0", serverless={"minCapacity": 0, "maxCapacity": 4})),
    (aurora(engine="aurora-mysql", version="5.7", extendedSupport=True), f"{DB}.serverless: aurora-mysql 5.7 does not run serverless; 8.0 and newer do", aurora(engine="aurora-mysql", version="8.4")),
    (aurora(engine="aurora-postgresql", version="13"), f"{DB}.version: standard support of aurora-postgresql 13 ended on 2026-02-28: use 14 or newer, or allow Extended Support, billed by vCPU and hour (extendedSupport: true)", aurora(version="14")),
    (aurora(serverless={"minCapacity": 4, "maxCapacity": 2}), f"{DB}.serverless.minCapacity: 4 ACUs are more than the 2 of the greatest capacity", aurora(serverless={"minCapacity": 2, "maxCapacity": 2})),
    (aurora(serverless={"maxCapacity": 2, "pauseAfterSeconds": 600}), f"{DB}.serverless.pauseAfterSeconds: a cluster of at least 0.5 ACUs never pauses: say 0, or leave it out", aurora(serverless={"minCapacity": 0, "maxCapacity": 2, "pauseAfterSeconds": 600})),
    (aurora(name="a" * 61), f"{DB}.name: '{'a' * 61}-16' is not an RDS identifier: at most 63 lower-case letters, digits and single inner hyphens, a letter first", aurora(name="a" * 60)),
    (aurora(readers={"count": 0, "urlSecret": "storefront/reports-url"}), f"{DB}.readers.urlSecret: leads nowhere: there is no reader; leave it out, or count at 1 or more", aurora(readers={"urlSecret": "storefront/reports-url"})),
    ({**aurora(readers={"count": 0}), "slipway:services.api.environment.READ_HOST": "${database.replicaHost}"}, "slipway:services.api.environment.READ_HOST: ${database.replicaHost} needs at least one reader: add database.readers", {**aurora(), "slipway:services.api.environment.READ_HOST": "${database.replicaHost}"}),
    ({"slipway:alarms.databaseCapacityPercent": 80}, "slipway:alarms.databaseCapacityPercent: this stack has no serverless database: leave it out, or say null", {**aurora(), "slipway:alarms.databaseCapacityPercent": 80}),
    (aurora(restoreFrom={"snapshot": "arn:aws:rds:us-east-1:123456789012:snapshot:x"}), f"{DB}.restoreFrom.snapshot: 'arn:aws:rds:us-east-1:123456789012:snapshot:x' is not the ARN of a cluster's snapshot, such as arn:aws:rds:us-east-1:123456789012:cluster-snapshot:...", aurora(restoreFrom={"snapshot": "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:x"})),
    (aurora(restoreFrom={"source": "db-ABCDEFGHIJKL0123", "time": "latest"}), f"{DB}.restoreFrom.source: 'db-ABCDEFGHIJKL0123' is neither a cluster's identifier nor a resource id, such as cluster-ABCDEFGHIJKL0123", aurora(restoreFrom={"source": "cluster-ABCDEFGHIJKL0123", "time": "latest"})),
    ({f"{DB}.instanceClass": None}, f"{DB}.instanceClass: missing: postgres needs one, such as db.t4g.medium", {}),
    (aurora(parameters={"rds.force_ssl": "0"}), f'{DB}.parameters["rds.force_ssl"]: the program sets it, to 1: leave it out', aurora(parameters={"work_mem": "65536"})),
]  # fmt: skip
IDS = [f"{number}: {message[:70]}" for number, (_, message, _) in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"proxy": {}}, "0 pauses nothing behind database.proxy"),
        ({}, "0 lets whoever comes first wait about 15 seconds"),
    ],
)
def test_pausing_is_warned_of_where_it_is_of_no_use_or_felt(changes: dict[str, Any], words: str) -> None:
    def told(least: float) -> list[str]:
        values = aurora(serverless={"minCapacity": least, "maxCapacity": 4}, **changes)
        return [str(warning) for warning in checks.warnings(settings.parse(changed(values), "test"))]

    assert [line for line in told(0) if words in line]
    assert not [line for line in told(0.5) if words in line]
