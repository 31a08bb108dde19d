# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.database: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import Case, evaluate, evaluate_among_others

CASES: list[Case] = [
    ({"slipway:database.version": "10"}, "slipway:database.version: '10' is not a postgres version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13", {"slipway:database.version": "17.11"}),
    ({"slipway:database.username": "admin"}, "slipway:database.username: 'admin' is reserved by postgres on RDS; choose another", {"slipway:database.username": "abcdefghijklmnop"}),
    ({"slipway:database.databaseName": "template1"}, "slipway:database.databaseName: 'template1' is reserved by postgres on RDS; choose another", {"slipway:database.databaseName": "expense_settlement"}),
    ({"slipway:database.databaseName": "catalog"}, "slipway:database.databaseName: 'catalog' is a key word of SQL, which RDS refuses with postgres; choose another, such as app_catalog", {"slipway:database.databaseName": "catalog", "slipway:database.restoreFrom": {"snapshot": "legacy"}}),
    ({"slipway:database.iops": 3000}, "slipway:database.iops: gp3 storage under 400 GiB has fixed 3000 iops: leave iops out", {"slipway:database.storageGib": 400, "slipway:database.maxStorageGib": 500, "slipway:database.iops": 12000}),
    ({"slipway:database.storageType": "io2", "slipway:database.storageGib": 100}, "slipway:database.iops: io2 storage needs iops; allowed: 1000 to 100000 with 100 GiB", {"slipway:database.storageType": "io2", "slipway:database.storageGib": 100, "slipway:database.iops": 1000}),
    ({"slipway:database.engine": "mysql", "slipway:database.version": "8.4", "slipway:database.instanceClass": "db.t3.micro"}, "slipway:database.insightsDays: Database Insights does not exist for mysql on db.t3.micro; switch it off or take a medium class", {"slipway:database.engine": "mysql", "slipway:database.version": "8.4", "slipway:database.instanceClass": "db.t3.micro", "slipway:database.insightsDays": None}),
    ({"slipway:database.backupWindow": "04:15-05:00"}, "slipway:database.backupWindow: the backup window 04:15-05:00 overlaps the maintenance window sun:04:30-sun:05:30", {"slipway:database.backupWindow": "03:30-04:30"}),
    ({"slipway:database.parameters": {"rds.force_ssl": "0"}}, 'slipway:database.parameters["rds.force_ssl"]: the program sets it, to 1: leave it out', {"slipway:database.parameters": {"work_mem": "65536"}}),
    ({"slipway:database.storageGib": 400, "slipway:database.maxStorageGib": 500, "slipway:database.throughputMibps": 3001}, "slipway:database.throughputMibps: 3001 MiB/s are too many for 12000 iops: at most a quarter of them, 3000", {"slipway:database.storageGib": 400, "slipway:database.maxStorageGib": 500, "slipway:database.throughputMibps": 3000}),
    ({"slipway:database.restoreFrom": {}}, "slipway:database.restoreFrom: a snapshot, or a source and a time, and neither is given", {"slipway:database.restoreFrom": {"snapshot": "storefront-before-42"}}),
    ({"slipway:database.restoreFrom": {"snapshot": "a", "source": "legacy", "time": "latest"}}, "slipway:database.restoreFrom: a snapshot, or a source and a time, and both are given", {"slipway:database.restoreFrom": {"source": "legacy", "time": "latest"}}),
    ({"slipway:database.restoreFrom": {"snapshot": "before--42"}}, "slipway:database.restoreFrom.snapshot: 'before--42' is not the identifier or ARN of a snapshot, such as storefront-before-42", {"slipway:database.restoreFrom": {"snapshot": "rds:storefront-production-2026-11-30-03-10"}}),
    ({"slipway:database.restoreFrom": {"snapshot": "arn:aws:rds:eu-west-1:123456789012:snapshot:x"}}, "slipway:database.restoreFrom.snapshot: 'arn:aws:rds:eu-west-1:123456789012:snapshot:x' is in eu-west-1; RDS restores in us-east-1 only what is there: copy it first", {"slipway:database.restoreFrom": {"snapshot": "arn:aws:rds:us-east-1:210987654321:snapshot:awsbackup:job-1"}}),
    ({"slipway:database.restoreFrom": {"snapshot": "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:x"}}, "slipway:database.restoreFrom.snapshot: 'arn:aws:rds:us-east-1:123456789012:cluster-snapshot:x' is not the ARN of an instance's snapshot, such as arn:aws:rds:us-east-1:123456789012:snapshot:...", {"slipway:database.restoreFrom": {"snapshot": "a"}}),
    ({"slipway:database.restoreFrom": {"snapshot": "a", "time": "latest"}}, "slipway:database.restoreFrom.time: a snapshot is of one moment: leave time out, or name a source", {"slipway:database.restoreFrom": {"snapshot": "a"}}),
    ({"slipway:database.restoreFrom": {"source": "legacy"}}, "slipway:database.restoreFrom: say to which moment: time: latest, or a time in UTC, such as 2026-11-30T11:55:00Z", {"slipway:database.restoreFrom": {"source": "db-ABCDEFGHIJKL0123", "time": "2026-01-30T11:55:00Z"}}),
    ({"slipway:database.restoreFrom": {"source": "legacy", "time": "2026-01-30T11:55:00+01:00"}}, "slipway:database.restoreFrom.time: '2026-01-30T11:55:00+01:00' is neither latest nor a time in UTC, such as 2026-11-30T11:55:00Z", {"slipway:database.restoreFrom": {"source": "legacy", "time": "2026-01-30T10:55:00Z"}}),
    ({"slipway:database.restoreFrom": {"source": "legacy", "time": "2999-01-30T11:55:00Z"}}, "slipway:database.restoreFrom.time: 2999-01-30T11:55:00Z has not been yet", {"slipway:database.restoreFrom": {"source": "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1", "time": "latest"}}),
    ({"slipway:database.restoreFrom": {"source": "Legacy", "time": "latest"}}, "slipway:database.restoreFrom.source: 'Legacy' is neither an instance's identifier nor a resource id, such as db-ABCDEFGHIJKL0123, nor an automated backup's ARN", {"slipway:database.restoreFrom": {"source": "legacy", "time": "latest"}}),
    ({"slipway:database.restoreFrom": {"source": "storefront-production", "time": "latest"}}, "slipway:database.restoreFrom.source: 'storefront-production' is this database's own name, which no two can have: name a deleted one by its resource id or its automated backup's ARN", {"slipway:database.name": "shop", "slipway:database.restoreFrom": {"source": "storefront-production", "time": "latest"}}),
    ({"slipway:database.insights": "advanced", "slipway:database.insightsDays": 31}, "slipway:database.insightsDays: 31, but insights: advanced keeps 465 days at least: leave it out, or 465 or more", {"slipway:database.insights": "advanced"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
