from typing import Any

import pytest

from components.dns_alias import DnsAlias, DnsAliasArgs
from preview.graph import Graph
from tests.components.conftest import build, check_contract

RECORD = "aws:route53/record:Record"


def args(**changes: Any) -> DnsAliasArgs:
    given: dict[str, Any] = {
        "zone_id": "Z0123456789",
        "host": "shop.example.com",
        "target": "storefront.elb.amazonaws.com",
        "target_zone_id": "Z35SXDOTRQ7X7K",
    }
    return DnsAliasArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: DnsAlias("dns", args(**changes)))


@pytest.mark.parametrize("ipv6", [True, False])
def test_contract(*, ipv6: bool) -> None:
    check_contract(lambda: DnsAlias("dns", args(ipv6=ipv6)))


def test_points_at_the_target() -> None:
    graph = recorded()
    record = graph.one(RECORD)
    assert (record.inputs["zoneId"], record.inputs["name"], record.inputs["type"]) == (
        "Z0123456789",
        "shop.example.com",
        "A",
    )
    assert record.inputs["aliases"] == [
        {"name": "storefront.elb.amazonaws.com", "zoneId": "Z35SXDOTRQ7X7K", "evaluateTargetHealth": False}
    ]
    assert graph.registered_outputs[graph.one("slipway:index:DnsAlias").urn] == {"fqdn": "shop.example.com"}


def test_ipv6_adds_a_record_of_the_same_target() -> None:
    graph = recorded(ipv6=True)
    assert [record.inputs["type"] for record in graph.of(RECORD)] == ["A", "AAAA"]
    one, other = graph.of(RECORD)
    assert one.inputs["aliases"] == other.inputs["aliases"]


def test_an_existing_record_is_not_overwritten() -> None:
    assert "allowOverwrite" not in recorded().one(RECORD).inputs


def test_refuses() -> None:
    with pytest.raises(ValueError, match=r"^DnsAliasArgs\.host: 'shop_1\.example\.com' is not a host name"):
        args(host="shop_1.example.com")
