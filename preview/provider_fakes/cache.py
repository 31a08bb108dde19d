"""What ElastiCache answers."""

from __future__ import annotations

from preview.provider_fakes.asked import Answer, AskedResource


def replication_group(asked: AskedResource) -> Answer:
    """Answer a replication group, with one endpoint of all shards where it has several."""
    name = asked.physical("replicationGroupId", 40)
    domain = f"{asked.hex(6, 'domain')}.{asked.region.replace('-', '')}.cache.amazonaws.com"
    groups = asked.inputs.get("numNodeGroups")
    replicas = asked.inputs.get("replicasPerNodeGroup")
    nodes = asked.inputs.get("numCacheClusters")
    clustered = groups is not None
    if isinstance(groups, int):
        per_group = 1 + (replicas if isinstance(replicas, int) else 0)
        members = [f"{name}-{group:04}-{node:03}" for group in range(1, groups + 1) for node in range(1, per_group + 1)]
    else:
        members = [f"{name}-{node:03}" for node in range(1, (nodes if isinstance(nodes, int) else 1) + 1)]
    endpoints: dict[str, object] = (
        {"configurationEndpointAddress": f"clustercfg.{name}.{domain}"}
        if clustered
        else {"primaryEndpointAddress": f"master.{name}.{domain}", "readerEndpointAddress": f"replica.{name}.{domain}"}
    )
    port = asked.inputs.get("port") or 6379
    arn = asked.arn("elasticache", f"replicationgroup:{name}")
    outputs = {"arn": arn, "replicationGroupId": name, "port": port, "memberClusters": members, **endpoints}
    return Answer(name, outputs)
