import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.network import Nat, Network, NetworkArgs
from limits.network_acls import flows
from preview.graph import Graph, Resource
from tests.components.conftest import ACCOUNT, build, check_contract

ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
INTERNET = "aws:ec2/internetGateway:InternetGateway"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
NAT = "aws:ec2/natGateway:NatGateway"
ROUTE = "aws:ec2/route:Route"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SUBNET = "aws:ec2/subnet:Subnet"
TABLE = "aws:ec2/routeTable:RouteTable"
VPC = "aws:ec2/vpc:Vpc"

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def args(**changes: Any) -> NetworkArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "cidr": "10.0.0.0/16",
        "zones": ZONES[:2],
    }
    return NetworkArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Network("network", args(**changes)))


def consumers(**changes: Any) -> Graph:
    """Record a network and, for each of its subnet ids, a resource that uses just that one."""

    def program() -> None:
        network = Network("network", args(**changes))
        tiers = {
            "public": network.public_subnet_ids,
            "private": network.private_subnet_ids,
            "isolated": network.isolated_subnet_ids,
        }
        for tier, ids in tiers.items():
            for zone, id_ in zip(network_zones, ids, strict=True):
                aws.ec2.NetworkInterface(f"in-{tier}-{zone[-1]}", subnet_id=id_)

    network_zones = args(**changes).zones
    return build(program)


def test_protected_for_others() -> None:
    assert [r.name for r in recorded(protect=True).resources if r.protect] == ["network-vpc"]
    assert not [r.name for r in recorded().resources if r.protect]


def test_a_regional_gateway_serves_every_zone_and_stands_in_no_subnet() -> None:
    graph = recorded(nat=Nat.REGIONAL)
    gateway = graph.one(NAT)
    assert (gateway.name, gateway.inputs["availabilityMode"]) == ("network-nat-regional", "regional")
    assert gateway.inputs["vpcId"] == graph.one(VPC).outputs["id"]
    assert not {"subnetId", "allocationId"} & gateway.inputs.keys()
    assert not graph.of("aws:ec2/eip:Eip")
    ways = [route for route in graph.of(ROUTE) if "natGatewayId" in route.inputs]
    assert {route.name for route in ways} == {"network-private-a-nat", "network-private-b-nat"}
    assert {route.inputs["natGatewayId"] for route in ways} == {gateway.outputs["id"]}


def table_of(graph: Graph, subnet: str) -> Resource:
    association = graph.one(ASSOCIATION, subnetId=graph.one(SUBNET, subnet).outputs["id"])
    return next(t for t in graph.of(TABLE) if t.outputs["id"] == association.inputs["routeTableId"])


def routes_of(graph: Graph, subnet: str) -> tuple[Resource, ...]:
    return graph.all(ROUTE, routeTableId=table_of(graph, subnet).outputs["id"])


@pytest.mark.parametrize("nat", list(Nat))
@pytest.mark.parametrize("flow_log_days", [90, None])
def test_contract(nat: Nat, flow_log_days: int | None) -> None:
    check_contract(
        lambda: Network(
            "network", args(zones=ZONES, nat=nat, flow_log_days=flow_log_days, endpoints=["ecr", "secretsmanager"])
        )
    )


def test_access_lists_are_asked_for() -> None:
    wanted = flows(task_ports=[8000], data_ports=[5432])
    check_contract(lambda: Network("network", args(flows=wanted)))
    graph = recorded(flows=wanted)
    lists = graph.of("aws:ec2/networkAcl:NetworkAcl")
    assert [acl.name for acl in lists] == [f"network-acls-{tier}-list" for tier in ("public", "private", "isolated")]
    associations = graph.of("aws:ec2/networkAclAssociation:NetworkAclAssociation")
    subnets = {subnet.outputs["id"] for subnet in graph.of("aws:ec2/subnet:Subnet")}
    assert {association.inputs["subnetId"] for association in associations} == subnets
    assert not recorded().of("aws:ec2/networkAcl:NetworkAcl")


def test_vpc_resolves_names() -> None:
    assert recorded().has(VPC, cidrBlock="10.0.0.0/16", enableDnsSupport=True, enableDnsHostnames=True)


def test_three_tiers_in_each_zone() -> None:
    graph = recorded()
    assert {(s.name, s.inputs["availabilityZone"], s.inputs["cidrBlock"]) for s in graph.of(SUBNET)} == {
        ("network-private-a", "us-east-1a", "10.0.0.0/20"),
        ("network-public-a", "us-east-1a", "10.0.16.0/21"),
        ("network-isolated-a", "us-east-1a", "10.0.24.0/21"),
        ("network-private-b", "us-east-1b", "10.0.32.0/20"),
        ("network-public-b", "us-east-1b", "10.0.48.0/21"),
        ("network-isolated-b", "us-east-1b", "10.0.56.0/21"),
    }
    assert len(graph.all(SUBNET, mapPublicIpOnLaunch=False)) == 6


def test_another_zone_changes_no_subnet() -> None:
    two, three = recorded(), recorded(zones=(ZONES[2], *ZONES[:2]))
    before = {r.urn: r.inputs for r in two.of(SUBNET)}
    after = {r.urn: r.inputs for r in three.of(SUBNET)}
    assert len(after) == 9
    assert {urn: after[urn] for urn in before} == before


def test_outputs_follow_the_order_of_the_zones() -> None:
    graph = recorded(zones=(ZONES[1], ZONES[0]))
    outputs = graph.registered_outputs[graph.one("slipway:index:Network").urn]
    for tier in ("public", "private", "isolated"):
        wanted = [graph.one(SUBNET, f"network-{tier}-{letter}").outputs["id"] for letter in "ba"]
        assert outputs[f"{tier}_subnet_ids"] == wanted
    assert outputs["private_route_table_ids"] == [
        table_of(graph, f"network-private-{letter}").outputs["id"] for letter in "ba"
    ]
    assert outputs["vpc_id"] == graph.one(VPC).outputs["id"]
    assert outputs["cidr"] == "10.0.0.0/16"
    assert outputs["s3_prefix_list_id"] == graph.one(ENDPOINT, "network-endpoint-s3").outputs["prefixListId"]


def test_public_subnets_lead_to_the_internet() -> None:
    graph = recorded()
    internet = graph.one(INTERNET).outputs["id"]
    for letter in "ab":
        (route,) = routes_of(graph, f"network-public-{letter}")
        assert route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
        assert route.inputs["gatewayId"] == internet


@pytest.mark.parametrize("nat", list(Nat))
def test_isolated_subnets_lead_nowhere(nat: Nat) -> None:
    graph = recorded(nat=nat)
    assert [routes_of(graph, f"network-isolated-{letter}") for letter in "ab"] == [(), ()]
    assert not any(table.inputs.get("routes") for table in graph.of(TABLE))


def test_nat_per_zone() -> None:
    graph = recorded(zones=ZONES)
    assert [nat.name for nat in graph.of(NAT)] == ["network-nat-a", "network-nat-b", "network-nat-c"]
    for letter in "abc":
        gateway = graph.one(NAT, f"network-nat-{letter}")
        assert gateway.inputs["subnetId"] == graph.one(SUBNET, f"network-public-{letter}").outputs["id"]
        (route,) = routes_of(graph, f"network-private-{letter}")
        assert route.inputs["natGatewayId"] == gateway.outputs["id"]
        assert "gatewayId" not in route.inputs


def test_single_nat_stands_in_the_first_zone() -> None:
    graph = recorded(zones=(ZONES[1], ZONES[0]), nat=Nat.SINGLE)
    gateway = graph.one(NAT, "network-nat-b")
    assert gateway.inputs["subnetId"] == graph.one(SUBNET, "network-public-b").outputs["id"]
    assert len(graph.of("aws:ec2/eip:Eip")) == 1
    for letter in "ab":
        (route,) = routes_of(graph, f"network-private-{letter}")
        assert route.inputs["natGatewayId"] == gateway.outputs["id"]


def test_without_nat_private_subnets_have_no_route() -> None:
    graph = recorded(nat=Nat.NONE)
    assert not graph.of(NAT)
    assert not graph.of("aws:ec2/eip:Eip")
    assert [routes_of(graph, f"network-private-{letter}") for letter in "ab"] == [(), ()]


def test_nat_waits_for_the_internet_gateway() -> None:
    graph = recorded()
    for resource in (*graph.of(NAT), *graph.of("aws:ec2/eip:Eip")):
        assert graph.direct(resource, INTERNET)


def test_subnets_are_known_after_their_association_and_way_out() -> None:
    graph = consumers()
    ways_out = {
        "public": ["network-public-internet"],
        "private": ["network-private-a-nat"],
        "isolated": [],
    }
    for tier, routes in ways_out.items():
        user = graph.one("aws:ec2/networkInterface:NetworkInterface", f"in-{tier}-a")
        assert [s.name for s in graph.direct(user, SUBNET)] == [f"network-{tier}-a"]
        assert [a.name for a in graph.direct(user, ASSOCIATION)] == [f"network-{tier}-a-association"]
        assert [r.name for r in graph.direct(user, ROUTE)] == routes


def test_a_nat_of_a_zone_shows_no_change_that_never_ends() -> None:
    """The provider leaves what only a regional one has unread, and so unknown in each plan."""
    zonal = [gateway.ignore_changes for gateway in recorded(nat=Nat.PER_ZONE).of(NAT)]
    assert zonal == [("regionalNatGatewayAddresses",)] * len(zonal)
    assert recorded(nat=Nat.REGIONAL).one(NAT).ignore_changes == ()


def test_without_nat_private_subnets_are_known_after_the_endpoints() -> None:
    graph = consumers(nat=Nat.NONE, endpoints=["logs"])
    user = graph.one("aws:ec2/networkInterface:NetworkInterface", "in-private-a")
    assert {e.name for e in graph.direct(user, ENDPOINT)} == {"network-endpoint-logs", "network-endpoint-s3"}
    with_nat = consumers(endpoints=["logs"])
    user = with_nat.one("aws:ec2/networkInterface:NetworkInterface", "in-private-a")
    assert not with_nat.direct(user, ENDPOINT)


def test_s3_is_reached_from_private_and_isolated_subnets() -> None:
    graph = recorded()
    s3 = graph.one(ENDPOINT, serviceName="com.amazonaws.us-east-1.s3", vpcEndpointType="Gateway")
    inside = [f"network-{tier}-{letter}" for tier in ("private", "isolated") for letter in "ab"]
    wanted = {table_of(graph, subnet).outputs["id"] for subnet in inside}
    tables = s3.inputs["routeTableIds"]
    assert isinstance(tables, list)
    assert set(tables) == wanted


def test_interface_endpoints() -> None:
    graph = recorded(endpoints=["ecr", "logs", "ecr"])
    private = [graph.one(SUBNET, f"network-private-{letter}").outputs["id"] for letter in "ab"]
    group = graph.one("aws:ec2/securityGroup:SecurityGroup", "network-endpoints")
    found = graph.all(
        ENDPOINT,
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
        subnetIds=private,
        securityGroupIds=[group.outputs["id"]],
    )
    assert [endpoint.inputs["serviceName"] for endpoint in found] == [
        "com.amazonaws.us-east-1.ecr.api",
        "com.amazonaws.us-east-1.ecr.dkr",
        "com.amazonaws.us-east-1.logs",
    ]
    rule = graph.one(RULE)
    assert rule.inputs["securityGroupId"] == group.outputs["id"]
    assert (rule.inputs["cidrIpv4"], rule.inputs["fromPort"], rule.inputs["toPort"]) == ("10.0.0.0/16", 443, 443)
    assert all(graph.reaches(endpoint, rule) for endpoint in found)


def test_no_interface_endpoints_no_group() -> None:
    graph = recorded()
    assert len(graph.of(ENDPOINT)) == 1
    assert not graph.of("aws:ec2/securityGroup:SecurityGroup")


def test_default_group_is_closed() -> None:
    graph = recorded()
    group = graph.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", ingress=[], egress=[])
    assert group.inputs["vpcId"] == graph.one(VPC).outputs["id"]


def test_flow_log() -> None:
    graph = recorded(flow_log_days=30, log_key_arn="arn:aws:kms:us-east-1:123456789012:key/logs")
    group = graph.one(LOG_GROUP, retentionInDays=30, kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/logs")
    log = graph.one(FLOW_LOG, trafficType="ALL", logDestination=group.outputs["arn"])
    assert log.inputs["vpcId"] == graph.one(VPC).outputs["id"]
    role = graph.one("aws:iam/role:Role")
    assert log.inputs["iamRoleArn"] == role.outputs["arn"]
    (trust,) = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    (policy,) = graph.direct(log, "aws:iam/rolePolicy:RolePolicy")
    writes = next(
        statement
        for statement in json.loads(str(policy.inputs["policy"]))["Statement"]
        if "logs:PutLogEvents" in statement["Action"]
    )
    assert writes["Resource"] == [group.outputs["arn"], f"{group.outputs['arn']}:*"]


def test_flow_log_off() -> None:
    graph = recorded(flow_log_days=None)
    assert not graph.of(FLOW_LOG)
    assert not graph.of(LOG_GROUP)
    assert not graph.of("aws:iam/role:Role")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cidr": "8.8.0.0/16"}, "NetworkArgs.cidr: 8.8.0.0/16 is not a private range"),
        ({"cidr": "10.0.0.0/23"}, "NetworkArgs.cidr: 10.0.0.0/23 leaves no room"),
        ({"cidr": "10.0.0.1/16"}, "NetworkArgs.cidr: '10.0.0.1/16' is not an IPv4 range"),
        ({"zones": ZONES[:1]}, "NetworkArgs.zones: 1 zone given; two to six are needed"),
        ({"zones": (ZONES[0], ZONES[0])}, "NetworkArgs.zones: us-east-1a, us-east-1a names a zone twice"),
        ({"zones": (ZONES[0], "eu-west-1b")}, "NetworkArgs.zones: 'eu-west-1b' is not a zone of us-east-1"),
        ({"endpoints": ["dynamo"]}, "NetworkArgs.endpoints: 'dynamo' is not an endpoint on offer; allowed: ecr, logs"),
        ({"flow_log_days": 31}, "NetworkArgs.flow_log_days: 31 is not a retention CloudWatch Logs offers"),
        ({"region": "moon", "zones": ("moona", "moonb")}, "NetworkArgs.region: 'moon' is not an AWS region"),
    ],
)
def test_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^NetworkArgs\.") as refused:
        args(**changes)
    assert str(refused.value).startswith(message)


def test_refuses_all_at_once() -> None:
    with pytest.raises(ValueError, match=r"(?s)NetworkArgs\.cidr: .*\nNetworkArgs\.zones: "):
        args(cidr="10.0.0.0/8", zones=())
