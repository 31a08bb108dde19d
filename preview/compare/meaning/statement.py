"""What is said, and what it is said about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from preview.compare.values import MISSING
from preview.summary import kind
from preview.words import count

if TYPE_CHECKING:
    from preview.compare.change import Change, Comparison
    from preview.graph import Graph, Resource
    from preview.pricing import Estimate
    from preview.verdict import Verdict

Level = Literal["danger", "caution", "note"]
"""danger: something is lost, stops or opens; caution: people notice; note: good to know."""
LEVELS: Final[tuple[Level, ...]] = ("danger", "caution", "note")

Concern = Literal[
    "stops",
    "data",
    "public",
    "permissions",
    "outage",
    "addresses",
    "capacity",
    "alarms",
    "findings",
    "runs",
    "unknown",
    "money",
]

# Where a component's settings are in the stack file, by its name or else its class.
_SETTINGS: Final[Mapping[str, str]] = {
    "Backup": "slipway:backup",
    "Budget": "slipway:budget",
    "Cache": "slipway:cache",
    "Cdn": "slipway:cdn",
    "Certificate": "slipway:domain",
    "Cluster": "slipway:cluster",
    "Database": "slipway:database",
    "Delivery": "slipway:delivery",
    "DnsAlias": "slipway:domain",
    "Extension": "slipway:extension",
    "Hibernation": "slipway:hibernation",
    "Jobs": "slipway:jobs",
    "LoadBalancer": "slipway:loadBalancer",
    "internal-balancer": "slipway:internalBalancer",
    "MediaBucket": "slipway:media",
    "Network": "slipway:network",
    "Observability": "slipway:alarms",
    "Queues": "slipway:queues",
    "Registry": "slipway:registry",
    "Secrets": "slipway:secrets",
    "SharedLoadBalancer": "slipway:loadBalancer",
    "Volumes": "slipway:volumes",
    "SecretUrls": "slipway:services",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that an edit means."""

    level: Level
    concern: Concern
    text: str
    """A sentence that names the resource and what happens, without a full stop."""
    urns: tuple[str, ...] = ()
    """The resources it is about, as they will be, or as they were."""
    setting: str = ""
    """Where in the stack file it is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that is known of an edit."""

    comparison: Comparison
    verdict_before: Verdict | None = None
    verdict_after: Verdict | None = None
    estimate_before: Estimate | None = None
    estimate_after: Estimate | None = None

    def setting(self, change: Change) -> str:
        """Return where in the stack file a resource's component is described, as far as its name tells."""
        component = self.graph(change).component(change.resource)
        if component is None:
            return ""
        class_ = component.type.rpartition(":")[2]
        if class_ == "Service":
            return f"slipway:services.{component.name}"
        return _SETTINGS.get(component.name) or _SETTINGS.get(class_, "")

    def graph(self, change: Change) -> Graph:
        """Return the graph that a change's resource is in."""
        return self.comparison.before if change.after is None else self.comparison.after


def named(resource: Resource) -> str:
    """Name a resource: `database database-instance`."""
    return f"{kind(resource.type)} {resource.name}"


def several(resources: Sequence[Resource], most: int = 3) -> str:
    """Name a few resources of one kind: `log group worker-log`, or `3 log groups (a, b, c)`."""
    if len(resources) == 1:
        return named(resources[0])
    listed = ", ".join(resource.name for resource in resources[:most])
    more = f" and {len(resources) - most} more" if len(resources) > most else ""
    return f"{count(len(resources), kind(resources[0].type))} ({listed}{more})"


def text(resource: Resource | None, name: str) -> str:
    """Return an input that is a text; empty where it is none."""
    value = resource.inputs.get(name) if resource else None
    return value if isinstance(value, str) else ""


def number(resource: Resource | None, name: str) -> int | None:
    """Return an input that is a whole number, also where it is written as text."""
    return whole(resource.inputs.get(name)) if resource else None


def whole(value: object) -> int | None:
    """Return a whole number, also where it is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else None


def shown(value: object) -> str:
    """Write a plain value for a sentence."""
    if value is MISSING or value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
