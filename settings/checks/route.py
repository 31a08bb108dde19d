"""Routes: one listener serves those of all services."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import limits
from settings.model import READY_CHECKS, Route, Service, Settings
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Check the routes of all services together: one listener serves them all."""
    yield from _never_asked(settings)
    routes = {key: service.route for key, service in settings.services.items() if service.route}
    seen: dict[tuple[str, object], str] = {}
    for key, route in routes.items():
        place = ["services", key, "route"]
        yield from _route(settings, place, settings.services[key], route)
        match = (tuple(sorted(set(route.paths))), tuple(sorted(set(route.hosts))))
        for what, value, message in (
            ("priority", route.priority, f"{route.priority} is also the priority of services.%s; each needs its own"),
            ("default", route.default or None, "services.%s is the default already; there can be one"),
            (
                "*",
                match if any(match) else None,
                "services.%s gets the same requests; only one of the two would be used",
            ),
        ):
            if value is None:
                continue
            other = seen.setdefault((what, value), key)
            if other != key:
                yield at(
                    place if what == "*" else [*place, what],
                    message % other,
                    *(
                        ["services", one, "route", *part]
                        for one in (key, other)
                        for part in _JUDGED.get(what, [[what]])
                    ),
                )


_JUDGED: Final[Mapping[str, Sequence[Sequence[str]]]] = {"*": (("paths", "*"), ("hosts", "*"))}


def _route(settings: Settings, place: Sequence[str], service: Service, route: Route) -> Iterator[Problem]:
    if service.port is None:
        yield at(place, "requests need a port to go to: give port", [*place[:2], "port"])
    if settings.load_balancer is None:
        yield at(place, "requests come through the load balancer: add slipway:loadBalancer", ["loadBalancer"])
    matches = bool(route.paths or route.hosts)
    about = [[*place, "paths", "*"], [*place, "hosts", "*"], [*place, "default"]]
    if not matches and not route.default:
        yield at(place, "give paths, hosts or default: true", *about)
    if route.default and (matches or route.priority):
        yield at(
            place,
            "the default service gets what is left over: leave paths, hosts and priority out",
            *about,
            [*place, "priority"],
        )
    elif matches and route.priority is None:
        yield at(place, "missing priority: the order among services, 1 to 50000", *about, [*place, "priority"])
    yield from found(place, _too_many_values(settings, route), *about[:2], ["cdn"])
    yield from found(place, limits.wildcards([*route.paths, *route.hosts]), *about[:2])
    yield from _hosts(settings, place, route)
    for name in ("paths", "hosts"):
        values: Sequence[str] = getattr(route, name)
        for index, value in enumerate(values):
            if value in values[:index]:
                yield at([*place, name, index], f"{limits.short(value)} is in the list already")


def _hosts(settings: Settings, place: Sequence[str], route: Route) -> Iterator[Problem]:
    domain = settings.domain
    for index, host in enumerate(route.hosts):
        where: Place = [*place, "hosts", index]
        yield from found(where, limits.rule_host(host))
        if domain and not any(limits.covers(name, host) for name in (domain.host, *domain.alternative_hosts)):
            yield at(
                where,
                f"{limits.short(host)} is on no certificate: add it to domain.alternativeHosts",
                ["domain", "host"],
                ["domain", "alternativeHosts", "*"],
            )


def _too_many_values(settings: Settings, route: Route) -> str | None:
    """Check a listener rule's limit of five condition values: a pattern that ends in `/*` takes two, the origin's header one."""
    most = 5
    paths = sum(2 if path.endswith("/*") and path != "/*" else 1 for path in route.paths)
    values = len(route.hosts) + paths + (1 if settings.cdn else 0)
    if values <= most:
        return None
    header = ", CloudFront's header once" if settings.cdn else ""
    return (
        f"{values} values to match are too many for one rule; at most {most} (a path that ends in /* counts twice{header}): "
        "take a common beginning, or write /api* for /api and /api/*, which counts once"
    )


def _never_asked(settings: Settings) -> Iterator[Problem]:
    """Check that each rule gets requests: those before it, by priority, leave it some."""
    routes = {
        key: service.route for key, service in settings.services.items() if service.route and service.route.priority
    }
    order = sorted(routes, key=lambda key: routes[key].priority or 0)
    requests = {key: _requests(route) for key, route in routes.items()}
    before: list[tuple[str, str, str, str]] = []
    for place, key in enumerate(order):
        takers = [
            next(
                (other for other, begins, *rule in before if path.startswith(begins) and _takes(rule, host, path)), None
            )
            for host, path in requests[key]
        ]
        before += [(key, re.split(r"[*?]", path, maxsplit=1)[0], host, path) for host, path in requests[key]]
        first = takers[0] if takers and all(takers) else None
        if first is None or set(requests[key]) == set(requests[first]):
            continue
        yield at(
            ["services", key, "route", "priority"],
            f"{routes[key].priority} comes after services.{first}, which takes every request that this asks for: give this one a lower number than that",
            *(["services", other, "route", "priority"] for other in order[:place]),
            *(["services", other, "route", what, "*"] for other in order[: place + 1] for what in ("paths", "hosts")),
        )


def _requests(route: Route) -> Sequence[tuple[str, str]]:
    """Return the patterns of host and path that a rule is made of; `/api/*` is a rule for `/api`, too."""
    paths = [part for path in route.paths for part in ([path, path[:-2]] if path.endswith("/*") else [path]) if part]
    return list(itertools.product(route.hosts or ["*"], paths or ["*"])) if route.hosts or paths else []


def _takes(rule: Sequence[str], host: str, path: str) -> bool:
    """Tell whether a rule's patterns of host and path take every request for others."""
    return limits.pattern_covers(rule[1], path) and limits.pattern_covers(rule[0], host)


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    for key, service in settings.services.items():
        place = ["services", key]
        ready = service.health_check and service.health_check.command[0] in READY_CHECKS
        if service.port and service.route is None and not ready:
            yield at([*place, "port"], f"{service.port} is open to nobody: give the service a route, or leave port out")
        for index, path in enumerate(service.route.paths if service.route else ()):
            if path.endswith("/"):
                what = f"{path} matches that path alone, and {path}* everything below it as well"
                yield at([*place, "route", "paths", index], what)
        domain = settings.domain
        for index, host in enumerate(service.route.hosts if service.route and domain else ()):
            if domain and host not in (domain.host, *domain.alternative_hosts) and not host.startswith("*."):
                yield at(
                    [*place, "route", "hosts", index],
                    f"{limits.short(host)} is on the certificate by a wildcard, which no record is made for: "
                    "add it to domain.alternativeHosts, unless you make its record yourself",
                )
