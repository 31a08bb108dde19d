"""Parts that several stacks use: what the one that makes them and those that use them have to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic.alias_generators import to_camel

from settings import derived
from settings.model import Settings
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


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    sharing = settings.sharing
    if sharing and not settings.protection.protect:
        yield at(
            ["sharing", "parts"],
            "others stand in them, and protection.protect is off: an update or `pulumi destroy` here takes them away with nobody asked",
        )
