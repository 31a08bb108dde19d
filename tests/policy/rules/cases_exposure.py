from typing import Any

from tests.policy.deployed import SSH
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule, subnet
from tests.policy.rules.cases_cache import SUBNETS, placed

BALANCER = "lb/loadBalancer:LoadBalancer"

CLASSIC = "elb/loadBalancer:LoadBalancer"

OPEN = "internet-reaches-only-load-balancers"

OLD = "ec2/securityGroupRule:SecurityGroupRule"

WORLD = "0.0.0.0/0"

SSH_FROM_LIST = {"protocol": "tcp", "fromPort": "22", "toPort": "22", "prefixListIds": [Ref("list")]}


def balancer(token: str = BALANCER, **props: Any) -> Sample:
    return res(token, "alb", securityGroups=[Ref("alb-group")], **props)


def old(**props: Any) -> Sample:
    usual = {"type": "ingress", "protocol": "tcp", "fromPort": 443, "toPort": 443, "securityGroupId": Ref("alb-group")}
    return res(OLD, "old", **{**usual, **props})


def listed(cidr: Any, *, apart: bool = False) -> list[Sample]:
    """Return a prefix list, with its range inside or as a resource of its own."""
    token = "ec2/managedPrefixList:ManagedPrefixList"
    if not apart:
        return [res(token, "list", maxEntries=1, entries=[{"cidr": cidr}])]
    return [
        res(token, "list", maxEntries=1),
        res("ec2/managedPrefixListEntry:ManagedPrefixListEntry", "entry", prefixListId=Ref("list"), cidr=cidr),
    ]


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


STORES: list[tuple[str, dict[str, Any]]] = [
    ("redshift/cluster:Cluster", {"vpcSecurityGroupIds": [Ref("alb-group")]}),
    ("mq/broker:Broker", {"securityGroups": [Ref("alb-group")]}),
    ("dax/cluster:Cluster", {"securityGroupIds": [Ref("alb-group")]}),
]


CASES: list[Case] = [
    Case("subnet-groups-span-zones", "pass", placed("isolated-a", "isolated-b")),
    Case("subnet-groups-span-zones", "fail", placed("isolated-a"), "lies in eu-north-1a only"),
    Case(
        "subnet-groups-span-zones",
        "unknown",
        [
            subnet("one", availabilityZone=UNKNOWN),
            res("ec2/vpc:Vpc", "vpc"),
            res(SUBNETS, "caches", subnetIds=[Ref("one")]),
        ],
    ),
    Case("subnet-groups-span-zones", "unknown", [res(SUBNETS, "caches", subnetIds=["subnet-elsewhere"])]),
    Case(
        "subnet-groups-span-zones",
        "pass",
        [
            res("ec2/subnet:Subnet", "one", availabilityZoneId="eun1-az1"),
            res("ec2/subnet:Subnet", "two", availabilityZoneId="eun1-az2"),
            res(SUBNETS, "caches", subnetIds=[Ref("one"), Ref("two")]),
        ],
    ),
    Case(OPEN, "pass", [group("alb"), rule("alb", port=443, cidrIpv4=WORLD), balancer()]),
    Case(
        OPEN, "pass", [group("alb"), rule("alb", port=80, cidrIpv6="::/0"), balancer("alb/loadBalancer:LoadBalancer")]
    ),
    *(
        Case(OPEN, "pass", [group("alb"), rule("alb", port=443, cidrIpv4=WORLD), balancer(f"{module}:LoadBalancer")])
        for module in (
            "applicationloadbalancing/loadBalancer",
            "elasticloadbalancing/loadBalancer",
            "elasticloadbalancingv2/loadBalancer",
        )
    ),
    Case(OPEN, "pass", [group("alb"), old(cidrBlocks=[WORLD]), balancer()]),
    *(
        Case(
            OPEN,
            "fail",
            [group("alb"), old(cidrBlocks=[WORLD]), balancer(), res(token, "store", **given)],
            "stands before",
        )
        for token, given in STORES
    ),
    Case(OPEN, "pass", [group("alb"), old(cidrBlocks=[WORLD], protocol="6", fromPort="443", toPort="443"), balancer()]),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=443, protocol="17", cidrIpv4=WORLD), balancer()], "port 443"),
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
    Case(OPEN, "unknown", [group("alb"), rule("alb", port=443, cidrIpv4=UNKNOWN), balancer()]),
    Case(OPEN, "unknown", [group("alb"), old(cidrBlocks=[WORLD], protocol=UNKNOWN), balancer()]),
    Case(OPEN, "unknown", [group("alb"), old(cidrBlocks=[WORLD], fromPort=UNKNOWN), balancer()]),
    Case(OPEN, "unknown", [group("alb"), old(cidrBlocks=[WORLD]), balancer(internal=UNKNOWN)]),
    Case(
        OPEN,
        "fail",
        [
            group("alb"),
            old(cidrBlocks=[WORLD]),
            balancer(),
            res("efs/mountTarget:MountTarget", "files", securityGroups=[Ref("alb-group")]),
        ],
        "stands before MountTarget files",
    ),
    Case(OPEN, "unknown", [group("alb", ingress=UNKNOWN)]),
    Case(OPEN, "pass", [group("alb"), old(cidrBlocks=[WORLD]), balancer(CLASSIC)]),
    Case(OPEN, "fail", [group("alb"), old(cidrBlocks=[WORLD]), balancer(CLASSIC, internal=True)], "stands before"),
    Case(OPEN, "pass", [group("api"), rule("api", port=3, last=4, protocol="icmp", cidrIpv4=WORLD)]),
    Case(OPEN, "pass", [group("alb"), old(protocol="58", fromPort=-1, toPort=-1, ipv6CidrBlocks=["::/0"])]),
    Case(OPEN, "pass", [group("api"), rule("api", port=22, prefixListId="pl-1")]),
    Case(OPEN, "pass", [*listed("10.0.0.0/8"), group("api"), rule("api", port=22, prefixListId=Ref("list"))]),
    Case(OPEN, "fail", [*listed(WORLD), group("api"), rule("api", port=22, prefixListId=Ref("list"))], "port 22"),
    Case(OPEN, "fail", [*listed(WORLD), group("api", ingress=[SSH_FROM_LIST])], "port 22"),
    Case(OPEN, "fail", [*listed(WORLD, apart=True), group("api", ingress=SSH_FROM_LIST)], "port 22"),
    Case(OPEN, "unknown", [*listed(UNKNOWN), group("alb"), old(prefixListIds=[Ref("list")])]),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=443, protocol="udp", cidrIpv4=WORLD), balancer()], "port 443"),
    Case(OPEN, "fail", [group("alb"), rule("alb", port=22, cidrIpv4="192.0.2.1/0"), balancer()], "port 22"),
    Case(OPEN, "pass", [group("api"), old(cidrBlocks=["anywhere"], securityGroupId=Ref("api-group"))]),
    Case(OPEN, "unknown", [old(cidrBlocks=[WORLD], securityGroupId="sg-elsewhere")]),
    Case("subnet-groups-span-zones", "pass", awsx("isolated-a", "isolated-b"), preview="unknown"),
    Case(OPEN, "pass", [group("alb", computed={"ingress": [SSH]})]),
    Case(
        OPEN,
        "fail",
        [group("alb", computed={"ingress": [SSH]}), rule("alb", port=22, cidrIpv4=WORLD)],
        "SecurityGroupIngressRule alb-rule: port 22 is open",
    ),
]
