"""`slipway:services.<name>`: a container that ECS keeps running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

import limits
from settings.model.container import Container, Image, Sidecar
from settings.model.database_users import UserName
from settings.model.internal import Internal
from settings.model.log_router import LogRouter
from settings.model.migration import Migrate
from settings.model.route import FurtherRoute, Health, Route, Smoke
from settings.model.scaling import Scaling, Tasks
from settings.model.section import EcsName, LogGroup, PartName, Port, Renamed, Section
from settings.model.volumes import MountAt
from settings.rules import Rule, Shown, form


class Deployment(Section):
    """How new tasks take over from old ones; a deployment that fails is rolled back by ECS."""

    strategy: Literal["rolling", "blueGreen", "canary", "linear"] = "rolling"
    """Task by task; or new tasks beside the old ones, which get all requests at once (blueGreen), a first share and then all (canary), or equal
    shares one after another (linear). From or to rolling, or for another port or protocol without it, give the route another priority as well; the
    default route's port changes under rolling. Two sets of tasks are billed until the old ones go."""
    minimum_healthy_percent: Annotated[int, Field(ge=0, le=100)] = 100
    """Share of tasks that stays up meanwhile (rolling), percent, such as 50 to save tasks; below 100 fewer tasks serve during a deployment."""
    maximum_percent: Annotated[int, Field(ge=100, le=400)] | None = None
    """Share of tasks that may run meanwhile (rolling), percent, such as 200 for the quickest; default: one task more than the fewest. Those in excess
    are billed until the old ones go."""
    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = 5
    """Minutes that old tasks stay after the last request has moved, to go back to (not rolling), such as 15. They are billed."""
    step_percent: Annotated[float, Field(ge=0.1, le=100)] = 10
    """Percent of the requests that move first (canary), or each time (linear, 3 or more), such as 25."""
    step_minutes: Annotated[int, Field(ge=0, le=1440)] = 10
    """Minutes that each share is watched before the next moves (canary, linear), such as 5."""
    pause_minutes: Annotated[int, Field(ge=1, le=20160)] | None = None
    """Minutes that new tasks wait for a person before they get requests, such as 60 (not rolling); then ECS goes back. `make approve` lets them go on.
    Nobody is asked when left out."""
    rollback_percent: Annotated[float, Field(ge=0.1, le=99.9)] | None = None
    """Requests answered 5xx, percent of a minute's, above which ECS goes back, such as 2: 5 unless given, and with rolling only where given, as ECS watches
    for some minutes more then. The alarm costs about half a dollar a month."""
    verify: Annotated[bool, Renamed("waitForSteadyState", since="0.2.0")] = True
    """Whether `pulumi up` waits until the service runs the new version and nothing else, and fails with the reasons where ECS went back or
    gave up. Each update asks again until it is true; a service that does not change is not asked. No cost."""
    verify_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """Minutes until that is given up on, such as 45: more than shares, `bakeMinutes` and `pauseMinutes` take together."""


class Egress(Section):
    """Something outside the network that a service may connect to."""

    port: Port = Field(examples=[443])
    """The TCP port, such as 443 for HTTPS or 587 for mail. A change opens or closes it at once."""
    cidr: Annotated[str, Rule(limits.address_range)] = "0.0.0.0/0"
    """The addresses, as an IPv4 range, such as 198.51.100.0/24."""


ACTION: Final = form(r"[a-z0-9-]+:[A-Za-z0-9]+\*?", "an action, such as sqs:SendMessage or s3:Get*")


ARN: Final = Rule(
    limits.arn, {"pattern": r"^(?:arn:.+|\*)$"}, "an ARN, such as arn:aws:sqs:us-east-1:123456789012:jobs"
)


class Permission(Section):
    """What a service's role may do in AWS."""

    actions: Annotated[Sequence[Annotated[str, ACTION]], Field(min_length=1)] = Field(examples=[["sqs:SendMessage"]])
    """Actions such as sqs:SendMessage; never a bare `*`."""
    resources: Annotated[Sequence[Annotated[str, ARN]], Field(min_length=1)] = Field(
        examples=[["arn:aws:sqs:us-east-1:123456789012:jobs"]]
    )
    """ARNs that the actions know; `*` only for actions that know none, such as cloudwatch:PutMetricData."""


Uses = Literal["database", "cache", "media", "internalBalancer"]


class Service(Container):
    """A container that ECS keeps running on Fargate, in the private subnets."""

    name: EcsName | None = None
    """The ECS service's name, such as shop-api; default its key here. A change replaces it."""
    family: EcsName | None = None
    """The task definition's family, such as shop-api; default the name, or app, environment and key. A change deletes the log group that is named
    after it, with what it holds."""
    log_group: LogGroup | None = None
    """Its log group, such as /shop/api; default /ecs/ and the family. A change deletes the old group with what it holds."""
    log_router: LogRouter | None = None
    """Further log groups for some of its log lines, such as those about access and errors; what a migration logs is not sent through it."""
    cpu: Annotated[int, Shown({"enum": list(limits.FARGATE_MEMORY)})] = 256
    """CPU units of a task, such as 512; 1024 are one vCPU. Memory has to fit it. Billed by the second; a change rolls out new tasks."""
    memory_mib: Annotated[
        int,
        Shown(
            {"minimum": 512, "maximum": max(max(sizes) for sizes in limits.FARGATE_MEMORY.values()), "multipleOf": 512}
        ),
    ] = 512
    """Memory of a task with all its containers, MiB, such as 1024: above it the task is killed. What is possible follows from `cpu`. Billed by
    the second; a change rolls out new tasks."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The processor its image is built for; arm64 costs a fifth less. A change rolls out new tasks, which fail with an image for the other one."""
    ephemeral_gib: Annotated[int, Field(ge=21, le=200)] | None = None
    """Disk of a task, GiB, such as 40, gone with the task; 20 come free. A change rolls out new tasks."""
    tmp_mib: Annotated[int, Field(ge=1, le=8192)] = 64
    """Size of /tmp where the filesystem is read-only, MiB, such as 256. It is held in memory and counts against `memoryMib`."""
    port: Port | None = None
    """The port it listens on, such as 8000; none for a worker. A change makes another target group and rolls out new tasks, which must listen
    there."""
    protocol: Literal["http", "http2", "grpc"] = "http"
    """How the load balancer speaks to it: HTTP/1.1, HTTP/2, or gRPC, over which health is asked as well. With the latter two, clients that speak
    HTTP/1.1 are answered 464, so neither goes with `cdn` or `smoke`. A change makes another target group and rolls out new tasks."""
    tls: bool = False
    """Whether it speaks TLS at its `port`, so that requests and health checks are encrypted up to the container, such as `tls: true`: it brings a
    certificate, which the load balancer does not check, so one of its own signing is enough. A change makes another target group and rolls out new
    tasks, which must speak so."""
    route: Route | None = None
    """What it gets from the load balancer, such as `{paths: [/api/*], priority: 10}`, or `{default: true}`; none for a worker."""
    routes: Sequence[FurtherRoute] = ()
    """What else it gets, beside `route`: other paths, hosts or headers, each with a priority of its own, such as
    `[{paths: [/admin/*], sources: [198.51.100.0/24], priority: 20}]`. No cost."""
    health: Health = Field(default_factory=Health)
    """How the load balancer checks it, such as `{path: /health, graceSeconds: 120}`. Only tasks that answer well get requests."""
    smoke: Sequence[Smoke] = ()
    """What `pulumi up` asks through the public address once all services run; a wrong answer fails the update."""
    tasks: Tasks = Field(default_factory=lambda: Tasks(count=2))
    """How many tasks run, such as `{min: 2, max: 8}`; two by default, so that one zone may fail. Billed by the second."""
    scaling: Scaling | None = None
    """When there are more or fewer, such as `{targets: {cpuPercent: 60}}`; default, where min and max differ: CPU at 70 %."""
    deployment: Deployment = Field(default_factory=Deployment)
    """How a new version takes over, such as `{strategy: canary, stepPercent: 10}`; by default task by task."""
    spot_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    """Share of tasks on Fargate Spot, such as 50, which is cheaper and may be taken away at two minutes' notice. Once given, it stays given: say 0 to
    leave Spot, as ECS changes a service without shares only by replacing it."""
    uses: Sequence[Uses] = ()
    """Parts it may reach, such as `[database, media]`: opens their port to it and grants its role what they need. Taking one out closes both at
    once."""
    cache_user: PartName | None = None
    """Whom of `cache.users` it logs in to the cache as, such as app: `cache:url`, `cache:token` and `${cache.user}` are that user's then. A change rolls
    out new tasks."""
    database_user: UserName | None = None
    """Whom of `database.users` it logs in to the database as, such as app: `database:password`, the database's `urlSecret` and `${database.user}` are
    that user's then. Left out: the master user. A change rolls out new tasks."""
    internal: Internal | None = None
    """What other services call it by, without a route: `{}` is enough, and `http://KEY:PORT` reaches it from services that name it in `calls`."""
    calls: Sequence[PartName] = ()
    """Services that it calls by their `internal` name, such as `[pricing]`: lets it through to them, and `${services.pricing.url}` says where.
    Not in a circle."""
    sends: Sequence[PartName] = ()
    """Queues that it sends to, such as `[mail]`: its role may, and `${queues.mail.url}` says where."""
    receives: Sequence[PartName] = ()
    """Queues that it receives from and deletes what it has worked on, such as `[mail]`. Give it `stopSeconds` enough to finish what it is doing."""
    egress: Sequence[Egress] = (Egress(port=443),)
    """What it may connect to outside, such as `[{port: 443}, {port: 587, cidr: 198.51.100.0/24}]`; default HTTPS anywhere. A change opens or closes
    it at once."""
    permissions: Sequence[Permission] = ()
    """What its role may do in AWS besides, such as sending to a queue. Holds at once, without new tasks; with `delivery` an administrator runs
    the update."""
    exec: bool = False
    """Whether people may open a shell in it (ECS Exec, `make exec`); makes its filesystem writable. A change rolls out new tasks."""
    stop_seconds: Annotated[int, Field(ge=2, le=120)] = 30
    """Seconds between SIGTERM and SIGKILL when a task stops, such as 60: enough to finish what it is doing."""
    volumes: Mapping[PartName, MountAt] = Field(default_factory=dict)
    """Volumes of `slipway:volumes` in its own container, each with its folder, such as `{uploads: /data}`. A change rolls out new tasks."""
    sidecars: Mapping[PartName, Sidecar] = Field(default_factory=dict)
    """Helper containers by name, such as `agent: {image: {uri: public.ecr.aws/datadog/agent:7.60.0}}`; they share the task's CPU, memory and network.
    A change rolls out new tasks."""
    migrate: Migrate | None = None
    """How it brings the database up to date before a new version, such as `{command: [python, manage.py, migrate]}`. A failure stops the update, and
    the old version runs on."""

    @property
    def secrets_read(self) -> Sequence[tuple[str | None, Sequence[str]]]:
        """The secrets that its tasks read, and those of its migration, each with the database's user they log in as."""
        containers = (self, *self.sidecars.values())
        own = [name for container in containers for name in container.secrets.values()]
        if self.migrate is None:
            return [(self.database_user, own)]
        return [(self.database_user, own), (self.migrate.database_user, [*own, *self.migrate.secrets.values()])]

    @property
    def images(self) -> Sequence[Image]:
        """The images of its containers."""
        containers = [self.image, *(sidecar.image for sidecar in self.sidecars.values())]
        return [*containers, *([self.log_router.image] if self.log_router else [])]
