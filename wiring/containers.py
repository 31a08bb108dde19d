"""The containers of a service: images, environment, secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pulumi import Input, Output

import limits
from components import _documents as documents
from components._containers import (
    BuildArgs,
    Condition,
    ContainerArgs,
    ContainerHealthCheckArgs,
    MountArgs,
    SecretReference,
)
from components._log_router import LogRouterArgs
from components._pull_through import may_be_cached
from components.cache import Cache
from settings import Settings, derived, model, references
from wiring.context import Components, StackContext


@dataclass(frozen=True, slots=True)
class Users:
    """Whom containers log in as; None: in the database as the master user, in the cache with its token."""

    database: str | None = None
    cache: str | None = None


def args(context: StackContext, key: str, service: model.Service, components: Components) -> Sequence[ContainerArgs]:
    """Return the arguments of a service's containers: its own, named by its key, then its sidecars."""
    return _args(context, key, service, components, Users(service.database_user, service.cache_user))


def _args(
    context: StackContext, key: str, service: model.Service, components: Components, users: Users
) -> Sequence[ContainerArgs]:
    named: dict[str, model.Service | model.Sidecar] = {key: service, **service.sidecars}
    return [_container(context, name, container, service, components, users) for name, container in named.items()]


def of_migration(
    context: StackContext, key: str, service: model.Service, migrate: model.Migrate, components: Components
) -> Sequence[ContainerArgs]:
    """Return the arguments of the same containers where they bring the database up to date."""
    users = Users(migrate.database_user, service.cache_user)
    own, *sidecars = _args(context, key, service, components, users)
    secrets = {
        variable: secret(context, reference, components, users) for variable, reference in migrate.secrets.items()
    }
    # A variable has one source.
    environment = {variable: value for variable, value in own.environment.items() if variable not in secrets}
    return [replace(own, environment=environment, secrets={**own.secrets, **secrets}), *sidecars]


def _container(
    context: StackContext,
    name: str,
    container: model.Service | model.Sidecar,
    service: model.Service,
    components: Components,
    users: Users,
) -> ContainerArgs:
    sidecar = container if isinstance(container, model.Sidecar) else None
    values = {**_values(context, container, components, users), **_called(context, service)}
    # Whoever opens a shell in the service's own container writes where they like.
    shell = sidecar is None and service.exec
    return ContainerArgs(
        name=name,
        image=image(container.image, components),
        registry_login=login(context, container.image, components),
        essential=sidecar is None or sidecar.essential,
        port=container.port,
        protocol=service.internal.protocol if sidecar is None and service.internal else None,
        command=container.command,
        entry_point=container.entry_point,
        environment={variable: _filled(text, values) for variable, text in container.environment.items()},
        secrets={
            variable: secret(context, reference, components, users) for variable, reference in container.secrets.items()
        },
        user=container.user,
        read_only_root=container.read_only_root and not shell,
        tmp_mib=service.tmp_mib,
        health_check=_health_check(
            container.health_check, container.port, service.health.path, tls=sidecar is None and service.tls
        ),
        cpu=sidecar.cpu if sidecar else None,
        memory_mib=sidecar.memory_mib if sidecar else None,
        stop_seconds=service.stop_seconds,
        after={} if sidecar else _after(service),
        mounts=() if sidecar else _mounts(service),
    )


_CONDITIONS: Final[Mapping[str, Condition]] = {"started": "START", "healthy": "HEALTHY", "succeeded": "SUCCESS"}


def _after(service: model.Service) -> Mapping[str, Condition]:
    return {name: _CONDITIONS[sidecar.before] for name, sidecar in service.sidecars.items() if sidecar.before}


def _mounts(service: model.Service) -> Sequence[MountArgs]:
    return [
        MountArgs(volume=volume, path=mount.path, read_only=mount.read_only)
        for volume, mount in sorted(service.volumes.items())
    ]


def log_router(router: model.LogRouter | None, components: Components) -> LogRouterArgs | None:
    """Return the arguments of the container that sends log lines to further groups, or None without one."""
    if router is None:
        return None
    address = image(router.image, components)
    if isinstance(address, BuildArgs):
        raise TypeError("the settings let no router's image be built")
    return LogRouterArgs(routes=router.routes, image=address, memory_mib=router.memory_mib)


def repository_arns(images: Sequence[model.Image], components: Components) -> Sequence[Input[str]]:
    """Return the repositories that images are pulled from: the stack's own, and ECR repositories named by address."""
    own = sorted({each.repository for each in images if each.repository})
    arns: list[Input[str]] = [components.registry.arns[name] for name in own] if components.registry else []
    addresses = sorted({each.uri for each in images if each.uri})
    return [*arns, *(arn for address in addresses if (arn := repository_arn(address)))]


def cached_repository_arns(images: Sequence[model.Image]) -> Sequence[Input[str]]:
    """Return the repositories of images, named by address that may be in a pull-through cache's namespace."""
    arns = [repository_arn(each.uri) for each in images if each.uri]
    return list(may_be_cached(arn for arn in arns if arn))


def repository_arn(uri: str) -> str | None:
    """Return the ECR repository that an image's address is in, or None where it is in another registry."""
    match = _ECR.match(uri)
    if match is None:
        return None
    partition = documents.partition(match["region"])
    return f"arn:{partition}:ecr:{match['region']}:{match['account']}:repository/{match['name']}"


_ECR: Final = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)"
)


def image(given: model.Image, components: Components) -> Input[str] | BuildArgs:
    """Return an image's address, or how it is built."""
    if given.repository is None or components.registry is None:
        return str(given.uri)
    url = components.registry.urls[given.repository]
    if given.build:
        return _build(given.build, url)
    return Output.concat(url, f"@{given.digest}" if given.digest else f":{given.tag}")


def login(context: StackContext, given: model.Image, components: Components) -> SecretReference | None:
    """Return the secret that tasks log in to an image's registry with, or None."""
    return secret(context, given.credentials, components) if given.credentials else None


def _build(build: model.Build, repository_url: Input[str]) -> BuildArgs:
    return BuildArgs(
        repository_url=repository_url,
        context=build.context,
        dockerfile=build.dockerfile,
        arguments=build.arguments,
        target=build.target,
    )


def _values(
    context: StackContext, container: model.Container, components: Components, users: Users
) -> Mapping[str, Input[str]]:
    """Return what references in environment values stand for."""
    settings = context.settings
    values: dict[str, Input[str]] = {
        "app": settings.app,
        "environment": settings.environment,
        "aws.region": context.region,
        "domain.host": settings.domain.host if settings.domain else "",
        "image.tag": container.image.tag or "",
    }
    if components.database:
        values |= {
            "database.host": components.database.address,
            "database.port": str(components.database.port),
            "database.name": components.database.database_name,
            "database.user": users.database or (settings.database.username if settings.database else ""),
            "database.iamUsername": settings.database.iam_username if settings.database else "",
            "database.replicaHost": components.database.replica.address if components.database.replica else "",
        }
    values |= _cache_values(settings, components.cache, users.cache)
    if components.media:
        values |= {"media.bucket": components.media.bucket, "media.url": components.media.base_url}
    if hosts := derived.internal_hosts(settings):
        values |= {"internalBalancer.host": hosts[0], "internalBalancer.url": f"https://{hosts[0]}"}
    if components.queues:
        values |= {f"queues.{name}.url": url for name, url in components.queues.urls.items()}
        values |= {f"queues.{name}.arn": arn for name, arn in components.queues.arns.items()}
    return values


def _cache_values(settings: Settings, cache: Cache | None, user: str | None) -> Mapping[str, Input[str]]:
    if cache is None or settings.cache is None:
        return {}
    return {
        "cache.host": cache.host,
        "cache.port": str(cache.port),
        "cache.name": derived.cache_name(settings, settings.cache),
        "cache.user": derived.cache_user_id(settings, user) if user else "",
    }


def _called(context: StackContext, service: model.Service) -> Mapping[str, Input[str]]:
    """Return what references to the services that a service calls stand for."""
    addresses = {key: derived.internal_address(context.settings, key) for key in service.calls}
    return {
        **{f"services.{key}.address": address for key, address in addresses.items()},
        **{
            f"services.{key}.url": f"{'https' if context.settings.services[key].tls else 'http'}://{address}"
            for key, address in addresses.items()
        },
    }


def _filled(text: str, values: Mapping[str, Input[str]]) -> Input[str]:
    """Put values in the place of references; the settings made sure that each stands for something."""
    pieces = references.REFERENCE.split(text)
    if len(pieces) == 1:
        return text
    return Output.concat(*(values[piece] if index % 2 else piece for index, piece in enumerate(pieces)))


def secret(
    context: StackContext, reference: str, components: Components, users: Users | None = None
) -> SecretReference:
    """Return where a variable's value is read from, by what logs in to database and cache as some users."""
    users = users or Users()
    name, _, key = reference.partition(":")
    name = context.settings.secret_for(name, users.database)
    if name in context.existing_secrets:
        return _existing_secret(context, name, key)
    for part, holder, user in (
        ("database", components.database, users.database),
        ("cache", components.cache, users.cache),
    ):
        if name == part and holder:
            arn = holder.user_secret_arns[user] if user else holder.secret_arn
            return SecretReference(arn=arn, key=key, key_arn=holder.key_arn)
    if components.secrets and name in components.secrets.arns:
        secrets = components.secrets
        return SecretReference(arn=secrets.arns[name], key=key or None, key_arn=secrets.key_arn)
    if components.connection_strings and name in components.connection_strings.arns:
        urls = components.connection_strings
        return SecretReference(arn=urls.arns[name], key_arn=urls.key_arns[name])
    raise LookupError(f"the secret {name!r} belongs to no part of this stack")


def _existing_secret(context: StackContext, name: str, key: str) -> SecretReference:
    given = context.settings.secrets[name]
    return SecretReference(
        arn=context.existing_secrets[name],
        key=key or None,
        key_arn=given.key_arn,
        parameter=limits.secret_parameter(given.existing or ""),
    )


def _health_check(
    check: model.HealthCheck | None, port: int | None, path: str, *, tls: bool
) -> ContainerHealthCheckArgs | None:
    if check is None:
        return None
    url = f"{'https' if tls else 'http'}://localhost:{port}{path}"
    # As the load balancer does, it takes whatever certificate there is.
    unchecked = "import ssl; any_ = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); any_.check_hostname = False; any_.verify_mode = ssl.CERT_NONE; "
    asking = f"urllib.request.urlopen('{url}', timeout={check.timeout_seconds}{', context=any_' if tls else ''})"
    ready = {
        "python": ("CMD", "python", "-c", f"{unchecked if tls else ''}import urllib.request; {asking}"),
        "curl": ("CMD-SHELL", f"curl {'-fk' if tls else '-f'} {url} || exit 1"),
    }
    return ContainerHealthCheckArgs(
        command=ready.get(check.command[0], check.command),
        interval_seconds=check.interval_seconds,
        timeout_seconds=check.timeout_seconds,
        retries=check.retries,
        start_seconds=check.start_seconds,
    )
