"""Where there is less than now."""

from __future__ import annotations

import pytest

from preview.compare.meaning import capacity
from preview.graph import Resource
from tests.preview.compare.graphs import DATABASE, TASK, resource, said

TARGET = "aws:appautoscaling/target:Target"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"


@pytest.mark.parametrize(
    ("type_", "before", "after", "words"),
    [
        (TARGET, {"minCapacity": 3}, {"minCapacity": 2}, "3 to 2 tasks at the least"),
        (TASK, {"family": "t", "cpu": "512"}, {"family": "t", "cpu": "256"}, "512 to 256 CPU units"),
        (
            DATABASE,
            {"instanceClass": "db.r7g.2xlarge"},
            {"instanceClass": "db.r7g.xlarge"},
            "db.r7g.2xlarge to db.r7g.xlarge",
        ),
        (
            DATABASE,
            {"instanceClass": "db.t4g.large"},
            {"instanceClass": "db.t4g.small"},
            "db.t4g.large to db.t4g.small",
        ),
        (DATABASE, {"multiAz": True}, {"multiAz": False}, "no standby in another zone"),
        (CACHE, {"numCacheClusters": 3}, {"numCacheClusters": 2}, "3 to 2 nodes"),
    ],
)
def test_less(type_: str, before: dict[str, object], after: dict[str, object], words: str) -> None:
    old, new = resource(type_, "r", before), resource(type_, "r", after)
    assert any(words in text for _, text in said(capacity.say, [old], [new]))
    assert not said(capacity.say, [new], [old])


def test_fewer_zones_gateways_and_replicas() -> None:
    def zone(letter: str) -> list[Resource]:
        subnet = {"availabilityZone": f"eu-west-1{letter}", "cidrBlock": f"10.0.{ord(letter)}.0/24"}
        return [
            resource("aws:ec2/subnet:Subnet", letter, subnet),
            resource("aws:ec2/natGateway:NatGateway", letter, {}),
        ]

    texts = [text for _, text in said(capacity.say, [*zone("a"), *zone("b")], zone("a"))]
    assert any("2 to 1 zones, without eu-west-1b" in text for text in texts)
    assert any("NAT gateway b" in text for text in texts)
    replica = resource(DATABASE, "replica", {"replicateSourceDb": "arn"})
    primary = resource(DATABASE, "primary", {})
    assert any("what read from it" in text for _, text in said(capacity.say, [primary, replica], [primary]))
