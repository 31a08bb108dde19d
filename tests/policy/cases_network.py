from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule

BALANCER = "lb/loadBalancer:LoadBalancer"
OPEN = "internet-reaches-only-load-balancers"
OLD = "ec2/securityGroupRule:SecurityGroupRule"
WORLD = "0.0.0.0/0"


def balancer(token: str = BALANCER, **props: Any) -> Sample:
    return res(token, "alb", securityGroups=[Ref("alb-group")], **props)


def old(**props: Any) -> Sample:
    usual = {"type": "ingress", "protocol": "tcp", "fromPort": 443, "toPort": 443, "securityGroupId": Ref("alb-group")}
    return res(OLD, "old", **{**usual, **props})


def awsx(*chosen: str, whole: bool = False, component: bool = True, children_too: bool = True) -> list[Sample]:
    """A network made by awsx, whose outputs depend on the component and all of its children."""
    children = [
        Sample(item.token, item.name, item.props, parent="net", also=item.also)
        for item in network()
        if item.name != "stray"
    ]
    everything = ["net"] * component + [item.name for item in children] * children_too
    ids: Any = Ref(chosen[0]) if whole else [Ref(name) for name in chosen]
    subnets = res("rds/subnetGroup:SubnetGroup", "dbs", subnetIds=ids, also={"subnetIds": everything})
    database = res("rds/instance:Instance", "db", engine="postgres", dbSubnetGroupName=Ref("dbs"))
    return [res("awsx:ec2:Vpc", "net"), *children, subnets, database]


CASES = [
    Case(OPEN, "pass", [group("alb"), rule("alb", port=443, cidrIpv4=WORLD), balancer()]),
    Case(
        OPEN, "pass", [group("alb"), rule("alb", port=80, cidrIpv6="::/0"), balancer("alb/loadBalancer:LoadBalancer")]
    ),
    Case(OPEN, "pass", [group("alb"), old(cidrBlocks=[WORLD]), balancer()]),
    Case(OPEN, "pass", [group("api"), rule("api", port=1, last=65535, cidrIpv4="10.0.0.0/8")]),
    Case(OPEN, "pass", [group("alb"), old(type="egress", protocol="-1", cidrBlocks=[WORLD]), balancer()]),
    Case(
        OPEN, "fail", [group("alb"), rule("alb", port=22, cidrIpv4=WORLD), balancer()], "port 22 is open to 0.0.0.0/0"
    ),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=80, last=443, cidrIpv4=WORLD), balancer()], "ports 80 to 443"),
    Case(OPEN, "fail", [group("alb"), rule("alb", protocol="-1", cidrIpv4=WORLD), balancer()], "all ports are open"),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=443, cidrIpv4="0.0.0.0/1"), group("x")], "0.0.0.0/1"),
    Case(OPEN, "fail", [group("api"), rule("api", port=443, cidrIpv4=WORLD)], "belongs to no internet-facing"),
    Case(OPEN, "fail", [group("alb"), old(cidrBlocks=[WORLD]), balancer(internal=True)], "stands before LoadBalancer"),
    Case(
        OPEN,
        "fail",
        [
            group("alb", ingress=[{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": [WORLD]}]),
            balancer(),
            res("ecs/service:Service", "api", networkConfiguration={"securityGroups": [Ref("alb-group")]}),
        ],
        "stands before Service api",
    ),
    Case(OPEN, "undecided", [group("alb"), rule("alb", port=443, cidrIpv4=UNKNOWN), balancer()]),
    Case(OPEN, "undecided", [group("alb"), old(cidrBlocks=[WORLD], protocol=UNKNOWN), balancer()]),
    Case(OPEN, "undecided", [group("alb"), old(cidrBlocks=[WORLD], fromPort=UNKNOWN), balancer()]),
    Case(OPEN, "undecided", [group("alb"), old(cidrBlocks=[WORLD]), balancer(internal=UNKNOWN)]),
    Case(OPEN, "undecided", [group("alb", ingress=UNKNOWN)]),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=443, protocol="udp", cidrIpv4=WORLD), balancer()], "port 443"),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=22, cidrIpv4="192.0.2.1/0"), balancer()], "port 22"),
    Case(OPEN, "pass", [group("api"), old(cidrBlocks=["anywhere"], securityGroupId=Ref("api-group"))]),
    Case(OPEN, "undecided", [old(cidrBlocks=[WORLD], securityGroupId="sg-elsewhere")]),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", "isolated-b"), preview="undecided"),
    Case("database-in-private-subnets", "fail", awsx("public-a", "isolated-b"), "public-a", preview="undecided"),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", whole=True), preview="undecided"),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", whole=True, component=False), preview="undecided"),
    Case(
        "database-in-private-subnets", "pass", awsx("isolated-a", whole=True, children_too=False), preview="undecided"
    ),
    Case("subnet-groups-span-zones", "pass", awsx("isolated-a", "isolated-b"), preview="undecided"),
]
