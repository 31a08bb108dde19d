"""The internal load balancer: its names and certificate, who reaches it, and that somebody answers."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings import derived
from settings.model import InternalBalancer, Settings
from settings.problems import Place, Problem, at, found

_PLACE: Place = ["internalBalancer"]
_SOURCES: Place = [*_PLACE, "sources"]


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    balancer = settings.internal_balancer
    if balancer is None:
        return
    if settings.load_balancer is None or settings.load_balancer.internal:
        yield at(
            _PLACE,
            "is a second one, beside a load balancer that faces the internet: a stack with one alone says loadBalancer: {internal: true}",
            ["loadBalancer"],
            ["loadBalancer", "internal"],
        )
    other = settings.load_balancer.name if settings.load_balancer else None
    if balancer.name and other and balancer.name.lower() == other.lower():
        yield at(
            [*_PLACE, "name"],
            f"{balancer.name!r} is what the other load balancer is called: AWS takes a name once, so choose another",
            ["loadBalancer", "name"],
        )
    yield from _names(settings, balancer)
    yield from found(_SOURCES, limits.internal_sources(balancer.sources), [*_SOURCES, "*"])


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is paid for nothing."""
    balancer, services = settings.internal_balancer, settings.services.values()
    if balancer is None:
        return
    if not any(derived.inside(service) for service in services):
        yield at(
            _PLACE, "leads to no service: give one a route through it, as {through: internalBalancer, default: true}"
        )
    if not balancer.sources and not any("internalBalancer" in service.uses for service in services):
        yield at(_PLACE, "nobody reaches it: give sources, or name it in the uses of the services that do")


def _names(settings: Settings, balancer: InternalBalancer) -> Iterator[Problem]:
    """Check that it has a certificate, and a name on it."""
    arn, place = balancer.certificate_arn, [*_PLACE, "certificateArn"]
    if settings.domain is None and not (arn and balancer.hosts):
        yield at(
            _PLACE,
            "it serves HTTPS, under a name: add slipway:domain, or give certificateArn and hosts",
            ["domain"],
            place,
            [*_PLACE, "hosts"],
        )
    if arn and (region := arn.split(":")[3]) != settings.aws.region:
        yield at(
            place,
            f"the certificate is in {region}; a load balancer in {settings.aws.region} takes those of its own region",
            ["aws", "region"],
        )
    hosts = derived.internal_hosts(settings)
    if hosts:
        first: Place = [*_PLACE, "hosts", *([0] if balancer.hosts else [])]
        yield from found(first, limits.certificate_name(hosts[0]), ["domain", "host"])
        if hosts[0].startswith("*."):
            yield at(
                first, f"{limits.short(hosts[0])} is many hosts; name one to be called by first", ["domain", "host"]
            )
    if len(hosts) > limits.MOST_HOSTS:
        yield at([*_PLACE, "hosts"], f"{len(hosts)} hosts on one certificate; ACM takes {limits.MOST_HOSTS}")
