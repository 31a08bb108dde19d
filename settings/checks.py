"""What no single setting can tell: the rules between settings, and AWS's limits on what follows from several."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import limits
from settings.model import READY_CHECKS, Cache, Container, Database, Route, Service, Settings
from settings.problems import Problem, secret_like
from settings.shape import Place

REFERENCE: Final = re.compile(r"\$\{([^}]*)\}")
"""A reference in an environment value, such as `${database.host}`."""

REFERENCES: Final[Mapping[str, str]] = {
    "app": "the application's name",
    "environment": "production, staging or development",
    "aws.region": "the region",
    "domain.host": "the application's host name",
    "database.host": "the database's address",
    "database.port": "the database's port",
    "database.name": "the name of the database inside",
    "cache.host": "the cache's address (in cluster mode its configuration endpoint)",
    "cache.port": "the cache's port",
    "media.bucket": "the media bucket's name",
    "media.url": "where browsers find media, without a slash at the end",
    "image.tag": "the tag of this container's image",
}
"""What `${...}` may name in an environment value, and what it stands for."""

PART_SECRETS: Final[Mapping[str, Mapping[str, str]]] = {
    "database": {"username": "the master user", "password": "its password, which RDS keeps and changes"},
    "cache": {
        "token": "the token to log in with",
        "url": "address, port and token in one: rediss://...",
        "host": "the address",
        "port": "the port",
    },
}
"""Keys of the secrets that come with a part, and what is in them: `database:password`."""


OWN_TAGS: Final = ("app", "environment", "managed-by")
"""Tags that the program sets itself."""


def problems(settings: Settings) -> list[Problem]:
    """Return every mistake between the settings."""
    found: list[Problem] = []
    for check in (_tags, _network, _names, _domain, _edge, _database, _cache, _media, _secrets, _services, _listener):
        found += check(settings)
    return found


def warnings(settings: Settings) -> list[Problem]:
    """Return what is legal but unwise."""
    database = settings.database
    found: list[Problem] = []
    if database:
        for warning in (limits.rds_closed_version, limits.rds_extended_support):
            found += _found(["database", "version"], warning(database.engine, database.version))
    return found


def _at(place: Place, message: str, *about: Place) -> Problem:
    """Return a problem at a place, judged by what is there and by further places."""
    return Problem(place=place, message=message, about=about)


def _found(place: Place, problem: str | None, *about: Place) -> Iterator[Problem]:
    if problem:
        yield _at(place, problem, *about)


def _tags(settings: Settings) -> Iterator[Problem]:
    """Check that no tag takes another's place: IAM does not tell capital letters from small ones."""
    seen = dict.fromkeys(OWN_TAGS, "the program sets it")
    for key in settings.tags:
        if key.lower() in seen:
            yield _at(["tags", key], f"{key!r} is there already: {seen[key.lower()]}; choose another key")
        seen[key.lower()] = f"as {key!r}"


def _network(settings: Settings) -> Iterator[Problem]:
    network, region = settings.network, settings.aws.region
    yield from _found(["network", "zones"], limits.zones(network.zones), ["network", "zones", "*"])
    for index, zone in enumerate(network.zones):
        yield from _found(["network", "zones", index], limits.zone(zone, region), ["aws", "region"])
    missing = [name for name in limits.ENDPOINTS_WITHOUT_NAT if name not in network.endpoints]
    if network.nat == "none" and missing and settings.services:
        yield _at(
            ["network", "nat"],
            f"without NAT tasks cannot start: add {limits.listed(missing)} to network.endpoints, or use single or perZone",
            ["network", "endpoints", "*"],
        )


_LABEL: Final[Sequence[Place]] = (["app"], ["environment"], ["ownerId"])
"""What generated names are made of."""


def _names(settings: Settings) -> Iterator[Problem]:
    """Check generated names, and that no two services share one."""
    label = settings.label
    if settings.database and settings.database.name is None:
        yield from _found(["database", "name"], limits.rds_identifier(label), *_LABEL)
    if settings.cache and settings.cache.name is None:
        yield from _found(["cache", "name"], limits.cache_identifier(label), *_LABEL)
    for what, name in (("name", service_name), ("family", family), ("logGroup", log_group)):
        users: dict[str, list[str]] = defaultdict(list)
        for key, service in settings.services.items():
            users[name(settings, key, service)].append(key)
        for value, keys in users.items():
            if len(keys) > 1:
                about = [["services", key, setting] for key in keys for setting in ("name", "family", "logGroup")]
                for key in keys[1:]:
                    yield _at(
                        ["services", key, what],
                        f"{value!r} is also that of services.{keys[0]}; each needs its own",
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


def _domain(settings: Settings) -> Iterator[Problem]:
    domain = settings.domain
    if domain is None:
        return
    if (domain.zone_id is None) == (domain.zone is None):
        yield _at(
            ["domain"],
            "give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both",
            ["domain", "zoneId"],
            ["domain", "zone"],
        )
    hosts: list[tuple[Place, str]] = [(["domain", "host"], domain.host)]
    hosts += [(["domain", "alternativeHosts", n], host) for n, host in enumerate(domain.alternative_hosts)]
    for place, host in hosts:
        if domain.zone and not _inside(host, domain.zone):
            yield _at(place, f"{limits.short(host)} is not inside the zone {domain.zone}", ["domain", "zone"])
    if len({host for _, host in hosts}) < len(hosts):
        yield _at(
            ["domain", "alternativeHosts"],
            "names a host twice, or domain.host again",
            ["domain", "alternativeHosts", "*"],
            ["domain", "host"],
        )
    if settings.load_balancer is None:
        yield _at(["domain"], "there is nothing to point it at: add slipway:loadBalancer", ["loadBalancer"])


def _inside(host: str, zone: str) -> bool:
    return f".{host.removeprefix('*.')}".endswith(f".{zone}")


def _edge(settings: Settings) -> Iterator[Problem]:
    domain, balancer, cdn = settings.domain, settings.load_balancer, settings.cdn
    if balancer and not domain and not balancer.certificate_arn:
        yield _at(
            ["loadBalancer"],
            "it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn",
            ["domain"],
            ["loadBalancer", "certificateArn"],
        )
    if balancer and domain and balancer.certificate_arn:
        yield _at(
            ["loadBalancer", "certificateArn"],
            "the domain brings a certificate of its own: leave certificateArn out",
            ["domain"],
        )
    if cdn and not (domain and balancer):
        yield _at(
            ["cdn"],
            "CloudFront stands in front of the load balancer under the domain's name: add slipway:domain and slipway:loadBalancer",
            ["domain"],
            ["loadBalancer"],
        )
    if cdn and balancer and balancer.waf:
        yield _at(
            ["loadBalancer", "waf"],
            "behind CloudFront its rate limit would count CloudFront's own addresses: give cdn.waf instead",
            ["cdn"],
        )


def _database(settings: Settings) -> Iterator[Problem]:
    database = settings.database
    if database is None:
        return
    engine, judged_by = database.engine, ["database", "engine"]
    yield from _found(["database", "version"], limits.rds_version(engine, database.version), judged_by)
    yield from _found(["database", "username"], limits.rds_username(engine, database.username), judged_by)
    yield from _found(
        ["database", "databaseName"],
        limits.rds_database(engine, database_name(settings, database)),
        judged_by,
        *([] if database.database_name else [["app"]]),
    )
    storage = limits.rds_storage(
        database.storage_type, database.storage_gib, database.iops, database.throughput_mibps, database.max_storage_gib
    )
    for problem in storage:
        yield _at(
            ["database", "storageGib"],
            problem,
            *(["database", name] for name in ("storageType", "iops", "throughputMibps", "maxStorageGib")),
        )
    if database.insights_days is not None:
        yield from _found(
            ["database", "insightsDays"],
            limits.rds_insights(engine, database.instance_class),
            judged_by,
            ["database", "instanceClass"],
        )
    yield from _found(
        ["database", "backupWindow"],
        limits.windows(database.backup_window, database.maintenance_window),
        ["database", "maintenanceWindow"],
    )


def database_name(settings: Settings, database: Database) -> str:
    """Return the name of the database inside the instance."""
    return database.database_name or settings.app.replace("-", "_")


def _cache(settings: Settings) -> Iterator[Problem]:
    cache = settings.cache
    if cache is None:
        return
    yield from _found(["cache", "version"], limits.cache_version(cache.engine, cache.version), ["cache", "engine"])
    yield from _found(
        ["cache", "nodeType"], limits.cache_node_engine(cache.engine, cache.node_type), ["cache", "engine"]
    )
    if cache.multi_az and cache.replicas == 0:
        yield _at(
            ["cache", "multiAz"],
            "a second zone needs a replica to stand in it: set replicas to 1 or more",
            ["cache", "replicas"],
        )
    nodes = (cache.shards or 1) * (1 + cache.replicas)
    most = 90
    if nodes > most:
        yield _at(
            ["cache", "shards"],
            f"{nodes} nodes are too many; shards x (1 + replicas) may be at most {most}",
            ["cache", "replicas"],
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
                ["domain"],
            )
        elif media.cdn.host in (settings.domain.host, *settings.domain.alternative_hosts):
            yield _at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} already points at the application; media needs a host of its own",
                ["domain", "host"],
                ["domain", "alternativeHosts", "*"],
            )
        elif settings.domain.zone and not _inside(media.cdn.host, settings.domain.zone):
            yield _at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} is not inside the zone {settings.domain.zone}",
                ["domain", "zone"],
            )


def _secrets(settings: Settings) -> Iterator[Problem]:
    for name in settings.secrets:
        if name in PART_SECRETS:
            yield _at(["secrets", name], f"{name!r} is what the {name}'s own secret is called; choose another name")
    url = settings.cache.url_secret if settings.cache else None
    if url in settings.secrets:
        yield _at(
            ["cache", "urlSecret"],
            f"{url!r} is filled by the program: take it out of slipway:secrets",
            ["secrets", str(url)],
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
                [*place, "cpu"],
                [*place, "memoryMib"],
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
                    [*place, "sidecars", "*"],
                    [*place, what],
                )
        yield from _container(settings, place, service, service)
        for name, sidecar in service.sidecars.items():
            yield from _container(settings, [*place, "sidecars", name], sidecar, service)
        yield from _tasks(place, service)
        yield from _scaling(place, service)
        yield from _health(place, service)
        for index, part in enumerate(service.uses):
            if getattr(settings, part) is None:
                yield _at([*place, "uses", index], f"{part!r} is not in this stack: add slipway:{part}", [part])


def _container(settings: Settings, place: Sequence[str], container: Container, service: Service) -> Iterator[Problem]:
    yield from _image(settings, place, container)
    for name, value in container.environment.items():
        where = [*place, "environment", name]
        if secret_like(name, value):
            yield _at(
                where,
                "looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets",
            )
            continue
        if name in container.secrets:
            yield _at(where, "is also in secrets; a variable has one source", [*place, "secrets", name])
        for reference in REFERENCE.findall(value):
            yield from _reference(settings, where, reference, container, service)
    for name, value in container.secrets.items():
        yield from _secret(settings, [*place, "secrets", name], value, service.uses)
    check = container.health_check
    if check and len(check.command) == 1 and check.command[0] in READY_CHECKS:
        if service.port is None:
            yield _at(
                [*place, "healthCheck"],
                f"{check.command[0]!r} asks the service's port, and there is none: give port or a command",
                [*place[:2], "port"],
            )
    elif check and check.command[0] not in ("CMD", "CMD-SHELL"):
        yield _at(
            [*place, "healthCheck", "command"],
            f"{limits.short(check.command[0])} cannot come first; allowed: CMD or CMD-SHELL, then what to run; or {limits.listed(READY_CHECKS)} alone",
            [*place, "healthCheck", "command", "*"],
        )


def _image(settings: Settings, place: Sequence[str], container: Container) -> Iterator[Problem]:
    image, where = container.image, [*place, "image"]
    about = [[*where, name] for name in ("uri", "repository", "tag", "digest", "build")]
    sources = [
        name
        for name, value in (("tag", image.tag), ("digest", image.digest), ("build", image.build))
        if value is not None
    ]
    if image.uri and (image.repository or sources):
        yield _at(where, "give uri alone, or repository with tag, digest or build", *about)
        return
    if not image.uri and not image.repository:
        yield _at(where, "give repository with tag, digest or build, or uri", *about)
        return
    if image.repository and len(sources) != 1:
        yield _at(
            where,
            f"{limits.short(image.repository)} needs exactly one of tag, digest or build; {' and '.join(sources) or 'none'} given",
            *about,
        )
    if image.repository and settings.registry is None:
        yield _at(
            [*where, "repository"],
            f"{limits.short(image.repository)} is in no registry: add slipway:registry (`slipway:registry: {{}}` is enough), or give uri",
            ["registry"],
        )
    tag = image.tag
    if image.uri:
        last = image.uri.rsplit("/", maxsplit=1)[-1]
        tag = None if "@sha256:" in last else last.partition(":")[2] or "latest"
    if tag and limits.mutable_tag(tag) and settings.environment == "production" and not image.allow_mutable_tag:
        what = f"the tag {limits.short(tag)} moves, so nobody can tell what runs or go back to it"
        yield _at(
            [*where, "uri" if image.uri else "tag"],
            f"{what}; use a commit or digest, or say allowMutableTag: true",
            ["environment"],
            [*where, "allowMutableTag"],
        )


def _reference(
    settings: Settings, where: Sequence[str], reference: str, container: Container, service: Service
) -> Iterator[Problem]:
    part = reference.partition(".")[0]
    if reference not in REFERENCES:
        known = list(REFERENCES)
        meant = limits.meant(reference, known)
        yield _at(where, f"${{{_cut(reference)}}} stands for nothing{meant}; allowed in ${{}}: {limits.listed(known)}")
    elif part in ("database", "cache", "media", "domain") and getattr(settings, part) is None:
        yield _at(where, f"${{{reference}}} needs slipway:{part}, which this stack does not have", [part])
    elif part in ("database", "cache", "media") and part not in service.uses:
        yield _at(
            where,
            f"${{{reference}}} is out of this service's reach: add {part} to its uses",
            [*where[:2], "uses", "*"],
        )
    elif reference == "image.tag" and not container.image.tag:
        yield _at(
            where, "${image.tag} needs an image with a tag", [*where[:-2], "image"], [*where[:-2], "image", "tag"]
        )


def _secret(settings: Settings, where: Sequence[str], value: str, uses: Sequence[str]) -> Iterator[Problem]:
    name, _, key = value.partition(":")
    if name in PART_SECRETS:
        known = list(PART_SECRETS[name])
        if getattr(settings, name) is None:
            yield _at(where, f"{name} is not in this stack: add slipway:{name}", [name])
        elif key not in known:
            yield _at(
                where, f"the {name}'s secret has no such key; allowed: {limits.listed([f'{name}:{k}' for k in known])}"
            )
        elif name not in uses:
            yield _at(
                where,
                f"{value} is of no use without a way to the {name}: add {name} to this service's uses",
                [*where[:2], "uses", "*"],
            )
        return
    url = settings.cache.url_secret if settings.cache else None
    declared = [*settings.secrets, *([url] if url else [])]
    if name not in declared:
        yield _at(
            where,
            f"names no secret of this stack{limits.meant(name, declared)}; declare it in slipway:secrets (a value never belongs here)",
            ["secrets", name],
            ["cache", "urlSecret"],
            *([["secrets"]] if not settings.secrets else []),
        )
        return
    known = list(settings.secrets[name].keys) if name in settings.secrets else []
    about = ["secrets", name, "keys", "*"]
    if key and key not in known:
        yield _at(
            where,
            f"the secret {name} has no such key{limits.meant(key, known)}; its keys: {limits.listed(known) if known else 'none'}",
            about,
        )
    if known and not key:
        yield _at(
            where,
            f"the secret {name} is a document; write {name}:{known[0]}, with one of its keys {limits.listed(known)}",
            about,
        )


def _cut(text: str) -> str:
    most = 40
    return text if len(text) <= most else "..."


def _tasks(place: Sequence[str], service: Service) -> Iterator[Problem]:
    tasks, where = service.tasks, [*place, "tasks"]
    whole = [*where, "*"]
    if tasks.count is not None:
        if tasks.min is not None or tasks.max is not None or tasks.desired is not None:
            yield _at(where, "give count alone, or min and max", whole)
        elif service.scaling:
            yield _at([*place, "scaling"], "a fixed count does not scale: give tasks.min and tasks.max", whole)
        return
    if tasks.min is None or tasks.max is None:
        yield _at(where, "give min and max, or count", whole)
        return
    desired = tasks.min if tasks.desired is None else tasks.desired
    if not tasks.min <= desired <= tasks.max:
        counts = f"min {tasks.min}, desired {desired} and max {tasks.max}"
        yield _at(where, f"{counts} must not decrease in this order", whole)
    elif service.scaling and tasks.min == tasks.max:
        yield _at([*place, "scaling"], f"min and max are both {tasks.min}: nothing to scale between", whole)


def _scaling(place: Sequence[str], service: Service) -> Iterator[Problem]:
    scaling = service.scaling
    if scaling is None:
        return
    where = [*place, "scaling"]
    targets, steps = scaling.targets, scaling.steps
    if not (targets and targets.model_dump(exclude_none=True)) and not (steps and steps.model_dump(exclude_none=True)):
        yield _at(
            where,
            "give targets or steps with a metric, or leave scaling out for CPU at 70 %",
            [*where, "targets", "*"],
            [*where, "steps", "*"],
        )
    if targets and targets.requests_per_minute and not service.route:
        yield _at(
            [*where, "targets", "requestsPerMinute"], "only a service with a route gets requests", [*place, "route"]
        )
    for metric, step, target in (
        ("cpuPercent", steps and steps.cpu_percent, targets and targets.cpu_percent),
        ("memoryPercent", steps and steps.memory_percent, targets and targets.memory_percent),
    ):
        here = [*where, "steps", metric]
        if step and step.down >= step.up:
            yield _at(here, f"down {step.down} must be below up {step.up}", [*here, "*"])
        if step and target:
            yield _at(here, "is also a target; one metric scales in one way", [*where, "targets", metric])


def _health(place: Sequence[str], service: Service) -> Iterator[Problem]:
    for name, check in (("health", service.health), ("healthCheck", service.health_check)):
        if check and check.timeout_seconds is not None and check.timeout_seconds >= check.interval_seconds:
            yield _at(
                [*place, name, "timeoutSeconds"],
                f"{check.timeout_seconds} must be below the interval of {check.interval_seconds} seconds",
                [*place, name, "intervalSeconds"],
            )


def _listener(settings: Settings) -> Iterator[Problem]:
    """Check the routes of all services together: one listener serves them all."""
    routes = {key: service.route for key, service in settings.services.items() if service.route}
    seen: dict[tuple[str, object], str] = {}
    for key, route in routes.items():
        place = ["services", key, "route"]
        yield from _route(settings, place, settings.services[key], route)
        match = (tuple(sorted(set(route.paths))), tuple(sorted(set(route.hosts))))
        for what, value, message in (
            ("priority", route.priority, f"{route.priority} is also the priority of services.%s; each needs its own"),
            ("default", route.default or None, "services.%s is the default already; there can be one"),
            (
                "*",
                match if any(match) else None,
                "services.%s gets the same requests; only one of the two would be used",
            ),
        ):
            if value is None:
                continue
            other = seen.setdefault((what, value), key)
            if other != key:
                yield _at(
                    place if what == "*" else [*place, what],
                    message % other,
                    *(
                        ["services", one, "route", *part]
                        for one in (key, other)
                        for part in _JUDGED.get(what, [[what]])
                    ),
                )


_JUDGED: Final[Mapping[str, Sequence[Sequence[str]]]] = {"*": (("paths", "*"), ("hosts", "*"))}


def _route(settings: Settings, place: Sequence[str], service: Service, route: Route) -> Iterator[Problem]:
    if service.port is None:
        yield _at(place, "requests need a port to go to: give port", [*place[:2], "port"])
    if settings.load_balancer is None:
        yield _at(place, "requests come through the load balancer: add slipway:loadBalancer", ["loadBalancer"])
    matches = bool(route.paths or route.hosts)
    about = [[*place, "paths", "*"], [*place, "hosts", "*"], [*place, "default"]]
    if not matches and not route.default:
        yield _at(place, "give paths, hosts or default: true", *about)
    if route.default and (matches or route.priority):
        yield _at(
            place,
            "the default service gets what is left over: leave paths, hosts and priority out",
            *about,
            [*place, "priority"],
        )
    elif matches and route.priority is None:
        yield _at(place, "missing priority: the order among services, 1 to 50000", *about, [*place, "priority"])
    yield from _found(place, _too_many_values(settings, route), *about[:2], ["cdn"])
    domain = settings.domain
    for index, host in enumerate(route.hosts if domain else ()):
        if domain and not _covered(host, (domain.host, *domain.alternative_hosts)):
            yield _at(
                [*place, "hosts", index],
                f"{limits.short(host)} is on no certificate: add it to domain.alternativeHosts",
                ["domain", "host"],
                ["domain", "alternativeHosts", "*"],
            )


def _too_many_values(settings: Settings, route: Route) -> str | None:
    """Check a listener rule's limit of five condition values: a pattern that ends in `/*` takes two, the origin's header one."""
    most = 5
    paths = sum(2 if path.endswith("/*") and path != "/*" else 1 for path in route.paths)
    values = len(route.hosts) + paths + (1 if settings.cdn else 0)
    if values <= most:
        return None
    return f"{values} values to match are too many for one rule; at most {most} (a path that ends in /* counts twice)"


def _covered(host: str, hosts: Iterable[str]) -> bool:
    return any(host == name or (name.startswith("*.") and host.partition(".")[2] == name[2:]) for name in hosts)
