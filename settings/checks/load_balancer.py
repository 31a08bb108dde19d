"""The load balancer: its certificate and its firewall."""

from __future__ import annotations

from collections.abc import Iterator

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
