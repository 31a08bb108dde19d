"""The certificates, and the hosts on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from components.certificate import CertificateArgs
from settings import Settings, derived, model
from wiring.context import CLOUDFRONT_REGION, StackContext

BALANCER_CERTIFICATE: Final = "certificate"
INTERNAL_CERTIFICATE: Final = "internal-certificate"
CDN_CERTIFICATE: Final = "cdn-certificate"
MEDIA_CERTIFICATE: Final = "media-certificate"


def args(context: StackContext) -> Mapping[str, CertificateArgs]:
    """Return the arguments of every certificate that is made, by its component's name; CloudFront takes its own from us-east-1."""
    settings, domain = context.settings, context.settings.domain
    if domain is None:
        return {}
    wanted: dict[str, tuple[Sequence[str], str | None]] = {}
    if not (settings.load_balancer and settings.load_balancer.certificate_arn):
        wanted[BALANCER_CERTIFICATE] = (balancer_hosts(settings, domain), None)
    if settings.internal_balancer and not settings.internal_balancer.certificate_arn:
        wanted[INTERNAL_CERTIFICATE] = (derived.internal_hosts(settings), None)
    if settings.cdn and not settings.cdn.certificate_arn:
        wanted[CDN_CERTIFICATE] = (public_hosts(domain), CLOUDFRONT_REGION)
    if host := media_host(settings):
        wanted[MEDIA_CERTIFICATE] = ((host,), CLOUDFRONT_REGION)
    return {
        name: CertificateArgs(domain=hosts[0], alternative_names=hosts[1:], zone_id=context.zone_id, region=region)
        for name, (hosts, region) in wanted.items()
    }


def public_hosts(domain: model.Domain) -> Sequence[str]:
    """Return the hosts that people use."""
    return (domain.host, *domain.alternative_hosts)


def balancer_hosts(settings: Settings, domain: model.Domain) -> Sequence[str]:
    """Return the hosts on the load balancer's certificate: the public ones, or the origin's behind CloudFront."""
    return (derived.origin_host(settings.cdn, domain),) if settings.cdn else public_hosts(domain)


def media_host(settings: Settings) -> str | None:
    """Return the host of the media bucket's CloudFront; None where it has none, or CloudFront's own."""
    cdn = settings.media.cdn if settings.media else None
    return cdn.host if cdn else None
