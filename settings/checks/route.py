"""Routes: one listener serves those of all services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import limits
from settings.model import Route, Service, Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Check the routes of all services together: one listener serves them all."""
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
    domain = settings.domain
    for index, host in enumerate(route.hosts if domain else ()):
        if domain and not _covered(host, (domain.host, *domain.alternative_hosts)):
            yield at(
                [*place, "hosts", index],
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
    return f"{values} values to match are too many for one rule; at most {most} (a path that ends in /* counts twice)"


def _covered(host: str, hosts: Iterable[str]) -> bool:
    return any(host == name or (name.startswith("*.") and host.partition(".")[2] == name[2:]) for name in hosts)
