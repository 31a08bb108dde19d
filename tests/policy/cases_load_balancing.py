from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import ZONES, group, network, rule, subnet

BALANCER = "lb/loadBalancer:LoadBalancer"
LISTENER = "lb/listener:Listener"


def https(**props: Any) -> Sample:
    return res(LISTENER, "https", **{"protocol": "HTTPS", "port": 443, **props})


def http(token: str = LISTENER, **action: Any) -> Sample:
    return res(token, "http", protocol="HTTP", port=80, defaultActions=[action])


def in_zones(*zones: str, mapped: bool = False) -> list[Sample]:
    subnets = [subnet(f"s-{zone}", zone) for zone in zones]
    ids = [Ref(item.name) for item in subnets]
    placed: dict[str, Any] = {"subnetMappings": [{"subnetId": item} for item in ids]} if mapped else {"subnets": ids}
    return [res("ec2/vpc:Vpc", "vpc"), *subnets, res(BALANCER, "alb", **placed)]


CASES = [
    Case("load-balancer-deletion-protected", "pass", [res(BALANCER, "alb", enableDeletionProtection=True)]),
    Case("load-balancer-deletion-protected", "fail", [res(BALANCER, "alb")], "enableDeletionProtection is false"),
    Case("load-balancer-deletion-protected", "undecided", [res(BALANCER, "alb", enableDeletionProtection=UNKNOWN)]),
    Case("load-balancer-tls-policy", "pass", [https(sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")]),
    Case("load-balancer-tls-policy", "pass", [http(type="redirect")]),
    Case(
        "load-balancer-tls-policy",
        "fail",
        [https(sslPolicy="ELBSecurityPolicy-2016-08")],
        "is ELBSecurityPolicy-2016-08",
    ),
    Case("load-balancer-tls-policy", "fail", [https(sslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06")]),
    Case("load-balancer-tls-policy", "fail", [https()], "sslPolicy is not set"),
    Case("load-balancer-tls-policy", "undecided", [https(sslPolicy=UNKNOWN)]),
    Case("load-balancer-http-redirects", "pass", [http(type="redirect", redirect={"protocol": "HTTPS"})]),
    Case("load-balancer-http-redirects", "fail", [http("alb/listener:Listener", type="forward")], "is forward, wanted"),
    Case("load-balancer-http-redirects", "fail", [http(type="redirect", redirect={"port": "8080"})]),
    Case("load-balancer-http-redirects", "undecided", [http(type=UNKNOWN)]),
    Case("load-balancer-http-redirects", "undecided", [http(type="redirect", redirect={"protocol": UNKNOWN})]),
    Case("load-balancer-spans-zones", "pass", in_zones(*ZONES)),
    Case("load-balancer-spans-zones", "fail", in_zones("a"), "subnets lies in eu-north-1a only"),
    Case("load-balancer-spans-zones", "pass", in_zones(*ZONES, mapped=True)),
    Case("load-balancer-spans-zones", "fail", in_zones("b", mapped=True), "lies in eu-north-1b only"),
    Case("load-balancer-spans-zones", "undecided", [res(BALANCER, "alb", subnetMappings=UNKNOWN)]),
    Case("load-balancer-spans-zones", "undecided", [res(BALANCER, "alb", subnets=UNKNOWN)]),
]

RULE, CERTIFICATES = "lb/listenerRule:ListenerRule", "lb/listenerCertificate:ListenerCertificate"
TARGETS = "lb/targetGroup:TargetGroup"
FORWARD = [{"type": "forward", "targetGroupArn": Ref("targets", "arn")}]
ACM, UPLOADED = "arn:aws:acm:eu-north-1:1:certificate/x", "arn:aws:iam::1:server-certificate/x"


def ruled(protocol: Any = "HTTP", kind: Any = "forward", **listener: Any) -> list[Sample]:
    """A listener and a rule of it."""
    made = {"protocol": protocol} if protocol else {}
    return [
        res(LISTENER, "listener", **made, **listener),
        res(RULE, "rule", listenerArn=Ref("listener", "arn"), actions=[{"type": kind}]),
    ]


def passed(protocol: Any = "TCP", port: Any = 5000, **target: Any) -> list[Sample]:
    """A listener of a network load balancer that forwards."""
    return [
        res(TARGETS, "targets", port=5000, protocol="TCP", **target),
        res(LISTENER, "listener", protocol=protocol, port=port, defaultActions=FORWARD),
    ]


def certified(kind: str, **listener: Any) -> list[Sample]:
    return [res(kind, "cert"), https(certificateArn=Ref("cert", "arn"), **listener)]


def logs(**block: Any) -> list[Sample]:
    return [res("s3/bucket:Bucket", "logs"), res(BALANCER, "alb", accessLogs={"bucket": Ref("logs"), **block})]


REDIRECTS, ON_TLS, OF_ACM = (
    "load-balancer-rules-redirect",
    "network-load-balancer-on-tls",
    "load-balancer-certificate-of-acm",
)
HEADERS, DESYNC = "load-balancer-drops-invalid-headers", "load-balancer-desync-mitigated"
LOGGED, CONNECTIONS = "load-balancer-access-logged", "load-balancer-connections-logged"

CASES += [
    Case("load-balancer-http-redirects", "fail", [res(LISTENER, "l", port=80, defaultActions=[{"type": "forward"}])]),
    Case("load-balancer-http-redirects", "undecided", [res(LISTENER, "l", protocol=UNKNOWN)]),
    Case(REDIRECTS, "pass", ruled("HTTPS")),
    Case(REDIRECTS, "pass", ruled(kind="redirect")),
    Case(REDIRECTS, "fail", ruled(), "actions forwards what came to an HTTP listener"),
    Case(REDIRECTS, "fail", ruled("", port=80)),
    Case(
        REDIRECTS,
        "fail",
        [
            http("alb/listener:Listener"),
            res(
                "alb/listenerRule:ListenerRule",
                "r",
                listenerArn=Ref("http"),
                actions=FORWARD[0] | {"targetGroupArn": "x"},
            ),
        ],
    ),
    Case(REDIRECTS, "undecided", ruled(UNKNOWN)),
    Case(REDIRECTS, "undecided", ruled(kind=UNKNOWN)),
    Case(REDIRECTS, "undecided", [res(RULE, "rule", listenerArn="arn:elsewhere", actions=[{"type": "forward"}])]),
    Case(ON_TLS, "pass", passed("TLS")),
    Case(ON_TLS, "pass", passed(port=443)),
    Case(ON_TLS, "pass", passed(targetType="alb")),
    Case(ON_TLS, "pass", [https(), http()]),
    Case(ON_TLS, "fail", passed(), "protocol is TCP on port 5000, wanted TLS"),
    Case(ON_TLS, "fail", passed("TCP_UDP", 443), config={"passThroughPorts": []}),
    Case(ON_TLS, "undecided", passed(UNKNOWN)),
    Case(ON_TLS, "undecided", passed(port=UNKNOWN)),
    Case(OF_ACM, "pass", certified("acm/certificate:Certificate")),
    Case(OF_ACM, "pass", certified("acm/certificateValidation:CertificateValidation", protocol="TLS")),
    Case(OF_ACM, "pass", [https(certificateArn=ACM), http()]),
    Case(OF_ACM, "fail", [https()], "certificateArn is not set"),
    Case(OF_ACM, "fail", [https(certificateArn=UPLOADED)], "uploaded to IAM, wanted one of ACM"),
    Case(OF_ACM, "fail", [res(CERTIFICATES, "more", certificateArn=UPLOADED)]),
    Case(
        OF_ACM,
        "fail",
        [res("iam/serverCertificate:ServerCertificate", "c"), https(certificateArn=Ref("c", "arn"))],
    ),
    Case(OF_ACM, "undecided", [https(certificateArn=UNKNOWN)]),
    Case(OF_ACM, "undecided", [res(LISTENER, "l", protocol=UNKNOWN, certificateArn=UPLOADED)]),
    Case(HEADERS, "pass", [res(BALANCER, "alb", dropInvalidHeaderFields=True)]),
    Case(HEADERS, "pass", [res(BALANCER, "nlb", loadBalancerType="network")]),
    Case(HEADERS, "fail", [res(BALANCER, "alb", loadBalancerType="application")], "dropInvalidHeaderFields is false"),
    Case(HEADERS, "fail", [res("alb/loadBalancer:LoadBalancer", "alb", dropInvalidHeaderFields="false")]),
    Case(HEADERS, "undecided", [res(BALANCER, "alb", dropInvalidHeaderFields=UNKNOWN)]),
    Case(HEADERS, "undecided", [res(BALANCER, "alb", loadBalancerType=UNKNOWN)]),
    Case(DESYNC, "pass", [res(BALANCER, "alb")]),
    Case(DESYNC, "pass", [res(BALANCER, "alb", desyncMitigationMode="strictest")]),
    Case(DESYNC, "fail", [res(BALANCER, "alb", desyncMitigationMode="monitor")], "is monitor, wanted defensive"),
    Case(DESYNC, "undecided", [res(BALANCER, "alb", desyncMitigationMode=UNKNOWN)]),
    Case("load-balancer-firewall-fails-closed", "pass", [res(BALANCER, "alb")]),
    Case("load-balancer-firewall-fails-closed", "fail", [res(BALANCER, "alb", enableWafFailOpen=True)], "is true"),
    Case("load-balancer-firewall-fails-closed", "undecided", [res(BALANCER, "alb", enableWafFailOpen=UNKNOWN)]),
    Case(LOGGED, "pass", logs(enabled=True)),
    Case(LOGGED, "pass", logs(enabled="true")),
    Case(LOGGED, "pass", [res(BALANCER, "nlb", loadBalancerType="network")]),
    Case(LOGGED, "fail", logs(), "accessLogs is not enabled"),
    Case(LOGGED, "fail", [res(BALANCER, "alb", accessLogs={"enabled": True})]),
    Case(LOGGED, "fail", [res(BALANCER, "alb")]),
    Case(LOGGED, "undecided", [res(BALANCER, "alb", accessLogs=UNKNOWN)]),
    Case(LOGGED, "undecided", logs(enabled=UNKNOWN)),
    Case(CONNECTIONS, "pass", [res(BALANCER, "alb", connectionLogs={"bucket": "logs", "enabled": True})]),
    Case(
        CONNECTIONS, "fail", [res(BALANCER, "alb", connectionLogs={"bucket": "logs"})], "connectionLogs is not enabled"
    ),
    Case(CONNECTIONS, "undecided", [res(BALANCER, "alb", connectionLogs=UNKNOWN)]),
]

ON_HTTPS, HEALTH = "load-balancer-targets-on-https", "load-balancer-health-checks-set"


def targets(protocol: Any = "HTTP", check: Any = None, **props: Any) -> list[Sample]:
    checked = {"healthCheck": check} if check is not None else {}
    return [res(TARGETS, "targets", port=8000, protocol=protocol, **checked, **props)]


CLASSIC = "elb/loadBalancer:LoadBalancer"


def classic(protocol: Any = "https", port: int = 443, **props: Any) -> Sample:
    listener = {"lbProtocol": protocol, "lbPort": port, "instanceProtocol": "http", "instancePort": 8000}
    return res(CLASSIC, "classic", listeners=[listener], **props)


CASES += [
    Case("load-balancer-http-redirects", "pass", [classic()]),
    Case("load-balancer-http-redirects", "fail", [classic("http", 80)], "a classic load balancer cannot redirect"),
    Case("load-balancer-http-redirects", "undecided", [classic(UNKNOWN)]),
    Case(
        "load-balancer-http-redirects",
        "fail",
        [res(LISTENER, "l", protocol="http", defaultActions=[{"type": "forward"}])],
    ),
    Case("load-balancer-tls-policy", "fail", [https(protocol="https")], "sslPolicy is not set"),
    Case(ON_TLS, "pass", [classic("tcp")]),
    Case(ON_TLS, "fail", [classic("tcp", 5000)], "protocol is TCP on port 5000, wanted TLS"),
    Case(ON_TLS, "fail", passed("tcp")),
    Case(DESYNC, "pass", [classic()]),
    Case(DESYNC, "fail", [classic(desyncMitigationMode="monitor")]),
    Case(LOGGED, "pass", [classic(accessLogs={"bucket": UNKNOWN})]),
    Case(LOGGED, "fail", [classic()], "accessLogs is not enabled"),
    Case(LOGGED, "fail", [classic(accessLogs={"bucket": "logs", "enabled": False})]),
    Case("load-balancer-spans-zones", "pass", [classic(availabilityZones=["eu-north-1a", "eu-north-1b"])]),
    Case("load-balancer-spans-zones", "fail", [classic(availabilityZones=["eu-north-1a"])], "fewer than two zones"),
    Case("load-balancer-spans-zones", "undecided", [classic(availabilityZones=["eu-north-1a", UNKNOWN])]),
    Case(
        "load-balancer-spans-zones",
        "fail",
        [res("ec2/vpc:Vpc", "vpc"), subnet("one"), classic(subnets=[Ref("one")])],
        "subnets lies in eu-north-1a only",
    ),
    Case(ON_HTTPS, "pass", targets("https", {"protocol": "https"})),
    Case(ON_HTTPS, "pass", targets("HTTPS", {"protocol": "HTTPS"})),
    Case(ON_HTTPS, "pass", targets("TLS", {"protocol": "HTTPS"})),
    Case(ON_HTTPS, "pass", [res(TARGETS, "targets", targetType="lambda")]),
    Case(ON_HTTPS, "fail", targets("HTTP", {"protocol": "HTTPS"}), "protocol is HTTP, wanted HTTPS or TLS"),
    Case(ON_HTTPS, "fail", targets("HTTPS"), "healthCheck.protocol is HTTP"),
    Case(ON_HTTPS, "fail", [res("alb/targetGroup:TargetGroup", "targets", protocol="HTTP")]),
    Case(ON_HTTPS, "undecided", targets(UNKNOWN, {"protocol": "HTTPS"})),
    Case(ON_HTTPS, "undecided", targets("HTTPS", {"protocol": UNKNOWN})),
    Case(HEALTH, "pass", targets(check={"path": "/health"})),
    Case(HEALTH, "pass", targets(check={"path": UNKNOWN})),
    Case(HEALTH, "pass", targets("TCP")),
    Case(HEALTH, "pass", [res(TARGETS, "targets", targetType="lambda")]),
    Case(HEALTH, "fail", targets(), "healthCheck.path is not set"),
    Case(HEALTH, "fail", targets("HTTPS", {"interval": 10})),
    Case(HEALTH, "fail", targets("TCP", {"enabled": False}), "healthCheck.enabled is false"),
    Case(HEALTH, "undecided", targets(check=UNKNOWN)),
    Case(HEALTH, "undecided", targets(UNKNOWN)),
    Case(HEALTH, "undecided", targets(targetType=UNKNOWN)),
]

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

CASES += [
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
    ),
    Case(MATCHING, "undecided", placed("public-a", internal=UNKNOWN)),
    Case(MATCHING, "undecided", [res(BALANCER, "alb", subnets=["subnet-1", "subnet-2"])]),
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
    ),
    Case(FIREWALL, "undecided", [res(BALANCER, "alb"), res(ASSOCIATION, "waf", resourceArn=UNKNOWN, webAclArn="acl")]),
    Case(FIREWALL, "undecided", [res(BALANCER, "alb", internal=UNKNOWN)]),
    Case(CDN_ONLY, "pass", fronted(LISTED)),
    Case(CDN_ONLY, "pass", fronted(ANYBODY, internal=True)),
    Case(CDN_ONLY, "pass", [*fronted(LISTED), group("api"), rule("api", port=443, cidrIpv4=WORLD)]),
    Case(CDN_ONLY, "pass", fronted(ANYBODY, host="www.example.org")),
    Case(CDN_ONLY, "pass", [*fronted(LISTED, host=BY_NAME), ALIAS]),
    Case(CDN_ONLY, "fail", fronted(LISTED, OLD_WAY), "lets in the internet, wanted CloudFront's prefix list alone"),
    Case(CDN_ONLY, "fail", [*fronted(ANYBODY, host=BY_NAME), ALIAS]),
    Case(CDN_ONLY, "fail", [*fronted(ANYBODY, host=BY_NAME), CNAME]),
    Case(CDN_ONLY, "fail", [*fronted(ANYBODY, host=Ref("origin", "fqdn")), ALIAS]),
    Case(CDN_ONLY, "undecided", fronted(rule("alb", port=443, cidrIpv4=UNKNOWN))),
    Case(CDN_ONLY, "undecided", fronted(ANYBODY, internal=UNKNOWN)),
    Case(CDN_ONLY, "undecided", fronted(ANYBODY, host=UNKNOWN)),
    Case(CDN_ONLY, "undecided", [*fronted(ANYBODY, host=BY_NAME), res(RECORD, "lost", name=BY_NAME, records=UNKNOWN)]),
    Case(CDN_ONLY, "pass", [*fronted(ANYBODY, host=OTHER), res(RECORD, "other", name=OTHER, records=["192.0.2.1"])]),
]
