from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import network, subnet
from tests.policy.rules.cases_network import called, vpc

WORLD = "0.0.0.0/0"

PRIVATE = "private-subnets-are-private"

PEERING = "peering-routes-narrow"

ADDRESSES = "addresses-in-use"

NATS = "nat-gateway-per-zone"

EIP = "ec2/eip:Eip"

NAT = "ec2/natGateway:NatGateway"

ROUTE = "ec2/route:Route"


def public_table(name: str) -> list[Sample]:
    """Give a subnet the public route table instead of its own."""
    token = "ec2/routeTableAssociation:RouteTableAssociation"
    changed = res(token, f"{name}-table", subnetId=Ref(name), routeTableId=Ref("public"))
    return [changed if item.name == changed.name else item for item in network()]


def tabled(*more: Sample, **association: Any) -> list[Sample]:
    """Return a private subnet, its VPC's gateway, and what gives the VPC a route to it."""
    token = "ec2/routeTableAssociation:RouteTableAssociation"
    made = [vpc(), res("ec2/internetGateway:InternetGateway", "igw", vpcId=Ref("vpc")), subnet("private-a")]
    own = [res(token, "private-a-table", subnetId=Ref("private-a"), **association)] if association else []
    return [*made, *own, *more]


def table(name: str, **props: Any) -> Sample:
    return res("ec2/routeTable:RouteTable", name, vpcId=Ref("vpc"), **props)


def out(table: Ref, gateway: Any) -> Sample:
    return res(ROUTE, "out", routeTableId=table, destinationCidrBlock=WORLD, gatewayId=gateway)


OUT = {"cidrBlock": WORLD, "gatewayId": Ref("igw")}

FIRST = Ref("vpc", "defaultRouteTableId")

ADOPTED = res("ec2/defaultRouteTable:DefaultRouteTable", "first", defaultRouteTableId=FIRST, routes=[OUT])

MAIN = res("ec2/mainRouteTableAssociation:MainRouteTableAssociation", "main", vpcId=Ref("vpc"), routeTableId=Ref("own"))

ATTACHED = res(
    "ec2/internetGatewayAttachment:InternetGatewayAttachment",
    "igw-attached",
    vpcId=Ref("vpc"),
    internetGatewayId=Ref("igw"),
)

VIA_ATTACHMENT = Ref("igw-attached", "internetGatewayId")


def route(**props: Any) -> Sample:
    return res(ROUTE, "peer", routeTableId="rtb-1", vpcPeeringConnectionId="pcx-1", **props)


def nat(zone: str, **props: Any) -> Sample:
    return res(NAT, f"nat-{zone}", subnetId=Ref(f"public-{zone}"), **props)


def through(*pairs: tuple[str, str], inline: bool = False, **options: Any) -> list[Sample]:
    """Return public and private subnets in two zones, and the way out of each private one by a NAT gateway's zone."""
    made = [vpc(), *(subnet(f"public-{zone}", zone) for zone in "ab"), *(nat(zone, **options) for _, zone in pairs)]
    for zone, gateway in pairs:
        way: dict[str, Any] = {"natGatewayId": Ref(f"nat-{gateway}")}
        routes: dict[str, Any] = {"routes": [{"cidrBlock": WORLD, **way}]} if inline else {}
        made += [
            subnet(f"private-{zone}", zone),
            res("ec2/routeTable:RouteTable", f"table-{zone}", vpcId=Ref("vpc"), **routes),
            res(
                "ec2/routeTableAssociation:RouteTableAssociation",
                f"association-{zone}",
                subnetId=Ref(f"private-{zone}"),
                routeTableId=Ref(f"table-{zone}"),
            ),
        ]
        if not inline:
            made.append(res(ROUTE, f"way-{zone}", routeTableId=Ref(f"table-{zone}"), destinationCidrBlock=WORLD, **way))
    return list({item.name: item for item in made}.values())


CASES: list[Case] = [
    Case(PEERING, "pass", [route(destinationCidrBlock="10.1.0.0/16")]),
    Case(PEERING, "pass", [res(ROUTE, "out", natGatewayId="nat-1", destinationCidrBlock=WORLD)]),
    Case(PEERING, "fail", [route(destinationCidrBlock=WORLD)], "for the internet's addresses"),
    Case(PEERING, "fail", [route(destinationIpv6CidrBlock="::/0")], "for the internet's addresses"),
    Case(
        PEERING,
        "fail",
        [res("ec2/routeTable:RouteTable", "t", routes=[{"cidrBlock": WORLD, "vpcPeeringConnectionId": UNKNOWN}])],
        "for the internet's addresses",
    ),
    Case(PEERING, "unknown", [route(destinationCidrBlock=UNKNOWN)]),
    Case(ADDRESSES, "pass", [res(EIP, "ip"), res(NAT, "nat", allocationId=Ref("ip", "allocationId"))]),
    Case(ADDRESSES, "pass", [res(EIP, "ip", instance=UNKNOWN)]),
    Case(ADDRESSES, "fail", [res(EIP, "ip", domain="vpc")], "nothing in this stack uses it"),
    Case(
        ADDRESSES,
        "fail",
        [res(EIP, "ip", domain="vpc"), res("route53/record:Record", "www", records=[Ref("ip", "publicIp")])],
        "nothing in this stack uses it",
    ),
    Case(
        ADDRESSES,
        "unknown",
        [res(EIP, "ip", domain="vpc"), res("ec2/eipAssociation:EipAssociation", "a", allocationId=UNKNOWN)],
    ),
    Case(PRIVATE, "pass", tabled()),
    Case(
        PRIVATE, "fail", tabled(out(Ref("vpc", "mainRouteTableId"), Ref("igw"))), "has a route to an internet gateway"
    ),
    Case(
        PRIVATE,
        "fail",
        tabled(ADOPTED),
        "it is called private, and subnet private-a has a route to an internet gateway (RouteTable first)",
    ),
    Case(PRIVATE, "pass", tabled(ADOPTED, table("own"), MAIN)),
    Case(
        PRIVATE,
        "fail",
        tabled(table("own"), MAIN, out(Ref("own"), Ref("igw"))),
        "it is called private, and subnet private-a has a route to an internet gateway (Route out)",
    ),
    Case(
        PRIVATE,
        "fail",
        tabled(out(FIRST, Ref("igw")), routeTableId=FIRST),
        "it is called private, and subnet private-a has a route to an internet gateway (Route out)",
    ),
    Case(PRIVATE, "pass", tabled(table("own"), MAIN, routeTableId=FIRST)),
    Case(
        PRIVATE,
        "fail",
        tabled(table("own"), ATTACHED, out(Ref("own"), VIA_ATTACHMENT), routeTableId=Ref("own")),
        "it is called private, and subnet private-a has a route to an internet gateway (Route out)",
    ),
    Case(
        PRIVATE,
        "fail",
        tabled(ATTACHED, table("own", routes=[{**OUT, "gatewayId": VIA_ATTACHMENT}]), MAIN),
        "it is called private, and subnet private-a has a route to an internet gateway (RouteTable own)",
        preview="fail",
    ),
    Case(
        PRIVATE,
        "pass",
        tabled(table("own"), out(Ref("own"), Ref("vpn")), res("ec2/vpnGateway:VpnGateway", "vpn"), MAIN),
    ),
    Case(
        PRIVATE,
        "pass",
        tabled(table("own"), MAIN, out(Ref("own"), Ref("vpc", "x"))),
        preview="unknown",
    ),
    Case(PRIVATE, "pass", network()),
    Case(PRIVATE, "pass", called("site-a", Name="site")),
    Case(PRIVATE, "fail", public_table("isolated-a"), "it is called private, and subnet isolated-a"),
    Case(PRIVATE, "fail", called("site-a", Tier="Private"), "it is called private"),
    Case(PRIVATE, "unknown", called("site-a", Name=UNKNOWN)),
    Case(PRIVATE, "unknown", [subnet("private-a", vpcId="vpc-1")]),
    Case(NATS, "pass", through(("a", "a"), ("b", "b"))),
    Case(NATS, "pass", through(("a", "a"), ("b", "b"), inline=True), preview="pass"),
    Case(NATS, "pass", through(("a", "a"), ("b", "a"), availabilityMode="regional")),
    Case(NATS, "fail", through(("a", "a"), ("b", "a")), "subnets of eu-north-1b go through it"),
    Case(NATS, "fail", through(("a", "a"), ("b", "a"), inline=True), "subnets of eu-north-1b go through it"),
    Case(NATS, "unknown", through(("a", "a"), ("b", "a"), availabilityMode=UNKNOWN)),
]
