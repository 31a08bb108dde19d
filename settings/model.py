"""The sections of a stack file. Field names are camelCase in the file; the descriptions become its JSON Schema and its documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

import limits
from settings.rules import Rule, checked, form, one_of

READY_CHECKS: Final[Sequence[str]] = ("python", "curl")
"""Health check commands that the program writes out itself, with the service's port and path."""


def _ready_made(value: object) -> object:
    """Read the name of a ready health check command as that command; `None` and mappings stay."""
    if isinstance(value, str):
        if value not in READY_CHECKS:
            problem = f"{limits.short(value)} is not a ready health check; allowed: {limits.listed(READY_CHECKS)}, or a mapping with a command"
            raise PydanticCustomError("limit", "{problem}", {"problem": problem})
        return {"command": [value]}
    return value


Days = Annotated[int, Rule(limits.log_retention, {"enum": list(limits.LOG_RETENTION_DAYS)})]
Host = Annotated[str, Rule(limits.host)]
Repository = Annotated[str, Rule(limits.repository_name)]
SecretName = Annotated[str, Rule(limits.secret_name)]
EcsName = Annotated[str, Rule(limits.ecs_name)]
LogGroup = Annotated[str, Rule(limits.log_group_name)]
TagKey = Annotated[str, Rule(limits.tag_key)]
Port = Annotated[int, Field(ge=1, le=65535)]
Percent = Annotated[int, Field(ge=1, le=100)]
Clock = Annotated[str, form(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", "a time of day, such as 20:00")]
TimeZone = Annotated[str, Rule(limits.time_zone)]
RoleName = Annotated[
    str, form(r"[A-Za-z0-9+=,.@_-]{1,64}", "a role's name: at most 64 letters, digits and + = , . @ _ -")
]
Text = Annotated[str, Field(min_length=1)]
EnvironmentName = Annotated[
    str,
    form(
        "[A-Za-z_][A-Za-z0-9_]{0,254}", "a variable's name: at most 255 letters, digits and underscores, no digit first"
    ),
]
PartName = Annotated[
    str,
    form("[a-z][a-z0-9-]{0,23}", "a part's name: at most 24 lower-case letters, digits and hyphens, a letter first"),
]
PriceClass = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]


class Section(BaseModel):
    """What all sections share: camelCase keys, nothing unknown, no silent conversion, frozen.

    A required setting has an example: editors offer it, and it stands in where the file lacks the setting, so that the rest can be checked.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


Endpoint = Annotated[str, Rule(limits.endpoint, {"enum": list(limits.ENDPOINT_SERVICES)})]


class Network(Section):
    """The VPC and its public, private and isolated subnets."""

    cidr: Annotated[str, Rule(limits.network_cidr)] = "10.0.0.0/16"
    """The network's private IPv4 range, /16 to /22. A change replaces everything."""
    zones: Sequence[str] = Field(examples=[["us-east-1a", "us-east-1b"]])
    """Two to six availability zones. A zone keeps its subnets whatever is added or removed beside it."""
    nat: Literal["none", "single", "perZone"] = "perZone"
    """NAT gateways: one per zone, a single one in the first zone (cheaper; its zone's failure cuts all), or none."""
    endpoints: Sequence[Endpoint] = ()
    """AWS services reached without NAT. Billed per zone."""
    flow_log_days: Days | None = 90
    """Days the flow logs are kept; null switches them off."""
    acls: bool = False
    """Whether access lists under the security groups let through the same connections and no others."""
    acl_rules: Annotated[int, Field(ge=20, le=40)] = 20
    """The account's quota of rules per access list and direction; AWS raises it on request."""


class Domain(Section):
    """The application's host names and the Route 53 zone they live in."""

    zone_id: (
        Annotated[str, form("Z[A-Z0-9]{5,31}", "a hosted zone's id: Z and 5 to 31 capital letters and digits")] | None
    ) = None
    """The hosted zone's id. Give this or `zone`."""
    zone: Host | None = None
    """The hosted zone's name, looked up. Give this or `zoneId`."""
    host: Host = Field(examples=["app.example.com"])
    """The host name that the application is reached at."""
    alternative_hosts: Sequence[Host] = ()
    """Further host names on the same certificate, each with a record of its own (a wildcard only on the certificate)."""


class RateLimit(Section):
    """How often one address may ask for some paths: what API Gateway would throttle.

    Unlike there, each address is counted for itself, not all requests or an API key together: there are no usage plans, quotas or bursts. WAF
    looks every few seconds, so somewhat more comes through before it blocks, and goes on blocking until the address is below the limit again. Who is
    blocked gets a 429 with `Retry-After`. About 1 USD a month each.
    """

    path: Annotated[
        str,
        Rule(
            limits.rate_limit_path,
            {"pattern": f"^(?:{limits.RATE_LIMIT_PATH})$", "maxLength": 200},
            "the beginning of a path, such as /api/*",
        ),
    ] = Field(examples=["/api/*"])
    """What the paths begin with, in any case; `/api/*` is the same as `/api/`, and `/api` includes `/api` itself (and `/apiary`)."""
    limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = Field(examples=[300])
    """Requests per window; tighter than the firewall's own `rateLimit`."""
    window_seconds: Annotated[int, one_of(limits.RATE_WINDOWS, "a window WAF counts in")] = 300
    """Seconds back that WAF counts."""


class Waf(Section):
    """A web application firewall: AWS's managed groups against known attacks, and rate limits."""

    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests per five minutes that one address may make before it is blocked."""
    rate_limits: Sequence[RateLimit] = ()
    """At most nine tighter limits for some paths, instead of API Gateway's throttling."""
    log_days: Days = 30
    """Days the firewall's log is kept."""


CERTIFICATE_ARN: Final = form(
    "arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+",
    "a certificate's ARN, such as arn:aws:acm:us-east-1:123456789012:certificate/...",
)


class LoadBalancer(Section):
    """The application load balancer: the only part that faces the internet, unless `cdn` stands in front."""

    name: Annotated[str, Rule(limits.load_balancer_name)] | None = None
    """Its name in AWS; generated when left out. A change replaces it."""
    certificate_arn: Annotated[str, CERTIFICATE_ARN] | None = None
    """An existing ACM certificate, where the domain is not managed here."""
    tls_policy: Annotated[str, Rule(limits.tls_policy, {"enum": list(limits.TLS_POLICIES)})] = (
        "ELBSecurityPolicy-TLS13-1-2-2021-06"
    )
    """The TLS policy of the HTTPS listener."""
    http_redirect: bool = True
    """Whether port 80 is open and redirects to HTTPS; otherwise it is closed."""
    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Seconds a connection may stay idle."""
    access_log_days: Annotated[int, Field(ge=1, le=3653)] | None = 90
    """Days the access logs are kept, CloudFront's as well; null switches them off."""
    waf: Waf | None = None
    """The firewall; `{}` switches it on with its defaults."""


class Cdn(Section):
    """CloudFront in front of the load balancer, which then answers nobody else."""

    origin_host: Host | None = None
    """The load balancer's own host name, on its own certificate; default `origin.` before the domain's host."""
    price_class: PriceClass = "PriceClass_100"
    """Which of CloudFront's locations serve."""
    waf: Waf | None = None
    """The firewall at the edge; `{}` switches it on with its defaults."""


class Registry(Section):
    """ECR repositories: those that services name in `image.repository`, and further ones."""

    repositories: Sequence[Repository] = ()
    """Repositories that no service here names."""
    keep_images: Annotated[int, Field(ge=1, le=9000)] = 50
    """How many images a repository keeps: as far back as a rollback reaches."""
    untagged_days: Annotated[int, Field(ge=1, le=3650)] = 7
    """Days after which untagged images go."""
    scan_on_push: bool = True
    """Whether images are scanned for known vulnerabilities as they arrive."""
    immutable_tags: bool = True
    """Whether a tag, once pushed, is fixed."""


class ReadReplica(Section):
    """A copy of the database that answers queries, some seconds behind. It needs `managedPassword: false`."""

    instance_class: Annotated[str, Rule(limits.rds_class, {"enum": list(limits.RDS_CLASSES)})] | None = None
    """Its size; default the database's. A change restarts it."""
    zone: str | None = None
    """Its availability zone, one of the network's; default AWS's choice. A change replaces it."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with all it takes to connect to it, as the database's own `urlSecret` is."""


class DatabaseProxy(Section):
    """RDS Proxy: services connect to it, and it shares few connections to the database among them."""

    connections_percent: Percent = 90
    """Connections it opens at most, of what the database takes; the rest is for people and migrations by hand."""
    idle_minutes: Annotated[int, Field(ge=1, le=480)] = 30
    """Minutes after which it closes the connection of a client that says nothing."""


class Database(Section):
    """The relational database, in the isolated subnets, reachable only from services that use it."""

    engine: Literal["postgres", "mysql"] = Field(examples=["postgres"])
    """The engine."""
    version: Text = Field(examples=["17"])
    """A major version (AWS then picks and keeps up the minor one) or a full one. Text: put it in quotes."""
    name: Annotated[str, Rule(limits.rds_identifier)] | None = None
    """The instance's identifier; default app and environment. A change replaces the database."""
    instance_class: Annotated[str, Rule(limits.rds_class, {"enum": list(limits.RDS_CLASSES)})] = Field(
        examples=["db.t4g.medium"]
    )
    """Its size, such as db.t4g.medium. A change restarts it."""
    storage_gib: int = Field(examples=[50])
    """Storage allocated, GiB. It can grow, never shrink."""
    storage_type: Literal["gp3", "io2", "io1", "gp2"] = "gp3"
    """The kind of storage."""
    iops: int | None = None
    """I/O operations per second: required with io1 and io2, with gp3 only from 400 GiB."""
    throughput_mibps: int | None = None
    """Throughput, MiB/s: only with gp3 from 400 GiB."""
    max_storage_gib: int | None = None
    """How far storage may grow by itself, GiB; off when left out."""
    multi_az: bool = True
    """Whether a standby in a second zone takes over when the first fails. Doubles the price."""
    database_name: Text | None = None
    """The database created inside; default the app's name."""
    username: str = "app_admin"
    """The master user. A change replaces the database."""
    port: Annotated[int, Field(ge=1150, le=65535)] | None = None
    """The port; default 5432 or 3306."""
    backup_days: Annotated[int, Field(ge=1, le=35)] = 7
    """Days of automated backups: how far back a point-in-time restore reaches."""
    backup_window: Annotated[str, Rule(limits.backup_window)] = "03:00-04:00"
    """Daily backup window, UTC."""
    maintenance_window: Annotated[str, Rule(limits.maintenance_window)] = "sun:04:30-sun:05:30"
    """Weekly maintenance window, UTC, apart from the backup window."""
    managed_password: bool = True
    """Whether RDS makes, keeps and changes the master password; otherwise the program makes one, which is in Pulumi's encrypted state and stays."""
    rotate_days: Annotated[int, Field(ge=1, le=1000)] = 90
    """Days after which RDS changes the master password, which it keeps in Secrets Manager."""
    iam_authentication: bool = False
    """Whether services that use the database may log in as `iamUsername` with a token of their role's instead of a password."""
    iam_username: str = "app_user"
    """The database user of those tokens, whom a migration creates and grants `rds_iam` (PostgreSQL) or identifies with AWSAuthenticationPlugin (MySQL)."""
    read_replica: ReadReplica | None = None
    """A copy that answers queries; `{}` switches it on. It costs as much as a database in one zone."""
    proxy: DatabaseProxy | None = None
    """A pool of connections between services and the database; `{}` switches it on. Billed by the database's vCPUs."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with all it takes to connect, postgresql://...; its readers restart when the password changes."""
    monitoring_seconds: Annotated[int, one_of(limits.MONITORING_INTERVALS, "an Enhanced Monitoring interval")] = 60
    """Interval of Enhanced Monitoring; 0 switches it off."""
    insights_days: (
        Annotated[int, one_of(limits.PERFORMANCE_INSIGHTS_DAYS, "a Performance Insights retention")] | None
    ) = 7
    """Days of Performance Insights (7 are free); null switches it off."""
    auto_minor_upgrade: bool = True
    """Whether RDS installs minor versions in the maintenance window."""
    allow_major_upgrade: bool = False
    """Whether a change of `version` may be one of the major version, which takes the database away for minutes and cannot be undone."""
    extended_support: bool = False
    """Whether AWS may bill Extended Support once the version's standard support ends; otherwise RDS then upgrades it by itself."""
    apply_immediately: bool = False
    """Whether changes happen at once, not in the maintenance window."""
    parameters: Mapping[Text, str] = Field(default_factory=dict)
    """Further engine parameters, by name."""


class Cache(Section):
    """The cache, in the isolated subnets, encrypted, with a token, reachable only from services that use it."""

    engine: Literal["redis", "valkey"] = "redis"
    """The engine."""
    version: Text = "7.1"
    """The engine's version, major.minor. Text: put it in quotes."""
    name: Annotated[str, Rule(limits.cache_identifier)] | None = None
    """The replication group's identifier; default app and environment. A change replaces the cache."""
    node_type: Annotated[str, Rule(limits.cache_node, {"enum": list(limits.CACHE_NODES)})] = Field(
        examples=["cache.t4g.small"]
    )
    """The size of each node, such as cache.t4g.small."""
    shards: Annotated[int, Field(ge=1, le=90)] | None = None
    """Shards; giving a number switches cluster mode on."""
    replicas: Annotated[int, Field(ge=0, le=5)] = 1
    """Replicas per shard (or of the primary): nodes = shards x (1 + replicas)."""
    multi_az: bool | None = None
    """Whether replicas stand in other zones and take over; default: whenever there is a replica."""
    snapshot_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days that daily snapshots are kept; 0 switches them off."""
    snapshot_window: Annotated[str, Rule(limits.backup_window)] = "02:00-03:00"
    """Daily snapshot window, UTC, an hour at least."""
    maintenance_window: Annotated[str, Rule(limits.maintenance_window)] = "sun:04:30-sun:05:30"
    """Weekly maintenance window, UTC, an hour at least, apart from the snapshot window."""
    url_secret: SecretName | None = None
    """Name of a secret kept filled with address and token in one, rediss://...; its readers restart when the token changes."""


class MediaCdn(Section):
    """CloudFront in front of the media bucket. Its access logs are kept with the load balancer's, where there is one."""

    host: Host | None = None
    """A host name of the domain's zone for media; without it, CloudFront's own."""
    price_class: PriceClass = "PriceClass_100"
    """Which of CloudFront's locations serve."""


class Replicate(Section):
    """A copy of the media bucket in another region, kept up to date by S3."""

    region: Annotated[str, Rule(limits.region)] = Field(examples=["us-west-2"])
    """The region of the copy. A change makes a new, empty copy."""
    bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """The copy's name, unique in the world; generated when left out."""
    within_fifteen_minutes: bool = False
    """Whether S3 promises every copy within fifteen minutes and measures it. Billed by volume."""
    deletions: bool = False
    """Whether deletions are copied too; otherwise what is deleted by mistake is still in the copy."""


class Media(Section):
    """The bucket for files that people upload: private, versioned, encrypted with its own key."""

    bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """The bucket's name, unique in the world; generated when left out. A change replaces it."""
    versioning: bool = True
    """Whether overwritten and deleted files can be brought back."""
    noncurrent_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that overwritten and deleted files can be brought back."""
    infrequent_access_days: Annotated[int, Field(ge=30, le=3650)] | None = None
    """Days after which files move to cheaper storage that costs per access; off when left out."""
    cors_origins: Sequence[Annotated[str, Rule(limits.web_origin)]] = ()
    """Web origins whose pages may upload and read, such as https://app.example.com."""
    cdn: MediaCdn | None = None
    """Serve the files through CloudFront; `{}` switches it on."""
    replicate: Replicate | None = None
    """Copy the files to another region. What the bucket holds already is not copied."""


class Secret(Section):
    """A secret that people or other systems fill: its value is never in the program, its state or this file."""

    description: str | None = None
    """What it is for."""
    keys: Sequence[Annotated[str, form("[A-Za-z0-9_.-]+", "a key: letters, digits and _ . -")]] = ()
    """The keys of a JSON document; left out, the whole value is the secret."""
    rotate_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days after which its owner changes it, or each of its keys; kept as a tag. Whoever hears of warnings is reminded every day
    from then on: docs/secrets.md."""
    key_rotate_days: Mapping[str, Annotated[int, Field(ge=1, le=3650)]] = Field(default_factory=dict)
    """Days by key, for keys that have another period than `rotateDays`, or where the others have none."""


class Cluster(Section):
    """The ECS cluster."""

    name: EcsName | None = None
    """Its name; default app and environment. A change replaces it and its services."""
    container_insights: Literal["enabled", "enhanced", "disabled"] = "enabled"
    """CloudWatch Container Insights; enhanced adds figures per task and container."""


class Build(Section):
    """An image that is built and pushed as part of the update, and pinned by its digest."""

    context: Text = Field(examples=["../app"])
    """The folder to build, relative to the project."""
    dockerfile: str | None = None
    """The Dockerfile; default `Dockerfile` in the context."""
    arguments: Mapping[Text, str] = Field(default_factory=dict)
    """Build arguments. Never secrets: they stay in the image."""
    target: str | None = None
    """The stage to build."""


class Image(Section):
    """Where a container's image comes from: `repository` with `tag`, `digest` or `build`; or `uri`."""

    repository: Repository | None = None
    """A repository of the registry section."""
    tag: (
        Annotated[
            str,
            form(
                "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
                "an image tag: at most 128 letters, digits and _ . -, beginning with none of . -",
            ),
        ]
        | None
    ) = None
    """The image's tag, such as a commit. Text: put it in quotes if it could be a number."""
    digest: (
        Annotated[str, form("sha256:[a-f0-9]{64}", "an image digest: sha256: and 64 lower-case hexadecimal digits")]
        | None
    ) = None
    """The image's digest."""
    uri: Annotated[str, form(r"\S{1,1024}", "an image's address, such as ghcr.io/owner/name:tag")] | None = None
    """An image in any registry, with tag or digest."""
    build: Build | None = None
    """Build it during the update instead; pushed to `repository`."""
    allow_mutable_tag: bool = False
    """Whether a tag such as latest or main is accepted in production, where it makes rollbacks and audits guesswork."""


class Route(Section):
    """Which requests a service gets from the load balancer."""

    paths: Sequence[Annotated[str, checked(limits.path_pattern, limits.PATH_PATTERN, limits.PATH_PATTERN_WORDS)]] = ()
    """Path patterns; `/api/*` includes `/api` itself."""
    hosts: Sequence[Host] = ()
    """Host names."""
    priority: Annotated[int, Field(ge=1, le=50000)] | None = None
    """The order among services, lowest first; required with paths or hosts."""
    default: bool = False
    """Whether it gets what no other service asks for."""
    sticky_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = None
    """Seconds a visitor stays with the same task, by a cookie; each request goes to any task when left out."""


class Health(Section):
    """How the load balancer tells whether a task is well."""

    path: Annotated[str, checked(limits.health_path, limits.HEALTH_PATH, limits.HEALTH_PATH_WORDS)] = "/health"
    """The path it asks for."""
    port: Port | None = None
    """The port it asks on; default the service's."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """Seconds between questions."""
    timeout_seconds: Annotated[int, Field(ge=2, le=120)] | None = None
    """Seconds it waits for an answer, below the interval; default 5, or one less than a shorter interval."""
    healthy_after: Annotated[int, Field(ge=2, le=10)] = 2
    """Good answers in a row that make a task healthy."""
    unhealthy_after: Annotated[int, Field(ge=2, le=10)] = 3
    """Bad answers in a row that make a task unhealthy."""
    codes: Annotated[str, checked(limits.status_codes, limits.STATUS_CODES, limits.STATUS_CODES_WORDS)] = "200-299"
    """Status codes that count as good."""
    grace_seconds: Annotated[int, Field(ge=0, le=2_147_483_647)] = 60
    """Seconds a new task may take before its health counts."""
    deregistration_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds a leaving task may finish its requests."""


class HealthCheck(Section):
    """How ECS tells, inside the container, whether it is well."""

    command: Annotated[Sequence[Text], Field(min_length=1)] = Field(examples=[["CMD", "/bin/healthy"]])
    """`CMD` or `CMD-SHELL` and what to run, which the image must contain; or `python` or `curl` alone for a ready one."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """Seconds between runs."""
    timeout_seconds: Annotated[int, Field(ge=2, le=60)] = 5
    """Seconds a run may take."""
    retries: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row that make the container unhealthy."""
    start_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    """Seconds after the start in which failures do not count."""


class Tasks(Section):
    """How many copies of a service run: a fixed `count`, or between `min` and `max`."""

    count: Annotated[int, Field(ge=0, le=5000)] | None = None
    """A fixed number."""
    min: Annotated[int, Field(ge=0, le=5000)] | None = None
    """The fewest."""
    max: Annotated[int, Field(ge=1, le=5000)] | None = None
    """The most."""
    desired: Annotated[int, Field(ge=0, le=5000)] | None = None
    """How many at first; default the fewest. Scaling owns the number from then on."""


class Targets(Section):
    """Averages over the tasks that scaling keeps to."""

    cpu_percent: Percent | None = None
    """CPU, percent."""
    memory_percent: Percent | None = None
    """Memory, percent."""
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Requests a minute that each task gets from the load balancer."""


class Step(Section):
    """One task more above `up`, one less below `down`."""

    up: Percent = Field(examples=[70])
    """Percent above which a task is added."""
    down: Percent = Field(examples=[30])
    """Percent below which a task is removed."""
    up_minutes: Annotated[int, Field(ge=1, le=60)] = 2
    """Minutes above `up` before that."""
    down_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes below `down` before that."""


class Steps(Section):
    """Step scaling by metric."""

    cpu_percent: Step | None = None
    """By CPU."""
    memory_percent: Step | None = None
    """By memory."""


class ScheduledRange(Section):
    """Another fewest and most from a time on, until the next such time."""

    cron: Annotated[str, Rule(limits.schedule)] = Field(examples=["0 8 ? * MON-FRI *"])
    """When: minutes, hours, day of month, month, day of week and year, such as 0 8 ? * MON-FRI *."""
    min: Annotated[int, Field(ge=0, le=5000)] = Field(examples=[2])
    """The fewest tasks from then on."""
    max: Annotated[int, Field(ge=0, le=5000)] = Field(examples=[10])
    """The most."""
    time_zone: TimeZone = "UTC"
    """The time zone of `cron`; daylight saving is followed."""


class Scaling(Section):
    """When tasks are added and removed, between `tasks.min` and `tasks.max`."""

    targets: Targets | None = None
    """Target tracking."""
    steps: Steps | None = None
    """Step scaling."""
    schedule: Sequence[ScheduledRange] = ()
    """Other bounds at times that are known beforehand."""
    out_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds between additions."""
    in_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Seconds between removals."""


class Deployment(Section):
    """How new tasks take over from old ones; a deployment that fails is rolled back by ECS."""

    strategy: Literal["rolling", "blueGreen"] = "rolling"
    """Task by task, or all requests at once to new tasks beside the old ones. To change it later, or the port with blueGreen, give the
    route another priority as well; the default route's port changes under rolling."""
    minimum_healthy_percent: Annotated[int, Field(ge=0, le=100)] = 100
    """Share of tasks that stays up meanwhile (rolling)."""
    maximum_percent: Annotated[int, Field(ge=100, le=400)] | None = None
    """Share of tasks that may run meanwhile (rolling); default: one task more than the fewest."""
    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = 5
    """Minutes that old tasks stay after the switch, to go back to (blueGreen). They are billed."""
    rollback_percent: Annotated[float, Field(ge=0.1, le=99.9)] = 5
    """Requests answered 5xx, percent of a minute's, above which ECS goes back (blueGreen)."""
    wait_for_steady_state: bool = False
    """Whether `pulumi up` waits until the new tasks run."""


class Egress(Section):
    """Something outside the network that a service may connect to."""

    port: Port = Field(examples=[443])
    """The TCP port."""
    cidr: Annotated[str, Rule(limits.address_range)] = "0.0.0.0/0"
    """The addresses."""


ACTION: Final = form(r"[a-z0-9-]+:[A-Za-z0-9]+\*?", "an action, such as sqs:SendMessage or s3:Get*")
ARN: Final = form(r"arn:\S+|\*", "an ARN, such as arn:aws:sqs:us-east-1:123456789012:jobs")


class Permission(Section):
    """What a service's role may do in AWS."""

    actions: Annotated[Sequence[Annotated[str, ACTION]], Field(min_length=1)] = Field(examples=[["sqs:SendMessage"]])
    """Actions such as sqs:SendMessage; never a bare `*`."""
    resources: Annotated[Sequence[Annotated[str, ARN]], Field(min_length=1)] = Field(
        examples=[["arn:aws:sqs:us-east-1:123456789012:jobs"]]
    )
    """ARNs; `*` only for actions that know no resources, such as cloudwatch:PutMetricData."""


Uses = Literal["database", "cache", "media"]


class Container(Section):
    """What a service's own container and its sidecars share."""

    image: Image
    """Its image."""
    command: Sequence[str] = ()
    """Instead of the image's command."""
    entry_point: Sequence[str] = ()
    """Instead of the image's entry point."""
    environment: Mapping[EnvironmentName, str] = Field(default_factory=dict)
    """Plain values; `${database.host}` and its like stand for what is built (docs/configuration.md lists them). Never secrets."""
    secrets: Mapping[EnvironmentName, str] = Field(default_factory=dict)
    """Variables from secrets: a secret's name, `name:key` of a JSON document, database:password, cache:token and so on."""
    user: Annotated[str, form("[a-z0-9_-]+(?::[a-z0-9_-]+)?", "a user: a name or number, or user:group")] = "1000"
    """The user it runs as; root must be asked for."""
    read_only_root: bool = True
    """Whether its filesystem is read-only but for /tmp."""
    health_check: Annotated[
        HealthCheck | None,
        BeforeValidator(_ready_made, json_schema_input_type=HealthCheck | Literal["python", "curl"] | None),
    ] = None
    """How it is asked whether it is well: ready commands for images with Python or curl, or your own."""


class Sidecar(Container):
    """A helper container in each task of a service."""

    essential: bool = False
    """Whether the task stops when it does."""
    port: Port | None = None
    """A port it listens on inside the task."""
    cpu: Annotated[int, Field(ge=1)] | None = None
    """CPU units set aside of the task's."""
    memory_mib: Annotated[int, Field(ge=6)] | None = None
    """Memory it may use of the task's, MiB."""


class Migrate(Section):
    """A command that brings the database up to date, once for each version, before any service changes; if it fails, none does.

    Several services may have one: they run one after another, in the order of the services' names, never two at once.
    """

    command: Annotated[Sequence[Text], Field(min_length=1)] = Field(examples=[["alembic", "upgrade", "head"]])
    """What the service's container runs instead of its own command, with the same image, variables and secrets."""
    family: EcsName | None = None
    """The task definition's family; default the service's with -migrate at the end."""
    timeout_minutes: Annotated[int, Field(ge=1, le=720)] = 30
    """Minutes until the update gives up on it. It runs on then, and the next update waits for it."""


LOG_ROUTER_IMAGE: Final = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.14"
"""AWS for Fluent Bit, from AWS's public registry."""


class LogRouter(Section):
    """A Fluent Bit container (AWS FireLens) that sends a service's JSON log lines to log groups by their field `log_type`."""

    routes: Annotated[Mapping[PartName, LogGroup], Field(min_length=1, max_length=10)] = Field(
        examples=[{"access": "/ecs/storefront/access"}]
    )
    """Log groups by the value of `log_type`; each is made. All other lines go to the service's own log group."""
    image: Image = Field(default_factory=lambda: Image(uri=LOG_ROUTER_IMAGE))
    """AWS for Fluent Bit; default a fixed version from AWS's public registry."""
    memory_mib: Annotated[int, Field(ge=32, le=8192)] = 64
    """Memory set aside for it of the task's, MiB."""


class Service(Container):
    """A container that ECS keeps running on Fargate, in the private subnets."""

    name: EcsName | None = None
    """The ECS service's name; default its key here. A change replaces it."""
    family: EcsName | None = None
    """The task definition's family; default the name, or app, environment and key."""
    log_group: LogGroup | None = None
    """Its log group; default /ecs/ and the family."""
    log_router: LogRouter | None = None
    """Further log groups for some of its log lines, such as those about access and errors; what a migration logs is not sent through it."""
    cpu: int = 256
    """CPU units of a task; 1024 are one vCPU."""
    memory_mib: int = 512
    """Memory of a task, MiB."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The processor its image is built for; arm64 costs a fifth less."""
    ephemeral_gib: Annotated[int, Field(ge=21, le=200)] | None = None
    """Disk of a task, GiB; 20 come free."""
    tmp_mib: Annotated[int, Field(ge=1, le=8192)] = 64
    """Size of /tmp, in memory, where the filesystem is read-only, MiB."""
    port: Port | None = None
    """The port it listens on; none for a worker."""
    route: Route | None = None
    """What it gets from the load balancer; none for a worker."""
    health: Health = Field(default_factory=Health)
    """How the load balancer checks it."""
    tasks: Tasks = Field(default_factory=lambda: Tasks(count=2))
    """How many run; two by default, so that one zone may fail."""
    scaling: Scaling | None = None
    """When there are more or fewer; default, where min and max differ: CPU at 70 %."""
    deployment: Deployment = Field(default_factory=Deployment)
    """How a new version takes over."""
    spot_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    """Share of tasks on Fargate Spot, which is cheaper and may be taken away at two minutes' notice. Once given, it stays given: say 0 to
    leave Spot, as ECS changes a service without shares only by replacing it."""
    uses: Sequence[Uses] = ()
    """Parts it may reach: opens their port to it and grants its role what they need."""
    egress: Sequence[Egress] = (Egress(port=443),)
    """What it may connect to outside; default HTTPS anywhere."""
    permissions: Sequence[Permission] = ()
    """What its role may do in AWS besides."""
    exec: bool = False
    """Whether people may open a shell in it (ECS Exec); makes its filesystem writable."""
    stop_seconds: Annotated[int, Field(ge=2, le=120)] = 30
    """Seconds it may take to stop."""
    sidecars: Mapping[PartName, Sidecar] = Field(default_factory=dict)
    """Helper containers by name."""
    migrate: Migrate | None = None
    """How it brings the database up to date before a new version."""

    @property
    def images(self) -> Sequence[Image]:
        """The images of its containers."""
        containers = [self.image, *(sidecar.image for sidecar in self.sidecars.values())]
        return [*containers, *([self.log_router.image] if self.log_router else [])]


class GitHub(Section):
    """The repository whose workflows deploy, and from where in it: `environment` or `branch`."""

    repository: Annotated[
        str, form(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", "a repository, such as octo-org/storefront")
    ] = Field(examples=["octo-org/storefront"])
    """`owner/name`."""
    environment: (
        Annotated[str, form(r"[^\s*?:][^*?:]{0,254}", "an environment: 1 to 255 characters without * ? :")] | None
    ) = None
    """The GitHub environment whose jobs may deploy: its protection rules are the approval."""
    branch: Annotated[str, form(r"[^\s*?:]{1,244}", "a branch: no spaces, * ? :")] | None = None
    """The branch whose jobs may deploy without an environment."""
    owner_id: Annotated[int, Field(ge=1)] | None = None
    """The owner's number, which a new owner of the same name does not have: `gh api repos/OWNER/NAME --jq .owner.id`."""
    repository_id: Annotated[int, Field(ge=1)] | None = None
    """The repository's number: `gh api repos/OWNER/NAME --jq .id`."""


class Delivery(Section):
    """The role that a repository's workflows deploy this stack with, without long-lived keys.

    It cannot change itself: an administrator runs the update that makes it, or that changes names given in this file.
    """

    github: GitHub
    """Where deployments come from."""
    role_name: RoleName | None = None
    """The role's name; default the names of app and environment, and `-deploy`."""
    preview_role_name: RoleName | None = None
    """The name of a role that pull requests may only read with; none when left out."""
    provider_arn: (
        Annotated[
            str,
            form(
                r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com",
                "the ARN of GitHub's identity provider, arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            ),
        ]
        | None
    ) = None
    """The account's identity provider for GitHub where another stack made it: an account has one. Left out, it is made here."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """Hours that a deployment may take."""
    state_bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """The S3 bucket of Pulumi's state."""
    state_key_arn: (
        Annotated[str, form(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+", "the ARN of a KMS key")]
        | None
    ) = None
    """The key of the state and of the secrets in it."""
    boundary_arn: (
        Annotated[str, form(r"arn:aws[a-z-]*:iam::[0-9]{12}:policy/\S+", "the ARN of a managed policy")] | None
    ) = None
    """A managed policy that every role of the stack must have as its permissions boundary."""


class Backup(Section):
    """Daily backups of the database and the media bucket by AWS Backup, in a vault with a key of its own."""

    keep_days: Annotated[int, Field(ge=1, le=36500)] = 30
    """Days a backup is kept."""
    at: Clock = "06:00"
    """When backups start, UTC: not within the hour before the database's own windows."""
    copy_region: Annotated[str, Rule(limits.region)] | None = None
    """Another region that backups are copied to, for the loss of a whole one."""
    copy_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """Days a copy is kept; default 30."""
    rto_minutes: Annotated[int, Field(ge=1)] | None = None
    """The time to recovery that is agreed, kept as a tag."""
    rpo_minutes: Annotated[int, Field(ge=1)] | None = None
    """The loss of data that is agreed, kept as a tag; the database's point-in-time restore meets five minutes."""


EMAIL: Final = form(r"[^@\s]+@[^@\s]+", "an e-mail address, such as ops@example.com")


class Budget(Section):
    """A monthly budget: a word at 80 % by forecast, another when it is spent."""

    monthly_usd: Annotated[int, Field(ge=1)] = Field(examples=[250])
    """US dollars a month."""
    emails: Annotated[Sequence[Annotated[str, EMAIL]], Field(max_length=10)] = ()
    """Who is told."""
    notify: Literal["page", "database", "team"] | None = None
    """An audience of slipway:notify that is told as well."""
    by_tag: TagKey | None = None
    """Count only what carries this stack's value of the tag, once it is activated as a cost allocation tag; default everything in the account."""


class Hibernation(Section):
    """Nights off: no tasks and a stopped database. For stacks that nobody needs then."""

    sleep: Clock = "20:00"
    """When services stop, every day; the database follows a quarter of an hour later."""
    wake: Clock = "07:00"
    """When services start; the database starts half an hour before."""
    time_zone: TimeZone = "UTC"
    """The time zone of both; daylight saving is followed."""
    weekends: bool = False
    """Whether it wakes on Saturdays and Sundays too."""
    allow_in_production: bool = False
    """Whether production may sleep."""


class Logs(Section):
    """Log groups of all parts."""

    retention_days: Days = 90
    """Days that logs are kept."""
    customer_key: bool = True
    """Whether logs are encrypted with a key of this stack's own."""


class Listener(Section):
    """Somebody who is told: an e-mail address, an HTTPS endpoint, or a Slack channel by a webhook or by AWS Chatbot."""

    email: Annotated[str, form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")] | None = None
    """An e-mail address, which gets a link to click before anything else."""
    https: Annotated[str, form(r"https://\S{1,2000}|\[secret\]", "an address that begins with https://")] | None = None
    """An HTTPS endpoint that takes SNS's messages, such as PagerDuty's. If it holds a key: `pulumi config set --path --secret`."""
    name: PartName | None = None
    """What an HTTPS endpoint is called, where there are several; default `endpoint`."""
    slack_webhook_secret: SecretName | None = None
    """The name of a secret of this stack whose whole value is the address of a Slack webhook."""
    slack_team_id: Annotated[str, form("[0-9A-Z]{2,255}", "a Slack workspace's id, such as T07EA123LEP")] | None = None
    """A Slack workspace, which somebody has connected to AWS Chatbot once."""
    slack_channel_id: Annotated[str, form("[0-9A-Z]{2,255}", "a Slack channel's id, such as C07EZ1ABC23")] | None = None
    """A channel of that workspace, by its id."""


class Notify(Section):
    """Who is told of what. Where one of the three has nobody, one of the others is told instead."""

    page: Sequence[Listener] = ()
    """Whoever is on call, at once: critical alarms."""
    database: Sequence[Listener] = ()
    """Whoever looks after the database."""
    team: Sequence[Listener] = ()
    """The team: warnings, deployments, tasks that failed to start."""
    chatbot_region: Literal["us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"] = "us-east-2"
    """Where AWS Chatbot, which serves topics of every region, is configured for Slack channels."""


class AlarmMetric(Section):
    """An alarm on a metric that the application sends to CloudWatch."""

    namespace: Annotated[
        str,
        form(
            "(?!AWS/|:)[A-Za-z0-9._/#: -]{1,255}",
            "an application's namespace: at most 255 letters, digits, spaces and . _ / # : -, beginning neither with AWS/ nor :",
        ),
    ] = Field(examples=["Storefront"])
    """The metric's namespace."""
    metric: Annotated[str, form(r"[!-~][ -~]{0,254}", "a metric's name: at most 255 characters")] = Field(
        examples=["OrdersFailed"]
    )
    """The metric's name."""
    above: Annotated[float, Field(ge=-1e15, le=1e15)] = Field(examples=[0])
    """The value above which there is an alarm."""
    severity: Literal["critical", "database", "warning"] = "warning"
    """How bad that is: critical pages, database tells whoever looks after it, warning the team."""
    dimensions: Annotated[Mapping[Text, Text], Field(max_length=30)] = Field(default_factory=dict)
    """The metric's dimensions, all of them."""
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "SampleCount"] = "Sum"
    """What is made of the values of the minutes."""
    minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """The minutes that are looked at together."""


Share = Annotated[float, Field(ge=0.1, le=99.9)]
MetricName = Annotated[
    str,
    form("(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*", "an alarm's name: at most 64 lower-case letters, digits and hyphens"),
]


class Alarms(Section):
    """CloudWatch alarms on whatever the stack has, besides services without a healthy task. null switches one off."""

    p99_seconds: Annotated[float, Field(ge=0.001, le=4000)] | None = 2
    """Seconds within which 99 % of a service's requests are answered."""
    errors_5xx_percent: Share | None = Field(default=1, alias="errors5xxPercent")
    """Requests answered 5xx, percent of five minutes' requests. Critical."""
    errors_4xx_percent: Share | None = Field(default=10, alias="errors4xxPercent")
    """Requests the application answered 4xx, percent of five minutes' requests."""
    minimum_requests: Annotated[int, Field(ge=0, le=1_000_000)] = 20
    """Requests in five minutes below which neither of the two says anything."""
    service_cpu_percent: Share | None = 80
    """CPU of a service's tasks for five minutes."""
    service_memory_percent: Share | None = 80
    """Memory of a service's tasks for five minutes."""
    database_cpu_percent: Share | None = 90
    """CPU of the database for five minutes; tells whoever looks after it."""
    database_connections_percent: Share | None = 80
    """Open connections for five minutes, of what the instance class's memory allows."""
    database_exhausted_percent: Share | None = 95
    """The same for one minute. Critical: soon connections are refused."""
    database_storage_percent: Share | None = 80
    """Storage in use, of what is allocated."""
    database_free_memory_percent: Share | None = 5
    """Memory below which too little is left, of what the instance class has."""
    replica_lag_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = 30
    """Seconds that the read replica is behind, for five minutes."""
    cache_cpu_percent: Share | None = 90
    """CPU of a cache node's engine."""
    cache_memory_percent: Share | None = 80
    """Memory in use on a cache node."""
    cache_evictions: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = 100
    """Keys that a cache node threw out in five minutes for want of memory."""
    metrics: Mapping[MetricName, AlarmMetric] = Field(default_factory=dict)
    """Alarms on the application's own metrics, by name."""


class Dashboard(Section):
    """One CloudWatch dashboard with everything the stack has, and its alarms."""

    name: Annotated[str, form("[A-Za-z0-9_-]{1,255}", "a dashboard's name: letters, digits, - and _")] | None = None
    """Its name; default app and environment. A change replaces it."""


class OutsideCheck(Section):
    """Route 53 asks the domain's host over HTTPS from several continents, and pages when it does not answer."""

    path: Annotated[str, form(r"/\S{0,254}", "a path: a slash, then at most 254 characters without spaces")] = "/health"
    """The path it asks for, on port 443."""
    interval_seconds: Literal[10, 30] = 30
    """Seconds between the questions of each location; 10 cost more."""
    failures: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row that count as down."""


class Protection(Section):
    """What stands between a mistake and lost data. Switch off, `pulumi up`, then `pulumi destroy`."""

    protect: bool = True
    """Whether Pulumi refuses to delete the database, the cache, buckets, keys and secrets."""
    deletion_protection: bool = True
    """Whether AWS refuses to delete the database and the load balancer."""
    final_snapshot: bool = True
    """Whether deleting the database or cache leaves a last snapshot."""
    empty_on_destroy: bool = False
    """Whether buckets and repositories are emptied when they are deleted."""
    secret_recovery_days: Annotated[int, Field(ge=0, le=30)] = 30
    """Days a deleted secret can be brought back (7 to 30); 0 deletes at once and frees its name."""
    key_deletion_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days a deleted encryption key can be brought back."""


class Provider(Section):
    """The `aws:` keys that are handed to the AWS provider."""

    region: Annotated[str, Rule(limits.region)] = Field(examples=["us-east-1"])
    """The region to deploy to."""
    profile: str | None = None
    """A profile of the AWS configuration file."""
    allowed_account_ids: Sequence[Annotated[str, form("[0-9]{12}", "an account: 12 digits")]] | None = None
    """Accounts this stack may touch."""
    assume_roles: Sequence[Mapping[str, object]] | None = None
    """Roles to assume, as the provider takes them."""
    endpoints: Sequence[Mapping[str, str]] | None = None
    """Other addresses of AWS services, for emulators."""
    s3_use_path_style: bool | None = None
    """Whether buckets are addressed by path, for emulators."""
    skip_credentials_validation: bool | None = None
    """Whether credentials are taken as they are, for emulators."""
    skip_metadata_api_check: bool | None = None
    """Whether the instance metadata service is left alone."""
    skip_requesting_account_id: bool | None = None
    """Whether the account's id is not asked for, for emulators."""
    access_key: str | None = None
    """Credentials; better left to the environment."""
    secret_key: str | None = None
    """Credentials; better left to the environment."""
    max_retries: int | None = None
    """How often a call is tried."""


class Settings(Section):
    """A whole stack file."""

    app: Annotated[
        str,
        form(
            "(?=.{2,24}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
            "an application's name: 2 to 24 lower-case letters, digits and single inner hyphens, a letter first",
        ),
    ] = Field(examples=["storefront"])
    """The application's name; the names of its parts start with it."""
    environment: Literal["production", "staging", "development"] = Field(examples=["production"])
    """How strict the policy pack is. Nothing else depends on it."""
    owner_id: (
        Annotated[str, form("[a-z0-9]{1,12}", "an owner's id: at most 12 lower-case letters and digits")] | None
    ) = None
    """Who owns this copy, in an account that several share; becomes part of names."""
    tags: Annotated[Mapping[TagKey, Annotated[str, Rule(limits.tag_value)]], Field(max_length=40)] = Field(
        default_factory=dict
    )
    """Tags on everything, besides app, environment and managed-by. The policy pack wants an `owner` among them in production."""
    network: Network
    """The VPC."""
    domain: Domain | None = None
    """Host names and certificate."""
    load_balancer: LoadBalancer | None = None
    """The way in."""
    cdn: Cdn | None = None
    """CloudFront in front of it."""
    registry: Registry | None = None
    """Image repositories."""
    database: Database | None = None
    """The database."""
    cache: Cache | None = None
    """The cache."""
    media: Media | None = None
    """The bucket for uploads."""
    secrets: Mapping[SecretName, Secret] = Field(default_factory=dict)
    """Secrets that people fill."""
    cluster: Cluster = Field(default_factory=Cluster)
    """The ECS cluster."""
    services: Mapping[PartName, Service] = Field(default_factory=dict)
    """What runs."""
    delivery: Delivery | None = None
    """How GitHub Actions gets in."""
    backup: Backup | None = None
    """Backups apart from the database's own."""
    budget: Budget | None = None
    """What a month may cost."""
    hibernation: Hibernation | None = None
    """Nights off."""
    logs: Logs = Field(default_factory=Logs)
    """Log retention."""
    notify: Notify | None = None
    """Who is told."""
    alarms: Alarms | None = None
    """What they are told of."""
    dashboard: Dashboard | None = None
    """All figures on one page."""
    health_check: OutsideCheck | None = None
    """A look from outside."""
    protection: Protection = Field(default_factory=Protection)
    """Guards against loss."""
    aws: Provider
    """The `aws:` keys of the stack file."""

    @property
    def label(self) -> str:
        """App, environment and owner: what generated names start with."""
        return "-".join(part for part in (self.app, self.environment, self.owner_id) if part)

    def secret_name(self, name: str) -> str:
        """Return a secret's name in Secrets Manager: the stack file's, and the owner where that does not name it.

        After a slash, as Secrets Manager takes a hyphen and six characters at the end for its own suffix.
        """
        named = self.owner_id is None or self.owner_id in re.split(r"[^a-z0-9]+", name.lower())
        return name if named else f"{name}/{self.owner_id}"

    @property
    def url_secrets(self) -> Mapping[str, Literal["database", "cache"]]:
        """The secrets that the program fills with a URL, and the part that each leads to."""
        database, cache = self.database and self.database.url_secret, self.cache and self.cache.url_secret
        replica = self.database.read_replica.url_secret if self.database and self.database.read_replica else None
        return {
            **({cache: "cache"} if cache else {}),
            **{name: "database" for name in (database, replica) if name},
        }

    @property
    def migrating(self) -> Sequence[str]:
        """The services that bring the database up to date before any changes, in the order in which they do.

        By name: the engine hands a file's mappings over in no other order.
        """
        return sorted(key for key, service in self.services.items() if service.migrate)

    @property
    def following(self) -> Sequence[str]:
        """The services that wait for that."""
        return [key for key, service in self.services.items() if not service.migrate]

    @property
    def repositories(self) -> Sequence[str]:
        """Every repository the registry holds: those that containers name and those listed, sorted."""
        images = [image for image in self.images if image.repository]
        return sorted(
            {
                *(image.repository for image in images if image.repository),
                *(self.registry.repositories if self.registry else ()),
            }
        )

    @property
    def images(self) -> Sequence[Image]:
        """The images of all containers."""
        return [image for service in self.services.values() for image in service.images]


OPTIONAL_SECTIONS: Final[Sequence[str]] = tuple(
    str(field.alias) for name, field in Settings.model_fields.items() if field.default is None and name != "owner_id"
)
"""Sections whose part is built only where they are given; each takes `enabled: false` as well."""
