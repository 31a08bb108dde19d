import dataclasses
import json
import re
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components._database_instance import InstanceArgs, ReplicaArgs
from components.database import Database, DatabaseArgs, Engine, PoolArgs, RestoreArgs
from preview.graph import UNKNOWN, Graph
from tests.components.conftest import ACCOUNT, build, check_contract

INSTANCE = "aws:rds/instance:Instance"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"


def args(**changes: Any) -> DatabaseArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "identifier": "storefront-production",
        "engine": Engine.POSTGRES,
        "version": "17",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "database_name": "storefront",
        "account_id": ACCOUNT,
        "region": "us-east-1",
    }
    of_instance = {field.name for field in dataclasses.fields(InstanceArgs)}
    server: dict[str, Any] = {"instance_class": "db.t4g.medium", "storage_gib": 50}
    server |= {name: changes.pop(name) for name in of_instance & changes.keys()}
    return DatabaseArgs(**{**given, "server": InstanceArgs(**server), **changes})


MYSQL: dict[str, Any] = {"engine": Engine.MYSQL, "version": "8.4"}


def recorded(**changes: Any) -> Graph:
    return build(lambda: Database("database", args(**changes)))


def parameters(graph: Graph) -> dict[str, tuple[str, str]]:
    given: Any = graph.one(PARAMETER_GROUP).inputs["parameters"]
    return {parameter["name"]: (parameter["value"], parameter["applyMethod"]) for parameter in given}


OWN_PASSWORD: dict[str, Any] = {"managed_password": False}
REPLICA: dict[str, Any] = {**OWN_PASSWORD, "replica": ReplicaArgs()}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        MYSQL,
        {"monitoring_seconds": 0, "final_snapshot": False},
        REPLICA,
        {"proxy": PoolArgs()},
        {"restore": RestoreArgs(snapshot="before-42")},
        {**OWN_PASSWORD, "restore": RestoreArgs(source="legacy", time="latest")},
        {**REPLICA, **MYSQL, "proxy": PoolArgs(), "monitoring_seconds": 0},
    ],
)
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: Database("database", args(**changes)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"identifier": "Shop"}, "identifier: 'Shop' is not an RDS identifier"),
        ({"identifier": "a" * 64}, "identifier: 'aaaa"),
        ({"version": "9.6"}, "version: '9.6' is not a postgres version RDS creates; allowed: 14, 15"),
        (
            {"auto_minor_upgrade": False},
            "version: '17' alone needs auto_minor_upgrade; name a minor version, such as 17.11",
        ),
        ({"instance_class": "db.m4.large"}, "instance_class: 'db.m4.large' is not a current RDS instance class"),
        ({"storage_gib": 19}, "storage_gib: 19 GiB is outside 20 to 65536 GiB"),
        ({"storage_type": "io2", "storage_gib": 99, "iops": 3000}, "storage_gib: 99 GiB is outside 100 to 65536 GiB"),
        ({"storage_type": "io2", "storage_gib": 100}, "iops: io2 storage needs iops"),
        ({"iops": 3000}, "iops: gp3 storage under 400 GiB has fixed 3000 iops"),
        ({"max_storage_gib": 54}, "storage_gib: the storage limit of 54 GiB must be at least 55 GiB"),
        ({"subnet_ids": ["subnet-a"]}, "subnet_ids: 1 given; at least two"),
        ({"database_name": "1shop"}, "database_name: '1shop' is not a postgres database name"),
        ({"username": "admin"}, "username: 'admin' is reserved by postgres"),
        ({"username": "a" * 17}, "username: 'aaaaaaaaaaaaaaaaa' is not a postgres user name: at most 16"),
        ({"port": 1149}, "port: 1149 is outside 1150 to 65535"),
        ({"backup_days": 0}, "backup_days: 0 is outside 1 to 35"),
        ({"backup_days": 36}, "backup_days: 36 is outside 1 to 35"),
        ({"rotate_days": 0}, "rotate_days: 0 is outside 1 to 1000"),
        ({"backup_window": "3-4"}, "backup_window: '3-4' is not a backup window"),
        ({"maintenance_window": "sun:03:30-sun:04:30"}, "overlaps the maintenance window"),
        ({"monitoring_seconds": 20}, "monitoring_seconds: 20 is not an interval; allowed: 0, 1, 5, 10, 15, 30 or 60"),
        ({"insights_advanced": True}, "insights_days: 7 is less than the 465 that the advanced mode keeps"),
        ({"insights_days": 8}, "insights_days: 8 is not a retention; allowed: 7, 31"),
        ({**MYSQL, "instance_class": "db.t3.micro"}, "insights_days: Database Insights does not exist"),
        ({"log_days": 42}, "log_days: 42 is not a retention"),
        ({"parameters": {"rds.force_ssl": "0"}}, "parameters: rds.force_ssl is set to 1 by the component"),
        ({"key_deletion_days": 6}, "key_deletion_days: 6 is outside 7 to 30"),
        ({"recovery_days": 6}, "recovery_days: 6 is not allowed; 0 or 7 to 30 are"),
        ({"replica": ReplicaArgs()}, "replica: RDS makes none of a database whose password it keeps"),
        ({**REPLICA, "identifier": "a" * 56}, "replica: 'aaaa"),
        ({**OWN_PASSWORD, "replica": ReplicaArgs(instance_class="db.m4.large")}, "replica: 'db.m4.large' is not a"),
        (
            {**OWN_PASSWORD, **MYSQL, "replica": ReplicaArgs(instance_class="db.t3.micro")},
            "replica: Database Insights does not exist",
        ),
        (
            {"proxy": PoolArgs(token_users=["web"])},
            "proxy: users who log in through it with tokens need iam_authentication=True",
        ),
        ({"proxy": PoolArgs(connections_percent=0)}, "proxy: connections_percent 0 is outside 1 to 100"),
        ({"proxy": PoolArgs(idle_minutes=481)}, "proxy: idle_minutes 481 is outside 1 to 480"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^DatabaseArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_lists_every_problem() -> None:
    with pytest.raises(ValueError, match="DatabaseArgs") as error:
        args(backup_days=0, storage_gib=5, username="rdsadmin")
    named = [line.partition(":")[0] for line in str(error.value).splitlines()]
    assert named == ["DatabaseArgs.storage_gib", "DatabaseArgs.username", "DatabaseArgs.backup_days"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"version": "16.10"}, "DatabaseArgs.version: RDS creates no new postgres 16.10 instances; allowed: 16.11"),
        ({"version": "13"}, "DatabaseArgs.version: standard support of postgres 13 ended on 2026-02-28: use 1"),
        ({"instance_class": "db.m9g.large", "region": "af-south-1"}, "DatabaseArgs.instance_class: af-south-1 has no"),
    ],
)
def test_refuses_what_rds_does_not_create(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match="DatabaseArgs") as error:
        args(**changes)
    assert str(error.value).startswith(problem)


def test_instance_has_what_is_asked_for() -> None:
    graph = recorded(
        storage_type="io2", storage_gib=100, iops=3000, max_storage_gib=200, multi_az=False, backup_days=30, port=5433
    )
    assert graph.has(
        INSTANCE,
        identifier="storefront-production",
        engine="postgres",
        engineVersion="17",
        instanceClass="db.t4g.medium",
        allocatedStorage=100,
        maxAllocatedStorage=200,
        storageType="io2",
        iops=3000,
        multiAz=False,
        dbName="storefront",
        username="app_admin",
        port=5433,
        backupRetentionPeriod=30,
        backupWindow="03:00-04:00",
        maintenanceWindow="sun:04:30-sun:05:30",
        caCertIdentifier="rds-ca-rsa2048-g1",
        applyImmediately=False,
        autoMinorVersionUpgrade=True,
        allowMajorVersionUpgrade=False,
        copyTagsToSnapshot=True,
    )


def test_safe_by_default() -> None:
    graph = recorded()
    assert graph.has(
        INSTANCE,
        multiAz=True,
        publiclyAccessible=False,
        storageEncrypted=True,
        deletionProtection=True,
        storageType="gp3",
        deleteAutomatedBackups=False,
    )
    instance = graph.one(INSTANCE)
    assert instance.protect
    assert graph.one(KEY).protect
    assert instance.delete_before_replace, "two instances cannot share an identifier"


def test_gp3_below_400_gib_names_no_baseline() -> None:
    inputs = recorded().one(INSTANCE).inputs
    assert "iops" not in inputs
    assert "storageThroughput" not in inputs
    assert recorded(storage_gib=400, iops=12000, throughput=500).has(INSTANCE, iops=12000, storageThroughput=500)


def test_one_key_encrypts_all_of_it() -> None:
    graph = recorded()
    arn = graph.one(KEY).outputs["arn"]
    assert graph.has(INSTANCE, kmsKeyId=arn, masterUserSecretKmsKeyId=arn, performanceInsightsKmsKeyId=arn)
    assert graph.has("aws:kms/alias:Alias", name="alias/storefront-production-database")
    assert recorded(key_deletion_days=7).has(KEY, deletionWindowInDays=7)


def test_rds_keeps_and_renews_the_password() -> None:
    graph = recorded(rotate_days=30)
    instance = graph.one(INSTANCE)
    assert instance.inputs["manageMasterUserPassword"] is True
    assert not {"password", "passwordWo"} & instance.inputs.keys()
    rotation = graph.one("aws:secretsmanager/secretRotation:SecretRotation")
    secrets: Any = instance.outputs["masterUserSecrets"]
    assert rotation.inputs == {
        "secretId": secrets[0]["secretArn"],
        "rotateImmediately": False,
        "rotationRules": {"automaticallyAfterDays": 30},
    }
    assert rotation.property_dependencies["secretId"] == (instance.urn,)


def test_postgres_refuses_connections_without_tls() -> None:
    graph = recorded(version="16.15", parameters={"work_mem": "8192"})
    assert graph.one(PARAMETER_GROUP).inputs["family"] == "postgres16"
    assert parameters(graph) == {"rds.force_ssl": ("1", "pending-reboot"), "work_mem": ("8192", "pending-reboot")}
    assert graph.one(INSTANCE).inputs["parameterGroupName"] == graph.one(PARAMETER_GROUP).outputs["name"]


def test_mysql_refuses_connections_without_tls_and_logs_slow_queries() -> None:
    graph = recorded(**MYSQL)
    assert graph.one(PARAMETER_GROUP).inputs["family"] == "mysql8.4"
    assert parameters(graph) == {
        "log_output": ("FILE", "immediate"),
        "require_secure_transport": ("1", "immediate"),
        "slow_query_log": ("1", "immediate"),
    }
    assert graph.one(INSTANCE).inputs["port"] == 3306


@pytest.mark.parametrize(
    ("changes", "logs"), [({}, ["postgresql", "upgrade"]), ({**MYSQL, "log_days": 30}, ["error", "slowquery"])]
)
def test_log_groups_stand_before_the_instance(changes: dict[str, Any], logs: list[str]) -> None:
    graph = recorded(log_key_arn="arn:aws:kms:us-east-1:123456789012:key/logs", **changes)
    instance = graph.one(INSTANCE)
    assert instance.inputs["enabledCloudwatchLogsExports"] == logs
    assert [group.inputs["name"] for group in graph.of(LOG_GROUP)] == [
        f"/aws/rds/instance/storefront-production/{log}" for log in logs
    ]
    assert graph.direct(instance, LOG_GROUP) == graph.of(LOG_GROUP)
    for group in graph.of(LOG_GROUP):
        assert group.inputs["retentionInDays"] == changes.get("log_days", 90)
        assert group.inputs["kmsKeyId"] == "arn:aws:kms:us-east-1:123456789012:key/logs"


def test_lives_in_the_given_subnets_behind_a_group_without_rules() -> None:
    graph = recorded()
    assert graph.one(SUBNET_GROUP).inputs["subnetIds"] == ["subnet-a", "subnet-b"]
    group = graph.one(SECURITY_GROUP, vpcId="vpc-1")
    assert not {"ingress", "egress"} & group.inputs.keys()
    assert not [resource for resource in graph.resources if "Rule" in resource.type]
    assert graph.has(
        INSTANCE,
        vpcSecurityGroupIds=[group.outputs["id"]],
        dbSubnetGroupName=graph.one(SUBNET_GROUP).outputs["name"],
    )


def test_monitoring_role_may_write_before_the_instance_exists() -> None:
    graph = recorded(region="us-gov-west-1")
    instance, role = graph.one(INSTANCE), graph.one("aws:iam/role:Role")
    attachment = graph.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role=role.outputs["name"])
    assert attachment.inputs["policyArn"] == (
        "arn:aws-us-gov:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    )
    assert attachment in graph.direct(instance)
    assert graph.has(INSTANCE, monitoringInterval=60, monitoringRoleArn=role.outputs["arn"])
    trust = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_monitoring_and_insights_can_be_off() -> None:
    graph = recorded(monitoring_seconds=0, insights_days=None)
    assert graph.has(INSTANCE, monitoringInterval=0, performanceInsightsEnabled=False)
    assert not {
        "databaseInsightsMode",
        "monitoringRoleArn",
        "performanceInsightsKmsKeyId",
        "performanceInsightsRetentionPeriod",
    } & (graph.one(INSTANCE).inputs.keys())
    assert not graph.of("aws:iam/role:Role")
    assert recorded(insights_days=31).has(
        INSTANCE, performanceInsightsEnabled=True, performanceInsightsRetentionPeriod=31
    )


def test_the_advanced_mode_of_insights_keeps_fifteen_months() -> None:
    graph = recorded(**REPLICA, insights_advanced=True, insights_days=465)
    for instance in graph.of(INSTANCE):
        assert instance.inputs["databaseInsightsMode"] == "advanced"
        assert instance.inputs["performanceInsightsRetentionPeriod"] == 465
    for instance in recorded(**REPLICA).of(INSTANCE):
        assert instance.inputs["databaseInsightsMode"] == "standard", "it is said, or there is no way back"


def test_final_snapshot_has_a_name_of_its_own() -> None:
    graph = recorded()
    suffix = graph.one("random:index/randomId:RandomId")
    assert graph.has(
        INSTANCE,
        skipFinalSnapshot=False,
        finalSnapshotIdentifier=f"storefront-production-final-{suffix.outputs['hex']}",
    )
    assert suffix.inputs["keepers"] == {
        "identifier": "storefront-production",
        "engine": "postgres",
        "database_name": "storefront",
        "username": "app_admin",
        "key": graph.one(KEY).outputs["arn"],
    }, "whatever replaces the instance must make a new name"


def test_without_final_snapshot_nothing_is_left() -> None:
    graph = recorded(final_snapshot=False, deletion_protection=False, protect=False)
    assert graph.has(INSTANCE, skipFinalSnapshot=True, deleteAutomatedBackups=True, deletionProtection=False)
    assert "finalSnapshotIdentifier" not in graph.one(INSTANCE).inputs
    assert not [resource for resource in graph.resources if resource.protect]


def test_only_what_holds_data_is_protected() -> None:
    assert {resource.type for resource in recorded().resources if resource.protect} == {INSTANCE, KEY}


@pytest.mark.parametrize(
    ("changes", "support"),
    [
        ({}, "open-source-rds-extended-support-disabled"),
        ({"extended_support": True}, "open-source-rds-extended-support"),
        (MYSQL, "open-source-rds-extended-support-disabled"),
        (
            {"engine": Engine.MYSQL, "version": "8.0.46", "extended_support": True},
            "open-source-rds-extended-support",
        ),
    ],
)
def test_extended_support_is_bought_only_where_asked_for(changes: dict[str, Any], support: str) -> None:
    assert recorded(**changes).has(INSTANCE, engineLifecycleSupport=support)


def test_major_upgrades_must_be_allowed() -> None:
    assert recorded(allow_major_upgrade=True, apply_immediately=True, auto_minor_upgrade=False, version="17.11").has(
        INSTANCE, allowMajorVersionUpgrade=True, applyImmediately=True, autoMinorVersionUpgrade=False
    )


def test_outputs() -> None:
    graph = recorded()
    instance = graph.one(INSTANCE)
    secrets: Any = instance.outputs["masterUserSecrets"]
    assert graph.registered_outputs[graph.one("slipway:index:Database").urn] == {
        "identifier": "storefront-production",
        "address": instance.outputs["address"],
        "port": 5432,
        "database_name": "storefront",
        "security_group_id": graph.one(SECURITY_GROUP).outputs["id"],
        "secret_arn": secrets[0]["secretArn"],
        "key_arn": graph.one(KEY).outputs["arn"],
        "instance_arn": instance.outputs["arn"],
        "resource_ids": [instance.outputs["resourceId"]],
    }


def test_plain_outputs_are_known_in_preview() -> None:
    graph = build(lambda: Database("database", args()), mode="preview")
    outputs = graph.registered_outputs[graph.one("slipway:index:Database").urn]
    assert (outputs["port"], outputs["database_name"]) == (5432, "storefront")
    assert outputs["secret_arn"] is UNKNOWN


def test_wiring_keeps_its_edges() -> None:
    def program() -> None:
        subnets = [aws.ec2.Subnet(f"subnet-{zone}", vpc_id="vpc-1") for zone in "ab"]
        Database("database", args(subnet_ids=[subnet.id for subnet in subnets]))

    graph = build(program, mode="preview")
    subnets = graph.of("aws:ec2/subnet:Subnet")
    assert set(graph.one(SUBNET_GROUP).property_dependencies["subnetIds"]) == {subnet.urn for subnet in subnets}


def test_arguments_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        args().backup_days = 1  # type: ignore[misc] # the refusal is what is tested


def test_options_reach_the_component_only() -> None:
    def program() -> None:
        parent = pulumi.ComponentResource("slipway:index:Parent", "parent")
        Database("database", args(), pulumi.ResourceOptions(parent=parent))

    graph = build(program)
    database = graph.one("slipway:index:Database")
    assert graph.urn(database.parent).name == "parent"
    assert graph.urn(graph.one(INSTANCE).parent) == database


def test_generated_names_tell_whose_they_are() -> None:
    graph = recorded()
    for type_ in (SECURITY_GROUP, SUBNET_GROUP, PARAMETER_GROUP):
        assert graph.one(type_).inputs["namePrefix"] == "storefront-production-database-", type_
        assert "storefront-production" in str(graph.one(type_).inputs["description"]), type_
    assert graph.has(SECURITY_GROUP, tags={"Name": "storefront-production-database"})
    assert graph.has("aws:iam/role:Role", path="/storefront-production/")


def test_users_log_in_with_tokens_only_where_asked_for() -> None:
    assert recorded().has(INSTANCE, iamDatabaseAuthenticationEnabled=False)
    graph = recorded(**REPLICA, iam_authentication=True)
    assert [r.inputs["iamDatabaseAuthenticationEnabled"] for r in graph.of(INSTANCE)] == [True, True]


def test_a_password_of_the_program_is_kept_as_rds_would() -> None:
    graph = recorded(**OWN_PASSWORD, recovery_days=7)
    instance, password = graph.one(INSTANCE), graph.one("random:index/randomPassword:RandomPassword")
    secret = graph.one("aws:secretsmanager/secret:Secret")
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert not instance.inputs.keys() & {"password", "manageMasterUserPassword", "masterUserSecretKmsKeyId"}
    assert instance.inputs["passwordWo"] == password.outputs["result"]
    assert {"passwordWo", "passwordWoVersion"} <= set(instance.secrets)
    assert json.loads(str(version.inputs["secretString"])) == {
        "username": "app_admin",
        "password": password.outputs["result"],
    }
    assert password.inputs["length"] == 40
    assert (secret.inputs["kmsKeyId"], secret.inputs["recoveryWindowInDays"]) == (graph.one(KEY).outputs["arn"], 7)
    assert secret.protect
    outputs = graph.registered_outputs[graph.one("slipway:index:Database").urn]
    assert outputs["secret_arn"] == secret.outputs["arn"]
    assert not graph.of("aws:secretsmanager/secretRotation:SecretRotation")
    assert instance in graph.direct(version), "the database takes a password before its readers do"


def test_a_new_password_has_a_new_version() -> None:
    def version(name: str) -> object:
        return build(lambda: Database(name, args(**OWN_PASSWORD))).one(INSTANCE).inputs["passwordWoVersion"]

    versions = [version("database"), version("other"), version("database")]
    assert versions[0] == versions[2] != versions[1]
    assert all(isinstance(version, int) and 1 <= version < 2**31 for version in versions)


def test_the_secret_is_known_once_it_is_filled() -> None:
    def program() -> None:
        database = Database("database", args(**OWN_PASSWORD))
        aws.ssm.Parameter("reader", type="String", value=database.secret_arn)

    graph = build(program)
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert version in graph.direct(graph.one("aws:ssm/parameter:Parameter"))


def test_without_options_there_is_one_instance_and_no_proxy() -> None:
    graph = recorded()
    assert len(graph.of(INSTANCE)) == 1
    assert not graph.of("aws:rds/proxy:Proxy")
    assert not graph.of("aws:secretsmanager/secret:Secret")


def test_a_replica_copies_the_instance_under_the_same_key() -> None:
    graph = recorded(**OWN_PASSWORD, replica=ReplicaArgs(instance_class="db.t4g.large", zone="us-east-1b"), port=5433)
    source, replica = graph.one(INSTANCE, name="database-instance"), graph.one(INSTANCE, name="database-replica")
    assert graph.has(
        INSTANCE,
        identifier="storefront-production-replica",
        replicateSourceDb=source.outputs["arn"],
        instanceClass="db.t4g.large",
        availabilityZone="us-east-1b",
        multiAz=False,
        storageEncrypted=True,
        publiclyAccessible=False,
        backupRetentionPeriod=0,
        skipFinalSnapshot=True,
        deletionProtection=True,
        port=5433,
    )
    same = (
        "allocatedStorage", "storageType", "dbSubnetGroupName", "parameterGroupName", "caCertIdentifier",
        "monitoringInterval", "monitoringRoleArn", "performanceInsightsKmsKeyId", "enabledCloudwatchLogsExports",
        "maintenanceWindow", "autoMinorVersionUpgrade",
    )  # fmt: skip
    assert {key: replica.inputs[key] for key in same} == {key: source.inputs[key] for key in same}
    # Its source decides these; RDS refuses a key of its own in the same region.
    refused = {"engine", "engineVersion", "dbName", "username", "passwordWo", "manageMasterUserPassword", "kmsKeyId"}
    assert not replica.inputs.keys() & refused
    assert replica.protect


def test_a_replica_is_as_large_as_the_instance_and_in_any_zone_unless_told() -> None:
    replica = recorded(**REPLICA).one(INSTANCE, name="database-replica")
    assert replica.inputs["instanceClass"] == "db.t4g.medium"
    assert "availabilityZone" not in replica.inputs


def test_a_replica_has_a_group_and_logs_of_its_own() -> None:
    graph = recorded(**REPLICA)
    replica, group = (
        graph.one(INSTANCE, name="database-replica"),
        graph.one(SECURITY_GROUP, name="database-replica-group"),
    )
    assert replica.inputs["vpcSecurityGroupIds"] == [group.outputs["id"]]
    logs = [log for log in graph.of(LOG_GROUP) if "-replica-" in log.name]
    assert [log.inputs["name"] for log in logs] == [
        f"/aws/rds/instance/storefront-production-replica/{log}" for log in ("postgresql", "upgrade")
    ]
    assert all(log in graph.direct(replica) for log in logs)
    assert graph.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment") in graph.direct(replica)


def test_outputs_of_a_replica() -> None:
    graph = recorded(**REPLICA)
    outputs = graph.registered_outputs[graph.one("slipway:index:Database").urn]
    replica = graph.one(INSTANCE, name="database-replica")
    assert outputs["replica_address"] == replica.outputs["address"] != outputs["address"]
    assert outputs["resource_ids"] == [instance.outputs["resourceId"] for instance in graph.of(INSTANCE)]


@pytest.mark.parametrize(("engine", "port"), [({}, 5432), (MYSQL, 3306)])
def test_clients_connect_to_the_proxy_where_there_is_one(engine: dict[str, Any], port: int) -> None:
    graph = recorded(**engine, proxy=PoolArgs(), port=6000)
    outputs = graph.registered_outputs[graph.one("slipway:index:Database").urn]
    assert outputs["address"] == graph.one("aws:rds/proxy:Proxy").outputs["endpoint"]
    assert outputs["port"] == port, "whatever the database's own"
    assert outputs["security_group_id"] == graph.one(SECURITY_GROUP, name="database-proxy-group").outputs["id"]
    assert outputs["identifier"] == "storefront-production"
    secrets: Any = graph.one(INSTANCE).outputs["masterUserSecrets"]
    assert outputs["secret_arn"] == secrets[0]["secretArn"]


MADE_FROM = ("snapshotIdentifier", "restoreToPointInTime")


@pytest.mark.parametrize(
    ("restore", "wanted"),
    [
        (RestoreArgs(snapshot="before-42"), {"snapshotIdentifier": "before-42"}),
        (
            RestoreArgs(source="legacy", time="latest"),
            {"restoreToPointInTime": {"sourceDbInstanceIdentifier": "legacy", "useLatestRestorableTime": True}},
        ),
        (
            RestoreArgs(source="db-ABCDEFGHIJKL0123", time="2026-01-30T11:55:00Z"),
            {
                "restoreToPointInTime": {
                    "sourceDbiResourceId": "db-ABCDEFGHIJKL0123",
                    "restoreTime": "2026-01-30T11:55:00Z",
                }
            },
        ),
        (
            RestoreArgs(source="arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1", time="latest"),
            {
                "restoreToPointInTime": {
                    "sourceDbInstanceAutomatedBackupsArn": "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1",
                    "useLatestRestorableTime": True,
                }
            },
        ),
    ],
)
def test_it_is_made_from_a_backup_and_takes_over_what_is_the_backups(
    restore: RestoreArgs, wanted: dict[str, Any]
) -> None:
    instance = recorded(restore=restore).one(INSTANCE)
    assert {name: instance.inputs[name] for name in MADE_FROM if name in instance.inputs} == wanted
    # Each would replace the living instance where it is not what the backup has.
    assert not {"dbName", "username", "kmsKeyId"} & instance.inputs.keys()
    assert instance.inputs["storageEncrypted"] is True
    assert set(MADE_FROM) <= set(instance.ignore_changes)
    assert instance.protect


def test_what_it_was_made_from_replaces_no_living_instance_either_when_it_is_taken_out() -> None:
    instance = recorded().one(INSTANCE)
    assert set(MADE_FROM) <= set(instance.ignore_changes)
    assert not set(MADE_FROM) & instance.inputs.keys()


def test_the_secret_of_a_restored_instance_names_the_backups_user() -> None:
    graph = recorded(**OWN_PASSWORD, restore=RestoreArgs(snapshot="before-42"))
    secret: Any = graph.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert graph.one(INSTANCE).urn in secret.property_dependencies["secretString"]


@pytest.mark.parametrize(
    ("restore", "words"),
    [
        (RestoreArgs(), "DatabaseArgs.restore: it needs a snapshot alone, or a source and a time"),
        (RestoreArgs(source="legacy"), "DatabaseArgs.restore: it needs a snapshot alone"),
        (RestoreArgs(snapshot="-"), "DatabaseArgs.restore: '-' is not the identifier"),
        (RestoreArgs(source="legacy", time="soon"), "DatabaseArgs.restore: 'soon' is neither latest"),
        (RestoreArgs(source="LEGACY", time="latest"), "DatabaseArgs.restore: 'LEGACY' is neither an instance's"),
    ],
)
def test_backups_that_cannot_be(restore: RestoreArgs, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        args(restore=restore)
