"""Change a value that a document states, and the requirement that states it is no longer met."""

import copy
from typing import Any

import pytest

from preview import stackfile
from preview.graph import Graph
from tests import stacks
from tests.conformance import tables
from tests.conformance.evidence import CHECKS

P, PS = "power-pto/Pulumi.prod.yaml", "power-pto/Pulumi.staging.yaml"
R, RS = "rupaya/Pulumi.prod.yaml", "rupaya/Pulumi.staging.yaml"
E, M, MS = "expense-app/Pulumi.prod.yaml", "mattilda/Pulumi.prod.yaml", "mattilda/Pulumi.staging.yaml"
S, SD = "spendsense/Pulumi.prod.yaml", "spendsense/Pulumi.dev.yaml"
GONE = "(left out)"

CHANGES: list[tuple[str, str, Any, str]] = [
    (P, "database/backupDays", 8, "P-18"),
    (P, "database/storageGib", 60, "P-18"),
    (P, "loadBalancer/tlsPolicy", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "P-28"),
    (P, "loadBalancer/httpRedirect", False, "P-30"),
    (P, "network/nat", "perZone", "P-58"),
    (P, "network/endpoints", ["ecr", "secretsmanager", "logs"], "P-12"),
    (P, "services/api/route/priority", 90, "P-29"),
    (P, "services/api/health/intervalSeconds", 10, "P-53"),
    (P, "services/api/port", 8001, "P-14"),
    (P, "services/frontend/port", 8080, "P-17"),
    (PS, "logs/retentionDays", 60, "P-45"),
    (R, "registry/keepImages", 40, "R-05"),
    (R, "services/backend/tasks/max", 9, "R-08"),
    (R, "services/backend/scaling/steps/cpuPercent/down", 20, "R-10"),
    (R, "cache/replicas", 1, "R-13"),
    (R, "database/iops", 4000, "R-12"),
    (R, "alarms/databaseCpuPercent", 85, "R-25"),
    (R, "uptimeCheck/failures", 4, "R-20"),
    (RS, "database/instanceClass", "db.t4g.small", "R-11"),
    (RS, "services/backend/memoryMib", 2048, "R-07"),
    (E, "database/username", "expense_app", "E-15"),
    (E, "network/zones", ["eu-north-1a", "eu-north-1c"], "E-08"),
    (E, "media/bucket", "expense-app-media", "E-14"),
    (E, "services/backend/environment/APP_ENV", "production", "E-25"),
    (M, "registry/scanOnPush", False, "M-21"),
    (M, "services/api/tasks/min", 3, "M-01"),
    (MS, "database/multiAz", True, "M-03"),
    (S, "services/backend/scaling/targets/requestsPerMinute", 900, "S-20"),
    (S, "services/backend/healthCheck/startSeconds", 30, "S-13"),
    (S, "services/backend/health/deregistrationSeconds", 60, "S-19"),
    (S, "loadBalancer/httpRedirect", True, "S-44"),
    (S, "network/acls", False, "S-43"),
    (S, "services/backend/logRouter/routes/access", "/ecs/access", "S-36"),
    (SD, "services/backend/logRouter", GONE, "S-36"),
    (S, "alarms/serviceMemoryPercent", 80, "S-40"),
    (SD, "network/cidr", "10.2.0.0/16", "S-34"),
    (SD, "ownerId", GONE, "S-33"),
    (P, "budget/monthlyUsd", 266, "P-58"),
    (P, "delivery/github/environment", "staging", "P-65"),
    (P, "services/worker/environment/ENVIRONMENT", "staging", "P-43"),
    (P, "services/worker/environment/LOG_LEVEL", "DEBUG", "P-44"),
    (P, "alarms/databaseConnectionsPercent", 85, "P-49"),
    (P, "services/api/image/tag", "latest-build", "P-43"),
    (PS, "database/version", "16", "P-06"),
    (PS, "services/api/migrate/command", ["alembic", "upgrade", "head"], "P-38"),
    (R, "alarms/databaseExhaustedPercent", 96, "R-26"),
    (RS, "delivery/github/environment", "production", "R-18"),
    (RS, "services/backend/port", 3001, "R-03"),
    (RS, "hibernation/sleep", "21:00", "R-41"),
    (E, "services/backend/environment/DB_NAME", "expenses", "E-19"),
    (E, "services/backend/sidecars", {}, "E-30"),
    (E, "media/noncurrentDays", 30, "E-13"),
    (M, "budget/monthlyUsd", 77, "M-16"),
    (S, "media/replicate/region", "us-east-1", "S-48"),
    (SD, "media/versioning", False, "S-48"),
    (SD, "cache/replicas", 1, "S-30"),
    (SD, "environment", "staging", "S-34"),
    (SD, "services/backend/environment/S3_BUCKET", "files", "S-09"),
    (SD, "services/backend/image/tag", "newest", "S-24"),
    (SD, "services/backend/secrets/OAUTH_CLIENT_ID", "spendsense/dev/chuong/oauth:client_secret", "S-12"),
    (S, "cache/replicas", 0, "S-32"),
    (S, "delivery/github/environment", "staging", "S-24"),
    (E, "environment", "staging", "E-25"),
    (PS, "environment", "production", "P-43"),
    (PS, "loadBalancer/name", "power-pto", "P-27"),
    (PS, "services/api/tasks", {"min": 2, "max": 3}, "P-23"),
    (PS, "services/frontend/tasks/min", 2, "P-25"),
    (MS, "services/api/name", "mattilda-api-service", "M-14"),
    (MS, "services/api/memoryMib", 2048, "M-16"),
    (MS, "cache/replicas", 1, "M-16"),
    (MS, "registry/immutableTags", True, "M-13"),
    (R, "budget/monthlyUsd", 771, "R-40"),
    (R, "cluster/containerInsights", "disabled", "R-21"),
    (R, "services/backend/environment/MEDIA_BUCKET", "files", "R-02"),
    (RS, "services/backend/environment/DATABASE_HOST", "db", "R-03"),
    (RS, "services/backend/secrets/SENTRY_DSN", "rupaya/staging/secrets:plaid_secret", "R-14"),
    (E, "domain/zoneId", "ZNMLKJIHGFEDCBA", "E-29"),
    (E, "services/backend/environment/MEDIA_S3_BASE_URL", "https://app.example.com", "E-22"),
]


def changed(file: str, place: str, value: object) -> Graph:
    """Record an example's stack with one setting changed."""
    read = stackfile.read(stacks.ROOT / "examples" / file)
    config: dict[str, Any] = copy.deepcopy(dict(read.config))
    section, *inner = place.split("/")
    holder, last = config, f"slipway:{section}"
    for name in inner:
        holder, last = holder[last], name
    assert last in holder, f"{file} does not state {place}"
    if value == GONE:
        del holder[last]
    else:
        holder[last] = value
    return stacks.registered(read.stack, config)


@pytest.mark.parametrize(("file", "place", "value", "name"), CHANGES, ids=lambda part: str(part)[:40])
def test_a_changed_value_is_noticed(file: str, place: str, value: object, name: str) -> None:
    graph = changed(file, place, value)
    with pytest.raises((AssertionError, LookupError)):
        CHECKS[name](graph)


def test_thirty_values_of_all_examples_are_changed() -> None:
    assert len(CHANGES) >= 30
    assert {file.partition("/")[0] for file, *_ in CHANGES} == set(tables.EXAMPLES)
