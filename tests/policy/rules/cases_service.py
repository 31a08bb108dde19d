from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule

SERVICE = "ecs/service:Service"

TARGET = "appautoscaling/target:Target"

BEHIND = [{"targetGroupArn": "arn", "containerName": "api", "containerPort": 8000}]


def service(*subnets: str, **props: Any) -> Sample:
    placed = {"subnets": [Ref(name) for name in subnets], "assignPublicIp": False}
    return res(SERVICE, "api", networkConfiguration=placed, **props)


def web(*subnets: str, **props: Any) -> list[Sample]:
    chosen = subnets or ("private-a", "private-b")
    return [*network(), service(*chosen, **{"loadBalancers": BEHIND, "desiredCount": 2, **props})]


SPREAD = "services-spread-over-zones"

EVENT, SCHEDULE = "cloudwatch/eventTarget:EventTarget", "scheduler/schedule:Schedule"


def started(**placed: Any) -> dict[str, Any]:
    """Return what an event or a schedule says of the task that it starts."""
    return {"taskDefinitionArn": "arn:aws:ecs:x", "networkConfiguration": placed}


TASK_SET, CLUSTER = "ecs/taskSet:TaskSet", "ecs/cluster:Cluster"

FROM_GROUPS, SCALES = "services-ingress-from-groups-only", "services-scale"

ROLLS_BACK, PLATFORM = "services-deployments-roll-back", "services-on-latest-platform"

ENCRYPTED_EXEC, INSIGHTS = "exec-sessions-encrypted", "cluster-insights-enabled"

SAFE = {"enable": True, "rollback": True}


def grouped(*ways: Sample, targets: str = "HTTP", **props: Any) -> list[Sample]:
    """A service in a group of its own behind a load balancer."""
    placed = {"subnets": ["subnet-1"], "securityGroups": [Ref("api-group")]}
    behind = [{"targetGroupArn": Ref("targets", "arn"), "containerName": "api", "containerPort": 8000}]
    return [
        group("api"),
        group("alb"),
        *ways,
        res("lb/targetGroup:TargetGroup", "targets", protocol=targets),
        res(SERVICE, "api", **{"networkConfiguration": placed, "loadBalancers": behind, **props}),
    ]


def insights(value: Any) -> list[Sample]:
    return [res(CLUSTER, "shop", settings=[{"name": "containerInsights", "value": value}])]


FROM_NETWORK = rule("api", port=8000, cidrIpv4="10.0.0.0/16")


CASES: list[Case] = [
    Case("services-without-public-ip", "pass", [service()]),
    Case(
        "services-without-public-ip",
        "fail",
        [res(SERVICE, "s", networkConfiguration={"assignPublicIp": True})],
        "is true",
    ),
    Case(
        "services-without-public-ip", "unknown", [res(SERVICE, "s", networkConfiguration={"assignPublicIp": UNKNOWN})]
    ),
    Case("services-in-private-subnets", "pass", [*network(), service("private-a", "private-b")]),
    Case("services-in-private-subnets", "fail", [*network(), service("private-a", "public-b")], "subnet public-b"),
    Case("services-in-private-subnets", "unknown", [res(SERVICE, "s", networkConfiguration={"subnets": ["subnet-1"]})]),
    Case(SPREAD, "pass", web()),
    Case(SPREAD, "pass", [*network(), service("private-a", "private-b", desiredCount=1)]),
    Case(
        SPREAD,
        "fail",
        [*network(), service("private-a", desiredCount=2)],
        "networkConfiguration.subnets lies in eu-north-1a only",
    ),
    Case(SPREAD, "pass", web(desiredCount=1, schedulingStrategy="DAEMON")),
    Case(SPREAD, "fail", web(desiredCount=1), "desiredCount is 1, wanted at least 2 tasks"),
    Case(SPREAD, "fail", web("private-a"), "networkConfiguration.subnets lies in eu-north-1a only"),
    Case(SPREAD, "fail", web(desiredCount=2), "at least 3", config={"minTasks": 3}),
    Case(SPREAD, "unknown", web(desiredCount=UNKNOWN)),
    Case(
        SPREAD,
        "pass",
        [*web(desiredCount=1), res(TARGET, "scale", resourceId=Ref("api"), minCapacity=2)],
    ),
    Case(
        SPREAD,
        "fail",
        [
            *web(desiredCount=4, name="shop-api"),
            res(TARGET, "scale", resourceId="service/shop/shop-api", minCapacity=1),
        ],
        "minCapacity of Target scale is 1",
    ),
    Case(
        "services-without-public-ip",
        "fail",
        [res(TASK_SET, "s", networkConfiguration={"assignPublicIp": True})],
        "networkConfiguration.assignPublicIp is true, wanted false",
    ),
    Case(
        "services-in-private-subnets",
        "fail",
        [*network(), res(TASK_SET, "s", networkConfiguration={"subnets": [Ref("public-a")]})],
        "TaskSet s: networkConfiguration",
    ),
    Case(
        "services-without-public-ip",
        "fail",
        [res(EVENT, "e", ecsTarget=started(assignPublicIp=True))],
        "ecsTarget.networkConfiguration.assignPublicIp is true, wanted false",
    ),
    Case("services-without-public-ip", "pass", [res(EVENT, "e", arn="arn:aws:lambda:x")]),
    Case(
        "services-without-public-ip",
        "fail",
        [res(SCHEDULE, "e", target={"ecsParameters": started(assignPublicIp=True)})],
        "target.ecsParameters.networkConfiguration.assignPublicIp is true, wanted false",
    ),
    Case(
        "services-in-private-subnets",
        "fail",
        [*network(), res(EVENT, "e", ecsTarget=started(subnets=[Ref("public-a")]))],
        "ecsTarget.networkConfiguration: subnet public-a has a route to an internet gateway (Route public-igw), wanted subnets without one",
    ),
    Case(
        "services-in-private-subnets",
        "fail",
        [*network(), res(SCHEDULE, "e", target={"ecsParameters": started(subnets=[Ref("public-a")])})],
        "target.ecsParameters.networkConfiguration: subnet public-a",
    ),
    Case(
        "services-in-private-subnets",
        "pass",
        [*network(), res(SCHEDULE, "e", target={"ecsParameters": started(subnets=[Ref("private-a")])})],
    ),
    Case("services-in-private-subnets", "unknown", [res(SCHEDULE, "e", target=UNKNOWN)]),
    Case(
        "services-in-private-subnets",
        "pass",
        [res("lambda/function:Function", "f"), res(SCHEDULE, "e", target=UNKNOWN, also={"target": ["f"]})],
    ),
    Case(FROM_GROUPS, "pass", grouped(rule("api", source="alb", port=8000))),
    Case(FROM_GROUPS, "pass", grouped(FROM_NETWORK, targets="TCP")),
    Case(FROM_GROUPS, "pass", [res(SERVICE, "bridged")]),
    Case(FROM_GROUPS, "fail", grouped(FROM_NETWORK), "SecurityGroup api-group lets in 10.0.0.0/16"),
    Case(
        FROM_GROUPS,
        "fail",
        [
            group("api", ingress=[{"protocol": "tcp", "fromPort": 1, "toPort": 9, "cidrBlocks": ["10.0.0.0/8"]}]),
            res(SERVICE, "api", networkConfiguration={"securityGroups": [Ref("api-group")]}),
        ],
        "its own ingress",
    ),
    Case(FROM_GROUPS, "unknown", [res(SERVICE, "api", networkConfiguration={"securityGroups": UNKNOWN})]),
    Case(SCALES, "pass", [service(loadBalancers=BEHIND), res(TARGET, "scale", resourceId=Ref("api"))]),
    Case(SCALES, "pass", [service(loadBalancers=BEHIND, name="a"), res(TARGET, "t", resourceId="service/shop/a")]),
    Case(SCALES, "pass", [service()]),
    Case(SCALES, "pass", [service(loadBalancers=BEHIND, schedulingStrategy="DAEMON")]),
    Case(SCALES, "fail", [service(loadBalancers=BEHIND)], "no autoscaling target changes its number of tasks"),
    Case(SCALES, "unknown", [service(loadBalancers=BEHIND), res(TARGET, "t", resourceId=UNKNOWN)]),
    Case(ROLLS_BACK, "pass", [res(SERVICE, "api", deploymentCircuitBreaker=SAFE)]),
    Case(ROLLS_BACK, "pass", [res(SERVICE, "api", alarms={"alarmNames": ["errors"], **SAFE})]),
    Case(ROLLS_BACK, "pass", [res(SERVICE, "api", deploymentController={"type": "CODE_DEPLOY"})]),
    Case(ROLLS_BACK, "fail", [res(SERVICE, "api")], "roll a failed deployment back"),
    Case(
        ROLLS_BACK,
        "fail",
        [res(SERVICE, "api", deploymentCircuitBreaker={**SAFE, "rollback": False})],
        "neither deploymentCircuitBreaker nor alarms roll a failed deployment back",
    ),
    Case(ROLLS_BACK, "unknown", [res(SERVICE, "api", deploymentCircuitBreaker={**SAFE, "rollback": UNKNOWN})]),
    Case(ROLLS_BACK, "unknown", [res(SERVICE, "api", deploymentController={"type": UNKNOWN})]),
    Case(PLATFORM, "pass", [res(SERVICE, "api")]),
    Case(
        PLATFORM, "pass", [res(SERVICE, "api", platformVersion="LATEST"), res(TASK_SET, "s", platformVersion="1.4.0")]
    ),
    Case(PLATFORM, "fail", [res(SERVICE, "api", platformVersion="1.3.0")], "platformVersion is 1.3.0, wanted LATEST"),
    Case(
        PLATFORM,
        "fail",
        [res(TASK_SET, "s", platformVersion="1.4.0")],
        "platformVersion is 1.4.0, wanted LATEST",
        config={"versions": ["LATEST"]},
    ),
    Case(PLATFORM, "unknown", [res(SERVICE, "api", platformVersion=UNKNOWN)]),
    Case("services-exec-off", "pass", [res(SERVICE, "api")]),
    Case("services-exec-off", "fail", [res(SERVICE, "api", enableExecuteCommand=True)], "enableExecuteCommand is true"),
    Case("services-exec-off", "unknown", [res(SERVICE, "api", enableExecuteCommand=UNKNOWN)]),
    Case(INSIGHTS, "pass", insights("enabled")),
    Case(INSIGHTS, "pass", insights("enhanced")),
    Case(INSIGHTS, "fail", insights("disabled"), "no containerInsights that is enabled or enhanced"),
    Case(INSIGHTS, "fail", [res(CLUSTER, "shop")], "settings has no containerInsights that is enabled or enhanced"),
    Case(INSIGHTS, "unknown", insights(UNKNOWN)),
]

SETTING = "ecs/accountSettingDefault:AccountSettingDefault"


def account(name: str = "containerInsights", value: Any = "enabled") -> Sample:
    return res(SETTING, "all", name=name, value=value)


CASES += [
    Case(INSIGHTS, "pass", [account(), res(CLUSTER, "c")]),
    Case(INSIGHTS, "fail", [account(value="disabled"), res(CLUSTER, "c")], "settings has no containerInsights"),
    Case(INSIGHTS, "fail", [account(name="awsvpcTrunking"), res(CLUSTER, "c")], "settings has no containerInsights"),
    Case(
        INSIGHTS,
        "fail",
        [account(), res(CLUSTER, "c", settings=[{"name": "containerInsights", "value": "disabled"}])],
        "settings has no containerInsights",
    ),
    Case(INSIGHTS, "unknown", [account(value=UNKNOWN), res(CLUSTER, "c")]),
]
