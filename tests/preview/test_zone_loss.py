"""What the loss of a zone takes."""

from __future__ import annotations

import pytest

from preview import zone_loss
from preview.compare.meaning import zones
from preview.graph import Resource
from tests.preview.compare.graphs import DATABASE, SERVICE, graph, resource, said
from tests.stacks import recorded

SUBNET = "aws:ec2/subnet:Subnet"


def subnet(letter: str) -> Resource:
    return resource(SUBNET, letter, {"availabilityZone": f"eu-west-1{letter}", "cidrBlock": f"10.0.{ord(letter)}.0/24"})


A, B = subnet("a"), subnet("b")


def service(*subnets: Resource, tasks: int = 2) -> Resource:
    ids = [item.outputs["id"] for item in subnets]
    return resource(SERVICE, "api", {"name": "api", "desiredCount": tasks, "networkConfiguration": {"subnets": ids}})


def broken(*resources: Resource) -> dict[str, tuple[str, ...]]:
    return {loss.zone: loss.broken for loss in zone_loss.losses(graph(*resources))}


def test_production_lives_on() -> None:
    assert {loss.zone: loss.broken for loss in zone_loss.losses(recorded("Pulumi.prod.yaml"))} == {
        "us-east-1a": (),
        "us-east-1b": (),
    }


def test_a_service_in_one_zone_goes_with_it() -> None:
    found = broken(A, B, service(A))
    assert found["eu-west-1a"] == ("service api runs nowhere: it is only in this zone",)
    assert found["eu-west-1b"] == ()


def test_one_task_may_be_there() -> None:
    (first, _) = zone_loss.losses(graph(A, B, service(A, B, tasks=1)))
    assert first.degraded == ("service api is away for some minutes, if its one task is here",)


@pytest.mark.parametrize(("standby", "lost"), [(True, False), (False, True)])
def test_a_database_needs_a_standby(standby: bool, lost: bool) -> None:  # noqa: FBT001 - parameters of a test
    found = broken(A, B, resource(DATABASE, "d", {"multiAz": standby}))
    assert bool(found["eu-west-1a"]) is bool(found["eu-west-1b"]) is lost


def test_a_database_with_a_zone_of_its_own_goes_with_that() -> None:
    found = broken(A, B, resource(DATABASE, "d", {"availabilityZone": "eu-west-1b"}))
    assert (found["eu-west-1a"], bool(found["eu-west-1b"])) == ((), True)


def test_a_way_out_that_leads_through_another_zone() -> None:
    gateway = resource("aws:ec2/natGateway:NatGateway", "nat", {"subnetId": A.outputs["id"]})
    table = resource("aws:ec2/routeTable:RouteTable", "t", {})
    route = resource(
        "aws:ec2/route:Route", "r", {"routeTableId": table.outputs["id"], "natGatewayId": gateway.outputs["id"]}
    )
    to = resource(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "to",
        {"subnetId": B.outputs["id"], "routeTableId": table.outputs["id"]},
    )
    found = broken(A, B, gateway, table, route, to)
    assert found == {"eu-west-1a": ("eu-west-1b loses the way out: the NAT gateway is in this zone",), "eu-west-1b": ()}


def test_zones_that_do_the_same_share_a_line() -> None:
    assert list(zone_loss.lines(graph(A, B, service(A, B)))) == ["eu-west-1a or eu-west-1b: every path lives on"]
    assert list(zone_loss.lines(graph())) == []


def test_an_edit_that_makes_it_worse_is_told_so() -> None:
    before = [A, B, resource(DATABASE, "d", {"multiAz": True})]
    after = [A, B, resource(DATABASE, "d", {"multiAz": False})]
    ((level, text),) = said(zones.say, before, after)
    assert level == "caution"
    assert text.startswith("The loss of eu-west-1a or eu-west-1b takes more than now: database d is lost")
    assert not said(zones.say, after, before)
    assert not said(zones.say, [], after)  # nothing is there yet that could get worse
