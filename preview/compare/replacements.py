"""What a change of a property does to a resource: nothing, an update in place, a replacement, or that it is not known.

The table, `data/replacements.json`, was made by planning every change against the real provider; it says itself how and when. What
depends on values is decided here. What the table does not know is unknown, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from preview.compare.values import MISSING

Effect = Literal["nothing", "update", "replace", "refused", "unknown"]
"""What a change does. `refused`: the provider stops the update with an error."""

_TABLE: Final = Path(__file__).parents[2] / "data" / "replacements.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change of one property, as the rules see it."""

    path: str
    """Keys with dots, without list elements: `runtimePlatform.cpuArchitecture`."""
    before: object
    """`MISSING` where it was not set."""
    after: object
    """`MISSING` where it is not set any more."""
    inputs_before: Mapping[str, object]
    inputs_after: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementRule:
    """What the table says of one type."""

    replace: frozenset[str] = frozenset()
    update: frozenset[str] = frozenset()
    nothing: frozenset[str] = frozenset()
    unverified: frozenset[str] = frozenset()
    depends: Mapping[str, str]
    """In words, by path."""
    keeps: frozenset[str] = frozenset()
    """Properties that keep their old value where the program takes them out."""
    open: frozenset[str] = frozenset()
    """Properties below which everything does as they do."""
    effect: Mapping[str, str]
    """What an update does to what runs, in words, by path."""


@cache
def rules() -> Mapping[str, ReplacementRule]:
    """Return the table by type token, read once."""
    types = json.loads(_TABLE.read_text(encoding="utf-8"))["types"]
    return {type_: _rule(entry) for type_, entry in types.items()}


def _rule(entry: Mapping[str, object]) -> ReplacementRule:
    def paths(key: str) -> frozenset[str]:
        found = entry.get(key)
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset()

    def words(key: str) -> dict[str, str]:
        found = entry.get(key)
        return {str(path): str(text) for path, text in found.items()} if isinstance(found, dict) else {}

    return ReplacementRule(
        replace=paths("replace"),
        update=paths("update"),
        nothing=paths("nothing"),
        unverified=paths("unverified"),
        depends=words("depends"),
        keeps=paths("keeps"),
        open=paths("open"),
        effect=words("effect"),
    )


def effect(type_: str, changed: Changed) -> Effect:
    """Say what a change of one property does to a resource of this type."""
    rule = rules().get(type_)
    if rule is None:
        return "unknown"
    top = changed.path.partition(".")[0]
    if top in rule.keeps and top not in changed.inputs_after:
        return "nothing"
    steps = changed.path.split(".")
    paths = [".".join(steps[:length]) for length in range(len(steps), 0, -1)]
    if depends := next((path for path in paths if path in rule.depends), ""):
        decide = _DEPENDS.get((type_, depends))
        return decide(changed) if decide else "unknown"
    for path in paths:
        if found := _listed(rule, path):
            # Below a block whose properties are listed one by one, one that is not listed is not known.
            unlisted = path != changed.path and top not in rule.open and _has_below(rule, path)
            return "unknown" if unlisted else found
    return "unknown"


def _listed(rule: ReplacementRule, path: str) -> Effect | None:
    lists: tuple[tuple[Effect, frozenset[str]], ...] = (
        ("replace", rule.replace),
        ("update", rule.update),
        ("nothing", rule.nothing),
        ("unknown", rule.unverified),
    )
    return next((effect for effect, paths in lists if path in paths), None)


def consequence(type_: str, path: str) -> str:
    """Return what an update of this property does to what runs, in words; empty where nothing is written down."""
    rule = rules().get(type_)
    steps = path.split(".")
    for length in range(len(steps), 0, -1):
        if rule and (text := rule.effect.get(".".join(steps[:length]))):
            return text
    return ""


def _has_below(rule: ReplacementRule, path: str) -> bool:
    start = f"{path}."
    return any(other.startswith(start) for paths in (rule.replace, rule.update, rule.unverified) for other in paths)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _version(value: object) -> tuple[int, ...]:
    return tuple(int(part) for part in str(value).split(".") if part.isdigit())


def _set_or_taken(changed: Changed) -> bool:
    return changed.before is MISSING or changed.after is MISSING


def _replace_when_set_or_taken(changed: Changed) -> Effect:
    return "replace" if _set_or_taken(changed) else "update"


def _replace_unless_taken(changed: Changed) -> Effect:
    return "nothing" if changed.after is MISSING else "replace"


def _always(which: Effect) -> Callable[[Changed], Effect]:
    return lambda _: which


def _strategies(changed: Changed) -> Effect:
    return "update" if changed.inputs_after.get("forceNewDeployment") is True else "refused"


def _launch_type(changed: Changed) -> Effect:
    if changed.after is MISSING and changed.inputs_after.get("capacityProviderStrategies"):
        return _strategies(changed)
    if changed.before is MISSING and changed.inputs_before.get("capacityProviderStrategies"):
        return "replace" if changed.inputs_after.get("forceNewDeployment") is True else "refused"
    return "replace"


def _private_dns(changed: Changed) -> Effect:
    return "update" if changed.inputs_after.get("vpcEndpointType") == "Interface" else "replace"


def _database_engine(changed: Changed) -> Effect:
    if changed.after is MISSING or _text(changed.before).lower() == _text(changed.after).lower():
        return "nothing"
    return "replace"


def _database_version(changed: Changed) -> Effect:
    if changed.after is MISSING:
        return "nothing"
    old, new = _version(changed.before), _version(changed.after)
    if new and old[: len(new)] == new:  # a prefix of what runs is no change
        return "nothing"
    return "update" if new >= old[: len(new)] or not old else "refused"


def _storage(changed: Changed) -> Effect:
    if changed.after is MISSING:
        return "nothing"
    old, new = changed.before, changed.after
    if isinstance(old, int) and isinstance(new, int) and new < old:
        return "nothing" if "maxAllocatedStorage" in changed.inputs_after else "refused"
    return "update"


def _multi_region(changed: Changed) -> Effect:
    return "nothing" if changed.before is MISSING and changed.after is False else "replace"


def _cache_engine(changed: Changed) -> Effect:
    if changed.after is MISSING or (changed.before is MISSING and changed.after == "redis"):
        return "nothing"
    return "update" if changed.after == "valkey" else "replace"


def _cache_version(changed: Changed) -> Effect:
    if changed.after is MISSING:
        return "nothing"
    changes_engine = changed.inputs_before.get("engine") != changed.inputs_after.get("engine")
    return "update" if changes_engine or _version(changed.after) > _version(changed.before) else "replace"


def _transit(changed: Changed) -> Effect:
    engine = changed.inputs_after.get("engine")
    version = _version(changed.inputs_after.get("engineVersion", ""))
    return "update" if engine == "valkey" or (version and version >= (7,)) else "replace"


_DATABASE: Final = "aws:rds/instance:Instance"
_SERVICE: Final = "aws:ecs/service:Service"
_CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

_DEPENDS: Final[Mapping[tuple[str, str], Callable[[Changed], Effect]]] = {
    ("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "deliveryDestinationConfiguration"): (
        lambda changed: "update" if changed.after is MISSING else "replace"
    ),
    ("aws:ec2/natGateway:NatGateway", "allocationId"): _always("replace"),
    ("aws:ec2/natGateway:NatGateway", "connectivityType"): _always("replace"),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "privateDnsEnabled"): _private_dns,
    (_SERVICE, "capacityProviderStrategies"): _strategies,
    (_SERVICE, "deploymentController"): _always("update"),
    (_SERVICE, "deploymentController.type"): _always("update"),
    (_SERVICE, "launchType"): _launch_type,
    (_CACHE, "clusterMode"): _always("update"),
    (_CACHE, "engine"): _cache_engine,
    (_CACHE, "engineVersion"): _cache_version,
    (_CACHE, "kmsKeyId"): _always("replace"),
    (_CACHE, "nodeGroupConfigurations"): _always("replace"),
    (_CACHE, "numCacheClusters"): _always("update"),
    (_CACHE, "numNodeGroups"): _always("update"),
    (_CACHE, "snapshotName"): _always("replace"),
    (_CACHE, "transitEncryptionEnabled"): _transit,
    ("aws:kms/key:Key", "multiRegion"): _multi_region,
    ("aws:lb/listener:Listener", "defaultActions.fixedResponse"): _always("update"),
    ("aws:lb/listener:Listener", "defaultActions.redirect"): _always("update"),
    ("aws:lb/listener:Listener", "defaultActions.type"): _always("update"),
    ("aws:lb/listenerRule:ListenerRule", "actions.forward"): _always("update"),
    ("aws:lb/listenerRule:ListenerRule", "actions.type"): _always("update"),
    ("aws:lb/listenerRule:ListenerRule", "priority"): (
        lambda changed: "nothing" if changed.after is MISSING else "update"
    ),
    (_BALANCER, "securityGroups"): _always("update"),
    (_BALANCER, "subnets"): _always("update"),
    (_BALANCER, "subnetMappings"): _always("update"),
    ("aws:rds/cluster:Cluster", "masterPasswordWo"): _always("nothing"),
    (_DATABASE, "allocatedStorage"): _storage,
    (_DATABASE, "availabilityZone"): _replace_unless_taken,
    (_DATABASE, "dbSubnetGroupName"): _always("update"),
    (_DATABASE, "engine"): _database_engine,
    (_DATABASE, "engineVersion"): _database_version,
    (_DATABASE, "identifier"): lambda changed: "nothing" if changed.after is MISSING else "update",
    (_DATABASE, "kmsKeyId"): _replace_unless_taken,
    (_DATABASE, "passwordWo"): _always("nothing"),
    (_DATABASE, "replicateSourceDb"): lambda changed: "update" if changed.after is MISSING else "refused",
    (_DATABASE, "snapshotIdentifier"): _replace_unless_taken,
    ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.status"): (
        lambda changed: "refused" if changed.after == "Disabled" else "update"
    ),
    ("aws:sns/topicSubscription:TopicSubscription", "filterPolicyScope"): _always("update"),
    **{
        (rule, source): _replace_when_set_or_taken
        for rule in (_INGRESS, _EGRESS)
        for source in ("cidrIpv4", "prefixListId", "referencedSecurityGroupId")
    },
    (_EGRESS, "cidrIpv6"): _replace_when_set_or_taken,
}
