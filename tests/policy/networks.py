"""Sample networks: plain subnets of three tiers, and groups."""

from typing import Any

from tests.policy.harness import Ref, Sample, res

ZONES = {"a": "eu-north-1a", "b": "eu-north-1b"}


def subnet(name: str, zone: str = "a", **options: Any) -> Sample:
    props = {"vpcId": Ref("vpc"), "availabilityZone": ZONES[zone], **options}
    return res("ec2/subnet:Subnet", name, **props)


def network(*, inline: bool = False, main: bool = False) -> list[Sample]:
    """Public, private and isolated subnets of two zones, and a stray one without an association.

    `inline` writes the public route into its table; `main` makes the public table the VPC's main one.
    """
    made = [res("ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16"), res("ec2/internetGateway:InternetGateway", "igw")]
    route = {"cidrBlock": "0.0.0.0/0", "gatewayId": Ref("igw")}
    for tier in ("public", "private", "isolated"):
        routes: dict[str, Any] = {"routes": [route]} if inline and tier == "public" else {}
        made.append(res("ec2/routeTable:RouteTable", tier, vpcId=Ref("vpc"), **routes))
        for zone in ZONES:
            name = f"{tier}-{zone}"
            made.append(subnet(name, zone))
            made.append(
                res(
                    "ec2/routeTableAssociation:RouteTableAssociation",
                    f"{name}-table",
                    subnetId=Ref(name),
                    routeTableId=Ref(tier),
                )
            )
    made.append(res("ec2/route:Route", "private-nat", routeTableId=Ref("private"), natGatewayId="nat-1", gatewayId=""))
    if not inline:
        made.append(res("ec2/route:Route", "public-igw", routeTableId=Ref("public"), gatewayId=Ref("igw")))
    if main:
        token = "ec2/mainRouteTableAssociation:MainRouteTableAssociation"
        made.append(res(token, "main", vpcId=Ref("vpc"), routeTableId=Ref("public")))
    return [*made, subnet("stray")]


def group(name: str, **props: Any) -> Sample:
    return res("ec2/securityGroup:SecurityGroup", f"{name}-group", **props)


def rule(
    name: str, *, source: str = "", port: int = 5432, last: int = 0, protocol: str = "tcp", **props: Any
) -> Sample:
    if source:
        props["referencedSecurityGroupId"] = Ref(f"{source}-group")
    return res(
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        f"{name}-rule",
        securityGroupId=Ref(f"{name}-group"),
        fromPort=port,
        toPort=last or port,
        ipProtocol=protocol,
        **props,
    )
