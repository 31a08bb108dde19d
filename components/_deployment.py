"""How new tasks take over from old ones: one by one, or by moving requests; and what takes a deployment back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from components import _documents as documents
from components import _metrics as metrics
from components._checked import Checked
from components._role import service_role

if TYPE_CHECKING:
    from components.service import ServiceArgs

_STRATEGIES: Final = {"blueGreen": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}
_EVEN: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class RollbackAlarmArgs(Checked):
    """The share of failing answers above which ECS takes a deployment back."""

    load_balancer_arn_suffix: Input[str]
    """What metrics call the load balancer."""
    target_arn_suffixes: Sequence[Input[str]]
    """What metrics call the target groups: one, or both of a service whose requests are moved."""
    percent: float = 5
    """Requests answered 5xx, percent of a minute's, 0.1 to 99.9."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        least, most = 0.1, 99.9
        if not least <= self.percent <= most:
            yield "percent", f"{self.percent:g} is outside {least:g} to {most:g}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficShiftArgs(Checked):
    """New tasks start beside the old ones, get requests all at once or by shares, and the old ones stay for a while to go back to.

    ECS does it (AWS: "Amazon ECS blue/green, canary and linear deployments"). Its circuit breaker is for rolling deployments; here an
    alarm on the errors of both target groups takes a deployment back.
    """

    strategy: Literal["blueGreen", "canary", "linear"] = "blueGreen"
    """All requests at once; a first share, then all; or equal shares one after another."""
    green_target_group_arn: Input[str]
    """The second target group, usable only once the rule names it."""
    rule_arn: Input[str]
    """The listener's rule that names both, in which ECS writes which of them gets requests."""
    rollback: RollbackAlarmArgs
    """What takes a deployment back."""
    bake_minutes: int = 5
    """Minutes that the old tasks stay once all requests have moved, 0 to 1440. They are billed meanwhile."""
    step_percent: float = 10
    """Percent of requests: the first share of canary, 0.1 to 100, or each share of linear, 3 to 100."""
    step_minutes: int = 10
    """Minutes that each share is watched, 0 to 1440."""
    pause_minutes: int | None = None
    """Minutes that new tasks wait for a person's approval before they get requests, 1 to 20160; then ECS goes back. None: nobody is asked."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for name, value, least, most in (
            ("bake_minutes", self.bake_minutes, 0, 1440),
            ("step_percent", self.step_percent, 3 if self.strategy == "linear" else 0.1, 100),
            ("step_minutes", self.step_minutes, 0, 1440),
            ("pause_minutes", 1 if self.pause_minutes is None else self.pause_minutes, 1, 20160),
        ):
            if not least <= value <= most:
                yield name, f"{value:g} is outside {least:g} to {most:g}"

    @property
    def minutes(self) -> float:
        """How long a deployment takes at least, without the start of its tasks."""
        steps = {"blueGreen": 0, "canary": 1, "linear": math.ceil(_EVEN / self.step_percent)}[self.strategy]
        return steps * self.step_minutes + self.bake_minutes + (self.pause_minutes or 0)


class Deployment:
    """What an ECS service is told of its deployments.

    The strategy is always said: what the provider is not told it leaves as it is, and ECS would go on moving requests. That alarms are no
    longer looked at the provider cannot say: it leaves an empty list of them out, which ECS refuses.
    """

    configuration: aws.ecs.ServiceDeploymentConfigurationArgs
    """The strategy, and how requests move."""
    advanced: aws.ecs.ServiceLoadBalancerAdvancedConfigurationArgs | None = None
    """The second target group and the rule; None: a rolling deployment."""
    alarms: aws.ecs.ServiceAlarmsArgs | None = None
    """What takes a deployment back; None: the circuit breaker alone."""
    circuit_breaker: aws.ecs.ServiceDeploymentCircuitBreakerArgs | None = None
    """Takes a rolling deployment back whose tasks do not become healthy."""
    minimum_percent: int | None = None
    """Share of tasks that stays up; None: requests are moved."""
    maximum_percent: int | None = None
    """Share of tasks that may run; None: requests are moved."""
    balanced: bool
    """Whether there is room to rebalance over zones: that starts the new task first."""
    before: Sequence[pulumi.Resource] = ()
    """What has to exist before the service."""

    def __init__(self, parent: pulumi.Resource, name: str, args: ServiceArgs) -> None:
        attachment = args.attachment
        shift = attachment.shift if attachment else None
        rollback = shift.rollback if shift else attachment.rollback if attachment else None
        most = args.maximum_percent or _one_more(args.min_tasks)
        self.balanced = most > _EVEN
        if rollback:
            alarm = _rollback_alarm(parent, f"{name}-rollback", args, rollback)
            self.alarms = aws.ecs.ServiceAlarmsArgs(alarm_names=[alarm.name], enable=True, rollback=True)
        if shift is None:
            self.configuration = aws.ecs.ServiceDeploymentConfigurationArgs(strategy="ROLLING")
            self.circuit_breaker = aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True)
            self.minimum_percent, self.maximum_percent = args.minimum_healthy_percent, most
            return
        role, policy = _switch_role(parent, f"{name}-switch", args)
        self.configuration = _configuration(shift)
        self.advanced = aws.ecs.ServiceLoadBalancerAdvancedConfigurationArgs(
            alternate_target_group_arn=shift.green_target_group_arn,
            production_listener_rule=shift.rule_arn,
            role_arn=role.arn,
        )
        self.before = [policy]


def _configuration(shift: TrafficShiftArgs) -> aws.ecs.ServiceDeploymentConfigurationArgs:
    minutes = str(shift.step_minutes)
    canary = aws.ecs.ServiceDeploymentConfigurationCanaryConfigurationArgs(
        canary_percent=shift.step_percent, canary_bake_time_in_minutes=minutes
    )
    linear = aws.ecs.ServiceDeploymentConfigurationLinearConfigurationArgs(
        step_percent=shift.step_percent, step_bake_time_in_minutes=minutes
    )
    pause = aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgs(
        target_type="PAUSE",
        # The new tasks run, and no request has come to them yet.
        lifecycle_stages=["POST_SCALE_UP"],
        timeout_configuration=aws.ecs.ServiceDeploymentConfigurationLifecycleHookTimeoutConfigurationArgs(
            timeout_in_minutes=str(shift.pause_minutes), action="ROLLBACK"
        ),
    )
    return aws.ecs.ServiceDeploymentConfigurationArgs(
        strategy=_STRATEGIES[shift.strategy],
        bake_time_in_minutes=str(shift.bake_minutes),
        canary_configuration=canary if shift.strategy == "canary" else None,
        linear_configuration=linear if shift.strategy == "linear" else None,
        lifecycle_hooks=None if shift.pause_minutes is None else [pause],
    )


def _switch_role(
    parent: pulumi.Resource, name: str, args: ServiceArgs
) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
    """Make the role that ECS moves requests with."""
    role = service_role(
        parent,
        name,
        service="ecs.amazonaws.com",
        name_prefix=args.name_prefix,
        description=f"Moves the requests of {args.name_prefix} {args.service_name} to new tasks",
        boundary_arn=args.boundary_arn,
    )
    ready = f"arn:{documents.partition(args.region)}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    policy = aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=ready, opts=ResourceOptions(parent=parent))
    return role, policy


def _rollback_alarm(
    parent: pulumi.Resource, name: str, args: ServiceArgs, rollback: RollbackAlarmArgs
) -> aws.cloudwatch.MetricAlarm:
    """Make the alarm that takes a deployment back: it says nothing to people, who hear of the deployment that failed."""
    groups = rollback.target_arn_suffixes
    queries = [
        metrics.query(
            f"{short}{number}",
            metrics.Metric(
                namespace="AWS/ApplicationELB", name=metric, dimensions=("LoadBalancer", "TargetGroup"), statistic="Sum"
            ),
            (rollback.load_balancer_arn_suffix, group),
            60,
        )
        for number, group in enumerate(groups, start=1)
        for short, metric in (("failed", "HTTPCode_Target_5XX_Count"), ("all", "RequestCount"))
    ]
    failed, requests = (
        " + ".join(f"FILL({short}{number}, 0)" for number in range(1, len(groups) + 1)) for short in ("failed", "all")
    )
    share = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id="share",
        label="5xx, % of requests",
        expression=f"IF({requests} > 0, 100 * ({failed}) / ({requests}), 0)",
        return_data=True,
    )
    return aws.cloudwatch.MetricAlarm(
        name,
        name=f"{args.name_prefix}-{name}",
        alarm_description=f"Takes a deployment of {args.service_name} back above {rollback.percent:g} % of 5xx",
        comparison_operator="GreaterThanThreshold",
        threshold=rollback.percent,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        metric_queries=[*queries, share],
        opts=ResourceOptions(parent=parent),
    )


def _one_more(tasks: int) -> int:
    """Return the percentage that lets one task more than `tasks` run: ECS rounds the share down, so this rounds it up."""
    return math.ceil(_EVEN * (tasks + 1) / tasks) if tasks else 200
