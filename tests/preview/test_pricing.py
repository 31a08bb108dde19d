"""The expected figures are worked out by hand from the list prices of us-east-1, 730 hours a month."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from preview import price_list, yaml
from preview.graph import Graph, Resource
from preview.price_list import PriceList, project_prices
from preview.pricing import Estimate, estimate, region_of

PROVIDER = Resource(
    urn="u:provider", type="pulumi:providers:aws", name="aws", inputs={"region": "us-east-1"}, outputs={"id": "1"}
)


def made(
    type_: str, name: str = "it", *, parent: str = "", depends: tuple[str, ...] = (), **inputs: object
) -> Resource:
    return Resource(
        urn=f"u:{name}",
        type=type_,
        name=name,
        parent=parent,
        inputs=inputs,
        dependencies=depends,
        provider="u:provider::1",
    )


def estimated(*resources: Resource, prices: PriceList | None = None) -> Estimate:
    graph = Graph(project="toy", stack="prod", resources=(PROVIDER, *resources), exports={})
    return estimate(graph, prices)


def monthly(*resources: Resource) -> Decimal:
    found = estimated(*resources)
    assert found.missing == ()
    return found.total


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        # 730 h x 0.045
        (made("aws:ec2/natGateway:NatGateway"), "32.850"),
        # 730 h x 0.005
        (made("aws:ec2/eip:Eip"), "3.650"),
        (made("aws:kms/key:Key"), "1.0"),
        (made("aws:secretsmanager/secret:Secret"), "0.4"),
        # 2 zones x 730 h x 0.01
        (
            made(
                "aws:ec2/vpcEndpoint:VpcEndpoint",
                vpcEndpointType="Interface",
                serviceName="com.amazonaws.us-east-1.logs",
                subnetIds=["a", "b"],
            ),
            "14.60",
        ),
        (made("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Gateway"), "0"),
        # 730 h x (0.0225 + 0.008 + 2 x 0.005)
        (made("aws:lb/loadBalancer:LoadBalancer", subnets=["a", "b"]), "29.5650"),
        # 730 h x (0.0225 + 0.008)
        (made("aws:lb/loadBalancer:LoadBalancer", internal=True, subnets=["a", "b"]), "22.2650"),
        # 5 + 3 x 1
        (made("aws:wafv2/webAcl:WebAcl", rules=[{}, {}, {}]), "8.0"),
        (made("aws:cloudwatch/metricAlarm:MetricAlarm", period=60), "0.1"),
        (made("aws:cloudwatch/metricAlarm:MetricAlarm", period=10), "0.3"),
        (made("aws:cloudwatch/metricAlarm:MetricAlarm", metricQueries=[{"metric": {}}, {"metric": {}}, {}]), "0.2"),
        (made("aws:cloudwatch/compositeAlarm:CompositeAlarm"), "0.5"),
        (made("aws:cloudwatch/dashboard:Dashboard"), "3.0"),
        # 0.5 + 1 for HTTPS
        (made("aws:route53/healthCheck:HealthCheck", type="HTTPS", requestInterval=30), "1.5"),
        # 0.5 + 3 x 1
        (made("aws:route53/healthCheck:HealthCheck", type="HTTPS_STR_MATCH", requestInterval=10), "3.5"),
        # 730 h x 0.129 + 50 GiB x 0.23 + 0.4 for the master password's secret
        (
            made(
                "aws:rds/instance:Instance",
                engine="postgres",
                instanceClass="db.t4g.medium",
                allocatedStorage=50,
                storageType="gp3",
                multiAz=True,
                manageMasterUserPassword=True,
            ),
            "106.07",
        ),
        # 730 h x 0.065 + 100 GiB x 0.115 + 1,000 IOPS over 3,000 x 0.02 + 75 MB/s over 125 x 0.08
        (
            made(
                "aws:rds/instance:Instance",
                engine="mysql",
                instanceClass="db.t4g.medium",
                allocatedStorage=100,
                storageType="gp3",
                iops=4000,
                storageThroughput=200,
            ),
            "84.95",
        ),
        # 730 h x 0.065 + 400 GiB x 0.115: 12,000 IOPS and 500 MB/s are included from 400 GiB on
        (
            made(
                "aws:rds/instance:Instance",
                engine="postgres",
                instanceClass="db.t4g.medium",
                allocatedStorage=400,
                storageType="gp3",
                iops=12000,
                storageThroughput=500,
            ),
            "93.45",
        ),
        # 730 h x 0.45 + 100 GiB x 0.25 + 3,000 IOPS x 0.2
        (
            made(
                "aws:rds/instance:Instance",
                engine="postgres",
                instanceClass="db.r6g.large",
                allocatedStorage=100,
                storageType="io2",
                iops=3000,
                multiAz=True,
            ),
            "953.5",
        ),
        # 730 h x 0.065 + 20 GiB x 0.115 + 2 vCPU x (1.4966 + 2 x 0.0629) for 93 days of Database Insights
        (
            made(
                "aws:rds/instance:Instance",
                engine="postgres",
                instanceClass="db.t4g.medium",
                allocatedStorage=20,
                performanceInsightsEnabled=True,
                performanceInsightsRetentionPeriod=93,
            ),
            "52.9948",
        ),
        # 3 nodes x 730 h x 0.065
        (
            made(
                "aws:elasticache/replicationGroup:ReplicationGroup",
                nodeType="cache.t4g.medium",
                numNodeGroups=1,
                replicasPerNodeGroup=2,
            ),
            "142.350",
        ),
        # 2 nodes x 730 h x 0.0128
        (
            made(
                "aws:elasticache/replicationGroup:ReplicationGroup",
                engine="valkey",
                nodeType="cache.t4g.micro",
                numCacheClusters=2,
            ),
            "18.6880",
        ),
    ],
)
def test_a_resource(resource: Resource, expected: str) -> None:
    assert monthly(resource) == Decimal(expected)


def test_a_database_proxy_is_sized_by_the_database() -> None:
    # 4 vCPU x 730 h x 0.015
    database = made(
        "aws:rds/instance:Instance", "db", engine="postgres", instanceClass="db.r6g.xlarge", allocatedStorage=20
    )
    lines = estimated(database, made("aws:rds/proxy:Proxy", "proxy")).lines
    assert [line.monthly for line in lines if line.name == "proxy"] == [Decimal("43.800")]


def test_a_replica_is_billed_as_an_instance_of_its_sources_engine() -> None:
    type_ = "aws:rds/instance:Instance"
    source = made(type_, "db", engine="mysql", instanceClass="db.t4g.medium", allocatedStorage=20, storageType="gp3")
    copied = made(
        type_, "copy", instanceClass="db.t4g.medium", allocatedStorage=20, storageType="gp3", depends=("u:db",)
    )
    # 730 h x 0.065 + 20 GiB x 0.115
    priced = estimated(source, copied)
    assert sum(line.monthly for line in priced.lines if line.name == "copy") == Decimal("49.750")
    assert priced.missing == ()


def task(**inputs: object) -> Resource:
    made_ = made("aws:ecs/taskDefinition:TaskDefinition", "task")
    return replace(made_, inputs={"cpu": "512", "memory": "1024", **inputs})


def service(**inputs: object) -> Resource:
    return replace(made("aws:ecs/service:Service", "service", depends=("u:task",)), inputs=inputs)


def test_fargate_tasks() -> None:
    # 2 tasks x 730 h x (0.5 vCPU x 0.04048 + 1 GiB x 0.004445)
    assert monthly(task(), service(desiredCount=2)) == Decimal("36.0401")


def test_fargate_on_arm() -> None:
    # 3 tasks x 730 h x (0.5 vCPU x 0.03238 + 1 GiB x 0.00356)
    arm = task(runtimePlatform={"cpuArchitecture": "ARM64"})
    assert monthly(arm, service(desiredCount=3)) == Decimal("43.2525")


def test_an_autoscaled_service_counts_its_minimum() -> None:
    target = made("aws:appautoscaling/target:Target", "target", depends=("u:service",), minCapacity=4, maxCapacity=9)
    assert monthly(task(), service(desiredCount=2), target) == Decimal("72.0802")


def test_fargate_spot_by_base_and_weight() -> None:
    # Of 5 tasks one is the base; the other four are split 1 to 3: 2 on demand, 3 on Spot at 34 %.
    strategies = [
        {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    hour = Decimal("0.024685")
    expected = 730 * hour * (2 + 3 * Decimal("0.34"))
    assert monthly(task(), service(desiredCount=5, capacityProviderStrategies=strategies)) == expected


def test_a_public_address_of_each_task() -> None:
    placed = service(desiredCount=2, networkConfiguration={"assignPublicIp": True})
    assert monthly(task(), placed) - monthly(task(), service(desiredCount=2)) == 2 * 730 * Decimal("0.005")


def test_a_regional_nat_gateway_by_zone() -> None:
    subnets = [made("aws:ec2/subnet:Subnet", f"s{zone}", availabilityZone=f"us-east-1{zone}") for zone in "aabc"]
    regional = made("aws:ec2/natGateway:NatGateway", availabilityMode="regional")
    assert monthly(*subnets, regional) == 3 * 730 * (Decimal("0.045") + Decimal("0.005"))


def test_ephemeral_storage_above_the_free_20_gib() -> None:
    # 2 tasks x 30 GiB x 730 h x 0.000111 on top
    more = monthly(task(ephemeralStorage={"sizeInGib": 50}), service(desiredCount=2))
    assert more - Decimal("36.0401") == Decimal("4.8618")


def test_a_missing_price_is_missing_and_not_zero() -> None:
    found = estimated(
        made("aws:rds/instance:Instance", engine="postgres", instanceClass="db.x2g.large", allocatedStorage=20)
    )
    (missing,) = found.missing
    assert missing.key == "rds.postgres.db_x2g_large.single_az.hour"
    assert missing.region == "us-east-1"
    assert found.total == Decimal("2.300")


def test_a_region_without_prices_is_missing() -> None:
    found = estimated(made("aws:ec2/natGateway:NatGateway", region="ap-southeast-2"))
    assert [missing.region for missing in found.missing] == ["ap-southeast-2"]
    assert found.total == 0


def test_a_type_nobody_knows_is_named() -> None:
    found = estimated(made("aws:mq/broker:Broker"), made("aws:iam/role:Role", "role"))
    assert found.unpriced == ("aws:mq/broker:Broker",)


def test_what_depends_on_use_is_named_with_its_unit_price() -> None:
    found = estimated(made("aws:s3/bucket:Bucket"), made("aws:s3/bucket:Bucket", "more"))
    assert [(item.what, item.price) for item in found.usage] == [
        ("S3 storage", "0.023 USD per GB-month, first 50 TB"),
        ("S3 writes", "0.005 USD per 1,000 PUT, COPY, POST, LIST"),
    ]
    assert found.total == 0


def test_sums_by_component_the_most_expensive_first() -> None:
    small = Resource(urn="u:small", type="toy:index:Box", name="small", custom=False)
    large = Resource(urn="u:large", type="toy:index:Box", name="large", custom=False)
    found = estimated(
        small,
        large,
        made("aws:kms/key:Key", "key", parent="u:small"),
        made("aws:ec2/natGateway:NatGateway", "nat", parent="u:large"),
        made("aws:kms/key:Key", "loose"),
    )
    assert found.by_component() == {"large": Decimal("32.850"), "": Decimal("1.0"), "small": Decimal("1.0")}


def test_assumptions_are_stated() -> None:
    found = " ".join(estimated(task(), service(), made("aws:lb/loadBalancer:LoadBalancer", subnets=["a"])).assumptions)
    assert "2026-11-21" in found
    assert "730 hours" in found
    assert "minimum number of tasks" in found
    assert "one capacity unit" in found


def test_the_region_is_the_resources_then_the_providers() -> None:
    edge, local = made("aws:kms/key:Key", "edge", region="us-west-2"), made("aws:kms/key:Key", "local")
    graph = Graph(project="toy", stack="prod", resources=(PROVIDER, edge, local), exports={})
    assert region_of(graph, edge) == "us-west-2"
    assert region_of(graph, local) == "us-east-1"
    assert region_of(graph, PROVIDER) == "us-east-1"


def test_every_price_says_where_it_is_from() -> None:
    prices = project_prices()
    document: Any = yaml.load(
        Path(price_list.__file__).with_name("prices.yaml").read_text(encoding="utf-8"), exact=True
    )
    for key, entry in document["entries"].items():
        assert entry["unit"], key
        for region, price in entry["prices"].items():
            assert isinstance(price["value"], Decimal), f"{key} {region}"
            found = prices.get(key, region)
            assert found is not None
            assert (found.value, found.unit, found.confidence) == (price["value"], entry["unit"], price["confidence"])
            assert price["confidence"] in {"seen", "derived"}, f"{key} {region}"
            assert price["source"], f"{key} {region}"


def test_another_price_list(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(
        "as_of: '2030-01-02'\nhours_per_month: 700\nentries:\n  kms.key_month:\n    unit: USD\n    prices:\n"
        "      us-east-1: {value: 0.1, confidence: seen, source: s}\n"
        "      global: {value: 7, confidence: derived, source: s}\n"
    )
    prices = PriceList(path)
    found = estimated(made("aws:kms/key:Key"), made("aws:kms/key:Key", "b", region="eu-west-1"), prices=prices)
    assert found.total == Decimal("7.1")
    assert found.as_of == "2030-01-02"


def test_a_service_that_waits_for_a_migration_costs_what_its_own_tasks_cost() -> None:
    type_ = "aws:ecs/taskDefinition:TaskDefinition"
    own = replace(made(type_, "own", cpu="256", memory="512"), outputs={"arn": "own:1"})
    migration = replace(made(type_, "migration", cpu="4096", memory="8192"), outputs={"arn": "migration:1"})
    depends = ("u:own", "u:migration")
    service = made("aws:ecs/service:Service", depends=depends, desiredCount=1, taskDefinition="own:1")
    alone = made("aws:ecs/service:Service", depends=("u:own",), desiredCount=1, taskDefinition="own:1")
    assert monthly(own, migration, service) == monthly(own, alone)
