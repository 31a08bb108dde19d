import json
from typing import Any

from tests.policy.deployed import FULL_ACCESS
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import network, subnet

FLOW = "network-flow-logged"

ZONES = "network-spans-zones"

ENDPOINTS = "network-endpoints-present"

POLICY = "endpoint-policy-limited"

BLOCKED = "network-public-access-blocked"

OWN = "subnets-give-no-public-ip"

DNS = "network-dns-on"

UNUSED = "default-network-unused"


def vpc(**props: Any) -> Sample:
    return res("ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16", **props)


def log(**props: Any) -> Sample:
    return res("ec2/flowLog:FlowLog", "log", **{"vpcId": Ref("vpc"), **props})


def called(name: str, *, ipv6: Any = False, **tags: Any) -> list[Sample]:
    """Return a public subnet of this name."""
    token = "ec2/routeTableAssociation:RouteTableAssociation"
    made = [item for item in network() if item.name != "stray"]
    made.append(subnet(name, tags=tags, assignIpv6AddressOnCreation=ipv6))
    return [*made, res(token, "other", subnetId=Ref(name), routeTableId=Ref("public"))]


def endpoint(service: str = "ecr.api", kind: str = "Interface", **props: Any) -> Sample:
    usual = {"vpcId": Ref("vpc"), "serviceName": f"com.amazonaws.eu-north-1.{service}", "vpcEndpointType": kind}
    return res("ec2/vpcEndpoint:VpcEndpoint", f"to-{service}", **{**usual, **props})


def document(**statement: Any) -> str:
    usual = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**usual, **statement}]})


OURS = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}

BLOCK = "ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"


CASES: list[Case] = [
    Case(FLOW, "pass", [vpc(), log(trafficType="ALL")]),
    Case(FLOW, "pass", [vpc(), log(trafficType="REJECT")]),
    Case(FLOW, "fail", [vpc()], "it has no flow log"),
    Case(FLOW, "fail", [vpc(), log(trafficType="ACCEPT")], "trafficType is ACCEPT"),
    Case(FLOW, "unknown", [vpc(), log(vpcId=UNKNOWN)]),
    Case(FLOW, "unknown", [vpc(), log(trafficType=UNKNOWN)]),
    Case(OWN, "pass", [vpc(), subnet("a")], preview="pass"),
    Case(OWN, "fail", [vpc(), subnet("a", mapPublicIpOnLaunch=True)], "mapPublicIpOnLaunch is true"),
    Case(OWN, "unknown", [vpc(), subnet("a", mapPublicIpOnLaunch=UNKNOWN)]),
    Case(OWN, "pass", [vpc(), subnet("a", assignIpv6AddressOnCreation=True)]),
    Case(OWN, "fail", called("site-a", Name="x", ipv6=True), "assignIpv6AddressOnCreation is true"),
    Case(OWN, "unknown", called("site-a", Name="x", ipv6=UNKNOWN)),
    Case(OWN, "unknown", [subnet("a", vpcId="vpc-1", assignIpv6AddressOnCreation=True)]),
    Case(UNUSED, "pass", [vpc(tags=UNKNOWN)]),
    Case(UNUSED, "fail", [res("ec2/defaultVpc:DefaultVpc", "d")], "adopts the default VPC"),
    Case(UNUSED, "fail", [res("ec2/defaultSubnet:DefaultSubnet", "d", availabilityZone=UNKNOWN)], "adopts the default"),
    Case(DNS, "pass", [vpc(enableDnsHostnames=True)]),
    Case(DNS, "fail", [vpc()], "enableDnsHostnames is false"),
    Case(DNS, "fail", [vpc(enableDnsHostnames=True, enableDnsSupport=False)], "enableDnsSupport is false"),
    Case(DNS, "unknown", [vpc(enableDnsHostnames=UNKNOWN)]),
    *(
        Case(BLOCKED, verdict, [res(BLOCK, "o", internetGatewayBlockMode=mode)], says)
        for verdict, mode, says in (
            ("pass", "block-ingress", ""),
            ("fail", "off", "is off"),
            ("unknown", UNKNOWN, ""),
        )
    ),
    Case(ZONES, "pass", [vpc(), subnet("x", "a"), subnet("y", "b")]),
    Case(ZONES, "pass", [vpc()]),
    Case(ZONES, "fail", [vpc(), subnet("x", "a"), subnet("y", "a")], "all its subnets lie in eu-north-1a"),
    Case(ZONES, "unknown", [vpc(), subnet("x", "a"), subnet("y", availabilityZone=UNKNOWN)]),
    Case(ENDPOINTS, "pass", [vpc(), endpoint(privateDnsEnabled=True)], config={"services": ["ecr.api"]}),
    Case(ENDPOINTS, "pass", [vpc(), endpoint("s3", "Gateway")], config={"services": ["s3"]}),
    Case(ENDPOINTS, "fail", [vpc(), endpoint()], "for ecr.api", config={"services": ["ecr.api"]}),
    Case(ENDPOINTS, "fail", [vpc(), endpoint("s3", "Gateway")], "for ecr.api"),
    Case(
        ENDPOINTS,
        "unknown",
        [vpc(), endpoint(serviceName=UNKNOWN, privateDnsEnabled=True)],
        config={"services": ["ecr.api"]},
    ),
    Case(POLICY, "pass", [vpc(), endpoint(policy=document(Condition=OURS))]),
    Case(POLICY, "pass", [vpc(), endpoint("x", "GatewayLoadBalancer")]),
    Case(POLICY, "fail", [vpc(), endpoint()], "policy is not set"),
    Case(POLICY, "fail", [vpc(), endpoint(policy=document())], "policy allows every action"),
    Case(POLICY, "unknown", [vpc(), endpoint(policy=UNKNOWN)]),
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
