"""The load balancer: its certificate and its firewall."""

from __future__ import annotations

from collections.abc import Iterator

from limits import quotas
from settings.checks import web_acl
from settings.model import Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong with the load balancer."""
    domain, balancer = settings.domain, settings.load_balancer
    if balancer is None:
        return
    if not domain and not balancer.certificate_arn:
        yield at(
            ["loadBalancer"],
            "it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn",
            ["domain"],
            ["loadBalancer", "certificateArn"],
        )
    if domain and balancer.certificate_arn:
        yield at(
            ["loadBalancer", "certificateArn"],
            "the domain brings a certificate of its own: leave certificateArn out",
            ["domain"],
        )
    if balancer.certificate_arn and (region := balancer.certificate_arn.split(":")[3]) != settings.aws.region:
        yield at(
            ["loadBalancer", "certificateArn"],
            f"the certificate is in {region}; a load balancer in {settings.aws.region} takes those of its own region",
            ["aws", "region"],
        )
    if settings.cdn and balancer.waf:
        yield at(
            ["loadBalancer", "waf"],
            "behind CloudFront its rate limit would count CloudFront's own addresses: give cdn.waf instead",
            ["cdn"],
        )
    if balancer.waf:
        yield from web_acl.problems(["loadBalancer", "waf"], balancer.waf)
    yield from _target_groups(settings)


def _target_groups(settings: Settings) -> Iterator[Problem]:
    """Check that the balancer can lead to every service with a route; a blue/green one needs two groups."""
    routed = [service for service in settings.services.values() if service.route]
    groups = len(routed) + sum(service.deployment.strategy != "rolling" for service in routed)
    if groups > (most := quotas.TARGET_GROUPS_PER_BALANCER):
        yield at(
            ["services"],
            f"{len(routed)} services with a route need {groups} target groups; a load balancer takes {most}: split them over two stacks",
            ["services", "*"],
        )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what an account's usual quotas do not allow."""
    if settings.load_balancer is None:
        return
    rules = sum(service.route is not None and not service.route.default for service in settings.services.values())
    if rules > (usual := quotas.USUAL_RULES_PER_BALANCER):
        yield at(
            ["services"],
            f"{rules} rules of the load balancer; AWS allows an account {usual} until it is asked for more",
        )
