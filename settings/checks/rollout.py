"""What is asked after an update: there is a public address to ask, and enough time."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings import derived
from settings.model import Service, Settings, Smoke
from settings.problems import Place, Problem, at

_REDIRECTS = range(300, 400)


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    for key, service in settings.services.items():
        deployment, place = service.deployment, ["services", key, "deployment"]
        takes = derived.deployment_minutes(deployment)
        if deployment.verify and takes and deployment.verify_minutes <= takes:
            yield at(
                [*place, "verifyMinutes"],
                f"{deployment.verify_minutes} minutes end before {deployment.strategy} can, after {takes}; give at least {takes + 15}",
                *([*place, name] for name in ("bakeMinutes", "stepMinutes", "stepPercent", "pauseMinutes", "strategy")),
            )
        for index, check in enumerate(service.smoke):
            yield from _smoke(settings, ["services", key, "smoke", index], service, check)


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what asks where it may not get to."""
    balancer = settings.load_balancer
    if balancer and balancer.internal and not settings.cdn:
        for key, service in settings.services.items():
            if service.smoke:
                yield at(
                    ["services", key, "smoke"],
                    "asks an internal load balancer, so `pulumi up` has to run in the VPC, or in a network that is joined to it",
                )


def _smoke(settings: Settings, place: Place, service: Service, check: Smoke) -> Iterator[Problem]:
    if service.route is None:
        yield at(place, "asks through the public address, but the service has no route", [*place[:2], "route"])
    if derived.inside(service):
        yield at(
            place,
            "asks through the public address, which does not lead to the services of internalBalancer: leave it out",
            [*place[:2], "route", "through"],
        )
        return
    if settings.domain is None:
        yield at(place, "there is no public address to ask: add slipway:domain", ["domain"])
        return
    hosts = [settings.domain.host, *settings.domain.alternative_hosts, *(service.route.hosts if service.route else ())]
    if check.host is not None and check.host not in hosts:
        yield at([*place, "host"], f"{check.host!r} is none of this service's hosts; there are: {limits.listed(hosts)}")
    if (check.host or settings.domain.host).startswith("*."):
        yield at([*place, "host"], f"{check.host or settings.domain.host} is many hosts; name one to ask")
    if check.redirect and check.status not in _REDIRECTS:
        yield at(
            [*place, "redirect"],
            f"an answer that leads elsewhere has a status of 301 to 308, not {check.status}: give status",
            [*place, "status"],
        )
