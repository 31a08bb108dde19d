"""The host names, all sections' together: their zone, and each for one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import limits
from settings import derived
from settings.model import Domain, Settings
from settings.problems import Place, Problem, at, found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Host:
    """A host that a record is made for, or a wildcard on a certificate."""

    name: str
    place: Place
    """The setting that names it, or would."""
    what: str
    """What it leads to."""
    about: Sequence[Place] = ()
    """Where it follows from, if not from its own setting."""


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong with the hosts."""
    domain = settings.domain
    if domain is None:
        return
    if (domain.zone_id is None) == (domain.zone is None) and not derived.shares(settings, "zone"):
        yield at(
            ["domain"],
            "give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both",
            ["domain", "zoneId"],
            ["domain", "zone"],
            ["shared", "*"],
        )
    if domain.zone and domain.zone.startswith("*."):
        yield at(["domain", "zone"], f"{limits.short(domain.zone)} stands for many; give the zone's own name")
    yield from found(["domain", "host"], limits.certificate_name(domain.host))
    if (count := 1 + len(domain.alternative_hosts)) > limits.MOST_HOSTS:
        yield at(["domain", "alternativeHosts"], f"{count} hosts on one certificate; ACM takes {limits.MOST_HOSTS}")
    if settings.load_balancer is None:
        yield at(
            ["domain"],
            "there is nothing to point it at: add slipway:loadBalancer",
            ["loadBalancer"],
            ["shared", "parts", "*"],
        )
    hosts = list(_hosts(settings, domain))
    for host in hosts:
        yield from _outside(domain, host)
    yield from _twice(hosts)


def _hosts(settings: Settings, domain: Domain) -> Iterator[_Host]:
    """Yield every host, in the order in which the file has them."""
    yield _Host(name=domain.host, place=["domain", "host"], what="the application")
    for index, name in enumerate(domain.alternative_hosts):
        yield _Host(name=name, place=["domain", "alternativeHosts", index], what="the application")
    if cdn := settings.cdn:
        about = [] if cdn.origin_host else [["domain", "host"]]
        origin = derived.origin_host(cdn, domain)
        yield _Host(name=origin, place=["cdn", "originHost"], what="the load balancer behind CloudFront", about=about)
    given = settings.internal_balancer.hosts if settings.internal_balancer else ()
    for index, name in enumerate(derived.internal_hosts(settings)):
        where: Place = ["internalBalancer", "hosts", *([index] if given else [])]
        about = [] if given else [["domain", "host"]]
        yield _Host(name=name, place=where, what="the internal load balancer", about=about)
    if settings.media and settings.media.cdn and settings.media.cdn.host:
        yield _Host(name=settings.media.cdn.host, place=["media", "cdn", "host"], what="media")


def _outside(domain: Domain, host: _Host) -> Iterator[Problem]:
    """Check that the zone can hold a host: by the zone's name, or by what the host has in common with the first one."""
    name = limits.short(host.name)
    if domain.zone and not limits.inside_zone(host.name, domain.zone):
        yield at(host.place, f"{name} is not inside the zone {domain.zone}", ["domain", "zone"], *host.about)
    elif not domain.zone and not limits.may_share_zone(host.name, domain.host):
        yield at(
            host.place,
            f"{name} cannot be in the zone of {domain.host}, where its record would be made: take a host of that zone",
            ["domain", "host"],
            ["domain", "zone"],
            *host.about,
        )


def _twice(hosts: Sequence[_Host]) -> Iterator[Problem]:
    """Check that each host leads to one thing, and is there once."""
    first: dict[str, _Host] = {}
    for host in hosts:
        other = first.setdefault(host.name, host)
        if other is host:
            continue
        where = Problem(place=other.place, message="").path.removeprefix("slipway:")
        if host.what == other.what:
            yield at(host.place, f"names {limits.short(host.name)} again, as {where} does", other.place)
        else:
            default = ", the default," if host.about else ""
            yield at(
                host.place,
                f"{limits.short(host.name)}{default} already leads to {other.what} ({where}); {host.what} needs a host of its own",
                other.place,
                *host.about,
                *other.about,
            )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    domain = settings.domain
    hosts, usual = 1 + len(domain.alternative_hosts) if domain else 0, 10
    if hosts > usual:
        yield at(
            ["domain", "alternativeHosts"],
            f"{hosts} hosts on one certificate; AWS allows an account {usual} until it is asked for more",
        )
