"""The host names and their zone."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Settings
from settings.problems import Place, Problem, at, found


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    hosts, usual = 1 + len(settings.domain.alternative_hosts) if settings.domain else 0, 10
    if hosts > usual:
        yield at(
            ["domain", "alternativeHosts"],
            f"{hosts} hosts on one certificate; AWS allows an account {usual} until it is asked for more",
        )


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    domain = settings.domain
    if domain is None:
        return
    if (domain.zone_id is None) == (domain.zone is None):
        yield at(
            ["domain"],
            "give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both",
            ["domain", "zoneId"],
            ["domain", "zone"],
        )
    yield from found(["domain", "host"], limits.certificate_name(domain.host))
    hosts: list[tuple[Place, str]] = [(["domain", "host"], domain.host)]
    hosts += [(["domain", "alternativeHosts", n], host) for n, host in enumerate(domain.alternative_hosts)]
    for place, host in hosts:
        if domain.zone and not inside(host, domain.zone):
            yield at(place, f"{limits.short(host)} is not inside the zone {domain.zone}", ["domain", "zone"])
    if len({host for _, host in hosts}) < len(hosts):
        yield at(
            ["domain", "alternativeHosts"],
            "names a host twice, or domain.host again",
            ["domain", "alternativeHosts", "*"],
            ["domain", "host"],
        )
    if settings.load_balancer is None:
        yield at(["domain"], "there is nothing to point it at: add slipway:loadBalancer", ["loadBalancer"])


def inside(host: str, zone: str) -> bool:
    """Tell whether a host, or a wildcard for hosts, is in a zone."""
    return f".{host.removeprefix('*.')}".endswith(f".{zone}")
