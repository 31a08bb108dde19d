"""Routes and redirects: one listener serves all of a load balancer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import limits
from limits import route as rules_of
from policy.common import credentials
from settings import derived
from settings.model import READY_CHECKS, Route, RouteConditions, Service, Settings
from settings.problems import Place, Problem, at, found

_KINDS: Final = ("paths", "hosts", "headers", "methods", "query", "sources")
"""What requests are told apart by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """Conditions that stand in the listener at a priority."""

    place: Place
    """Their setting."""
    whose: str
    """What gets the requests, for a message."""
    inside: bool
    """Whether it is the internal load balancer's, beside another."""
    asked: rules_of.Conditions
    priority: int | None
    rules: Mapping[int, rules_of.Conditions]
    """Its rules by how far their priorities are from its own."""

    @property
    def about(self) -> Sequence[Place]:
        """The settings that it is judged by."""
        return [*([*self.place, kind, "*"] for kind in _KINDS), *self.chosen]

    @property
    def chosen(self) -> Sequence[Place]:
        """The setting that chooses its load balancer."""
        return [[*self.place[:2], "route", "through"]] if self.place[0] == "services" else []

    @property
    def reserved(self) -> range:
        """The priorities that it needs, or may need with a value more."""
        first = self.priority or 0
        return range(first, first + (rules_of.RULES_OF_A_ROUTE if len(self.rules) > 1 else 1))


def problems(settings: Settings) -> Iterator[Problem]:
    """Check the routes of all services together, and the redirects beside them."""
    for key, service in settings.services.items():
        yield from _service(settings, ["services", key], service)
    listed = list(_listed(settings))
    for one in listed:
        yield from _conditions(settings, one)
    for inside in (False, True):
        same = [one for one in listed if one.inside == inside]
        yield from _priorities(same)
        yield from _twice(same)
        yield from _defaults(settings, inside=inside)
        yield from _never_asked([one for one in same if one.priority])


def _listed(settings: Settings) -> Iterator[_Listed]:
    """Yield every route and redirect, in the order of the file."""

    def listed(
        place: Place, whose: str, given: RouteConditions, priority: int | None, *, inside: bool = False
    ) -> _Listed:
        asked = rules_of.Conditions(**derived.narrowed(settings, given, inside=inside))
        rules = rules_of.rules(asked, taken=derived.taken(settings, inside=inside)) if asked.given else {}
        return _Listed(place=place, whose=whose, inside=inside, asked=asked, priority=priority, rules=rules)

    for key, service in settings.services.items():
        inside = derived.inside(service)
        if service.route:
            place: Place = ["services", key, "route"]
            yield listed(place, f"services.{key}", service.route, service.route.priority, inside=inside)
        for index, further in enumerate(service.routes):
            place = ["services", key, "routes", index]
            yield listed(place, f"services.{key}.routes[{index}]", further, further.priority, inside=inside)
    for index, redirect in enumerate(settings.load_balancer.redirects if settings.load_balancer else ()):
        place = ["loadBalancer", "redirects", index]
        yield listed(place, f"loadBalancer.redirects[{index}]", redirect, redirect.priority)


def _service(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check what a service needs to have routes, and what its routes need to be."""
    route = service.route
    if service.routes and route is None:
        yield at([*place, "routes"], "are further routes: give the first one as route", [*place, "route"])
    if route is None:
        yield from (
            at([*place, name], "no requests come here: give a route, or leave it out", [*place, "route"])
            for name in ("protocol", "tls")
            if name in service.model_fields_set
        )
        return
    if service.port is None:
        yield at([*place, "route"], "requests need a port to go to: give port", [*place, "port"])
    if derived.inside(service):
        if settings.internal_balancer is None:
            yield at(
                [*place, "route", "through"],
                "there is no internal load balancer: add slipway:internalBalancer",
                ["internalBalancer"],
            )
    elif settings.load_balancer is None:
        yield at(
            [*place, "route"],
            "requests come through the load balancer: add slipway:loadBalancer",
            ["loadBalancer"],
            ["shared", "parts", "*"],
        )
    yield from _route([*place, "route"], route)
    for index, further in enumerate(service.routes):
        if not derived.conditions(further).given:
            where: Place = [*place, "routes", index]
            yield at(
                where, f"asks for nothing: give {limits.listed(_KINDS)}", *([*where, kind, "*"] for kind in _KINDS)
            )
    yield from _one_rule(settings, place, service, route)
    yield from _spoken(settings, place, service)
    yield from _encrypted(place, service)


def _encrypted(place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that all who come to a port that is spoken to in TLS speak it."""
    if service.tls and service.internal and service.internal.protocol != "tcp":
        yield at(
            [*place, "tls"],
            "others call it at the same port, without TLS: say internal: {protocol: tcp}, so that their own passes as it is, or leave it out",
            [*place, "internal"],
            [*place, "internal", "protocol"],
        )


def _route(place: Sequence[str], route: Route) -> Iterator[Problem]:
    matches = derived.conditions(route).given
    about: Sequence[Place] = [*([*place, kind, "*"] for kind in _KINDS), [*place, "default"]]
    if not matches and not route.default:
        yield at(place, "give paths, hosts or default: true", *about)
    if route.default and (matches or route.priority):
        yield at(
            place,
            "the default service gets what is left over: leave paths, hosts and priority out; what else it gets goes into routes",
            *about,
            [*place, "priority"],
        )
    elif matches and route.priority is None:
        yield at(place, "missing priority: the order among services, 1 to 50000", *about, [*place, "priority"])


def _one_rule(settings: Settings, place: Sequence[str], service: Service, route: Route) -> Iterator[Problem]:
    """Check that a service whose requests are moved has one rule: ECS moves those of one."""
    strategy = service.deployment.strategy
    if strategy == "rolling":
        return
    about = [[*place, "deployment", "strategy"]]
    if service.routes:
        yield at(
            [*place, "routes"], f"{strategy} moves the requests of one rule: leave them out, or choose rolling", *about
        )
    asked = rules_of.Conditions(**derived.narrowed(settings, route, inside=derived.inside(service)))
    count = len(rules_of.rules(asked, taken=derived.taken(settings, inside=derived.inside(service))))
    if count > 1:
        yield at(
            [*place, "route"],
            f"{strategy} moves the requests of one rule, and {rules_of.values(asked)} values need {count}: give fewer, or choose rolling",
            *about,
            *([*place, "route", kind, "*"] for kind in _KINDS),
        )


def _spoken(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check what goes with HTTP/2 and gRPC: whoever asks has to speak it, too."""
    spoken, where = service.protocol, [*place, "protocol"]
    if spoken == "http":
        return
    if settings.cdn and not derived.inside(service):
        yield at(
            where,
            f"CloudFront speaks HTTP/1.1 to the load balancer, which answers 464 for {spoken}: take http",
            ["cdn"],
        )
    if service.smoke:
        yield at([*place, "smoke"], f"asks by HTTP/1.1, which is answered 464 for {spoken}: leave it out", where)
    if spoken == "grpc":
        if service.health_check and service.health_check.command[0] in READY_CHECKS:
            ready = service.health_check.command[0]
            yield at(
                [*place, "healthCheck"],
                f"{ready} asks by HTTP/1.1, which is no gRPC: give a command, or leave it out",
                where,
            )
        yield from found([*place, "health", "codes"], limits.grpc_codes(derived.health_codes(service)), where)
        yield from found([*place, "health", "path"], limits.grpc_path(derived.health_path(service)), where)


def _conditions(settings: Settings, one: _Listed) -> Iterator[Problem]:
    """Check conditions by themselves: what a rule takes, hosts, and nothing twice."""
    place = one.place
    if one.asked.given:
        taken = derived.taken(settings, inside=one.inside)
        yield from found(place, rules_of.unfit(one.asked, taken=taken), *one.about, ["cdn"])
    hosts, setting = _certified(settings, one)
    for index, host in enumerate(one.asked.hosts):
        where: Place = [*place, "hosts", index]
        yield from found(where, limits.rule_host(host))
        if hosts and not any(limits.covers(name, host) for name in hosts):
            yield at(
                where,
                f"{limits.short(host)} is on no certificate: add it to {setting}",
                ["domain", "host"],
                ["domain", "alternativeHosts", "*"],
                ["internalBalancer", "hosts", "*"],
            )
    if one.asked.sources and settings.cdn and not one.inside:
        yield at(
            [*place, "sources"],
            "behind CloudFront every request comes from CloudFront's addresses: leave them out, or leave cdn out",
            ["cdn"],
        )
    yield from _values(place, one.asked)


def _certified(settings: Settings, one: _Listed) -> tuple[Sequence[str], str]:
    """Return the hosts on the certificate that a rule's requests come with, as far as they are known, and where to add one."""
    if one.inside:
        return derived.internal_hosts(settings), "internalBalancer.hosts"
    domain = settings.domain
    return [domain.host, *domain.alternative_hosts] if domain else [], "domain.alternativeHosts"


def _values(place: Place, asked: rules_of.Conditions) -> Iterator[Problem]:
    """Check that no value stands twice, and none is a secret."""
    lists: list[tuple[Place, Sequence[str]]] = [
        ([*place, name], getattr(asked, name)) for name in ("paths", "hosts", "methods", "sources")
    ]
    for kind, compared in (("headers", asked.headers), ("query", asked.query)):
        lists += [([*place, kind, name], values) for name, values in compared.items()]
        for name, values in compared.items():
            if any(credentials.is_credential(value) for value in values):
                message = "holds a credential of a well-known form, and whoever reads the rules sees it"
                yield at([*place, kind, name], message)
    for where, values in lists:
        for index, value in enumerate(values):
            if value in values[:index]:
                yield at([*where, index], f"{limits.short(value)} is in the list already")


def _priorities(listed: Sequence[_Listed]) -> Iterator[Problem]:
    """Check that each rule has a priority of its own, and each route of several room for those it may need."""
    given = [one for one in listed if one.priority]
    last = limits.LAST_WEIGHTED_PRIORITY - rules_of.RULES_OF_A_ROUTE
    for number, one in enumerate(given):
        place: Place = [*one.place, "priority"]
        other = next((other for other in given[:number] if other.priority == one.priority), None)
        if other:
            yield at(
                place,
                f"{one.priority} is also the priority of {other.whose}; each needs its own",
                [*other.place, "priority"],
                place,
                *one.chosen,
                *other.chosen,
            )
        if len(one.rules) < 2:  # noqa: PLR2004 - one rule needs no room
            continue
        if one.reserved[0] > last:
            yield at(place, f"{one.priority} leaves no room: {_several(one)}; give {last} or less", *one.about)
        for other in given:
            if other.priority in one.reserved[1:]:
                yield at(
                    place,
                    f"{_several(one)}, and {other.priority} is that of {other.whose}: give one of the two another",
                    [*other.place, "priority"],
                    *one.about,
                    *other.chosen,
                )


def _several(one: _Listed) -> str:
    return f"{rules_of.values(one.asked)} values become {len(one.rules)} rules, for which {one.reserved[0]} to {one.reserved[-1]} are kept"


def _twice(listed: Sequence[_Listed]) -> Iterator[Problem]:
    """Check that no two ask for the same."""
    seen: dict[object, _Listed] = {}
    for one in listed:
        other = seen.setdefault(_asks(one.asked), one) if one.asked.given else one
        if other is not one:
            message = f"{other.whose} gets the same requests; only one of the two would be used"
            yield at(one.place, message, *one.about, *other.about)


def _asks(asked: rules_of.Conditions) -> object:
    """Return what conditions ask for, whatever order they are written in."""
    alone = (frozenset(asked.paths), frozenset(asked.hosts), frozenset(asked.methods), frozenset(asked.sources))
    compared = (
        frozenset((name.lower(), frozenset(values)) for name, values in named.items())
        for named in (asked.headers, asked.query)
    )
    return (*alone, *compared)


def _defaults(settings: Settings, *, inside: bool) -> Iterator[Problem]:
    first: str | None = None
    for key, service in settings.services.items():
        if not (service.route and service.route.default) or derived.inside(service) != inside:
            continue
        if first is not None:
            routes = [["services", one, "route"] for one in (first, key)]
            about = [[*route, name] for route in routes for name in ("default", "through")]
            yield at([*routes[1], "default"], f"services.{first} is the default already; there can be one", *about)
        first = first or key


def _never_asked(listed: Sequence[_Listed]) -> Iterator[Problem]:
    """Check that each rule gets requests: those before it, by priority, leave it some."""
    order = sorted(listed, key=lambda one: one.priority or 0)
    before: list[_Taken] = []
    for place, one in enumerate(order):
        takers = [_taker(one.asked, request, before) for request in _requests(one.asked)]
        before += [
            _Taken(one, re.split(r"[*?]", path, maxsplit=1)[0], host, path) for host, path in _requests(one.asked)
        ]
        first = takers[0] if takers and all(takers) else None
        if first is None or _asks(first.asked) == _asks(one.asked):
            continue
        yield at(
            [*one.place, "priority"],
            f"{one.priority} comes after {first.whose}, which takes every request that this asks for: give this one a lower number than that",
            *([*other.place, "priority"] for other in order[:place]),
            *(about for other in order[: place + 1] for about in other.about),
        )


class _Taken(NamedTuple):
    """Requests that a rule takes."""

    one: _Listed
    begins: str
    """The path up to its first wildcard."""
    host: str
    path: str


def _taker(asked: rules_of.Conditions, request: tuple[str, str], before: Sequence[_Taken]) -> _Listed | None:
    """Return what takes all requests of a pattern of host and path first."""
    host, path = request
    for other, begins, other_host, other_path in before:
        if (
            path.startswith(begins)
            and limits.pattern_covers(other_path, path)
            and limits.pattern_covers(other_host, host)
            and _as_wide(other.asked, asked)
        ):
            return other
    return None


def _requests(asked: rules_of.Conditions) -> Sequence[tuple[str, str]]:
    """Return the patterns of host and path that a rule is made of; `/api/*` is a rule for `/api`, too."""
    return list(itertools.product(asked.hosts or ["*"], asked.patterns or ["*"])) if asked.given else []


def _as_wide(wide: rules_of.Conditions, narrow: rules_of.Conditions) -> bool:
    """Tell whether one asks for nothing, beside path and host, that another does not ask for as well."""
    return (
        (not wide.methods or (bool(narrow.methods) and set(narrow.methods) <= set(wide.methods)))
        and (not wide.sources or (bool(narrow.sources) and set(narrow.sources) <= set(wide.sources)))
        and all(
            name in inner and set(inner[name]) <= set(values)
            for outer, inner in ((wide.headers, narrow.headers), (wide.query, narrow.query))
            for name, values in outer.items()
        )
    )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    for key, service in settings.services.items():
        yield from _unasked(settings, key, service)
    for one in _listed(settings):
        for index, path in enumerate(one.asked.paths):
            if path.endswith("/"):
                what = f"{path} matches that path alone, and {path}* everything below it as well"
                yield at([*one.place, "paths", index], what)
        hosts, setting = _certified(settings, one)
        for index, host in enumerate(one.asked.hosts):
            if hosts and host not in hosts and not host.startswith("*."):
                yield at(
                    [*one.place, "hosts", index],
                    f"{limits.short(host)} is on the certificate by a wildcard, which no record is made for: "
                    f"add it to {setting}, unless you make its record yourself",
                )


def _unasked(settings: Settings, key: str, service: Service) -> Iterator[Problem]:
    """Yield where nobody asks a service, and where the uptime check asks one that does not answer it."""
    ready = service.health_check and service.health_check.command[0] in READY_CHECKS
    called = any(key in other.calls for other in settings.services.values())
    if service.port and service.route is None and not called and not ready:
        ways = "give the service a route, internal and calls of others, or leave port out"
        yield at(["services", key, "port"], f"{service.port} is open to nobody: {ways}")
    asked = service.route and service.route.default and not derived.inside(service)
    if settings.uptime_check and asked and service.protocol != "http":
        yield at(
            ["uptimeCheck"],
            f"asks by HTTP/1.1, which services.{key}, the default, is not spoken to in: {settings.uptime_check.path} has to be another service's",
        )
