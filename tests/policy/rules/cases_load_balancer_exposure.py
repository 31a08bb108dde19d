from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import ZONES, group, network, rule, subnet
from tests.policy.rules.cases_load_balancer_tls import BALANCER, classic


def in_zones(*zones: str, mapped: bool = False) -> list[Sample]:
    subnets = [subnet(f"s-{zone}", zone) for zone in zones]
    ids = [Ref(item.name) for item in subnets]
    placed: dict[str, Any] = {"subnetMappings": [{"subnetId": item} for item in ids]} if mapped else {"subnets": ids}
    return [res("ec2/vpc:Vpc", "vpc"), *subnets, res(BALANCER, "alb", **placed)]


MATCHING, FIREWALL = "load-balancer-in-matching-subnets", "load-balancer-behind-firewall"

ASSOCIATION, CDN_ONLY = "wafv2/webAclAssociation:WebAclAssociation", "load-balancer-behind-cdn-only"

DISTRIBUTION, RECORD = "cloudfront/distribution:Distribution", "route53/record:Record"

WORLD = "0.0.0.0/0"

ADDRESS = Ref("alb", "dnsName")


def placed(*names: str, inline: bool = False, **props: Any) -> list[Sample]:
    return [*network(inline=inline), res(BALANCER, "alb", subnets=[Ref(name) for name in names], **props)]


def origin(host: Any) -> dict[str, Any]:
    return {"originId": "app", "domainName": host, "customOriginConfig": {"originProtocolPolicy": "https-only"}}


def fronted(*ways: Sample, host: Any = ADDRESS, **balancer: Any) -> list[Sample]:
    """A balancer as the origin of a distribution."""
    return [
        group("alb"),
        *ways,
        res(BALANCER, "alb", securityGroups=[Ref("alb-group")], **balancer),
        res(DISTRIBUTION, "cdn", origins=[origin(host)]),
    ]


ANYBODY = rule("alb", port=443, cidrIpv4=WORLD)

OLD_WAY = res(
    "ec2/securityGroupRule:SecurityGroupRule",
    "old",
    type="ingress",
    protocol="tcp",
    fromPort=443,
    toPort=443,
    securityGroupId=Ref("alb-group"),
    ipv6CidrBlocks=["::/0"],
)

LISTED = rule("alb", port=443, prefixListId="pl-4fa04526")

ALIAS = res(
    RECORD, "origin", name="origin.example.com", type="A", aliases=[{"name": Ref("alb", "dnsName"), "zoneId": "Z"}]
)

CNAME = res(RECORD, "origin", name="origin.example.com.", type="CNAME", records=[Ref("alb", "dnsName")])

BY_NAME, OTHER = "origin.example.com", "other.example.com"


CASES: list[Case] = [
    Case("load-balancer-spans-zones", "pass", in_zones(*ZONES)),
    Case("load-balancer-spans-zones", "fail", in_zones("a"), "subnets lies in eu-north-1a only"),
    Case("load-balancer-spans-zones", "pass", in_zones(*ZONES, mapped=True)),
    Case("load-balancer-spans-zones", "fail", in_zones("b", mapped=True), "lies in eu-north-1b only"),
    Case("load-balancer-spans-zones", "unknown", [res(BALANCER, "alb", subnetMappings=UNKNOWN)]),
    Case("load-balancer-spans-zones", "unknown", [res(BALANCER, "alb", subnets=UNKNOWN)]),
    Case("load-balancer-firewall-fails-closed", "pass", [res(BALANCER, "alb")]),
    Case("load-balancer-firewall-fails-closed", "fail", [res(BALANCER, "alb", enableWafFailOpen=True)], "is true"),
    Case("load-balancer-firewall-fails-closed", "unknown", [res(BALANCER, "alb", enableWafFailOpen=UNKNOWN)]),
    Case("load-balancer-spans-zones", "pass", [classic(availabilityZones=["eu-north-1a", "eu-north-1b"])]),
    Case("load-balancer-spans-zones", "fail", [classic(availabilityZones=["eu-north-1a"])], "fewer than two zones"),
    Case("load-balancer-spans-zones", "unknown", [classic(availabilityZones=["eu-north-1a", UNKNOWN])]),
    Case(
        "load-balancer-spans-zones",
        "fail",
        [res("ec2/vpc:Vpc", "vpc"), subnet("one"), classic(subnets=[Ref("one")])],
        "subnets lies in eu-north-1a only",
    ),
    Case(MATCHING, "pass", placed("public-a", "public-b")),
    Case(MATCHING, "pass", placed("public-a", "public-b", inline=True)),
    Case(MATCHING, "pass", placed("private-a", "private-b", internal=True)),
    Case(MATCHING, "fail", placed("public-a", "private-b"), "and subnet private-b has no route to an internet gateway"),
    Case(
        MATCHING,
        "fail",
        placed("private-a", "public-b", internal=True),
        "it is internal, and subnet public-b has a route",
    ),
    Case(
        MATCHING,
        "fail",
        [
            *network(),
            res("alb/loadBalancer:LoadBalancer", "nlb", internal=True, subnetMappings=[{"subnetId": Ref("public-a")}]),
        ],
        "it is internal, and subnet public-a has a route to an internet gateway (Route public-igw)",
    ),
    Case(MATCHING, "unknown", placed("public-a", internal=UNKNOWN)),
    Case(MATCHING, "unknown", [res(BALANCER, "alb", subnets=["subnet-1", "subnet-2"])]),
    Case(
        FIREWALL,
        "pass",
        [res(BALANCER, "alb"), res(ASSOCIATION, "waf", resourceArn=Ref("alb", "arn"), webAclArn="acl")],
    ),
    Case(FIREWALL, "pass", [res(BALANCER, "alb", internal=True)]),
    Case(FIREWALL, "pass", [res(BALANCER, "nlb", loadBalancerType="network")]),
    Case(FIREWALL, "pass", fronted()),
    Case(FIREWALL, "fail", [res(BALANCER, "alb")], "it faces the internet without a web ACL"),
    Case(
        FIREWALL,
        "fail",
        [
            res("alb/loadBalancer:LoadBalancer", "alb"),
            res(BALANCER, "other"),
            res(ASSOCIATION, "waf", resourceArn=Ref("other", "arn"), webAclArn="acl"),
        ],
        "it faces the internet without a web ACL",
    ),
    Case(FIREWALL, "unknown", [res(BALANCER, "alb"), res(ASSOCIATION, "waf", resourceArn=UNKNOWN, webAclArn="acl")]),
    Case(FIREWALL, "unknown", [res(BALANCER, "alb", internal=UNKNOWN)]),
    Case(CDN_ONLY, "pass", fronted(LISTED)),
    Case(CDN_ONLY, "pass", fronted(ANYBODY, internal=True)),
    Case(CDN_ONLY, "pass", [*fronted(LISTED), group("api"), rule("api", port=443, cidrIpv4=WORLD)]),
    Case(CDN_ONLY, "pass", fronted(ANYBODY, host="www.example.org")),
    Case(CDN_ONLY, "pass", [*fronted(LISTED, host=BY_NAME), ALIAS]),
    Case(CDN_ONLY, "fail", fronted(LISTED, OLD_WAY), "lets in the internet, wanted CloudFront's prefix list alone"),
    Case(
        CDN_ONLY,
        "fail",
        [*fronted(ANYBODY, host=BY_NAME), ALIAS],
        "its security group lets in the internet, wanted CloudFront's prefix list alone",
    ),
    Case(
        CDN_ONLY,
        "fail",
        [*fronted(ANYBODY, host=BY_NAME), CNAME],
        "its security group lets in the internet, wanted CloudFront's prefix list alone",
    ),
    Case(
        CDN_ONLY,
        "fail",
        [*fronted(ANYBODY, host=Ref("origin", "fqdn")), ALIAS],
        "its security group lets in the internet, wanted CloudFront's prefix list alone",
    ),
    Case(CDN_ONLY, "unknown", fronted(rule("alb", port=443, cidrIpv4=UNKNOWN))),
    Case(CDN_ONLY, "unknown", fronted(ANYBODY, internal=UNKNOWN)),
    Case(CDN_ONLY, "unknown", fronted(ANYBODY, host=UNKNOWN)),
    Case(CDN_ONLY, "unknown", [*fronted(ANYBODY, host=BY_NAME), res(RECORD, "lost", name=BY_NAME, records=UNKNOWN)]),
    Case(CDN_ONLY, "pass", [*fronted(ANYBODY, host=OTHER), res(RECORD, "other", name=OTHER, records=["192.0.2.1"])]),
]
