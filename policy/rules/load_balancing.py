"""Load balancers: what they listen to, pass on and log, where they stand, and what stands before them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.cdn import CERTIFICATE, CERTIFICATE_VALIDATION
from policy.rules.network import spans_two_zones
from policy.rules.storage import DISTRIBUTION
from policy.topology import (
    CLASSIC_BALANCER,
    DEFAULT_GROUP,
    GROUP,
    LOAD_BALANCER,
    SUBNET,
    Topology,
    faces_world,
    ingresses,
)
from policy.values import UNKNOWN, Answer, Unknown

FIREWALL: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
FIREWALL_CLASSIC: Final = "aws:wafregional/webAclAssociation:WebAclAssociation"
LISTENER: Final = "aws:lb/listener:Listener"
LISTENER_CERTIFICATE: Final = "aws:lb/listenerCertificate:ListenerCertificate"
LISTENER_RULE: Final = "aws:lb/listenerRule:ListenerRule"
RECORD: Final = "aws:route53/record:Record"
SERVER_CERTIFICATE: Final = "aws:iam/serverCertificate:ServerCertificate"
TARGET_GROUP: Final = "aws:lb/targetGroup:TargetGroup"

_POLICY_NAME: Final = r"ELBSecurityPolicy-[A-Za-z0-9-]{1,40}"
_MODERN_POLICY: Final = (
    "ELBSecurityPolicy-TLS13-1-2-",
    "ELBSecurityPolicy-TLS13-1-3-",
    "ELBSecurityPolicy-TLS-1-2-",
    "ELBSecurityPolicy-FS-1-2-",
)
_ACTION: Final = "forward|fixed-response|redirect|authenticate-oidc|authenticate-cognito|jwt-validation"
_PROTOCOL: Final = "HTTP|HTTPS|TCP|TLS|UDP|TCP_UDP|QUIC|TCP_QUIC|GENEVE"
_ENCRYPTED: Final = ("HTTPS", "TLS", "QUIC")


def _is_application(balancer: Resource) -> Answer:
    kind = balancer.text("loadBalancerType", default="application")
    return kind if kind is UNKNOWN else kind == "application"


def _faces_internet(balancer: Resource) -> Answer:
    internal = balancer.flag("internal")
    return internal if internal is UNKNOWN else not internal


def _capitals(word: str | Unknown) -> str | Unknown:
    """A protocol as AWS writes it; programs may write it in any letter case."""
    return word if word is UNKNOWN else word.upper()


def _protocol(listener: Resource) -> str | Unknown:
    """What a listener speaks. One that names a port alone is an application load balancer's, for which HTTP is the default."""
    return _capitals(listener.text("protocol", default="HTTP" if listener.has("port") else ""))


def _entrances(balancer: Resource) -> Iterator[tuple[str | Unknown, float | Unknown]]:
    """The protocol and port of each listener of a classic load balancer."""
    for listener in values.items(balancer.get("listeners")):
        protocol = values.text(values.at(listener, "lbProtocol"))
        yield _capitals(protocol), values.number(values.at(listener, "lbPort"), default=0)


def _application_must(balancer: Resource, answer: Answer, what: str, *, about: str, fix: str) -> Iterator[Finding]:
    """Findings about what only application load balancers have."""
    if answer is not True and (applies := _is_application(balancer)) is not False:
        yield from balancer.must_hold(UNKNOWN if applies is UNKNOWN else answer, what, about=about, fix=fix)


def _logs_to(balancer: Resource, path: str) -> Answer:
    """Whether a block of settings switches a log on; its bucket may be anything."""
    block = balancer.get(path)
    if block is UNKNOWN:
        return UNKNOWN
    enabled = values.flag(values.at(block, "enabled"), default=balancer.type == CLASSIC_BALANCER)
    return enabled if values.at(block, "bucket") else False


@resource_rule("load-balancer-deletion-protected", LOAD_BALANCER)
def deletion_protected(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """The balancer's address is what the world knows."""
    fix = "enable_deletion_protection=True"
    yield from balancer.must_be("enableDeletionProtection", wanted=True, fix=fix)


@resource_rule("load-balancer-tls-policy", LISTENER)
def tls_policy(listener: Resource, _config: Config) -> Iterator[Finding]:
    """TLS 1.2 or newer. Without a policy AWS takes one of 2016 that accepts TLS 1.0."""
    protocol = _capitals(listener.text("protocol"))
    if protocol not in ("HTTPS", "TLS", UNKNOWN):
        return
    policy = listener.text("sslPolicy")
    if UNKNOWN in (policy, protocol):
        yield listener.undecided("sslPolicy is not known yet")
    elif not str(policy).startswith(_MODERN_POLICY):
        yield listener.fails(
            f"sslPolicy is {values.show(policy, _POLICY_NAME)}, wanted TLS 1.2 or newer",
            fix='ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06"',
        )


@resource_rule("load-balancer-http-redirects", LISTENER, CLASSIC_BALANCER)
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
        yield listener.undecided("protocol is not known yet")
    if protocol != "HTTP":
        return
    for action in values.items(listener.get("defaultActions")):
        kind = values.text(values.at(action, "type"))
        target = values.text(values.at(action, "redirect.protocol"), default="HTTP")
        if kind == "redirect" and target == "HTTPS":
            continue
        if kind is UNKNOWN or (kind == "redirect" and target is UNKNOWN):
            yield listener.undecided("defaultActions are not known yet")
        else:
            yield listener.fails(
                f"defaultActions of an HTTP listener is {values.show(kind, _ACTION)}, wanted a redirect to HTTPS",
                fix='{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}}',
            )


@stack_rule("load-balancer-spans-zones", LOAD_BALANCER, CLASSIC_BALANCER)
def spans_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A balancer in one zone goes down with it."""
    topology = Topology(graph)
    for balancer in (item.written for item in graph.of(LOAD_BALANCER, CLASSIC_BALANCER)):
        path = "subnets" if balancer.has("subnets") else "subnetMappings.*.subnetId"
        if balancer.type == CLASSIC_BALANCER and not balancer.has("subnets"):
            zones = values.items(balancer.get("availabilityZones"))
            yield from balancer.must_hold(
                len(set(values.strings(zones))) > 1 or (UNKNOWN if UNKNOWN in zones else False),
                "availabilityZones names fewer than two zones",
                about="availabilityZones",
                fix="a subnet of each of two availability zones",
            )
        else:
            yield from spans_two_zones(graph, topology, balancer, path)


@stack_rule("load-balancer-rules-redirect", LISTENER_RULE)
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
    "network-load-balancer-on-tls",
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


@stack_rule("load-balancer-certificate-of-acm", LISTENER, LISTENER_CERTIFICATE)
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


@resource_rule("load-balancer-drops-invalid-headers", LOAD_BALANCER)
def drops_invalid_headers(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Two servers that read a broken header differently can be played against each other."""
    yield from _application_must(
        balancer,
        balancer.flag("dropInvalidHeaderFields"),
        "dropInvalidHeaderFields is false, wanted true",
        about="dropInvalidHeaderFields",
        fix="drop_invalid_header_fields=True",
    )


@resource_rule("load-balancer-desync-mitigated", LOAD_BALANCER, CLASSIC_BALANCER)
def desync_mitigated(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Ambiguous requests are closed off after the first (defensive, the default) or refused (strictest)."""
    mode = balancer.text("desyncMitigationMode", default="defensive")
    yield from _application_must(
        balancer,
        mode if mode is UNKNOWN else mode in ("defensive", "strictest"),
        f"desyncMitigationMode is {values.show(mode, 'monitor')}, wanted defensive or strictest",
        about="desyncMitigationMode",
        fix='desync_mitigation_mode="defensive", or leave it out',
    )


@resource_rule("load-balancer-firewall-fails-closed", LOAD_BALANCER)
def firewall_fails_closed(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """What the firewall cannot judge does not pass."""
    fix = "enable_waf_fail_open=False, the default"
    yield from balancer.must_be("enableWafFailOpen", wanted=False, fix=fix)


@resource_rule("load-balancer-access-logged", LOAD_BALANCER, CLASSIC_BALANCER)
def access_logged(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Network load balancers log TLS connections only, so most have nothing to log."""
    yield from _application_must(
        balancer,
        _logs_to(balancer, "accessLogs"),
        "accessLogs is not enabled, or has no bucket",
        about="accessLogs",
        fix='access_logs={"enabled": True, "bucket": bucket.bucket}',
    )


@resource_rule("load-balancer-connections-logged", LOAD_BALANCER)
def connections_logged(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Tells which clients fail to agree on TLS, and who connects without ever asking."""
    yield from _application_must(
        balancer,
        _logs_to(balancer, "connectionLogs"),
        "connectionLogs is not enabled, or has no bucket",
        about="connectionLogs",
        fix='connection_logs={"enabled": True, "bucket": bucket.bucket}',
    )


@resource_rule("load-balancer-targets-on-https", TARGET_GROUP)
def targets_on_https(group: Resource, _config: Config) -> Iterator[Finding]:
    """Requests and health checks. Functions and other load balancers are asked in ways of their own."""
    kind = group.text("targetType", default="instance")
    protocol = _capitals(group.text("protocol"))
    if kind in ("lambda", "alb") or protocol in ("UDP", "GENEVE"):
        return
    usual = "HTTP" if protocol in ("HTTP", "HTTPS") else "TCP"
    check = _capitals(group.text("healthCheck.protocol", default=usual))
    for path, seen in (("protocol", protocol), ("healthCheck.protocol", check)):
        yield from group.must_hold(
            UNKNOWN if UNKNOWN in (kind, protocol, seen) else seen in _ENCRYPTED,
            f"{path} is {values.show(seen, _PROTOCOL)}, wanted HTTPS or TLS",
            about=path,
            fix='protocol="HTTPS", health_check={"protocol": "HTTPS", ...}',
        )


@resource_rule("load-balancer-health-checks-set", TARGET_GROUP)
def health_checks_set(group: Resource, _config: Config) -> Iterator[Finding]:
    """Where requests are HTTP, a path that tells more than ``/``; for anything else AWS asks whether the port is open."""
    kind, protocol, check = group.text("targetType"), _capitals(group.text("protocol")), group.get("healthCheck")
    if kind == "lambda":
        return
    fix = 'health_check={"path": "/health", ...}'
    if check is UNKNOWN:
        yield group.undecided("healthCheck is not known yet")
        return
    enabled = values.flag(values.at(check, "enabled"), default=True)
    if enabled is not True:
        yield from group.must_hold(
            UNKNOWN if kind is UNKNOWN else enabled, "healthCheck.enabled is false", about="healthCheck", fix=fix
        )
    elif protocol in ("HTTP", "HTTPS", UNKNOWN) and not values.at(check, "path"):
        yield from group.must_hold(
            UNKNOWN if UNKNOWN in (kind, protocol) else False,
            "healthCheck.path is not set, so / decides who gets requests",
            about="its protocol",
            fix=fix,
        )


@stack_rule("load-balancer-in-matching-subnets", LOAD_BALANCER)
def in_matching_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Facing the internet: in subnets with a route to it. Internal: in subnets without."""
    topology = Topology(graph)
    for balancer in graph.of(LOAD_BALANCER):
        path = "subnets" if balancer.has("subnets") else "subnetMappings.*.subnetId"
        chosen = graph.refers(balancer, path, SUBNET)
        outward = _faces_internet(balancer)
        unwanted = Verdict.HOLDS if outward else Verdict.FAIL
        reaches = [(subnet, topology.subnet(subnet)) for subnet in chosen.found]
        wrong = [(subnet, reach) for subnet, reach in reaches if reach.verdict is unwanted]
        if outward is UNKNOWN:
            yield balancer.undecided("internal is not known yet")
        elif wrong and (chosen.exact or len(wrong) == len(reaches)):
            subnet, reach = wrong[0]
            seen = f"subnet {subnet.name} has no route to an internet gateway" if outward else reach.why
            what = "it faces the internet" if outward else "it is internal"
            yield balancer.fails(
                f"{what}, and {seen}", fix="public subnets for internal=False, private ones for internal=True"
            )
        elif wrong or not chosen.certain or any(reach.verdict is Verdict.UNDECIDED for _, reach in reaches):
            yield balancer.undecided("whether its subnets lead to the internet is not known yet")


@stack_rule("load-balancer-behind-firewall", LOAD_BALANCER)
def behind_firewall(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Its own web ACL. Behind CloudFront that is the distribution's: cdn-behind-firewall."""
    fronted, _ = _behind_cdn(graph)
    for balancer in graph.of(LOAD_BALANCER):
        outward, application = _faces_internet(balancer), _is_application(balancer)
        if outward is False or application is False or balancer.urn in fronted:
            continue
        firewalls, vague = graph.companions(balancer, "resourceArn", FIREWALL, FIREWALL_CLASSIC)
        if not firewalls:
            yield from balancer.must_hold(
                UNKNOWN if vague or UNKNOWN in (outward, application) else False,
                "it faces the internet without a web ACL",
                about="whether it has a web ACL",
                fix="an aws.wafv2.WebAclAssociation with resource_arn=balancer.arn",
            )


@stack_rule("load-balancer-behind-cdn-only", LOAD_BALANCER)
def behind_cdn_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """An origin that everybody reaches is a way round CloudFront, its firewall and its limits."""
    fronted, vague = _behind_cdn(graph)
    for balancer in graph.of(LOAD_BALANCER):
        outward = _faces_internet(balancer)
        if outward is False or not (balancer.urn in fronted or vague) or not balancer.written.has("securityGroups"):
            continue
        chosen = graph.refers(balancer, "securityGroups", GROUP, DEFAULT_GROUP)
        groups = {group.urn for group in chosen.found}
        open_: list[Answer] = [] if chosen.certain else [UNKNOWN]
        for way in ingresses(graph):
            if not way.groups.found or not groups.isdisjoint(group.urn for group in way.groups.found):
                world = values.some(UNKNOWN if cidr is UNKNOWN else faces_world(cidr) for cidr in way.cidrs)
                sure = way.groups.certain and chosen.exact
                open_.append(world if sure and not way.unread else UNKNOWN if world or way.unread else False)
        exposed = values.some(open_)
        if exposed:
            yield from balancer.must_hold(
                UNKNOWN if UNKNOWN in (exposed, outward) or balancer.urn not in fronted else False,
                "its security group lets in the internet, wanted CloudFront's prefix list alone",
                about="whom it lets in besides CloudFront",
                fix="prefix_list_id of com.amazonaws.global.cloudfront.origin-facing, or internal=True and a VPC origin",
            )


def _behind_cdn(graph: Graph) -> tuple[set[str], bool]:
    """The balancers that distributions have as origins, by URN, and whether there may be others.

    An origin names the balancer's address, or a DNS record that leads to it.
    """
    found: set[str] = set()
    vague = False
    for distribution in graph.of(DISTRIBUTION):
        hosts = {values.text(values.at(origin, "domainName")) for origin in values.items(distribution.get("origins"))}
        names = {host.rstrip(".").lower() for host in hosts if host is not UNKNOWN}
        direct = graph.refers(distribution, "origins", LOAD_BALANCER).found
        found |= {balancer.urn for balancer in direct}
        found |= {
            balancer.urn for balancer in graph.of(LOAD_BALANCER) if balancer.text("dnsName") in hosts - {UNKNOWN, ""}
        }
        vague = vague or (UNKNOWN in hosts and not distribution.dependencies.get("origins"))
        linked = {record.urn for record in graph.refers(distribution, "origins", RECORD).found}
        for record in graph.of(RECORD):
            name = record.text("name")
            path = "aliases" if record.has("aliases") else "records"
            if record.urn not in linked and name is not UNKNOWN and name.rstrip(".").lower() not in names:
                continue
            behind = graph.refers(record, path, LOAD_BALANCER).found
            if name is not UNKNOWN or record.urn in linked:
                found |= {balancer.urn for balancer in behind}
            lost = values.has_unknown(record.get(path)) and not record.dependencies.get(path)
            vague = vague or lost or (name is UNKNOWN and bool(behind))
    return found, vague
