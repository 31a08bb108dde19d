"""Containers: what a task definition may hold."""

import fnmatch
import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.common import credentials
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
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
        yield task.unknown(f"{_property(task)} is not known yet")


def declared_harmless(resource: Resource) -> frozenset[str]:
    """The variables of which the resource's own tag says that they only look like secrets."""
    tags = resource.get("tags")
    named = tags.get(credentials.NOT_SECRET_TAG) if isinstance(tags, dict) else None
    return frozenset(named.split()) if isinstance(named, str) else frozenset()


def _is_windows(task: Resource) -> Answer:
    family = task.text("runtimePlatform.operatingSystemFamily", default="LINUX")
    return family if family is UNKNOWN else family.upper().startswith("WINDOWS")


@resource_rule(
    Control(
        name="container-secrets-not-in-environment",
        title="No secret stands in a container's environment",
        category="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="The task definition is readable in the console, in logs of deployments and in the state file.",
        remediation='"secrets": [{"name": "DATABASE_URL", "valueFrom": secret.arn}]',
        url=HUB + "ecs-controls.html#ecs-8",
        fsbp=("ECS.8",),
        nist=("IA-5",),
        prowler=("ecs_task_definitions_no_environment_secrets",),
        cdk_nag=("ECS2", "ECSTaskDefinitionNoEnvironmentVariables"),
    ),
    *_HOLDERS,
)
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
    Control(
        name="container-images-pinned",
        title="Images are pinned to a digest or a version",
        category="Images",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="With a moving tag a restart may run other code than the last deployment. Parameter: mutableTags.",
        remediation='"image": repository_url + "@" + digest, or a tag that is never pushed again',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html",
        suppressible=True,
        nist=("CM-2", "SI-7"),
    ),
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


@resource_rule(
    Control(
        name="container-not-privileged",
        title="Containers are not privileged",
        category="Containers",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A privileged container is root on its host.",
        remediation='leave "privileged" out of the container definition',
        url=HUB + "ecs-controls.html#ecs-4",
        fsbp=("ECS.4",),
        nist=("AC-6",),
        checkov=("CKV_AWS_334",),
        prowler=("ecs_task_definitions_no_privileged_containers",),
    ),
    TASK,
)
def not_privileged(task: Resource, _config: Config) -> Iterator[Finding]:
    """A privileged container is root on its host."""
    yield from unread(task)
    for name, container in containers(task):
        if values.flag(container.get("privileged"), default=False) is True:
            yield task.fails(f"container {name} has privileged true, wanted false", fix='leave "privileged" out')


@resource_rule(
    Control(
        name="container-not-root",
        title="Containers run as another user than root or Windows' administrator",
        category="Containers",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Root in the container is one kernel fault away from more; many images need rebuilding first.",
        remediation='"user": "1000" in the container definition',
        url=HUB + "ecs-controls.html#ecs-20",
        fsbp=("ECS.20", "ECS.21"),
        nist=("AC-6",),
    ),
    TASK,
)
def not_root(task: Resource, _config: Config) -> Iterator[Finding]:
    """Without a user the image decides, and most images decide for root, or for Windows' administrator."""
    yield from unread(task)
    windows = _is_windows(task)
    for name, container in containers(task):
        user = container.get("user")
        # FireLens runs its log router as root, whose socket the other containers write to.
        if user is UNKNOWN or container.get("firelensConfiguration"):
            continue
        account = _account(user)
        if _is_ruler(account, windows):
            seen = f"user {account}" if account else "no user"
            ruler = "containeradministrator" if windows is True else "root"
            yield from task.must_hold(
                UNKNOWN if windows is UNKNOWN and account else False,
                f"container {name} has {seen}, wanted another than {ruler}",
                about="runtimePlatform",
                fix='"user": "ContainerUser"' if windows is True else '"user": "1000"',
            )


def _account(user: Value) -> str:
    """The user's name or number, without its group; empty if there is none."""
    account = "" if user is None else str(user).partition(":")[0].lower()
    return account.lstrip("0") or "0" if account.isdigit() else account


def _is_ruler(account: str, windows: Answer) -> bool:
    """Whether an account is root, Windows' administrator, or may be one as long as the system is unknown."""
    if not account:
        return True
    return (windows is not True and account in ("root", "0")) or (bool(windows) and account == _WINDOWS_ROOT)


@resource_rule(
    Control(
        name="container-root-filesystem-read-only",
        title="A container's root filesystem is read-only",
        category="Containers",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="An intruder cannot leave tools behind. ECS Exec needs it writable.",
        remediation='"readonlyRootFilesystem": True with a volume mounted at /tmp',
        url=HUB + "ecs-controls.html#ecs-5",
        fsbp=("ECS.5",),
        nist=("AC-6", "CM-7"),
        checkov=("CKV_AWS_336",),
        prowler=("ecs_task_definitions_containers_readonly_access",),
    ),
    TASK,
)
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


@resource_rule(
    Control(
        name="container-logs-sent",
        title="Containers send their logs away",
        category="Logging",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="What a task said is gone with it, and it is the dead ones that one wants to hear.",
        remediation='"logConfiguration": {"logDriver": "awslogs", "options": {...}}',
        url=HUB + "ecs-controls.html#ecs-9",
        fsbp=("ECS.9",),
        nist=("AU-2", "AU-12"),
        prowler=("ecs_task_definitions_logging_enabled",),
        cdk_nag=("ECS7", "ECSTaskDefinitionContainerLogging"),
    ),
    TASK,
)
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
    Control(
        name="container-images-from-own-registries",
        title="Images come from allowed registries",
        category="Images",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="For those who scan and keep what they run; others take sidecars from public registries. Parameter: registries.",
        remediation='"image": repository.repository_url + "@" + digest, or a pull-through cache rule of ECR',
        url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html",
        nist=("CM-7", "SR-3"),
    ),
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


@resource_rule(
    Control(
        name="task-network-not-host",
        title="Tasks do not run in their host's network",
        category="Containers",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="They reach what listens on the host alone, its metadata and credentials, and have no security group.",
        remediation='aws.ecs.TaskDefinition(..., network_mode="awsvpc")',
        url=HUB + "ecs-controls.html#ecs-17",
        fsbp=("ECS.17",),
        nist=("AC-6", "SC-7"),
        prowler=("ecs_task_definitions_host_networking_mode_users",),
        cdk_nag=("ECSTaskDefinitionUserForHostMode",),
    ),
    TASK,
)
def network_not_host(task: Resource, _config: Config) -> Iterator[Finding]:
    """In the host's network a container reaches what listens on the host alone, and has no security group of its own."""
    mode = task.text("networkMode", default="bridge")
    yield from task.must_hold(
        mode if mode is UNKNOWN else mode != "host",
        "networkMode is host, wanted awsvpc",
        about="networkMode",
        fix='network_mode="awsvpc"',
    )


@resource_rule(
    Control(
        name="task-namespaces-not-host",
        title="Tasks do not share their host's processes and memory",
        category="Containers",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A container that sees the host's processes reads their environment and ends them.",
        remediation="aws.ecs.TaskDefinition(...) without pid_mode and ipc_mode host",
        url=HUB + "ecs-controls.html#ecs-3",
        fsbp=("ECS.3",),
        nist=("AC-6", "SC-39"),
        checkov=("CKV_AWS_335",),
        prowler=("ecs_task_definitions_host_namespace_not_shared",),
    ),
    TASK,
)
def namespaces_not_host(task: Resource, _config: Config) -> Iterator[Finding]:
    """A container that sees the host's processes or memory can read and end what is not its own."""
    for path in ("pidMode", "ipcMode"):
        mode = task.text(path)
        yield from task.must_hold(
            mode if mode is UNKNOWN else mode != "host", f"{path} is host", about=path, fix=f"leave {path} out, or task"
        )


@resource_rule(
    Control(
        name="task-file-systems-encrypted-in-transit",
        title="Tasks mount EFS over TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Unless told otherwise, files cross the network in clear.",
        remediation='"efs_volume_configuration": {"transit_encryption": "ENABLED", ...}',
        url=HUB + "ecs-controls.html#ecs-18",
        fsbp=("ECS.18",),
        nist=("SC-8",),
        checkov=("CKV_AWS_97",),
    ),
    TASK,
)
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
