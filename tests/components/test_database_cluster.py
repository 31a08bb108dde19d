import json
from typing import Any

import pulumi_aws as aws
import pytest

from components._database_cluster import AuroraArgs, ServerlessArgs
from components._database_instance import InstanceArgs
from components.database import Database, DatabaseArgs, Engine, PoolArgs, RestoreArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

CLUSTER = "aws:rds/cluster:Cluster"
INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
KEY = "aws:kms/key:Key"
SERVERLESS = ServerlessArgs(max_capacity=8)
MYSQL: dict[str, Any] = {"engine": Engine.AURORA_MYSQL, "version": "8.0"}
OWN_PASSWORD: dict[str, Any] = {"managed_password": False}


def args(**changes: Any) -> DatabaseArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "identifier": "storefront-production",
        "engine": Engine.AURORA_POSTGRES,
        "version": "17",
        "server": AuroraArgs(serverless=SERVERLESS),
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "database_name": "storefront",
        "account_id": ACCOUNT,
        "region": "us-east-1",
    }
    return DatabaseArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Database("database", args(**changes)))


def server(**given: Any) -> AuroraArgs:
    return AuroraArgs(**{"serverless": None if "instance_class" in given else SERVERLESS, **given})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        MYSQL,
        {"server": server(instance_class="db.r7g.large", readers=3, zones=["us-east-1a", "us-east-1b"])},
        {**OWN_PASSWORD, "proxy": PoolArgs(), "monitoring_seconds": 0, "final_snapshot": False},
        {"restore": RestoreArgs(snapshot="before-42")},
    ],
)
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: Database("database", args(**changes)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"server": AuroraArgs()}, "instance_class: a class or serverless capacity, and neither is given"),
        (
            {"server": AuroraArgs(instance_class="db.r7g.large", serverless=SERVERLESS)},
            "instance_class: a class or serverless capacity, and both are given",
        ),
        ({"server": server(readers=16)}, "readers: 16 is outside 0 to 15"),
        (
            {"engine": "aurora-mysql", "version": "8.0", "server": server(instance_class="db.t3.medium")},
            "insights_days: Database Insights does not exist for aurora-mysql on db.t3.medium",
        ),
        ({"server": server(instance_class="db.m7g.large")}, "instance_class: us-east-1 has no db.m7g.large for aurora"),
        ({"server": server(serverless=ServerlessArgs(max_capacity=257))}, "serverless: max_capacity: 257 ACUs are not"),
        ({"server": server(serverless=ServerlessArgs(max_capacity=1.2))}, "serverless: max_capacity: 1.2 ACUs are not"),
        ({"identifier": "a" * 61}, "identifier: 'aaaa"),
        (
            {"server": InstanceArgs(instance_class="db.r7g.large", storage_gib=50)},
            "server: aurora-postgresql runs on a",
        ),
        ({"engine": Engine.POSTGRES}, "server: postgres runs on an instance"),
        (
            {"restore": RestoreArgs(source="db-ABCDEFGHIJKL0123", time="latest")},
            "restore: 'db-ABCDEFGHIJKL0123' is nei",
        ),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^DatabaseArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_cluster_has_what_is_asked_for_and_is_safe_by_default() -> None:
    graph = recorded(backup_days=30, port=5433, parameters={"work_mem": "8192"})
    cluster, key = graph.one(CLUSTER), graph.one(KEY).outputs["arn"]
    assert graph.has(
        CLUSTER,
        clusterIdentifier="storefront-production",
        engine="aurora-postgresql",
        engineVersion="17",
        engineLifecycleSupport="open-source-rds-extended-support-disabled",
        databaseName="storefront",
        masterUsername="app_admin",
        manageMasterUserPassword=True,
        masterUserSecretKmsKeyId=key,
        storageEncrypted=True,
        kmsKeyId=key,
        port=5433,
        backupRetentionPeriod=30,
        preferredBackupWindow="03:00-04:00",
        preferredMaintenanceWindow="sun:04:30-sun:05:30",
        # Without it a cluster stays I/O-Optimized for ever.
        storageType="aurora",
        copyTagsToSnapshot=True,
        deletionProtection=True,
        skipFinalSnapshot=False,
        deleteAutomatedBackups=False,
        applyImmediately=False,
        allowMajorVersionUpgrade=False,
        enabledCloudwatchLogsExports=["postgresql"],
        serverlessv2ScalingConfiguration={"minCapacity": 0.5, "maxCapacity": 8},
    )
    assert cluster.protect
    assert cluster.delete_before_replace, "two clusters cannot share an identifier"
    assert not {"availabilityZones", "masterPassword", "engineMode"} & cluster.inputs.keys()
    group = graph.one("aws:rds/clusterParameterGroup:ClusterParameterGroup")
    assert group.inputs["family"] == "aurora-postgresql17"
    assert cluster.inputs["dbClusterParameterGroupName"] == group.outputs["name"]
    assert group.inputs["parameters"] == [
        {"name": "rds.force_ssl", "value": "1", "applyMethod": "pending-reboot"},
        {"name": "work_mem", "value": "8192", "applyMethod": "pending-reboot"},
    ]
    (log,) = graph.of("aws:cloudwatch/logGroup:LogGroup")
    assert log.inputs["name"] == "/aws/rds/cluster/storefront-production/postgresql"
    assert log in graph.direct(cluster)


def test_mysql_refuses_connections_without_tls_and_logs_slow_queries() -> None:
    graph = recorded(**MYSQL)
    group: Any = graph.one("aws:rds/clusterParameterGroup:ClusterParameterGroup").inputs
    assert group["family"] == "aurora-mysql8.0"
    assert {each["name"]: each["value"] for each in group["parameters"]} == {
        "log_output": "FILE",
        "require_secure_transport": "ON",
        "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL",
        "server_audit_logging": "1",
        "slow_query_log": "1",
    }
    assert graph.has(CLUSTER, port=3306, enabledCloudwatchLogsExports=["audit", "error", "slowquery"])


def test_instances_stand_in_zones_in_turn() -> None:
    graph = recorded(server=server(readers=2, zones=["us-east-1a", "us-east-1b"]))
    cluster, instances = graph.one(CLUSTER), sorted(graph.of(INSTANCE), key=lambda instance: instance.name)
    assert [(i.name, i.inputs["identifier"]) for i in instances] == [
        (f"database-instance-{n}", f"storefront-production-{n}") for n in (1, 2, 3)
    ]
    assert [i.inputs["availabilityZone"] for i in instances] == ["us-east-1a", "us-east-1b", "us-east-1a"]
    assert [i.inputs["promotionTier"] for i in instances] == [0, 1, 2]
    for instance in instances:
        assert instance.inputs["clusterIdentifier"] == cluster.outputs["clusterIdentifier"]
        assert instance.inputs["instanceClass"] == "db.serverless"
        assert instance.inputs["publiclyAccessible"] is False
        assert instance.inputs["dbSubnetGroupName"] == cluster.inputs["dbSubnetGroupName"]
        assert instance.inputs["performanceInsightsKmsKeyId"] == graph.one(KEY).outputs["arn"]
        assert "engineVersion" not in instance.inputs, "the cluster's decides"
        assert not instance.protect, "it holds no data"


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 7),
        ({"insights_advanced": True, "insights_days": 465}, 465),
        ({"insights_days": None}, None),
        ({"restore": RestoreArgs(snapshot="before-42")}, None),
        ({"restore": RestoreArgs(snapshot="before-42"), "insights_advanced": True, "insights_days": 465}, 465),
    ],
)
def test_insights_are_on_at_the_cluster_so_that_its_mode_changes_both_ways(
    changes: dict[str, Any], days: int | None
) -> None:
    graph = recorded(**changes)
    cluster = graph.one(CLUSTER).inputs
    assert cluster["databaseInsightsMode"] == ("advanced" if changes.get("insights_advanced") else "standard")
    assert cluster.get("performanceInsightsEnabled") is (None if days is None else True)
    assert cluster.get("performanceInsightsRetentionPeriod") == days
    assert ("performanceInsightsKmsKeyId" in cluster) == (days is not None)


def test_instances_of_a_class_in_zones_of_aurora_s_choice() -> None:
    graph = recorded(server=server(instance_class="db.r7g.large", readers=0, io_optimized=True))
    (instance,) = graph.of(INSTANCE)
    assert instance.inputs["instanceClass"] == "db.r7g.large"
    assert "availabilityZone" not in instance.inputs
    assert graph.has(CLUSTER, storageType="aurora-iopt1")
    assert "serverlessv2ScalingConfiguration" not in graph.one(CLUSTER).inputs


@pytest.mark.parametrize(
    ("capacity", "wanted"),
    [
        (
            ServerlessArgs(min_capacity=0, max_capacity=4),
            {"minCapacity": 0, "maxCapacity": 4, "secondsUntilAutoPause": 300},
        ),
        (
            ServerlessArgs(min_capacity=0, max_capacity=4, pause_after_seconds=1800),
            {"minCapacity": 0, "maxCapacity": 4, "secondsUntilAutoPause": 1800},
        ),
    ],
)
def test_it_pauses_where_that_is_asked_for(capacity: ServerlessArgs, wanted: dict[str, Any]) -> None:
    assert recorded(server=server(serverless=capacity)).has(CLUSTER, serverlessv2ScalingConfiguration=wanted)


def test_outputs() -> None:
    graph = recorded()
    cluster = graph.one(CLUSTER)
    secrets: Any = cluster.outputs["masterUserSecrets"]
    group = graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    assert graph.registered_outputs[graph.one("slipway:index:Database").urn] == {
        "identifier": "storefront-production",
        "address": cluster.outputs["endpoint"],
        "port": 5432,
        "database_name": "storefront",
        "security_group_id": group,
        "secret_arn": secrets[0]["secretArn"],
        "key_arn": graph.one(KEY).outputs["arn"],
        "instance_arn": cluster.outputs["arn"],
        "resource_ids": [cluster.outputs["clusterResourceId"]],
        "replica_address": cluster.outputs["readerEndpoint"],
    }
    assert (
        "replica_address"
        not in recorded(server=server(readers=0)).registered_outputs[graph.one("slipway:index:Database").urn]
    )


def test_an_address_is_known_once_an_instance_answers() -> None:
    def program() -> None:
        database = Database("database", args())
        assert database.replica
        for name, address in (("writer", database.address), ("readers", database.replica.address)):
            aws.ssm.Parameter(name, type="String", value=address)

    graph = build(program)
    instances = {each.name: each for each in graph.of(INSTANCE)}
    reached = {each.name: graph.direct(each, INSTANCE) for each in graph.of("aws:ssm/parameter:Parameter")}
    assert instances["database-instance-1"] in reached["writer"]
    assert instances["database-instance-2"] in reached["readers"]


def test_the_password_is_rotated_once_an_instance_answers() -> None:
    graph = recorded(rotate_days=30)
    rotation = graph.one("aws:secretsmanager/secretRotation:SecretRotation")
    assert set(graph.of(INSTANCE)) <= set(graph.direct(rotation))


def test_a_password_of_the_program_is_kept_as_rds_would() -> None:
    graph = recorded(**OWN_PASSWORD)
    cluster, password = graph.one(CLUSTER), graph.one("random:index/randomPassword:RandomPassword")
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert cluster.inputs["masterPasswordWo"] == password.outputs["result"]
    assert {"masterPasswordWo", "masterPasswordWoVersion"} <= set(cluster.secrets)
    assert "manageMasterUserPassword" not in cluster.inputs
    assert json.loads(str(version.inputs["secretString"]))["username"] == "app_admin"
    assert set(graph.of(INSTANCE)) <= set(graph.direct(version))


def test_a_proxy_leads_to_the_cluster_once_all_instances_are_there() -> None:
    graph = recorded(proxy=PoolArgs())
    target = graph.one("aws:rds/proxyTarget:ProxyTarget")
    assert target.inputs["dbClusterIdentifier"] == "storefront-production"
    assert "dbInstanceIdentifier" not in target.inputs
    assert set(graph.of(INSTANCE)) <= set(graph.direct(target))
    assert graph.has("aws:rds/proxy:Proxy", engineFamily="POSTGRESQL")
    outputs = graph.registered_outputs[graph.one("slipway:index:Database").urn]
    assert outputs["replica_address"] == graph.one(CLUSTER).outputs["readerEndpoint"]
    assert outputs["address"] == graph.one("aws:rds/proxy:Proxy").outputs["endpoint"]


MADE_FROM = ("snapshotIdentifier", "restoreToPointInTime")


@pytest.mark.parametrize(
    ("restore", "wanted"),
    [
        (RestoreArgs(snapshot="before-42"), {"snapshotIdentifier": "before-42"}),
        (
            RestoreArgs(source="legacy", time="latest"),
            {"restoreToPointInTime": {"sourceClusterIdentifier": "legacy", "useLatestRestorableTime": True}},
        ),
        (
            RestoreArgs(source="cluster-ABCDEFGHIJKL0123", time="2026-01-30T11:55:00Z"),
            {
                "restoreToPointInTime": {
                    "sourceClusterResourceId": "cluster-ABCDEFGHIJKL0123",
                    "restoreToTime": "2026-01-30T11:55:00Z",
                }
            },
        ),
    ],
)
def test_it_is_made_from_a_backup_and_takes_over_what_is_the_backups(
    restore: RestoreArgs, wanted: dict[str, Any]
) -> None:
    cluster = recorded(restore=restore).one(CLUSTER)
    assert {name: cluster.inputs[name] for name in MADE_FROM if name in cluster.inputs} == wanted
    # Each would replace the living cluster where it is not what the backup has.
    assert not {"databaseName", "masterUsername", "kmsKeyId"} & cluster.inputs.keys()
    assert set(MADE_FROM) <= set(cluster.ignore_changes)


def test_only_what_holds_data_is_protected() -> None:
    assert {resource.type for resource in recorded().resources if resource.protect} == {CLUSTER, KEY}
    off = recorded(final_snapshot=False, deletion_protection=False, protect=False)
    assert not [resource for resource in off.resources if resource.protect]
    assert off.has(CLUSTER, skipFinalSnapshot=True, deleteAutomatedBackups=True, deletionProtection=False)
