from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, rule

WORLD = "0.0.0.0/0"

VPC = res("ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")

EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"

EVERYTHING = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [WORLD]}

HTTPS = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": [WORLD]}


def default(**props: Any) -> Sample:
    return res("ec2/defaultSecurityGroup:DefaultSecurityGroup", "closed", **props)


def out(token: str = EGRESS, **props: Any) -> Sample:
    return res(token, "out", **{"securityGroupId": Ref("api-group"), **props})


def old(**props: Any) -> Sample:
    return out("ec2/securityGroupRule:SecurityGroupRule", **props)


def acl(**props: Any) -> Sample:
    return res("ec2/networkAcl:NetworkAcl", "list", **props)


def acl_rule(**props: Any) -> Sample:
    return res("ec2/networkAclRule:NetworkAclRule", "entry", networkAclId=Ref("list"), **props)


ONE_WAY = "rules-written-one-way"

IN_USE = "groups-in-use"

NAT_ROUTE = {"cidrBlock": WORLD, "natGatewayId": "nat-1"}


CASES: list[Case] = [
    Case("default-group-closed", "pass", [VPC, default(vpcId=Ref("vpc"), ingress=[], egress=[])]),
    Case("default-group-closed", "pass", [VPC, default(vpcId=Ref("vpc"))]),
    Case("default-group-closed", "fail", [VPC], "is not adopted"),
    Case("default-group-closed", "fail", [VPC, default(vpcId=Ref("vpc"), egress=[EVERYTHING])], "egress has rules"),
    Case(
        "default-group-closed",
        "fail",
        [VPC, default(vpcId=Ref("vpc")), old(securityGroupId=Ref("closed"), type="egress"), group("api")],
        "wanted no rules there",
    ),
    Case(
        "default-group-closed",
        "fail",
        [
            VPC,
            default(vpcId=Ref("vpc")),
            res(EGRESS, "stray", securityGroupId=Ref("vpc", "defaultSecurityGroupId"), ipProtocol="-1"),
        ],
        "wanted no rules there",
    ),
    Case("default-group-closed", "unknown", [VPC, default(vpcId=UNKNOWN)]),
    Case("default-group-closed", "unknown", [VPC, default(vpcId=Ref("vpc"), ingress=UNKNOWN)]),
    Case("egress-limited", "pass", [group("api"), out(ipProtocol="tcp", fromPort=443, toPort=443, cidrIpv4=WORLD)]),
    Case("egress-limited", "pass", [group("api"), out(ipProtocol="-1", cidrIpv4="10.0.0.0/16")]),
    Case("egress-limited", "pass", [group("api"), out(ipProtocol="-1", cidrIpv4="10.0.0.0/16", fromPort=UNKNOWN)]),
    Case("egress-limited", "fail", [group("api"), out(ipProtocol="-1", cidrIpv6="::/0")], "to the internet"),
    Case("egress-limited", "fail", [group("api", egress=[HTTPS, EVERYTHING])], "egress on all ports"),
    Case(
        "egress-limited",
        "fail",
        [group("api"), old(type="egress", protocol="all", cidrBlocks=[WORLD])],
        "egress on all ports",
    ),
    *(
        Case(
            "egress-limited",
            verdict,
            [group("api"), out(ipProtocol="tcp", fromPort=first, toPort=last, cidrIpv4=WORLD)],
            "egress on all ports to the internet, wanted the ports it needs",
        )
        for verdict, first, last in (("fail", "0", "65535"), ("fail", 1, 65535), ("pass", 1024, 65535))
    ),
    Case(
        "egress-limited",
        "unknown",
        [group("api"), out(ipProtocol="6", fromPort=UNKNOWN, toPort=65535, cidrIpv4=WORLD)],
    ),
    Case("egress-limited", "fail", [group("api", egress=EVERYTHING)], "egress on all ports"),
    Case("egress-limited", "pass", [group("api"), old(type="ingress", protocol="-1", cidrBlocks=[WORLD])]),
    Case("egress-limited", "unknown", [group("api"), out(ipProtocol="-1", cidrIpv4=UNKNOWN)]),
    Case("egress-limited", "unknown", [group("api"), old(type=UNKNOWN, protocol="-1", cidrBlocks=[WORLD])]),
    Case(
        "group-rules-described", "pass", [group("api", description="Tasks"), rule("api", description="From the site")]
    ),
    Case("group-rules-described", "pass", [group("api", description=UNKNOWN)]),
    Case("group-rules-described", "fail", [group("api", description="Managed by Pulumi")], "description is not set"),
    Case("group-rules-described", "fail", [group("api", description="Tasks"), rule("api")], "description is not set"),
    Case(
        "group-rules-described",
        "fail",
        [group("api", description="Tasks"), old(type="ingress")],
        "description is not set",
    ),
    Case(
        "group-rules-described",
        "fail",
        [group("api", description="Tasks", ingress=[{**HTTPS, "description": "Site"}, HTTPS])],
        "ingress has a rule without",
    ),
    Case(IN_USE, "pass", [group("api"), res("lb/loadBalancer:LoadBalancer", "alb", securityGroups=[Ref("api-group")])]),
    Case(
        IN_USE,
        "pass",
        [
            group("api"),
            res("ec2/launchTemplate:LaunchTemplate", "t", networkInterfaces=[{"securityGroups": [Ref("api-group")]}]),
        ],
    ),
    Case(
        IN_USE,
        "pass",
        [group("api"), res("eks/cluster:Cluster", "k", vpcConfig={"securityGroupIds": [Ref("api-group")]})],
    ),
    Case(IN_USE, "pass", [group("api", id="sg-1"), res("ec2/instance:Instance", "i", vpcSecurityGroupIds=["sg-1"])]),
    Case(
        IN_USE,
        "fail",
        [group("api"), rule("api"), group("db"), rule("db", source="api")],
        "nothing in this stack uses it",
    ),
    Case(IN_USE, "unknown", [group("api"), res("ec2/instance:Instance", "i", vpcSecurityGroupIds=UNKNOWN)]),
    Case(ONE_WAY, "pass", [group("api", ingress=[HTTPS]), out(ipProtocol="-1")]),
    Case(ONE_WAY, "pass", [group("api"), rule("api"), out(ipProtocol="-1"), group("db", ingress=[HTTPS])]),
    Case(ONE_WAY, "fail", [group("api", ingress=[HTTPS]), rule("api")], "overwrite each other"),
    Case(ONE_WAY, "fail", [group("api", egress=[EVERYTHING]), old(type="egress")], "egress is written inside it"),
    Case(ONE_WAY, "unknown", [group("api", egress=[EVERYTHING]), old(type=UNKNOWN)]),
    Case(ONE_WAY, "fail", [group("api", ingress=UNKNOWN), rule("api")], "ingress is written inside it"),
    Case(ONE_WAY, "fail", [acl(ingress=[{"ruleNo": 1}]), acl_rule(ruleNumber=2)], "ingress is written inside it"),
    Case(ONE_WAY, "pass", [acl(ingress=[{"ruleNo": 1}]), acl_rule(ruleNumber=2, egress=True)]),
    Case(ONE_WAY, "unknown", [acl(ingress=[{"ruleNo": 1}]), acl_rule(ruleNumber=2, egress=UNKNOWN)]),
    Case(
        ONE_WAY,
        "fail",
        [
            acl(subnetIds=["subnet-1"]),
            res("ec2/networkAclAssociation:NetworkAclAssociation", "a", networkAclId=Ref("list"), subnetId="subnet-2"),
        ],
        "subnetIds is written inside it",
    ),
    Case(
        ONE_WAY,
        "fail",
        [
            res("ec2/routeTable:RouteTable", "private", routes=[NAT_ROUTE]),
            res("ec2/route:Route", "peer", routeTableId=Ref("private"), vpcPeeringConnectionId="pcx-1"),
        ],
        "routes is written inside it, and Route peer",
    ),
    Case(
        ONE_WAY,
        "pass",
        [res("ec2/routeTable:RouteTable", "private"), res("ec2/route:Route", "r", routeTableId="rtb-1")],
    ),
    Case("egress-limited", "pass", [group("api", computed={"egress": [EVERYTHING]})]),
    Case(
        ONE_WAY,
        "pass",
        [group("api", vpcId=Ref("vpc"), computed={"ingress": [HTTPS]}), VPC, rule("api", source="api")],
    ),
    Case(
        ONE_WAY,
        "fail",
        [group("api", vpcId=Ref("vpc"), ingress=[HTTPS]), VPC, rule("api", source="api")],
        "ingress is written inside it",
    ),
]
