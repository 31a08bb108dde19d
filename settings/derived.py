"""What follows from the settings by itself: names, ports and connections that neither is a setting nor a check."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

import limits
from limits import network_acls, route
from limits.network_acls import Flow
from settings.model import (
    USER_IMAGES,
    Cache,
    Cdn,
    Database,
    Deployment,
    Domain,
    Job,
    RouteConditions,
    Service,
    Settings,
    SharedPart,
    Smoke,
)
from settings.problems import Place

OWN_TAGS: Final = ("app", "environment", "managed-by")
"""Tags that the program sets itself."""
OWNER_TAG: Final = "owner-id"
"""The tag that `ownerId` becomes: pipelines of a stack without one are refused what carries it."""


ROLLBACK_PERCENT: Final = 5.0
"""Requests answered 5xx, percent of a minute's, above which ECS takes a moved service back unless the stack file says another."""


NAME_PREFIX: Final[Sequence[Place]] = (["app"], ["environment"], ["ownerId"])
"""What generated names are made of."""


def shares(settings: Settings, part: SharedPart) -> bool:
    """Tell whether a stack uses a part of another stack's."""
    return settings.shared is not None and part in settings.shared.parts


def offers(settings: Settings, part: SharedPart) -> bool:
    """Tell whether other stacks may use a part of this one."""
    return settings.sharing is not None and part in settings.sharing.parts


def service_name(settings: Settings, key: str, service: Service) -> str:
    """Return the name of an ECS service; in a cluster that other stacks use as well, it begins with the stack's."""
    return service.name or (f"{settings.name_prefix}-{key}" if shares(settings, "cluster") else key)


def family(settings: Settings, key: str, service: Service) -> str:
    """Return the family of a service's task definition, unique in the account."""
    return service.family or service.name or f"{settings.name_prefix}-{key}"


def tasks_reach_out(settings: Settings) -> bool:
    """Tell whether tasks have a way to the internet, as all but the network's endpoints takes."""
    return settings.network.nat != "none" or settings.network.tasks == "public"


def readers(settings: Settings, secret: str) -> Sequence[str]:
    """Return the names of the ECS services whose tasks read a secret."""
    return [
        service_name(settings, key, service)
        for key, service in settings.services.items()
        for user, secrets in service.secrets_read[:1]
        if any(settings.secret_for(name, user) == secret for name in secrets)
    ]


def database_tokens(database: Database) -> Sequence[str]:
    """Return the users who log in to the database with tokens of IAM's."""
    named = [database.iam_username] if database.iam_authentication else []
    return [*named, *sorted(name for name, user in database.users.items() if user.login == "iam")]


def users_family(settings: Settings) -> str:
    """Return the family of the task that makes the database's users; its log group is named after it."""
    return f"{settings.name_prefix}-database-users"


def users_image(database: Database) -> str:
    """Return the image of the task that makes the database's users."""
    return database.users_image or USER_IMAGES[limits.rds_dialect(database.engine)]


def migration_family(settings: Settings, key: str, service: Service) -> str:
    """Return the family of the task definition that migrates the database; empty where the service does not."""
    if service.migrate is None:
        return ""
    return service.migrate.family or f"{family(settings, key, service)}-migrate"


def job_family(settings: Settings, key: str, job: Job) -> str:
    """Return the family of a job's task definition, unique in the account."""
    return job.family or f"{settings.name_prefix}-{key}"


def internal_name(settings: Settings, key: str) -> str:
    """Return what other services call a service by."""
    internal = settings.services[key].internal
    return (internal.name if internal else None) or key


def internal_address(settings: Settings, key: str) -> str:
    """Return `name:port`, at which others reach a service."""
    return f"{internal_name(settings, key)}:{settings.services[key].port}"


def log_group(settings: Settings, key: str, service: Service) -> str:
    """Return the log group of a service, unique in the region."""
    return service.log_group or f"/ecs/{family(settings, key, service)}"


def log_groups(settings: Settings, key: str, service: Service) -> Sequence[str]:
    """Return the log groups of a service: its own, those of its router's routes, then that of its metrics."""
    routes = service.log_router.routes.values() if service.log_router else ()
    metrics = metrics_log_group(settings, key, service)
    return [log_group(settings, key, service), *routes, *([metrics] if metrics else [])]


def is_observed(settings: Settings, key: str) -> bool:
    """Tell whether a service has a collector of OpenTelemetry in its tasks."""
    telemetry = settings.telemetry
    return telemetry is not None and (not telemetry.services or key in telemetry.services)


def metrics_log_group(settings: Settings, key: str, service: Service) -> str | None:
    """Return the log group by way of which a service's metrics get to CloudWatch, or None where they do not."""
    telemetry = settings.telemetry
    if telemetry is None or not telemetry.metrics or telemetry.endpoint or not is_observed(settings, key):
        return None
    return f"{log_group(settings, key, service)}/metrics"


def origin_host(cdn: Cdn, domain: Domain) -> str:
    """Return the host at which CloudFront reaches the load balancer."""
    return cdn.origin_host or f"origin.{domain.host}"


def insights_days(database: Database) -> int | None:
    """Return how many days Database Insights keeps; None where it is off."""
    given = "insights_days" in database.model_fields_set
    return limits.ADVANCED_INSIGHTS_DAYS if database.insights == "advanced" and not given else database.insights_days


def database_name(settings: Settings, database: Database) -> str:
    """Return the name of the database inside the server."""
    return database.database_name or settings.app.replace("-", "_")


def cache_name(settings: Settings, cache: Cache) -> str:
    """Return the replication group's identifier."""
    return cache.name or settings.name_prefix


def cache_user_id(settings: Settings, user: str) -> str:
    """Return the id of a user of the cache, by which it logs in."""
    return f"{settings.name_prefix}-{user}"


def cache_spans_zones(cache: Cache) -> bool:
    """Tell whether a cache stands in several zones."""
    return cache.replicas > 0 if cache.multi_az is None else cache.multi_az


def internal_hosts(settings: Settings) -> Sequence[str]:
    """Return the hosts of the internal load balancer beside another; none where there is none, or none is known."""
    balancer, domain = settings.internal_balancer, settings.domain
    if balancer is None:
        return []
    return balancer.hosts or ([f"internal.{domain.host.removeprefix('*.')}"] if domain else [])


def inside(service: Service) -> bool:
    """Tell whether a service gets its requests from the internal load balancer beside another."""
    return service.route is not None and service.route.through == "internalBalancer"


def taken(settings: Settings, *, inside: bool) -> int:
    """Return how many of the values of each rule are CloudFront's, which shows the load balancer a header."""
    balancer = settings.load_balancer
    return 1 if settings.cdn and balancer and not balancer.internal and not inside else 0


def balancer_sources(settings: Settings) -> Sequence[str]:
    """Return the IPv4 ranges that reach the load balancer, as far as its security group says."""
    balancer = settings.load_balancer
    if balancer is None or not balancer.internal:
        return [network_acls.ANYWHERE]
    return balancer.sources or ([] if settings.cdn else [settings.network.cidr])


def flows(settings: Settings) -> Sequence[Flow]:
    """Return the connections that access lists let through: what security groups let through."""
    balancer, services = settings.load_balancer, settings.services.values()
    internal = balancer is not None and balancer.internal
    second = settings.internal_balancer
    entry_ports = _entry_ports(settings)
    return network_acls.flows(
        entry_ports=[] if internal else entry_ports,
        internal_entries=[
            *(itertools.product(balancer_sources(settings), entry_ports) if internal else ()),
            # Whether an access list sees CloudFront's own addresses or those of its interfaces in the VPC, AWS does not say.
            *([(network_acls.ANYWHERE, 443)] if internal and settings.cdn else ()),
            *((source, 443) for source in (second.sources if second else ())),
        ],
        task_ports=_asked_ports(settings, within=False),
        data_ports=_data_ports(settings),
        proxied_ports=_proxied_ports(settings.database) if settings.database else [],
        egress=[(egress.port, egress.cidr) for service in services for egress in service.egress],
        inside_ports=[
            *(service.port for service in services if service.internal and service.port),
            *_asked_ports(settings, within=True),
        ],
    )


def _entry_ports(settings: Settings) -> Sequence[int]:
    """Return the ports of the load balancer."""
    balancer = settings.load_balancer
    if balancer is None:
        return []
    return [443, 80] if balancer.http_redirect and settings.cdn is None else [443]


def _data_ports(settings: Settings) -> Sequence[int]:
    """Return the ports of what keeps data."""
    database = settings.database
    ports = [connection_port(database)] if database else []
    ports += [database_port(database)] if database and database.answers_queries else []
    ports += [CACHE_PORT] if settings.cache else []
    return [*ports, NFS_PORT] if settings.volumes else ports


def _proxied_ports(database: Database) -> Sequence[int]:
    """Return the database's port where a proxy or a replica asks it from among the same subnets."""
    return [database_port(database)] if database.proxy or database.answers_queries else []


def _asked_ports(settings: Settings, *, within: bool) -> Sequence[int]:
    """Return the ports on which services are asked by a load balancer inside the network, or by one that faces the internet."""
    balancer = settings.load_balancer
    internal = balancer is not None and balancer.internal
    asked = [s for s in settings.services.values() if s.route and (internal or inside(s)) == within]
    return [port for service in asked for port in (service.port, service.health.port) if port]


_PORTS: Final = {"postgres": 5432, "mysql": 3306}


def database_port(database: Database) -> int:
    """Return the port of the database itself."""
    return database.port or _PORTS[limits.rds_dialect(database.engine)]


def connection_port(database: Database) -> int:
    """Return the port that services connect to: a proxy always listens on the engine's usual one."""
    return _PORTS[limits.rds_dialect(database.engine)] if database.proxy else database_port(database)


def asked(given: RouteConditions) -> route.Asked:
    """Return what a route or a redirect asks for, as arguments."""
    return {
        "paths": given.paths,
        "hosts": given.hosts,
        "headers": given.headers,
        "methods": given.methods,
        "query": given.query,
        "sources": given.sources,
    }


def conditions(given: RouteConditions) -> route.Conditions:
    """Return what a route or a redirect asks for."""
    return route.Conditions(**asked(given))


def narrowed(settings: Settings, given: RouteConditions, *, inside: bool = False) -> route.Asked:
    """Return what a route or a redirect asks for: at a load balancer that others have rules at as well, at least one of the stack's hosts.

    Args:
        settings: the stack file.
        given: the route or redirect.
        inside: whether it is the internal load balancer's, beside another.
    """
    found, domain = asked(given), settings.domain
    if inside or given.hosts or domain is None or not shares(settings, "loadBalancer"):
        return found
    return {**found, "hosts": (domain.host, *domain.alternative_hosts)}


def priority_base(settings: Settings, *, inside: bool = False) -> int:
    """Return what is added to the priorities of the stack file."""
    base = settings.shared.priority_base if settings.shared and shares(settings, "loadBalancer") else None
    return 0 if inside else base or 0


def health_path(service: Service) -> str:
    """Return what a service's health is asked by."""
    given = "path" in service.health.model_fields_set or service.protocol != "grpc"
    return service.health.path if given else "/grpc.health.v1.Health/Check"


def health_codes(service: Service) -> str:
    """Return the status codes of a good answer."""
    given = "codes" in service.health.model_fields_set or service.protocol != "grpc"
    return service.health.codes if given else "0"


CACHE_PORT: Final = 6379
NFS_PORT: Final = 2049
"""The port of the cache."""


CHANNELS: Final = ("page", "database", "team")
"""The lists of `notify`."""


DEFAULT_ENDPOINT: Final = "endpoint"
"""What an HTTPS endpoint without a name is called."""


class SmokeQuestion(TypedDict):
    """The arguments of `components._smoke.SmokeCheck`."""

    url: str
    status: int
    contains: str
    headers: Mapping[str, str]
    redirect: str


def smoke(settings: Settings) -> Sequence[SmokeQuestion]:
    """Return what is asked through the public address after an update, of all services."""
    return [
        {
            "url": smoke_url(settings, check),
            "status": check.status,
            "contains": check.contains,
            "headers": check.headers,
            "redirect": check.redirect,
        }
        for service in settings.services.values()
        for check in service.smoke
    ]


def role_arns(settings: Settings) -> Sequence[str]:
    """Return the roles that the AWS provider assumes, each with the one before."""
    return [str(role["roleArn"]) for role in settings.aws.assume_roles or () if "roleArn" in role]


def endpoints(settings: Settings) -> Mapping[str, str]:
    """Return other addresses of AWS services, by boto3's names such as `ecs`."""
    return {name: address for listed in settings.aws.endpoints or () for name, address in listed.items()}


def smoke_url(settings: Settings, check: Smoke) -> str:
    """Return the address that a smoke check asks."""
    host = check.host or (settings.domain.host if settings.domain else "")
    return f"{'https' if check.tls else 'http'}://{host}{check.path}"


def deployment_minutes(deployment: Deployment) -> int:
    """Return how long a deployment takes at least beside the start of its tasks, minutes; 0 where tasks are replaced one by one."""
    if deployment.strategy == "rolling":
        return 0
    shares = {"blueGreen": 0, "canary": 1, "linear": math.ceil(100 / deployment.step_percent)}[deployment.strategy]
    return shares * deployment.step_minutes + deployment.bake_minutes + (deployment.pause_minutes or 0)
