"""TLS of load balancers: what they listen to, and where they send it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.common import tls
from policy.control import EVERYWHERE, HUB, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.cdn_delivery import CERTIFICATE, CERTIFICATE_VALIDATION
from policy.rules.load_balancer import TARGET_GROUP, capitals
from policy.topology import CLASSIC_BALANCER
from policy.values import UNKNOWN, Answer, Unknown

LISTENER: Final = "aws:lb/listener:Listener"


LISTENER_CERTIFICATE: Final = "aws:lb/listenerCertificate:ListenerCertificate"


LISTENER_RULE: Final = "aws:lb/listenerRule:ListenerRule"


SERVER_CERTIFICATE: Final = "aws:iam/serverCertificate:ServerCertificate"


_POLICY_NAME: Final = r"ELBSecurityPolicy-[A-Za-z0-9-]{1,40}"


_ACTION: Final = "forward|fixed-response|redirect|authenticate-oidc|authenticate-cognito|jwt-validation"


_PROTOCOL: Final = "HTTP|HTTPS|TCP|TLS|UDP|TCP_UDP|QUIC|TCP_QUIC|GENEVE"


_ENCRYPTED: Final = ("HTTPS", "TLS", "QUIC")


def _protocol(listener: Resource) -> str | Unknown:
    """What a listener speaks. One that names a port alone is an application load balancer's, for which HTTP is the default."""
    return capitals(listener.text("protocol", default="HTTP" if listener.has("port") else ""))


def _entrances(balancer: Resource) -> Iterator[tuple[str | Unknown, float | Unknown]]:
    """The protocol and port of each listener of a classic load balancer."""
    for listener in values.items(balancer.get("listeners")):
        protocol = values.text(values.at(listener, "lbProtocol"))
        yield capitals(protocol), values.number(values.at(listener, "lbPort"), default=0)


@resource_rule(
    Control(
        name="load-balancer-tls-policy",
        title="Listeners accept TLS 1.2 or newer only",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="The default policy of 2016 still accepts TLS 1.0.",
        remediation='aws.lb.Listener(..., ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06")',
        url=HUB + "elb-controls.html#elb-17",
        fsbp=("ELB.17",),
        nist=("SC-8", "SC-13"),
        checkov=("CKV_AWS_103", "CKV2_AWS_74"),
        prowler=("elbv2_insecure_ssl_ciphers",),
    ),
    LISTENER,
)
def tls_policy(listener: Resource, _config: Config) -> Iterator[Finding]:
    """TLS 1.2 or newer. Without a policy AWS takes one of 2016 that accepts TLS 1.0."""
    protocol = capitals(listener.text("protocol"))
    if protocol not in ("HTTPS", "TLS", UNKNOWN):
        return
    policy = listener.text("sslPolicy")
    if UNKNOWN in (policy, protocol):
        yield listener.unknown("sslPolicy is not known yet")
    elif not tls.is_modern(tls.load_balancer_oldest(str(policy))):
        yield listener.fails(
            f"sslPolicy is {values.show(policy, _POLICY_NAME)}, wanted TLS 1.2 or newer",
            fix='ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06"',
        )


@resource_rule(
    Control(
        name="load-balancer-http-redirects",
        title="HTTP listeners only redirect to HTTPS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Whatever else a plain listener answers travels in clear.",
        remediation='default_actions=[{"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}]',
        url=HUB + "elb-controls.html#elb-1",
        fsbp=("ELB.1", "ELB.3", "ELB.18"),
        nist=("SC-8",),
        checkov=("CKV_AWS_2", "CKV2_AWS_20"),
        prowler=("elbv2_ssl_listeners", "elb_ssl_listeners"),
        cdk_nag=("ALBHttpToHttpsRedirection", "ELBTlsHttpsListenersOnly"),
    ),
    LISTENER,
    CLASSIC_BALANCER,
)
def http_redirects(listener: Resource, _config: Config) -> Iterator[Finding]:
    """A listener on plain HTTP does nothing but send the visitor to HTTPS. A classic load balancer cannot even do that."""
    if listener.type == CLASSIC_BALANCER:
        plain = values.some(
            protocol if protocol is UNKNOWN else protocol == "HTTP" for protocol, _ in _entrances(listener)
        )
        yield from listener.must_hold(
            values.negated(plain),
            "listeners has one with lbProtocol http, which a classic load balancer cannot redirect",
            about="lbProtocol of its listeners",
            fix="an application load balancer, or listeners with lb_protocol https alone",
        )
        return
    protocol = _protocol(listener)
    if protocol is UNKNOWN:
        yield listener.unknown("protocol is not known yet")
    if protocol != "HTTP":
        return
    for action in values.items(listener.get("defaultActions")):
        kind = values.text(values.at(action, "type"))
        target = values.text(values.at(action, "redirect.protocol"), default="HTTP")
        if kind == "redirect" and target == "HTTPS":
            continue
        if kind is UNKNOWN or (kind == "redirect" and target is UNKNOWN):
            yield listener.unknown("defaultActions are not known yet")
        else:
            yield listener.fails(
                f"defaultActions of an HTTP listener is {values.show(kind, _ACTION)}, wanted a redirect to HTTPS",
                fix='{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}}',
            )


@stack_rule(
    Control(
        name="load-balancer-rules-redirect",
        title="Rules of HTTP listeners forward nothing",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="A rule comes before the listener's redirect, so what it forwards travels in clear.",
        remediation="aws.lb.ListenerRule(..., listener_arn=<the HTTPS listener>.arn)",
        url=HUB + "elb-controls.html#elb-18",
        fsbp=("ELB.18",),
        nist=("SC-8",),
        checkov=("CKV_AWS_2",),
        prowler=("elbv2_ssl_listeners",),
    ),
    LISTENER_RULE,
)
def rules_redirect(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A rule comes before its listener's default action, and undoes a redirect there."""
    for rule in graph.of(LISTENER_RULE):
        kinds = {values.text(values.at(action, "type")) for action in values.items(rule.get("actions"))}
        if not kinds & {"forward", UNKNOWN}:
            continue
        chosen = graph.refers(rule, "listenerArn", LISTENER)
        protocols = {_protocol(listener) for listener in chosen.found}
        clear: Answer = "HTTP" in protocols if chosen.certain and UNKNOWN not in protocols else UNKNOWN
        if clear is not False:
            yield from rule.must_hold(
                False if clear is True and "forward" in kinds else UNKNOWN,
                "actions forwards what came to an HTTP listener, wanted a rule of an HTTPS listener",
                about="whether it forwards what came in clear",
                fix="listener_arn=<the HTTPS listener>.arn",
            )


@stack_rule(
    Control(
        name="network-load-balancer-on-tls",
        title="Network load balancers listen on TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="What comes in on plain TCP may travel in clear. Ports where TLS is passed through are exempt. Parameter: passThroughPorts.",
        remediation='aws.lb.Listener(..., protocol="TLS", certificate_arn=certificate.arn)',
        url=HUB + "elb-controls.html#elb-18",
        fsbp=("ELB.18",),
        nist=("SC-8",),
        checkov=("CKV_AWS_2",),
        prowler=("elbv2_ssl_listeners",),
    ),
    LISTENER,
    CLASSIC_BALANCER,
    passThroughPorts=Parameter(
        {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}}, [443, 8443]
    ),
)
def network_on_tls(graph: Graph, config: Config) -> Iterator[Finding]:
    """TLS ends at the balancer, is passed through on the usual ports, or is an application load balancer's that comes next."""
    exempt = config.numbers("passThroughPorts")
    for listener in graph.of(LISTENER):
        targets = graph.refers(listener, "defaultActions", TARGET_GROUP).found
        if not any(target.text("targetType") == "alb" for target in targets):
            yield from _on_tls(listener, _protocol(listener), listener.number("port"), exempt)
    for balancer in graph.of(CLASSIC_BALANCER):
        for protocol, port in _entrances(balancer):
            yield from _on_tls(balancer, protocol, port, exempt)


def _on_tls(
    resource: Resource, protocol: str | Unknown, port: float | Unknown, exempt: Sequence[int]
) -> Iterator[Finding]:
    if port not in exempt and protocol in ("TCP", "TCP_UDP", UNKNOWN):
        yield from resource.must_hold(
            UNKNOWN if UNKNOWN in (protocol, port) else False,
            f"protocol is {values.show(protocol, _PROTOCOL)} on port {values.show(port)}, wanted TLS",
            about="what it listens to",
            fix='protocol="TLS", ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06", certificate_arn=certificate.arn',
        )


@stack_rule(
    Control(
        name="load-balancer-certificate-of-acm",
        title="Listeners have certificates of ACM",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="What was uploaded to IAM is renewed by hand, or ends in an outage.",
        remediation="aws.lb.Listener(..., certificate_arn=certificate.arn)",
        url="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
        nist=("SC-12", "SC-17"),
        cdk_nag=("ELBv2ACMCertificateRequired",),
    ),
    LISTENER,
    LISTENER_CERTIFICATE,
)
def certificate_of_acm(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Certificates that were uploaded to IAM are renewed by hand, or not."""
    fix = "certificate_arn=certificate.arn of an aws.acm.Certificate"
    for holder in graph.of(LISTENER, LISTENER_CERTIFICATE):
        protocol = "TLS" if holder.type == LISTENER_CERTIFICATE else _protocol(holder)
        if protocol not in ("HTTPS", "TLS", UNKNOWN):
            continue
        if not holder.has("certificateArn"):
            secure: Answer = UNKNOWN if protocol is UNKNOWN else False
            yield from holder.must_hold(secure, "certificateArn is not set", about="protocol", fix=fix)
            continue
        arn = holder.text("certificateArn")
        sources = graph.refers(holder, "certificateArn", CERTIFICATE, CERTIFICATE_VALIDATION, SERVER_CERTIFICATE)
        kinds = {item.type for item in sources.found}
        by_arn = arn is not UNKNOWN and re.match(r"arn:[a-z-]+:iam:", arn) is not None
        uploaded = by_arn or kinds == {SERVER_CERTIFICATE}
        if uploaded or (arn is UNKNOWN and (not kinds or SERVER_CERTIFICATE in kinds)):
            yield from holder.must_hold(
                False if uploaded and protocol is not UNKNOWN else UNKNOWN,
                "certificateArn names a certificate that was uploaded to IAM, wanted one of ACM",
                about="where certificateArn comes from",
                fix=fix,
            )


@resource_rule(
    Control(
        name="load-balancer-targets-on-https",
        title="Load balancers speak TLS with their targets",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="For data that may not cross one's own network in clear; every container then needs a certificate.",
        remediation='aws.lb.TargetGroup(..., protocol="HTTPS", health_check={"protocol": "HTTPS", ...})',
        url=HUB + "elb-controls.html#elb-22",
        fsbp=("ELB.21", "ELB.22"),
        nist=("SC-8",),
        checkov=("CKV_AWS_378",),
    ),
    TARGET_GROUP,
)
def targets_on_https(group: Resource, _config: Config) -> Iterator[Finding]:
    """Requests and health checks. Functions and other load balancers are asked in ways of their own."""
    kind = group.text("targetType", default="instance")
    protocol = capitals(group.text("protocol"))
    if kind in ("lambda", "alb") or protocol in ("UDP", "GENEVE"):
        return
    usual = "HTTP" if protocol in ("HTTP", "HTTPS") else "TCP"
    check = capitals(group.text("healthCheck.protocol", default=usual))
    for path, seen in (("protocol", protocol), ("healthCheck.protocol", check)):
        yield from group.must_hold(
            UNKNOWN if UNKNOWN in (kind, protocol, seen) else seen in _ENCRYPTED,
            f"{path} is {values.show(seen, _PROTOCOL)}, wanted HTTPS or TLS",
            about=path,
            fix='protocol="HTTPS", health_check={"protocol": "HTTPS", ...}',
        )
