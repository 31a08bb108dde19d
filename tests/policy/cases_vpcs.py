import json
from typing import Any

from tests.policy.deployed import FULL_ACCESS
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import network, subnet

WORLD = "0.0.0.0/0"
FLOW = "network-flow-logged"
PRIVATE = "private-subnets-are-private"
PEERING = "peering-routes-narrow"
ADDRESSES = "addresses-in-use"
NATS = "nat-gateway-per-zone"
ZONES = "network-spans-zones"
ENDPOINTS = "network-endpoints-present"
POLICY = "endpoint-policy-limited"
BLOCKED = "network-public-access-blocked"
OWN = "subnets-give-no-public-ip"
DNS = "network-dns-on"
UNUSED = "default-network-unused"

EIP = "ec2/eip:Eip"
NAT = "ec2/natGateway:NatGateway"
ROUTE = "ec2/route:Route"


def vpc(**props: Any) -> Sample:
    return res("ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16", **props)


def log(**props: Any) -> Sample:
    return res("ec2/flowLog:FlowLog", "log", **{"vpcId": Ref("vpc"), **props})


def public_table(name: str) -> list[Sample]:
    """Give a subnet the public route table instead of its own."""
    token = "ec2/routeTableAssociation:RouteTableAssociation"
    changed = res(token, f"{name}-table", subnetId=Ref(name), routeTableId=Ref("public"))
    return [changed if item.name == changed.name else item for item in network()]


def called(name: str, *, ipv6: Any = False, **tags: Any) -> list[Sample]:
    """Return a public subnet of this name."""
    token = "ec2/routeTableAssociation:RouteTableAssociation"
    made = [item for item in network() if item.name != "stray"]
    made.append(subnet(name, tags=tags, assignIpv6AddressOnCreation=ipv6))
    return [*made, res(token, "other", subnetId=Ref(name), routeTableId=Ref("public"))]


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


def endpoint(service: str = "ecr.api", kind: str = "Interface", **props: Any) -> Sample:
    usual = {"vpcId": Ref("vpc"), "serviceName": f"com.amazonaws.eu-north-1.{service}", "vpcEndpointType": kind}
    return res("ec2/vpcEndpoint:VpcEndpoint", f"to-{service}", **{**usual, **props})


def document(**statement: Any) -> str:
    usual = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**usual, **statement}]})


OURS = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
BLOCK = "ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"

CASES = [
    Case(FLOW, "pass", [vpc(), log(trafficType="ALL")]),
    Case(FLOW, "pass", [vpc(), log(trafficType="REJECT")]),
    Case(FLOW, "fail", [vpc()], "it has no flow log"),
    Case(FLOW, "fail", [vpc(), log(trafficType="ACCEPT")], "trafficType is ACCEPT"),
    Case(FLOW, "undecided", [vpc(), log(vpcId=UNKNOWN)]),
    Case(FLOW, "undecided", [vpc(), log(trafficType=UNKNOWN)]),
    Case(OWN, "pass", [vpc(), subnet("a")], preview="pass"),
    Case(OWN, "fail", [vpc(), subnet("a", mapPublicIpOnLaunch=True)], "mapPublicIpOnLaunch is true"),
    Case(OWN, "undecided", [vpc(), subnet("a", mapPublicIpOnLaunch=UNKNOWN)]),
    Case(OWN, "pass", [vpc(), subnet("a", assignIpv6AddressOnCreation=True)]),
    Case(OWN, "fail", called("site-a", Name="x", ipv6=True), "assignIpv6AddressOnCreation is true"),
    Case(OWN, "undecided", called("site-a", Name="x", ipv6=UNKNOWN)),
    Case(OWN, "undecided", [subnet("a", vpcId="vpc-1", assignIpv6AddressOnCreation=True)]),
    Case(UNUSED, "pass", [vpc(tags=UNKNOWN)]),
    Case(UNUSED, "fail", [res("ec2/defaultVpc:DefaultVpc", "d")], "adopts the default VPC"),
    Case(UNUSED, "fail", [res("ec2/defaultSubnet:DefaultSubnet", "d", availabilityZone=UNKNOWN)], "adopts the default"),
    Case(DNS, "pass", [vpc(enableDnsHostnames=True)]),
    Case(DNS, "fail", [vpc()], "enableDnsHostnames is false"),
    Case(DNS, "fail", [vpc(enableDnsHostnames=True, enableDnsSupport=False)], "enableDnsSupport is false"),
    Case(DNS, "undecided", [vpc(enableDnsHostnames=UNKNOWN)]),
    *(
        Case(BLOCKED, verdict, [res(BLOCK, "o", internetGatewayBlockMode=mode)], says)
        for verdict, mode, says in (
            ("pass", "block-ingress", ""),
            ("fail", "off", "is off"),
            ("undecided", UNKNOWN, ""),
        )
    ),
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
    Case(PEERING, "undecided", [route(destinationCidrBlock=UNKNOWN)]),
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
        "undecided",
        [res(EIP, "ip", domain="vpc"), res("ec2/eipAssociation:EipAssociation", "a", allocationId=UNKNOWN)],
    ),
    Case(PRIVATE, "pass", tabled()),
    Case(
        PRIVATE, "fail", tabled(out(Ref("vpc", "mainRouteTableId"), Ref("igw"))), "has a route to an internet gateway"
    ),
    Case(PRIVATE, "fail", tabled(ADOPTED)),
    Case(PRIVATE, "pass", tabled(ADOPTED, table("own"), MAIN)),
    Case(PRIVATE, "fail", tabled(table("own"), MAIN, out(Ref("own"), Ref("igw")))),
    Case(PRIVATE, "fail", tabled(out(FIRST, Ref("igw")), routeTableId=FIRST)),
    Case(PRIVATE, "pass", tabled(table("own"), MAIN, routeTableId=FIRST)),
    Case(PRIVATE, "fail", tabled(table("own"), ATTACHED, out(Ref("own"), VIA_ATTACHMENT), routeTableId=Ref("own"))),
    Case(
        PRIVATE,
        "fail",
        tabled(ATTACHED, table("own", routes=[{**OUT, "gatewayId": VIA_ATTACHMENT}]), MAIN),
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
        preview="undecided",
    ),
    Case(PRIVATE, "pass", network()),
    Case(PRIVATE, "pass", called("site-a", Name="site")),
    Case(PRIVATE, "fail", public_table("isolated-a"), "it is called private, and subnet isolated-a"),
    Case(PRIVATE, "fail", called("site-a", Tier="Private"), "it is called private"),
    Case(PRIVATE, "undecided", called("site-a", Name=UNKNOWN)),
    Case(PRIVATE, "undecided", [subnet("private-a", vpcId="vpc-1")]),
    Case(NATS, "pass", through(("a", "a"), ("b", "b"))),
    Case(NATS, "pass", through(("a", "a"), ("b", "b"), inline=True), preview="pass"),
    Case(NATS, "pass", through(("a", "a"), ("b", "a"), availabilityMode="regional")),
    Case(NATS, "fail", through(("a", "a"), ("b", "a")), "subnets of eu-north-1b go through it"),
    Case(NATS, "fail", through(("a", "a"), ("b", "a"), inline=True), "subnets of eu-north-1b go through it"),
    Case(NATS, "undecided", through(("a", "a"), ("b", "a"), availabilityMode=UNKNOWN)),
    Case(ZONES, "pass", [vpc(), subnet("x", "a"), subnet("y", "b")]),
    Case(ZONES, "pass", [vpc()]),
    Case(ZONES, "fail", [vpc(), subnet("x", "a"), subnet("y", "a")], "all its subnets lie in eu-north-1a"),
    Case(ZONES, "undecided", [vpc(), subnet("x", "a"), subnet("y", availabilityZone=UNKNOWN)]),
    Case(ENDPOINTS, "pass", [vpc(), endpoint(privateDnsEnabled=True)], config={"services": ["ecr.api"]}),
    Case(ENDPOINTS, "pass", [vpc(), endpoint("s3", "Gateway")], config={"services": ["s3"]}),
    Case(ENDPOINTS, "fail", [vpc(), endpoint()], "for ecr.api", config={"services": ["ecr.api"]}),
    Case(ENDPOINTS, "fail", [vpc(), endpoint("s3", "Gateway")], "for ecr.api"),
    Case(
        ENDPOINTS,
        "undecided",
        [vpc(), endpoint(serviceName=UNKNOWN, privateDnsEnabled=True)],
        config={"services": ["ecr.api"]},
    ),
    Case(POLICY, "pass", [vpc(), endpoint(policy=document(Condition=OURS))]),
    Case(POLICY, "pass", [vpc(), endpoint("x", "GatewayLoadBalancer")]),
    Case(POLICY, "fail", [vpc(), endpoint()], "policy is not set"),
    Case(POLICY, "fail", [vpc(), endpoint(policy=document())], "policy allows every action"),
    Case(POLICY, "undecided", [vpc(), endpoint(policy=UNKNOWN)]),
    Case(
        POLICY,
        "pass",
        [
            vpc(),
            endpoint(),
            res(
                "ec2/vpcEndpointPolicy:VpcEndpointPolicy",
                "p",
                vpcEndpointId=Ref("to-ecr.api"),
                policy=document(Condition=OURS),
            ),
        ],
    ),
    Case(
        POLICY,
        "pass",
        [
            vpc(),
            endpoint(computed={"policy": FULL_ACCESS}),
            res(
                "ec2/vpcEndpointPolicy:VpcEndpointPolicy",
                "p",
                vpcEndpointId=Ref("to-ecr.api"),
                policy=document(Condition=OURS),
            ),
        ],
    ),
]
