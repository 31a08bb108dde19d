"""Parts that several stacks use: what the one that makes them and those that use them have to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic.alias_generators import to_camel

from settings import derived, model
from settings.model import LAST_OWN_PRIORITY, PRIORITIES, Settings
from settings.problems import Place, Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong with what this stack uses of another, and with what it lets others use."""
    for name, section in (("shared", settings.shared), ("sharing", settings.sharing)):
        parts: Sequence[str] = section.parts if section else ()
        for index, part in enumerate(parts):
            if part in parts[:index]:
                yield at([name, "parts", index], f"{part} is in the list already")
    if settings.sharing and settings.shared:
        yield from _passed_on(settings, settings.sharing.parts)
    yield from _network(settings)
    yield from _cluster(settings)
    yield from _offered(settings)
    yield from _balancer(settings)
    yield from _zone(settings)
    yield from _registry(settings)


def _passed_on(settings: Settings, parts: Sequence[str]) -> Iterator[Problem]:
    """Check that nothing is passed on: whoever uses a part has to name the stack that makes it."""
    for index, part in enumerate(parts):
        if settings.shared and part in settings.shared.parts:
            yield at(
                ["sharing", "parts", index],
                f"{part} is {settings.shared.stack}'s, which others have to name themselves: take it out",
                ["shared", "parts", "*"],
            )


def _network(settings: Settings) -> Iterator[Problem]:
    if derived.offers(settings, "network") and settings.network.acls:
        yield at(
            ["network", "acls"],
            "access lists let through what this stack's own services need, and nothing of those that use the network: "
            "leave them out, or take network out of sharing.parts",
            ["sharing", "parts", "*"],
        )
    existing = settings.network.existing
    tiers = ("public_subnet_ids", "private_subnet_ids", "isolated_subnet_ids")
    for tier in tiers if existing and derived.offers(settings, "network") else ():
        if not getattr(existing, tier):
            where: Place = ["network", "existing", to_camel(tier)]
            yield at(
                where,
                "none given for those that use the network: give one for each of zones",
                [*where, "*"],
                ["sharing", "parts", "*"],
            )


def _cluster(settings: Settings) -> Iterator[Problem]:
    """Check that a cluster of another stack is named, and that names in it stay apart from those of other stacks."""
    if not derived.shares(settings, "cluster"):
        return
    about: Place = ["shared", "parts", "*"]
    if settings.cluster.name is None:
        yield at(
            ["cluster", "name"],
            "missing: commands and permissions name the shared cluster; it is the name prefix of the stack that makes it, such as "
            "platform-production, unless that names it",
            about,
        )
    prefix = f"{settings.name_prefix}-"
    for key, service in settings.services.items():
        if service.name and not service.name.startswith(prefix):
            yield at(
                ["services", key, "name"],
                f"{service.name} may be another stack's service in the shared cluster: begin it with {prefix}, or leave it out",
                about,
                *derived.NAME_PREFIX,
            )


def _offered(settings: Settings) -> Iterator[Problem]:
    """Check that there is what others may use, and that it answers them."""
    parts: Sequence[str] = settings.sharing.parts if settings.sharing else ()
    balancer = settings.load_balancer
    for index, part in enumerate(parts):
        missing = {
            "loadBalancer": ("loadBalancer", balancer is None),
            "zone": ("domain", settings.domain is None),
            "registry": ("registry", settings.registry is None),
        }.get(part)
        if missing and missing[1]:
            where: Place = ["sharing", "parts", index]
            yield at(where, f"this stack has no {part}: add slipway:{missing[0]}, or take it out", [missing[0]])
    if balancer is None or not derived.offers(settings, "loadBalancer"):
        return
    about: Place = ["sharing", "parts", "*"]
    if settings.cdn:
        yield at(["cdn"], "the load balancer answers CloudFront alone, and nobody who shares it: leave it out", about)
    if balancer.internal:
        yield at(["loadBalancer", "internal"], "one that others share faces the internet: leave it out", about)
    for place, priority in _priorities(settings):
        if priority >= PRIORITIES:
            yield at(
                place,
                f"{priority} is among those of the stacks that share the load balancer: give less than {PRIORITIES}",
                about,
            )


def _priorities(settings: Settings) -> Iterator[tuple[Place, int]]:
    """Yield the priorities at the load balancer, or at the one beside an internal one, with their places."""
    for key, service in settings.services.items():
        if derived.inside(service):
            continue
        listed: list[tuple[Place, model.Route | model.FurtherRoute]] = []
        listed += [(["services", key, "route"], service.route)] if service.route else []
        listed += [(["services", key, "routes", index], further) for index, further in enumerate(service.routes)]
        for place, given in listed:
            if given.priority is not None:
                yield [*place, "priority"], given.priority
    for index, redirect in enumerate(settings.load_balancer.redirects if settings.load_balancer else ()):
        yield ["loadBalancer", "redirects", index, "priority"], redirect.priority


def _balancer(settings: Settings) -> Iterator[Problem]:
    """Check what a stack says of a load balancer that another makes: its own rules and certificate, and nothing else."""
    shared, about = settings.shared, ["shared", "parts", "*"]
    base: Place = ["shared", "priorityBase"]
    if shared is None or not derived.shares(settings, "loadBalancer"):
        if shared and shared.priority_base is not None:
            yield at(base, "is of a shared load balancer: leave it out, or add loadBalancer to shared.parts", about)
        return
    if shared.priority_base is None:
        yield at(
            base,
            "missing: the first priority of this stack's rules at the shared load balancer, such as 2000; each stack has another",
            about,
        )
    if "network" not in shared.parts:
        yield at(["shared", "parts"], "a load balancer reaches tasks of its own network: add network", about)
    balancer = settings.load_balancer
    for name in sorted(balancer.model_fields_set - {"redirects", "certificate_arn"}) if balancer else ():
        yield at(
            ["loadBalancer", to_camel(name)],
            "is decided by the stack that shares the load balancer: leave it out, or take loadBalancer out of shared.parts",
            about,
        )
    if settings.cdn:
        yield at(
            ["cdn"],
            "it needs a load balancer that answers CloudFront alone: leave it out, or take loadBalancer out of shared.parts",
            about,
        )
    for place, priority in _priorities(settings):
        if priority > LAST_OWN_PRIORITY:
            yield at(
                place,
                f"{priority} is beyond this stack's at the shared load balancer: give 1 to {LAST_OWN_PRIORITY}",
                about,
            )
    yield from _hosts(settings)


def _hosts(settings: Settings) -> Iterator[Problem]:
    """Check that every rule asks for hosts of this stack, as without a domain none are known."""
    if settings.domain:
        return
    routed = [
        (["services", key, "route"], s.route)
        for key, s in settings.services.items()
        if s.route and not derived.inside(s)
    ]
    for place, given in routed:
        if not given.hosts:
            yield at(
                [*place, "hosts"],
                "without slipway:domain nobody knows which requests of the shared load balancer are this stack's: give it",
                ["domain"],
                [*place, "hosts", "*"],
            )


def _zone(settings: Settings) -> Iterator[Problem]:
    if not derived.shares(settings, "zone"):
        return
    about: Place = ["shared", "parts", "*"]
    if settings.domain is None:
        yield at(["domain"], "missing: the hosts whose records are made in the shared zone", about)
    elif settings.domain.zone_id:
        yield at(
            ["domain", "zoneId"], "is the other stack's to say: leave it out, or take zone out of shared.parts", about
        )


def _registry(settings: Settings) -> Iterator[Problem]:
    registry = settings.registry
    if registry is None or not derived.shares(settings, "registry"):
        return
    for name in sorted(registry.model_fields_set - {"repositories"}):
        yield at(
            ["registry", to_camel(name)],
            "is decided by the stack that shares the registry: leave it out, or take registry out of shared.parts",
            ["shared", "parts", "*"],
        )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    sharing = settings.sharing
    if sharing and not settings.protection.protect:
        yield at(
            ["sharing", "parts"],
            "others stand in them, and protection.protect is off: an update or `pulumi destroy` here takes them away with nobody asked",
        )
