"""The cache: its version, nodes and windows."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from limits.cache_parameters import cache_parameter
from settings.derived import NAME_PREFIX
from settings.model import Settings
from settings.problems import Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    cache = settings.cache
    if cache is None:
        return
    if cache.name is None:
        yield from found(["cache", "name"], limits.cache_identifier(settings.name_prefix), *NAME_PREFIX)
    yield from found(["cache", "version"], limits.cache_version(cache.engine, cache.version), ["cache", "engine"])
    yield from found(
        ["cache", "nodeType"], limits.cache_node_engine(cache.engine, cache.node_type), ["cache", "engine"]
    )
    yield from found(
        ["cache", "nodeType"], limits.cache_node_here(cache.node_type, settings.aws.region), ["aws", "region"]
    )
    for name, value in cache.parameters.items():
        yield from found(["cache", "parameters", name], cache_parameter(name, value))
    if cache.multi_az and cache.replicas == 0:
        yield at(
            ["cache", "multiAz"],
            "a second zone needs a replica to stand in it: set replicas to 1 or more",
            ["cache", "replicas"],
        )
    windows = (("snapshotWindow", cache.snapshot_window), ("maintenanceWindow", cache.maintenance_window))
    for name, window in windows:
        yield from found(["cache", name], limits.cache_window(window))
    yield from found(
        ["cache", "snapshotWindow"],
        limits.windows(cache.snapshot_window, cache.maintenance_window),
        ["cache", "maintenanceWindow"],
    )
    nodes = (cache.shards or 1) * (1 + cache.replicas)
    most = 90
    if nodes > most:
        yield at(
            ["cache", "shards"],
            f"{nodes} nodes are too many; shards x (1 + replicas) may be at most {most}",
            ["cache", "replicas"],
        )
