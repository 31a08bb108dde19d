import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import botocore.session  # type: ignore[import-untyped] # has no types of its own
import pytest

from components import _documents as documents
from components._containers import BuildArgs, ContainerArgs, ContainerHealthCheckArgs, SecretReference
from components._deployment import RollbackAlarmArgs, TrafficShiftArgs
from components._log_router import LogRouterArgs, configuration
from components._scaling import ScalingArgs, ScheduledArgs, StepArgs
from components._service_group import ConnectionArgs, EgressArgs
from components.service import LoadBalancerAttachmentArgs, MigrateArgs, Service, ServiceArgs
from preview.graph import UNKNOWN, Graph, Resource
from tests.components.conftest import ACCOUNT, build, check_contract

SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:shop/key-AbCdEf"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
REPOSITORY = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/shop/api"
CONTAINER = ContainerArgs(name="api", image="registry.example/shop/api:1", port=8000)
ENTRY = LoadBalancerAttachmentArgs(
    target_group_arn="arn:target", security_group_id="sg-balancer", request_label="app/lb/1/targetgroup/api/2"
)
ARGS = ServiceArgs(
    name_prefix="shop-production",
    region="us-east-1",
    account_id=ACCOUNT,
    service_name="api",
    family="shop-production-api",
    log_group_name="/ecs/shop-production-api",
    cluster_arn="arn:cluster",
    cluster_name="shop-production",
    containers=[CONTAINER],
    cpu=512,
    memory_mib=1024,
    vpc_id="vpc-1",
    subnet_ids=["subnet-a", "subnet-b"],
    network_cidr="10.0.0.0/16",
    s3_prefix_list_id="pl-1",
    attachment=ENTRY,
    egress=[EgressArgs(port=443, cidr="0.0.0.0/0")],
)

ROUTER = LogRouterArgs(
    routes={"errors": "/ecs/shop-production-api/errors", "access": "/ecs/shop-production-api/access"},
    image="registry.example/fluent-bit:3.4.14",
    memory_mib=100,
)
BACK = RollbackAlarmArgs(
    load_balancer_arn_suffix="app/lb/1", target_arn_suffixes=["targetgroup/api/2", "targetgroup/api/3"], percent=2.5
)
SWITCH = TrafficShiftArgs(green_target_group_arn="arn:alternate", rule_arn="arn:rule", rollback=BACK, bake_minutes=10)
SWITCHED = replace(ENTRY, shift=SWITCH)


def recorded(args: ServiceArgs = ARGS, **changes: Any) -> Graph:
    return build(lambda: Service("api", replace(args, **changes)))


def containers(graph: Graph) -> list[Mapping[str, Any]]:
    return list(json.loads(str(graph.one("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])))


def service(graph: Graph) -> Resource:
    return graph.one("aws:ecs/service:Service")


def statements(graph: Graph, name: str) -> list[Mapping[str, Any]]:
    return list(json.loads(str(graph.one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"]))["Statement"])


def test_contract() -> None:
    check_contract(lambda: Service("api", ARGS))
    scaling = ScalingArgs(targets={"cpu": 70, "requests": 1000}, steps={"memory": StepArgs(up=80, down=20)})
    check_contract(lambda: Service("api", replace(ARGS, max_tasks=3, scaling=scaling, exec_enabled=True)))
    check_contract(lambda: Service("api", replace(ARGS, migration=MIGRATE)))
    check_contract(lambda: Service("api", replace(ARGS, log_router=ROUTER, attachment=SWITCHED)))


def test_runs_privately_and_rolls_back() -> None:
    inputs = service(recorded()).inputs
    assert inputs["networkConfiguration"] == {
        "assignPublicIp": False,
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": [recorded().one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]],
    }
    assert inputs["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert inputs["launchType"] == "FARGATE"
    assert "capacityProviderStrategies" not in inputs
    assert inputs["enableExecuteCommand"] is False
    assert service(recorded()).delete_before_replace


@pytest.mark.parametrize(("fewest", "percent"), [(1, 200), (2, 150), (3, 134), (4, 125), (7, 115), (0, 200)])
def test_one_task_more_than_the_fewest_starts_during_a_deployment(fewest: int, percent: int) -> None:
    graph = recorded(min_tasks=fewest, max_tasks=fewest, desired_tasks=fewest)
    assert service(graph).inputs["deploymentMaximumPercent"] == percent
    assert fewest == 0 or fewest * percent // 100 == fewest + 1
    assert service(graph).inputs["deploymentMinimumHealthyPercent"] == 100


def test_never_two_at_once() -> None:
    inputs = service(recorded(minimum_healthy_percent=0, maximum_percent=100)).inputs
    assert (inputs["deploymentMinimumHealthyPercent"], inputs["deploymentMaximumPercent"]) == (0, 100)
    assert inputs["availabilityZoneRebalancing"] == "DISABLED"


def test_spot_share() -> None:
    inputs = service(recorded(spot_percent=30)).inputs
    assert inputs["capacityProviderStrategies"] == [
        {"capacityProvider": "FARGATE", "weight": 70},
        {"capacityProvider": "FARGATE_SPOT", "weight": 30},
    ]
    assert inputs["forceNewDeployment"] is True
    assert "launchType" not in inputs
    none = service(recorded(spot_percent=0)).inputs
    assert none["capacityProviderStrategies"] == [{"capacityProvider": "FARGATE", "weight": 100}]
    assert none["forceNewDeployment"] is True
    only = service(recorded(spot_percent=100)).inputs["capacityProviderStrategies"]
    assert only == [{"capacityProvider": "FARGATE_SPOT", "weight": 100}]


def test_container_definition_is_canonical() -> None:
    args = replace(
        ARGS,
        containers=[
            replace(
                CONTAINER,
                environment={"B": "2", "A": "1"},
                secrets={"Z": SecretReference(arn=SECRET, key="k"), "Y": SecretReference(arn=SECRET)},
            ),
            ContainerArgs(name="agent", image="x/agent:1", essential=False),
        ],
    )
    first, second = containers(recorded(args))
    assert (first["name"], second["name"]) == ("agent", "api")
    assert second["environment"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert second["secrets"] == [{"name": "Y", "valueFrom": SECRET}, {"name": "Z", "valueFrom": f"{SECRET}:k::"}]
    assert second["portMappings"] == [{"containerPort": 8000, "hostPort": 8000, "protocol": "tcp"}]
    for optional in (
        "environment",
        "secrets",
        "portMappings",
        "mountPoints",
        "volumesFrom",
        "dependsOn",
        "systemControls",
    ):
        assert isinstance(first[optional], list)
    text = str(recorded(args).one("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    assert text == json.dumps(json.loads(text), sort_keys=True)
    shuffled = replace(args, containers=list(reversed(args.containers)), attachment=None)
    assert text == str(recorded(shuffled).one("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])


def test_container_is_locked_down() -> None:
    (container,) = containers(recorded())
    assert container["user"] == "1000"
    assert container["privileged"] is False
    assert container["readonlyRootFilesystem"] is True
    linux = container["linuxParameters"]
    assert linux["capabilities"] == {"add": [], "drop": ["ALL"]}
    assert linux["tmpfs"] == [{"containerPath": "/tmp", "size": 64, "mountOptions": ["mode=1777", "nosuid", "nodev"]}]
    assert container["systemControls"] == []


def test_container_as_root_with_a_writable_filesystem() -> None:
    (container,) = containers(recorded(containers=[replace(CONTAINER, user="root", port=80, read_only_root=False)]))
    assert container["readonlyRootFilesystem"] is False
    assert container["linuxParameters"]["tmpfs"] == []
    assert container["linuxParameters"]["capabilities"]["drop"] == []
    assert container["systemControls"] == []


def test_a_container_that_is_not_root_may_listen_on_port_80() -> None:
    (container,) = containers(recorded(containers=[replace(CONTAINER, user="101:101", port=80)]))
    assert container["systemControls"] == [{"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]


def test_health_check() -> None:
    check = ContainerHealthCheckArgs(command=["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"], retries=2)
    (container,) = containers(recorded(containers=[replace(CONTAINER, health_check=check)]))
    assert container["healthCheck"] == {
        "command": ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"],
        "interval": 30,
        "timeout": 5,
        "retries": 2,
        "startPeriod": 60,
    }
    assert "healthCheck" not in containers(recorded())[0]


def test_logs_go_to_a_group_that_exists_before_the_task() -> None:
    graph = recorded(log_key_arn=KEY, log_days=30)
    group = graph.one("aws:cloudwatch/logGroup:LogGroup", name="api-log", retentionInDays=30, kmsKeyId=KEY)
    assert group.inputs["name"] == "/ecs/shop-production-api"
    options = containers(graph)[0]["logConfiguration"]["options"]
    assert options["awslogs-group"] == "/ecs/shop-production-api"
    assert options["awslogs-stream-prefix"] == "api"
    assert group in graph.direct(graph.one("aws:ecs/taskDefinition:TaskDefinition"))


def test_execution_role_reads_exactly_its_own_secrets() -> None:
    secrets = {
        "A": SecretReference(arn=SECRET, key="a", key_arn=KEY),
        "B": SecretReference(arn=SECRET, key="b", key_arn=KEY),
    }
    graph = recorded(containers=[replace(CONTAINER, secrets=secrets)], repository_arns=[REPOSITORY])
    by_actions = {tuple(s["Action"]): s for s in statements(graph, "api-execution")}
    assert by_actions[("secretsmanager:GetSecretValue",)]["Resource"] == [SECRET]
    decrypt = by_actions[("kms:Decrypt",)]
    assert decrypt["Resource"] == [KEY]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    pull = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    assert by_actions[pull]["Resource"] == [REPOSITORY]
    assert [s["Action"] for s in by_actions.values() if s["Resource"] == ["*"]] == [["ecr:GetAuthorizationToken"]]


def test_execution_role_of_a_service_without_secrets_reads_none() -> None:
    (logs,) = statements(recorded(), "api-execution")
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert logs["Resource"] == [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/shop-production-api:*"]


def test_task_role_has_what_the_service_declares() -> None:
    graph = recorded(permissions=[documents.allow(["sqs:SendMessage"], ["arn:aws:sqs:us-east-1:1:q"])])
    assert statements(graph, "api-task") == [
        {"Action": ["sqs:SendMessage"], "Effect": "Allow", "Resource": ["arn:aws:sqs:us-east-1:1:q"]}
    ]
    assert [r.name for r in recorded().of("aws:iam/rolePolicy:RolePolicy")] == ["api-execution"]
    trust = json.loads(str(graph.one("aws:iam/role:Role", "api-task").inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_shell_access_must_be_asked_for() -> None:
    graph = recorded(exec_enabled=True)
    assert service(graph).inputs["enableExecuteCommand"] is True
    actions = {action for s in statements(graph, "api-task") for action in s["Action"]}
    assert {"ssmmessages:CreateControlChannel", "ssmmessages:OpenDataChannel", "logs:PutLogEvents"} <= actions


def test_requests_come_from_the_load_balancer_only() -> None:
    graph = recorded()
    group = graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    (ingress,) = graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert ingress.inputs["securityGroupId"] == group
    assert ingress.inputs["referencedSecurityGroupId"] == "sg-balancer"
    assert (ingress.inputs["fromPort"], ingress.inputs["toPort"]) == (8000, 8000)
    assert "cidrIpv4" not in ingress.inputs
    assert graph.has(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        securityGroupId="sg-balancer",
        referencedSecurityGroupId=group,
        fromPort=8000,
    )


def test_health_checks_on_another_port_get_through() -> None:
    graph = recorded(attachment=replace(ENTRY, health_port=9000))
    ports = {r.inputs["fromPort"] for r in graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")}
    assert ports == {8000, 9000}


def test_a_worker_lets_nobody_in() -> None:
    graph = recorded(attachment=None)
    assert not graph.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert "loadBalancers" not in service(graph).inputs
    assert "healthCheckGracePeriodSeconds" not in service(graph).inputs


def test_connections_open_both_ends() -> None:
    graph = recorded(attachment=None, connections={"database": ConnectionArgs(security_group_id="sg-db", port=5432)})
    group = graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    assert graph.one(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        securityGroupId="sg-db",
        referencedSecurityGroupId=group,
        fromPort=5432,
    )
    assert graph.one(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        securityGroupId=group,
        referencedSecurityGroupId="sg-db",
        toPort=5432,
    )


def test_narrow_egress_still_reaches_endpoints_and_image_layers() -> None:
    graph = recorded(egress=[EgressArgs(port=5671, cidr="198.51.100.0/24")])
    rules = {
        (r.inputs.get("cidrIpv4"), r.inputs.get("prefixListId"), r.inputs["fromPort"])
        for r in graph.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    }
    assert {("198.51.100.0/24", None, 5671), ("10.0.0.0/16", None, 443), (None, "pl-1", 443)} <= rules
    assert ("0.0.0.0/0", None, 443) not in rules


def test_no_egress_rule_twice() -> None:
    graph = recorded(egress=[EgressArgs(port=443, cidr="10.0.0.0/16")])
    rules = [
        r for r in graph.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") if r.inputs["fromPort"] == 443
    ]
    assert [r.inputs.get("cidrIpv4") or r.inputs["prefixListId"] for r in rules] == ["10.0.0.0/16", "pl-1"]


def test_tasks_start_after_their_roles_and_rules() -> None:
    graph = recorded(
        permissions=[documents.allow(["sqs:SendMessage"], ["arn:aws:sqs:us-east-1:1:q"])],
        connections={"database": ConnectionArgs(security_group_id="sg-db", port=5432)},
    )
    before = {(r.type, r.name) for r in graph.direct(service(graph))}
    for type_ in (
        "aws:iam/rolePolicy:RolePolicy",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ):
        assert {(r.type, r.name) for r in graph.of(type_)} <= before


RUN = "pulumi-python:dynamic/slipway:MigrationRun"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
MIGRATE = MigrateArgs(
    family="shop-migrate", command=["migrate"], timeout_seconds=600, profile="ops", assume_role_arns=["arn:role"]
)


def test_a_migration_is_the_service_with_another_command() -> None:
    sidecars = [
        ContainerArgs(name="agent", image="x/agent:1", essential=False),
        ContainerArgs(name="proxy", image="x/proxy:1"),
    ]
    graph = recorded(
        migration=MIGRATE, containers=[CONTAINER, *sidecars], architecture="arm64", suppressed_controls=["a"]
    )
    migration, own = graph.one(TASK, "api-migration-task"), graph.one(TASK, "api-task")
    found = json.loads(str(migration.inputs["containerDefinitions"]))
    assert [(c["name"], c["command"]) for c in found] == [("api", ["migrate"]), ("proxy", [])]
    assert migration.inputs["family"] == "shop-migrate"
    for same in ("cpu", "memory", "executionRoleArn", "taskRoleArn", "runtimePlatform", "tags"):
        assert migration.inputs[same] == own.inputs[same]
    group = graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    assert graph.has(
        RUN,
        task_definition=migration.outputs["arn"],
        containers=["api", "proxy"],
        cluster="arn:cluster",
        subnets=["subnet-a", "subnet-b"],
        security_groups=[group],
        log_group="/ecs/shop-production-api",
        timeout_seconds=600,
        region="us-east-1",
        profile="ops",
        role_arns=["arn:role"],
    )
    assert not recorded().of(RUN)


def test_a_service_changes_after_its_migration_and_those_of_others() -> None:
    def program() -> None:
        first = Service("api", replace(ARGS, migration=MIGRATE))
        assert first.migrated
        other = replace(ARGS, service_name="worker", family="w", log_group_name="/w", after=[first.migrated])
        Service("worker", replace(other, attachment=None))

    graph, preview = build(program), build(program, mode="preview")
    run = graph.one(RUN)
    for name in ("api", "worker"):
        changed = graph.one("aws:ecs/service:Service", f"{name}-service")
        assert run in graph.direct(changed)
        assert changed.inputs["taskDefinition"] == graph.one(TASK, f"{name}-task").outputs["arn"]
        assert preview.one("aws:ecs/service:Service", f"{name}-service").inputs["taskDefinition"] is UNKNOWN


def test_a_migration_runs_after_the_services_roles_and_rules_and_the_database() -> None:
    def program() -> None:
        import pulumi_aws as aws  # noqa: PLC0415 - slow to import

        database = aws.ssm.Parameter("database", type="String", value="x")
        connections = {"database": ConnectionArgs(security_group_id="sg-db", port=5432)}
        permissions = [documents.allow(["sqs:SendMessage"], ["arn:aws:sqs:us-east-1:1:q"])]
        migration = replace(MIGRATE, after=[database])
        Service("api", replace(ARGS, migration=migration, connections=connections, permissions=permissions))

    graph = build(program)
    before = {(r.type, r.name) for r in graph.direct(graph.one(RUN))}
    for type_ in (
        "aws:ssm/parameter:Parameter",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ):
        assert {(r.type, r.name) for r in graph.of(type_)} <= before
    assert "aws:ecs/service:Service" not in {type_ for type_, _ in before}


def test_target_tracking() -> None:
    graph = recorded(
        max_tasks=8, scaling=ScalingArgs(targets={"cpu": 60, "memory": 80, "requests": 1000}, out_cooldown_seconds=120)
    )
    target = graph.one("aws:appautoscaling/target:Target")
    assert target.inputs["resourceId"] == "service/shop-production/api"
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (1, 8)
    assert service(graph) in graph.direct(target)
    requests = graph.one("aws:appautoscaling/policy:Policy", "api-scaling-requests").inputs[
        "targetTrackingScalingPolicyConfiguration"
    ]
    assert requests == {
        "targetValue": 1000,
        "scaleOutCooldown": 120,
        "scaleInCooldown": 300,
        "predefinedMetricSpecification": {
            "predefinedMetricType": "ALBRequestCountPerTarget",
            "resourceLabel": ENTRY.request_label,
        },
    }
    assert service(graph).ignore_changes == ("desiredCount",)


def test_step_scaling() -> None:
    graph = recorded(max_tasks=4, scaling=ScalingArgs(steps={"cpu": StepArgs(up=70, down=30, up_minutes=3)}))
    out = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "api-scaling-cpu-out")
    assert (out.inputs["threshold"], out.inputs["evaluationPeriods"], out.inputs["comparisonOperator"]) == (
        70,
        3,
        "GreaterThanThreshold",
    )
    assert out.inputs["dimensions"] == {"ClusterName": "shop-production", "ServiceName": "api"}
    policy = graph.one("aws:appautoscaling/policy:Policy", "api-scaling-cpu-out")
    assert out.inputs["alarmActions"] == [policy.outputs["arn"]]
    adjustments = [{"scalingAdjustment": 1, "metricIntervalLowerBound": "0"}]
    assert graph.has(
        "aws:appautoscaling/policy:Policy", stepScalingPolicyConfiguration={"stepAdjustments": adjustments}
    )
    into = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "api-scaling-cpu-in")
    assert (into.inputs["threshold"], into.inputs["comparisonOperator"]) == (30, "LessThanThreshold")


def test_other_bounds_at_times_known_beforehand() -> None:
    morning = ScheduledArgs(cron="0 7 ? * MON-FRI *", min_tasks=3, max_tasks=8, time_zone="Europe/Berlin")
    evening = ScheduledArgs(cron="0 20 ? * * *", min_tasks=0, max_tasks=0)
    graph = recorded(max_tasks=8, scaling=ScalingArgs(schedule=[morning, evening]))
    first, second = graph.of("aws:appautoscaling/scheduledAction:ScheduledAction")
    target = graph.one("aws:appautoscaling/target:Target")
    assert first.inputs["resourceId"] == second.inputs["resourceId"] == target.inputs["resourceId"]
    assert graph.reaches(first, target)
    assert (first.inputs["schedule"], first.inputs["timezone"]) == ("cron(0 7 ? * MON-FRI *)", "Europe/Berlin")
    assert first.inputs["scalableTargetAction"] == {"minCapacity": 3, "maxCapacity": 8}
    assert (second.inputs["schedule"], second.inputs["timezone"]) == ("cron(0 20 ? * * *)", "UTC")
    assert second.inputs["scalableTargetAction"] == {"minCapacity": 0, "maxCapacity": 0}


def test_the_scalable_target_is_told() -> None:
    scaling: dict[str, Any] = {"max_tasks": 2, "scaling": ScalingArgs(targets={"cpu": 70})}
    for changes in ({}, scaling):
        graph = recorded(**changes)
        told = graph.registered_outputs[graph.one("slipway:index:Service").urn].get("scalable_target_id")
        assert told == ("service/shop-production/api" if changes else None)


def test_updates_leave_the_number_of_tasks_of_a_service_that_sleeps() -> None:
    assert service(recorded(sleeps=True)).ignore_changes == ("desiredCount",)


def test_a_fixed_number_of_tasks_is_kept() -> None:
    graph = recorded()
    assert not graph.of("aws:appautoscaling/target:Target")
    assert service(graph).ignore_changes == ()


def test_a_built_image_is_pinned_by_its_digest() -> None:
    build_args = BuildArgs(
        repository_url=f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/shop/api", context="./backend", target="runtime"
    )
    graph = recorded(architecture="arm64", containers=[replace(CONTAINER, image=build_args)])
    image = graph.one("awsx:ecr:Image", platform="linux/arm64", context="./backend", target="runtime")
    assert image.name == "api-api-image"
    assert "@sha256:" in containers(graph)[0]["image"]
    assert graph.one("aws:ecs/taskDefinition:TaskDefinition").inputs["runtimePlatform"] == {
        "cpuArchitecture": "ARM64",
        "operatingSystemFamily": "LINUX",
    }


def test_old_revisions_stay() -> None:
    assert recorded().one("aws:ecs/taskDefinition:TaskDefinition").inputs["skipDestroy"] is True


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"memory_mib": 8192},
            "ServiceArgs.memory_mib: 8192 MiB does not go with cpu 512; allowed: 1024 to 4096 in steps of 1024 MiB",
        ),
        (
            {"cpu": 300},
            "ServiceArgs.memory_mib: cpu 300 is not a Fargate size; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768",
        ),
        (
            {"service_name": "a b"},
            "ServiceArgs.service_name: 'a b' is not an ECS name: at most 255 letters, digits, hyphens and underscores",
        ),
        ({"log_days": 31}, "ServiceArgs.log_days: 31 is not a retention"),
        ({"min_tasks": 3}, "ServiceArgs.min_tasks: min_tasks 3, desired_tasks 1 and max_tasks 1 must not decrease"),
        ({"max_tasks": 3}, "ServiceArgs.scaling: goes with max_tasks above min_tasks, and only with that"),
        ({"spot_percent": 101}, "ServiceArgs.spot_percent: 101 is outside 0 to 100"),
        (
            {"containers": [replace(CONTAINER, port=None)]},
            "ServiceArgs.containers: 'api' has no port for requests to go to",
        ),
        ({"containers": []}, "ServiceArgs.containers: none given"),
        (
            {"log_router": ROUTER, "containers": [CONTAINER, replace(CONTAINER, name="log-router", port=None)]},
            "ServiceArgs.containers: 'log-router' is what the log router is called",
        ),
        (
            {"log_router": replace(ROUTER, routes={"access": "/ecs/shop-production-api"})},
            "ServiceArgs.log_router: '/ecs/shop-production-api' is the service's own log group",
        ),
        (
            {"attachment": SWITCHED, "max_tasks": 3, "scaling": ScalingArgs(targets={"requests": 100})},
            "ServiceArgs.scaling: by requests does not go with a shift of requests",
        ),
    ],
)
def test_refused(changes: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="ServiceArgs") as error:
        replace(ARGS, **changes)
    assert message in str(error.value)


def test_all_problems_at_once() -> None:
    with pytest.raises(ValueError, match="ServiceArgs") as error:
        replace(ARGS, cpu=300, log_days=31, spot_percent=-1)
    assert len(str(error.value).splitlines()) == 3


def test_suppressed_controls_stand_on_the_task_definition_as_a_tag() -> None:
    task = "aws:ecs/taskDefinition:TaskDefinition"
    suppressing = recorded(suppressed_controls=["container-images-pinned", "container-not-root"]).one(task)
    assert suppressing.inputs["tags"] == {"slipway:waive": "container-images-pinned container-not-root"}
    assert "tags" not in recorded().one(task).inputs


LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def taken(value: Any, shape: Any) -> Any:
    """Return a value as an API takes it, or fail where its model has no such member, value or number."""
    if shape.type_name == "structure":
        assert value.keys() <= shape.members.keys()
        return {key: taken(inner, shape.members[key]) for key, inner in value.items()}
    if shape.type_name == "list":
        return [taken(inner, shape.member) for inner in value]
    if shape.type_name in {"integer", "double"}:
        number = float(value)
        assert shape.metadata.get("min", number) <= number <= shape.metadata.get("max", number)
        return number
    assert not getattr(shape, "enum", ()) or value in shape.enum
    return value


class TestLogRouter:
    def test_the_router_beside_the_containers(self) -> None:
        agent = ContainerArgs(name="agent", image="x/agent:1", essential=False)
        graph = recorded(log_router=ROUTER, containers=[CONTAINER, agent])
        found = containers(graph)
        assert [c["name"] for c in found] == ["agent", "api", "log-router"]
        *others, router = found
        for container in others:
            assert container["logConfiguration"]["logDriver"] == "awsfirelens"
            assert container["logConfiguration"]["options"]["log_group_name"] == "/ecs/shop-production-api"
            assert container["dependsOn"] == [{"containerName": "log-router", "condition": "START"}]
        assert router["image"] == "registry.example/fluent-bit:3.4.14"
        assert (router["essential"], router["memoryReservation"], router["dependsOn"]) == (True, 100, [])
        assert router["firelensConfiguration"] == {
            "type": "fluentbit",
            "options": {
                "config-file-type": "file",
                "config-file-value": "/tmp/routes.conf",
                "enable-ecs-log-metadata": "false",
            },
        }
        assert router["environment"] == [{"name": "ROUTES", "value": configuration(ROUTER.routes, "us-east-1")}]
        assert (router["entryPoint"], router["command"]) == (
            ["sh", "-c"],
            ["printf '%s' \"$ROUTES\" > /tmp/routes.conf && exec /entrypoint.sh"],
        )

    def test_it_writes_in_memory_only_and_answers_for_its_health(self) -> None:
        router = containers(recorded(log_router=ROUTER))[-1]
        assert router["readonlyRootFilesystem"] is True
        assert [(mount["containerPath"], mount["size"]) for mount in router["linuxParameters"]["tmpfs"]] == [
            ("/tmp", 16)
        ]
        assert router["user"] == "0"
        assert router["portMappings"] == []
        assert router["stopTimeout"] == 60
        assert router["healthCheck"] == {
            "command": ["CMD-SHELL", "curl -fs http://127.0.0.1:2020/api/v1/uptime || exit 1"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 10,
        }
        assert router["logConfiguration"]["logDriver"] == "awslogs"
        assert router["logConfiguration"]["options"]["awslogs-group"] == "/ecs/shop-production-api"

    def test_its_groups_stand_before_the_task_and_its_role_writes_to_them_alone(self) -> None:
        graph = recorded(log_router=ROUTER, log_days=30, log_key_arn=KEY)
        groups = {r.name: r for r in graph.of(LOG_GROUP)}
        assert {name: group.inputs["name"] for name, group in groups.items()} == {
            "api-log": "/ecs/shop-production-api",
            "api-log-access": "/ecs/shop-production-api/access",
            "api-log-errors": "/ecs/shop-production-api/errors",
        }
        assert {(g.inputs["retentionInDays"], g.inputs["kmsKeyId"]) for g in groups.values()} == {(30, KEY)}
        assert set(graph.direct(graph.one(TASK), LOG_GROUP)) == set(groups.values())
        (writing,) = statements(graph, "api-task")
        assert writing["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
        assert writing["Resource"] == [f"{groups[name].outputs['arn']}:*" for name in sorted(groups)]
        assert graph.one("aws:iam/rolePolicy:RolePolicy", "api-task") in graph.direct(service(graph))

    def test_a_migration_logs_without_it(self) -> None:
        graph = recorded(log_router=ROUTER, migration=MIGRATE)
        (own,) = json.loads(str(graph.one(TASK, "api-migration-task").inputs["containerDefinitions"]))
        assert own["logConfiguration"]["logDriver"] == "awslogs"
        assert own["dependsOn"] == []

    def test_without_it_containers_log_by_themselves(self) -> None:
        graph = recorded()
        assert [c["logConfiguration"]["logDriver"] for c in containers(graph)] == ["awslogs"]
        assert [r.name for r in graph.of(LOG_GROUP)] == ["api-log"]


class TestShiftOfRequests:
    def test_the_service_moves_all_requests_at_once(self) -> None:
        graph = recorded(attachment=SWITCHED)
        inputs = service(graph).inputs
        role = graph.one("aws:iam/role:Role", "api-switch")
        assert inputs["deploymentConfiguration"] == {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "10"}
        assert inputs["loadBalancers"] == [
            {
                "targetGroupArn": "arn:target",
                "containerName": "api",
                "containerPort": 8000,
                "advancedConfiguration": {
                    "alternateTargetGroupArn": "arn:alternate",
                    "productionListenerRule": "arn:rule",
                    "roleArn": role.outputs["arn"],
                },
            }
        ]
        for rolling in ("deploymentCircuitBreaker", "deploymentMinimumHealthyPercent", "deploymentMaximumPercent"):
            assert rolling not in inputs

    def test_ecs_may_before_it_has_to(self) -> None:
        graph = recorded(attachment=SWITCHED)
        attached = graph.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "api-switch")
        assert (
            attached.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
        )
        trusted = json.loads(str(graph.one("aws:iam/role:Role", "api-switch").inputs["assumeRolePolicy"]))
        assert trusted["Statement"][0]["Principal"] == {"Service": "ecs.amazonaws.com"}
        assert attached in graph.direct(service(graph))
        china = recorded(attachment=SWITCHED, region="cn-north-1")
        assert china.has(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment", policyArn=lambda arn: "arn:aws-cn:" in arn
        )

    def test_errors_of_either_target_group_take_it_back(self) -> None:
        graph = recorded(attachment=SWITCHED)
        alarm = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "api-rollback")
        assert service(graph).inputs["alarms"] == {
            "alarmNames": [alarm.outputs["name"]],
            "enable": True,
            "rollback": True,
        }
        assert (alarm.inputs["threshold"], alarm.inputs["treatMissingData"]) == (2.5, "notBreaching")
        queries: Any = alarm.inputs["metricQueries"]
        *series, share = queries
        assert {
            (q["id"], q["metric"]["metricName"], q["metric"]["dimensions"]["TargetGroup"], q["metric"]["stat"])
            for q in series
        } == {
            ("failed1", "HTTPCode_Target_5XX_Count", "targetgroup/api/2", "Sum"),
            ("failed2", "HTTPCode_Target_5XX_Count", "targetgroup/api/3", "Sum"),
            ("all1", "RequestCount", "targetgroup/api/2", "Sum"),
            ("all2", "RequestCount", "targetgroup/api/3", "Sum"),
        }
        assert {q["metric"]["dimensions"]["LoadBalancer"] for q in series} == {"app/lb/1"}
        requests = "FILL(all1, 0) + FILL(all2, 0)"
        assert (
            share["expression"] == f"IF({requests} > 0, 100 * (FILL(failed1, 0) + FILL(failed2, 0)) / ({requests}), 0)"
        )
        assert share["returnData"] is True

    def test_off_by_default(self) -> None:
        graph = recorded()
        assert service(graph).inputs["deploymentConfiguration"] == {"strategy": "ROLLING"}
        balancers: Any = service(graph).inputs["loadBalancers"]
        assert "advancedConfiguration" not in balancers[0]
        assert not graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")

    def test_a_first_share_then_all(self) -> None:
        canary = replace(SWITCH, strategy="canary", step_percent=5, step_minutes=15)
        inputs = service(recorded(attachment=replace(ENTRY, shift=canary))).inputs
        assert inputs["deploymentConfiguration"] == {
            "strategy": "CANARY",
            "bakeTimeInMinutes": "10",
            "canaryConfiguration": {"canaryPercent": 5, "canaryBakeTimeInMinutes": "15"},
        }
        assert canary.minutes == 25

    def test_equal_shares_and_a_person_who_is_asked_first(self) -> None:
        linear = replace(SWITCH, strategy="linear", step_percent=30, step_minutes=5, pause_minutes=60)
        configuration: Any = service(recorded(attachment=replace(ENTRY, shift=linear))).inputs[
            "deploymentConfiguration"
        ]
        assert configuration["linearConfiguration"] == {"stepPercent": 30, "stepBakeTimeInMinutes": "5"}
        assert configuration["lifecycleHooks"] == [
            {
                "targetType": "PAUSE",
                "lifecycleStages": ["POST_SCALE_UP"],
                "timeoutConfiguration": {"timeoutInMinutes": "60", "action": "ROLLBACK"},
            }
        ]
        assert linear.minutes == 4 * 5 + 10 + 60

    @pytest.mark.parametrize("pause", [None, 60])
    @pytest.mark.parametrize("strategy", ["blueGreen", "canary", "linear"])
    def test_each_strategy_is_what_ecs_takes(self, strategy: Any, pause: int | None) -> None:
        """Held against AWS's own model of CreateService; the provider has its minutes as text."""
        shift = replace(SWITCH, strategy=strategy, step_percent=25, step_minutes=5, pause_minutes=pause)
        inputs = service(recorded(attachment=replace(ENTRY, shift=shift))).inputs
        shape = botocore.session.get_session().get_service_model("ecs").shape_for("DeploymentConfiguration")
        given = taken(inputs["deploymentConfiguration"], shape)
        assert given["strategy"] == ("BLUE_GREEN" if strategy == "blueGreen" else strategy.upper())
        assert ("lifecycleHooks" in given) is (pause is not None)
        assert not {"maximumPercent", "minimumHealthyPercent", "deploymentCircuitBreaker"} & inputs.keys()

    def test_a_rolling_deployment_goes_back_by_an_alarm_where_asked(self) -> None:
        one = replace(BACK, target_arn_suffixes=["targetgroup/api/2"])
        graph = recorded(attachment=replace(ENTRY, rollback=one))
        alarm = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "api-rollback")
        inputs = service(graph).inputs
        assert inputs["alarms"] == {"alarmNames": [alarm.outputs["name"]], "enable": True, "rollback": True}
        assert inputs["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
        assert inputs["deploymentConfiguration"] == {"strategy": "ROLLING"}

    @pytest.mark.parametrize("attachment", [ENTRY, None])
    def test_requests_are_moved_no_more_once_nothing_asks_for_it(
        self, attachment: LoadBalancerAttachmentArgs | None
    ) -> None:
        """The provider leaves a strategy that it is not told, and ECS would want both target groups.

        Alarms without names it would send without their list, which AWS requires: the service could not be made.
        """
        inputs = service(recorded(attachment=attachment)).inputs
        assert inputs["deploymentConfiguration"] == {"strategy": "ROLLING"}
        assert "alarms" not in inputs

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"bake_minutes": 1441}, "TrafficShiftArgs.bake_minutes: 1441 is outside 0 to 1440"),
            ({"strategy": "linear", "step_percent": 2}, "TrafficShiftArgs.step_percent: 2 is outside 3 to 100"),
            ({"pause_minutes": 0}, "TrafficShiftArgs.pause_minutes: 0 is outside 1 to 20160"),
        ],
        ids=["bake", "share", "pause"],
    )
    def test_refused(self, changes: Mapping[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match="TrafficShiftArgs") as error:
            replace(SWITCH, **changes)
        assert str(error.value) == message

    def test_a_share_of_errors_that_is_none(self) -> None:
        with pytest.raises(ValueError, match=r"RollbackAlarmArgs.percent: 0 is outside 0.1 to 99.9"):
            replace(BACK, percent=0)


def test_a_container_waits_for_others_of_its_task_and_the_log_router() -> None:
    agent = replace(CONTAINER, name="agent", port=None, essential=False)
    own = replace(CONTAINER, after={"agent": "SUCCESS", "gone": "START"})
    router = LogRouterArgs(
        image="public.ecr.aws/aws-observability/aws-for-fluent-bit:3", routes={"access": "/ecs/api/access"}
    )
    plain = {c["name"]: c["dependsOn"] for c in containers(recorded(containers=[own, agent]))}
    routed = {c["name"]: c["dependsOn"] for c in containers(recorded(containers=[own, agent], log_router=router))}
    waits = {"condition": "SUCCESS", "containerName": "agent"}
    first = {"condition": "START", "containerName": "log-router"}
    assert plain == {own.name: [waits], "agent": []}
    assert routed == {own.name: [waits, first], "agent": [first], "log-router": []}
