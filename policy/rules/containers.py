"""Containers: what a task definition may hold."""

import fnmatch
import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.common import credentials
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN, Answer, Value

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
_DAEMON: Final = "aws:ecs/daemonTaskDefinition:DaemonTaskDefinition"
_EXPRESS: Final = "aws:ecs/expressGatewayService:ExpressGatewayService"
_HOLDERS: Final = (TASK, _DAEMON, _EXPRESS)
"""What describes containers."""

IDENTIFIER: Final = r"[A-Za-z0-9_.-]{1,64}"
"""What a message may repeat of a container's or a variable's name."""
_WINDOWS_ROOT: Final = "containeradministrator"
_MUTABLE: Final[list[Value]] = [
    "latest",
    "main",
    "master",
    "trunk",
    "stable",
    "edge",
    "dev",
    "develop",
    "development",
    "nightly",
    "next",
    "current",
    "release",
    "prod",
    "production",
    "staging",
    "test",
    "lts",
]


def _property(task: Resource) -> str:
    return "primaryContainer" if task.type == _EXPRESS else "containerDefinitions"


def containers(task: Resource) -> Iterator[tuple[str, dict[str, Value]]]:
    """Each container whose definition is known, with the name that messages use. Letter case does not matter to AWS."""
    definitions = values.uncapitalised(values.document(task.get(_property(task))))
    for index, container in enumerate(values.items(definitions)):
        if isinstance(container, dict):
            name = values.show(container.get("name"), IDENTIFIER)
            yield name if container.get("name") and name != "another value" else str(index + 1), container


def unread(task: Resource) -> Iterator[Finding]:
    """A finding where not all of the definitions is known."""
    if values.has_unknown(values.document(task.get(_property(task)))):
        yield task.undecided(f"{_property(task)} is not known yet")


def declared_harmless(resource: Resource) -> frozenset[str]:
    """The variables of which the resource's own tag says that they only look like secrets."""
    tags = resource.get("tags")
    named = tags.get(credentials.NOT_SECRET_TAG) if isinstance(tags, dict) else None
    return frozenset(named.split()) if isinstance(named, str) else frozenset()


def _is_windows(task: Resource) -> Answer:
    family = task.text("runtimePlatform.operatingSystemFamily", default="LINUX")
    return family if family is UNKNOWN else family.upper().startswith("WINDOWS")


@resource_rule("container-secrets-not-in-environment", *_HOLDERS)
def secrets_not_in_environment(task: Resource, _config: Config) -> Iterator[Finding]:
    """Anybody who may describe the task reads its environment and its command; secrets are injected by reference."""
    yield from unread(task)
    harmless = declared_harmless(task)
    for name, container in containers(task):
        for place in ("command", "entryPoint", "entryPoints", "commands"):
            if reason := credentials.in_command(list(values.strings(container.get(place)))):
                yield task.fails(
                    f"container {name}, {place} {reason}",
                    fix='{"name": ..., "valueFrom": secret.arn} under secrets, and the variable in the command',
                )
        for variable in [*values.items(container.get("environment")), *values.items(container.get("environments"))]:
            key, value = values.at(variable, "name"), values.at(variable, "value")
            if not isinstance(key, str) or not isinstance(value, str) or key in harmless:
                continue
            if reason := credentials.looks_secret(key, value):
                yield task.fails(
                    f"container {name}, environment variable {values.show(key, IDENTIFIER)} {reason}",
                    fix='{"name": ..., "valueFrom": secret.arn} under secrets, the value in Secrets Manager',
                )


@resource_rule(
    "container-images-pinned",
    *_HOLDERS,
    mutableTags=Parameter({"type": "array", "items": {"type": "string"}}, _MUTABLE),
)
def images_pinned(task: Resource, config: Config) -> Iterator[Finding]:
    """A digest or a version: the same definition always runs the same code."""
    yield from unread(task)
    mutable = set(config.words("mutableTags"))
    for name, container in containers(task):
        image = container.get("image")
        if not isinstance(image, str) or re.search(r"@sha256:[0-9a-f]{64}$", image):
            continue
        tag = image.rsplit("/", 1)[-1].partition("@")[0].partition(":")[2]
        if not tag or tag.lower() in mutable:
            seen = f"the moving tag {tag}" if tag else "no tag"
            yield task.fails(
                f"container {name} has an image with {seen}, wanted a digest or a version",
                fix="image=<repository>@sha256:<digest>, or a tag that is never pushed again",
            )


@resource_rule("container-not-privileged", TASK)
def not_privileged(task: Resource, _config: Config) -> Iterator[Finding]:
    """A privileged container is root on its host."""
    yield from unread(task)
    for name, container in containers(task):
        if values.flag(container.get("privileged"), default=False) is True:
            yield task.fails(f"container {name} has privileged true, wanted false", fix='leave "privileged" out')


@resource_rule("container-not-root", TASK)
def not_root(task: Resource, _config: Config) -> Iterator[Finding]:
    """Without a user the image decides, and most images decide for root, or for Windows' administrator."""
    yield from unread(task)
    windows = _is_windows(task)
    for name, container in containers(task):
        user = container.get("user")
        if user is UNKNOWN:
            continue
        account = "" if user is None else str(user).partition(":")[0].lower()
        account = account.lstrip("0") or "0" if account.isdigit() else account
        seen = f"user {account}" if account else "no user"
        ruler = "containeradministrator" if windows is True else "root"
        if (
            account == ""
            or (windows is not True and account in ("root", "0"))
            or (windows and account == _WINDOWS_ROOT)
        ):
            yield from task.must_hold(
                UNKNOWN if windows is UNKNOWN and account else False,
                f"container {name} has {seen}, wanted another than {ruler}",
                about="runtimePlatform",
                fix='"user": "ContainerUser"' if windows is True else '"user": "1000"',
            )


@resource_rule("container-root-filesystem-read-only", TASK)
def root_filesystem_read_only(task: Resource, _config: Config) -> Iterator[Finding]:
    """An intruder cannot leave tools behind; a volume for /tmp keeps programs working. Windows has no such thing."""
    yield from unread(task)
    windows = _is_windows(task)
    for name, container in containers(task):
        if values.flag(container.get("readonlyRootFilesystem"), default=False) is False and windows is not True:
            yield from task.must_hold(
                windows,
                f"container {name} has readonlyRootFilesystem false, wanted true",
                about="runtimePlatform",
                fix='"readonlyRootFilesystem": True with a volume mounted at /tmp',
            )


@resource_rule("container-logs-sent", TASK)
def logs_sent(task: Resource, _config: Config) -> Iterator[Finding]:
    """What a container says goes with its task, unless a log driver sends it away."""
    yield from unread(task)
    for name, container in containers(task):
        driver = values.text(values.at(container.get("logConfiguration"), "logDriver"))
        if driver in ("", "none"):
            yield task.fails(
                f"container {name} has {'the log driver none' if driver else 'no logConfiguration'}, wanted a log driver",
                fix='"logConfiguration": {"logDriver": "awslogs", "options": {...}}',
            )


@resource_rule(
    "container-images-from-own-registries",
    *_HOLDERS,
    registries=Parameter({"type": "array", "items": {"type": "string"}}, ["*.dkr.ecr.*.amazonaws.com*/*"]),
)
def images_from_own_registries(task: Resource, config: Config) -> Iterator[Finding]:
    """Patterns of the whole image name, with ``*``. An image that names no registry comes from Docker Hub."""
    yield from unread(task)
    for name, container in containers(task):
        image = container.get("image")
        if isinstance(image, str) and not any(fnmatch.fnmatchcase(image, one) for one in config.words("registries")):
            yield task.fails(
                f"container {name} has an image of another registry than those allowed",
                fix="an image of one's own registry, or a pull-through cache rule of ECR",
            )


@resource_rule("task-network-not-host", TASK)
def network_not_host(task: Resource, _config: Config) -> Iterator[Finding]:
    """In the host's network a container reaches what listens on the host alone, and has no security group of its own."""
    mode = task.text("networkMode", default="bridge")
    yield from task.must_hold(
        mode if mode is UNKNOWN else mode != "host",
        "networkMode is host, wanted awsvpc",
        about="networkMode",
        fix='network_mode="awsvpc"',
    )


@resource_rule("task-namespaces-not-host", TASK)
def namespaces_not_host(task: Resource, _config: Config) -> Iterator[Finding]:
    """A container that sees the host's processes or memory can read and end what is not its own."""
    for path in ("pidMode", "ipcMode"):
        mode = task.text(path)
        yield from task.must_hold(
            mode if mode is UNKNOWN else mode != "host", f"{path} is host", about=path, fix=f"leave {path} out, or task"
        )


@resource_rule("task-file-systems-encrypted-in-transit", TASK)
def file_systems_encrypted_in_transit(task: Resource, _config: Config) -> Iterator[Finding]:
    """Unless told otherwise, a task mounts EFS in clear."""
    for index, volume in enumerate(values.items(task.get("volumes"))):
        efs = values.at(volume, "efsVolumeConfiguration")
        if efs is not None:
            mode = values.text(values.at(efs, "transitEncryption"), default="DISABLED")
            yield from task.must_hold(
                mode if mode is UNKNOWN else mode == "ENABLED",
                f"transitEncryption of volumes[{index}] is {values.show(mode, 'DISABLED')}, wanted ENABLED",
                about=f"transitEncryption of volumes[{index}]",
                fix='"efs_volume_configuration": {"transit_encryption": "ENABLED", ...}',
            )
