"""ECS container definitions as canonical JSON, so that an unchanged program never registers a new revision.

Containers, variables and secrets are sorted by name, and every optional list is present: ECS fills in what is missing, and the
provider would see a difference in every update.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pulumi import Input, Output

import limits
from components import _log_router as log_router
from components._log_router import LogRouterArgs
from policy.common import credentials

_PRIVILEGED_PORTS = 1024
_ROOT = ("root", "0")


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretReference:
    """A variable's source in Secrets Manager."""

    arn: Input[str]
    """The secret's full ARN."""
    key: str | None = None
    """The key of a JSON document; None: the whole value."""
    key_arn: Input[str] | None = None
    """The KMS key that encrypts it; None: AWS's own."""
    parameter: bool = False
    """Whether it is in the Parameter Store of Systems Manager, and not in Secrets Manager."""
    version: Input[str] | None = None
    """The id of one version of a JSON document, with another of which there is another task; None: the current one."""

    @property
    def value_from(self) -> Output[str]:
        """The reference as ECS takes it: `arn`, or `arn:key::` and perhaps a version."""
        return (
            Output.concat(self.arn, ":", self.key, "::", self.version or "")
            if self.key
            else Output.from_input(self.arn)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildArgs:
    """An image built and pushed as part of the update."""

    repository_url: Input[str]
    """The ECR repository it is pushed to."""
    context: str
    """The folder to build, relative to the project."""
    dockerfile: str | None = None
    """The Dockerfile; None: `Dockerfile` in the context."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Build arguments, which stay readable in the image."""
    target: str | None = None
    """The stage to build; None: the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerHealthCheckArgs:
    """A command inside the container that tells whether it is well."""

    command: Sequence[str]
    """`CMD` or `CMD-SHELL` and what to run."""
    interval_seconds: int = 30
    """Seconds between runs, 5 to 300."""
    timeout_seconds: int = 5
    """Seconds a run may take, 2 to 60."""
    retries: int = 3
    """Failures in a row that make it unhealthy, 1 to 10."""
    start_seconds: int = 60
    """Seconds after the start in which failures do not count, 0 to 300."""


Condition = Literal["START", "HEALTHY", "SUCCESS"]
"""What of another container is waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MountArgs:
    """Where a container has a volume of its task."""

    volume: str
    """The volume's name in the task."""
    path: str
    """The folder in the container."""
    read_only: bool = False
    """Whether it can only read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerArgs:
    """A container of a task. A change registers a new revision, which replaces the running tasks."""

    name: str
    """Its name, unique in the task."""
    image: Input[str] | BuildArgs
    """The image with tag or digest, or how to build it."""
    registry_login: SecretReference | None = None
    """The document with username and password that tasks log in to the image's registry with; None: it lets everybody in, or is ECR."""
    essential: bool = True
    """Whether the task stops when it does."""
    port: int | None = None
    """The port it listens on."""
    protocol: Literal["http", "http2", "grpc", "tcp"] | None = None
    """What it speaks there with other services, by Service Connect; None: they do not call it."""
    command: Sequence[str] = ()
    """Instead of the image's command."""
    entry_point: Sequence[str] = ()
    """Instead of the image's entry point."""
    environment: Mapping[str, Input[str]] = field(default_factory=dict)
    """Plain variables."""
    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    """Variables read from Secrets Manager when the task starts."""
    user: str = "1000"
    """The user it runs as."""
    read_only_root: bool = True
    """Whether its filesystem is read-only; /tmp is then held in memory."""
    tmp_mib: int = 64
    """Size of /tmp where the filesystem is read-only, MiB of the task's memory."""
    health_check: ContainerHealthCheckArgs | None = None
    """How ECS asks it; None: only whether it runs."""
    cpu: int | None = None
    """CPU units set aside of the task's."""
    memory_mib: int | None = None
    """Memory it may use, MiB; None: what the task has."""
    stop_seconds: int | None = None
    """Seconds it may take to stop, 2 to 120."""
    after: Mapping[str, Condition] = field(default_factory=dict)
    """What it waits for, by the other containers' names; those that a task does not have are not waited for."""
    mounts: Sequence[MountArgs] = ()
    """The volumes that it has."""
    alone: Mapping[str, str] = field(default_factory=dict)
    """Variables instead, in tasks of a migration or a job, which have only those neighbours that are essential."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutedLogs:
    """A log router, and the log groups made for it."""

    args: LogRouterArgs
    """What it is made of."""
    groups: Mapping[str, Input[str]]
    """The names of its log groups by route."""


def definitions(
    containers: Sequence[ContainerArgs],
    images: Mapping[str, Input[str]],
    log_group: Input[str],
    region: str,
    router: RoutedLogs | None = None,
) -> Output[str]:
    """Return the JSON of a task's containers, which run `images` by container name and log to `log_group`, or through a router."""
    there = {container.name for container in containers}
    found = [_definition(c, images[c.name], log_group, region, there) for c in containers]
    if router:
        own = _definition(_router(), router.args.image, log_group, region, there)
        through = {
            "logConfiguration": log_router.log_configuration(log_group, region),
        }
        first = {"containerName": limits.LOG_ROUTER, "condition": "START"}
        found = [{**each, **through, "dependsOn": [*each["dependsOn"], first]} for each in found]
        found.append({**own, **log_router.definition(router.groups, router.args.memory_mib, region)})
    return Output.json_dumps(sorted(found, key=lambda definition: str(definition["name"])), sort_keys=True)


def _router() -> ContainerArgs:
    """Return what a log router has in common with other containers. It logs by itself: nobody would carry its own troubles."""
    return ContainerArgs(
        name=limits.LOG_ROUTER,
        image="",
        # FireLens makes its socket in a directory of root's.
        user="0",
        tmp_mib=16,
        health_check=ContainerHealthCheckArgs(
            command=("CMD-SHELL", "curl -fs http://127.0.0.1:2020/api/v1/uptime || exit 1"), start_seconds=10
        ),
        stop_seconds=log_router.STOP_SECONDS,
    )


def _definition(
    container: ContainerArgs, image: Input[str], log_group: Input[str], region: str, there: Collection[str]
) -> Mapping[str, Any]:
    port = container.port
    optional = {
        "cpu": container.cpu,
        "memory": container.memory_mib,
        "stopTimeout": container.stop_seconds,
        "healthCheck": _health_check(container.health_check) if container.health_check else None,
        "repositoryCredentials": {"credentialsParameter": container.registry_login.arn}
        if container.registry_login
        else None,
    }
    return {
        "name": container.name,
        "image": image,
        "essential": container.essential,
        "command": list(container.command),
        "entryPoint": list(container.entry_point),
        "environment": [{"name": name, "value": value} for name, value in sorted(container.environment.items())],
        "secrets": [
            {"name": name, "valueFrom": secret.value_from} for name, secret in sorted(container.secrets.items())
        ],
        "portMappings": [_port_mapping(port, container.protocol)] if port else [],
        "mountPoints": [
            {"containerPath": mount.path, "readOnly": mount.read_only, "sourceVolume": mount.volume}
            for mount in container.mounts
        ],
        "volumesFrom": [],
        "dependsOn": [
            {"containerName": name, "condition": condition}
            for name, condition in sorted(container.after.items())
            if name in there
        ],
        "systemControls": _system_controls(container),
        "user": container.user,
        "privileged": False,
        "readonlyRootFilesystem": container.read_only_root,
        "linuxParameters": _linux_parameters(container),
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": region,
                "awslogs-stream-prefix": container.name,
                "mode": "non-blocking",
                "max-buffer-size": "25m",
            },
        },
        **{key: value for key, value in optional.items() if value is not None},
    }


PORT_NAME: Final = "internal"
"""What Service Connect knows a port by."""


def _port_mapping(port: int, protocol: str | None) -> Mapping[str, object]:
    named = {} if protocol is None else {"name": PORT_NAME}
    spoken = {} if protocol in (None, "tcp") else {"appProtocol": protocol}
    return {"containerPort": port, "hostPort": port, "protocol": "tcp", **named, **spoken}


def policy_pack_tags(suppressed_controls: Sequence[str], not_secret: Sequence[str]) -> Mapping[str, str] | None:
    """Return the tags of a task definition by which the policy pack knows what it opts out of; None where there are none."""
    tags = {
        "slipway:waive": " ".join(suppressed_controls),
        credentials.NOT_SECRET_TAG: " ".join(sorted(set(not_secret))),
    }
    return {tag: said for tag, said in tags.items() if said} or None


def _as_root(container: ContainerArgs) -> bool:
    return container.user.partition(":")[0] in _ROOT


def _system_controls(container: ContainerArgs) -> Sequence[Mapping[str, str]]:
    """Let a container that is not root listen below port 1024, as nginx does on 80."""
    if container.port is None or container.port >= _PRIVILEGED_PORTS or _as_root(container):
        return []
    return [{"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]


def _linux_parameters(container: ContainerArgs) -> Mapping[str, object]:
    """Reap zombies, drop capabilities nobody but root could use, and keep /tmp writable for any user.

    A bind mount would belong to root with mode 0755 unless the image declares the volume; tmpfs takes a mode.
    """
    tmp = {"containerPath": "/tmp", "size": container.tmp_mib, "mountOptions": ["mode=1777", "nosuid", "nodev"]}  # noqa: S108 - a path in the container
    return {
        "initProcessEnabled": True,
        "capabilities": {"add": [], "drop": [] if _as_root(container) else ["ALL"]},
        "tmpfs": [tmp] if container.read_only_root else [],
    }


def _health_check(check: ContainerHealthCheckArgs) -> Mapping[str, object]:
    return {
        "command": list(check.command),
        "interval": check.interval_seconds,
        "timeout": check.timeout_seconds,
        "retries": check.retries,
        "startPeriod": check.start_seconds,
    }
