"""A container that ECS keeps running on Fargate: task definition, roles, security group, service and scaling."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components._containers import BuildArgs, ContainerArgs, RoutedLogs, definitions, told_to_the_pack
from components._dependencies import Dependency, with_dependencies
from components._log_router import LogRouterArgs
from components._role import service_role
from components.migration import Migration, MigrationArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class BlueGreenArgs:
    """New tasks start beside the old ones, get all requests at once, and the old ones stay for a while to go back to.

    ECS does it (AWS: "Amazon ECS blue/green deployments"). Its circuit breaker is for rolling deployments only; here an
    alarm on the errors of both target groups takes a deployment back.
    """

    green_target_group_arn: Input[str]
    """The second target group, usable only once the rule names it."""
    rule_arn: Input[str]
    """The listener's rule that names both, in which ECS writes which of them gets requests."""
    load_balancer_arn_suffix: Input[str]
    """What metrics call the load balancer."""
    target_arn_suffixes: Sequence[Input[str]]
    """What metrics call the two target groups."""
    bake_minutes: int = 5
    """Minutes that the old tasks stay, 0 to 1440. They are billed meanwhile."""
    rollback_percent: float = 5
    """Requests answered 5xx, percent of a minute's, above which ECS goes back, 0.1 to 99.9."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        bounds = (("bake_minutes", self.bake_minutes, 0, 1440), ("rollback_percent", self.rollback_percent, 0.1, 99.9))
        problems = [
            f"BlueGreenArgs.{name}: {value:g} is outside {least:g} to {most:g}"
            for name, value, least, most in bounds
            if not least <= value <= most
        ]
        if problems:
            raise ValueError("\n".join(problems))


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
    blue_green: BlueGreenArgs | None = None
    """How requests move to new tasks at once; None: a rolling deployment replaces tasks one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionArgs:
    """A part of the stack that a service connects to."""

    security_group_id: Input[str]
    """The part's security group, which gets a rule that lets the service in."""
    port: int
    """The part's TCP port."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EgressArgs:
    """Addresses outside the network that a service connects to."""

    port: int
    """The TCP port."""
    cidr: str
    """The addresses, IPv4."""


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
class MigrateArgs:
    """A command run with the service's image, variables and secrets: once for each revision, before the service changes."""

    family: str
    """The family of its task definition. A change registers a new one and runs it."""
    command: Sequence[str]
    """What the service's container runs instead of its own command."""
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


ScalingMetric = Literal["cpu", "memory", "requests"]
StepMetric = Literal["cpu", "memory"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScalingArgs:
    """How the number of tasks follows the load."""

    targets: Mapping[ScalingMetric, int] = field(default_factory=dict)
    """Averages to keep to: cpu and memory in percent, requests a minute per task."""
    steps: Mapping[StepMetric, StepArgs] = field(default_factory=dict)
    """Thresholds to step at."""
    out_cooldown_seconds: int = 60
    """Seconds between additions."""
    in_cooldown_seconds: int = 300
    """Seconds between removals."""
    schedule: Sequence[ScheduledArgs] = ()
    """Other bounds at times that are known beforehand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceArgs:
    """What a service is made of."""

    label: str
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
    """Private subnets, in two zones or more."""
    network_cidr: str
    """The network's range, where the interface endpoints are."""
    s3_prefix_list_id: Input[str]
    """The S3 gateway endpoint's addresses: image layers come from there."""
    attachment: LoadBalancerAttachmentArgs | None = None
    """How requests reach it; None for a worker."""
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
    wait_for_steady_state: bool = False
    """Whether an update waits until the new tasks run."""
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
    permissions: Sequence[documents.Statement] = ()
    """Statements of the task's role: what the application may do in AWS."""
    waivers: Sequence[str] = ()
    """Controls of the policy pack that its task definition opts out of, said by a tag."""
    not_secret: Sequence[str] = ()
    """Variables and options that only look like secrets: the policy pack is told by a tag of the task definition."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"ServiceArgs.{name}: {problem}" for name, problem in self._problems() if problem]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "service_name", limits.ecs_name(self.service_name)
        yield "family", limits.ecs_name(self.family)
        yield "log_group_name", limits.log_group_name(self.log_group_name)
        yield "log_days", limits.log_retention(self.log_days)
        yield "memory_mib", limits.fargate_size(self.cpu, self.memory_mib)
        if self.log_router and any(container.name == limits.LOG_ROUTER for container in self.containers):
            yield "containers", f"{limits.LOG_ROUTER!r} is what the log router is called"
        if self.log_router and self.log_group_name in self.log_router.routes.values():
            yield "log_router", f"{self.log_group_name!r} is the service's own log group, where all other lines go"
        if not self.containers:
            yield "containers", "none given; the service's own comes first"
        elif self.attachment is not None and self.containers[0].port is None:
            yield "containers", f"{self.containers[0].name!r} has no port for requests to go to"
        if not self.min_tasks <= self.desired_tasks <= self.max_tasks:
            numbers = f"min_tasks {self.min_tasks}, desired_tasks {self.desired_tasks} and max_tasks {self.max_tasks}"
            yield "min_tasks", f"{numbers} must not decrease in this order"
        if (self.max_tasks > self.min_tasks) != (self.scaling is not None):
            yield "scaling", "goes with max_tasks above min_tasks, and only with that"
        if self.scaling and "requests" in self.scaling.targets and self.attachment is None:
            yield "scaling", "only a service that is attached to a load balancer gets requests"
        if self.scaling and "requests" in self.scaling.targets and self.attachment and self.attachment.blue_green:
            yield "scaling", "by requests does not go with blue_green: AWS counts those of one target group"
        most = 100
        if self.spot_percent is not None and not 0 <= self.spot_percent <= most:
            yield "spot_percent", f"{self.spot_percent} is outside 0 to 100"


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

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Service", name, None, opts)
        log = self._log_group(f"{name}-log", args, args.log_group_name)
        routed = sorted(args.log_router.routes.items()) if args.log_router else []
        routes = {kind: self._log_group(f"{name}-log-{kind}", args, group) for kind, group in routed}
        execution_role, execution_policy = self._execution_role(name, args, log)
        task_role, task_policies = self._task_role(name, args, [log, *routes.values()] if routes else [])
        group, rules = self._security_group(name, args)
        images = self._images(name, args)
        before = [execution_policy, *task_policies, *rules]
        migration = (
            self._migration(name, args, args.migration, images, log, execution_role, task_role, group, before)
            if args.migration
            else None
        )
        definition = self._task_definition(name, args, images, log, routes, execution_role, task_role)
        after = [*args.after, *([migration.done] if migration else [])]
        service = self._service(name, args, definition, group, before, after)
        target = self._scale(name, args, args.scaling, service) if args.scaling else None

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

    def _execution_role(
        self, name: str, args: ServiceArgs, log: aws.cloudwatch.LogGroup
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role ECS starts tasks with: it pulls their images, reads their secrets and writes their logs, nothing else."""
        role = service_role(
            self,
            f"{name}-execution",
            service="ecs-tasks.amazonaws.com",
            label=args.label,
            description=f"Starts the tasks of {args.label} {args.service_name}",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        statements = [documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [Output.concat(log.arn, ":*")])]
        if args.repository_arns:
            pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
            statements.append(documents.allow(["ecr:GetAuthorizationToken"], ["*"]))
            statements.append(documents.allow(pull, args.repository_arns))
        if args.cached_repository_arns:
            fill = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
            statements.append(documents.allow(fill, args.cached_repository_arns))
        references = [secret for container in args.containers for _, secret in sorted(container.secrets.items())]
        if references:
            secrets = _distinct([reference.arn for reference in references])
            statements.append(documents.allow(["secretsmanager:GetSecretValue"], secrets))
        keys = _distinct([reference.key_arn for reference in references if reference.key_arn is not None])
        if keys:
            through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{args.region}.amazonaws.com"}}
            statements.append(documents.allow(["kms:Decrypt"], keys, through))
        policy = aws.iam.RolePolicy(
            f"{name}-execution",
            role=role.name,
            policy=documents.policy(*statements),
            opts=ResourceOptions(parent=self),
        )
        return role, policy

    def _task_role(
        self, name: str, args: ServiceArgs, routed: Sequence[aws.cloudwatch.LogGroup]
    ) -> tuple[aws.iam.Role, Sequence[aws.iam.RolePolicy]]:
        """Make the role the application has: what the service declares, and the log groups that a router in the task writes to."""
        role = service_role(
            self,
            f"{name}-task",
            service="ecs-tasks.amazonaws.com",
            label=args.label,
            description=f"What {args.label} {args.service_name} may do",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        statements = list(args.permissions)
        if routed:
            streams = [Output.concat(group.arn, ":*") for group in routed]
            statements.append(documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams))
        if args.exec_enabled:
            channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
            statements.append(documents.allow([f"ssmmessages:{channel}" for channel in channels], ["*"]))
            group = f":logs:{args.region}:"
            partition = documents.partition(args.region)
            logs = Output.concat(
                "arn:", partition, group, args.account_id, ":log-group:/ecs/", args.cluster_name, "/exec:*"
            )
            writing = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            statements.append(documents.allow(writing, [logs]))
            statements.append(documents.allow(["logs:DescribeLogGroups"], ["*"]))
        if not statements:
            return role, []
        policy = aws.iam.RolePolicy(
            f"{name}-task",
            role=role.name,
            policy=documents.policy(*statements),
            opts=ResourceOptions(parent=self),
        )
        return role, [policy]

    def _security_group(
        self, name: str, args: ServiceArgs
    ) -> tuple[aws.ec2.SecurityGroup, Sequence[pulumi.CustomResource]]:
        """Make the service's group: in from the load balancer only, out to what it declares."""
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name_prefix=f"{args.label}-{name}-",
            description=f"Tasks of {args.service_name}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.label}-{name}"},
            opts=ResourceOptions(parent=self),
        )
        rules: list[pulumi.CustomResource] = []
        if args.attachment is not None:
            ports = dict.fromkeys(port for port in (args.containers[0].port, args.attachment.health_port) if port)
            for port in ports:
                rules += self._pair(
                    f"{name}-requests-{port}", args.attachment.security_group_id, group.id, port, "requests"
                )
        for part, connection in sorted(args.connections.items()):
            rules += self._pair(f"{name}-{part}", group.id, connection.security_group_id, connection.port, part)
        for egress in args.egress:
            rules.append(
                self._out(
                    f"{name}-egress-{egress.port}-{limits.slug(egress.cidr)}", group.id, egress.port, cidr=egress.cidr
                )
            )
        https = {egress.cidr for egress in args.egress if egress.port == _HTTPS}
        if _ANYWHERE not in https:
            # EC2 takes no rule twice.
            if args.network_cidr not in https:
                rules.append(self._out(f"{name}-egress-endpoints", group.id, _HTTPS, cidr=args.network_cidr))
            rules.append(self._out(f"{name}-egress-s3", group.id, _HTTPS, prefix_list_id=args.s3_prefix_list_id))
        return group, rules

    def _pair(
        self, name: str, source: Input[str], destination: Input[str], port: int, what: str
    ) -> Sequence[pulumi.CustomResource]:
        """Let one security group out to another, and the other let it in."""
        out = aws.vpc.SecurityGroupEgressRule(
            f"{name}-out",
            security_group_id=source,
            referenced_security_group_id=destination,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"To {what}",
            opts=ResourceOptions(parent=self),
        )
        into = aws.vpc.SecurityGroupIngressRule(
            f"{name}-in",
            security_group_id=destination,
            referenced_security_group_id=source,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"From {name.split('-requests-', maxsplit=1)[0] if what != 'requests' else 'the load balancer'}",
            opts=ResourceOptions(parent=self),
        )
        return [out, into]

    def _out(
        self,
        name: str,
        group_id: Input[str],
        port: int,
        *,
        cidr: str | None = None,
        prefix_list_id: Input[str] | None = None,
    ) -> aws.vpc.SecurityGroupEgressRule:
        return aws.vpc.SecurityGroupEgressRule(
            name,
            security_group_id=group_id,
            cidr_ipv4=cidr,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"To {cidr}" if cidr else "To S3, for image layers",
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

    def _migration(
        self,
        name: str,
        args: ServiceArgs,
        migration: MigrateArgs,
        images: Mapping[str, Input[str]],
        log: aws.cloudwatch.LogGroup,
        execution_role: aws.iam.Role,
        task_role: aws.iam.Role,
        group: aws.ec2.SecurityGroup,
        before: Sequence[pulumi.Resource],
    ) -> Migration:
        own, *sidecars = args.containers
        return Migration(
            f"{name}-migration",
            MigrationArgs(
                family=migration.family,
                command=migration.command,
                containers=[own, *(sidecar for sidecar in sidecars if sidecar.essential)],
                images=images,
                cpu=args.cpu,
                memory_mib=args.memory_mib,
                architecture=args.architecture,
                execution_role_arn=execution_role.arn,
                task_role_arn=task_role.arn,
                region=args.region,
                cluster_arn=args.cluster_arn,
                subnet_ids=args.subnet_ids,
                security_group_id=group.id,
                log_group_name=log.name,
                waivers=args.waivers,
                not_secret=args.not_secret,
                after=[*before, *migration.after],
                timeout_seconds=migration.timeout_seconds,
                profile=migration.profile,
                assume_role_arns=migration.assume_role_arns,
                endpoints=migration.endpoints,
            ),
            ResourceOptions(parent=self),
        )

    def _task_definition(
        self,
        name: str,
        args: ServiceArgs,
        images: Mapping[str, Input[str]],
        log: aws.cloudwatch.LogGroup,
        routes: Mapping[str, aws.cloudwatch.LogGroup],
        execution_role: aws.iam.Role,
        task_role: aws.iam.Role,
    ) -> aws.ecs.TaskDefinition:
        groups = {kind: group.name for kind, group in routes.items()}
        router = RoutedLogs(args=args.log_router, groups=groups) if args.log_router else None
        return aws.ecs.TaskDefinition(
            f"{name}-task",
            family=args.family,
            cpu=str(args.cpu),
            memory=str(args.memory_mib),
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            runtime_platform=aws.ecs.TaskDefinitionRuntimePlatformArgs(
                cpu_architecture=args.architecture.upper(), operating_system_family="LINUX"
            ),
            ephemeral_storage=aws.ecs.TaskDefinitionEphemeralStorageArgs(size_in_gib=args.ephemeral_gib)
            if args.ephemeral_gib
            else None,
            execution_role_arn=execution_role.arn,
            task_role_arn=task_role.arn,
            container_definitions=definitions(args.containers, images, log.name, args.region, router),
            # Old revisions stay: schedules, one-off tasks and rollbacks name them.
            skip_destroy=True,
            tags=told_to_the_pack(args.waivers, args.not_secret),
            opts=ResourceOptions(parent=self),
        )

    def _service(
        self,
        name: str,
        args: ServiceArgs,
        definition: aws.ecs.TaskDefinition,
        group: aws.ec2.SecurityGroup,
        before: Sequence[pulumi.Resource],
        after: Sequence[Dependency],
    ) -> aws.ecs.Service:
        switched = args.attachment.blue_green if args.attachment else None
        blue_green = self._blue_green(name, args, switched) if switched else None
        before = [*before, *(blue_green.before if blue_green else [])]
        maximum = args.maximum_percent or _one_more(args.min_tasks)
        balanced = 100
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
                subnets=list(args.subnet_ids), security_groups=[group.id], assign_public_ip=False
            ),
            load_balancers=[
                aws.ecs.ServiceLoadBalancerArgs(
                    target_group_arn=args.attachment.target_group_arn,
                    container_name=args.containers[0].name,
                    container_port=args.containers[0].port or 0,
                    advanced_configuration=blue_green.target if blue_green else None,
                )
            ]
            if args.attachment
            else None,
            health_check_grace_period_seconds=args.attachment.grace_seconds if args.attachment else None,
            deployment_configuration=blue_green.strategy if blue_green else None,
            alarms=blue_green.alarms if blue_green else None,
            deployment_circuit_breaker=None
            if blue_green
            else aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
            deployment_minimum_healthy_percent=None if blue_green else args.minimum_healthy_percent,
            deployment_maximum_percent=None if blue_green else maximum,
            # Rebalancing starts the new task first, which needs room above what runs.
            availability_zone_rebalancing="ENABLED" if maximum > balanced else "DISABLED",
            enable_execute_command=args.exec_enabled,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=args.wait_for_steady_state,
            opts=ResourceOptions(
                parent=self,
                depends_on=list(before),
                # Its name is fixed: two cannot stand side by side.
                delete_before_replace=True,
                ignore_changes=["desiredCount"] if args.scaling or args.sleeps else None,
            ),
        )

    def _blue_green(self, name: str, args: ServiceArgs, blue_green: BlueGreenArgs) -> _BlueGreen:
        role = service_role(
            self,
            f"{name}-switch",
            service="ecs.amazonaws.com",
            label=args.label,
            description=f"Moves the requests of {args.label} {args.service_name} to new tasks",
            boundary_arn=args.boundary_arn,
        )
        ready = (
            f"arn:{documents.partition(args.region)}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{name}-switch", role=role.name, policy_arn=ready, opts=ResourceOptions(parent=self)
        )
        alarm = self._rollback_alarm(f"{name}-rollback", args, blue_green)
        return _BlueGreen(
            strategy=aws.ecs.ServiceDeploymentConfigurationArgs(
                strategy="BLUE_GREEN", bake_time_in_minutes=str(blue_green.bake_minutes)
            ),
            target=aws.ecs.ServiceLoadBalancerAdvancedConfigurationArgs(
                alternate_target_group_arn=blue_green.green_target_group_arn,
                production_listener_rule=blue_green.rule_arn,
                role_arn=role.arn,
            ),
            alarms=aws.ecs.ServiceAlarmsArgs(alarm_names=[alarm.name], enable=True, rollback=True),
            before=[attachment],
        )

    def _rollback_alarm(self, name: str, args: ServiceArgs, blue_green: BlueGreenArgs) -> aws.cloudwatch.MetricAlarm:
        """Make the alarm that takes a deployment back: it says nothing to people, who hear of the deployment that failed."""
        queries = [
            aws.cloudwatch.MetricAlarmMetricQueryArgs(
                id=f"{short}{number}",
                metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                    namespace="AWS/ApplicationELB",
                    metric_name=metric,
                    dimensions={"LoadBalancer": blue_green.load_balancer_arn_suffix, "TargetGroup": group},
                    period=60,
                    stat="Sum",
                ),
            )
            for number, group in enumerate(blue_green.target_arn_suffixes, start=1)
            for short, metric in (("failed", "HTTPCode_Target_5XX_Count"), ("all", "RequestCount"))
        ]
        failed, requests = (
            " + ".join(f"FILL({short}{number}, 0)" for number in range(1, len(blue_green.target_arn_suffixes) + 1))
            for short in ("failed", "all")
        )
        share = aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id="share",
            label="5xx, % of requests",
            expression=f"IF({requests} > 0, 100 * ({failed}) / ({requests}), 0)",
            return_data=True,
        )
        return aws.cloudwatch.MetricAlarm(
            name,
            name=f"{args.label}-{name}",
            alarm_description=f"Takes a deployment of {args.service_name} back above {blue_green.rollback_percent:g} % of 5xx",
            comparison_operator="GreaterThanThreshold",
            threshold=blue_green.rollback_percent,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            metric_queries=[*queries, share],
            opts=ResourceOptions(parent=self),
        )

    def _scale(self, name: str, args: ServiceArgs, scaling: ScalingArgs, service: aws.ecs.Service) -> Output[str]:
        target = aws.appautoscaling.Target(
            f"{name}-scaling",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=Output.concat("service/", args.cluster_name, "/", service.name),
            min_capacity=args.min_tasks,
            max_capacity=args.max_tasks,
            # Schedules change the bounds; what changes them back is the next one, not an update.
            opts=ResourceOptions(
                parent=self, ignore_changes=["minCapacity", "maxCapacity"] if scaling.schedule or args.sleeps else None
            ),
        )
        for metric, value in sorted(scaling.targets.items()):
            self._track(f"{name}-scaling-{metric}", args, scaling, target, metric, value)
        for by, step in sorted(scaling.steps.items()):
            alarm = {"cpu": "CPUUtilization", "memory": "MemoryUtilization"}[by]
            common = (args, service, target, alarm)
            self._step(f"{name}-scaling-{by}-out", *common, 1, step.up, step.up_minutes, scaling.out_cooldown_seconds)
            self._step(
                f"{name}-scaling-{by}-in", *common, -1, step.down, step.down_minutes, scaling.in_cooldown_seconds
            )
        for number, bounds in enumerate(scaling.schedule, start=1):
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
                opts=ResourceOptions(parent=self),
            )
        return target.resource_id

    def _track(
        self,
        name: str,
        args: ServiceArgs,
        scaling: ScalingArgs,
        target: aws.appautoscaling.Target,
        metric: ScalingMetric,
        value: int,
    ) -> None:
        predefined = {
            "cpu": "ECSServiceAverageCPUUtilization",
            "memory": "ECSServiceAverageMemoryUtilization",
            "requests": "ALBRequestCountPerTarget",
        }[metric]
        aws.appautoscaling.Policy(
            name,
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=value,
                scale_out_cooldown=scaling.out_cooldown_seconds,
                scale_in_cooldown=scaling.in_cooldown_seconds,
                predefined_metric_specification=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                    predefined_metric_type=predefined,
                    resource_label=args.attachment.request_label if args.attachment and metric == "requests" else None,
                ),
            ),
            opts=ResourceOptions(parent=self),
        )

    def _step(
        self,
        name: str,
        args: ServiceArgs,
        service: aws.ecs.Service,
        target: aws.appautoscaling.Target,
        metric: str,
        tasks: Literal[1, -1],
        threshold: int,
        minutes: int,
        cooldown: int,
    ) -> None:
        rising = tasks > 0
        adjustment = aws.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustmentArgs(
            scaling_adjustment=tasks,
            metric_interval_lower_bound="0" if rising else None,
            metric_interval_upper_bound=None if rising else "0",
        )
        policy = aws.appautoscaling.Policy(
            name,
            policy_type="StepScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            step_scaling_policy_configuration=aws.appautoscaling.PolicyStepScalingPolicyConfigurationArgs(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Average",
                cooldown=cooldown,
                step_adjustments=[adjustment],
            ),
            opts=ResourceOptions(parent=self),
        )
        aws.cloudwatch.MetricAlarm(
            name,
            name=f"{args.label}-{name}",
            alarm_description=f"Scales {args.service_name} {'out above' if rising else 'in below'} {threshold} %",
            namespace="AWS/ECS",
            metric_name=metric,
            dimensions={"ClusterName": args.cluster_name, "ServiceName": service.name},
            statistic="Average",
            period=60,
            evaluation_periods=minutes,
            comparison_operator="GreaterThanThreshold" if rising else "LessThanThreshold",
            threshold=threshold,
            alarm_actions=[policy.arn],
            opts=ResourceOptions(parent=self),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _BlueGreen:
    """What a service's blue/green deployments need."""

    strategy: aws.ecs.ServiceDeploymentConfigurationArgs
    target: aws.ecs.ServiceLoadBalancerAdvancedConfigurationArgs
    alarms: aws.ecs.ServiceAlarmsArgs
    before: Sequence[pulumi.Resource]


_HTTPS = 443
_ANYWHERE = "0.0.0.0/0"


def _one_more(tasks: int) -> int:
    """Return the percentage that lets one task more than `tasks` run: ECS rounds the share down, so this rounds it up."""
    return math.ceil(100 * (tasks + 1) / tasks) if tasks else 200


def _strategies(spot_percent: int) -> Sequence[aws.ecs.ServiceCapacityProviderStrategyArgs]:
    shares = {"FARGATE": 100 - spot_percent, "FARGATE_SPOT": spot_percent}
    return [
        aws.ecs.ServiceCapacityProviderStrategyArgs(capacity_provider=provider, weight=weight)
        for provider, weight in shares.items()
        if weight
    ]


def _distinct(values: Sequence[Input[str]]) -> list[Input[str]]:
    """Return each value once, by identity: outputs cannot be compared before they are known."""
    return list({id(value) if isinstance(value, Output) else value: value for value in values}.values())
