"""What a cache costs: its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from preview.pricing.meter import CostComponent, PricedResource, plain


def replication_group(priced: PricedResource) -> Iterator[CostComponent]:
    """Meter the nodes: primary and replicas of each shard."""
    node, engine = priced.text("nodeType", "unknown"), priced.text("engine", "redis")
    shards = priced.number("numNodeGroups")
    nodes = shards * (1 + priced.number("replicasPerNodeGroup")) if shards else priced.number("numCacheClusters", 1)
    yield CostComponent(
        what=f"{plain(nodes)} x {node}",
        key=f"elasticache.{engine}.{node.replace('.', '_')}.node_hour",
        quantity=priced.hours(nodes),
    )
