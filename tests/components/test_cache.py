import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.cache import Cache, CacheArgs
from preview.graph import Graph, Resource
from tests.components.conftest import ACCOUNT, build, check_contract

KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
NODES = "aws:elasticache/replicationGroup:ReplicationGroup"
PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup"
PASSWORD = "random:index/randomPassword:RandomPassword"
SECRET = "aws:secretsmanager/secret:Secret"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"


def args(**changes: Any) -> CacheArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "identifier": "storefront-production",
        "node_type": "cache.t4g.small",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "account_id": ACCOUNT,
        "region": "us-east-1",
    }
    return CacheArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Cache("cache", args(**changes)))


def shape(nodes: Resource) -> dict[str, object]:
    keys = ("numCacheClusters", "numNodeGroups", "replicasPerNodeGroup", "automaticFailoverEnabled", "multiAzEnabled")
    return {key: nodes.inputs[key] for key in keys if key in nodes.inputs}


@pytest.mark.parametrize("changes", [{}, {"shards": 1, "replicas": 2}])
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: Cache("cache", args(**changes)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"identifier": "a" * 41}, "identifier: 'aaaa"),
        ({"identifier": "shop--cache"}, "identifier: 'shop--cache' is not an ElastiCache identifier"),
        ({"version": "7.1.0"}, "version: '7.1.0' is not a redis version ElastiCache creates; allowed: 6.2, 7.0 or 7.1"),
        ({"engine": "valkey"}, "version: '7.1' is not a valkey version"),
        ({"node_type": "cache.t2.micro"}, "node_type: 'cache.t2.micro' is not a current ElastiCache node type"),
        ({"shards": 0}, "shards: 0 is outside 1 to 90"),
        ({"shards": 91, "replicas": 0}, "shards: 91 is outside 1 to 90"),
        ({"replicas": -1}, "replicas: -1 is outside 0 to 5"),
        ({"replicas": 6}, "replicas: 6 is outside 0 to 5"),
        ({"shards": 31, "replicas": 2}, "replicas: 2 in each of 31 shards make 93 nodes; at most 90 are allowed"),
        ({"replicas": 0, "multi_az": True}, "multi_az: True needs at least one replica"),
        ({"subnet_ids": ["subnet-a"]}, "subnet_ids: 1 given; at least two"),
        ({"port": 0}, "port: 0 is outside 1 to 65535"),
        ({"snapshot_days": 36}, "snapshot_days: 36 is outside 0 to 35"),
        ({"snapshot_window": "2 to 3"}, "snapshot_window: '2 to 3' is not a backup window"),
        ({"snapshot_window": "02:00-02:45"}, "snapshot_window: 02:00-02:45 is 45 minutes long; ElastiCache takes 60"),
        (
            {"maintenance_window": "sat:23:45-sun:00:15"},
            "maintenance_window: sat:23:45-sun:00:15 is 30 minutes long; ElastiCache takes 60",
        ),
        ({"snapshot_window": "05:00-06:00"}, "snapshot_window: the backup window 05:00-06:00 overlaps"),
        ({"log_days": 42}, "log_days: 42 is not a retention"),
        ({"recovery_days": 6}, "recovery_days: 6 is not allowed; 0 or 7 to 30 are"),
        ({"key_deletion_days": 31}, "key_deletion_days: 31 is outside 7 to 30"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^CacheArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_windows_may_span_midnight() -> None:
    assert args(snapshot_window="23:30-00:30", maintenance_window="sat:12:00-sat:13:00")
    assert args(maintenance_window="sun:23:00-mon:00:30")


@pytest.mark.parametrize(
    ("changes", "expected", "members"),
    [
        (
            {"replicas": 0},
            {"numCacheClusters": 1, "automaticFailoverEnabled": False, "multiAzEnabled": False},
            ["storefront-production-001"],
        ),
        (
            {"replicas": 2},
            {"numCacheClusters": 3, "automaticFailoverEnabled": True, "multiAzEnabled": True},
            [f"storefront-production-00{node}" for node in (1, 2, 3)],
        ),
        (
            {"replicas": 1, "multi_az": False, "subnet_ids": ["subnet-a"]},
            {"numCacheClusters": 2, "automaticFailoverEnabled": True, "multiAzEnabled": False},
            [f"storefront-production-00{node}" for node in (1, 2)],
        ),
        (
            {"shards": 1, "replicas": 2},
            {"numNodeGroups": 1, "replicasPerNodeGroup": 2, "automaticFailoverEnabled": True, "multiAzEnabled": True},
            [f"storefront-production-0001-00{node}" for node in (1, 2, 3)],
        ),
        (
            {"shards": 3, "replicas": 0},
            {"numNodeGroups": 3, "replicasPerNodeGroup": 0, "automaticFailoverEnabled": True, "multiAzEnabled": False},
            [f"storefront-production-000{shard}-001" for shard in (1, 2, 3)],
        ),
    ],
)
def test_shapes(changes: dict[str, Any], expected: dict[str, object], members: list[str]) -> None:
    graph = recorded(**changes)
    nodes = graph.one(NODES)
    assert shape(nodes) == expected
    outputs = graph.registered_outputs[graph.one("slipway:index:Cache").urn]
    assert outputs["members"] == members == nodes.outputs["memberClusters"]
    clustered = "shards" in changes
    endpoint = "configurationEndpointAddress" if clustered else "primaryEndpointAddress"
    assert outputs["host"] == nodes.outputs[endpoint]
    switched_on = [{"name": "cluster-enabled", "value": "yes"}]
    assert graph.one(PARAMETER_GROUP).inputs.get("parameters") == (switched_on if clustered else None)
    assert nodes.inputs["parameterGroupName"] == graph.one(PARAMETER_GROUP).outputs["name"]


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("redis", "6.2", "redis6.x"),
        ("redis", "7.0", "redis7"),
        ("valkey", "7.2", "valkey7"),
        ("valkey", "8.1", "valkey8"),
    ],
)
def test_parameter_family_follows_the_version(engine: str, version: str, family: str) -> None:
    graph = recorded(engine=engine, version=version)
    name = f"storefront-production-cache-{family.replace('.', '-')}"
    assert graph.has(PARAMETER_GROUP, family=family, name=name), "an upgrade's group stands beside the old one"
    assert graph.has(NODES, engine=engine, engineVersion=version)


def test_encrypted_at_rest_and_in_transit() -> None:
    graph = recorded()
    arn = graph.one(KEY).outputs["arn"]
    assert graph.has(NODES, atRestEncryptionEnabled=True, kmsKeyId=arn, transitEncryptionEnabled=True)
    assert graph.one(NODES).inputs.get("transitEncryptionMode") in (None, "required")
    assert graph.has(SECRET, kmsKeyId=arn)
    assert recorded(key_deletion_days=7).has(KEY, deletionWindowInDays=7)


def test_the_token_is_a_secret_wherever_it_stands() -> None:
    graph = recorded()
    token = str(graph.one(PASSWORD).outputs["result"])
    nodes = graph.one(NODES)
    assert nodes.inputs["authToken"] == token
    holders = set()
    for resource in graph.resources:
        for key, value in resource.inputs.items():
            if token in json.dumps(value):
                holders.add((resource.name, key))
                assert key in resource.secrets, f"{resource} shows the token in {key}"
    assert holders == {("cache-nodes", "authToken"), ("cache-secret", "secretString")}
    assert not [outputs for outputs in graph.registered_outputs.values() if token in json.dumps(outputs)]


def test_the_token_is_one_that_elasticache_takes() -> None:
    assert recorded().has(PASSWORD, length=64, special=False)


def test_a_secret_says_how_to_connect() -> None:
    graph = recorded(port=6380)
    nodes, token = graph.one(NODES), graph.one(PASSWORD).outputs["result"]
    host = nodes.outputs["primaryEndpointAddress"]
    url = f"rediss://:{token}@{host}:6380"
    assert nodes.inputs["port"] == 6380
    document = json.loads(str(graph.one(VERSION, "cache-secret").inputs["secretString"]))
    assert document == {"token": token, "host": host, "port": 6380, "url": url}
    assert graph.one(SECRET, "cache-secret").inputs["namePrefix"] == "storefront-production-cache-secret-"


def test_the_secrets_arn_waits_for_its_value() -> None:
    def program() -> None:
        aws.ssm.Parameter("token", type="String", value=Cache("cache", args()).secret_arn)

    graph = build(program)
    reader = graph.one("aws:ssm/parameter:Parameter")
    secret, version = graph.one(SECRET), graph.one(VERSION)
    assert reader.inputs["value"] == secret.outputs["arn"] == version.inputs["secretId"]
    assert set(reader.property_dependencies["value"]) == {secret.urn, version.urn}


def test_both_logs_are_kept() -> None:
    graph = recorded(log_days=30, log_key_arn="arn:aws:kms:us-east-1:123456789012:key/logs")
    nodes = graph.one(NODES)
    deliveries: Any = nodes.inputs["logDeliveryConfigurations"]
    names = {log: f"/aws/elasticache/storefront-production/{log}" for log in ("engine-log", "slow-log")}
    assert {delivery["logType"]: delivery["destination"] for delivery in deliveries} == names
    assert {(d["destinationType"], d["logFormat"]) for d in deliveries} == {("cloudwatch-logs", "json")}
    assert graph.direct(nodes, LOG_GROUP) == graph.of(LOG_GROUP)
    for group in graph.of(LOG_GROUP):
        assert group.inputs["name"] in names.values()
        assert group.inputs["retentionInDays"] == 30
        assert group.inputs["kmsKeyId"] == "arn:aws:kms:us-east-1:123456789012:key/logs"


def test_lives_in_the_given_subnets_behind_a_group_without_rules() -> None:
    graph = recorded()
    group = graph.one(SECURITY_GROUP, vpcId="vpc-1")
    assert not {"ingress", "egress"} & group.inputs.keys()
    assert not [resource for resource in graph.resources if "Rule" in resource.type]
    assert graph.one(SUBNET_GROUP).inputs["subnetIds"] == ["subnet-a", "subnet-b"]
    assert graph.has(
        NODES,
        securityGroupIds=[group.outputs["id"]],
        subnetGroupName=graph.one(SUBNET_GROUP).outputs["name"],
    )


def test_snapshots() -> None:
    graph = recorded()
    suffix = graph.one("random:index/randomId:RandomId")
    assert graph.has(
        NODES,
        snapshotRetentionLimit=7,
        snapshotWindow="02:00-03:00",
        maintenanceWindow="sun:04:30-sun:05:30",
        finalSnapshotIdentifier=f"storefront-production-final-{suffix.outputs['hex']}",
    )
    assert suffix.inputs["keepers"] == {
        "identifier": "storefront-production",
        "cluster_mode": "False",
        "port": "6379",
        "key": graph.one(KEY).outputs["arn"],
    }, "whatever replaces the cache must make a new name"
    without = recorded(snapshot_days=0, final_snapshot=False)
    assert without.has(NODES, snapshotRetentionLimit=0)
    assert "finalSnapshotIdentifier" not in without.one(NODES).inputs


def test_what_holds_data_is_protected() -> None:
    graph = recorded()
    protected = sorted(resource.name for resource in graph.resources if resource.protect)
    assert protected == ["cache-key-key", "cache-nodes", "cache-secret"]
    assert graph.one(NODES).delete_before_replace, "two groups cannot share an identifier"
    assert not [resource for resource in recorded(protect=False).resources if resource.protect]


def test_recovery_of_secrets() -> None:
    assert recorded().has(SECRET, recoveryWindowInDays=30)
    assert recorded(recovery_days=0).has(SECRET, recoveryWindowInDays=0)


def test_updates() -> None:
    assert recorded().has(NODES, autoMinorVersionUpgrade=True, applyImmediately=False)
    assert recorded(auto_minor_upgrade=False, apply_immediately=True).has(
        NODES, autoMinorVersionUpgrade=False, applyImmediately=True
    )


def test_data_tiering_comes_with_the_nodes_that_need_it() -> None:
    assert recorded(node_type="cache.r6gd.xlarge").has(NODES, nodeType="cache.r6gd.xlarge", dataTieringEnabled=True)
    assert "dataTieringEnabled" not in recorded().one(NODES).inputs


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:Cache").urn] == {
        "host": graph.one(NODES).outputs["primaryEndpointAddress"],
        "port": 6379,
        "security_group_id": graph.one(SECURITY_GROUP).outputs["id"],
        "secret_arn": graph.one(SECRET, "cache-secret").outputs["arn"],
        "key_arn": graph.one(KEY).outputs["arn"],
        "members": ["storefront-production-001", "storefront-production-002"],
    }


def test_generated_names_tell_whose_they_are() -> None:
    graph = recorded()
    assert graph.has(
        SECURITY_GROUP, namePrefix="storefront-production-cache-", tags={"Name": "storefront-production-cache"}
    )
    assert graph.has(SUBNET_GROUP, name="storefront-production-cache")
    for type_ in (SECURITY_GROUP, SUBNET_GROUP, PARAMETER_GROUP, NODES, SECRET):
        assert "storefront-production" in str(graph.one(type_).inputs["description"]), type_


def test_parameters_stand_beside_those_of_cluster_mode() -> None:
    given = {"maxmemory-policy": "noeviction"}
    (plain,) = recorded(parameters=given).of(PARAMETER_GROUP)
    (clustered,) = recorded(parameters=given, shards=2).of(PARAMETER_GROUP)
    assert plain.inputs["parameters"] == [{"name": "maxmemory-policy", "value": "noeviction"}]
    assert clustered.inputs["parameters"] == [
        {"name": "cluster-enabled", "value": "yes"},
        {"name": "maxmemory-policy", "value": "noeviction"},
    ]


def test_a_wrong_parameter_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"CacheArgs.parameters\['cluster-enabled'\]: .*`shards` switches cluster mode on"
    ):
        args(parameters={"cluster-enabled": "yes"})
