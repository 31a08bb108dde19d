"""How the number of a service's tasks follows the load, and the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _metrics as metrics
from components import _scalable_targets as scalable_targets


@dataclass(frozen=True, kw_only=True, slots=True)
class StepArgs:
    """One task more above `up`, one less below `down`."""

    up: int
    """Percent."""
    down: int
    """Percent."""
    up_minutes: int = 2
    """Minutes above `up` before a task is added."""
    down_minutes: int = 5
    """Minutes below `down` before one is removed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduledArgs:
    """Another fewest and most from a time on."""

    cron: str
    """AWS's six fields."""
    min_tasks: int
    """The fewest from then on."""
    max_tasks: int
    """The most."""
    time_zone: str = "UTC"
    """The time zone of `cron`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BacklogArgs:
    """A queue whose messages decide how many tasks there are."""

    queue_name: Input[str]
    """The queue's name in SQS."""
    messages_per_task: int
    """Messages for each task, waiting or being worked on."""


ScalingMetric = Literal["cpu", "memory", "requests"]
StepMetric = Literal["cpu", "memory"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScalingArgs:
    """How the number of tasks follows the load."""

    targets: Mapping[ScalingMetric, int] = field(default_factory=dict)
    """Averages to keep to: cpu and memory in percent, requests a minute per task."""
    steps: Mapping[StepMetric, StepArgs] = field(default_factory=dict)
    """Thresholds to step at."""
    backlog: BacklogArgs | None = None
    """The queue that it follows; the cluster must have Container Insights."""
    out_cooldown_seconds: int = 60
    """Seconds between additions."""
    in_cooldown_seconds: int = 300
    """Seconds between removals."""
    schedule: Sequence[ScheduledArgs] = ()
    """Other bounds at times that are known beforehand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaledService:
    """The service whose tasks are counted."""

    component: pulumi.Resource
    """The component that the resources belong to."""
    name: Input[str]
    """The ECS service's name, known once the service is there."""
    name_prefix: str
    """What names start with."""
    service_name: str
    """The same, for descriptions."""
    cluster_name: Input[str]
    """The cluster's name."""
    min_tasks: int
    """The fewest tasks."""
    max_tasks: int
    """The most."""
    request_label: Input[str] | None = None
    """`<load balancer's arn suffix>/<target group's arn suffix>`; None where no requests come."""
    sleeps: bool = False
    """Whether schedules outside change the bounds; updates then leave them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """One direction of stepping."""

    tasks: Literal[1, -1]
    threshold: int
    minutes: int
    cooldown: int


class Scaling:
    """A service's scalable target with its policies, alarms and scheduled bounds."""

    resource_id: Output[str]
    """What Application Auto Scaling calls the service, known once its target is registered."""

    def __init__(self, name: str, args: ScalingArgs, service: ScaledService) -> None:
        self._args, self._service = args, service
        self._target = target = aws.appautoscaling.Target(
            f"{name}-scaling",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=Output.concat("service/", service.cluster_name, "/", service.name),
            min_capacity=service.min_tasks,
            max_capacity=service.max_tasks,
            # Schedules change the bounds; what changes them back is the next one, not an update.
            opts=ResourceOptions(
                parent=service.component,
                aliases=[scalable_targets.of_hibernation(name)],
                ignore_changes=["minCapacity", "maxCapacity"] if args.schedule or service.sleeps else None,
            ),
        )
        for metric, value in sorted(args.targets.items()):
            self._track(f"{name}-scaling-{metric}", metric, value)
        for by, step in sorted(args.steps.items()):
            alarm = {"cpu": "CPUUtilization", "memory": "MemoryUtilization"}[by]
            out = _Step(tasks=1, threshold=step.up, minutes=step.up_minutes, cooldown=args.out_cooldown_seconds)
            into = _Step(tasks=-1, threshold=step.down, minutes=step.down_minutes, cooldown=args.in_cooldown_seconds)
            self._step(f"{name}-scaling-{by}-out", alarm, out)
            self._step(f"{name}-scaling-{by}-in", alarm, into)
        if args.backlog:
            self._follow(f"{name}-scaling-queue", args.backlog)
        for number, bounds in enumerate(args.schedule, start=1):
            aws.appautoscaling.ScheduledAction(
                f"{name}-scaling-schedule-{number}",
                service_namespace=target.service_namespace,
                scalable_dimension=target.scalable_dimension,
                resource_id=target.resource_id,
                schedule=f"cron({bounds.cron})",
                timezone=bounds.time_zone,
                scalable_target_action=aws.appautoscaling.ScheduledActionScalableTargetActionArgs(
                    min_capacity=bounds.min_tasks, max_capacity=bounds.max_tasks
                ),
                opts=ResourceOptions(parent=service.component),
            )
        self.resource_id = target.resource_id

    def _track(self, name: str, metric: ScalingMetric, value: int) -> None:
        predefined = {
            "cpu": "ECSServiceAverageCPUUtilization",
            "memory": "ECSServiceAverageMemoryUtilization",
            "requests": "ALBRequestCountPerTarget",
        }[metric]
        aws.appautoscaling.Policy(
            name,
            policy_type="TargetTrackingScaling",
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            target_tracking_scaling_policy_configuration=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=value,
                scale_out_cooldown=self._args.out_cooldown_seconds,
                scale_in_cooldown=self._args.in_cooldown_seconds,
                predefined_metric_specification=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                    predefined_metric_type=predefined,
                    resource_label=self._service.request_label if metric == "requests" else None,
                ),
            ),
            opts=ResourceOptions(parent=self._service.component),
        )

    def _follow(self, name: str, backlog: BacklogArgs) -> None:
        """Keep to the messages for each running task; from none, where there is nothing to divide by, begin with one task."""
        counted = [
            ("waiting", metrics.QUEUE_WAITING, (backlog.queue_name,)),
            ("worked", metrics.QUEUE_WORKED_ON, (backlog.queue_name,)),
            ("running", metrics.RUNNING_TASKS, (self._service.cluster_name, self._service.name)),
        ]
        spec = aws.appautoscaling
        series = [
            spec.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgs(
                id=called,
                metric_stat=spec.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatArgs(
                    metric=spec.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricArgs(
                        namespace=metric.namespace,
                        metric_name=metric.name,
                        dimensions=[
                            spec.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricDimensionArgs(
                                name=dimension, value=value
                            )
                            for dimension, value in metric.at(*values).items()
                        ],
                    ),
                    stat=metric.statistic,
                ),
                return_data=False,
            )
            for called, metric, values in counted
        ]
        # SQS is silent about a queue that is not used.
        messages = "(FILL(waiting,0)+FILL(worked,0))"
        share = spec.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgs(
            id="share",
            label="messages for each running task",
            expression=f"IF(FILL(running,0)>0,{messages}/FILL(running,1),{messages})",
            return_data=True,
        )
        aws.appautoscaling.Policy(
            name,
            policy_type="TargetTrackingScaling",
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            target_tracking_scaling_policy_configuration=spec.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=backlog.messages_per_task,
                scale_out_cooldown=self._args.out_cooldown_seconds,
                scale_in_cooldown=self._args.in_cooldown_seconds,
                customized_metric_specification=spec.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationArgs(
                    metrics=[share, *series]
                ),
            ),
            opts=ResourceOptions(parent=self._service.component),
        )
        if self._service.min_tasks == 0:
            self._wake(f"{name}-first", backlog)

    def _wake(self, name: str, backlog: BacklogArgs) -> None:
        policy = self._step_policy(
            name, "ExactCapacity", "Maximum", self._args.out_cooldown_seconds, tasks=1, rising=True
        )
        service = (self._service.cluster_name, self._service.name)
        seen = (("waiting", metrics.QUEUE_WAITING, (backlog.queue_name,)), ("desired", metrics.DESIRED_TASKS, service))
        series = [metrics.query(called, metric, values, 60) for called, metric, values in seen]
        # Only while none is wanted: a number that another policy has chosen stays.
        first = aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id="first",
            label="messages without a task",
            expression="IF(FILL(desired,0)<1,FILL(waiting,0),0)",
            return_data=True,
        )
        aws.cloudwatch.MetricAlarm(
            name,
            name=f"{self._service.name_prefix}-{name}",
            alarm_description=f"Starts the first task of {self._service.service_name} when a message waits",
            metric_queries=[first, *series],
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=[policy.arn],
            opts=ResourceOptions(parent=self._service.component),
        )

    def _step_policy(
        self, name: str, adjustment: str, aggregation: str, cooldown: int | None, *, tasks: int, rising: bool
    ) -> aws.appautoscaling.Policy:
        """Make a policy of one step, which its alarm takes: from the alarm's threshold up, or from there down."""
        return aws.appautoscaling.Policy(
            name,
            policy_type="StepScaling",
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            step_scaling_policy_configuration=aws.appautoscaling.PolicyStepScalingPolicyConfigurationArgs(
                adjustment_type=adjustment,
                metric_aggregation_type=aggregation,
                cooldown=cooldown,
                step_adjustments=[
                    aws.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustmentArgs(
                        scaling_adjustment=tasks,
                        metric_interval_lower_bound="0" if rising else None,
                        metric_interval_upper_bound=None if rising else "0",
                    )
                ],
            ),
            opts=ResourceOptions(parent=self._service.component),
        )

    def _step(self, name: str, metric: str, step: _Step) -> None:
        rising = step.tasks > 0
        policy = self._step_policy(name, "ChangeInCapacity", "Average", step.cooldown, tasks=step.tasks, rising=rising)
        aws.cloudwatch.MetricAlarm(
            name,
            name=f"{self._service.name_prefix}-{name}",
            alarm_description=f"Scales {self._service.service_name} {'out above' if rising else 'in below'} {step.threshold} %",
            namespace="AWS/ECS",
            metric_name=metric,
            dimensions={"ClusterName": self._service.cluster_name, "ServiceName": self._service.name},
            statistic="Average",
            period=60,
            evaluation_periods=step.minutes,
            comparison_operator="GreaterThanThreshold" if rising else "LessThanThreshold",
            threshold=step.threshold,
            alarm_actions=[policy.arn],
            opts=ResourceOptions(parent=self._service.component),
        )
