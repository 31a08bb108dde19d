"""`slipway:cache`: Redis or Valkey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.cache_users import CacheUser
from settings.model.section import DailyWindow, PartName, SecretName, Section, Text, Version, WeeklyWindow
from settings.rules import Rule


class Cache(Section):
    """The cache, in the isolated subnets, encrypted, with a token, reachable only from services that use it."""

    engine: Literal["redis", "valkey"] = "redis"
    """The engine: Redis, or Valkey, which is a fifth cheaper and understands the same commands. ElastiCache changes redis to valkey in place, never
    back."""
    version: Version = "7.1"
    """The engine's version, major.minor, such as `"7.1"`, in quotes. A higher one is installed in the maintenance window with a short break of
    writes; a lower one replaces the cache, which is empty then."""
    name: Annotated[str, Rule(limits.cache_identifier)] | None = None
    """The replication group's identifier, such as shop-cache; default app and environment. A change replaces the cache."""
    node_type: Annotated[str, Rule(limits.cache_node, {"enum": list(limits.CACHE_NODES)})] = Field(
        examples=["cache.t4g.small"]
    )
    """The size of each node, such as `cache.t4g.small`: most of the price. A change is made in the maintenance window and breaks connections for
    a moment."""
    shards: Annotated[int, Field(ge=1, le=90)] | None = None
    """Shards, such as 3; giving a number switches cluster mode on, which clients must speak. Another number moves keys while the cache runs. AWS
    switches the mode of no running cache: with another `name` it is made anew, empty."""
    replicas: Annotated[int, Field(ge=0, le=5)] = 1
    """Replicas of the primary, or of each shard, such as 2: nodes = shards x (1 + replicas), each billed alike. Fewer break the connections of those that
    go; there is no other outage."""
    multi_az: bool | None = None
    """Whether replicas stand in other zones and take over, within a minute; default: whenever there is a replica. No cost, and no outage when it is
    switched."""
    parameters: Mapping[Text, str] = Field(default_factory=dict, examples=[{"maxmemory-policy": "noeviction"}])
    """Engine parameters by name, such as `{maxmemory-policy: noeviction}`, which queues of Celery need: when memory is full, writes fail then, and
    no key is dropped. Most take effect at once, without a restart."""
    users: Mapping[PartName, CacheUser] = Field(
        default_factory=dict, examples=[{"app": {"rights": "write"}, "reports": {"rights": "read"}}]
    )
    """Users by name, such as `{app: {rights: write, keys: ["app:*"]}, reports: {rights: read}}`, one of whom each service that uses the cache names by
    `cacheUser`. They take the token's place, and nobody gets in without a name: tasks with the token lose the cache until new ones run. About 0.40 USD a
    month each."""
    snapshot_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days that daily snapshots are kept, such as 14; 0 switches them off. Billed by GiB and month; no outage."""
    snapshot_window: DailyWindow = "02:00-03:00"
    """Daily snapshot window, UTC, an hour at least, such as 02:00-03:00. A change makes no outage."""
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    """Weekly maintenance window, UTC, an hour at least, apart from the snapshot window, such as sun:04:30-sun:05:30. A change of it restarts
    nothing."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with address and token in one, rediss://...; its readers restart when the token changes. Such as
    storefront/cache-url; about 0.40 USD a month."""
