"""Commands that run at times, in tasks of their own: schedules, and the function that starts, repeats and stops them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components import _names
from components._checked import Checked
from components._containers import definitions
from components._dependencies import Dependency, with_dependencies
from components._function import function
from components._queues import only_tls
from components._role import service_role
from components._task import ServiceTask, service_task_definition


@dataclass(frozen=True, kw_only=True, slots=True)
class JobArgs:
    """A command and when it runs."""

    task: ServiceTask
    """The task of the service whose image, variables, secrets, roles and network it has."""
    command: Sequence[str]
    """What the service's container runs instead of its own command."""
    schedule: str
    """`cron(...)`, `rate(...)` or `at(...)`, as EventBridge Scheduler takes it."""
    family: str
    """The task definition's family. A change registers a new one."""
    time_zone: str = "UTC"
    """The time zone of the schedule."""
    enabled: bool = True
    """Whether it runs at its times."""
    retries: int = 0
    """How often a run that failed is started again, 0 to 10."""
    timeout_minutes: int = 60
    """Minutes after which a run is stopped, 1 to 10080."""
    cpu: int | None = None
    """CPU units of its task; None: the service's. Billed while it runs."""
    memory_mib: int | None = None
    """Memory of its task, MiB; None: the service's. Billed while it runs."""

    @property
    def late_minutes(self) -> int | None:
        """Minutes without a success after which a run was missed; None where that is more than an alarm can look back, or never."""
        gap = limits.longest_gap(self.schedule) if self.enabled else None
        if gap is None:
            return None
        least = gap + _STARTING + (0 if self.time_zone == "UTC" else _CLOCK_CHANGE)
        if least > _FURTHEST:
            return None
        return min(least + (self.retries + 1) * self.timeout_minutes, _FURTHEST)


_STARTING: Final = 15
"""Minutes that a task may take to be placed and to pull its image."""
_CLOCK_CHANGE: Final = 60
_FURTHEST: Final = 7 * 24 * 60
"""Minutes that an alarm looks back at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobsArgs(Checked):
    """The jobs of a stack."""

    name_prefix: str
    """What generated names start with, and what the jobs' metrics are told apart by."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    cluster_arn: Input[str]
    """The cluster they run in."""
    jobs: Mapping[str, JobArgs]
    """The jobs by name. Another name is another job."""
    after: Sequence[Dependency] = ()
    """What has to exist before a job runs a new version: every migration of the stack that ran."""
    log_days: int = 90
    """Days the function's log is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts that log; None: AWS's own."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.jobs:
            yield "jobs", "none given"
        for name, job in self.jobs.items():
            checks = (
                limits.expression(job.schedule),
                limits.time_zone(job.time_zone),
                limits.ecs_name(job.family),
                limits.fargate_size(job.cpu or job.task.cpu, job.memory_mib or job.task.memory_mib),
                None if job.command else "no command given; without one the container would start the service",
                None
                if 0 <= job.retries <= _MOST_RETRIES
                else f"{job.retries} retries are outside 0 to {_MOST_RETRIES}",
                None
                if 1 <= job.timeout_minutes <= _FURTHEST
                else f"a timeout of {job.timeout_minutes} minutes is outside 1 to {_FURTHEST}",
            )
            yield from (("jobs", f"{name}: {problem}") for problem in checks if problem)


_MOST_RETRIES: Final = 10


class Jobs(pulumi.ComponentResource):
    """Schedules that call a function, which starts a job's task unless one runs, and starts it again where it failed.

    The function stops what takes too long, and counts each run's end in CloudWatch; what it cannot do is kept in a dead-letter queue.
    """

    families: Mapping[str, Output[str]]
    """The task definitions' families by job."""
    function_name: Output[str]
    """The function's name."""
    dead_letter_queue_name: Output[str]
    """The queue of what could not be started, or not be looked after."""
    late_minutes: Mapping[str, int | None]
    """Minutes without a success after which a run was missed, by job; None where no alarm can tell."""
    start_commands: Mapping[str, Output[str]]
    """Commands of the AWS CLI that start a job now, by job."""

    def __init__(self, name: str, args: JobsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Jobs", name, None, opts)
        tasks = {key: self._task(f"{name}-{key}", args, key, job) for key, job in sorted(args.jobs.items())}
        letters = self._dead_letters(name, args)
        group = aws.scheduler.ScheduleGroup(
            f"{name}-group", name=f"{args.name_prefix}-jobs", opts=ResourceOptions(parent=self)
        )
        running = function(
            f"{name}-function",
            name_prefix=args.name_prefix,
            description=f"Runs the jobs of {args.name_prefix}",
            handler="run_jobs.handle",
            allowed=list(_statements(args, tasks)),
            seconds=60,
            log_days=args.log_days,
            log_key_arn=args.log_key_arn,
            parent=self,
            variables={"STACK": args.name_prefix, "SCHEDULES": f"{args.name_prefix}-jobs"},
            boundary_arn=args.boundary_arn,
            dead_letter_arn=letters.arn,
        )
        heard = self._ends(name, args, running)
        role, policy = self._role(name, args, group, running, letters)
        self._schedules(name, args, tasks, group, running, letters, role, [policy, *heard])

        self.families = {key: task.family for key, task in tasks.items()}
        self.function_name = running.name
        self.dead_letter_queue_name = letters.name
        self.late_minutes = {key: job.late_minutes for key, job in args.jobs.items()}
        self.start_commands = {
            key: Output.concat(
                f"aws lambda invoke --region {args.region} --invocation-type Event --cli-binary-format raw-in-base64-out",
                " --function-name ",
                running.name,
                f' --payload \'{{"job": "{key}"}}\' /dev/null',
            )
            for key in tasks
        }
        self.register_outputs({"families": self.families, "function_name": self.function_name})

    def _task(self, name: str, args: JobsArgs, key: str, job: JobArgs) -> aws.ecs.TaskDefinition:
        """Register what a job runs: the task ends when its own container does, whatever the sidecars would."""
        own, *sidecars = job.task.containers
        # Nothing calls it, and a check made for the service would have ECS stop it.
        running = replace(
            own,
            name=key,
            command=job.command,
            port=None,
            health_check=None,
            essential=True,
            environment={**own.environment, **own.alone},
        )
        containers = [running, *(replace(each, essential=False) for each in sidecars if each.essential)]
        task = replace(job.task, cpu=job.cpu or job.task.cpu, memory_mib=job.memory_mib or job.task.memory_mib)
        images = {**task.images, key: task.images[own.name]}
        return service_task_definition(
            self,
            f"{name}-task",
            task,
            family=job.family,
            containers=definitions(containers, images, task.log_group_name, args.region),
        )

    def _dead_letters(self, name: str, args: JobsArgs) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            f"{name}-failed",
            name=f"{args.name_prefix}-jobs-failed",
            message_retention_seconds=14 * 24 * 3600,
            sqs_managed_sse_enabled=True,
            opts=ResourceOptions(parent=self),
        )
        aws.sqs.QueuePolicy(
            f"{name}-failed",
            queue_url=queue.url,
            policy=documents.policy(only_tls(queue.arn)),
            opts=ResourceOptions(parent=self),
        )
        return queue

    def _ends(self, name: str, args: JobsArgs, running: aws.lambda_.Function) -> Sequence[pulumi.Resource]:
        """Let the function hear of the jobs' tasks that stopped."""
        child = ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-ends",
            name=_names.after(args.name_prefix, f"{name}-ends", _names.RULE),
            description=f"{args.name_prefix}: tasks of jobs have stopped",
            event_pattern=Output.json_dumps(
                {
                    "source": ["aws.ecs"],
                    "detail-type": ["ECS Task State Change"],
                    "detail": {
                        "clusterArn": [args.cluster_arn],
                        "group": [f"job:{args.name_prefix}"],
                        "lastStatus": ["STOPPED"],
                    },
                },
                sort_keys=True,
            ),
            opts=child,
        )
        permission = aws.lambda_.Permission(
            f"{name}-ends",
            function=running.name,
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=child,
        )
        target = aws.cloudwatch.EventTarget(
            f"{name}-ends", rule=rule.name, arn=running.arn, opts=ResourceOptions(parent=self, depends_on=[permission])
        )
        return [permission, target]

    def _role(
        self,
        name: str,
        args: JobsArgs,
        group: aws.scheduler.ScheduleGroup,
        running: aws.lambda_.Function,
        letters: aws.sqs.Queue,
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = service_role(
            self,
            f"{name}-schedule",
            service="scheduler.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Starts the jobs of {args.name_prefix} when they are due",
            account_id=args.account_id,
            # AWS asks for the group, never for a schedule.
            source_arn=group.arn,
            boundary_arn=args.boundary_arn,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-schedule",
            role=role.name,
            policy=documents.policy(
                documents.allow(["lambda:InvokeFunction"], [running.arn]),
                documents.allow(["sqs:SendMessage"], [letters.arn]),
            ),
            opts=ResourceOptions(parent=self),
        )
        return role, policy

    def _schedules(
        self,
        name: str,
        args: JobsArgs,
        tasks: Mapping[str, aws.ecs.TaskDefinition],
        group: aws.scheduler.ScheduleGroup,
        running: aws.lambda_.Function,
        letters: aws.sqs.Queue,
        role: aws.iam.Role,
        before: Sequence[pulumi.Resource],
    ) -> None:
        def schedule(
            logical: str,
            called: str,
            says: str,
            when: _When,
            given: Mapping[str, object],
            after: Sequence[pulumi.Resource],
        ) -> None:
            aws.scheduler.Schedule(
                logical,
                name=called,
                group_name=group.name,
                description=says,
                schedule_expression=when.expression,
                schedule_expression_timezone=when.time_zone,
                state="ENABLED" if when.enabled else "DISABLED",
                flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
                target=aws.scheduler.ScheduleTargetArgs(
                    arn=running.arn,
                    role_arn=role.arn,
                    input=Output.json_dumps(given, sort_keys=True),
                    retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                        maximum_event_age_in_seconds=900, maximum_retry_attempts=10
                    ),
                    dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=letters.arn),
                ),
                opts=ResourceOptions(parent=self, depends_on=[*before, *after]),
            )

        for key, job in sorted(args.jobs.items()):
            revision = with_dependencies(tasks[key].arn, *args.after)
            schedule(
                f"{name}-{key}-schedule",
                key,
                f"Starts job {key} of {args.name_prefix}",
                _When(expression=job.schedule, time_zone=job.time_zone, enabled=job.enabled),
                {
                    "job": key,
                    "task_definition": revision,
                    "container": key,
                    "cluster": args.cluster_arn,
                    "subnets": list(job.task.subnet_ids),
                    "security_groups": [job.task.security_group_id],
                    "retries": job.retries,
                    **({"public_ip": True} if job.task.public_ip else {}),
                    "time": "<aws.scheduler.scheduled-time>",
                },
                job.task.before,
            )
        watched = [
            {"family": tasks[key].family, "cluster": args.cluster_arn, "minutes": job.timeout_minutes}
            for key, job in sorted(args.jobs.items())
        ]
        # No job can have this name.
        schedule(
            f"{name}-late",
            "_late",
            f"Stops jobs of {args.name_prefix} that take too long",
            _When(),
            {"watched": watched},
            (),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _When:
    """When a schedule fires."""

    expression: str = "rate(5 minutes)"
    time_zone: str = "UTC"
    enabled: bool = True


def _statements(args: JobsArgs, tasks: Mapping[str, aws.ecs.TaskDefinition]) -> Iterator[documents.Statement]:
    """Yield what the function may do: run, see and stop tasks in the cluster, as the roles that the services have."""
    inside = {"ArnEquals": {"ecs:cluster": args.cluster_arn}}
    start = f"arn:{documents.partition(args.region)}"
    revisions = [
        Output.format("{0}:ecs:{1}:{2}:task-definition/{3}:*", start, args.region, args.account_id, task.family)
        for task in tasks.values()
    ]
    cluster = Output.from_input(args.cluster_arn).apply(lambda arn: arn.replace(":cluster/", ":task/") + "/*")
    yield documents.allow(["ecs:RunTask"], revisions, inside)
    yield documents.allow(["ecs:DescribeTasks", "ecs:StopTask"], [cluster], inside)
    yield documents.allow(["ecs:ListTasks"], ["*"], inside)
    yield documents.allow(["ecs:TagResource"], [cluster], {"StringEquals": {"ecs:CreateAction": "RunTask"}})
    services = {id(job.task): job.task for job in args.jobs.values()}
    passed = [arn for task in services.values() for arn in (task.execution_role_arn, task.task_role_arn)]
    yield documents.allow(
        ["iam:PassRole"], passed, {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    )
    schedules = Output.format(
        "{0}:scheduler:{1}:{2}:schedule/{3}-jobs/*", start, args.region, args.account_id, args.name_prefix
    )
    yield documents.allow(["scheduler:GetSchedule"], [schedules])
