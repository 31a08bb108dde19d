"""What restarts, what is away for minutes, and what waits for the maintenance window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from preview.compare import replacements
from preview.compare.meaning.statement import Situation, Statement, named, several, shown, text

if TYPE_CHECKING:
    from preview.compare.change import Change, Property
    from preview.graph import Resource

_SERVICE: Final = "aws:ecs/service:Service"
_DATABASE: Final = "aws:rds/instance:Instance"
_CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
_CLUSTER: Final = "aws:rds/cluster:Cluster"
_MEMBER: Final = "aws:rds/clusterInstance:ClusterInstance"
_WINDOWED: Final[Mapping[str, str]] = {
    _DATABASE: "maintenanceWindow",
    _CACHE: "maintenanceWindow",
    _CLUSTER: "preferredMaintenanceWindow",
    _MEMBER: "preferredMaintenanceWindow",
}
"""By type, the property that holds the window in which changes are made that are not to be made at once."""

# Rough figures as of 2026-11-30, from AWS's guides and from how long the real engine took; nothing is promised.
_AWAY: Final[Mapping[str, str]] = {
    _SERVICE: "2 to 10 minutes without a task: the old service drains and goes before the new one starts",
    _DATABASE: "10 to 30 minutes without the database, and the new one is empty",
    _CLUSTER: "15 to 40 minutes without the database, and the new one is empty",
    _MEMBER: "it goes before the new one is made: of the writer, a reader takes over within a minute; without one, 5 to 15 minutes without the database",
    _CACHE: "10 to 25 minutes without the cache, and the new one is empty",
    "aws:ec2/natGateway:NatGateway": "2 to 5 minutes in which its zone's tasks reach nothing outside",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "2 to 10 minutes in which what it leads to is reached over NAT, or not at all",
    "aws:lb/listener:Listener": "up to a minute in which the port is closed",
    "aws:lb/loadBalancer:LoadBalancer": "2 to 5 minutes until the new one answers, and as long as resolvers keep the old address",
    "aws:rds/proxy:Proxy": "5 to 15 minutes without the proxy: its clients reach no database",
    "aws:ecs/cluster:Cluster": "all its services stop first",
    "aws:ec2/routeTable:RouteTable": "seconds to a minute in which its subnets have no way out",
    "aws:ec2/route:Route": "seconds in which its table has no such way",
    "aws:lambda/function:Function": "up to a minute in which it cannot be called",
}
"""By type, how long it is away when the old one goes first."""
_SWITCHED: Final[Mapping[str, str]] = {
    "aws:lb/loadBalancer:LoadBalancer": (
        "the new one has another DNS name: who resolved the old one is cut off when it goes, within minutes"
    ),
    "aws:cloudfront/distribution:Distribution": "5 to 15 minutes until the new one is everywhere",
    "aws:lb/targetGroup:TargetGroup": "its targets register anew and count as unhealthy until they pass the health check",
    "aws:ec2/subnet:Subnet": "what is in it has to move: tasks, databases, NAT gateways and endpoints are made anew",
    "aws:ec2/vpc:Vpc": "everything in it is made anew",
    "aws:acm/certificate:Certificate": "the new one waits for its validation, minutes if the DNS zone is there",
}
"""By type, what is noticed when the new one is made before the old one goes."""


def say(situation: Situation) -> Iterator[Statement]:
    """Say what people notice of the update while it runs, and what it leaves for later."""
    yield from _deployments(situation)
    for change in situation.comparison.kind("updated"):
        yield from _updated(situation, change)
        yield from _other_logins(change)
    for change in situation.comparison.kind("replaced"):
        yield from _replaced(situation, change)
    yield from _gone(situation)


def _other_logins(change: Change) -> Iterator[Statement]:
    """Say who loses a cache that takes users in place of a token, or the other way round."""
    if change.resource.type != _CACHE or change.before is None or change.after is None:
        return
    before, after = (bool(resource.inputs.get("userGroupIds")) for resource in (change.before, change.after))
    if before != after:
        old, new = ("users", "one token") if before else ("the token", "users")
        yield Statement(
            level="danger",
            concern="outage",
            text=f"{named(change.resource)} takes {new} in place of {old}: tasks that run are refused when they connect anew, until new ones have started",
            urns=(change.resource.urn,),
            setting="slipway:cache.users",
        )


def _deployments(situation: Situation) -> Iterator[Statement]:
    rolling: list[Change] = []
    shifted: list[Change] = []
    for change in situation.comparison.kind("updated", type_=_SERVICE):
        if any("new deployment" in replacements.consequence(_SERVICE, item.plain) for item in change.properties):
            (rolling if _is_rolling(change.resource) else shifted).append(change)
    for changes, words in (
        (rolling, "new tasks start, and old ones stop when these are healthy: no outage unless the new ones fail"),
        (shifted, "a second set of tasks starts and takes over the requests as its deployment strategy says"),
    ):
        if changes:
            fewer = [change.resource.name for change in changes if _runs_fewer(change.resource)]
            less = f"; {', '.join(fewer)} may run with fewer tasks meanwhile" if fewer else ""
            yield Statement(
                level="caution" if fewer else "note",
                concern="outage",
                text=f"{several([change.resource for change in changes])}: {words}{less}",
                urns=tuple(change.resource.urn for change in changes),
                setting=situation.setting(changes[0]) if len(changes) == 1 else "slipway:services",
            )


def _is_rolling(service: Resource) -> bool:
    strategy = service.inputs.get("deploymentConfiguration")
    return not isinstance(strategy, Mapping) or strategy.get("strategy") in {None, "ROLLING"}


def _runs_fewer(service: Resource) -> bool:
    least = service.inputs.get("deploymentMinimumHealthyPercent")
    return isinstance(least, int) and least < 100  # noqa: PLR2004 - per cent


def _updated(situation: Situation, change: Change) -> Iterator[Statement]:
    resource = change.resource
    for item in change.properties:
        words = replacements.consequence(resource.type, item.plain)
        if resource.type == _SERVICE and "new deployment" in words:
            continue
        if not words or words.startswith("none") or "refuses a change" in words:
            continue
        values = "" if item.secret or not _plain(item) else f" {shown(item.before)} to {shown(item.after)}"
        when, late = _when(change, words)
        words = words.replace("; maintenance window unless applyImmediately", "").replace(
            " (maintenance window or at once)", ""
        )
        noticed = any(
            word in words for word in ("restart", "outage", "failover", "cut", "refused", "fails", "lose", "closed")
        )
        yield Statement(
            level="caution" if noticed or late else "note",
            concern="outage",
            text=f"{named(resource)}: {item.path}{values}: {words}{when}",
            urns=(resource.urn,),
            setting=situation.setting(change),
        )


def _plain(item: Property) -> bool:
    return all(not isinstance(value, Mapping | list) and len(shown(value)) < 60 for value in (item.before, item.after))  # noqa: PLR2004 - what a sentence holds


def _when(change: Change, words: str) -> tuple[str, bool]:
    """Say when a change is made that AWS may put off; and whether it is put off."""
    if "maintenance window" not in words:
        return "", False
    if change.resource.inputs.get("applyImmediately") is True:
        return "; at once, during the update", False
    window = text(change.resource, _WINDOWED.get(change.resource.type, ""))
    return (
        f"; nothing happens during the update: it waits for the maintenance window{f' {window} UTC' if window else ''}, "
        "unless applyImmediately is set"
    ), True


def _replaced(situation: Situation, change: Change) -> Iterator[Statement]:
    table = _AWAY if change.deleted_first else _SWITCHED
    words = table.get(change.resource.type)
    if not words:
        return
    forced = ", ".join(item.path for item in change.forced_by[:3])
    because = f"forced by {forced}" if forced else f"it goes with {change.because}"
    order = "the old one goes first" if change.deleted_first else "the new one is made first"
    yield Statement(
        level="danger"
        if change.deleted_first and change.resource.type in {_SERVICE, _DATABASE, _CLUSTER, _CACHE}
        else "caution",
        concern="outage",
        text=f"{named(change.resource)} is replaced ({because}; {order}): {words}",
        urns=(change.resource.urn,),
        setting=situation.setting(change),
    )


def _gone(situation: Situation) -> Iterator[Statement]:
    for change in situation.comparison.kind("deleted", type_=_SERVICE):
        yield Statement(
            level="caution",
            concern="outage",
            text=f"{named(change.resource)} is deleted: its tasks stop, and nothing does their work any more",
            urns=(change.resource.urn,),
            setting=situation.setting(change),
        )
    for change in situation.comparison.kind("deleted", type_="aws:lb/listenerRule:ListenerRule"):
        conditions = change.resource.inputs.get("conditions")
        paths = [
            str(value)
            for condition in (conditions if isinstance(conditions, list) else [])
            if isinstance(condition, Mapping) and isinstance(pattern := condition.get("pathPattern"), Mapping)
            for value in pattern.get("values") or ()
        ]
        if paths and not _still_routed(situation, paths):
            yield Statement(
                level="caution",
                concern="outage",
                text=f"{named(change.resource)} is deleted: {', '.join(paths)} go to the default service from then on",
                urns=(change.resource.urn,),
                setting=situation.setting(change),
            )


def _still_routed(situation: Situation, paths: list[str]) -> bool:
    rules = situation.comparison.after.of("aws:lb/listenerRule:ListenerRule")
    return all(any(f"'{path}'" in repr(rule.inputs.get("conditions")) for rule in rules) for path in paths)
