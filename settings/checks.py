"""What no single setting can tell: the rules between settings, and AWS's limits on what follows from several."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import limits
from settings.model import READY_CHECKS, Cache, Container, Database, Route, Scaling, Service, Settings
from settings.problems import Problem, path, secret_like

REFERENCE: Final = re.compile(r"\$\{([^}]*)\}")
"""A reference in an environment value, such as `${database.host}`."""

REFERENCES: Final[Mapping[str, Sequence[str]]] = {
    "app": (),
    "environment": (),
    "aws": ("region",),
    "domain": ("host",),
    "database": ("host", "port", "name"),
    "cache": ("host", "port"),
    "media": ("bucket", "url"),
    "image": ("tag",),
}
"""What `${...}` may name, by section."""

PART_SECRETS: Final[Mapping[str, Sequence[str]]] = {
    "database": ("username", "password"),
    "cache": ("token", "url", "host", "port"),
}
"""Keys of the secrets that come with a part: `database:password`."""


def problems(settings: Settings) -> list[Problem]:
    """Return every mistake between the settings."""
    found: list[Problem] = []
    for check in (_network, _names, _edge, _database, _cache, _media, _secrets, _services, _listener):
        found += check(settings)
    return found


def warnings(settings: Settings) -> list[Problem]:
    """Return what is legal but unwise."""
    database = settings.database
    if database and (closed := limits.rds_closed_version(database.engine, database.version)):
        return [_at(["database", "version"], closed)]
    return []


def _at(place: Sequence[str | int], message: str, *also: str) -> Problem:
    """Return a problem at a place, judged by what is there and by `also`, places written with dots."""
    return Problem(
        path=path(place), message=message, about=(tuple(place), *(tuple(other.split(".")) for other in also))
    )


def _found(place: Sequence[str | int], problem: str | None, *also: str) -> Iterator[Problem]:
    if problem:
        yield _at(place, problem, *also)


def _network(settings: Settings) -> Iterator[Problem]:
    network, region = settings.network, settings.aws.region
    yield from _found(["network", "zones"], limits.zones(network.zones))
    for index, zone in enumerate(network.zones):
        yield from _found(["network", "zones", index], limits.zone(zone, region), "aws.region")
    for index, name in enumerate(network.endpoints):
        if name not in limits.ENDPOINT_SERVICES:
            known = list(limits.ENDPOINT_SERVICES)
            yield _at(
                ["network", "endpoints", index],
                f"{name!r} is not an endpoint{_close(name, known)}; allowed: {limits.listed(known)}",
            )
    missing = [name for name in limits.ENDPOINTS_WITHOUT_NAT if name not in network.endpoints]
    if network.nat == "none" and missing and settings.services:
        yield _at(
            ["network", "nat"],
            f"without NAT tasks cannot start: add {limits.listed(missing)} to network.endpoints, or use single or perZone",
            "network.endpoints",
        )


def _names(settings: Settings) -> Iterator[Problem]:
    """Check generated names, and that no two services share one."""
    label = settings.label
    if settings.database and settings.database.name is None:
        yield from _found(["database", "name"], limits.rds_identifier(label), "app")
    if settings.cache and settings.cache.name is None:
        yield from _found(["cache", "name"], limits.cache_identifier(label), "app")
    for what, name in (("name", service_name), ("family", family), ("logGroup", log_group)):
        users: dict[str, list[str]] = defaultdict(list)
        for key, service in settings.services.items():
            users[name(settings, key, service)].append(key)
        for value, keys in users.items():
            if len(keys) > 1:
                about = [f"services.{key}.{setting}" for key in keys for setting in ("name", "family", "logGroup")]
                yield _at(
                    ["services", keys[1], what],
                    f"{value!r} is also what services.{keys[0]} is called; each needs its own",
                    *about,
                )


def service_name(_: Settings, key: str, service: Service) -> str:
    """Return the name of an ECS service."""
    return service.name or key


def family(settings: Settings, key: str, service: Service) -> str:
    """Return the family of a service's task definition, unique in the account."""
    return service.family or service.name or f"{settings.label}-{key}"


def log_group(settings: Settings, key: str, service: Service) -> str:
    """Return the log group of a service, unique in the region."""
    return service.log_group or f"/ecs/{family(settings, key, service)}"


def _edge(settings: Settings) -> Iterator[Problem]:
    domain, balancer, cdn = settings.domain, settings.load_balancer, settings.cdn
    if domain and (domain.zone_id is None) == (domain.zone is None):
        yield _at(["domain"], "give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both")
    if domain and domain.zone:
        for place, name in (
            (["domain", "host"], domain.host),
            *((["domain", "alternativeHosts"], host) for host in domain.alternative_hosts),
        ):
            if not (name.removeprefix("*.") + ".").endswith(("." + domain.zone + ".", domain.zone + ".")):
                yield _at(place, f"{name!r} is not inside the zone {domain.zone}")
    if balancer and not domain and not balancer.certificate_arn:
        yield _at(
            ["loadBalancer"],
            "it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn",
            "domain",
        )
    if balancer and domain and balancer.certificate_arn:
        yield _at(
            ["loadBalancer", "certificateArn"],
            "the domain brings a certificate of its own: leave certificateArn out",
            "domain",
        )
    if domain and not balancer:
        yield _at(["domain"], "there is nothing to point it at: add slipway:loadBalancer", "loadBalancer")
    if cdn and not (domain and balancer):
        yield _at(
            ["cdn"],
            "CloudFront stands in front of the load balancer under the domain's name: add slipway:domain and slipway:loadBalancer",
            "domain",
            "loadBalancer",
        )
    if cdn and balancer and balancer.waf and cdn.waf:
        yield _at(
            ["loadBalancer", "waf"],
            "with a firewall at the edge the load balancer, which answers only CloudFront, needs none",
            "cdn",
        )


def _database(settings: Settings) -> Iterator[Problem]:
    database = settings.database
    if database is None:
        return
    engine = database.engine
    yield from _found(["database", "version"], limits.rds_version(engine, database.version), "database.engine")
    yield from _found(["database", "username"], limits.rds_username(engine, database.username), "database.engine")
    yield from _found(
        ["database", "databaseName"], limits.rds_database(engine, database_name(settings, database)), "app"
    )
    storage = limits.rds_storage(
        database.storage_type, database.storage_gib, database.iops, database.throughput_mibps, database.max_storage_gib
    )
    for problem in storage:
        yield _at(
            ["database", "storageGib"],
            problem,
            *(f"database.{name}" for name in ("storageType", "iops", "throughputMibps", "maxStorageGib")),
        )
    if database.insights_days is not None:
        yield from _found(
            ["database", "insightsDays"],
            limits.rds_insights(engine, database.instance_class),
            "database.engine",
            "database.instanceClass",
        )
    yield from _found(
        ["database", "backupWindow"],
        limits.windows(database.backup_window, database.maintenance_window),
        "database.maintenanceWindow",
    )


def database_name(settings: Settings, database: Database) -> str:
    """Return the name of the database inside the instance."""
    return database.database_name or settings.app.replace("-", "_")


def _cache(settings: Settings) -> Iterator[Problem]:
    cache = settings.cache
    if cache is None:
        return
    yield from _found(["cache", "version"], limits.cache_version(cache.engine, cache.version), "cache.engine")
    if cache.multi_az and cache.replicas == 0:
        yield _at(
            ["cache", "multiAz"],
            "a second zone needs a replica to stand in it: set replicas to 1 or more",
            "cache.replicas",
        )
    nodes = (cache.shards or 1) * (1 + cache.replicas)
    most = 90
    if nodes > most:
        yield _at(
            ["cache", "shards"],
            f"{nodes} nodes are too many; shards x (1 + replicas) may be at most {most}",
            "cache.replicas",
        )


def cache_spans_zones(cache: Cache) -> bool:
    """Tell whether a cache stands in several zones."""
    return cache.replicas > 0 if cache.multi_az is None else cache.multi_az


def _media(settings: Settings) -> Iterator[Problem]:
    media = settings.media
    if media and media.cdn and media.cdn.host:
        if settings.domain is None:
            yield _at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} needs a record: add slipway:domain with the zone it lives in",
                "domain",
            )
        elif media.cdn.host in (settings.domain.host, *settings.domain.alternative_hosts):
            yield _at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} already points at the application; media needs a host of its own",
                "domain",
            )


def _secrets(settings: Settings) -> Iterator[Problem]:
    for name in settings.secrets:
        if name in PART_SECRETS:
            yield _at(["secrets", name], f"{name!r} is what the {name}'s own secret is called; choose another name")
    url = settings.cache.url_secret if settings.cache else None
    if url in settings.secrets:
        yield _at(
            ["cache", "urlSecret"], f"{url!r} is filled by the program: take it out of slipway:secrets", "secrets"
        )
    days = settings.protection.secret_recovery_days
    if 0 < days < 7:  # noqa: PLR2004 - the bound is in the message
        yield _at(
            ["protection", "secretRecoveryDays"],
            f"{days} is not a recovery window Secrets Manager has; allowed: 0 or 7 to 30",
        )


def _services(settings: Settings) -> Iterator[Problem]:
    for key, service in settings.services.items():
        place = ["services", key]
        if problem := limits.fargate_size(service.cpu, service.memory_mib):
            yield _at(
                [*place, "memoryMib" if service.cpu in limits.FARGATE_MEMORY else "cpu"],
                problem,
                f"services.{key}.cpu",
                f"services.{key}.memoryMib",
            )
        for sidecars, total, what in (
            ([s.cpu for s in service.sidecars.values()], service.cpu, "cpu"),
            ([s.memory_mib for s in service.sidecars.values()], service.memory_mib, "memoryMib"),
        ):
            used = sum(size for size in sidecars if size)
            if used >= total:
                yield _at(
                    [*place, "sidecars"],
                    f"the sidecars' {what} of {used} leaves nothing of the task's {total} for the service",
                    f"services.{key}.cpu",
                    f"services.{key}.memoryMib",
                )
        yield from _container(settings, place, service, service)
        for name, sidecar in service.sidecars.items():
            yield from _container(settings, [*place, "sidecars", name], sidecar, service)
        yield from _tasks(place, service)
        yield from _health(place, service)
        for part in service.uses:
            if getattr(settings, part) is None:
                yield _at([*place, "uses"], f"{part!r} is not in this stack: add slipway:{part}", part)


def _container(settings: Settings, place: Sequence[str], container: Container, service: Service) -> Iterator[Problem]:
    yield from _image(settings, place, container)
    for name, value in container.environment.items():
        where = [*place, "environment", name]
        if secret_like(name, value):
            yield _at(
                where,
                "looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets",
            )
        if name in container.secrets:
            yield _at(where, "is also in secrets; a variable has one source")
        for reference in REFERENCE.findall(value):
            yield from _reference(settings, where, reference, container, service)
    for name, value in container.secrets.items():
        yield from _secret(settings, [*place, "secrets", name], value)
    check = container.health_check
    if check and len(check.command) == 1 and check.command[0] in READY_CHECKS:
        if service.port is None:
            yield _at(
                [*place, "healthCheck"],
                f"{check.command[0]!r} asks the service's port, and there is none: give port or a command",
            )
    elif check and check.command[0] not in ("CMD", "CMD-SHELL"):
        yield _at(
            [*place, "healthCheck", "command"],
            f"{check.command[0]!r} cannot come first; allowed: CMD or CMD-SHELL, then what to run; or {limits.listed(READY_CHECKS)} alone",
        )


def _image(settings: Settings, place: Sequence[str], container: Container) -> Iterator[Problem]:
    image, where = container.image, [*place, "image"]
    sources = [
        name
        for name, value in (("tag", image.tag), ("digest", image.digest), ("build", image.build))
        if value is not None
    ]
    if image.uri and (image.repository or sources):
        yield _at(where, "give uri alone, or repository with tag, digest or build")
        return
    if not image.uri and not image.repository:
        yield _at(where, "missing: give repository with tag, digest or build, or uri")
        return
    if image.repository and len(sources) != 1:
        yield _at(
            where,
            f"{image.repository!r} needs exactly one of tag, digest or build; {limits.listed(sources) if sources else 'none'} given",
        )
    if image.repository and settings.registry is None:
        yield _at(
            [*where, "repository"],
            f"{image.repository!r} is in no registry: add slipway:registry (`slipway:registry: {{}}` is enough), or give uri",
            "registry",
        )
    tag = image.tag
    if image.uri:
        last = image.uri.rsplit("/", maxsplit=1)[-1]
        tag = None if "@sha256:" in last else last.partition(":")[2] or "latest"
    if tag and limits.mutable_tag(tag) and settings.environment == "production" and not image.allow_mutable_tag:
        what = f"the tag {tag!r} moves, so nobody can tell what runs or go back to it"
        yield _at(
            [*where, "uri" if image.uri else "tag"],
            f"{what}; use a commit or digest, or say allowMutableTag: true",
            "environment",
        )


def _reference(
    settings: Settings, where: Sequence[str], reference: str, container: Container, service: Service
) -> Iterator[Problem]:
    part = reference.partition(".")[0]
    known = [f"{p}.{n}" if n else p for p, names in REFERENCES.items() for n in (names or ("",))]
    if reference not in known:
        yield _at(
            where, f"${{{reference}}} stands for nothing{_close(reference, known)}; allowed: {limits.listed(known)}"
        )
    elif part in ("database", "cache", "media", "domain") and getattr(settings, part) is None:
        yield _at(where, f"${{{reference}}} needs slipway:{part}, which this stack does not have", part)
    elif part in ("database", "cache", "media") and part not in service.uses:
        yield _at(
            where,
            f"${{{reference}}} is out of this service's reach: add {part} to its uses",
            ".".join([*where[:2], "uses"]),
        )
    elif reference == "image.tag" and not container.image.tag:
        yield _at(where, "${image.tag} needs an image with a tag", ".".join([*where[:-2], "image"]))


def _secret(settings: Settings, where: Sequence[str], value: str) -> Iterator[Problem]:
    name, _, key = value.partition(":")
    also = ["secrets", "cache.urlSecret"]
    if name in PART_SECRETS:
        keys = PART_SECRETS[name]
        if getattr(settings, name) is None:
            yield _at(where, f"{name} is not in this stack: add slipway:{name}", name)
        elif key not in keys:
            yield _at(where, f"the {name}'s secret has the keys {limits.listed(keys)}; write {name}:{keys[0]}")
        return
    url = settings.cache.url_secret if settings.cache else None
    declared = [*settings.secrets, *([url] if url else [])]
    if name not in declared:
        yield _at(
            where,
            f"names no secret of this stack{_close(name, declared)}; declare it in slipway:secrets (a value never belongs here)",
            *also,
        )
        return
    keys = settings.secrets[name].keys if name in settings.secrets else ()
    if key and key not in keys:
        yield _at(
            where,
            f"the secret {name} has no key {key!r}{_close(key, keys)}; its keys: {limits.listed(keys) if keys else 'none'}",
            *also,
        )
    if keys and not key:
        yield _at(
            where,
            f"the secret {name} is a document; write {name}:{keys[0]}, with one of its keys {limits.listed(keys)}",
            *also,
        )


def _tasks(place: Sequence[str], service: Service) -> Iterator[Problem]:
    tasks, where = service.tasks, [*place, "tasks"]
    if tasks.count is not None:
        if tasks.min is not None or tasks.max is not None or tasks.desired is not None:
            yield _at(where, "give count alone, or min and max")
        elif service.scaling:
            yield _at(
                [*place, "scaling"], "a fixed count does not scale: give tasks.min and tasks.max", ".".join(where)
            )
        return
    if tasks.min is None or tasks.max is None:
        yield _at(where, "give min and max, or count")
        return
    desired = tasks.min if tasks.desired is None else tasks.desired
    if not tasks.min <= desired <= tasks.max:
        yield _at(where, f"min {tasks.min}, desired {desired} and max {tasks.max} must not decrease in this order")
    if service.scaling:
        if tasks.min == tasks.max:
            yield _at(
                [*place, "scaling"], f"min and max are both {tasks.min}: nothing to scale between", ".".join(where)
            )
        yield from _scaling(place, service, service.scaling)


def _scaling(place: Sequence[str], service: Service, scaling: Scaling) -> Iterator[Problem]:
    targets, steps = scaling.targets, scaling.steps
    if not (targets or steps):
        yield _at([*place, "scaling"], "give targets or steps, or leave scaling out for CPU at 70 %")
    if targets and targets.requests_per_minute and not service.route:
        yield _at(
            [*place, "scaling", "targets", "requestsPerMinute"],
            "only a service with a route gets requests",
            ".".join([*place, "route"]),
        )
    for name in ("cpu_percent", "memory_percent"):
        metric = "cpuPercent" if name == "cpu_percent" else "memoryPercent"
        step = getattr(steps, name) if steps else None
        if step and step.down >= step.up:
            yield _at([*place, "scaling", "steps", metric], f"down {step.down} must be below up {step.up}")
        if step and targets and getattr(targets, name):
            yield _at([*place, "scaling", "steps", metric], "is also a target; one metric scales in one way")


def _health(place: Sequence[str], service: Service) -> Iterator[Problem]:
    health = service.health
    if health.timeout_seconds is not None and health.timeout_seconds >= health.interval_seconds:
        yield _at(
            [*place, "health", "timeoutSeconds"],
            f"{health.timeout_seconds} must be below the interval of {health.interval_seconds} seconds",
            ".".join([*place, "health", "intervalSeconds"]),
        )


def _listener(settings: Settings) -> Iterator[Problem]:
    """Check the routes of all services together: one listener serves them all."""
    routes = {key: service.route for key, service in settings.services.items() if service.route}
    seen: dict[tuple[str, object], str] = {}
    for key, route in routes.items():
        place = ["services", key, "route"]
        yield from _route(settings, place, settings.services[key], route)
        match = (tuple(sorted(route.paths)), tuple(sorted(route.hosts)))
        for what, value, where, message in (
            (
                "priority",
                route.priority,
                [*place, "priority"],
                "{value} is also the priority of services.{other}; each needs its own",
            ),
            (
                "default",
                route.default or None,
                [*place, "default"],
                "services.{other} is the default already; there can be one",
            ),
            (
                "match",
                match if any(match) else None,
                place,
                "services.{other} gets the same requests; only one of the two would be used",
            ),
        ):
            if value is not None:
                other = seen.setdefault((what, value), key)
                if other != key:
                    yield _at(where, message.format(value=value, other=other), f"services.{other}.route")


def _route(settings: Settings, place: Sequence[str], service: Service, route: Route) -> Iterator[Problem]:
    if service.port is None:
        yield _at(place, "requests need a port to go to: give port", ".".join([*place[:2], "port"]))
    if settings.load_balancer is None:
        yield _at(place, "requests come through the load balancer: add slipway:loadBalancer", "loadBalancer")
    matches = bool(route.paths or route.hosts)
    if not matches and not route.default:
        yield _at(place, "give paths, hosts or default: true")
    if route.default and (matches or route.priority):
        yield _at(place, "the default service gets what is left over: leave paths, hosts and priority out")
    if matches and route.priority is None:
        yield _at(place, "missing priority: the order among services, 1 to 50000")
    yield from _found(place, _too_many_values(settings, route))
    domain = settings.domain
    for index, host in enumerate(route.hosts if domain else ()):
        if domain and not _covered(host, (domain.host, *domain.alternative_hosts)):
            yield _at(
                [*place, "hosts", index], f"{host!r} is on no certificate: add it to domain.alternativeHosts", "domain"
            )


def _too_many_values(settings: Settings, route: Route) -> str | None:
    """Check a listener rule's limit of five condition values: a pattern that ends in `/*` takes two, the origin's header one."""
    most = 5
    values = (
        len(route.hosts)
        + sum(2 if p.endswith("/*") and p != "/*" else 1 for p in route.paths)
        + (1 if settings.cdn else 0)
    )
    return (
        f"{values} values to match are too many for one rule; at most {most} (a path that ends in /* counts twice)"
        if values > most
        else None
    )


def _covered(host: str, hosts: Iterable[str]) -> bool:
    return any(host == name or (name.startswith("*.") and host.partition(".")[2] == name[2:]) for name in hosts)


def _close(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""
