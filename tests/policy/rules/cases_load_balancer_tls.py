from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

BALANCER = "lb/loadBalancer:LoadBalancer"

LISTENER = "lb/listener:Listener"


def https(**props: Any) -> Sample:
    return res(LISTENER, "https", **{"protocol": "HTTPS", "port": 443, **props})


def http(token: str = LISTENER, **action: Any) -> Sample:
    return res(token, "http", protocol="HTTP", port=80, defaultActions=[action])


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


REDIRECTS, ON_TLS, OF_ACM = (
    "load-balancer-rules-redirect",
    "network-load-balancer-on-tls",
    "load-balancer-certificate-of-acm",
)

ON_HTTPS, HEALTH = "load-balancer-targets-on-https", "load-balancer-health-checks-set"


def targets(protocol: Any = "HTTP", check: Any = None, **props: Any) -> list[Sample]:
    checked = {"healthCheck": check} if check is not None else {}
    return [res(TARGETS, "targets", port=8000, protocol=protocol, **checked, **props)]


CLASSIC = "elb/loadBalancer:LoadBalancer"


def classic(protocol: Any = "https", port: int = 443, **props: Any) -> Sample:
    listener = {"lbProtocol": protocol, "lbPort": port, "instanceProtocol": "http", "instancePort": 8000}
    return res(CLASSIC, "classic", listeners=[listener], **props)


CASES: list[Case] = [
    Case("load-balancer-tls-policy", "pass", [https(sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")]),
    Case("load-balancer-tls-policy", "pass", [http(type="redirect")]),
    Case(
        "load-balancer-tls-policy",
        "fail",
        [https(sslPolicy="ELBSecurityPolicy-2016-08")],
        "is ELBSecurityPolicy-2016-08",
    ),
    Case(
        "load-balancer-tls-policy",
        "fail",
        [https(sslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06")],
        "sslPolicy is ELBSecurityPolicy-TLS13-1-0-2021-06, wanted TLS 1.2 or newer",
    ),
    Case("load-balancer-tls-policy", "fail", [https()], "sslPolicy is not set"),
    Case("load-balancer-tls-policy", "unknown", [https(sslPolicy=UNKNOWN)]),
    Case("load-balancer-http-redirects", "pass", [http(type="redirect", redirect={"protocol": "HTTPS"})]),
    Case("load-balancer-http-redirects", "fail", [http("alb/listener:Listener", type="forward")], "is forward, wanted"),
    Case(
        "load-balancer-http-redirects",
        "fail",
        [http(type="redirect", redirect={"port": "8080"})],
        "defaultActions of an HTTP listener is redirect, wanted a redirect to HTTPS",
    ),
    Case("load-balancer-http-redirects", "unknown", [http(type=UNKNOWN)]),
    Case("load-balancer-http-redirects", "unknown", [http(type="redirect", redirect={"protocol": UNKNOWN})]),
    Case(
        "load-balancer-http-redirects",
        "fail",
        [res(LISTENER, "l", port=80, defaultActions=[{"type": "forward"}])],
        "defaultActions of an HTTP listener is forward, wanted a redirect to HTTPS",
    ),
    Case("load-balancer-http-redirects", "unknown", [res(LISTENER, "l", protocol=UNKNOWN)]),
    Case(REDIRECTS, "pass", ruled("HTTPS")),
    Case(REDIRECTS, "pass", ruled(kind="redirect")),
    Case(REDIRECTS, "fail", ruled(), "actions forwards what came to an HTTP listener"),
    Case(
        REDIRECTS,
        "fail",
        ruled("", port=80),
        "actions forwards what came to an HTTP listener, wanted a rule of an HTTPS listener",
    ),
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
        "actions forwards what came to an HTTP listener, wanted a rule of an HTTPS listener",
    ),
    Case(REDIRECTS, "unknown", ruled(UNKNOWN)),
    Case(REDIRECTS, "unknown", ruled(kind=UNKNOWN)),
    Case(REDIRECTS, "unknown", [res(RULE, "rule", listenerArn="arn:elsewhere", actions=[{"type": "forward"}])]),
    Case(ON_TLS, "pass", passed("TLS")),
    Case(ON_TLS, "pass", passed(port=443)),
    Case(ON_TLS, "pass", passed(targetType="alb")),
    Case(ON_TLS, "pass", [https(), http()]),
    Case(ON_TLS, "fail", passed(), "protocol is TCP on port 5000, wanted TLS"),
    Case(
        ON_TLS,
        "fail",
        passed("TCP_UDP", 443),
        "protocol is TCP_UDP on port 443, wanted TLS",
        config={"passThroughPorts": []},
    ),
    Case(ON_TLS, "unknown", passed(UNKNOWN)),
    Case(ON_TLS, "unknown", passed(port=UNKNOWN)),
    Case(OF_ACM, "pass", certified("acm/certificate:Certificate")),
    Case(OF_ACM, "pass", certified("acm/certificateValidation:CertificateValidation", protocol="TLS")),
    Case(OF_ACM, "pass", [https(certificateArn=ACM), http()]),
    Case(OF_ACM, "fail", [https()], "certificateArn is not set"),
    Case(OF_ACM, "fail", [https(certificateArn=UPLOADED)], "uploaded to IAM, wanted one of ACM"),
    Case(
        OF_ACM,
        "fail",
        [res(CERTIFICATES, "more", certificateArn=UPLOADED)],
        "certificateArn names a certificate that was uploaded to IAM, wanted one of ACM",
    ),
    Case(
        OF_ACM,
        "fail",
        [res("iam/serverCertificate:ServerCertificate", "c"), https(certificateArn=Ref("c", "arn"))],
        "certificateArn names a certificate that was uploaded to IAM, wanted one of ACM",
    ),
    Case(OF_ACM, "unknown", [https(certificateArn=UNKNOWN)]),
    Case(OF_ACM, "unknown", [res(LISTENER, "l", protocol=UNKNOWN, certificateArn=UPLOADED)]),
    Case("load-balancer-http-redirects", "pass", [classic()]),
    Case("load-balancer-http-redirects", "fail", [classic("http", 80)], "a classic load balancer cannot redirect"),
    Case("load-balancer-http-redirects", "unknown", [classic(UNKNOWN)]),
    Case(
        "load-balancer-http-redirects",
        "fail",
        [res(LISTENER, "l", protocol="http", defaultActions=[{"type": "forward"}])],
        "defaultActions of an HTTP listener is forward, wanted a redirect to HTTPS",
    ),
    Case("load-balancer-tls-policy", "fail", [https(protocol="https")], "sslPolicy is not set"),
    Case(ON_TLS, "pass", [classic("tcp")]),
    Case(ON_TLS, "fail", [classic("tcp", 5000)], "protocol is TCP on port 5000, wanted TLS"),
    Case(ON_TLS, "fail", passed("tcp"), "protocol is TCP on port 5000, wanted TLS"),
    Case(ON_HTTPS, "pass", targets("https", {"protocol": "https"})),
    Case(ON_HTTPS, "pass", targets("HTTPS", {"protocol": "HTTPS"})),
    Case(ON_HTTPS, "pass", targets("TLS", {"protocol": "HTTPS"})),
    Case(ON_HTTPS, "pass", [res(TARGETS, "targets", targetType="lambda")]),
    Case(ON_HTTPS, "fail", targets("HTTP", {"protocol": "HTTPS"}), "protocol is HTTP, wanted HTTPS or TLS"),
    Case(ON_HTTPS, "fail", targets("HTTPS"), "healthCheck.protocol is HTTP"),
    Case(
        ON_HTTPS,
        "fail",
        [res("alb/targetGroup:TargetGroup", "targets", protocol="HTTP")],
        "protocol is HTTP, wanted HTTPS or TLS",
    ),
    Case(ON_HTTPS, "unknown", targets(UNKNOWN, {"protocol": "HTTPS"})),
    Case(ON_HTTPS, "unknown", targets("HTTPS", {"protocol": UNKNOWN})),
]
