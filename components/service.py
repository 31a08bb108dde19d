"""A container that ECS keeps running on Fargate: task definition, roles, security group, service and scaling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components import _task_roles as roles
from components._checked import Checked
from components._containers import BuildArgs, ContainerArgs, RoutedLogs, definitions, policy_pack_tags
from components._dependencies import Dependency, with_dependencies
from components._deployment import Deployment, RollbackAlarmArgs, TrafficShiftArgs
from components._log_router import LogRouterArgs
from components._scaling import ScaledService, Scaling, ScalingArgs
from components._service_connect import ConnectArgs, Connection
from components._service_group import ConnectionArgs, EgressArgs, service_group
from components._task import ServiceTask, TaskVolume, service_task_definition
from components.migration import Migration, MigrationArgs

_PUBLIC: Final = ("services-without-public-ip", "services-in-private-subnets")
"""The controls that tasks with a public address cannot keep."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadBalancerAttachmentArgs:
    """How requests reach a service from the load balancer."""

    target_group_arn: Input[str]
    """The target group, usable only once a listener sends it requests: ECS refuses a service before that."""
    security_group_id: Input[str]
    """The load balancer's security group."""
    request_label: Input[str]
    """`<load balancer's arn suffix>/<target group's arn suffix>`, what scaling by requests is measured by."""
    health_port: int | None = None
    """The port health checks use, if not the container's."""
    grace_seconds: int = 60
    """Seconds a new task may take before its health counts."""
    shift: TrafficShiftArgs | None = None
    """How requests move to new tasks; None: a rolling deployment replaces tasks one by one."""
    rollback: RollbackAlarmArgs | None = None
    """What takes a rolling deployment back beside the circuit breaker; None: nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MigrateArgs:
    """A command run with the service's image, variables and secrets: once for each revision, before the service changes."""

    family: str
    """The family of its task definition. A change registers a new one and runs it."""
    command: Sequence[str]
    """What the service's container runs instead of its own command."""
    containers: Sequence[ContainerArgs] = ()
    """The service's containers where they have other variables and secrets then; empty: they are as the service has them."""
    after: Sequence[pulumi.Resource] = ()
    """What has to stand before it runs: the database, and other migrations, as no two may run at once."""
    timeout_seconds: int = 1800
    """Seconds until the update gives up on it, 60 to 43200."""
    profile: str | None = None
    """The profile of the AWS configuration file that starts it; None: the environment decides."""
    assume_role_arns: Sequence[str] = ()
    """Roles to assume to start it, each with the one before."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses of `ecs` and `sts`, for emulators."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceArgs(Checked):
    """What a service is made of."""

    name_prefix: str
    """What generated names start with."""
    region: str
    """The region, for ARNs and logs."""
    account_id: Input[str]
    """The account, for ARNs."""
    service_name: str
    """The ECS service's name. A change replaces the service."""
    family: str
    """The task definition's family. A change registers a new one."""
    log_group_name: str
    """The log group. A change replaces it; the old logs go with the old group."""
    log_router: LogRouterArgs | None = None
    """What sends log lines to further groups by their `log_type`; None: all go to the one."""
    metrics_log_group: str | None = None
    """The log group by way of which a collector in its tasks sends metrics to CloudWatch; None: there is none."""
    log_days: int = 90
    """Days logs are kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts logs; None: AWS's own."""
    cluster_arn: Input[str]
    """The cluster."""
    cluster_name: Input[str]
    """The cluster's name."""
    containers: Sequence[ContainerArgs]
    """The service's own container first, then its sidecars."""
    cpu: int
    """CPU units of a task; 1024 are one vCPU. Costs."""
    memory_mib: int
    """Memory of a task, MiB. Costs."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The processor the images are built for."""
    ephemeral_gib: int | None = None
    """Disk of a task, 21 to 200 GiB; None: the free 20."""
    vpc_id: Input[str]
    """The network."""
    subnet_ids: Sequence[Input[str]]
    """Private subnets, in two zones or more; public ones with `public_ip`."""
    public_ip: bool = False
    """Whether each task gets a public address: in public subnets it needs one, and its security group alone keeps the internet out."""
    network_cidr: str
    """The network's range, where the interface endpoints are."""
    s3_prefix_list_id: Input[str]
    """The S3 gateway endpoint's addresses: image layers come from there."""
    attachment: LoadBalancerAttachmentArgs | None = None
    """How requests reach it; None for a worker."""
    connect: ConnectArgs | None = None
    """How it calls other services and is called by them; None: it does not."""
    connections: Mapping[str, ConnectionArgs] = field(default_factory=dict)
    """Parts it connects to, by name."""
    egress: Sequence[EgressArgs] = ()
    """Addresses outside that it connects to."""
    min_tasks: int = 1
    """The fewest tasks. Costs."""
    max_tasks: int = 1
    """The most tasks; above the fewest, scaling owns the number."""
    desired_tasks: int = 1
    """How many tasks at first."""
    scaling: ScalingArgs | None = None
    """How the number follows the load; required where max_tasks is above min_tasks."""
    minimum_healthy_percent: int = 100
    """Share of tasks that stays up during a rolling deployment."""
    maximum_percent: int | None = None
    """Share of tasks that may run during a rolling deployment; None: one task more than the fewest."""
    sleeps: bool = False
    """Whether schedules outside change the number of tasks; updates then leave it as it is."""
    migration: MigrateArgs | None = None
    """What brings the database up to date before the service changes; None: nothing."""
    after: Sequence[Dependency] = ()
    """What has to exist before the service changes: every migration of the stack that ran."""
    spot_percent: int | None = None
    """Share of tasks on Fargate Spot; None: Fargate alone, without shares, which a service that had some is replaced for."""
    exec_enabled: bool = False
    """Whether people may open a shell in its tasks."""
    repository_arns: Sequence[Input[str]] = ()
    """ECR repositories its images come from."""
    cached_repository_arns: Sequence[Input[str]] = ()
    """Those among them that may be in the namespace of a pull-through cache: the first pull of a tag makes and fills them."""
    volumes: Sequence[TaskVolume] = ()
    """File systems that its containers mount."""
    permissions: Sequence[documents.Statement] = ()
    """Statements of the task's role: what the application may do in AWS."""
    suppressed_controls: Sequence[str] = ()
    """Controls of the policy pack that its task definition opts out of, said by a tag."""
    not_secret: Sequence[str] = ()
    """Variables and options that only look like secrets: the policy pack is told by a tag of the task definition."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "service_name", limits.ecs_name(self.service_name)
        yield "family", limits.ecs_name(self.family)
        yield "log_group_name", limits.log_group_name(self.log_group_name)
        yield "log_days", limits.log_retention(self.log_days)
        yield "memory_mib", limits.fargate_size(self.cpu, self.memory_mib)
        if self.log_router:
            yield from self._routed(self.log_router)
        if not self.containers:
            yield "containers", "none given; the service's own comes first"
        elif self.attachment is not None and self.containers[0].port is None:
            yield "containers", f"{self.containers[0].name!r} has no port for requests to go to"
        elif self.connect and self.connect.name and self.containers[0].protocol is None:
            yield "connect", "others call its own container at a port, of which it says no protocol"
        if not self.min_tasks <= self.desired_tasks <= self.max_tasks:
            numbers = f"min_tasks {self.min_tasks}, desired_tasks {self.desired_tasks} and max_tasks {self.max_tasks}"
            yield "min_tasks", f"{numbers} must not decrease in this order"
        if (self.max_tasks > self.min_tasks) != (self.scaling is not None):
            yield "scaling", "goes with max_tasks above min_tasks, and only with that"
        yield "scaling", self._scaled_by_requests()
        most = 100
        if self.spot_percent is not None and not 0 <= self.spot_percent <= most:
            yield "spot_percent", f"{self.spot_percent} is outside 0 to 100"

    def _routed(self, router: LogRouterArgs) -> Iterator[tuple[str, str | None]]:
        if any(container.name == limits.LOG_ROUTER for container in self.containers):
            yield "containers", f"{limits.LOG_ROUTER!r} is what the log router is called"
        if self.log_group_name in router.routes.values():
            yield "log_router", f"{self.log_group_name!r} is the service's own log group, where all other lines go"

    def _scaled_by_requests(self) -> str | None:
        if self.scaling is None or "requests" not in self.scaling.targets:
            return None
        if self.attachment is None:
            return "only a service that is attached to a load balancer gets requests"
        shifts = self.attachment.shift is not None
        return (
            "by requests does not go with a shift of requests: AWS counts those of one target group" if shifts else None
        )


class Service(pulumi.ComponentResource):
    """An ECS service on Fargate, in private subnets, reachable only from the load balancer."""

    name: Output[str]
    """The ECS service's name."""
    family: Output[str]
    """The task definition's family."""
    task_definition_arn: Output[str]
    """The revision that runs."""
    task_role_arn: Output[str]
    """The application's role."""
    security_group_id: Output[str]
    """Its security group."""
    log_group_name: Output[str]
    """Where it logs to."""
    scalable_target_id: Output[str] | None
    """The resource id of its scalable target, known once it is registered; None where the number of tasks is fixed."""
    migrated: Output[str] | None
    """The migration's revision; what uses it waits until it ran to a good end. None without one."""
    migration: Migration | None
    """The migration; None without one."""
    task: ServiceTask
    """What its tasks are made of."""

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Service", name, None, opts)
        log = self._log_group(f"{name}-log", args, args.log_group_name)
        routed = sorted(args.log_router.routes.items()) if args.log_router else []
        routes = {kind: self._log_group(f"{name}-log-{kind}", args, group) for kind, group in routed}
        execution_role, execution_policy = roles.execution_role(self, name, args, log)
        written = [log, *routes.values()] if routes else []
        if args.metrics_log_group:
            written.append(self._log_group(f"{name}-metrics-log", args, args.metrics_log_group))
        task_role, task_policies = roles.task_role(self, name, args, written)
        group, rules = service_group(self, name, args)
        images = self._images(name, args)
        before = [execution_policy, *task_policies, *rules]
        self.task = ServiceTask(
            containers=args.containers,
            images=images,
            cpu=args.cpu,
            memory_mib=args.memory_mib,
            architecture=args.architecture,
            ephemeral_gib=args.ephemeral_gib,
            execution_role_arn=execution_role.arn,
            task_role_arn=task_role.arn,
            security_group_id=group.id,
            subnet_ids=args.subnet_ids,
            public_ip=args.public_ip,
            log_group_name=log.name,
            suppressed_controls=args.suppressed_controls,
            not_secret=args.not_secret,
            volumes=args.volumes,
            before=before,
        )
        migration = self._migration(name, args, args.migration) if args.migration else None
        definition = self._task_definition(name, args, routes)
        after = [*args.after, *([migration.done] if migration else [])]
        service = self._service(name, args, definition, group, log, before, after)
        target = self._scaled(name, args, args.scaling, service) if args.scaling else None

        self.name = service.name
        self.family = definition.family
        self.task_definition_arn = definition.arn
        self.task_role_arn = task_role.arn
        self.security_group_id = group.id
        self.log_group_name = log.name
        self.scalable_target_id = target
        self.migration = migration
        self.migrated = migration.done if migration else None
        self.register_outputs(
            {
                "name": self.name,
                "family": self.family,
                "task_definition_arn": self.task_definition_arn,
                "task_role_arn": self.task_role_arn,
                "security_group_id": self.security_group_id,
                "log_group_name": self.log_group_name,
                "scalable_target_id": self.scalable_target_id,
                "migrated": self.migrated,
            }
        )

    def _log_group(self, name: str, args: ServiceArgs, group_name: str) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            name=group_name,
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            opts=ResourceOptions(parent=self),
        )

    def _images(self, name: str, args: ServiceArgs) -> Mapping[str, Input[str]]:
        """Return the images by container name; those to build are built, pushed and pinned by their digest."""
        platform = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}[args.architecture]
        return {
            container.name: self._built(f"{name}-{container.name}-image", container.image, platform)
            if isinstance(container.image, BuildArgs)
            else container.image
            for container in args.containers
        }

    def _built(self, name: str, build: BuildArgs, platform: str) -> Output[str]:
        import pulumi_awsx as awsx  # noqa: PLC0415 - slow to import, and most stacks build nothing

        image = awsx.ecr.Image(
            name,
            repository_url=build.repository_url,
            context=build.context,
            dockerfile=build.dockerfile,
            args=dict(build.arguments),
            target=build.target,
            platform=platform,
            # Otherwise awsx names it by what is built, and two alike would be one.
            image_name=name,
            opts=ResourceOptions(parent=self),
        )
        return image.image_uri

    def _migration(self, name: str, args: ServiceArgs, migration: MigrateArgs) -> Migration:
        own, *sidecars = migration.containers or args.containers
        return Migration(
            f"{name}-migration",
            MigrationArgs(
                family=migration.family,
                command=migration.command,
                task=replace(self.task, containers=[own, *(sidecar for sidecar in sidecars if sidecar.essential)]),
                region=args.region,
                cluster_arn=args.cluster_arn,
                after=migration.after,
                timeout_seconds=migration.timeout_seconds,
                profile=migration.profile,
                assume_role_arns=migration.assume_role_arns,
                endpoints=migration.endpoints,
            ),
            ResourceOptions(parent=self),
        )

    def _task_definition(
        self, name: str, args: ServiceArgs, routes: Mapping[str, aws.cloudwatch.LogGroup]
    ) -> aws.ecs.TaskDefinition:
        groups = {kind: group.name for kind, group in routes.items()}
        router = RoutedLogs(args=args.log_router, groups=groups) if args.log_router else None
        return service_task_definition(
            self,
            f"{name}-task",
            self.task,
            family=args.family,
            containers=definitions(args.containers, self.task.images, self.task.log_group_name, args.region, router),
        )

    def _service(
        self,
        name: str,
        args: ServiceArgs,
        definition: aws.ecs.TaskDefinition,
        group: aws.ec2.SecurityGroup,
        log_group: aws.cloudwatch.LogGroup,
        before: Sequence[pulumi.Resource],
        after: Sequence[Dependency],
    ) -> aws.ecs.Service:
        deployment = Deployment(self, name, args)
        connection = Connection(self, name, args, log_group.name)
        return aws.ecs.Service(
            f"{name}-service",
            name=args.service_name,
            cluster=args.cluster_arn,
            # A migration that fails leaves it the revision it has.
            task_definition=with_dependencies(definition.arn, *after),
            desired_count=args.desired_tasks,
            # A change of shares is an update in place only when a new deployment comes with it.
            launch_type="FARGATE" if args.spot_percent is None else None,
            capacity_provider_strategies=None if args.spot_percent is None else _strategies(args.spot_percent),
            force_new_deployment=None if args.spot_percent is None else True,
            platform_version="LATEST",
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=list(args.subnet_ids), security_groups=[group.id], assign_public_ip=args.public_ip
            ),
            load_balancers=[
                aws.ecs.ServiceLoadBalancerArgs(
                    target_group_arn=args.attachment.target_group_arn,
                    container_name=args.containers[0].name,
                    container_port=args.containers[0].port or 0,
                    advanced_configuration=deployment.advanced,
                )
            ]
            if args.attachment
            else None,
            service_connect_configuration=connection.configuration,
            health_check_grace_period_seconds=args.attachment.grace_seconds if args.attachment else None,
            deployment_configuration=deployment.configuration,
            alarms=deployment.alarms,
            deployment_circuit_breaker=deployment.circuit_breaker,
            deployment_minimum_healthy_percent=deployment.minimum_percent,
            deployment_maximum_percent=deployment.maximum_percent,
            availability_zone_rebalancing="ENABLED" if deployment.balanced else "DISABLED",
            enable_execute_command=args.exec_enabled,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            # Asked for: the policy pack is told by a tag.
            tags=policy_pack_tags(_PUBLIC, ()) if args.public_ip else None,
            # What a service runs is asked by the rollout checks, after all services were updated.
            wait_for_steady_state=False,
            opts=ResourceOptions(
                parent=self,
                depends_on=[*before, *deployment.before, *connection.before],
                # Its name is fixed: two cannot stand side by side.
                delete_before_replace=True,
                ignore_changes=["desiredCount"] if args.scaling or args.sleeps else None,
            ),
        )

    def _scaled(self, name: str, args: ServiceArgs, scaling: ScalingArgs, service: aws.ecs.Service) -> Output[str]:
        counted = ScaledService(
            component=self,
            name=service.name,
            name_prefix=args.name_prefix,
            service_name=args.service_name,
            cluster_name=args.cluster_name,
            min_tasks=args.min_tasks,
            max_tasks=args.max_tasks,
            request_label=args.attachment.request_label if args.attachment else None,
            sleeps=args.sleeps,
        )
        return Scaling(name, scaling, counted).resource_id


def _strategies(spot_percent: int) -> Sequence[aws.ecs.ServiceCapacityProviderStrategyArgs]:
    shares = {"FARGATE": 100 - spot_percent, "FARGATE_SPOT": spot_percent}
    return [
        aws.ecs.ServiceCapacityProviderStrategyArgs(capacity_provider=provider, weight=weight)
        for provider, weight in shares.items()
        if weight
    ]
