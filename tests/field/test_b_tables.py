"""What AWS refuses or takes by its own lists: storage, versions, classes, regions, TLS policies, permissions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.settings.files import GONE, changed, config, mistakes

D = "slipway:database"
WORKER = "slipway:services.worker.permissions"


def database(**settings: object) -> dict[str, Any]:
    given = {"engine": "postgres", "version": "17", "instanceClass": "db.r6g.large", "storageGib": 50} | settings
    unsaid = {name: GONE for name in config()[D] if name in ("maxStorageGib", "iops")}
    return changed({f"{D}.{name}": value for name, value in (unsaid | given).items()})


@pytest.mark.parametrize(
    "values",
    [
        database(storageType="io2", storageGib=100, iops=10000),
        database(storageType="io2", storageGib=256, iops=256000),
        database(storageType="io1", storageGib=100, iops=1000, maxStorageGib=2000),
        database(engine="mysql", version="9.7", instanceClass="db.m7g.large"),
        database(engine="mysql", version="9.7.1", instanceClass="db.m7g.large"),
        database(version="13", extendedSupport=True),
        database(version="11.22-rds.20260514", extendedSupport=True, instanceClass="db.m5.large"),
        database(engine="mysql", version="5.7", extendedSupport=True, instanceClass="db.r6g.large"),
        database(instanceClass="db.r8a.large"),
        database(instanceClass="db.m8a.xlarge"),
        changed({"slipway:loadBalancer.tlsPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09"}),
        changed({"slipway:loadBalancer.tlsPolicy": "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09"}),
        changed({"slipway:loadBalancer.tlsPolicy": "ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09"}),
        changed({"slipway:delivery.boundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess"}),
        changed({"slipway:registry.repositories": ["shop--api/v1"]}),
        changed({WORKER: [{"actions": ["xray:GetSamplingRules", "xray:GetSamplingTargets"], "resources": ["*"]}]}),
        changed({WORKER: [{"actions": ["comprehend:DetectEntities", "ec2:Describe*"], "resources": ["*"]}]}),
    ],
)
def test_what_aws_takes_is_taken(values: dict[str, Any]) -> None:
    assert mistakes(values) == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            database(storageType="io1", storageGib=100, iops=1000, maxStorageGib=3000),
            f"{D}.maxStorageGib: 1000 iops are 0.33 per GiB of the 3000 GiB that storage may grow to, and 0.5 is the least: ",
        ),
        (database(storageType="io1", storageGib=100, iops=5001), f"{D}.iops: 5001 iops are outside 1000 to 5000"),
        (database(version="14.17"), f"{D}.version: RDS creates no new postgres 14.17 instances; allowed: 14.20"),
        (database(version="18.5"), f"{D}.version: RDS has no postgres 18.5; allowed: 18.1"),
        (
            database(engine="mysql", version="8.4.4", instanceClass="db.m7g.large"),
            f"{D}.version: RDS creates no new mysql 8.4.4 instances; allowed: 8.4.5",
        ),
        (
            database(engine="mysql", version="8.0.38", instanceClass="db.m7g.large", extendedSupport=True),
            f"{D}.version: RDS has no mysql 8.0.38; allowed: 8.0.42",
        ),
        (
            database(engine="mysql", version="8.0", instanceClass="db.m7g.large"),
            f"{D}.version: standard support of mysql 8.0 ended on 2026-07-31: use 8.4 or newer, or allow Extended Support",
        ),
        (database(instanceClass="db.x2iezn.2xlarge"), f"{D}.instanceClass: 'db.x2iezn.2xlarge' is not a current RDS"),
        (
            database(version="13", extendedSupport=True, instanceClass="db.r8a.large"),
            f"{D}.instanceClass: db.r8a.large does not run postgres 13; allowed: db.<family>.<size>, of the families ",
        ),
        (
            changed({"aws:region": "us-east-9"}),
            "aws:region: 'us-east-9' is not an AWS region, such as us-east-1; did you mean",
        ),
        (
            changed({"aws:region": "eusc-de-east-1", "slipway:network.zones": ["eusc-de-east-1a", "eusc-de-east-1b"]}),
            "aws:region: eusc-de-east-1 is in the partition aws-eusc, which is not supported; supported: aws, aws-cn or aws-us-gov",
        ),
        (
            changed({"slipway:network.zones": ["us-east-1a", "us-east-1h"]}),
            "slipway:network.zones[1]: 'us-east-1h' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b,",
        ),
        (
            changed({"slipway:loadBalancer.tlsPolicy": "ELBSecurityPolicy-TLS13-1-1-2021-06"}),
            "slipway:loadBalancer.tlsPolicy: 'ELBSecurityPolicy-TLS13-1-1-2021-06' lets TLSv1.1 in, and TLS 1.2 is the least",
        ),
        (
            changed({WORKER: [{"actions": ["sqs:SendMessge"], "resources": ["arn:aws:sqs:us-east-1:123456789012:a"]}]}),
            f"{WORKER}[0].actions[0]: sqs:SendMessge is not an action of sqs; did you mean sqs:SendMessage?",
        ),
        (
            changed({WORKER: [{"actions": ["cloudfront:CreateInvalidation"], "resources": ["*"]}]}),
            f"{WORKER}[0].resources[0]: '*' allows cloudfront:CreateInvalidation on everything: name ARNs, such as arn:",
        ),
    ],
)
def test_what_aws_refuses_is_refused_first(values: dict[str, Any], problem: str) -> None:
    found = mistakes(values)
    assert [line for line in found if line.startswith(problem)], found


def test_classes_are_judged_by_the_region() -> None:
    zones = ["af-south-1a", "af-south-1b"]
    values = changed({"aws:region": "af-south-1", "slipway:network.zones": zones, f"{D}.instanceClass": "db.m9g.large"})
    wanted = f"{D}.instanceClass: af-south-1 has no db.m9g.large for postgres 17; allowed: db.<family>.<size>, of the families m"
    assert [line for line in mistakes(values) if line.startswith(wanted)]
