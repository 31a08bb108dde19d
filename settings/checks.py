"""What no single setting can tell: the rules between settings, and AWS's limits on what follows from several."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import limits
from limits import LAST_WEIGHTED_PRIORITY, MOST_RATE_LIMITS, capacity, network_acls
from limits.network_acls import Flow, Ranges
from policy.common import credentials
from settings.model import (
    READY_CHECKS,
    Cache,
    Cdn,
    Container,
    Database,
    Domain,
    Hibernation,
    Listener,
    LogRouter,
    ReadReplica,
    Route,
    Service,
    Settings,
    Waf,
)
from settings.problems import Problem
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
    "database.replicaHost": "the address of its read replica",
    "database.iamUsername": "the database user to log in as with a token of IAM's",
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
    for check in (
        _tags,
        _network,
        _names,
        _domain,
        _edge,
        _database,
        _cache,
        _media,
        _secrets,
        _registry,
        _services,
        _migrations,
        _listener,
        _notify,
        _alarms,
        _connections,
        _outside,
        _acls,
        _replicate,
        _delivery,
        _backup,
        _budget,
        _hibernation,
    ):
        found += check(settings)
    return found


def warnings(settings: Settings) -> list[Problem]:
    """Return what is legal but unwise."""
    database = settings.database
    found: list[Problem] = []
    if database:
        for warning in (limits.rds_closed_version, limits.rds_unknown_minor, limits.rds_extended_support):
            found += _found(["database", "version"], warning(database.engine, database.version))
    return [*found, *_unowned(settings), *_quota(settings), *_unbuildable(settings), *_asleep(settings)]


def _unowned(settings: Settings) -> Iterator[Problem]:
    if settings.environment == "production" and "owner" not in settings.tags:
        yield _at(["tags"], "there is no owner among them, which the policy required-tags asks for in production")


def _quota(settings: Settings) -> Iterator[Problem]:
    hosts, usual = 1 + len(settings.domain.alternative_hosts) if settings.domain else 0, 10
    if hosts > usual:
        yield _at(
            ["domain", "alternativeHosts"],
            f"{hosts} hosts on one certificate; AWS allows an account {usual} until it is asked for more",
        )


def _unbuildable(settings: Settings) -> Iterator[Problem]:
    for key, service in settings.services.items():
        place = ["services", key]
        containers: list[tuple[Place, Container]] = [(place, service)]
        containers += [([*place, "sidecars", name], sidecar) for name, sidecar in service.sidecars.items()]
        for where, container in containers:
            build = container.image.build
            if build and not Path(build.context).is_dir():
                message = f"there is no folder {limits.short(build.context)} here to build from"
                yield _at([*where, "image", "build", "context"], message)


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
    if settings.database and settings.database.read_replica:
        identifier = f"{settings.database.name or label}-replica"
        yield from _found(["database", "readReplica"], limits.rds_identifier(identifier), ["database", "name"], *_LABEL)
    if settings.cache and settings.cache.name is None:
        yield from _found(["cache", "name"], limits.cache_identifier(label), *_LABEL)
    for what, name in (("name", service_name), ("family", family)):
        users: dict[str, list[str]] = defaultdict(list)
        for key, service in settings.services.items():
            users[name(settings, key, service)].append(key)
        for value, keys in users.items():
            if len(keys) > 1:
                about = [["services", key, setting] for key in keys for setting in ("name", "family")]
                for key in keys[1:]:
                    yield _at(
                        ["services", key, what],
                        f"{value!r} is also that of services.{keys[0]}; each needs its own",
                        *about,
                    )
    yield from _log_groups(settings)


def _log_groups(settings: Settings) -> Iterator[Problem]:
    """Check that no two services, nor two routes, log to one group."""
    seen: dict[str, tuple[Place, str]] = {}
    for key, service in settings.services.items():
        places: list[Place] = [["services", key, "logGroup"]]
        if service.log_router:
            places += [["services", key, "logRouter", "routes", kind] for kind in service.log_router.routes]
        for place, group in zip(places, log_groups(settings, key, service), strict=True):
            first, owner = seen.setdefault(group, (place, key))
            if first != place:
                named = [["services", one, what] for one in (owner, key) for what in ("name", "family", "logGroup")]
                yield _at(place, f"{group!r} is also that of services.{owner}; each needs its own", first, *named)


def service_name(_: Settings, key: str, service: Service) -> str:
    """Return the name of an ECS service."""
    return service.name or key


def family(settings: Settings, key: str, service: Service) -> str:
    """Return the family of a service's task definition, unique in the account."""
    return service.family or service.name or f"{settings.label}-{key}"


def readers(settings: Settings, secret: str) -> Sequence[str]:
    """Return the names of the ECS services that read a secret."""
    return [
        service_name(settings, key, service)
        for key, service in settings.services.items()
        if any(secret in container.secrets.values() for container in (service, *service.sidecars.values()))
    ]


def migration_family(settings: Settings, key: str, service: Service) -> str:
    """Return the family of the task definition that migrates the database; empty where the service does not."""
    if service.migrate is None:
        return ""
    return service.migrate.family or f"{family(settings, key, service)}-migrate"


def log_group(settings: Settings, key: str, service: Service) -> str:
    """Return the log group of a service, unique in the region."""
    return service.log_group or f"/ecs/{family(settings, key, service)}"


def log_groups(settings: Settings, key: str, service: Service) -> Sequence[str]:
    """Return the log groups of a service: its own, then those of its router's routes."""
    return [log_group(settings, key, service), *(service.log_router.routes.values() if service.log_router else ())]


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
    yield from _found(["domain", "host"], limits.certificate_name(domain.host))
    if settings.cdn:
        yield from _found(
            ["cdn", "originHost"], limits.certificate_name(origin_host(settings.cdn, domain)), ["domain", "host"]
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


def origin_host(cdn: Cdn, domain: Domain) -> str:
    """Return the host at which CloudFront reaches the load balancer."""
    return cdn.origin_host or f"origin.{domain.host}"


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
    if (
        balancer
        and balancer.certificate_arn
        and (region := balancer.certificate_arn.split(":")[3]) != settings.aws.region
    ):
        yield _at(
            ["loadBalancer", "certificateArn"],
            f"the certificate is in {region}; a load balancer in {settings.aws.region} takes those of its own region",
            ["aws", "region"],
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
    for section, waf in (("loadBalancer", balancer and balancer.waf), ("cdn", cdn and cdn.waf)):
        if waf:
            yield from _rate_limits([section, "waf"], waf)


def _rate_limits(place: Sequence[str], waf: Waf) -> Iterator[Problem]:
    """Check the limits by path against each other and against the general one, which counts 300 seconds."""
    paths = [item.path for item in waf.rate_limits]
    yield from _found(
        [*place, "rateLimits"], limits.rate_limits(paths, MOST_RATE_LIMITS), [*place, "rateLimits", "*", "path"]
    )
    for index, item in enumerate(waf.rate_limits):
        here: Place = [*place, "rateLimits", index]
        if item.limit * 300 >= waf.rate_limit * max(item.window_seconds, 300):
            yield _at(
                [*here, "limit"],
                f"{item.limit} per {item.window_seconds} seconds is never reached: {'.'.join(place)}.rateLimit blocks an address at {waf.rate_limit} per 300",
                [*here, "windowSeconds"],
                [*place, "rateLimit"],
            )


def _database(settings: Settings) -> Iterator[Problem]:
    database = settings.database
    if database is None:
        return
    engine, judged_by = database.engine, ["database", "engine"]
    yield from _found(["database", "version"], limits.rds_version(engine, database.version), judged_by)
    if not database.auto_minor_upgrade and (full := limits.RDS_NEWEST_MINOR[engine].get(database.version)):
        yield _at(
            ["database", "version"],
            f"{database.version!r} alone lets AWS choose the minor version, which autoMinorUpgrade: false forbids: name one, such as {full}",
            ["database", "autoMinorUpgrade"],
            judged_by,
        )
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
    judged = [["database", name] for name in ("storageType", *_STORAGE.values())]
    for name, problem in storage:
        yield _at(["database", _STORAGE[name]], problem, *judged)
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
    for name, (value, _) in limits.RDS_OWN_PARAMETERS[engine].items():
        if name in database.parameters:
            yield _at(["database", "parameters", name], f"the program sets it, to {value}: leave it out", judged_by)
    yield from _logins(database)
    if database.read_replica:
        yield from _read_replica(settings, database, database.read_replica)


_STORAGE: Final[Mapping[str, str]] = {
    "storage_gib": "storageGib",
    "iops": "iops",
    "throughput": "throughputMibps",
    "max_storage_gib": "maxStorageGib",
}
"""The settings of storage by what `limits.rds_storage` calls them."""


def _logins(database: Database) -> Iterator[Problem]:
    """Check who logs in to the database, and with what."""
    kept, user = database.managed_password, database.iam_username
    if not kept and "rotate_days" in database.model_fields_set:
        yield _at(
            ["database", "rotateDays"],
            f"{database.rotate_days}, but RDS changes only a password that it keeps: leave it out, or managedPassword at true",
            ["database", "managedPassword"],
        )
    if not database.iam_authentication and "iam_username" in database.model_fields_set:
        yield _at(
            ["database", "iamUsername"],
            f"{limits.short(user)} is of no use: say iamAuthentication: true, or leave it out",
            ["database", "iamAuthentication"],
        )
    elif database.iam_authentication:
        yield from _found(
            ["database", "iamUsername"], limits.rds_username(database.engine, user), ["database", "engine"]
        )
        if user == database.username:
            yield _at(
                ["database", "iamUsername"],
                f"{user!r} is the master user, whose password would no longer work: choose another",
                ["database", "username"],
            )
    if database.iam_authentication and database.proxy:
        yield _at(
            ["database", "proxy"],
            "logs in with the password alone, so that services cannot use iamAuthentication: true; take one of the two out",
            ["database", "iamAuthentication"],
        )


def _read_replica(settings: Settings, database: Database, replica: ReadReplica) -> Iterator[Problem]:
    place: Place = ["database", "readReplica"]
    if database.managed_password:
        yield _at(
            place,
            "AWS makes no replica of a database whose password RDS keeps (managedPassword: true); "
            "say managedPassword: false, or leave readReplica out",
            ["database", "managedPassword"],
        )
    if settings.hibernation:
        yield _at(
            place,
            "RDS stops no database that has a replica: leave it or slipway:hibernation out",
            ["hibernation"],
        )
    zones = settings.network.zones
    if replica.zone is not None and replica.zone not in zones:
        yield _at(
            [*place, "zone"],
            f"{limits.short(replica.zone)} is not a zone of this network; allowed: {limits.listed(list(dict.fromkeys(zones)))}",
            ["network", "zones", "*"],
        )
    if database.insights_days is not None and replica.instance_class:
        yield from _found(
            [*place, "instanceClass"],
            limits.rds_insights(database.engine, replica.instance_class),
            ["database", "engine"],
            ["database", "insightsDays"],
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
    windows = (("snapshotWindow", cache.snapshot_window), ("maintenanceWindow", cache.maintenance_window))
    for name, window in windows:
        yield from _found(["cache", name], limits.cache_window(window))
    yield from _found(
        ["cache", "snapshotWindow"],
        limits.windows(cache.snapshot_window, cache.maintenance_window),
        ["cache", "maintenanceWindow"],
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
        yield from _found(["media", "cdn", "host"], limits.certificate_name(media.cdn.host))
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
        for key in settings.secrets[name].key_rotate_days:
            if key not in settings.secrets[name].keys:
                known = ", ".join(settings.secrets[name].keys) or "none"
                yield _at(
                    ["secrets", name, "keyRotateDays", key],
                    f"{key!r} is not among the secret's keys; declared: {known}",
                    ["secrets", name, "keys", "*"],
                )
    for name, secret in settings.secrets.items():
        yield from _found(["secrets", name], limits.secret_description_length(secret.description, secret.keys))
    for name, problem in limits.apart(settings.secrets):
        yield _at(["secrets", name], problem)
    yield from _url_secrets(settings)
    days = settings.protection.secret_recovery_days
    if 0 < days < 7:  # noqa: PLR2004 - the bound is in the message
        yield _at(
            ["protection", "secretRecoveryDays"],
            f"{days} is not a recovery window Secrets Manager has; allowed: 0 or 7 to 30",
        )


def _url_secrets(settings: Settings) -> Iterator[Problem]:
    """Check the secrets that the program fills."""
    database, cache = settings.database, settings.cache
    replica = database.read_replica if database else None
    urls = {
        "database": database.url_secret if database else None,
        "cache": cache.url_secret if cache else None,
        "database's replica": replica.url_secret if replica else None,
    }
    places: Mapping[str, Place] = {
        "database": ["database", "urlSecret"],
        "cache": ["cache", "urlSecret"],
        "database's replica": ["database", "readReplica", "urlSecret"],
    }
    for part, url in urls.items():
        if url in settings.secrets:
            yield _at(
                places[part], f"{url!r} is filled by the program: take it out of slipway:secrets", ["secrets", str(url)]
            )
        elif url in PART_SECRETS:
            yield _at(places[part], f"{url!r} is what the {url}'s own secret is called; choose another name")
    for (first, one), (second, other) in itertools.combinations(urls.items(), 2):
        if one and other and limits.slug(one) == limits.slug(other):
            yield _at(places[second], f"{one!r} is also that of the {first}; each needs its own", places[first])
    network = settings.network
    if settings.url_secrets and network.nat == "none" and "ecs" not in network.endpoints:
        yield _at(
            ["network", "nat"],
            "without NAT nobody restarts the services that read a urlSecret: add ecs to network.endpoints, or use single or perZone",
            ["network", "endpoints", "*"],
            *places.values(),
        )


def _registry(settings: Settings) -> Iterator[Problem]:
    for _, problem in limits.apart(settings.repositories):
        yield _at(["registry", "repositories"], problem)


def _migrations(settings: Settings) -> Iterator[Problem]:
    """Check that services that migrate the database reach it, and that the migrations share their families with none."""
    families = {family(settings, key, service): key for key, service in settings.services.items()}
    for key in settings.migrating:
        place = ["services", key, "migrate"]
        own = migration_family(settings, key, settings.services[key])
        if own in families:
            yield _at(
                [*place, "family"],
                f"{own!r} is also that of services.{families[own]}; each needs its own",
                ["services", families[own], "family"],
                ["services", families[own], "name"],
                ["services", families[own], "migrate", "family"],
            )
        families.setdefault(own, key)
        if "database" not in settings.services[key].uses:
            yield _at(
                place,
                "brings a database up to date that it cannot reach: add database to this service's uses",
                ["services", key, "uses", "*"],
            )


def flows(settings: Settings) -> Sequence[Flow]:
    """Return the connections that access lists let through: what security groups let through."""
    balancer, services = settings.load_balancer, settings.services.values()
    redirect = balancer is not None and balancer.http_redirect and settings.cdn is None
    database = settings.database
    data = [connection_port(database)] if database else []
    data += [database_port(database)] if database and database.read_replica else []
    # A replica asks the database itself, from among the same subnets, as the proxy does.
    behind = [database_port(database)] if database and (database.proxy or database.read_replica) else []
    return network_acls.flows(
        entry_ports=([443, 80] if redirect else [443]) if balancer else [],
        task_ports=[port for s in services if s.route for port in (s.port, s.health.port) if port],
        data_ports=[*data, *([CACHE_PORT] if settings.cache else [])],
        proxied_ports=behind,
        egress=[(egress.port, egress.cidr) for service in services for egress in service.egress],
    )


_HTTPS: Final = 443
_PORTS: Final = {"postgres": 5432, "mysql": 3306}


def database_port(database: Database) -> int:
    """Return the port of the database itself."""
    return database.port or _PORTS[database.engine]


def connection_port(database: Database) -> int:
    """Return the port that services connect to: a proxy always listens on the engine's usual one."""
    return _PORTS[database.engine] if database.proxy else database_port(database)


CACHE_PORT: Final = 6379
"""The port of the cache."""


def _acls(settings: Settings) -> Iterator[Problem]:
    """Check that the rules fit, once the network itself is in order."""
    network = settings.network
    if not network.acls or any(_network(settings)):
        return
    ranges = Ranges(cidr=network.cidr, zones=network.zones)
    fitting = network_acls.too_many_rules(ranges, flows(settings), nat=network.nat != "none", quota=network.acl_rules)
    if problem := next(fitting, None):
        yield _at(
            ["network", "acls"],
            f"{problem} network.aclRules beside AWS's own: take fewer ports or zones, or raise it",
            ["network", "zones", "*"],
            ["network", "cidr"],
            ["services", "*"],
        )


def _replicate(settings: Settings) -> Iterator[Problem]:
    media = settings.media
    if media is None or media.replicate is None:
        return
    place: Place = ["media", "replicate"]
    yield from _elsewhere(settings, [*place, "region"], media.replicate.region)
    if not media.versioning:
        yield _at(place, "S3 copies only versioned buckets: leave media.versioning on", ["media", "versioning"])
    if media.bucket and media.bucket == media.replicate.bucket:
        yield _at([*place, "bucket"], f"{media.bucket!r} is the bucket itself", ["media", "bucket"])


def _elsewhere(settings: Settings, place: Place, region: str) -> Iterator[Problem]:
    """Check that a copy stands in another region, and under the same laws of AWS's as the rest."""
    own = settings.aws.region
    if region == own:
        yield _at(place, f"{region} is the stack's own region; name another", ["aws", "region"])
    elif limits.partition(region) != limits.partition(own):
        yield _at(place, f"{region} cannot be reached from {own}: they are of two AWS partitions", ["aws", "region"])


def _delivery(settings: Settings) -> Iterator[Problem]:
    delivery = settings.delivery
    if delivery is None:
        return
    github = delivery.github
    if (github.environment is None) == (github.branch is None):
        yield _at(
            ["delivery", "github"],
            "give environment or branch, whose jobs may deploy, and not both",
            ["delivery", "github", "environment"],
            ["delivery", "github", "branch"],
        )
    own = delivery.role_name or f"{settings.label}-deploy"
    if delivery.preview_role_name == own:
        yield _at(
            ["delivery", "previewRoleName"],
            f"{own!r} is the deploying role; the other needs a name of its own",
            ["delivery", "roleName"],
            *_LABEL,
        )


def _backup(settings: Settings) -> Iterator[Problem]:
    backup = settings.backup
    if backup is None:
        return
    if settings.database is None and settings.media is None:
        yield _at(
            ["backup"], "there is nothing to save: add slipway:database or slipway:media", ["database"], ["media"]
        )
    if settings.media and not settings.media.versioning:
        yield _at(
            ["backup"],
            "AWS Backup saves only versioned buckets: leave media.versioning on",
            ["media", "versioning"],
        )
    if database := settings.database:
        for name, window in (
            ("backupWindow", database.backup_window),
            ("maintenanceWindow", database.maintenance_window),
        ):
            yield from _found(["backup", "at"], limits.backup_start(backup.at, window), ["database", name])
    if backup.copy_region:
        yield from _elsewhere(settings, ["backup", "copyRegion"], backup.copy_region)
    elif backup.copy_days is not None:
        yield _at(["backup", "copyDays"], "there are no copies: give copyRegion", ["backup", "copyRegion"])


def _budget(settings: Settings) -> Iterator[Problem]:
    budget = settings.budget
    if budget is None:
        return
    if not budget.emails and budget.notify is None:
        yield _at(
            ["budget"], "nobody would be told: give emails or notify", ["budget", "emails", "*"], ["budget", "notify"]
        )
    if budget.notify and settings.notify is None:
        yield _at(["budget", "notify"], f"there is no {budget.notify} to tell: add slipway:notify", ["notify"])
    elif budget.notify and settings.notify and not getattr(settings.notify, budget.notify):
        yield _at(
            ["budget", "notify"],
            f"nobody is in notify.{budget.notify}: add somebody, or name another",
            ["notify", budget.notify, "*"],
        )
    tags = [*settings.tags, *OWN_TAGS]
    if budget.by_tag and budget.by_tag not in tags:
        yield _at(
            ["budget", "byTag"],
            f"nothing carries the tag {budget.by_tag!r}{limits.meant(budget.by_tag, tags)}; allowed: {limits.listed(tags)}",
            ["tags", "*"],
        )


def _hibernation(settings: Settings) -> Iterator[Problem]:
    hibernation, database = settings.hibernation, settings.database
    if hibernation is None:
        return
    if settings.environment == "production" and not hibernation.allow_in_production:
        yield _at(
            ["hibernation"],
            "production would be away at night; leave it out, or say allowInProduction: true",
            ["environment"],
            ["hibernation", "allowInProduction"],
        )
    if not settings.services and database is None:
        yield _at(["hibernation"], "there is nothing to put to rest: add slipway:services", ["services"], ["database"])
    for key, service in settings.services.items():
        if service.scaling and service.scaling.schedule:
            yield _at(
                ["services", key, "scaling", "schedule"],
                "would wake what slipway:hibernation puts to rest: take one of the two out",
                ["hibernation"],
            )
    yield from _night(hibernation, database)


def _night(hibernation: Hibernation, database: Database | None) -> Iterator[Problem]:
    """Check when the night is, and that the database's own work is by day."""
    wake, sleep = hibernation.wake, hibernation.sleep
    for name, clock, first, last in (("sleep", sleep, "00:00", "23:44"), ("wake", wake, "00:30", "23:59")):
        if not first <= clock <= last:
            yield _at(
                ["hibernation", name], f"{clock} is outside {first} to {last}: the database stops later, starts earlier"
            )
    if sleep == wake:
        yield _at(["hibernation", "wake"], f"{wake} is also sleep", ["hibernation", "sleep"])
    elif database:
        zone, weekends = hibernation.time_zone, hibernation.weekends
        for name, window in (
            ("backupWindow", database.backup_window),
            ("maintenanceWindow", database.maintenance_window),
        ):
            asleep = limits.awake(window, wake, sleep, zone, weekends=weekends)
            yield from _found(["database", name], asleep, ["hibernation", "*"])


WITHOUT_RESOURCES: Final[Sequence[str]] = (
    "cloudwatch:PutMetricData",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""What applications do in AWS that IAM cannot restrict to resources."""


def _services(settings: Settings) -> Iterator[Problem]:
    for key, service in settings.services.items():
        place = ["services", key]
        yield from _sizes(place, service)
        if service.log_router:
            yield from _log_router(settings, place, service, service.log_router)
        yield from _container(settings, place, service, service)
        for name, sidecar in service.sidecars.items():
            yield from _container(settings, [*place, "sidecars", name], sidecar, service)
        yield from _together(place, service)
        yield from _idle(place, service)
        yield from _tasks(place, service)
        yield from _scaling(place, service)
        yield from _deployment(settings, place, service)
        yield from _health(place, service)
        for index, part in enumerate(service.uses):
            if getattr(settings, part) is None:
                yield _at([*place, "uses", index], f"{part!r} is not in this stack: add slipway:{part}", [part])
        for index, permission in enumerate(service.permissions):
            narrow = [action for action in permission.actions if action not in WITHOUT_RESOURCES]
            if "*" in permission.resources and narrow:
                where: list[str | int] = [*place, "permissions", index]
                yield _at(
                    [*where, "resources"],
                    f"'*' allows {narrow[0]} on everything: name ARNs; only {limits.listed(WITHOUT_RESOURCES)} know none",
                    [*where, "actions", "*"],
                    [*where, "resources", "*"],
                )


def _together(place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that nothing in a task has the name or the port of something else there, and that nothing is let out twice."""
    if place[-1] in service.sidecars:
        yield _at([*place, "sidecars", place[-1]], f"{place[-1]!r} is the service's own container; choose another name")
    listening: dict[int, Place] = {service.port: [*place, "port"]} if service.port else {}
    for name, sidecar in service.sidecars.items():
        here: Place = [*place, "sidecars", name, "port"]
        if sidecar.port and (first := listening.setdefault(sidecar.port, here)) != here:
            yield _at(here, f"{sidecar.port} is taken in this task; each container listens on a port of its own", first)
    for index, egress in enumerate(service.egress):
        if egress in service.egress[:index]:
            yield _at([*place, "egress", index], f"{egress.port} to {egress.cidr} is there already")


def _idle(place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that what is given has an effect."""
    if "health" in service.model_fields_set and service.route is None:
        yield _at(
            [*place, "health"], "the load balancer asks only services with a route: leave it out", [*place, "route"]
        )
    if service.exec and service.read_only_root and "read_only_root" in service.model_fields_set:
        yield _at(
            [*place, "readOnlyRoot"], "exec makes the filesystem writable: take one of the two out", [*place, "exec"]
        )


def _sizes(place: Sequence[str], service: Service) -> Iterator[Problem]:
    router = [service.log_router.memory_mib] if service.log_router else []
    if problem := limits.fargate_size(service.cpu, service.memory_mib):
        yield _at(
            [*place, "memoryMib" if service.cpu in limits.FARGATE_MEMORY else "cpu"],
            problem,
            [*place, "cpu"],
            [*place, "memoryMib"],
        )
    for sidecars, total, what in (
        ([s.cpu for s in service.sidecars.values()], service.cpu, "cpu"),
        ([*(s.memory_mib for s in service.sidecars.values()), *router], service.memory_mib, "memoryMib"),
    ):
        used = sum(size for size in sidecars if size)
        if used >= total:
            yield _at(
                [*place, "sidecars"],
                f"the sidecars' {what} of {used} leaves nothing of the task's {total} for the service",
                [*place, "sidecars", "*"],
                [*place, "logRouter"],
                [*place, what],
            )


def _log_router(settings: Settings, place: Sequence[str], service: Service, router: LogRouter) -> Iterator[Problem]:
    """Check that a log router can be had, and that nothing in the task is called like it or listens where it does."""
    where = [*place, "logRouter"]
    yield from _image(settings, where, router, service)
    if router.image.build:
        yield _at([*where, "image", "build"], "a router's image is not built here: give its tag, digest or uri")
    for key in (place[-1], *service.sidecars):
        if key == limits.LOG_ROUTER:
            yield _at(where, f"its container is called {key!r} too: choose another name for that of the service", place)
    ports: list[tuple[Place, int | None]] = [([*place, "port"], service.port)]
    ports += [([*place, "sidecars", name, "port"], sidecar.port) for name, sidecar in service.sidecars.items()]
    for listening, port in ports:
        if port in limits.LOG_ROUTER_PORTS:
            yield _at(listening, f"{port} is what the log router listens on: choose another", where)


def _container(settings: Settings, place: Sequence[str], container: Container, service: Service) -> Iterator[Problem]:
    yield from _image(settings, place, container, service)
    for name, value in container.environment.items():
        where = [*place, "environment", name]
        if credentials.looks_secret(name, value):
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


def _image(
    settings: Settings, place: Sequence[str], container: Container | LogRouter, service: Service
) -> Iterator[Problem]:
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
    yield from _reach(settings, place, image.uri or "", service)
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


def _reach(settings: Settings, place: Sequence[str], uri: str, service: Service) -> Iterator[Problem]:
    """Check that tasks get to the registry of an image: that of the stack's own account and region has an endpoint in the network."""
    registry = uri.partition("/")[0]
    if not uri or f".dkr.ecr.{settings.aws.region}." in registry:
        return
    let_out = ":" in registry or any(e.port == _HTTPS and e.cidr == "0.0.0.0/0" for e in service.egress)
    if settings.network.nat == "none" or not let_out:
        yield _at(
            [*place, "image"],
            f"is out of the tasks' reach: push it to an ECR repository in {settings.aws.region} and name that, "
            "or let them out to HTTPS anywhere, through NAT",
            ["network", "nat"],
            ["aws", "region"],
            [*place[:2], "egress", "*"],
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
    elif reference == "database.replicaHost" and settings.database and not settings.database.read_replica:
        yield _at(
            where, "${database.replicaHost} needs a replica: add database.readReplica", ["database", "readReplica"]
        )
    elif reference == "database.iamUsername" and settings.database and not settings.database.iam_authentication:
        yield _at(
            where,
            "${database.iamUsername} needs IAM authentication: say database.iamAuthentication: true",
            ["database", "iamAuthentication"],
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
    declared = [*settings.secrets, *settings.url_secrets]
    if name not in declared:
        yield _at(
            where,
            f"names no secret of this stack{limits.meant(name, declared)}; declare it in slipway:secrets (a value never belongs here)",
            ["secrets", name],
            ["database", "urlSecret"],
            ["database", "readReplica", "urlSecret"],
            ["cache", "urlSecret"],
            *([["secrets"]] if not settings.secrets else []),
        )
        return
    part = settings.url_secrets.get(name)
    if part and part not in uses:
        yield _at(
            where,
            f"{name} is of no use without a way to the {part}: add {part} to this service's uses",
            [*where[:2], "uses", "*"],
            [part, "urlSecret"],
        )
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
    for index, bounds in enumerate(scaling.schedule):
        if bounds.min > bounds.max:
            yield _at(
                [*where, "schedule", index],
                f"min {bounds.min} must not be above max {bounds.max}",
                [*where, "schedule", index, "*"],
            )
    metrics = [group.model_dump(exclude_none=True) for group in (targets, steps) if group]
    if not any(metrics) and not scaling.schedule:
        yield _at(
            where,
            "give targets or steps with a metric, or leave scaling out for CPU at 70 %",
            [*where, "targets", "*"],
            [*where, "steps", "*"],
            [*where, "schedule", "*"],
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


def _deployment(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that settings go with the strategy, and that blue/green has the rule of its own in which ECS switches."""
    deployment, where = service.deployment, [*place, "deployment"]
    blue_green = deployment.strategy == "blueGreen"
    others = (
        {"minimum_healthy_percent": "minimumHealthyPercent", "maximum_percent": "maximumPercent"}
        if blue_green
        else {"bake_minutes": "bakeMinutes", "rollback_percent": "rollbackPercent"}
    )
    for field, name in others.items():
        if field in deployment.model_fields_set:
            wanted = "rolling" if blue_green else "blueGreen"
            yield _at(
                [*where, name], f"goes with strategy {wanted} alone: leave it out, or choose that", [*where, "strategy"]
            )
    if not blue_green:
        yield from _room(where, place, service)
        return
    if service.route is None:
        yield _at(
            [*where, "strategy"],
            "blueGreen moves requests from old tasks to new ones, and none come here: give a route, or choose rolling",
            [*place, "route"],
        )
    if service.scaling and service.scaling.targets and service.scaling.targets.requests_per_minute:
        yield _at(
            [*place, "scaling", "targets", "requestsPerMinute"],
            "AWS does not scale by requests where deployments are blueGreen: take cpuPercent, or rolling",
            [*where, "strategy"],
        )
    if (alternate := f"{place[-1]}-alternate") in settings.services:
        yield _at(
            ["services", alternate],
            f"alarms call the second target group of services.{place[-1]} so: choose another name",
            [*where, "strategy"],
        )
    for key, other in settings.services.items():
        if service.route and service.route.default and other.route and other.route.priority == LAST_WEIGHTED_PRIORITY:
            yield _at(
                ["services", key, "route", "priority"],
                f"{LAST_WEIGHTED_PRIORITY} is that of services.{place[-1]}, the default with blueGreen; choose another",
                [*where, "strategy"],
                [*place, "route", "default"],
            )


def _room(where: Sequence[str], place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that a rolling deployment may start a task more or stop one: otherwise it never begins."""
    deployment, tasks = service.deployment, service.tasks
    fewest = max(1, tasks.count if tasks.count is not None else tasks.min or 0)
    least, most = deployment.minimum_healthy_percent, deployment.maximum_percent
    if most is None or fewest * most // 100 > fewest or -(-fewest * least // 100) < fewest:
        return
    enough = 100 + -(-100 // fewest)
    yield _at(
        [*where, "maximumPercent"],
        f"{most} with minimumHealthyPercent {least} lets no task of {fewest} be replaced: give {enough} or more, or a lower minimumHealthyPercent",
        [*where, "minimumHealthyPercent"],
        [*place, "tasks", "*"],
    )


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
    yield from _found(place, limits.wildcards([*route.paths, *route.hosts]), *about[:2])
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


AUDIENCES: Final = ("page", "database", "team")
"""The lists of `notify`."""
DEFAULT_ENDPOINT: Final = "endpoint"
"""What an HTTPS endpoint without a name is called."""


def _notify(settings: Settings) -> Iterator[Problem]:
    notify = settings.notify
    if notify is None:
        for part, told in (("alarms", settings.alarms), ("healthCheck", settings.health_check)):
            if told:
                yield _at([part], "there is nobody to tell: add slipway:notify", ["notify"])
        return
    audiences: Mapping[str, Sequence[Listener]] = {name: getattr(notify, name) for name in AUDIENCES}
    if not any(audiences.values()):
        yield _at(
            ["notify"],
            f"there is nobody in it: give {limits.listed(AUDIENCES)}",
            *(["notify", name, "*"] for name in AUDIENCES),
        )
    everywhere: dict[str, object] = {}
    for name, listeners in audiences.items():
        seen: set[str] = set()
        for index, listener in enumerate(listeners):
            place: Place = ["notify", name, index]
            yield from _told(settings, place, listener)
            who, exactly = _who(listener), (listener.slack_webhook_secret, listener.slack_team_id)
            if who and who in seen:
                yield _at(place, _DOUBLES[who.partition(":")[0]], ["notify", name, "*"])
            elif any(exactly) and everywhere.setdefault(who, exactly) != exactly:
                lists: Sequence[Place] = [["notify", audience, "*"] for audience in AUDIENCES]
                yield _at(place, "is called nearly like another webhook or channel", *lists)
            seen.add(who)


_DOUBLES: Final[Mapping[str, str]] = {
    "email": "this address is in the list already",
    "https": "an endpoint of the list is called like this already: give each a name",
    "webhook": "this webhook, or one with nearly its name, is in the list already",
    "channel": "this channel is in the list already",
}


def _who(listener: Listener) -> str:
    """Return what tells a listener from the others of its list: names that differ in signs only become the same resource."""
    for kind, name in (
        ("email", listener.email),
        ("https", listener.https and (listener.name or DEFAULT_ENDPOINT)),
        ("webhook", listener.slack_webhook_secret),
        ("channel", listener.slack_channel_id),
    ):
        if name:
            return f"{kind}:{limits.slug(name)}"
    return ""


def _told(settings: Settings, place: Place, listener: Listener) -> Iterator[Problem]:
    team, channel, secret = listener.slack_team_id, listener.slack_channel_id, listener.slack_webhook_secret
    named = {
        "email": listener.email,
        "https": listener.https,
        "slackWebhookSecret": secret,
        "slackTeamId": team or channel,
    }
    given = [name for name, value in named.items() if value]
    if len(given) != 1:
        yield _at(
            place,
            f"give one of email, https, slackWebhookSecret, or slackTeamId with slackChannelId; {' and '.join(given) or 'none'} given",
            [*place, "*"],
        )
        return
    if (team is None) != (channel is None):
        yield _at(place, "AWS Chatbot needs slackTeamId and slackChannelId, both", [*place, "*"])
    elif team and limits.partition(settings.aws.region) != "aws":
        yield _at(
            [*place, "slackTeamId"],
            f"AWS Chatbot does not serve {settings.aws.region}: use slackWebhookSecret",
            ["aws", "region"],
        )
    if listener.name and not listener.https:
        yield _at([*place, "name"], "only an https endpoint has a name here", [*place, "https"])
    if listener.https and listener.https.startswith("https://hooks.slack.com/"):
        yield _at(
            [*place, "https"],
            "Slack does not take SNS's messages, and its address is a secret: keep it in one, and name that in slackWebhookSecret",
        )
    if secret is not None and secret not in settings.secrets:
        yield _at(
            [*place, "slackWebhookSecret"],
            f"names no secret of this stack{limits.meant(secret, settings.secrets)}; declare it in slipway:secrets (a value never belongs here)",
            ["secrets", secret],
            *([["secrets"]] if not settings.secrets else []),
        )
    elif secret is not None and settings.secrets[secret].keys:
        yield _at(
            [*place, "slackWebhookSecret"],
            f"the secret {secret} is a document; a webhook's address is a whole secret",
            ["secrets", secret, "keys", "*"],
        )


_ALARM_NAMES: Final = re.compile(r"database|cache-(?:[0-9]{4}-)?[0-9]{3}|application-.+")
"""What alarms of other parts than services are called."""


def _alarms(settings: Settings) -> Iterator[Problem]:
    """Check that each alarm that is asked for has a part to watch, and that no service is called like another part's alarms."""
    alarms = settings.alarms
    if alarms is None:
        return
    routed = any(service.route for service in settings.services.values())
    parts: Mapping[str, tuple[object, str, Place]] = {
        "p99": (routed, "no service of this stack has a route", ["services", "*"]),
        "errors": (settings.load_balancer, "this stack has no load balancer", ["loadBalancer"]),
        "service": (settings.services, "this stack has no service", ["services", "*"]),
        "database": (settings.database, "this stack has no database", ["database"]),
        "replica": (
            settings.database and settings.database.read_replica,
            "this stack has no read replica",
            ["database", "readReplica"],
        ),
        "cache": (settings.cache, "this stack has no cache", ["cache"]),
    }
    for field in sorted(alarms.model_fields_set):
        deployed, why, judged_by = parts.get(field.partition("_")[0], (True, "", []))
        if not deployed and getattr(alarms, field) is not None:
            name = type(alarms).model_fields[field].alias or field
            yield _at(["alarms", name], f"{why}: leave it out, or say null", judged_by)
    for key in settings.services:
        if _ALARM_NAMES.fullmatch(key):
            yield _at(["services", key], f"alarms of another part are called {key!r}: choose another name", ["alarms"])


def _connections(settings: Settings) -> Iterator[Problem]:
    """Check that what alarms and the dashboard derive from the database's connections can be derived."""
    database = settings.database
    value = database.parameters.get("max_connections") if database else None
    if value is None or not (settings.alarms or settings.dashboard):
        return
    if not capacity.connections_given(value, capacity.GIB):
        yield _at(
            ["database", "parameters", "max_connections"],
            f"{limits.short(value)} is no number of connections to derive alarms from; allowed: a number, "
            "or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)",
            ["alarms"],
            ["dashboard"],
        )


def _outside(settings: Settings) -> Iterator[Problem]:
    if settings.health_check is None:
        return
    domain, region = settings.domain, settings.aws.region
    if limits.partition(region) != "aws":
        yield _at(["healthCheck"], f"its alarm stands in us-east-1, out of reach of {region}", ["aws", "region"])
    if domain is None:
        yield _at(["healthCheck"], "there is no host to ask: add slipway:domain", ["domain"])
    elif domain.host.startswith("*."):
        yield _at(["healthCheck"], f"{domain.host} is many hosts; give the domain one to ask", ["domain", "host"])


def _asleep(settings: Settings) -> Iterator[Problem]:
    """Warn where a stack that sleeps at night pages then."""
    if settings.hibernation is None:
        return
    if settings.health_check:
        yield _at(["healthCheck"], "pages every night, when nothing answers: leave it or slipway:hibernation out")
    if settings.alarms and settings.cluster.container_insights == "disabled":
        yield _at(
            ["cluster", "containerInsights"],
            "disabled, it cannot tell alarms that services sleep, not fail: choose enabled, or leave slipway:alarms out",
        )
