# ruff: noqa: E501 - a case reads best on one line
"""A VPC that is there: what AWS says of it is held against what is expected."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import InvokeOptions

from components.existing_network import ExistingNetwork, ExistingNetworkArgs
from preview import provider_fakes
from preview.graph import Graph
from tests.components.conftest import build

PUBLIC, PRIVATE, ISOLATED = ("subnet-00000001", "subnet-00000002"), ("subnet-00000003",) * 2, ("subnet-00000005",) * 2
IGW, NAT = (
    {"gatewayId": "igw-1", "cidrBlock": "0.0.0.0/0"},
    {"gatewayId": "", "natGatewayId": "nat-1", "cidrBlock": "0.0.0.0/0"},
)
LOCAL = {"gatewayId": "local", "cidrBlock": "10.0.0.0/16"}
ROUTES: Mapping[str, list[dict[str, str]]] = {
    PUBLIC[0]: [LOCAL, IGW],
    PUBLIC[1]: [LOCAL, IGW],
    PRIVATE[0]: [LOCAL, NAT],
    ISOLATED[0]: [LOCAL],
}
Answers = dict[str, dict[str, Any]]


def args(**changes: Any) -> ExistingNetworkArgs:
    given: dict[str, Any] = {
        "region": "us-east-1",
        "vpc_id": "vpc-1",
        "cidr": "10.0.0.0/16",
        "zones": ["us-east-1a", "us-east-1b"],
        "public_subnet_ids": PUBLIC,
    }
    return ExistingNetworkArgs(**{**given, **changes})


def recorded(given: ExistingNetworkArgs) -> Graph:
    def program() -> None:
        provider = aws.Provider("aws", region="us-east-1")
        network = ExistingNetwork(given, InvokeOptions(provider=provider))
        for name in (
            "vpc_id",
            "cidr",
            "public_subnet_ids",
            "private_subnet_ids",
            "isolated_subnet_ids",
            "s3_prefix_list_id",
        ):
            pulumi.export(name, getattr(network, name))

    return build(program)


@pytest.fixture
def aws_says(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What AWS answers of the VPC and each subnet: what is expected, unless a test says otherwise."""
    answers: Answers = {
        "vpc-1": {"cidrBlock": "10.0.0.0/16", "cidrBlockAssociations": [], "enableDnsSupport": True},
        **{
            subnet: {"vpcId": "vpc-1", "availabilityZone": f"us-east-1{'ab'[index]}", "availableIpAddressCount": 200}
            for tier in (PUBLIC, PRIVATE[:1], ISOLATED[:1])
            for index, subnet in enumerate(tier)
        },
        "routes": dict(ROUTES),
        "main": {"routes": [LOCAL]},
    }

    def look_up(token: str, asked: Mapping[str, Any], region: str) -> dict[str, Any]:
        kind = token.rpartition(":")[2]
        if kind in {"getVpcs", "getSubnets"}:
            return {"ids": [found for found in asked["filters"][0]["values"] if found in answers]}
        if kind in {"getVpc", "getSubnet"}:
            return {"id": asked["id"], **answers[asked["id"]]}
        if kind == "getRouteTables":
            (subnet,) = asked["filters"][0]["values"]
            return {"ids": ["rtb-1"] if subnet in answers["routes"] else []}
        if kind == "getRouteTable":
            return {
                "routes": answers["routes"][asked["subnetId"]] if "subnetId" in asked else answers["main"]["routes"]
            }
        return original(token, asked, region)

    original = provider_fakes.look_up
    monkeypatch.setattr(provider_fakes, "look_up", look_up)
    return answers


def refused(given: ExistingNetworkArgs) -> list[str]:
    with pytest.raises(Exception, match="ExistingNetworkArgs") as error:
        recorded(given)
    return [line for line in str(error.value).splitlines() if line.startswith("ExistingNetworkArgs.")]


@pytest.mark.usefixtures("aws_says")
def test_one_that_is_as_expected_is_given_on_and_nothing_is_made() -> None:
    graph = recorded(args())
    assert [resource.type for resource in graph.resources if resource.custom] == ["pulumi:providers:aws"]
    assert graph.exports["vpc_id"] == "vpc-1"
    assert graph.exports["public_subnet_ids"] == list(PUBLIC)
    assert str(graph.exports["s3_prefix_list_id"]).startswith("pl-")


def test_one_that_is_verified_is_not_asked_about(aws_says: Answers) -> None:
    aws_says["vpc-1"] |= {"cidrBlock": "172.31.0.0/16"}
    assert recorded(args(verified=True)).exports["vpc_id"] == "vpc-1"


def test_offline_nothing_is_known_and_nothing_refused() -> None:
    assert recorded(args(private_subnet_ids=PRIVATE, isolated_subnet_ids=ISOLATED)).exports["cidr"] == "10.0.0.0/16"


@pytest.mark.parametrize(
    ("place", "said", "problem"),
    [
        ("vpc-1", {"cidrBlock": "172.31.0.0/16"}, "cidr: 10.0.0.0/16 is not the range of vpc-1, which has 172.31.0.0/16"),
        ("vpc-1", {"enableDnsSupport": False}, "vpc_id: vpc-1 resolves no names: switch DNS support on, as database and endpoints are reached by name"),
        (PUBLIC[0], {"vpcId": "vpc-2"}, f"public_subnet_ids: {PUBLIC[0]} is in vpc-2, not in vpc-1"),
        (PUBLIC[0], {"availabilityZone": "us-east-1c"}, f"public_subnet_ids: {PUBLIC[0]} is in us-east-1c, and stands where that of us-east-1a would: give them in the order of zones"),
        (PUBLIC[1], {"availableIpAddressCount": 7}, f"public_subnet_ids: {PUBLIC[1]} has 7 free addresses; a load balancer wants 8"),
        ("routes", {PUBLIC[1]: [LOCAL, NAT]}, f"public_subnet_ids: {PUBLIC[1]} has no route to an internet gateway, so nobody would reach the load balancer"),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_refused(aws_says: Answers, place: str, said: dict[str, Any], problem: str) -> None:
    aws_says[place] |= said
    assert refused(args()) == [f"ExistingNetworkArgs.{problem}"]


def test_an_internal_balancer_wants_its_addresses_in_private_subnets(aws_says: Answers) -> None:
    for subnet in (PUBLIC[0], PRIVATE[0]):
        aws_says[subnet]["availableIpAddressCount"] = 7
    given = args(
        zones=["us-east-1a"],
        public_subnet_ids=PUBLIC[:1],
        private_subnet_ids=PRIVATE[:1],
        balancer_tiers=["private"],
    )
    problem = f"{PRIVATE[0]} has 7 free addresses; a load balancer wants 8"
    assert refused(given) == [f"ExistingNetworkArgs.private_subnet_ids: {problem}"]


@pytest.mark.parametrize(
    ("tier", "routes", "problem"),
    [
        ("private", [LOCAL, IGW], "has a route to an internet gateway: it is a public subnet, from which tasks without a public address get nowhere"),
        ("private", [LOCAL], "has no way out for 0.0.0.0/0, so tasks get no images"),
        ("isolated", [LOCAL, NAT], "has a way out for 0.0.0.0/0: it is not isolated"),
    ],
)  # fmt: skip
def test_each_tier_has_its_own_way_out(aws_says: Answers, tier: str, routes: list[Any], problem: str) -> None:
    subnet = {"private": PRIVATE, "isolated": ISOLATED}[tier][0]
    given = args(zones=["us-east-1a"], public_subnet_ids=[], **{f"{tier}_subnet_ids": [subnet]})
    recorded(given)
    aws_says["routes"][subnet] = routes
    assert refused(given) == [f"ExistingNetworkArgs.{tier}_subnet_ids: {subnet} {problem}"]


def test_a_subnet_without_a_table_of_its_own_has_the_main_one(aws_says: Answers) -> None:
    del aws_says["routes"][PUBLIC[0]]
    assert len(refused(args())) == 1
    aws_says["main"]["routes"] = [LOCAL, IGW]
    recorded(args())


def test_what_is_not_there_is_told_all_at_once(aws_says: Answers) -> None:
    del aws_says[PUBLIC[0]], aws_says[PUBLIC[1]]
    told = refused(args())
    where = "ExistingNetworkArgs.public_subnet_ids: there is no"
    assert told == [f"{where} {subnet} in us-east-1, or not in this account" for subnet in PUBLIC]
    del aws_says["vpc-1"]
    assert refused(args()) == ["ExistingNetworkArgs.vpc_id: there is no vpc-1 in us-east-1, or not in this account"]


def test_refuses() -> None:
    with pytest.raises(ValueError, match=r"^ExistingNetworkArgs\.private_subnet_ids: 1 given for 2 zones$"):
        args(private_subnet_ids=["subnet-1"])
