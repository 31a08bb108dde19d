"""An off-hours schedule for a stack that nobody needs at night: no tasks, and a stopped database."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components import _scalable_targets as scalable_targets
from components._checked import Checked
from components._role import service_role


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduledServiceArgs:
    """A service that sleeps."""

    cluster_name: Input[str]
    """Its cluster's name."""
    service_name: Input[str]
    """Its name."""
    min_tasks: int
    """The fewest tasks by day."""
    max_tasks: int
    """The most tasks by day."""
    scalable_target_id: Input[str] | None = None
    """The resource id of the scalable target that the service's own scaling registered, known once it exists; None: the
    number of tasks is fixed, and a target is registered here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HibernationArgs(Checked):
    """When a stack sleeps, and what of it.

    Everything sleeps every evening, also on days it was not woken: AWS starts a database that was stopped for seven days,
    and that evening stops it again. While a database is stopped it makes no backups and its replicas cannot exist: its
    backup and maintenance windows belong into the day.
    """

    name_prefix: str
    """The stack's name in AWS, such as storefront-staging: the schedules' group."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The stack's region."""
    services: Mapping[str, ScheduledServiceArgs] = field(default_factory=dict)
    """Services by a short name. A change of their tasks by day takes effect when they wake."""
    databases: Mapping[str, Input[str]] = field(default_factory=dict)
    """Identifiers of database instances, by a short name. Read replicas, and instances that have them, cannot be stopped."""
    clusters: Mapping[str, Input[str]] = field(default_factory=dict)
    """Identifiers of Aurora clusters, by a short name. All their instances stop."""
    sleep_at: str = "20:00"
    """When services stop; the databases follow a quarter of an hour later. Up to 23:44."""
    wake_at: str = "07:00"
    """When services start; the databases start half an hour before. From 00:30."""
    time_zone: str = "UTC"
    """The time zone of both, such as Europe/Stockholm; daylight saving is followed."""
    weekends: bool = False
    """Whether everything wakes on Saturdays and Sundays too."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not (self.services or self.databases or self.clusters):
            yield "services", "neither these nor databases given: nothing would sleep"
        for name, value, first, last in (
            ("sleep_at", self.sleep_at, 0, _DAY - _AFTER_SERVICES - 1),
            ("wake_at", self.wake_at, _BEFORE_SERVICES, _DAY - 1),
        ):
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
                yield name, f"{value!r} is not a time of day, such as 20:00"
            elif not first <= _minutes(value) <= last:
                yield name, f"{value} is outside {_clock(first)} to {_clock(last)}"
        if self.sleep_at == self.wake_at:
            yield "wake_at", f"{self.wake_at} is also sleep_at"
        if self.time_zone not in zoneinfo.available_timezones():
            yield "time_zone", f"{self.time_zone!r} is not a time zone, such as Europe/Stockholm"
        for name, service in self.services.items():
            if not 0 <= service.min_tasks <= service.max_tasks:
                numbers = f"min_tasks {service.min_tasks} and max_tasks {service.max_tasks} of {name}"
                yield "services", f"{numbers} must not be negative or decrease in this order"


class Hibernation(pulumi.ComponentResource):
    """Schedules that put services to zero tasks and databases to rest in the evening, and wake them in the morning.

    To wake it in between, run `wake_commands`; the next evening it sleeps again.
    """

    wake_commands: Sequence[Output[str]]
    """Commands of the AWS CLI that wake everything now; the databases first, which take some minutes."""

    def __init__(self, name: str, args: HibernationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Hibernation", name, None, opts)
        targets = {key: self._target(name, key, service) for key, service in sorted(args.services.items())}
        for key, target in targets.items():
            self._tasks(f"{name}-{key}", args, args.services[key], target)
        if args.databases or args.clusters:
            self._databases(name, args)

        start = [
            Output.concat(
                f"aws rds start-db-{kind.lower()} --region ",
                args.region,
                f" --db-{kind.lower()}-identifier ",
                identifier,
            )
            for kind, _, identifier in _stopped(args)
        ]
        self.wake_commands = start + [_wake_command(args, key, target) for key, target in targets.items()]
        self.register_outputs({"wake_commands": self.wake_commands})

    def _target(self, name: str, key: str, service: ScheduledServiceArgs) -> Output[str]:
        """Return the resource id of the service's scalable target."""
        if service.scalable_target_id is not None:
            return Output.from_input(service.scalable_target_id)
        target = aws.appautoscaling.Target(
            f"{name}-{key}-target",
            service_namespace=_NAMESPACE,
            scalable_dimension=_DIMENSION,
            resource_id=Output.concat("service/", service.cluster_name, "/", service.service_name),
            min_capacity=service.min_tasks,
            max_capacity=service.max_tasks,
            # While it sleeps the bounds are zero: an update after a refresh would wake it.
            opts=ResourceOptions(
                parent=self,
                aliases=[scalable_targets.of_service(key)],
                ignore_changes=["minCapacity", "maxCapacity"],
            ),
        )
        return target.resource_id

    def _tasks(self, name: str, args: HibernationArgs, service: ScheduledServiceArgs, target: Output[str]) -> None:
        for what, schedule, least, most in (
            ("sleep", _cron(_minutes(args.sleep_at), "*"), 0, 0),
            ("wake", _cron(_minutes(args.wake_at), _days(args)), service.min_tasks, service.max_tasks),
        ):
            aws.appautoscaling.ScheduledAction(
                f"{name}-{what}",
                service_namespace=_NAMESPACE,
                scalable_dimension=_DIMENSION,
                resource_id=target,
                schedule=schedule,
                timezone=args.time_zone,
                scalable_target_action=aws.appautoscaling.ScheduledActionScalableTargetActionArgs(
                    min_capacity=least, max_capacity=most
                ),
                opts=ResourceOptions(parent=self),
            )

    def _databases(self, name: str, args: HibernationArgs) -> None:
        group = aws.scheduler.ScheduleGroup(f"{name}-group", name=args.name_prefix, opts=ResourceOptions(parent=self))
        partition = documents.partition(args.region)
        role, policy = self._role(name, args)
        schedules = {
            "stop": _cron(_minutes(args.sleep_at) + _AFTER_SERVICES, "*"),
            "start": _cron(_minutes(args.wake_at) - _BEFORE_SERVICES, _days(args)),
        }
        for kind, key, identifier in _stopped(args):
            for what, schedule in schedules.items():
                aws.scheduler.Schedule(
                    f"{name}-{key}-{what}",
                    group_name=group.name,
                    description=f"{what.capitalize()}s database {key} of {args.name_prefix}",
                    schedule_expression=schedule,
                    schedule_expression_timezone=args.time_zone,
                    flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
                    target=aws.scheduler.ScheduleTargetArgs(
                        arn=f"arn:{partition}:scheduler:::aws-sdk:rds:{what}DB{kind}",
                        role_arn=role.arn,
                        input=Output.json_dumps({f"Db{kind}Identifier": identifier}),
                        # A database that is just being backed up refuses for a while.
                        retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                            maximum_event_age_in_seconds=_RETRY_SECONDS, maximum_retry_attempts=_RETRIES
                        ),
                    ),
                    opts=ResourceOptions(parent=self, depends_on=[policy]),
                )

    def _role(self, name: str, args: HibernationArgs) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role that starts and stops these databases and no other."""
        role = service_role(
            self,
            f"{name}-role",
            service="scheduler.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Stops and starts the databases of {args.name_prefix}",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        start = ("arn:", documents.partition(args.region), ":rds:", args.region, ":", args.account_id, ":")
        allowed = [
            documents.allow(
                [f"rds:StartDB{kind}", f"rds:StopDB{kind}"],
                [Output.concat(*start, type_, identifier) for each, _, identifier in _stopped(args) if each == kind],
            )
            for kind, type_, given in (("Instance", "db:", args.databases), ("Cluster", "cluster:", args.clusters))
            if given
        ]
        policy = aws.iam.RolePolicy(
            f"{name}-role",
            role=role.name,
            policy=documents.policy(*allowed),
            opts=ResourceOptions(parent=self),
        )
        return role, policy


_DAY: Final = 24 * 60
_AFTER_SERVICES: Final = 15
"""Minutes between the services' end and the databases'."""
_BEFORE_SERVICES: Final = 30
"""Minutes between the databases' start and the services'."""
_RETRY_SECONDS: Final = 3600
_RETRIES: Final = 20
_NAMESPACE: Final = "ecs"
_DIMENSION: Final = "ecs:service:DesiredCount"


def _stopped(args: HibernationArgs) -> Iterator[tuple[str, str, Input[str]]]:
    """Yield what is stopped: its kind in RDS's calls, its short name and its identifier."""
    for kind, given in (("Instance", args.databases), ("Cluster", args.clusters)):
        for key, identifier in sorted(given.items()):
            yield kind, key, identifier


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _cron(minutes: int, days: str) -> str:
    """Return the expression for a time of day on days of the week, as Application Auto Scaling and Scheduler read it."""
    return f"cron({minutes % 60} {minutes // 60} ? * {days} *)"


def _days(args: HibernationArgs) -> str:
    return "*" if args.weekends else "MON-FRI"


def _wake_command(args: HibernationArgs, key: str, target: Output[str]) -> Output[str]:
    """Return commands that give a service its range of tasks back and start the fewest: the range alone starts none."""
    service = args.services[key]
    return Output.concat(
        f"aws application-autoscaling register-scalable-target --region {args.region} --service-namespace {_NAMESPACE}",
        f" --scalable-dimension {_DIMENSION} --min-capacity {service.min_tasks} --max-capacity {service.max_tasks}",
        " --resource-id ",
        target,
        f" && aws ecs update-service --region {args.region} --desired-count {service.min_tasks} --cluster ",
        service.cluster_name,
        " --service ",
        service.service_name,
    )
