"""ElastiCache: names, nodes and versions."""

from __future__ import annotations

import re

from limits import tables
from limits.tables import CACHE_FAMILIES, CACHE_NODES, CACHE_VERSIONS, VALKEY_ONLY
from limits.words import listed, meant, short, sizes


def cache_identifier(name: str) -> str | None:
    """Check a replication group's identifier."""
    if re.fullmatch(r"[a-z](?:-?[a-z0-9])*", name) and len(name) <= 40:
        return None
    return f"{short(name)} is not an ElastiCache identifier: at most 40 lower-case letters, digits and single inner hyphens, a letter first"


def cache_node(name: str) -> str | None:
    """Check a cache node type: that it exists somewhere; `cache_node_here` knows where."""
    if name in CACHE_NODES:
        return None
    return (
        f"{short(name)} is not a current ElastiCache node type{meant(name, CACHE_NODES)}; allowed: "
        f"{sizes('cache', name, CACHE_FAMILIES)}"
    )


def cache_node_here(node: str, region: str) -> str | None:
    """Check that a known node type is one that a region has."""
    there = tables.cache_nodes_of(region)
    if there is None or node in there or node not in CACHE_NODES:
        return None
    found = [name.split(".") for name in there]
    families = {family: [size for _, of, size in found if of == family] for _, family, _ in found}
    return f"{region} has no {node}; allowed: {sizes('cache', node, families)}"


def cache_node_engine(engine: str, node: str) -> str | None:
    """Check that an engine runs on a known node type: the newest families take Valkey alone."""
    if engine == "valkey" or node.split(".")[1] not in VALKEY_ONLY:
        return None
    return f"{node} runs valkey, not {engine}; allowed for {engine}: {listed([f for f in CACHE_FAMILIES if f not in VALKEY_ONLY])}"


def cache_version(engine: str, version: str) -> str | None:
    """Check a cache engine's version, `major.minor`."""
    allowed = CACHE_VERSIONS[engine]
    return (
        None
        if version in allowed
        else f"{short(version)} is not a {engine} version ElastiCache creates; allowed: {listed(allowed)}"
    )
