#!/usr/bin/env bash
# moto 5.2.5: a replication group asked for with NumCacheClusters has one node whatever the number, while it says that failover and
# several zones are on; with ReplicasPerNodeGroup instead it has them all. The nodes' zones and the endpoints are those of us-east-1 in
# every region, and no reader endpoint is answered. Code that waits for replicas, or looks which zones they are in, learns nothing.
# Here: the cache's nodes and zones are asserted on what is asked of the engine (tests/components/test_cache.py).
# Seen:
#   NumCacheClusters 3: 1 node, failover enabled, MultiAZ enabled
#   ReplicasPerNodeGroup 2: 3 nodes, failover enabled, MultiAZ enabled
#   zones in eu-west-1: us-east-1a us-east-1b us-east-1b
#   region of the endpoint: use1
#   reader endpoint: None
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[elasticache]==5.2.5" boto3==1.44.5
cat > expected <<'EXPECTED'
NumCacheClusters 3: 1 node, failover enabled, MultiAZ enabled
ReplicasPerNodeGroup 2: 3 nodes, failover enabled, MultiAZ enabled
zones in eu-west-1: us-east-1a us-east-1b us-east-1b
region of the endpoint: use1
reader endpoint: None
EXPECTED
cat > look.py <<'PYTHON'
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
import boto3
from moto import mock_aws

with mock_aws():
    elasticache = boto3.client("elasticache")
    sizes = {"NumCacheClusters 3": {"NumCacheClusters": 3}, "ReplicasPerNodeGroup 2": {"NumNodeGroups": 1, "ReplicasPerNodeGroup": 2}}
    for number, (size, given) in enumerate(sizes.items()):
        elasticache.create_replication_group(
            ReplicationGroupId=f"shop-{number}",
            ReplicationGroupDescription="sessions",
            Engine="valkey",
            CacheNodeType="cache.t4g.small",
            AutomaticFailoverEnabled=True,
            MultiAZEnabled=True,
            **given,
        )
        group = elasticache.describe_replication_groups(ReplicationGroupId=f"shop-{number}")["ReplicationGroups"][0]
        nodes = len(group["MemberClusters"])
        print(f"{size}: {nodes} node{'s' * (nodes > 1)}, failover {group['AutomaticFailover']}, MultiAZ {group['MultiAZ']}")
    shard = group["NodeGroups"][0]
    print("zones in eu-west-1:", *(node["PreferredAvailabilityZone"] for node in shard["NodeGroupMembers"]))
    print("region of the endpoint:", shard["PrimaryEndpoint"]["Address"].split(".")[-4])
    print("reader endpoint:", shard.get("ReaderEndpoint"))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
