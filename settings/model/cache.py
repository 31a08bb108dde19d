"""`slipway:cache`: Redis or Valkey."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.section import DailyWindow, SecretName, Section, Version, WeeklyWindow
from settings.rules import Rule


class Cache(Section):
    """The cache, in the isolated subnets, encrypted, with a token, reachable only from services that use it."""

    engine: Literal["redis", "valkey"] = "redis"
    """The engine: Redis, or Valkey, which is a fifth cheaper and understands the same commands. ElastiCache changes redis to valkey in place, never
    back."""
    version: Version = "7.1"
    """The engine's version, major.minor. Text: put it in quotes."""
    name: Annotated[str, Rule(limits.cache_identifier)] | None = None
    """The replication group's identifier; default app and environment. A change replaces the cache."""
    node_type: Annotated[str, Rule(limits.cache_node, {"enum": list(limits.CACHE_NODES)})] = Field(
        examples=["cache.t4g.small"]
    )
    """The size of each node, such as cache.t4g.small."""
    shards: Annotated[int, Field(ge=1, le=90)] | None = None
    """Shards; giving a number switches cluster mode on."""
    replicas: Annotated[int, Field(ge=0, le=5)] = 1
    """Replicas per shard (or of the primary): nodes = shards x (1 + replicas)."""
    multi_az: bool | None = None
    """Whether replicas stand in other zones and take over; default: whenever there is a replica."""
    snapshot_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days that daily snapshots are kept; 0 switches them off."""
    snapshot_window: DailyWindow = "02:00-03:00"
    """Daily snapshot window, UTC, an hour at least."""
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    """Weekly maintenance window, UTC, an hour at least, apart from the snapshot window."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with address and token in one, rediss://...; its readers restart when the token changes."""
