"""Load balancers."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.network import spans_two_zones
from policy.topology import LOAD_BALANCER, Topology
from policy.values import UNKNOWN

LISTENER: Final = "aws:lb/listener:Listener"

_POLICY_NAME: Final = r"ELBSecurityPolicy-[A-Za-z0-9-]{1,40}"
_MODERN_POLICY: Final = (
    "ELBSecurityPolicy-TLS13-1-2-",
    "ELBSecurityPolicy-TLS13-1-3-",
    "ELBSecurityPolicy-TLS-1-2-",
    "ELBSecurityPolicy-FS-1-2-",
)
_ACTION: Final = "forward|fixed-response|redirect|authenticate-oidc|authenticate-cognito|jwt-validation"


@resource_rule("load-balancer-deletion-protected", LOAD_BALANCER)
def deletion_protected(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """The balancer's address is what the world knows."""
    fix = "enable_deletion_protection=True"
    yield from balancer.must_be("enableDeletionProtection", wanted=True, fix=fix)


@resource_rule("load-balancer-tls-policy", LISTENER)
def tls_policy(listener: Resource, _config: Config) -> Iterator[Finding]:
    """TLS 1.2 or newer. Without a policy AWS takes one of 2016 that accepts TLS 1.0."""
    if listener.text("protocol") not in ("HTTPS", "TLS", UNKNOWN):
        return
    policy = listener.text("sslPolicy")
    if policy is UNKNOWN or listener.text("protocol") is UNKNOWN:
        yield listener.undecided("sslPolicy is not known yet")
    elif not policy.startswith(_MODERN_POLICY):
        yield listener.fails(
            f"sslPolicy is {values.show(policy, _POLICY_NAME)}, wanted TLS 1.2 or newer",
            fix='ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06"',
        )


@resource_rule("load-balancer-http-redirects", LISTENER)
def http_redirects(listener: Resource, _config: Config) -> Iterator[Finding]:
    """A listener on plain HTTP does nothing but send the visitor to HTTPS."""
    protocol = listener.text("protocol")
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


@stack_rule("load-balancer-spans-zones", LOAD_BALANCER)
def spans_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A balancer in one zone goes down with it."""
    topology = Topology(graph)
    for balancer in graph.of(LOAD_BALANCER):
        path = "subnets" if balancer.has("subnets") else "subnetMappings.*.subnetId"
        yield from spans_two_zones(graph, topology, balancer, path)
