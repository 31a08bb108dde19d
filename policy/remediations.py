"""What the pack may fix by itself, at the level ``remediate``: only what never replaces a resource.

A remediation edits the properties in place and returns whether it changed any. That keeps secrets secret: the SDK would send a
new object's in plain text. Nothing guards unknown values here, so a remediation leaves a property alone that holds one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from policy import values
from policy.rule import Config
from policy.values import UNKNOWN

Properties: TypeAlias = Any  # the SDK's proxy: a mapping that can be written to, though it says it cannot
Remediation: TypeAlias = Callable[[str, Properties, Config], bool]
"""Takes the canonical type, the properties and the rule's parameters."""

_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_LOG_DAYS: Final = 90
_RETENTIONS: Final = (90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""What CloudWatch takes, from `_LOG_DAYS` on: CloudWatch Logs API reference, PutRetentionPolicy."""


def put(props: Properties, key: str, *, wanted: object) -> bool:
    """Set a property that is absent or has another value; leave one that is not known yet."""
    seen = values.plain(props[key]) if key in list(props) else None
    if seen is UNKNOWN or seen == wanted:
        return False
    props[key] = wanted
    return True


def drop_invalid_headers(_type: str, props: Properties, _config: Config) -> bool:
    """Let an application load balancer drop headers that are no HTTP."""
    kind = values.plain(props["loadBalancerType"]) if "loadBalancerType" in list(props) else "application"
    return kind in ("application", None) and put(props, "dropInvalidHeaderFields", wanted=True)


def copy_tags_to_snapshots(_type: str, props: Properties, _config: Config) -> bool:
    """Let snapshots carry the database's tags."""
    return put(props, "copyTagsToSnapshot", wanted=True)


def block_public_access(_type: str, props: Properties, _config: Config) -> bool:
    """Close all four ways."""
    changed = [put(props, key, wanted=True) for key in _BLOCKS]
    return any(changed)


def keep_logs(_type: str, props: Properties, config: Config) -> bool:
    """Give a log group that keeps everything for ever an end: 90 days, or as long as the rule's `minDays` asks for.

    The DELIVERY class has a retention of its own.
    """
    if "logGroupClass" in list(props) and values.plain(props["logGroupClass"]) in ("DELIVERY", UNKNOWN):
        return False
    seen = values.plain(props["retentionInDays"]) if "retentionInDays" in list(props) else None
    least = max(_LOG_DAYS, config.number("minDays"))
    days = next((days for days in _RETENTIONS if days >= least), _RETENTIONS[-1])
    return not seen and put(props, "retentionInDays", wanted=days)


def add_tags(_type: str, props: Properties, config: Config) -> bool:
    """Add the tags for which the rule's parameters give values, where they are missing."""
    wanted = config.texts("values")
    seen = values.plain(props["tags"]) if "tags" in list(props) else None
    if seen is UNKNOWN or not wanted:
        return False
    present = {key.lower() for key in seen} if isinstance(seen, Mapping) else set()
    missing = {key: value for key, value in wanted.items() if key.lower() not in present}
    if not isinstance(seen, Mapping) and missing:
        props["tags"] = missing
    else:
        for key, value in missing.items():
            props["tags"][key] = value
    return bool(missing)


REMEDIATIONS: Final[Mapping[str, Remediation]] = {
    "load-balancer-drops-invalid-headers": drop_invalid_headers,
    "required-tags": add_tags,
    "log-retention-set": keep_logs,
    "bucket-public-access-block-complete": block_public_access,
    "database-tags-copied-to-snapshots": copy_tags_to_snapshots,
}
"""The remediations by control."""
