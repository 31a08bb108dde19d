from dataclasses import replace

import pytest

from components.cluster import Cluster, ClusterArgs
from tests.components.conftest import build, check_contract

ARGS = ClusterArgs(cluster_name="shop-production")


def test_contract() -> None:
    check_contract(lambda: Cluster("cluster", ARGS))
    check_contract(lambda: Cluster("cluster", replace(ARGS, exec_log=True)))


def test_insights_and_capacity() -> None:
    graph = build(lambda: Cluster("cluster", replace(ARGS, container_insights="enhanced")))
    cluster = graph.one("aws:ecs/cluster:Cluster", settings=[{"name": "containerInsights", "value": "enhanced"}])
    assert cluster.inputs["name"] == "shop-production"
    providers = graph.one("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders")
    assert providers.inputs["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert not graph.of("aws:cloudwatch/logGroup:LogGroup")


def test_shells_are_recorded_where_they_are_allowed() -> None:
    graph = build(lambda: Cluster("cluster", replace(ARGS, exec_log=True, log_key_arn="arn:key", log_days=30)))
    log = graph.one("aws:cloudwatch/logGroup:LogGroup", retentionInDays=30, kmsKeyId="arn:key")
    assert log.inputs["name"] == "/ecs/shop-production/exec"
    assert graph.has(
        "aws:ecs/cluster:Cluster",
        configuration={
            "executeCommandConfiguration": {
                "logging": "OVERRIDE",
                "logConfiguration": {
                    "cloudWatchLogGroupName": "/ecs/shop-production/exec",
                    "cloudWatchEncryptionEnabled": True,
                },
            }
        },
    )


def test_one_of_another_stack_is_given_on_and_only_the_namespace_is_made() -> None:
    given = replace(ARGS, given_arn="arn:aws:ecs:us-east-1:123456789012:cluster/shop-production")
    graph = build(lambda: Cluster("cluster", given))
    assert [r.type for r in graph.resources] == ["slipway:index:Cluster"]
    outputs = next(iter(graph.registered_outputs.values()))
    assert outputs == {"name": "shop-production", "arn": given.given_arn}
    named = build(lambda: Cluster("cluster", replace(given, namespace=True, namespace_name="blog-production")))
    assert named.one("aws:servicediscovery/httpNamespace:HttpNamespace").inputs["name"] == "blog-production"
    assert not named.of("aws:ecs/cluster:Cluster")


def test_protected_for_others() -> None:
    assert build(lambda: Cluster("cluster", replace(ARGS, protect=True))).one("aws:ecs/cluster:Cluster").protect
    assert not build(lambda: Cluster("cluster", ARGS)).one("aws:ecs/cluster:Cluster").protect


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"cluster_name": "no spaces"}, "ClusterArgs.cluster_name: 'no spaces' is not an ECS name"),
        ({"cluster_name": "x", "log_days": 2}, "ClusterArgs.log_days: 2 is not a retention"),
    ],
)
def test_refused(args: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match="ClusterArgs") as error:
        ClusterArgs(**args)  # type: ignore[arg-type] # wrong on purpose
    assert message in str(error.value)
