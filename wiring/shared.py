"""What this stack uses of another one, by that one's output `shared`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pulumi
from pulumi import Output
from pydantic import ValidationError

import limits
from compat import core
from settings import InvalidSettings, Settings, derived, model
from settings.problems import Place, Problem, at


def taken(settings: Settings, account_id: Output[str]) -> tuple[Settings, model.OfferedParts | None]:
    """Return the settings with what only the other stack knows of the parts that this one uses, and what that one says of them.

    Args:
        settings: the stack file.
        account_id: the account of this one.

    Raises:
        InvalidSettings: the other stack is not there, does not share a part, or its parts are not what this stack's file says.
    """
    shared = settings.shared
    if shared is None:
        return settings, None
    if shared.stack.partition("/")[2] == f"{pulumi.get_project()}/{pulumi.get_stack()}":
        itself = "is this stack itself: name the one that makes the parts, or leave shared out"
        raise _refused([at(["shared", "stack"], f"{shared.stack} {itself}")])
    try:
        outputs = core.stack_outputs(pulumi.StackReference(shared.stack))
    except Exception as error:  # whatever the engine says, which its SDK raises as it is
        raise _refused([_missing(shared, f"cannot be read: {error}")]) from error
    given = outputs.get(model.OFFER) if isinstance(outputs, Mapping) else None
    if given is None:
        raise _refused([_missing(shared, f"has no output {model.OFFER}: it lets nobody use its parts")])
    offer = _read(shared, given)
    if problems := list(_problems(settings, shared, offer, core.awaited(account_id))):
        raise _refused(problems)
    return _filled(settings, offer), offer


def _refused(problems: list[Problem]) -> InvalidSettings:
    return InvalidSettings(pulumi.get_stack(), problems)


def _missing(shared: model.Shared, what: str) -> Problem:
    parts = ", ".join(shared.parts)
    return at(
        ["shared", "stack"],
        f"{shared.stack} {what}; its file needs slipway:sharing with parts: [{parts}], and it has to be brought up to date (pulumi up) before this one",
    )


def _read(shared: model.Shared, given: object) -> model.OfferedParts:
    version = given.get("version") if isinstance(given, Mapping) else None
    if isinstance(version, float) and version.is_integer():
        version = int(version)
    if version != model.OFFER_VERSION:
        raise _refused(
            [
                at(
                    ["shared", "stack"],
                    f"the output {model.OFFER} of {shared.stack} is of version {version}, and this program reads {model.OFFER_VERSION}: "
                    "bring both stacks up to date with the same version of the program, that one first",
                )
            ]
        )
    try:
        return model.OfferedParts.model_validate(given)
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, (model.OFFER, *found["loc"])))
        raise _refused(
            [_missing(shared, f"has an output that is not the program's ({where}: {found['msg']})")]
        ) from None


def _problems(
    settings: Settings, shared: model.Shared, offer: model.OfferedParts, account: str | None
) -> Iterator[Problem]:
    """Yield what is not as this stack's file has it, all at once."""
    yield from _where(settings, shared, offer, account)
    for index, part in enumerate(shared.parts):
        if not offer.has(part):
            yield at(
                ["shared", "parts", index],
                f"{shared.stack} does not share its {part}: add it to slipway:sharing.parts there, and bring that stack up to date before this one",
            )
    if derived.shares(settings, "network") and offer.network:
        yield from _network(settings.network, shared, offer.network)
    if derived.shares(settings, "cluster") and offer.cluster:
        yield from _cluster(settings.cluster, shared, offer.cluster)
    if derived.shares(settings, "zone") and offer.zone and settings.domain:
        yield from _zone(settings.domain, shared, offer.zone)
    if derived.shares(settings, "registry") and offer.registry:
        yield from _registry(settings, shared, offer.registry)


def _where(
    settings: Settings, shared: model.Shared, offer: model.OfferedParts, account: str | None
) -> Iterator[Problem]:
    """Yield another region, and another account."""
    region = settings.aws.region
    if offer.region != region:
        yield at(
            ["shared", "stack"],
            f"{shared.stack} is in {offer.region}, and this stack in {region}: its parts are used in their own region",
        )
    if account is not None and offer.account_id != account:
        yield at(
            ["shared", "stack"],
            f"{shared.stack} is in the account {offer.account_id}, and this stack in {account}: its parts are used in their own account",
        )


def _registry(settings: Settings, shared: model.Shared, offered: model.OfferedRegistry) -> Iterator[Problem]:
    for name in settings.repositories:
        if name not in offered.urls:
            yield at(
                ["registry", "repositories"],
                f"{name} is not among those of {shared.stack}: add it to slipway:registry.repositories there, and bring that stack "
                "up to date before this one",
            )


def _network(network: model.Network, shared: model.Shared, offered: model.OfferedNetwork) -> Iterator[Problem]:
    if network.cidr != offered.cidr:
        yield at(
            ["network", "cidr"],
            f"{network.cidr} is not the range of the network of {shared.stack}: write {offered.cidr}",
        )
    for index, zone in enumerate(network.zones):
        if zone not in offered.private:
            zones = limits.listed(list(offered.private), "and")
            yield at(
                ["network", "zones", index], f"{zone} is no zone of the network of {shared.stack}, which has {zones}"
            )
    if network.tasks == "private" and not offered.way_out:
        yield at(
            ["network", "tasks"],
            f"the private subnets of {shared.stack} have no way out, so tasks there would get no images: say public, or give that network NAT",
        )


def _cluster(cluster: model.Cluster, shared: model.Shared, offered: model.OfferedCluster) -> Iterator[Problem]:
    for name, said, wanted in (
        ("name", cluster.name, offered.name),
        ("containerInsights", cluster.container_insights, offered.container_insights),
    ):
        if said != wanted:
            yield at(["cluster", name], f"{said} is not what the cluster of {shared.stack} has: write {wanted}")


def _zone(domain: model.Domain, shared: model.Shared, offered: model.OfferedZone) -> Iterator[Problem]:
    """Yield a zone of another name, and hosts outside of it."""
    if offered.name is None:
        return
    if domain.zone and domain.zone != offered.name:
        yield at(
            ["domain", "zone"],
            f"{domain.zone} is not the zone of {shared.stack}: write {offered.name}, or leave it out",
        )
        return
    hosts: list[tuple[Place, str]] = [(["domain", "host"], domain.host)]
    hosts += [(["domain", "alternativeHosts", index], host) for index, host in enumerate(domain.alternative_hosts)]
    for place, host in hosts:
        if not limits.inside_zone(host, offered.name):
            yield at(place, f"{host} is not inside the zone {offered.name} of {shared.stack}")


def _filled(settings: Settings, offer: model.OfferedParts) -> Settings:
    """Return the settings as if this file had named what is there already, by its ids."""
    changes: dict[str, object] = {}
    if derived.shares(settings, "network") and offer.network:
        given, zones = offer.network, settings.network.zones
        existing = model.ExistingNetwork.model_construct(
            vpc_id=given.vpc_id,
            public_subnet_ids=[given.public[zone] for zone in zones],
            private_subnet_ids=[given.private[zone] for zone in zones],
            isolated_subnet_ids=[given.isolated[zone] for zone in zones],
        )
        changes["network"] = settings.network.model_copy(update={"existing": existing})
    if derived.shares(settings, "zone") and offer.zone and settings.domain:
        changes["domain"] = settings.domain.model_copy(update={"zone_id": offer.zone.zone_id})
    return settings.model_copy(update=changes)
